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


def _difference(a, b):
    return ops.cast(a, "float32") - ops.cast(b, "float32")
