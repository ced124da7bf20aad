# %% [markdown]
# # Why the generator does not minimise log(1 - D)
#
# Goodfellow et al., 2014, arXiv:1406.2661, section 3: early in training D rejects samples with high
# confidence, and log(1 - D(G(z))) saturates. So G maximises log D(G(z)) instead. By D's logit l of
# a sample, with s for the sigmoid, the gradients of what G minimises are
#
#     log(1 - s(l)):  -s(l)          -log s(l):  -(1 - s(l))
#
# `kerasgan/losses/adversarial.py`, `Minimax.generator` and `NonSaturating.generator`.

# %%
import os

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import kerasgan

EPOCHS = int(os.environ.get("LECTURE_EPOCHS", 20))
GAMES = {name: kerasgan.losses.get(name) for name in ("minimax", "non_saturating")}

# %% [markdown]
# First the formulas, by automatic differentiation of the library's losses.

# %%
logits = tf.linspace(-8.0, 8.0, 101)
slopes = {}
for name, loss in GAMES.items():
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = 101 * loss.generator(logits)  # the sum, for a gradient by each logit
    slopes[name] = tape.gradient(value, logits).numpy()

# %% [markdown]
# Then a generator that stands still (its learning rate is 0) while D learns to tell its samples
# from digits, vectors of 64 pixels. After each epoch, 30 steps of D: how sure it is, and how long
# the gradient by G's weights would be.


# %%
class Gradients(keras.callbacks.Callback):
    """Notes D's mean probability of generated points, and the norms of G's gradients."""

    def on_train_begin(self, logs=None):
        """Notes how the game begins."""
        self.latents = self.model.sample_latent(1000, seed=0)
        self.believed, self.norms = [], {name: [] for name in GAMES}
        self.on_epoch_end(-1)

    def on_epoch_end(self, epoch, logs=None):
        """Notes how the game stands."""
        weights = self.model.generator.trainable_variables
        for name, loss in GAMES.items():
            with tf.GradientTape() as tape:
                judged = self.model.logits(self.model.generator(self.latents))
                value = loss.generator(judged)
            gradients = tape.gradient(value, weights)
            self.norms[name].append(float(tf.linalg.global_norm(gradients)))
        self.believed.append(float(tf.reduce_mean(tf.sigmoid(judged))))


digits = kerasgan.data.load_images("digits").images
vectors = kerasgan.data.to_float(digits).numpy().reshape(-1, 64)
gan = kerasgan.models.GAN((64,), latent_dim=32, seed=0)
gan.compile(keras.optimizers.SGD(0.0), keras.optimizers.Adam(1e-3, beta_1=0.5))
noted = Gradients()
gan.fit(vectors, batch_size=50, epochs=EPOCHS, callbacks=[noted], verbose=0)

# %%
figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained")
steps = 30 * np.arange(EPOCHS + 1)
for name in GAMES:
    axes[0].plot(tf.sigmoid(logits), np.abs(slopes[name]), label=name)
    axes[2].semilogy(steps, noted.norms[name], label=name)
    print(f"{name}: the gradient's norm from {noted.norms[name][0]:.3g} to", end=" ")
    print(f"{noted.norms[name][-1]:.3g}")
axes[0].set(title="gradient by the logit, size", xlabel="D(G(z))")
axes[1].semilogy(steps, noted.believed, color="k")
axes[1].set(title="mean D(G(z)), G standing still", xlabel="steps of D")
axes[2].set(title="norm of G's gradient", xlabel="steps of D")
axes[0].legend()
figure.savefig("gradients.png", dpi=90)
