"""What the measures are given, checked."""

import numpy as np

_BLOCK = 4096  # rows looked at at once


def check_features(features, name, least=1):
    """Returns features as an array (N, d), which is not copied if it is one.

    Args:
        features: Numbers, (N, d), a row an image.
        name: What the caller calls them, for the error.
        least: How many rows there must be.

    Raises:
        ValueError: If they have another form, too few rows, or NaN or infinite values.
    """
    features = np.asarray(features)
    if features.dtype.kind not in "biuf" and features.dtype.name != "bfloat16":
        raise ValueError(f"{name} must be real numbers, but are {features.dtype.name}.")
    if features.ndim != 2 or not features.shape[1]:
        raise ValueError(
            f"{name} must be (N, d), a row of d features an image, but are {features.shape}."
        )
    if len(features) < least:
        raise ValueError(f"{name} must have at least {least} rows, but have {len(features)}.")
    for start in range(0, len(features), _BLOCK):
        finite = np.isfinite(features[start : start + _BLOCK]).all(axis=1)
        if not finite.all():
            row = start + int(np.argmin(finite))
            raise ValueError(f"{name} must be finite, but row {row} holds NaN or infinity.")
    return features


def check_pair(a, b, names, least=1):
    """Returns two arrays of features, as `check_features` does.

    Args:
        a: Features, (N, d).
        b: Features, (M, d).
        names: What the caller calls each, for the error.
        least: How many rows each must have.

    Raises:
        ValueError: As of `check_features`, or if they differ in d.
    """
    a, b = (check_features(each, name, least) for each, name in zip((a, b), names, strict=True))
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"{names[0]} and {names[1]} must have equally many features, "
            f"but have {a.shape[1]} and {b.shape[1]}."
        )
    return a, b


def check_pixels(images, name, least_side=1):
    """Returns images as a uint8 array (N, H, W, C).

    Args:
        images: The images.
        name: What the caller calls them, for the error.
        least_side: How many pixels both sides must have.

    Raises:
        ValueError: If they are none, or are smaller.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.dtype != np.uint8 or not images.size:
        raise ValueError(
            f"{name} must be uint8 images, (N, H, W, C), at least one, but are "
            f"{images.dtype.name}, {images.shape}: kerasgan.data.to_uint8 makes them of floats."
        )
    if min(images.shape[1:3]) < least_side:
        raise ValueError(
            f"{name} must have sides of at least {least_side} pixels, "
            f"but are {images.shape[1]} x {images.shape[2]}."
        )
    return images


def check_pixel_pair(a, b, names, least_side=1):
    """Returns two arrays of as many images of one shape, as `check_pixels` does.

    Args:
        a: Images.
        b: Images.
        names: What the caller calls each, for the error.
        least_side: How many pixels both sides must have.

    Raises:
        ValueError: As of `check_pixels`, or if they differ in shape.
    """
    a = check_pixels(a, names[0], least_side)
    b = check_pixels(b, names[1], least_side)
    if a.shape != b.shape:
        raise ValueError(
            f"{names[0]} and {names[1]} must have one shape, but have {a.shape} and {b.shape}."
        )
    return a, b


def check_positive(**numbers):
    """Raises a ValueError for an argument that is no integer, or less than 1."""
    for name, number in numbers.items():
        if not isinstance(number, int | np.integer) or number < 1:
            raise ValueError(f"{name} must be an integer from 1 on, but is {number!r}.")
