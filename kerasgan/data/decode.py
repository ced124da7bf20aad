"""From picture files and arrays of any size and mode to uint8 arrays of one shape, by Pillow."""

import contextlib
import itertools
import threading
import warnings

import numpy as np
from PIL import ExifTags, Image, ImageOps, features

from kerasgan.data.pixels import check_range, to_uint8

_EXTENSIONS = {  # of each format that is read
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "JPEG": (".jpeg", ".jpg"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}
if "avif" in features.modules and features.check("avif"):  # Pillow 11.3
    _EXTENSIONS["AVIF"] = (".avif",)
EXTENSIONS = frozenset(itertools.chain(*_EXTENSIONS.values()))

# Larger pictures are not read, and no more pixels than these are decoded at a time by all threads:
# a pixel takes up to 16 bytes, and a file of 100 kB may hold millions of them.
MAX_PIXELS = 100_000_000
# Pillow's blocks of 16 MiB stay with the thread that has freed them, those over 32 MiB do not:
# else each thread would keep the memory of its largest picture.
Image.core.set_block_size(2**26)

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}  # by the channels that pictures have
_GREY_MODES = frozenset({"1", "L", "LA", "I"})
_SIDEWAYS = range(5, 9)  # EXIF orientations
_BAND = 2**20  # pixels


class _Budget:
    """A number of pixels that threads share."""

    def __init__(self, pixels):
        self._all, self._free, self._changed = pixels, pixels, threading.Condition()

    @contextlib.contextmanager
    def take(self, pixels):
        """Waits until so many are free, or all, and holds them."""
        pixels = min(pixels, self._all)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= pixels)
            self._free -= pixels
        try:
            yield
        finally:
            with self._changed:
                self._free += pixels
                self._changed.notify_all()


_BUDGET = _Budget(MAX_PIXELS)


@contextlib.contextmanager
def open_picture(path):
    """Opens a picture file as a Pillow image; one at a time in each thread.

    Pillow chooses by the content and not by the name of a file, so that only the formats of
    `EXTENSIONS` may be chosen: another one would start Ghostscript.

    Raises:
        ValueError: If it has more than `MAX_PIXELS`.
        Exception: Whatever Pillow raises on a broken file.
    """
    with Image.open(path, formats=tuple(_EXTENSIONS)) as image:
        pixels = image.width * image.height
        if pixels > MAX_PIXELS:
            raise ValueError(
                f"it has {pixels / 1e6:.0f} megapixels; at most {MAX_PIXELS / 1e6:.0f} are read"
            )
        with _BUDGET.take(pixels):
            yield image


@contextlib.contextmanager
def without_size_warnings():
    """Keeps Pillow from warning of large pictures: `open_picture` has its own limit."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


@contextlib.contextmanager
def _open_upright(path):
    with open_picture(path) as image:
        ImageOps.exif_transpose(image, in_place=True)
        yield image


def decode_file(path, image_shape, crop):
    """Decodes a picture file (its first frame), upright, to `image_shape`.

    Args:
        path: The file.
        image_shape: (height, width, channels).
        crop: True to scale until the shape is covered and cut out the centre; False to squash.

    Returns:
        A uint8 array of `image_shape`.

    Raises:
        Exception: Whatever Pillow's decoders raise on a broken file.
    """
    with _open_upright(path) as image:
        return _conform(image, image_shape, crop)


def decode_halves(path, image_shape, crop):
    """Decodes the left and the right half of a picture file, like `decode_file` each.

    Raises:
        ValueError: If the width is odd.
        Exception: Whatever Pillow's decoders raise on a broken file.
    """
    with _open_upright(path) as image:
        half, odd = divmod(image.width, 2)
        if odd:
            raise ValueError(f"its width, {image.width}, is odd: it shows no two pictures")
        boxes = ((0, 0, half, image.height), (half, 0, image.width, image.height))
        return [_conform(image.crop(box), image_shape, crop) for box in boxes]


def decode_pair(paths, image_shape, crop):
    """Decodes two picture files that show the same, like `decode_file` each.

    Returns:
        Two arrays, and whether one of the pictures may be turned against the other: their EXIF
        orientations differ, and their sizes agree with and without these.

    Raises:
        ValueError: If their proportions differ by more than the rounding of a smaller size.
        Exception: Whatever Pillow's decoders raise on a broken file.
    """
    stored, upright, orientations, arrays = [], [], [], []
    for path in paths:
        with open_picture(path) as image:
            orientations.append(_orientation(image))
            ImageOps.exif_transpose(image, in_place=True)
            upright.append(image.size)
            stored.append(image.size[::-1] if orientations[-1] in _SIDEWAYS else image.size)
            arrays.append(_conform(image, image_shape, crop))
    if not _alike(*upright):
        sizes = " and ".join(f"{width} x {height}" for width, height in upright)
        raise ValueError(f"the pictures of the pair have other proportions: {sizes}")
    return *arrays, orientations[0] != orientations[1] and _alike(*stored)


def decode_whole(path, channels, shorter_side=None):
    """Decodes a picture file, upright and whole, to uint8 (height, width, channels).

    Args:
        path: The file.
        channels: As in `decode_file`.
        shorter_side: What to scale the shorter side to; None keeps the size.

    Raises:
        Exception: Whatever Pillow's decoders raise on a broken file.
    """
    with _open_upright(path) as image:
        factor = 1 if shorter_side is None else shorter_side / min(image.size)
        height, width = (max(1, round(side * factor)) for side in (image.height, image.width))
        return _conform(image, (height, width, channels), crop=False)


def resize(pixels, size):
    """Resizes uint8 (height, width, channels) to (height, width), bicubic and antialiased."""
    return conform(pixels, (*size, pixels.shape[-1]), crop=False)


def conform(pixels, image_shape, crop):
    """Brings a uint8 (height, width, channels) array to `image_shape`, like `decode_file`.

    Raises:
        ValueError: As in `check_channels`.
    """
    if pixels.shape == tuple(image_shape):
        return pixels
    check_channels(image_shape[2], pixels.shape[2])
    if image_shape[2] > len(_MODES):
        single = (*image_shape[:2], 1)
        parts = np.split(pixels, image_shape[2], axis=2)
        return np.concatenate([conform(part, single, crop) for part in parts], axis=2)
    return _conform(
        Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels), image_shape, crop
    )


def check_channels(wanted, present=3):
    """Raises a ValueError if images cannot have so many channels.

    Args:
        wanted: How many they are to have.
        present: How many they have; of pictures any number up to 4.
    """
    if wanted != present and max(wanted, present) > len(_MODES):
        raise ValueError(
            f"images of {present} channels cannot become images of {wanted}: only grey and "
            "colours, with or without transparency, of 1 to 4 channels, are converted"
        )


def of_any(image):
    """Returns a Pillow image, or an array with or without channels, as a uint8 array with them.

    Raises:
        ValueError: If it is neither, or floats are out of range.
    """
    if isinstance(image, Image.Image):
        image = ImageOps.exif_transpose(image)
        channels = 1 if _is_grey(image) and not image.has_transparency_data else 3
        return _conform(image, (image.height, image.width, channels), crop=False)
    image = np.asarray(image)
    image = image[..., None] if image.ndim == 2 else image
    if image.ndim != 3 or not (image.dtype == np.uint8 or image.dtype.kind == "f"):
        raise ValueError(
            "an image must be a Pillow image, or uint8 or float (height, width, channels), but is "
            f"{image.dtype.name}, {image.shape}"
        )
    if image.dtype == np.uint8:
        return image
    check_range(float(image.min()), float(image.max()), image.dtype.name, "an image")
    return to_uint8(image).numpy()


def readable(path):
    """Returns the path of a picture whose header can be read.

    Raises:
        Exception: Whatever Pillow raises on a broken file.
    """
    with open_picture(path):
        return path


def survey(paths):
    """Reads the headers of files, skipping broken ones.

    Returns:
        The set of (height, width) found, and the channels to hold all: 1 if all are grey, else 3.
    """
    found = list(_headers(paths))
    grey = all(grey for _, grey in found)
    return {size for size, _ in found}, 1 if grey else 3


def sizes(paths):
    """Yields the (height, width) of each readable file, from their headers."""
    return (size for size, _ in _headers(paths))


def _headers(paths):
    """Yields (height, width) and whether a file is grey, for each that is not broken."""
    for path in paths:
        try:
            with open_picture(path) as image:
                # The size of a TIFF is that of the upright picture already.
                sideways = image.format != "TIFF" and _orientation(image) in _SIDEWAYS
                header = image.size if sideways else image.size[::-1], _is_grey(image)
        except Exception:  # A broken file has no say; decoding will report it.
            continue
        yield header


def _alike(size, other):
    """Whether one is the other made smaller, its sides rounded."""
    (width, height), (other_width, other_height) = sorted([size, other])
    return abs(width * other_height - height * other_width) <= other_width + other_height


def _conform(image, image_shape, crop):
    height, width, channels = image_shape
    image = _to_mode(image, _MODES[channels])
    if image.size != (width, height):
        # Pillow's bicubic filter widens when it shrinks, so it does not alias.
        if crop:
            image = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
        else:
            image = image.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image).reshape(image_shape)


def _orientation(image):
    """Returns the EXIF orientation, 1 to 8, of which 1 is upright."""
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    return orientation if orientation in range(1, 9) else 1


def _is_grey(image):
    return image.mode in _GREY_MODES or image.mode.startswith("I;16")


def _to_mode(image, mode):
    """Converts an image, in bands: what a conversion needs on the way has four bytes a pixel."""
    if image.mode == mode and mode in ("L", "RGB") and not image.has_transparency_data:
        return image
    rows = max(1, _BAND // image.width)
    if image.height <= rows:
        return _convert(image, mode)
    converted = Image.new(mode, image.size)
    for top in range(0, image.height, rows):
        box = (0, top, image.width, min(top + rows, image.height))
        converted.paste(_convert(image.crop(box), mode), box)
    return converted


def _convert(image, mode):
    if image.mode == "I" or image.mode.startswith("I;16"):
        image = _to_8_bits(image)
    if image.mode == "F":
        raise ValueError("float pixels have no known range")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if mode in ("L", "RGB"):
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    elif image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    return image.convert(mode)


def _to_8_bits(image):
    """Scales [0, 65535] to [0, 255]; Pillow's own conversion clips at 255."""
    pixels = np.asarray(image).astype(np.int64)
    if pixels.min() < 0 or pixels.max() > 65535:
        raise ValueError("pixels exceed 16 bits")
    return Image.fromarray(((pixels * 255 + 32767) // 65535).astype(np.uint8))
