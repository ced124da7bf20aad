"""Maxout units."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class Maxout(keras.layers.Layer):
    """A dense layer whose units are each the largest of several linear pieces.

    Goodfellow et al., "Maxout Networks", 2013, arXiv:1302.4389, equation 2:
    h_i(x) = max_j (x . W_ij + b_ij). Input (N, d), output (N, units).

    Args:
        units: How many maxout units.
        pieces: How many linear pieces a unit has.
        kernel_initializer: Initializer of the weights (d, units * pieces).

    Raises:
        ValueError: If `units` or `pieces` is not positive.
    """

    def __init__(self, units, pieces, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        if units < 1 or pieces < 1:
            raise ValueError(f"units and pieces must be positive, got {units=}, {pieces=}.")
        self.units, self.pieces = units, pieces
        self.linear = keras.layers.Dense(
            units * pieces, kernel_initializer=kernel_initializer, dtype=self.dtype_policy
        )

    def build(self, input_shape):
        """Builds the linear pieces."""
        self.linear.build(input_shape)

    def call(self, inputs):
        """Returns the largest piece of each unit."""
        return self.largest(self.linear(inputs))

    def largest(self, pieces):
        """Returns the largest piece of each unit, (N, units) of (N, units * pieces)."""
        return ops.max(ops.reshape(pieces, (-1, self.units, self.pieces)), axis=-1)

    def compute_output_shape(self, input_shape):
        """Returns (N, units)."""
        return (input_shape[0], self.units)

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {
            "units": self.units,
            "pieces": self.pieces,
            "kernel_initializer": keras.initializers.serialize(self.linear.kernel_initializer),
        }
