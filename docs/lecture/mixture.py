# %% [markdown]
# # A model with a density, and a game without one
#
# Eight Gaussians on a ring, learnt twice from the same points. scikit-learn's mixture has a density
# and maximises the likelihood of the points (expectation maximisation). A GAN has samples only:
#
#     min_G max_D  E[log D(x)] + E[log(1 - D(G(z)))]
#
# is equation 1 of Goodfellow et al., 2014, arXiv:1406.2661: `kerasgan/losses/adversarial.py`,
# `Minimax` and, with the loss of G that the paper recommends, `NonSaturating`. Algorithm 1, the
# steps of D and G in turn, is `kerasgan/models/gan.py`, `AlternatingGAN.train_step`.

# %%
import os

import keras
import matplotlib.pyplot as plt
from _drawing import CENTRES, DEVIATION, ring, square
from sklearn.mixture import GaussianMixture

import kerasgan

EPOCHS = int(os.environ.get("LECTURE_EPOCHS", 12))
points = ring(500 * 256)

# %% [markdown]
# The mixture is told that there are eight Gaussians, and is done in a second.

# %%
mixture = GaussianMixture(8, random_state=0).fit(points[:10_000])
drawn, _ = mixture.sample(2000)

# %% [markdown]
# The GAN is told nothing. Its two networks have two hidden layers of 128 units; an epoch has 500
# steps. R1 (see `dirac.py`) keeps the game from turning in circles.

# %%
gan = kerasgan.models.GAN((2,), latent_dim=8, ema=0.999, seed=0)
gan.compile(
    keras.optimizers.Adam(1e-3, beta_1=0.5),
    keras.optimizers.Adam(1e-3, beta_1=0.5),
    penalty=kerasgan.losses.R1(0.1),
)
gan.fit(points, batch_size=256, epochs=EPOCHS, verbose=2)
generated = gan.generate(2000, seed=1)

# %% [markdown]
# The likelihood tells that the mixture is as good as can be. The GAN has no likelihood: it is
# judged by its samples, here by the modes that they cover and the share within three standard
# deviations of one, of which real points have 98.9 %.

# %%
panels = {"points": points[:2000], "mixture, fitted": drawn, "GAN": generated}
figure, axes = plt.subplots(1, 3, figsize=(9, 3.7), layout="constrained")
for ax, (title, shown) in zip(axes, panels.items(), strict=True):
    covered = kerasgan.metrics.modes_covered(shown, CENTRES, DEVIATION)
    print(f"{title}: {covered.modes} modes, {covered.high_quality:.1%} near to one")
    ax.scatter(*shown.T, s=2, alpha=0.5)
    square(ax, f"{title}\n{covered.modes} modes, {covered.high_quality:.1%} near")
figure.savefig("mixture.png", dpi=100)
