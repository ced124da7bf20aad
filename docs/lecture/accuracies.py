# %% [markdown]
# # The discriminator's accuracy, and what it settles at
#
# For a generator that stands still, with samples of density g, the best discriminator is
#
#     D*(x) = p(x) / (p(x) + g(x))
#
# (Goodfellow et al., 2014, arXiv:1406.2661, equation 2). It is right on
#
#     1/2 + 1/4 integral |p(x) - g(x)| dx
#
# of points, half of them real: on all if the densities do not overlap, on half if they are equal.
# Training is to end at 0.5, which is no proof that it went well: a discriminator that
# has learnt nothing has it too. `kerasgan/models/gan.py` logs both accuracies in each step.

# %%
import os

import keras
import matplotlib.pyplot as plt
import numpy as np
from _drawing import ring

import kerasgan

EPOCHS = int(os.environ.get("LECTURE_EPOCHS", 30))
points = ring(200 * 256)
held_out = ring(10_000, seed=1)


# %% [markdown]
# Beside what is logged, how good a discriminator could be: the densities are counted in squares of
# a quarter.


# %%
def best_accuracy(real, generated):
    """Returns the accuracy of D* on points, by their counts in squares."""
    edges = np.linspace(-3, 3, 25)
    counts = [np.histogram2d(*each.T, bins=[edges, edges])[0] for each in (real, generated)]
    p, g = (count / len(each) for count, each in zip(counts, (real, generated), strict=True))
    outside = 1 - g.sum()  # where there are no real points
    return 0.5 + 0.25 * (np.abs(p - g).sum() + outside)


class Best(keras.callbacks.Callback):
    """Notes the best discriminator's accuracy after each epoch."""

    def on_train_begin(self, logs=None):
        """Starts the notes."""
        self.values = []

    def on_epoch_end(self, epoch, logs=None):
        """Notes the best accuracy against what is generated now."""
        self.values.append(best_accuracy(held_out, self.model.generate(10_000, seed=epoch)))


# %% [markdown]
# The same game twice. In the second one G learns a hundred times more slowly than D.

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
steps = 200 * np.arange(1, EPOCHS + 1)
for ax, rate in zip(axes, (1e-3, 1e-5), strict=True):
    gan = kerasgan.models.GAN((2,), latent_dim=8, seed=0)
    gan.compile(
        keras.optimizers.Adam(rate, beta_1=0.5),
        keras.optimizers.Adam(1e-3, beta_1=0.5),
        penalty=kerasgan.losses.R1(0.1),
    )
    best = Best()
    history = gan.fit(points, batch_size=256, epochs=EPOCHS, callbacks=[best], verbose=0).history
    for name in ("real", "fake"):
        values = history[f"{name}_accuracy"]
        print(f"G {rate:g}: accuracy on {name} points {values[0]:.2f}, at the end {values[-1]:.2f}")
        ax.plot(steps, values, label=f"D on {name} points")
    ax.plot(steps, best.values, "k:", label="the best D")
    print(f"G {rate:g}: the best discriminator has {best.values[-1]:.2f}")
    ax.axhline(0.5, color="0.7", linewidth=0.8)
    ax.set(title=f"learning rate of G: {rate:g}, of D: 0.001", xlabel="step", ylim=(0.3, 1.02))
axes[0].set_ylabel("accuracy")
axes[1].legend(loc="lower right")
figure.savefig("accuracies.png", dpi=90)
