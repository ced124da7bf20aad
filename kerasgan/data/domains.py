"""Images of two domains: with a known relation, or a synthetic and a real one."""

import functools
import os

import numpy as np
from scipy import ndimage

from kerasgan.data import decode, order
from kerasgan.data.files import is_folder, source_path, stack
from kerasgan.data.fonts import box_of, load_fonts
from kerasgan.data.images import Images
from kerasgan.data.loading import load_images
from kerasgan.data.sources import Source
from kerasgan.data.translation import Unpaired, load_unpaired


def outlines(images):
    """Returns the outlines of bright shapes: of each pixel the largest of 3 x 3, less the pixel.

    Args:
        images: uint8 (N, H, W, C).
    """
    return ndimage.grey_dilation(images, size=(1, 3, 3, 1)) - images


def negatives(images):
    """Returns images with each level, of uint8, counted from the other end."""
    return 255 - images


def load_related(
    source,
    image_shape,
    *,
    relation=outlines,
    split="train",
    data_dir=None,
    limit=None,
    stream=None,
    cache_dir=None,
):
    """Loads two domains, one of which is made of the other, but no pairs.

    The images are halved at random, always alike: domain A is the one half as it is, domain B the
    other half, changed by `relation`. No image is in both.

    Args:
        source: As in `kerasgan.data.load_images`; or a folder with the sub-folders `trainA` and
            `trainB`, as in `load_unpaired`, whose two domains are taken as they are.
        image_shape: (height, width, channels) of the images.
        relation: A function of images, uint8 (N, H, W, C), to as many of the same shape: `outlines`
            or `negatives`, say.
        split: "train" or "test".
        data_dir: As in `kerasgan.data.load_images`.
        limit: How many images to keep, of both domains together; None keeps all.
        stream: As in `kerasgan.data.load_images`.
        cache_dir: Likewise.

    Returns:
        `Unpaired`, with the relation.

    Raises:
        ValueError: As in `kerasgan.data.load_images`.
        DownloadError: Likewise.
    """
    options = {"data_dir": data_dir, "limit": limit, "stream": stream, "cache_dir": cache_dir}
    if isinstance(source, (str, os.PathLike)) and is_folder(source_path(source) / f"{split}A"):
        return load_unpaired(source, image_shape, split=split, jitter=False, **options)
    images = load_images(source, image_shape, split=split, **options)
    numbers = np.random.default_rng(0).permutation(len(images))
    halves = np.sort(numbers[::2]), np.sort(numbers[1::2])
    a, b = (
        Images(_some(images, half, change), name=images.name)
        for half, change in zip(halves, (None, relation), strict=True)
    )
    return Unpaired(a, b, name=images.name, relation=relation)


class _Some(Source):
    """Some images of another source, changed."""

    def __init__(self, source, numbers, change):
        super().__init__(len(numbers), source.shape[1:])
        self._source, self._numbers, self._change = source, numbers, change

    def read(self, number):
        """Returns an image, as in `Source`."""
        return _changed(self._source.read(self._numbers[number])[None], self._change)[0]

    def digest(self):
        """Returns a digest of the other source, and of what is made of it."""
        change = getattr(self._change, "__qualname__", self._change)
        return f"{self._source.digest()}-{order.digest(self._numbers)}-{change}"


def _some(images, numbers, change):
    if images.on_disk:
        return _Some(images.images, numbers, change)
    return _changed(images.images[numbers], change)


def _changed(images, change):
    return images if change is None else change(images)


def load_adaptation(
    source,
    image_shape,
    *,
    synthetic="fonts",
    padding=0,
    split="train",
    data_dir=None,
    limit=None,
    stream=None,
    cache_dir=None,
):
    """Loads real images, and others that show the same, whose classes are known.

    Args:
        source: The real images, domain B, as in `kerasgan.data.load_images`.
        image_shape: (height, width, channels) of the images.
        synthetic: Domain A: `"fonts"`, digits as `load_fonts` draws them, which fill as large a box
            as the real ones; or as in `kerasgan.data.load_images`.
        padding: How many black pixels to lay around the real images before they are resized. The
            digits of USPS, of 16 x 16 pixels, have the frame of MNIST's with 3.
        split: "train" or "test".
        data_dir: As in `kerasgan.data.load_images`.
        limit: How many images of each domain to keep, from the first on; None keeps all.
        stream: As in `kerasgan.data.load_images`; images that are padded are held in memory.
        cache_dir: Likewise.

    Returns:
        `Unpaired`, the images of A with labels, and those of B if there are any.

    Raises:
        ValueError: As in `kerasgan.data.load_images`.
        DownloadError: Likewise.
    """
    options = {"split": split, "data_dir": data_dir, "limit": limit}
    disk = {"stream": stream, "cache_dir": cache_dir}
    if padding:
        images = load_images(source, None, stream=False, **options)
        real = Images(_padded(images.images, padding, image_shape), images.labels, name=images.name)
    else:
        real = load_images(source, image_shape, **options, **disk)
    if synthetic == "fonts":
        made = load_fonts(image_shape, split, limit, box_of(real.images[:1000]))
    else:
        made = load_images(synthetic, image_shape, **options, **disk)
    return Unpaired(made, real, name=real.name)


def _padded(images, padding, image_shape):
    sides = [(0, 0), (padding, padding), (padding, padding), (0, 0)]
    convert = functools.partial(decode.conform, image_shape=tuple(image_shape), crop=True)
    return stack(map(convert, np.pad(images, sides)), len(images), image_shape)
