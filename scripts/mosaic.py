"""Makes the picture of the README: a row of images of each preset that makes them of noise.

    python scripts/mosaic.py [--output=docs/presets.png]

Rows are in the order of their names. Images are those of seed 1, not chosen, one of each class
where a preset takes classes.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import pathlib

import numpy as np
from absl import flags

from kerasgan.data import decode, image_grid, save_image
from kerasgan.models import AdversarialModel

_OUTPUT = flags.DEFINE_string("output", "docs/presets.png", "The picture to write.")
_SIDE, _COUNT = 56, 10


def main():
    """Generates, enlarges, saves."""
    images = []
    for name in AdversarialModel.presets:
        model = AdversarialModel.from_preset(name)
        if not hasattr(model, "generate"):
            continue
        classes = [range(_COUNT)] if getattr(model, "num_classes", None) == _COUNT else []
        row = model.generate(_COUNT, *classes, seed=1)
        images += [decode.resize(image, (_SIDE, _SIDE)) for image in row]
        print(name)
    save_image(pathlib.Path(_OUTPUT.value), image_grid(np.stack(images), _COUNT))


if __name__ == "__main__":
    command_line.run(main)
