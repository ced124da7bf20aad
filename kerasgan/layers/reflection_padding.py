"""Padding with the picture's own mirror image."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class ReflectionPadding2D(keras.layers.Layer):
    """Pads height and width with their reflection, the border itself not repeated.

    Zeros around an image are an edge that generators draw; its reflection is none.

    Args:
        padding: How many pixels on each side; the sides of images must be larger.

    Input shape: (N, H, W, C). Output shape: (N, H + 2 padding, W + 2 padding, C).
    """

    def __init__(self, padding, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, images):
        """Returns the padded images."""
        sides = (self.padding, self.padding)
        return ops.pad(images, [(0, 0), sides, sides, (0, 0)], mode="reflect")

    def compute_output_shape(self, input_shape):
        """Returns the shape of the padded images."""
        batch, *sides, channels = input_shape
        return (batch, *(side and side + 2 * self.padding for side in sides), channels)

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {"padding": self.padding}
