# %% [markdown]
# # A collapse, its diagnosis, and a cure
#
# The generator's learning rate is fifty times that of the discriminator. G then runs to the place
# that D likes best, and sends all of its samples there: "the Helvetica scenario" of
# Goodfellow et al., 2014, arXiv:1406.2661, section 6. Algorithm 1 is `kerasgan/models/gan.py`,
# `AlternatingGAN.train_step`; the diagnosis is `kerasgan/callbacks/health.py`, `GANHealth`, which
# looks at the mean distance between generated examples, and at D's accuracies.

# %%
import os
import textwrap

import keras
import matplotlib.pyplot as plt
from _drawing import CENTRES, DEVIATION, ring, square

import kerasgan

EPOCHS = int(os.environ.get("LECTURE_EPOCHS", 6))
points = ring(500 * 256)

# %% [markdown]
# `stop` ends training when there is something to warn of, by an error that says what. The cure is
# what it says: a smaller learning rate of the generator.

# %%
rates = {"G 0.05, D 0.001": 0.05, "G 0.001, D 0.001": 0.001}
figure, axes = plt.subplots(1, 2, figsize=(8, 5.2), layout="constrained")
for ax, (title, rate) in zip(axes, rates.items(), strict=True):
    gan = kerasgan.models.GAN((2,), latent_dim=8, seed=0)
    gan.compile(
        keras.optimizers.Adam(rate, beta_1=0.5),
        keras.optimizers.Adam(1e-3, beta_1=0.5),
        penalty=kerasgan.losses.R1(0.1),
    )
    health = kerasgan.callbacks.GANHealth(points[:64], on_collapse=kerasgan.callbacks.stop)
    said = f"After {500 * EPOCHS} steps: no warning"
    try:
        gan.fit(points, batch_size=256, epochs=EPOCHS, callbacks=[health], verbose=0)
    except kerasgan.callbacks.Collapse as collapse:
        said = str(collapse)
    generated = gan.generate(2000, seed=1)
    covered = kerasgan.metrics.modes_covered(generated, CENTRES, DEVIATION)
    print(f"{title}: {covered.modes} modes, {covered.high_quality:.1%} near to one. {said}")
    ax.scatter(*points[:500].T, s=2, color="0.7")
    ax.scatter(*generated.T, s=2, color="tab:red")
    square(ax, f"{title}\n{covered.modes} modes, {covered.high_quality:.1%} near")
    ax.set_xlabel(textwrap.fill(said, 70), fontsize=8)
figure.savefig("collapse.png", dpi=90)
