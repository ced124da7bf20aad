"""Distances of images from images: what a translation or a reconstruction is to be close to."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
def l1(targets, images):
    """Returns the mean absolute difference, a float32 scalar.

    Args:
        targets: Tensor of any shape.
        images: Tensor of the same shape.
    """
    return ops.mean(ops.abs(_difference(targets, images)))


@keras.saving.register_keras_serializable("kerasgan")
def l2(targets, images):
    """Returns the mean squared difference, a float32 scalar.

    Args:
        targets: Tensor of any shape.
        images: Tensor of the same shape.
    """
    return ops.mean(ops.square(_difference(targets, images)))


@keras.saving.register_keras_serializable("kerasgan")
def perceptual(target_features, features):
    """Returns the squared distance of feature maps, summed over channels; a float32 scalar.

    Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial
    Network", 2016, arXiv:1609.04802, equation 5: the mean over positions, and over examples, of
    ||phi(y) - phi(G(x))||^2. Many ports take the mean over channels, which is smaller by their
    number.

    Args:
        target_features: phi(y), (N, H, W, C).
        features: phi(G(x)), of the same shape.
    """
    return ops.mean(ops.sum(ops.square(_difference(target_features, features)), axis=-1))


@keras.saving.register_keras_serializable("kerasgan")
def gradient_difference(targets, images, alpha=1.0):
    """Returns how far steps between neighbouring pixels are from the targets', a float32 scalar.

    Mathieu et al., "Deep multi-scale video prediction beyond mean square error", 2015,
    arXiv:1511.05440, equation 6, the gradient difference loss:

        E||Y[i, j] - Y[i - 1, j]| - |X[i, j] - X[i - 1, j]||^alpha
        + E||Y[i, j - 1] - Y[i, j]| - |X[i, j - 1] - X[i, j]||^alpha

    of targets Y and images X, over pairs of pixels inside of the images: nothing is padded. The
    paper has sums, and the authors' code these means.

    Args:
        targets: Y, (N, H, W, C). Along a side of one pixel there are no steps.
        images: X, of the same shape.
        alpha: The power, at least 1.
    """
    targets, images = ops.cast(targets, "float32"), ops.cast(images, "float32")
    total = 0.0
    for ours, theirs in zip(_steps(images), _steps(targets), strict=True):
        number = ops.maximum(ops.cast(ops.size(ours), "float32"), 1.0)
        total += ops.sum(ops.power(ops.abs(ours - theirs), alpha)) / number
    return total


def _steps(images):
    """Returns the absolute differences of neighbours, down and to the right."""
    return (
        ops.abs(images[:, 1:] - images[:, :-1]),
        ops.abs(images[:, :, 1:] - images[:, :, :-1]),
    )


def _difference(a, b):
    return ops.cast(a, "float32") - ops.cast(b, "float32")
