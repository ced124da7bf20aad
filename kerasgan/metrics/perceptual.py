"""How different two images look to a network."""

import numpy as np

from kerasgan.metrics.checks import check_positive

_EPSILON = 1e-10  # a pixel without features has no direction


def perceptual_distance(a, b, network, batch_size=32):
    """Returns the distance of each image of a from the same of b, float64 (N,), from 0 on.

    The features of each pixel are divided by their length; the squared differences are added over
    channels, averaged over space, and added over the network's outputs: 4 at most for each, and 2
    where the features are never negative. This is LPIPS (Zhang et al., 2018, arXiv:1801.03924)
    without its weights of the channels, and with a network of your choice: values compare only with
    those of the same network, and are not LPIPS.

    Args:
        a: Images in [-1, 1], (N, H, W, C), floats that are not rounded; or uint8.
        b: The images to compare each with, of the same shape.
        network: A Keras model from such floats to features, (N, h, w, channels), or to a list of
            several.
        batch_size: Images computed at once.

    Raises:
        ValueError: If the images differ in shape, or the network gives features of another form, or
            NaN or infinite ones.
    """
    check_positive(batch_size=batch_size)
    a, b = _floats(a, "a"), _floats(b, "b")
    if a.shape != b.shape:
        raise ValueError(f"a and b must have one shape, but have {a.shape} and {b.shape}.")
    parts = [
        _distances(a[start : start + batch_size], b[start : start + batch_size], network)
        for start in range(0, len(a), batch_size)
    ]
    return np.concatenate([np.zeros(0), *parts])


def _floats(images, name):
    """Returns images as floats in [-1, 1].

    Raises:
        ValueError: If they are no images.
    """
    images = np.asarray(images)
    if images.dtype == np.uint8:
        images = images.astype(np.float32) / np.float32(127.5) - np.float32(1)
    if images.ndim != 4 or images.dtype.kind != "f":
        raise ValueError(
            f"{name} must be images, (N, H, W, C), floats in [-1, 1] or uint8, but are "
            f"{images.dtype.name}, {images.shape}."
        )
    return images


def _distances(a, b, network):
    """Returns the distances of a batch, (N,)."""
    pairs = zip(_features(network, a), _features(network, b), strict=True)
    return sum(np.square(x - y).sum(axis=3).mean(axis=(1, 2)) for x, y in pairs)


def _features(network, images):
    """Yields each output of the network in float64, with features of unit length.

    Raises:
        ValueError: If an output has another form, or is not finite.
    """
    outputs = network(images, training=False)
    for output in outputs if isinstance(outputs, list | tuple) else [outputs]:
        features = np.asarray(output).astype(np.float64)
        if features.ndim != 4:
            raise ValueError(
                f"The network must give features (N, h, w, channels), but gives {features.shape}."
            )
        if not np.isfinite(features).all():
            raise ValueError("The network's features must be finite, but hold NaN or infinity.")
        yield features / (np.linalg.norm(features, axis=3, keepdims=True) + _EPSILON)
