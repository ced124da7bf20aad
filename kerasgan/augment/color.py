"""Changes of colour: one affine map of each image's colours.

A transform returns matrices (N, C + 1, C + 1) of colours (c_1, ..., c_C, 1), for images of C
channels. v is the direction of grey, (1, ..., 1) / sqrt(C): a grey image of a single channel is
changed as that image would be in three. Each takes u, n as in `kerasgan.augment.geometry`, and C.
"""

import math

import numpy as np
from keras import ops


def brightness(u, n, channels):
    """Adds 0.2 n."""
    offset = np.zeros((channels + 1, channels + 1), "float32")
    offset[:-1, -1] = 1.0
    return np.eye(channels + 1, dtype="float32") + 0.2 * _each(n[0]) * offset


def contrast(u, n, channels):
    """Scales by 2^(0.5 n)."""
    return _linear(2.0 ** (0.5 * _each(n[0])) * _identity(channels))


def luma_flip(u, n, channels):
    """Negates the part along grey of half of the images: I - 2 v v^T."""
    twice = ops.where(u[0] < 0.5, 2.0, 0.0)
    return _linear(_identity(channels) - _each(twice) * _grey(channels))


def hue(u, n, channels):
    """Turns three colours about grey by any angle; others stay as they are."""
    angle = _each(math.pi * (2.0 * u[0] - 1.0))
    if channels != 3:
        return _linear(_identity(channels) + 0.0 * angle)
    across = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)  # v x c = across c
    turned = ops.cos(angle) * (_identity(3) - _grey(3)) + ops.sin(angle) * across.astype("float32")
    return _linear(_grey(3) + turned)


def saturation(u, n, channels):
    """Scales the distance to grey by 2^n."""
    return _linear(_grey(channels) + 2.0 ** _each(n[0]) * (_identity(channels) - _grey(channels)))


def recolor(images, matrices):
    """Returns images (N, H, W, C) with their colours changed by matrices (N, C + 1, C + 1)."""
    changed = ops.einsum("nij,nhwj->nhwi", matrices[:, :-1, :-1], images)
    return changed + matrices[:, None, None, :-1, -1]


def _each(numbers):
    return numbers[:, None, None]


def _identity(channels):
    return np.eye(channels, dtype="float32")


def _grey(channels):
    return np.full((channels, channels), 1.0 / channels, "float32")  # v v^T


def _linear(matrices):
    corner = np.zeros((matrices.shape[-1] + 1,) * 2, "float32")
    corner[-1, -1] = 1.0
    return ops.pad(matrices, ((0, 0), (0, 1), (0, 1))) + corner
