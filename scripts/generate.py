"""Generates images with a trained model.

python scripts/generate.py --model=runs/dcgan-digits --count=64 --output=grid.png
python scripts/generate.py --model=model.keras --count=1000 --output=pictures
python scripts/generate.py --model=runs/cgan-mnist --labels=0,2,4,6,8 --output=even.png
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
_LABELS = flags.DEFINE_list(
    "labels",
    None,
    "The classes, or categories, to generate, as numbers, taken in turn. [default: any]",
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
    images = load_generator(pathlib.Path(_MODEL.value))(_COUNT.value, parse_labels(), seed)
    with common.user_errors(OSError):
        if output.suffix == ".png":
            output.parent.mkdir(parents=True, exist_ok=True)
            save_image(output, image_grid(images))
        else:
            output.mkdir(parents=True, exist_ok=True)
            for i, image in enumerate(images):
                save_image(output / f"{i:05d}.png", image)
    print(f"{len(images)} images in {output} (--seed={seed})")


def parse_labels():
    """Returns --labels, repeated to --count of them, or None."""
    if _LABELS.value is None:
        return None
    if not _LABELS.value or not all(label.isdecimal() for label in _LABELS.value):
        raise common.UserError(
            f"--labels must be numbers such as 3 or 0,1,2, got {','.join(_LABELS.value)!r}"
        )
    with common.user_errors(OverflowError):
        return np.resize(np.array(_LABELS.value, "int32"), _COUNT.value)


def load_generator(path):
    """Returns a function (count, labels, seed) -> images of what is found at a path."""
    if tf.saved_model.contains_saved_model(path):
        return load_served(path)
    model = common.load_model(path)

    def generate(count, labels, seed):
        if labels is not None and not hasattr(model, "sample_labelled"):
            raise common.UserError(f"{path} holds a {type(model).__name__}: it takes no --labels")
        arguments = [] if labels is None else [labels]
        with common.user_errors(ValueError):
            return model.generate(count, *arguments, seed=seed, batch_size=_BATCH_SIZE.value)

    return generate


def load_served(path):
    """Likewise of a SavedModel."""
    with common.user_errors(OSError):
        endpoints = tf.saved_model.load(path)
    if not hasattr(endpoints, "generate"):
        raise common.UserError(f"{path} is a SavedModel without an endpoint 'generate'")
    takes_labels = hasattr(endpoints, "generate_from_labels")

    def generate(count, labels, seed):
        if labels is not None and not takes_labels:
            raise common.UserError(f"{path} takes no --labels")
        if not hasattr(endpoints, "generate_n"):
            raise common.UserError(f"{path} takes attributes, which this script does not know")
        if labels is None and takes_labels:
            return endpoints.generate_n(count, seed).numpy()
        # What `generate_n` or `generate_from_labels` makes, computed in parts.
        inputs = [endpoints.sample_latent(count, seed)]
        inputs += [] if labels is None else [tf.constant(labels)]
        starts = range(0, count, _BATCH_SIZE.value)
        parts = [[x[start : start + _BATCH_SIZE.value] for x in inputs] for start in starts]
        try:
            return np.concatenate([endpoints.generate(*part).numpy() for part in parts])
        except tf.errors.InvalidArgumentError as error:
            asked = ",".join(_LABELS.value)
            raise common.UserError(f"{path} does not know all of --labels={asked}") from error

    return generate


if __name__ == "__main__":
    common.run(main)
