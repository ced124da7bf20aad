"""The equalized learning rate."""

import math

import keras
from keras import layers

_HE = math.sqrt(2)  # the gain that goes with rectified units


@keras.saving.register_keras_serializable("kerasgan")
class EqualizedLearningRate(layers.Wrapper):
    """Scales the weights of a layer whenever it computes, not once when it is made.

    Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
    2017, arXiv:1710.10196, section 4.1. Weights that are drawn from N(0, 1 / multiplier^2) are
    used as

        w gain multiplier / sqrt(fan_in),   b multiplier

    with He et al.'s factor taken out of the initialization. An optimizer whose steps do not depend
    on the size of gradients, as Adam's, then moves all weights at one speed in relation to their
    range; and `multiplier` times as fast, as Karras et al., 2018, arXiv:1812.04948, have it for a
    mapping network.

    Args:
        layer: A `Dense`, `EinsumDense` or `Conv2D` layer of Keras. Its fan-in is the product of
            all axes of its kernel but the last.
        gain: The gain.
        multiplier: What the learning rate is multiplied by.

    Raises:
        ValueError: If the layer is another one, or a number is not positive.
    """

    def __init__(self, layer, gain=_HE, multiplier=1.0, **kwargs):
        if not isinstance(layer, (layers.Dense, layers.EinsumDense, layers.Conv2D)):
            raise ValueError(f"layer must be a Dense, EinsumDense or Conv2D, got {layer!r}.")
        if not (gain > 0 and multiplier > 0):
            raise ValueError(
                f"gain and multiplier must be positive, got {gain!r} and {multiplier!r}."
            )
        # In the weights' precision: half precision is the layer's own, which casts what it takes.
        super().__init__(layer, **({"dtype": layer.variable_dtype} | kwargs), autocast=False)
        self.gain, self.multiplier = gain, multiplier

    def normalized(self):
        """Returns a scope in which the layer's weights are scaled."""
        kernel, bias = self.layer.kernel, self.layer.bias
        scale = self.gain * self.multiplier / math.sqrt(math.prod(kernel.shape[:-1]))
        scaled = [(kernel, kernel * scale)]
        if bias is not None and self.multiplier != 1:
            scaled.append((bias, bias * self.multiplier))
        return keras.StatelessScope(scaled)

    def call(self, inputs):
        """Returns what the layer makes of its inputs with scaled weights."""
        with self.normalized():
            return self.layer(inputs)

    def compute_output_shape(self, input_shape):
        """Returns the layer's."""
        return self.layer.compute_output_shape(input_shape)

    def compute_output_spec(self, inputs):
        """Returns the layer's."""
        return self.layer.compute_output_spec(inputs)

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {"gain": self.gain, "multiplier": self.multiplier}
