# %% [markdown]
# # The game, seen from above
#
# The generator's samples on a ring of eight Gaussians, the discriminator's contours, and the arrows
# along which each sample would climb:
#
#     grad_x log D(x)  at  x = G(z)
#
# is what the generator learns from, times the derivative of G: the loss -E[log D(G(z))] of
# Goodfellow et al., 2014, arXiv:1406.2661, section 3, `kerasgan/losses/adversarial.py`,
# `NonSaturating.generator`. The steps are those of Algorithm 1, `kerasgan/models/gan.py`,
# `AlternatingGAN.train_step`.

# %%
import os
import pathlib

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from _drawing import frame, ring, square

import kerasgan

EPOCHS = int(os.environ.get("LECTURE_EPOCHS", 12))
STEPS = 500  # of an epoch
points = ring(STEPS * 256)

# %% [markdown]
# With raw logits l = D(x), the gradient of log sigmoid(l) is (1 - sigmoid(l)) grad l: it is short
# where D believes the sample already. `logits_and_gradients` is the function that R1 and the other
# penalties use.


# %%
def sigmoid(logits):
    """Returns probabilities of logits."""
    return 1 / (1 + np.exp(-logits))


def gradients_of_log_d(gan, samples):
    """Returns grad_x log D(x) at samples (N, 2)."""
    logits, gradients = gan.logits_and_gradients(tf.constant(samples), training=False)
    return (1 - sigmoid(logits.numpy())) * gradients.numpy()


class Film(keras.callbacks.Callback):
    """Draws the game before the first step, and after each epoch."""

    def __init__(self):
        super().__init__()
        self.frames = []
        x = np.linspace(-3, 3, 61, dtype="float32")
        self.plane = np.stack(np.meshgrid(x, x), axis=-1)

    def on_train_begin(self, logs=None):
        """Draws the game as it is."""
        self.on_epoch_end(-1)

    def on_epoch_end(self, epoch, logs=None):
        """Draws the game as it is."""
        samples = self.model.generate(300, seed=0)
        judged = sigmoid(self.model.logits(self.plane.reshape(-1, 2)).numpy()).reshape(61, 61)
        figure, ax = plt.subplots(figsize=(4, 4.2), dpi=72, layout="constrained")
        colours = {"cmap": "RdBu", "levels": np.linspace(0, 1, 11), "alpha": 0.5}
        ax.contourf(self.plane[..., 0], self.plane[..., 1], judged, **colours)
        ax.scatter(*points[:300].T, s=3, color="tab:blue")
        ax.scatter(*samples.T, s=3, color="tab:red")
        arrows = gradients_of_log_d(self.model, samples[:100])
        ax.quiver(*samples[:100].T, *arrows.T, angles="xy", scale=20, width=0.004)
        square(ax, f"step {STEPS * (epoch + 1)}")
        self.frames.append(frame(figure))


# %% [markdown]
# Blue is where D says "real", red where it says "generated", white where it does not know.

# %%
gan = kerasgan.models.GAN((2,), latent_dim=8, seed=0)
gan.compile(
    keras.optimizers.Adam(1e-3, beta_1=0.5),
    keras.optimizers.Adam(1e-3, beta_1=0.5),
    penalty=kerasgan.losses.R1(0.1),
)
film = Film()
gan.fit(points, batch_size=256, epochs=EPOCHS, callbacks=[film], verbose=2)
kerasgan.data.save_film(pathlib.Path("game.webp"), film.frames, seconds=0.6)
