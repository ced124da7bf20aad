"""Made-up runs."""

import math
import re

import numpy as np
from PIL import Image

from kerasgan import report


def run(folder, epochs=200, name="dcgan-digits", side=512, every=40, **options):
    """A run of so many epochs, with pictures of noise that do not compress well."""
    folder.mkdir()
    history = [
        {
            "epoch": i,
            "discriminator_loss": 1.3 - math.exp(-i / 30),
            "generator_loss": 0.7 + math.exp(-i / 50),
            "val_discriminator_loss": 1.2 - math.exp(-i / 30),
            "real_accuracy": 0.5 + 0.4 * math.exp(-i / 60),
            "fake_accuracy": 0.5 + 0.3 * math.exp(-i / 60),
            "val_frechet_distance": 10.0 + 100.0 * math.exp(-i / 40),
        }
        for i in range(epochs)
    ]
    samples, noise = [], np.random.default_rng(0)
    for epoch in range(every, epochs + 1, every):
        pixels = noise.integers(0, 256, (side // 4, side // 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((side, side)).save(folder / f"epoch-{epoch:05d}.png")
        samples.append((epoch, folder / f"epoch-{epoch:05d}.png"))
    defaults = {"batch_size": 32, "penalty": None}
    return report.Run(
        name=name,
        facts={"model": "dcgan", "data": "digits, 1,500 examples of 16 x 16 x 1"},
        epochs=epochs,
        history=history,
        samples=samples,
        real=samples[0][1],
        options=defaults | options,
        defaults=defaults,
        warnings=["After 100 steps the discriminator wins: try a smaller learning rate."],
    )


def text(html):
    """What is between tags, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))
