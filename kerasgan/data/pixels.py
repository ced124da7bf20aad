"""The two pixel ranges of the library, and the checks that nothing else gets in.

Outside, images are uint8 in [0, 255]; inside, they are float32 in [-1, 1].
"""

import numbers
import os
import sys
import warnings

import numpy as np
import tensorflow as tf

_RANGES = "uint8 in [0, 255] or float in [-1, 1]"
_TOLERANCE = 1e-3
_NO_LEVEL = 3e-3


def to_float(images):
    """Converts images to the range that networks see.

    Args:
        images: Tensor or array of any shape; uint8 in [0, 255], or floating.

    Returns:
        A float32 tensor of the same shape: uint8 is mapped to [-1, 1], floats are only cast.

    Raises:
        ValueError: If `images` is neither uint8 nor floating.
    """
    images = tf.convert_to_tensor(images)
    if images.dtype == tf.uint8:
        return tf.cast(images, tf.float32) / 127.5 - 1.0
    if images.dtype.is_floating:
        return tf.cast(images, tf.float32)
    raise ValueError(f"to_float takes {_RANGES}, but was given {images.dtype.name}.")


def to_uint8(images):
    """Converts network outputs to pixels: clips to [-1, 1], then rounds to the nearest level.

    Args:
        images: Floating tensor or array of any shape, in [-1, 1].

    Returns:
        A uint8 tensor of the same shape, in [0, 255].

    Raises:
        ValueError: If `images` is not floating.
    """
    images = tf.convert_to_tensor(images)
    if not images.dtype.is_floating:
        raise ValueError(f"to_uint8 takes float in [-1, 1], but was given {images.dtype.name}.")
    levels = (tf.cast(images, tf.float32) + 1.0) * 127.5
    return tf.cast(tf.round(tf.clip_by_value(levels, 0.0, 255.0)), tf.uint8)


def check_image_shape(image_shape):
    """Returns `image_shape` as a tuple of three integers.

    Raises:
        ValueError: If it is not (height, width, channels), positive.
    """
    shape = tuple(image_shape) if isinstance(image_shape, tuple | list) else ()
    if len(shape) != 3 or not all(
        isinstance(side, numbers.Integral) and side > 0 for side in shape
    ):
        raise ValueError(
            "image_shape must be (height, width, channels), positive integers, such as "
            f"(64, 64, 3); got {image_shape!r}."
        )
    return tuple(map(int, shape))


def check_images(images, image_shape, name="x"):
    """Checks that an array holds images that a model of this shape can take.

    Warns when floats lie in [0, 1], from 0 on: so most code outside this library scales images.

    Args:
        images: NumPy array or eager tensor, (count, height, width, channels); uint8 in [0, 255],
            or floating in [-1, 1].
        image_shape: The wanted (height, width, channels); None stands for any size.
        name: What the caller calls `images`, for the error.

    Raises:
        ValueError: If the type, rank, shape, dtype or range is wrong, a value is NaN or infinite,
            or there is no image.
    """
    if not isinstance(images, np.ndarray | tf.Tensor):
        raise ValueError(
            f"{name} must be an array of images, {_wanted(image_shape)}, "
            f"but is of type {type(images).__name__}."
        )
    check_spec(tuple(images.shape), images.dtype, image_shape, name)
    if images.shape[0] == 0:
        raise ValueError(f"{name} must hold at least one image, but has shape {images.shape}.")
    if images.dtype == np.uint8:
        return
    pixels = np.asarray(images)
    check_range(float(pixels.min()), float(pixels.max()), pixels.dtype.name, name)


def check_range(low, high, dtype_name, name):
    """Checks what `check_images` does of the values of floating images, and warns as it does.

    Args:
        low: The least value.
        high: The largest.
        dtype_name: The name of their type, for the error.
        name: As of `check_images`.

    Raises:
        ValueError: If one is NaN or infinite, or out of range.
    """
    if not np.isfinite([low, high]).all():
        raise ValueError(f"{name} must be finite, but holds NaN or infinite values.")
    if low < -1 - _TOLERANCE or high > 1 + _TOLERANCE:
        raise ValueError(
            f"{name} must be {_RANGES}, but is {dtype_name} in [{low:.6g}, {high:.6g}]."
        )
    # Black is 0 there; here no level of uint8 is, but the two next to it.
    if 0 <= low < _NO_LEVEL and 0 < high <= 1:
        warnings.warn(
            f"{name} is float in [{low:.3g}, {high:.3g}], but float images are expected in "
            f"[-1, 1]; if these are scaled to [0, 1], convert them by {name} * 2 - 1.",
            stacklevel=caller(),
        )


def caller():
    """Returns the stack level of the line outside this package, such as the one calling `fit`."""
    package = os.path.dirname(os.path.dirname(__file__))
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame, level = frame.f_back, level + 1
    return level


def check_spec(shape, dtype, image_shape, name):
    """Checks what `check_images` can without looking at a pixel.

    Args:
        shape: A tuple, with None for what is unknown; None if the rank is.
        dtype: Of NumPy or TensorFlow.
        image_shape: As of `check_images`.
        name: Likewise.

    Raises:
        ValueError: If the rank, shape or dtype is wrong.
    """
    wanted = _wanted(image_shape)
    if shape is not None and len(shape) != 4:
        if _compatible(shape, image_shape):
            hint = "; add a batch axis: x[None], or dataset.batch(...)"
        elif len(shape) == 3 and image_shape[-1] == 1:
            hint = "; add a channel axis: x[..., None]"
        else:
            hint = ""
        raise ValueError(f"{name} must have 4 axes, {wanted}, but has shape {shape}{hint}.")
    if shape is not None and not _compatible(shape[1:], image_shape):
        raise ValueError(f"{name} must have shape {wanted}, but has shape {shape}.")
    if not (dtype == np.uint8 or _is_floating(dtype)):
        raise ValueError(f"{name} must be {_RANGES}, but is of dtype {dtype.name}.")


def _compatible(shape, image_shape):
    return len(shape) == len(image_shape) and all(
        have is None or want is None or have == want
        for have, want in zip(shape, image_shape, strict=True)
    )


def _is_floating(dtype):
    try:
        return tf.as_dtype(dtype).is_floating  # NumPy does not count bfloat16 as floating.
    except TypeError:
        return False


def _wanted(image_shape):
    names = ("height", "width", "channels")
    sizes = (str(size or name) for size, name in zip(image_shape, names, strict=True))
    return f"(count, {', '.join(sizes)})"
