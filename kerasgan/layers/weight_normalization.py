"""Weight normalization, with its data-dependent initialization."""

import keras
from keras import ops

from kerasgan.keras_compat import layers_of


@keras.saving.register_keras_serializable("kerasgan")
class WeightNormalizedDense(keras.layers.Layer):
    """A dense layer whose weight vectors have a length and a direction.

    Salimans and Kingma, "Weight Normalization", 2016, arXiv:1602.07868, equations 2 and 6: unit j
    computes f(s_j (x . v_j) / ||v_j|| + b_j). Input (N, d), output (N, units).

    `initialize_from_data` sets s and b such that before f each unit has mean 0 and variance 1 on a
    batch of data. Without it s is 1 and b is 0.

    Args:
        units: How many units.
        activation: f: a function or its name; None is the identity.
        train_scale: Whether s is trained. Salimans et al., 2016, arXiv:1606.03498, keep what the
            data set, but for the last layer.
        use_bias: Whether there is a b.
        kernel_initializer: Initializer of v (d, units).

    Raises:
        ValueError: If `units` is not positive.
    """

    def __init__(
        self,
        units,
        activation=None,
        train_scale=True,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"units must be positive, got {units!r}.")
        self.units, self.train_scale, self.use_bias = units, train_scale, use_bias
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self._initializing = False

    def build(self, input_shape):
        """Makes v, s and b."""
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(shape, self.kernel_initializer, autocast=False, name="kernel")
        self.scale = self.add_weight(
            (self.units,), "ones", trainable=self.train_scale, autocast=False, name="scale"
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight((self.units,), "zeros", autocast=False, name="bias")

    def call(self, inputs):
        """Returns f(s (x . v) / ||v|| + b)."""
        # Scaling the product costs less than scaling v. Of the policy's precision is the product
        # alone: the norm's square could leave the range of float16, and CPUs do the rest faster in
        # the weights' own.
        norm = ops.sqrt(ops.sum(ops.square(self.kernel), axis=0) + 1e-12)
        direction = ops.matmul(inputs, ops.cast(self.kernel, inputs.dtype))
        direction = ops.cast(direction, self.variable_dtype)
        if self._initializing:
            self._match_data(inputs, direction / norm)
        outputs = direction * (self.scale / norm)
        if self.use_bias:
            outputs = outputs + self.bias
        return ops.cast(self.activation(outputs), self.compute_dtype)

    def _match_data(self, inputs, direction):
        """Sets s and b such that s t + b has mean 0 and variance 1, for t = x . v / ||v||.

        A unit that is constant over the batch, but for rounding, only has its mean removed.
        """
        mean, deviation = ops.mean(direction, axis=0), ops.std(direction, axis=0)
        # |t| is at most ||x||, and its rounding in proportion.
        longest = ops.max(ops.norm(ops.cast(inputs, self.variable_dtype), axis=-1))
        self.scale.assign(1.0 / ops.where(deviation > 1e-5 * longest, deviation, 1.0))
        if self.use_bias:
            self.bias.assign(-mean * self.scale)

    def compute_output_shape(self, input_shape):
        """Returns (N, units)."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "train_scale": self.train_scale,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


def initialize_from_data(network, inputs):
    """Initializes every `WeightNormalizedDense` of a network from one batch of data, in order.

    Salimans and Kingma, 2016, arXiv:1602.07868, section 3. Each layer sees what the initialized
    layers before it make of the batch, with noise and dropout as in training. A network without
    such layers stays as it is.

    Args:
        network: A built `keras.Model`.
        inputs: A batch of the network's inputs, the paper's has 500.
    """
    layers = [layer for layer in layers_of(network) if isinstance(layer, WeightNormalizedDense)]
    if not layers:
        return
    for layer in layers:
        layer._initializing = True
    try:
        network(inputs, training=True)
    finally:
        for layer in layers:
            layer._initializing = False
