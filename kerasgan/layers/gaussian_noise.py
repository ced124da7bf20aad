"""Gaussian noise that is drawn faster."""

import keras
from keras import ops

from kerasgan import kernels


@keras.saving.register_keras_serializable("kerasgan")
class GaussianNoise(keras.layers.GaussianNoise):
    """Keras' Gaussian noise, whose numbers take less than a third of the time to draw.

    Arguments are those of Keras. Where each layer has noise, as in the semi-supervised GAN,
    drawing it takes Keras longer than a fifth of a training step.
    """

    def call(self, inputs, training=False):
        """Returns inputs and noise, of the inputs' shape; the inputs alone in inference."""
        if not training or self.stddev == 0:
            return inputs
        seed = ops.cast(self.seed_generator.next(), "int32")
        noise = kernels.normal(ops.shape(inputs), self.stddev, seed)
        return inputs + ops.cast(noise, inputs.dtype)
