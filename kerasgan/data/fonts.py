"""Digits of printed fonts, whose classes are known: synthetic images beside handwritten ones."""

import functools
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kerasgan.data.images import Images

# The fonts inside Matplotlib that have digits.
_DEJAVU = ["", "-Bold", "-BoldOblique", "-Oblique"]
_FONTS = [
    *(f"DejaVuSans{style}" for style in _DEJAVU),
    *(f"DejaVuSansMono{style}" for style in _DEJAVU),
    *(f"DejaVuSerif{style}" for style in ["", "-Bold", "-BoldItalic", "-Italic"]),
    *(f"STIXGeneral{style}" for style in ["", "Bol", "BolIta", "Italic"]),
    *("cmr10", "cmss10", "cmtt10"),
]
# Seeds and numbers of the images of a split.
_SPLITS = {"train": (0, 10_000), "test": (1, 2_000)}
_SIZE = 96  # of the glyphs that are drawn, in pixels
_ROTATION, _SHEAR = 15.0, 0.3
# Digits of MNIST fit into a box of 20 of 28 pixels.
MNIST_BOX = 20 / 28


def load_fonts(image_shape=None, split="train", limit=None, box=MNIST_BOX):
    """Returns `Images` of digits in 19 fonts, white on black, with their classes.

    Each is a random digit of a random font, sheared by up to 0.3 and turned by up to 15 degrees,
    scaled until its longer side fills a box, and laid with its centre of mass in the middle, as far
    as it stays within the image: so are the digits of MNIST. They are always the same ones.

    Args:
        image_shape: (height, width, channels); None is (28, 28, 1).
        split: "train", of 10,000 images, or "test", of 2,000 others.
        limit: How many images to draw; None draws all.
        box: The side of the box, as a part of the shorter side of the image, in (0, 1].

    Raises:
        ValueError: If there is no such split.
    """
    if split not in _SPLITS:
        raise ValueError(f"'fonts' has the splits 'train' and 'test', but not {split!r}.")
    height, width, channels = image_shape or (28, 28, 1)
    seed, count = _SPLITS[split]
    generator = np.random.default_rng(seed)
    fonts, labels = generator.integers([[len(_FONTS)], [10]], size=(2, count))
    angles = np.radians(generator.uniform(-_ROTATION, _ROTATION, count))
    shears = generator.uniform(-_SHEAR, _SHEAR, count)
    drawn = np.zeros((min(count, limit or count), height, width, channels), np.uint8)
    side = max(round(box * min(height, width)), 1)
    for image, *numbers in zip(drawn, fonts, labels, angles, shears, strict=False):
        digit = _fitted(_turned(*numbers), side)
        image[_place(digit, (height, width))] = digit[..., None]
    return Images(drawn, labels[: len(drawn)], [str(digit) for digit in range(10)], "fonts")


def box_of(images):
    """Returns how large a box the bright shapes of images fill, a part of the shorter side.

    The median of the longer sides of the rectangles around what is brighter than the middle.

    Args:
        images: uint8 (N, H, W, C).
    """
    bright = images.max(axis=-1) > 127
    sides = [_extent(bright.any(axis=axis)) for axis in (1, 2)]
    return float(np.median(np.max(sides, axis=0)) / min(images.shape[1:3]))


def _extent(bright):
    """Returns the distance from the first to the last of each row, (N,)."""
    last = bright.shape[1] - bright[:, ::-1].argmax(axis=1)
    return np.where(bright.any(axis=1), last - bright.argmax(axis=1), 0)


@functools.cache
def _glyph(font, digit):
    import matplotlib  # takes a while

    file = pathlib.Path(matplotlib.get_data_path(), "fonts", "ttf", f"{_FONTS[font]}.ttf")
    picture = Image.new("L", (2 * _SIZE, 2 * _SIZE))
    middle = (_SIZE, _SIZE)
    font = ImageFont.truetype(file, _SIZE)
    ImageDraw.Draw(picture).text(middle, str(digit), fill=255, font=font, anchor="mm")
    return picture


def _turned(font, digit, angle, shear):
    """Returns a digit, sheared and turned about the middle."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.array([[1, shear], [0, 1]]) @ turn
    shift = _SIZE - matrix @ [_SIZE, _SIZE]
    rows = np.column_stack([matrix, shift])
    picture = _glyph(font, digit)
    return picture.transform(picture.size, Image.Transform.AFFINE, rows.ravel(), Image.BILINEAR)


def _fitted(picture, side):
    """Returns the ink of a picture, its longer side scaled to so many pixels, uint8 (H, W)."""
    ink = picture.crop(picture.getbbox())
    scale = side / max(ink.size)
    return np.asarray(ink.resize([max(round(scale * each), 1) for each in ink.size], Image.BICUBIC))


def _place(digit, sides):
    """Returns where a digit lies in an image, two slices."""
    weight = digit.astype(float) / digit.sum()
    places = []
    for axis, side in enumerate(sides):
        centre = weight.sum(axis=1 - axis) @ (np.arange(digit.shape[axis]) + 0.5)
        start = int(np.clip(round(side / 2 - centre), 0, side - digit.shape[axis]))
        places.append(slice(start, start + digit.shape[axis]))
    return tuple(places)
