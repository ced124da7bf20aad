"""Normalization of maps with one kernel, many times as fast as Keras' own operations."""

import numpy as np
from keras import ops

from kerasgan.fast import kernels


def batch_normalization(layer, inputs, training):
    """Returns what `keras.layers.BatchNormalization` makes of maps (N, H, W, C), or None.

    In training, over one replica's share. The moving averages are those of Keras.
    """
    maps = len(inputs.shape) == 4 and layer.axis in (-1, 3)
    plain = not (layer.synchronized or layer.renorm)
    known = inputs.dtype in kernels.NORMALIZED_DTYPES
    if not (training and layer.trainable and maps and plain and known):
        return None
    outputs, mean, variance = kernels.normalize(
        inputs, *_gains_and_biases(layer, inputs.shape[-1]), layer.epsilon
    )
    # The kernel gives the unbiased variance of so many values, and Keras keeps the biased one.
    count = ops.cast(ops.prod(ops.shape(inputs)[:3]), variance.dtype)
    variance = variance * (count - 1.0) / count
    for moving, value in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        before = ops.cast(moving, value.dtype)
        moving.assign(before * layer.momentum + value * (1.0 - layer.momentum))
    return outputs


def instance_normalization(layer, inputs, training):
    """Returns what `keras.layers.GroupNormalization` makes of maps, a group a channel, or None."""
    maps = len(inputs.shape) == 4 and layer.axis in (-1, 3)
    if not maps or layer.groups != inputs.shape[-1]:
        return None
    if inputs.dtype not in kernels.NORMALIZED_DTYPES:
        return None
    count, height, width, channels = ops.shape(inputs)
    gains_and_biases = _gains_and_biases(layer, channels, count)
    if inputs.shape[0] == 1:
        return kernels.normalize(inputs, *gains_and_biases, layer.epsilon)[0]
    # The channels of all images side by side are those of one.
    maps = ops.reshape(ops.transpose(inputs, (1, 2, 0, 3)), (1, height, width, -1))
    outputs, *_ = kernels.normalize(maps, *gains_and_biases, layer.epsilon)
    outputs = ops.reshape(outputs, (height, width, count, channels))
    return ops.transpose(outputs, (2, 0, 1, 3))


def _gains_and_biases(layer, channels, times=1):
    """Returns both, those of all channels a number of times, as the kernel takes them: float32."""
    gains = _repeated(layer.gamma, times) if layer.scale else _filled(times * channels, 1.0)
    biases = _repeated(layer.beta, times) if layer.center else _filled(times * channels, 0.0)
    return gains, biases


def _repeated(weight, times):
    weight = ops.cast(weight, "float32")
    return weight if isinstance(times, int) and times == 1 else ops.tile(weight, [times])


def _filled(length, value):
    if isinstance(length, int):
        return np.full(length, value, "float32")
    return ops.full((length,), value, "float32")
