"""Sub-pixel upsampling."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class PixelShuffle(keras.layers.Layer):
    """Turns channels into pixels: each pixel becomes a square of factor x factor.

    Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
    Convolutional Neural Network", 2016, arXiv:1609.05158. Channel (i factor + j) C + c of a pixel
    is channel c of the pixel in row i and column j of its square.

    Args:
        factor: The side of the square.

    Input shape: (N, H, W, factor^2 C). Output shape: (N, factor H, factor W, C).
    """

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, maps):
        """Returns larger maps of fewer channels."""
        return ops.depth_to_space(maps, self.factor, data_format="channels_last")

    def compute_output_shape(self, input_shape):
        """Returns the shape of the larger maps."""
        batch, *sides, channels = input_shape
        return (batch, *(side and side * self.factor for side in sides), channels // self.factor**2)

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {"factor": self.factor}
