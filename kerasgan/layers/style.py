"""What style-based generators are made of."""

import math

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("kerasgan")
class LearnedConstant(layers.Layer):
    """Gives each example the same trained maps.

    Karras et al., "A Style-Based Generator Architecture for Generative Adversarial Networks", 2018,
    arXiv:1812.04948, section 2. Of inputs (N, ...) it takes the number of examples.

    Args:
        shape: (height, width, channels) of the maps.
        initializer: What they are at first.
    """

    def __init__(self, shape, initializer="ones", **kwargs):
        super().__init__(**kwargs)
        self.shape, self.initializer = tuple(shape), keras.initializers.get(initializer)

    def build(self, input_shape):
        """Makes the maps."""
        self.maps = self.add_weight(self.shape, self.initializer, name="maps")

    def call(self, inputs):
        """Returns maps (N, *shape)."""
        return ops.broadcast_to(self.maps, (ops.shape(inputs)[0], *self.shape))

    def compute_output_shape(self, input_shape):
        """Returns (N, *shape)."""
        return (input_shape[0], *self.shape)

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        initializer = keras.initializers.serialize(self.initializer)
        return super().get_config() | {"shape": self.shape, "initializer": initializer}


@keras.saving.register_keras_serializable("kerasgan")
class Bias(layers.Layer):
    """Adds a trained number to each channel, 0 at first."""

    def build(self, input_shape):
        """Makes the numbers."""
        self.bias = self.add_weight((input_shape[-1],), "zeros", name="bias")

    def call(self, inputs):
        """Returns the inputs (..., channels) and the bias, added."""
        return inputs + self.bias

    def compute_output_shape(self, input_shape):
        """Returns the shape of the inputs."""
        return input_shape


@keras.saving.register_keras_serializable("kerasgan")
class LearnedNoise(layers.Layer):
    """Adds noise of a trained strength, 0 at first.

    Karras et al., 2018, arXiv:1812.04948, section 2: a map of N(0, 1), the same for all channels.
    In training each example has noise of its own. Otherwise all have the map that the layer was
    made with, so that latents have one image.

    Args:
        per_channel: Whether each channel has a strength of its own, as in StyleGAN; in StyleGAN2
            all have one.
        seed: An integer seed of the noise, or None.
    """

    def __init__(self, per_channel=True, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.per_channel, self.seed = per_channel, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        """Makes the strength, and the map."""
        strengths = input_shape[-1] if self.per_channel else 1
        self.strength = self.add_weight((strengths,), "zeros", name="strength")
        self.noise = self.add_weight(
            (*input_shape[1:-1], 1),
            keras.initializers.RandomNormal(stddev=1.0, seed=self.seed),
            trainable=False,
            name="noise",
        )

    def call(self, inputs, training=False):
        """Returns maps (N, H, W, C) with noise."""
        noise = self.noise
        if training:
            shape = (*ops.shape(inputs)[:3], 1)
            noise = keras.random.normal(shape, dtype=inputs.dtype, seed=self.seed_generator)
        return inputs + self.strength * noise

    def compute_output_shape(self, input_shape):
        """Returns the shape of the inputs."""
        return input_shape

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        config = {"per_channel": self.per_channel, "seed": self.seed}
        return super().get_config() | config


@keras.saving.register_keras_serializable("kerasgan")
class AdaptiveInstanceNormalization(layers.Layer):
    """Normalizes each map of each example, and gives it the scale and offset of a style.

    Huang & Belongie, 2017, arXiv:1703.06868; Karras et al., 2018, arXiv:1812.04948, equation 1:

        y = (s + 1) (x - mean(x)) / sqrt(var(x) + epsilon) + t

    so that a style of zeros only normalizes.

    Args:
        epsilon: What is added to the variance.
    """

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs):
        """Returns maps (N, H, W, C) of [maps, styles (N, 2 C)], the scales s first."""
        maps, styles = inputs
        scale, offset = ops.split(styles[:, None, None, :], 2, axis=-1)
        x = ops.cast(maps, "float32")
        mean, variance = ops.moments(x, axes=(1, 2), keepdims=True)
        x = ops.cast((x - mean) * ops.rsqrt(variance + self.epsilon), maps.dtype)
        return x * (scale + 1.0) + offset

    def compute_output_shape(self, input_shape):
        """Returns the shape of the maps."""
        return input_shape[0]

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {"epsilon": self.epsilon}


@keras.saving.register_keras_serializable("kerasgan")
class ModulatedConv2D(layers.Layer):
    """A convolution whose input channels a style scales.

    Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2019, arXiv:1912.04958,
    equations 1 to 3: of weights w_kio, of place k, input i and output o, example n has

        w'_kio = s_ni w_kio,   w''_kio = w'_kio / sqrt(sum_ki w'_kio^2 + 1e-8)

    It scales the inputs by s, and the outputs by the roots, which is the same, and one convolution
    for all examples.

    Args:
        filters: The number of output channels.
        kernel_size: The side of the window.
        doubles: Whether maps of twice the sides are made, by a transposed convolution, whose
            result (2 H + 1, 2 W + 1) has a border more, for a filter to take away.
        demodulate: Whether outputs are scaled. If not, weights are scaled by 1 / sqrt(fan_in).
        kernel_initializer: The initializer of w, N(0, 1) in the paper.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        doubles=False,
        demodulate=True,
        kernel_initializer="random_normal",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters, self.kernel_size = filters, kernel_size
        self.doubles, self.demodulate = doubles, demodulate
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        """Makes the weights."""
        shape = (self.kernel_size, self.kernel_size, input_shape[0][-1], self.filters)
        self.kernel = self.add_weight(shape, self.kernel_initializer, name="kernel")

    def call(self, inputs):
        """Returns maps of [maps (N, H, W, C), styles s (N, C)]."""
        maps, styles = inputs
        kernel = ops.convert_to_tensor(self.kernel)
        scale = 1.0 / math.sqrt(math.prod(kernel.shape[:-1]))
        # The scale cancels out where outputs are, but for float16, whose range it keeps to.
        x = maps * (scale * styles)[:, None, None, :]
        if self.doubles:
            x = ops.conv_transpose(x, ops.swapaxes(kernel, 2, 3), strides=2, padding="valid")
        else:
            x = ops.conv(x, kernel, padding="same")
        if self.demodulate:
            x = x * self._roots(kernel, scale * styles)[:, None, None, :]
        return x

    def _roots(self, kernel, styles):
        """Returns 1 / sqrt(sum_ki (s_i w_kio)^2 + 1e-8), (N, filters)."""
        squares = ops.sum(ops.square(ops.cast(kernel, "float32")), axis=(0, 1))
        norms = ops.matmul(ops.square(ops.cast(styles, "float32")), squares)
        return ops.cast(ops.rsqrt(norms + 1e-8), styles.dtype)

    def compute_output_shape(self, input_shape):
        """Returns the shape of the maps that are made."""
        batch, height, width, _ = input_shape[0]
        if self.doubles:
            height, width = (2 * side + self.kernel_size - 2 for side in (height, width))
        return batch, height, width, self.filters

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "doubles": self.doubles,
            "demodulate": self.demodulate,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
