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

    Raises:
        ValueError: If `padding` is negative, or a side that is known is not larger.
    """

    def __init__(self, padding, **kwargs):
        if padding < 0:
            raise ValueError(f"padding must not be negative, got {padding!r}.")
        super().__init__(**kwargs)
        self.padding = padding

    def build(self, input_shape):
        """Looks at the sides."""
        if any(side is not None and side <= self.padding for side in input_shape[1:3]):
            raise ValueError(
                f"Images of {input_shape[1]} x {input_shape[2]} have no reflection of "
                f"{self.padding} pixels: both sides must be larger."
            )

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
