"""Normalization of each pixel alone."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class PixelNormalization(keras.layers.Layer):
    """Scales the channels of each pixel such that their mean square is 1.

    Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
    2017, arXiv:1710.10196, section 4.2:

        y = x / sqrt(mean_c x_c^2 + epsilon)

    It has no weights. Of latents (N, d) it makes points of a sphere of radius sqrt(d).

    Args:
        epsilon: What is added to the mean square.
    """

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs):
        """Returns the normalized inputs (..., channels)."""
        # The square of float16 overflows beyond 255, and epsilon is below its range.
        x = ops.cast(inputs, "float32")
        square = ops.mean(ops.square(x), axis=-1, keepdims=True)
        return ops.cast(x * ops.rsqrt(square + self.epsilon), inputs.dtype)

    def compute_output_shape(self, input_shape):
        """Returns the shape of the inputs."""
        return input_shape

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {"epsilon": self.epsilon}
