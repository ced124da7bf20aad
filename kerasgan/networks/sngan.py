"""The residual networks of SNGAN, and those with a projection.

Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018, arXiv:1802.05957,
table 4 of the appendix: a generator of residual blocks with batch normalization, a discriminator of
residual blocks whose weights are all spectrally normalized, whose last map is summed over space.
At 32 x 32 x 3 and 128 latents 4,276,739 and 1,053,824 weights. With 64 channels in both, which a
CPU can train, 368,771 and 264,768.

Told a class, they are those of Miyato and Koyama, "cGANs with Projection Discriminator", 2018,
arXiv:1802.05637: the gains and biases of the blocks' normalization depend on the class, and the
logit has an inner product of the class with the last features. With 10 classes 4,304,387 and
1,055,104 weights.

Other sizes have more or fewer doublings, and halvings to a map of at most twice the generator's
first. The 1 x 1 convolutions of shortcuts are on the smaller side of a change of size, which makes
the same maps as on the larger one.
"""

import keras
from keras import layers, ops

from kerasgan.layers import SpectralNormalization
from kerasgan.networks.common import halvings, seeds, to_image


def generator(image_shape, latent_dim=128, width=256, condition_dim=None, seed=None):
    """Returns the generator, latents (N, latent_dim) to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels); see Raises.
        latent_dim: The dimension of the latents.
        width: Channels of all hidden maps.
        condition_dim: The length of y, such as the number of classes: the generator then takes
            [latents, y]. None for one without.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the sides are not multiples of 4 of at least 8 that halve down to a map of
            at most 32 x 32, or the channels are not 1 to 4.
    """
    seed = seeds(seed, "generator")
    steps = halvings(image_shape)
    small = (image_shape[0] >> steps, image_shape[1] >> steps)

    latents = keras.Input((latent_dim,), name="latents")
    condition = condition_dim and keras.Input((condition_dim,), name="condition")
    x = layers.Dense(small[0] * small[1] * width, kernel_initializer=_glorot(seed))(latents)
    x = layers.Reshape((*small, width))(x)
    for _ in range(steps):
        shortcut = layers.Conv2D(width, 1, kernel_initializer=_glorot(seed))(x)
        x = layers.ReLU()(normalized(x, condition))
        x = _convolution(width, seed)(layers.UpSampling2D()(x))
        x = _convolution(width, seed)(layers.ReLU()(normalized(x, condition)))
        x = layers.Add()([x, layers.UpSampling2D()(shortcut)])
    x = layers.ReLU()(normalized(x))
    x = _convolution(image_shape[2], seed, gain=1.0)(x)
    inputs = latents if condition_dim is None else [latents, condition]
    return keras.Model(inputs, to_image(x), name="generator")


def discriminator(image_shape, width=128, condition_dim=None, seed=None):
    """Returns the discriminator, images (N, *image_shape) in [-1, 1] to logits (N, 1).

    Args:
        image_shape: (height, width, channels), as in `generator`.
        width: Channels of all maps.
        condition_dim: The length of y: the discriminator then takes [images, y]. None for one
            without.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `generator`.
    """
    seed = seeds(seed, "discriminator")
    down = max(2, halvings(image_shape) - 1)

    def shortcut(x):
        return SpectralNormalization(layers.Conv2D(width, 1, kernel_initializer=_glorot(seed)))(x)

    def residual(x):
        x = SpectralNormalization(_convolution(width, seed))(x)
        return SpectralNormalization(_convolution(width, seed))(layers.ReLU()(x))

    images = keras.Input(image_shape, name="images")
    x = layers.Add()([_halved(residual(images)), shortcut(_halved(images))])
    for _ in range(1, down):
        x = layers.Add()([_halved(residual(layers.ReLU()(x))), shortcut(_halved(x))])
    for _ in range(2):
        x = layers.Add()([residual(layers.ReLU()(x)), x])
    # In float32, as the sum over a large map may leave the range of float16.
    features = ops.sum(ops.cast(layers.ReLU()(x), "float32"), axis=(1, 2))

    def product(units):
        options = {"use_bias": False, "kernel_initializer": _glorot(seed), "dtype": "float32"}
        return SpectralNormalization(layers.Dense(units, **options))

    logits = product(1)(features)
    if condition_dim is None:
        return keras.Model(images, logits, name="discriminator")
    condition = keras.Input((condition_dim,), name="condition")
    projection = layers.Dot(1, dtype="float32")([product(width)(condition), features])
    logits = layers.Add(dtype="float32")([logits, projection])
    return keras.Model([images, condition], logits, name="discriminator")


def normalized(x, condition=None):
    """Returns batch-normalized maps; of a condition y (N, d) the gains are y G, the biases y B.

    Made of layers of Keras, so that a generator's file needs nothing else.
    """
    plain = condition is None
    options = {"momentum": 0.9, "epsilon": 2e-5, "center": plain, "scale": plain}
    x = layers.BatchNormalization(**options)(x)
    if plain:
        return x
    gains, biases = (
        layers.Reshape((1, 1, x.shape[-1]))(
            layers.Dense(x.shape[-1], use_bias=False, kernel_initializer=initializer)(condition)
        )
        for initializer in ("ones", "zeros")
    )
    return layers.Add()([layers.Multiply()([x, gains]), biases])


def _glorot(seed, gain=1.0):
    return keras.initializers.VarianceScaling(gain**2, "fan_avg", "uniform", seed=next(seed))


def _convolution(filters, seed, gain=2.0**0.5):
    initializer = _glorot(seed, gain)
    return layers.Conv2D(filters, 3, padding="same", kernel_initializer=initializer)


def _halved(x):
    return layers.AveragePooling2D(2)(x)
