"""Normalization of maps with one kernel, many times as fast as Keras' own layers."""

import keras
from keras import ops

from kerasgan import kernels


@keras.saving.register_keras_serializable("kerasgan")
class BatchNormalization(keras.layers.BatchNormalization):
    """Keras' batch normalization, of maps and over one replica's share with a single kernel.

    Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015, arXiv:1502.03167. Arguments are those of Keras.
    """

    def call(self, inputs, training=None, mask=None):
        """Returns normalized inputs, of their shape."""
        maps = len(inputs.shape) == 4 and self.axis in (-1, 3) and mask is None
        plain = not (self.synchronized or self.renorm)
        known = inputs.dtype in kernels.NORMALIZED_DTYPES
        if not (training and self.trainable and maps and plain and known):
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = kernels.normalize(
            inputs, *_gains_and_biases(self, inputs.shape[-1]), self.epsilon
        )
        # The kernel gives the unbiased variance of so many values, and Keras keeps the biased one.
        count = ops.cast(ops.prod(ops.shape(inputs)[:3]), variance.dtype)
        variance = variance * (count - 1.0) / count
        for moving, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            before = ops.cast(moving, value.dtype)
            moving.assign(before * self.momentum + value * (1.0 - self.momentum))
        return outputs


@keras.saving.register_keras_serializable("kerasgan")
class InstanceNormalization(keras.layers.GroupNormalization):
    """Normalizes each channel of each image by itself.

    Ulyanov, Vedaldi and Lempitsky, "Instance Normalization: The Missing Ingredient for Fast
    Stylization", 2016, arXiv:1607.08022. Input and output: (N, H, W, C).

    Args:
        **kwargs: As in `keras.layers.GroupNormalization`: `epsilon`, and whether there are gains
            and biases (`scale`, `center`).
    """

    def __init__(self, **kwargs):
        super().__init__(**({"groups": -1} | kwargs))

    def call(self, inputs):
        """Returns normalized inputs, of their shape."""
        if inputs.dtype not in kernels.NORMALIZED_DTYPES:
            return super().call(inputs)
        # The channels of all images side by side are those of one. With one image nothing moves.
        count, height, width, channels = ops.shape(inputs)
        maps = ops.reshape(ops.transpose(inputs, (1, 2, 0, 3)), (1, height, width, -1))
        repeated = [ops.tile(each, [count]) for each in _gains_and_biases(self, channels)]
        outputs, *_ = kernels.normalize(maps, *repeated, self.epsilon)
        outputs = ops.reshape(outputs, (height, width, count, channels))
        return ops.transpose(outputs, (2, 0, 1, 3))


def _gains_and_biases(layer, channels):
    # The kernel takes them in float32, whatever the maps and the weights are.
    gains = layer.gamma if layer.scale else ops.ones(channels)
    biases = layer.beta if layer.center else ops.zeros(channels)
    return ops.cast(gains, "float32"), ops.cast(biases, "float32")
