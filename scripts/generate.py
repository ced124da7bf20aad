"""Generates images with a trained model.

python scripts/generate.py --model=runs/dcgan-digits --count=64 --output=grid.png
python scripts/generate.py --model=model.keras --count=1000 --output=pictures
"""

import common  # first: it quietens TensorFlow

import pathlib
import random

import numpy as np
import tensorflow as tf
from absl import flags

from kerasgan.data import image_grid, save_image

_MODEL = flags.DEFINE_string(
    "model", None, "A run's folder, a .keras file, or a SavedModel's folder.", required=True
)
_COUNT = flags.DEFINE_integer("count", 64, "How many images.", lower_bound=1)
_SEED = flags.DEFINE_integer(
    "seed",
    None,
    "The same seed gives the same images. [default: random]",
    lower_bound=0,
    upper_bound=2**32 - 1,
)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 64, "Images computed at once.", lower_bound=1)
_OUTPUT = flags.DEFINE_string(
    "output", "generated.png", "A .png file for one grid, or a folder for a file an image."
)


def main():
    """Loads, generates, writes."""
    output = pathlib.Path(_OUTPUT.value)
    if output.suffix not in ("", ".png"):
        raise common.UserError(f"--output={output} must be a .png file or a folder")
    if output.exists() and (output.is_file() or any(output.iterdir())):
        raise common.UserError(f"--output={output} exists already: choose another one")
    seed = random.randrange(2**31) if _SEED.value is None else _SEED.value
    images = load_generator(pathlib.Path(_MODEL.value))(_COUNT.value, seed)
    with common.user_errors(OSError):
        if output.suffix == ".png":
            output.parent.mkdir(parents=True, exist_ok=True)
            save_image(output, image_grid(images))
        else:
            output.mkdir(parents=True, exist_ok=True)
            for i, image in enumerate(images):
                save_image(output / f"{i:05d}.png", image)
    print(f"{len(images)} images in {output} (--seed={seed})")


def load_generator(path):
    """Returns a function (count, seed) -> images of what is found at a path."""
    if not tf.saved_model.contains_saved_model(path):
        return lambda count, seed: common.load_model(path).generate(count, seed, _BATCH_SIZE.value)
    with common.user_errors(OSError):
        endpoints = tf.saved_model.load(path)
    if not hasattr(endpoints, "generate"):
        raise common.UserError(f"{path} is a SavedModel without an endpoint 'generate'")

    def generate(count, seed):
        # The latents of `generate_n`, computed in parts.
        latents = endpoints.sample_latent(count, seed)
        parts = range(0, count, _BATCH_SIZE.value)
        return np.concatenate(
            [endpoints.generate(latents[i : i + _BATCH_SIZE.value]).numpy() for i in parts]
        )

    return generate


if __name__ == "__main__":
    common.run(main)
