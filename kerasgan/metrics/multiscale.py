"""Measures of images at several sizes."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import correlate1d

from kerasgan.metrics.checks import check_pixel_pair, check_positive

_WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])  # of the scales, finest first
_WINDOW, _SIGMA = 11, 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_BINOMIAL = np.array([1, 4, 6, 4, 1]) / 16
_PATCH = 7
_LEAST = 16  # the smallest level of a pyramid


def ms_ssim(targets, images):
    """Returns the structural similarity of images at five scales, float64 (N,) in [0, 1].

    Wang et al., "Multiscale Structural Similarity for Image Quality Assessment", 2003: Gaussian
    windows of 11 x 11, smaller where a side is. The channels count alike. The mean over pairs of
    generated images says how alike they are, as in "Progressive Growing of GANs", 2017,
    arXiv:1710.10196: compare it with that of pairs of real ones.

    Args:
        targets: uint8 images, (N, H, W, C), both sides at least 16 pixels.
        images: The images to compare each with.

    Raises:
        ValueError: If they are no such images, or differ in shape.
    """
    targets, images = check_pixel_pair(
        targets, images, ("targets", "images"), 2 ** (len(_WEIGHTS) - 1)
    )
    x, y = targets.astype(np.float64), images.astype(np.float64)
    found = 1.0
    for weight in _WEIGHTS[:-1]:
        _, structure = _ssim(x, y)
        found = found * structure.clip(min=0) ** weight
        x, y = _halved(x), _halved(y)
    similarity, _ = _ssim(x, y)
    return (found * similarity.clip(min=0) ** _WEIGHTS[-1]).mean(axis=1)


def _ssim(x, y):
    """Returns the similarity, and its part of contrast and structure, (N, C) each."""
    size = min(_WINDOW, *x.shape[1:3])
    offsets = np.arange(size) - (size - 1) / 2
    window = np.exp(-0.5 * (offsets / (_SIGMA * size / _WINDOW)) ** 2)
    window /= window.sum()

    def mean(values):
        for axis in (1, 2):
            values = sliding_window_view(values, size, axis) @ window
        return values

    mean_x, mean_y = mean(x), mean(y)
    variances = mean(x * x) + mean(y * y) - mean_x**2 - mean_y**2
    structure = (2 * (mean(x * y) - mean_x * mean_y) + _C2) / (variances + _C2)
    luminance = (2 * mean_x * mean_y + _C1) / (mean_x**2 + mean_y**2 + _C1)
    return (luminance * structure).mean(axis=(1, 2)), structure.mean(axis=(1, 2))


def _halved(images):
    """Returns the means of 2 x 2 pixels; the last row or column of an odd side counts twice."""
    odd = [(0, side % 2) for side in images.shape[1:3]]
    images = np.pad(images, [(0, 0), *odd, (0, 0)], "edge")
    return (
        images[:, ::2, ::2] + images[:, 1::2, ::2] + images[:, ::2, 1::2] + images[:, 1::2, 1::2]
    ) / 4


def sliced_wasserstein(real, generated, patches=128, projections=512, seed=0):
    """Returns the distance between patches of images at each size, float64 (levels,).

    Images are taken apart into a Laplacian pyramid, from their size down to the last of at least 16
    pixels. Of each level patches of 7 x 7 are normalized by channel, projected on random
    directions and sorted; the distance is the mean difference, times 1,000. Karras et al.,
    "Progressive Growing of GANs for Improved Quality, Stability, and Variation", 2017,
    arXiv:1710.10196, section 5. The first is about the finest details; their mean is the headline.
    Memory grows with N x patches: 1,000 colour images take 150 MB a set at the default.

    Args:
        real: uint8 images, (N, H, W, C), both sides at least 16 pixels.
        generated: As many of the same shape.
        patches: How many to draw of each image and level.
        projections: How many directions to draw at each level.
        seed: The seed of both.

    Raises:
        ValueError: If they are no such images, or differ in shape.
    """
    check_positive(patches=patches, projections=projections)
    real, generated = check_pixel_pair(real, generated, ("real", "generated"), _LEAST)
    generator = np.random.default_rng(seed)
    found = []
    for levels in zip(_pyramid(real), _pyramid(generated), strict=True):
        points = [_normalized(_patches(level, patches, generator)) for level in levels]
        directions = generator.normal(size=(points[0].shape[1], projections))
        directions /= np.linalg.norm(directions, axis=0)
        a, b = (np.sort(each @ directions, axis=0) for each in points)
        found.append(1000 * np.abs(a - b).mean())
    return np.array(found)


def _blurred(images, kernel):
    for axis in (1, 2):
        images = correlate1d(images, kernel, axis, mode="mirror")
    return images


def _pyramid(images):
    """Yields the differences of each level from the next, made as large, and then the last."""
    level = images.astype(np.float64)
    while min(level.shape[1:3]) // 2 >= _LEAST:
        smaller = _blurred(level, _BINOMIAL)[:, ::2, ::2]
        larger = np.zeros_like(level)
        larger[:, ::2, ::2] = smaller
        yield level - _blurred(larger, 2 * _BINOMIAL)
        level = smaller
    yield level


def _patches(images, count, generator):
    """Returns `count` patches of each image at random, (N count, 7, 7, C)."""
    number, height, width, _ = images.shape
    corners = (side - _PATCH + 1 for side in (height, width))
    top, left = (generator.integers(corner, size=(number, count)) for corner in corners)
    windows = sliding_window_view(images, (_PATCH, _PATCH), axis=(1, 2))
    found = windows[np.arange(number)[:, None], top, left]
    return np.moveaxis(found.reshape(-1, *found.shape[2:]), 1, -1)


def _normalized(patches):
    """Returns patches with mean 0 and deviation 1 in each channel, flat."""
    patches = patches - patches.mean(axis=(0, 1, 2))
    deviation = patches.std(axis=(0, 1, 2))
    return (patches / np.where(deviation > 0, deviation, 1)).reshape(len(patches), -1)
