"""Activations whose gradients cost less."""

import keras
from keras import ops

from kerasgan import kernels


@keras.saving.register_keras_serializable("kerasgan")
class LeakyReLU(keras.layers.LeakyReLU):
    """Keras' leaky ReLU, whose gradient asks the outputs for the signs.

    What it is applied to need not be kept then, a convolution before it computes both in one
    kernel, and a gradient penalty's own gradient goes through the network once, not twice.
    Arguments are those of Keras; with a slope of 0 it is Keras' own.
    """

    def call(self, inputs):
        """Returns max(x, 0) + slope min(x, 0)."""
        if self.negative_slope <= 0:
            return super().call(inputs)
        return kernels.leaky_relu(inputs, self.negative_slope)


@keras.saving.register_keras_serializable("kerasgan")
class PReLU(keras.layers.PReLU):
    """Keras' parametric ReLU, in fewer passes over the maps.

    He et al., "Delving Deep into Rectifiers", 2015, arXiv:1502.01852. Arguments are those of Keras.
    """

    def call(self, inputs):
        """Returns max(x, 0) + alpha min(x, 0)."""
        return kernels.parametric_relu(inputs, ops.cast(self.alpha, inputs.dtype))
