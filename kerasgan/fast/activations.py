"""Activations whose gradients cost less."""

from keras import ops

from kerasgan.fast import kernels


def leaky_relu(layer, inputs, training):
    """Returns what `keras.layers.LeakyReLU` makes of a tensor, or None for a slope of 0.

    The gradient is computed from the output's sign. So the input need not be stored, a convolution
    before it computes both in one kernel, and the gradient of a gradient penalty goes through the
    network once, not twice.
    """
    if layer.negative_slope <= 0:
        return None
    return kernels.leaky_relu(inputs, layer.negative_slope)


def parametric_relu(layer, inputs, training):
    """Returns what `keras.layers.PReLU` makes of a tensor, in fewer passes over it."""
    return kernels.parametric_relu(inputs, ops.cast(layer.alpha, inputs.dtype))
