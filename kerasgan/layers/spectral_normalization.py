"""Spectral normalization of weights."""

import keras
from keras import layers, ops

from kerasgan.keras_compat import layers_of

# The steps of the power method with which the vectors begin.
_FIRST_STEPS = 30
# Below this, lengths count as this: weights that are all zero stay zero.
_EPSILON = 1e-12


@keras.saving.register_keras_serializable("kerasgan")
class SpectralNormalization(layers.Wrapper):
    """Divides the weights of a layer by their largest singular value.

    Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018,
    arXiv:1802.05957. The kernel as a matrix W of inputs by outputs becomes W / sigma, with

        sigma = v^T W u,

    where v and u, which Algorithm 1 moves towards the first singular vectors by the power method,
    are constants: gradients flow through W in both places. Of a convolution this bounds the matrix
    that makes a pixel of its window, not the convolution itself.

    A call changes nothing, so that all calls within a step see the same weights. In
    `kerasgan.models` the vectors take one step after each update of the weights; elsewhere call
    `update()` after each, and `update(30)` after the weights were set anew. They begin with 30
    steps. `keras.layers.SpectralNormalization` writes W / sigma into the kernel at each call in
    training, so that no gradient flows through sigma, and real and generated images meet different
    discriminators.

    Args:
        layer: A `Dense`, `Conv2D`, `Conv2DTranspose` or `Embedding` layer of Keras.

    Raises:
        ValueError: If the layer is another one.
    """

    def __init__(self, layer, **kwargs):
        kinds = layers.Dense, layers.Conv2D, layers.Conv2DTranspose, layers.Embedding
        if not isinstance(layer, kinds):
            raise ValueError(
                f"layer must be one of {', '.join(kind.__name__ for kind in kinds)}, got {layer!r}."
            )
        # In the weights' precision: half precision is the layer's own, which casts what it takes.
        super().__init__(layer, **({"dtype": layer.variable_dtype} | kwargs), autocast=False)

    def build(self, input_shape):
        """Builds the layer, and takes the first steps of the power method."""
        super().build(input_shape)
        matrix = self.matrix()
        options = {"trainable": False, "aggregation": "only_first_replica"}
        self.u = self.add_weight((matrix.shape[1],), self._first_u, name="u", **options)
        self.v = self.add_weight((matrix.shape[0],), self._first_v, name="v", **options)

    def _first_u(self, shape, dtype):
        return _power_method(self.matrix(), keras.random.normal(shape, seed=0), _FIRST_STEPS)[1]

    def _first_v(self, shape, dtype):
        return _power_method(self.matrix(), self.u.value, 1)[0]

    @property
    def kernel(self):
        """The variable that is normalized, as it is trained."""
        embeds = isinstance(self.layer, layers.Embedding)
        return self.layer.embeddings if embeds else self.layer.kernel

    def matrix(self):
        """Returns the kernel as a matrix W, (fan in, outputs)."""
        kernel = self.kernel
        if isinstance(self.layer, layers.Conv2DTranspose):  # (rows, columns, outputs, inputs)
            kernel = ops.swapaxes(kernel, 2, 3)
        return ops.reshape(kernel, (-1, kernel.shape[-1]))

    def sigma(self):
        """Returns v^T W u, which estimates the largest singular value from below."""
        u, v = ops.stop_gradient(self.u.value), ops.stop_gradient(self.v.value)
        return ops.maximum(ops.sum(v * ops.matmul(self.matrix(), u)), _EPSILON)

    def update(self, steps=1):
        """Moves v and u by steps of the power method: v = W u / |W u|, u = W^T v / |W^T v|."""
        v, u = _power_method(self.matrix(), self.u.value, steps)
        self.v.assign(v)
        self.u.assign(u)

    def normalized(self):
        """Returns a scope in which the layer's kernel is W / sigma."""
        kernel = self.kernel
        return keras.StatelessScope([(kernel, kernel / self.sigma())])

    def call(self, inputs):
        """Returns what the layer makes of its inputs with W / sigma."""
        with self.normalized():
            return self.layer(inputs)

    def compute_output_shape(self, input_shape):
        """Returns the layer's."""
        return self.layer.compute_output_shape(input_shape)

    def compute_output_spec(self, inputs):
        """Returns the layer's."""
        return self.layer.compute_output_spec(inputs)


def spectral_layers(network):
    """Returns the layers of a network that are normalized so, those inside other layers too."""
    return [layer for layer in layers_of(network) if isinstance(layer, SpectralNormalization)]


def _power_method(matrix, u, steps):
    """Returns (v, u) after some steps."""
    for _ in range(steps):
        v = _direction(ops.matmul(matrix, u))
        u = _direction(ops.matmul(v, matrix), u)
    return v, u


def _direction(vector, default=0.0):
    """Returns a vector of length one; of zeros the default."""
    length = ops.sqrt(ops.sum(ops.square(vector)))
    return ops.where(length > _EPSILON, vector / ops.maximum(length, _EPSILON), default)
