"""From picture files and arrays of any size and mode to uint8 arrays of one shape, by Pillow."""

import numpy as np
from PIL import Image, ImageOps

EXTENSIONS = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_GREY_MODES = frozenset({"1", "L", "LA", "I"})
_EXIF_ORIENTATION = 0x0112


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
    with Image.open(path) as image:
        return _conform(ImageOps.exif_transpose(image), image_shape, crop)


def decode_halves(path, image_shape, crop):
    """Decodes the left and the right half of a picture file, like `decode_file` each.

    Raises:
        ValueError: If the width is odd.
        Exception: Whatever Pillow's decoders raise on a broken file.
    """
    with Image.open(path) as image:
        image = ImageOps.exif_transpose(image)
        half, odd = divmod(image.width, 2)
        if odd:
            raise ValueError(f"its width, {image.width}, is odd: it shows no two pictures")
        boxes = ((0, 0, half, image.height), (half, 0, image.width, image.height))
        return [_conform(image.crop(box), image_shape, crop) for box in boxes]


def decode_whole(path, channels, shorter_side=None):
    """Decodes a picture file, upright and whole, to uint8 (height, width, channels).

    Args:
        path: The file.
        channels: As in `decode_file`.
        shorter_side: What to scale the shorter side to; None keeps the size.

    Raises:
        Exception: Whatever Pillow's decoders raise on a broken file.
    """
    with Image.open(path) as image:
        image = ImageOps.exif_transpose(image)
        factor = 1 if shorter_side is None else shorter_side / min(image.size)
        height, width = (max(1, round(side * factor)) for side in (image.height, image.width))
        return _conform(image, (height, width, channels), crop=False)


def resize(pixels, size):
    """Resizes uint8 (height, width, channels) to (height, width), bicubic and antialiased."""
    return conform(pixels, (*size, pixels.shape[-1]), crop=False)


def conform(pixels, image_shape, crop):
    """Brings a uint8 (height, width, channels) array to `image_shape`, like `decode_file`."""
    if pixels.shape == tuple(image_shape):
        return pixels
    return _conform(
        Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels), image_shape, crop
    )


def survey(paths):
    """Reads the headers of files, skipping broken ones.

    Returns:
        The set of (height, width) found, and the channels to hold all: 1 if all are grey, else 3.
    """
    found = list(_headers(paths))
    grey = all(grey for _, grey in found)
    return {size for size, _ in found}, 1 if grey else 3


def sizes(paths):
    """Returns the (height, width) of each readable file, from their headers."""
    return [size for size, _ in _headers(paths)]


def _headers(paths):
    """Yields (height, width) and whether a file is grey, for each that is not broken."""
    for path in paths:
        try:
            with Image.open(path) as image:
                sideways = image.getexif().get(_EXIF_ORIENTATION, 1) >= 5
                yield image.size if sideways else image.size[::-1], _is_grey(image)
        except Exception:  # A broken file has no say; decoding will report it.
            continue


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


def _is_grey(image):
    return image.mode in _GREY_MODES or image.mode.startswith("I;16")


def _to_mode(image, mode):
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
