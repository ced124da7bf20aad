"""Trains on tiny data of a kind, and kills itself after a step.

    python tests/faults/on_source.py KIND FOLDER WORKDIR [STEP]

FOLDER is what `write` has filled. The run goes on where an earlier one was killed.
"""

import os
import pathlib
import signal
import sys

import numpy as np
from PIL import Image

sys.path[:0] = [str(pathlib.Path(__file__).parents[i]) for i in (2, 1)]

ROOT = pathlib.Path(__file__).parents[2]
TFDS = pathlib.Path(os.environ.get("KERASGAN_TFDS", ROOT.parent / "shared" / "tfds"))
EPOCHS, STEPS = 2, 2

_STREAM, _CACHE = {"stream": True}, {"stream": True, "cache_dir": "cache"}
# The recipe, the data, and options, by kind; batches make two steps an epoch.
KINDS = {
    "memory": ("gan", "set.npy", {"stream": False}),
    "folder": ("gan", "classes", _STREAM),
    "cache": ("gan", "classes", _CACHE),
    "npy": ("gan", "set.npy", _STREAM),
    "tfds": ("gan", "mnist", _CACHE | {"limit": 20, "data_dir": str(TFDS), "channels": 1}),
    "sequence": ("gan", "a list", {}),
    "pairs": ("pix2pix", "pairs", _STREAM | {"image_size": 32}),
    "domains": ("cyclegan", "pairs", _STREAM | {"image_size": 32}),
    "super-resolution": ("srresnet", "pictures", _STREAM | {"image_size": 16}),
    "semi-supervised": ("sgan", "classes", _STREAM),
}


def write(folder):
    """Fills a folder with data of all kinds."""
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (24, 8, 8, 3), dtype=np.uint8)
    np.save(folder / "set.npy", pixels)
    for i, picture in enumerate(pixels):
        save(folder / "classes" / "ab"[i % 2] / f"{i:02d}.png", picture)
    for i in range(4):
        for domain in "AB":
            large = generator.integers(0, 256, (36, 40, 3), dtype=np.uint8)
            save(folder / "pairs" / f"train{domain}" / f"{i}.png", large)
        save(folder / "pictures" / f"{i}.png", large[: 16 + i])


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def arguments(kind, folder):
    """The recipe, the data and the options of a training, in whose folder `write` has been."""
    import zoo

    name, source, options = KINDS[kind]
    size = 2 if kind in ("pairs", "domains", "super-resolution") else 8
    options = {"image_size": 8, "channels": 3, "batch_size": size, "augment": ""} | options
    if "cache_dir" in options:
        options["cache_dir"] = str(folder / "cache")
    data = str(folder / source) if (folder / source).exists() else source
    if kind == "sequence":
        data = list(np.load(folder / "set.npy"))
    return zoo.RECIPES[name], data, options


def main(kind, folder, workdir, last=None):
    """Trains."""
    from scripts.narrow import narrow  # of the tests

    from kerasgan import callbacks, training

    narrow()
    original, done = callbacks.Checkpoint.on_train_batch_end, []

    def end(self, batch, logs=None):
        original(self, batch, logs)
        done.append(None)
        if len(done) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    callbacks.Checkpoint.on_train_batch_end = end
    recipe, data, options = arguments(kind, folder)
    options |= {"epochs": EPOCHS, "steps_per_epoch": STEPS, "checkpoint_every": 1, "resume": True}
    training.train(recipe, data, workdir, **options)


if __name__ == "__main__":
    main(sys.argv[1], *map(pathlib.Path, sys.argv[2:4]), *map(int, sys.argv[4:]))
