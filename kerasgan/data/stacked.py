"""Digits stacked as the channels of an image, whose 1,000 modes can be counted."""

import numpy as np

from kerasgan.data import order
from kerasgan.data.cache import Keeping
from kerasgan.data.images import Images
from kerasgan.data.sources import Source
from kerasgan.data.tfds import load_tfds

# Seeds and numbers of the images of a split.
_SPLITS = {"train": (0, 128_000), "test": (1, 26_000)}


class Stacked(Source):
    """Images of three grey ones each, drawn at random.

    Args:
        images: The grey ones, an `Images`.
        count: How many to make.
        seed: An integer.
    """

    def __init__(self, images, count, seed):
        super().__init__(count, (*images.image_shape[:2], 3))
        self._images = images
        self._drawn = np.random.default_rng(seed).integers(len(images), size=(count, 3))

    def read(self, number):
        """Returns an image, as in `Source`."""
        return np.concatenate(self._images.images[self._drawn[number]], axis=-1)

    @property
    def labels(self):
        """The number that the digits of an image make, the first channel's first: (count,)."""
        return self._images.labels[self._drawn] @ np.array([100, 10, 1])

    def digest(self):
        """Returns a digest of the grey images and of what was drawn."""
        return f"{self._images.digest()}-{order.digest(self._drawn)}"


def load_stacked(image_shape, split, data_dir, crop, limit):
    """Returns the `Images` "stacked_mnist"; arguments are those of `load_images`.

    Lin et al., "PacGAN: The power of two samples in generative adversarial networks", 2017,
    arXiv:1712.04086.
    """
    if split not in _SPLITS:
        raise ValueError(f"'stacked_mnist' has the splits 'train' and 'test', but not {split!r}.")
    height, width, channels = image_shape or (28, 28, 3)
    if channels != 3:
        raise ValueError(
            f"'stacked_mnist' has 3 channels, a digit each, but image_shape is {image_shape}."
        )
    grey = (height, width, 1)
    digits = load_tfds("mnist", grey, "train+test", data_dir, crop, None, Keeping(stream=False))
    seed, count = _SPLITS[split]
    images = Stacked(digits, min(count, limit or count), seed)
    names = [f"{number:03}" for number in range(1000)]
    return Images(images, images.labels, names, "stacked_mnist")
