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

    Raises:
        ValueError: If `factor` is not positive, or the channels are no multiple of its square.
    """

    def __init__(self, factor, **kwargs):
        if not factor > 0:
            raise ValueError(f"factor must be positive, got {factor!r}.")
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        """Looks at the channels."""
        if input_shape[-1] % self.factor**2:
            raise ValueError(
                f"{input_shape[-1]} channels do not make squares of {self.factor} x {self.factor} "
                "pixels: give a multiple of their number."
            )

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
