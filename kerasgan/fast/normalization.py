"""Normalization of maps with one kernel, many times as fast as Keras' own operations."""

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
    # The channels of all images side by side are those of one. With one image nothing moves.
    count, height, width, channels = ops.shape(inputs)
    maps = ops.reshape(ops.transpose(inputs, (1, 2, 0, 3)), (1, height, width, -1))
    repeated = [ops.tile(each, [count]) for each in _gains_and_biases(layer, channels)]
    outputs, *_ = kernels.normalize(maps, *repeated, layer.epsilon)
    outputs = ops.reshape(outputs, (height, width, count, channels))
    return ops.transpose(outputs, (2, 0, 1, 3))


def _gains_and_biases(layer, channels):
    # The kernel takes them in float32, whatever the maps and the weights are.
    gains = layer.gamma if layer.scale else ops.ones(channels)
    biases = layer.beta if layer.center else ops.zeros(channels)
    return ops.cast(gains, "float32"), ops.cast(biases, "float32")
