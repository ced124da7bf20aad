# %% [markdown]
# # Twenty-five modes
#
# A grid of 25 Gaussians, each a fortieth as wide as the way to the next one. What a game covers of
# it can be counted: a mode is covered if a sample is within three standard deviations of its
# centre (Lin et al., "PacGAN", 2017, arXiv:1712.04086). All games have the same networks, batches,
# and learning rates that fall. The first is that of Goodfellow et al., with the non-saturating
# loss; the others penalize D's gradient, at real points (Mescheder et al., 2018, arXiv:1801.04406),
# at real and generated ones with relativistic pairing (Huang et al., 2024, arXiv:2501.05441), or
# between them (Gulrajani et al., 2017, arXiv:1704.00028).

# %%
import os
import time

import keras
import matplotlib.pyplot as plt
import numpy as np

import kerasgan
from kerasgan import losses, models, networks

# 12,000 steps of 256 points; WGAN-GP, with five steps of its critic each, takes 4,000.
EPOCHS = int(os.environ.get("LECTURE_EPOCHS", 12))
SEEDS = int(os.environ.get("LECTURE_SEEDS", 1))
BATCH, LATENTS, WIDTH = 256, 4, 128
grid = kerasgan.data.load_points("grid", count=1000 * BATCH, seed=0)


# %%
def play(game, compiled, critic_steps, betas, seed):
    """Trains one game, and returns 10,000 samples."""
    gan = game(
        generator=networks.points.generator((2,), LATENTS, WIDTH, seed),
        discriminator=networks.points.discriminator((2,), WIDTH, seed),
        ema=0.995,
        seed=seed,
    )
    steps = EPOCHS * 1000 if critic_steps == 1 else EPOCHS * 1000 // 3
    optimizers = [
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, count, 0.05), *betas)
        for count in (steps, steps * critic_steps)
    ]
    gan.compile(*optimizers, **compiled)
    points = np.tile(grid.points, (-(-steps * critic_steps // 1000), 1))
    gan.fit(points[: steps * critic_steps * BATCH], batch_size=BATCH * critic_steps, verbose=0)
    return gan.generate(10_000, seed=1)


R1 = losses.R1(0.01)
GAMES = {
    "non-saturating": (models.GAN, {}, 1, (0.5, 0.99)),
    "R1": (models.GAN, {"penalty": R1}, 1, (0.0, 0.99)),
    "pairing, R1 + R2": (
        models.GAN,
        {"adversarial_loss": losses.RelativisticPairing(), "penalty": R1 + losses.R2(0.01)},
        1,
        (0.0, 0.99),
    ),
    "WGAN-GP": (models.WGANGP, {"penalty": losses.GradientPenalty(0.1)}, 5, (0.0, 0.9)),
}
figure, axes = plt.subplots(1, 4, figsize=(12, 3.8), layout="constrained")
for ax, (name, game) in zip(axes, GAMES.items(), strict=True):
    for seed in range(SEEDS):
        start = time.monotonic()
        samples = play(*game, seed)
        minutes = (time.monotonic() - start) / 60
        covered = kerasgan.metrics.modes_covered(samples, grid.centres, grid.deviation)
        shown = f"{covered.modes} modes, {covered.high_quality:.1%} near"
        print(f"{name}, seed {seed}: {shown}, {minutes:.1f} minutes", flush=True)
        if seed == 0:
            ax.scatter(*samples[:3000].T, s=1, color="tab:red")
            ax.set(xlim=(-5, 5), ylim=(-5, 5), xticks=[], yticks=[], aspect="equal")
            ax.set_title(f"{name}\n{shown}")
figure.savefig("modes.png", dpi=90)
