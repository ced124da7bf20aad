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
    sizes, grey = set(), True
    for path in paths:
        try:
            with Image.open(path) as image:
                sideways = image.getexif().get(_EXIF_ORIENTATION, 1) >= 5
                sizes.add(image.size if sideways else image.size[::-1])
                grey = grey and _is_grey(image)
        except Exception:  # A broken file has no say; decoding will report it.
            continue
    return sizes, 1 if grey else 3


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
