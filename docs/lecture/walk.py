# %% [markdown]
# # A walk in latent space
#
# Images of latents on the way from one digit to the next (Radford et al., 2015, arXiv:1511.06434,
# section 6.1). Its 100 latents, uniform in [-1, 1], lie near the sphere of radius sqrt(100 / 3); a
# straight line would cut through the inside, from where G has hardly had a latent, so that the way
# is a great circle (White, 2016, arXiv:1609.04468): `kerasgan/models/generating.py`, `slerp`. G is
# that of the preset dcgan_mnist, `kerasgan/networks/dcgan.py`, `generator`.

# %%
import os
import pathlib

import numpy as np

import kerasgan
from kerasgan.models.generating import slerp

WALKERS, ENDS = 12, 4
FRAMES = int(os.environ.get("LECTURE_FRAMES", 40))
gan = kerasgan.models.DCGAN.from_preset("dcgan_mnist")

# %% [markdown]
# Each walker passes four latents, and comes back to the first.

# %%
ends = gan.sample_latent(WALKERS * ENDS, seed=3).numpy().reshape(WALKERS, ENDS, -1)
ways = np.stack([slerp(each, FRAMES) for each in ends], axis=1)  # (FRAMES, WALKERS, 100)
frames = [kerasgan.data.image_grid(gan.to_images(way).numpy(), columns=6) for way in ways]
frames = [each.repeat(2, axis=0).repeat(2, axis=1) for each in frames]
kerasgan.data.save_film(pathlib.Path("walk.webp"), frames, seconds=0.12)
