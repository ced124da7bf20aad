"""Dense layers, and those of maxout units, with a faster gradient."""

import tensorflow as tf
from keras import ops

from kerasgan.fast import kernels


def dense(layer, inputs, training):
    """Returns what `keras.layers.Dense` makes of rows (N, d), or None.

    The gradient takes less time where there are many weights.
    """
    if len(inputs.shape) != 2 or isinstance(inputs, tf.SparseTensor):
        return None
    outputs = kernels.product(inputs, ops.convert_to_tensor(layer.kernel))
    if layer.use_bias:
        outputs = ops.add(outputs, layer.bias)
    return outputs if layer.activation is None else layer.activation(outputs)


def maxout(layer, inputs, training):
    """Returns what `kerasgan.layers.Maxout` makes of rows (N, d)."""
    return layer.largest(dense(layer.linear, inputs, training))
