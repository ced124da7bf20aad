# %% [markdown]
# # Completing a picture with a generator
#
# The generator was never taught to fill holes. Of a picture y with a hole, latents are sought whose
# image is like it around the hole, and likely by D (Yeh et al., "Semantic Image Inpainting with
# Deep Generative Models", 2016, arXiv:1607.07539):
#
#     z* = argmin_z sum_pixels W |G(z) - y| + weight sp(-D(G(z)))
#
# is `kerasgan/models/completing.py`, `Completes`; W and the two terms are
# `kerasgan/losses/completion.py`.

# %%
import os
import pathlib

import numpy as np

import kerasgan

STEPS = int(os.environ.get("LECTURE_STEPS", 200))
gan = kerasgan.models.DCGAN.from_preset("dcgan_mnist")

# %% [markdown]
# scikit-learn's digits, of 8 x 8 pixels and of other writers, made as large as those of MNIST. The
# preset has not seen them.

# %%
digits = kerasgan.data.load_images("digits", (20, 20, 1), split="test").images[:8]
pictures = np.pad(digits, [(0, 0), (4, 4), (4, 4), (0, 0)])
hole = kerasgan.data.centre_mask(gan.image_shape, margin=2)

# %% [markdown]
# From left to right: with its hole, G(z*), completed, and as it was.

# %%
picture = gan.completion_grid(pictures, hole, steps=STEPS, weight=1.0, restarts=4, seed=0)
picture = picture.repeat(3, axis=0).repeat(3, axis=1)
kerasgan.data.save_image(pathlib.Path("completion.png"), picture)
