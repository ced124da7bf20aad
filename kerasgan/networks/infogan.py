"""The networks of InfoGAN on MNIST.

Chen et al., "InfoGAN", 2016, arXiv:1606.03657, appendix C.1, with the initializations and the
slope of the authors' released code: two strided 4 x 4 convolutions and a dense layer in the
discriminator, whose body Q shares; the reverse in the generator. At 28 x 28 x 1, 74 latents, 10
categories and 2 continuous codes 6.65 M weights in the generator, 6.69 M in the discriminator
with Q.
"""

import math

import keras
from keras import layers

from kerasgan.networks.common import batch_normalization, halvings, normal, seeds, to_sigmoid_image

_SLOPE = 0.01  # the code's; the paper prints 0.1


def generator(image_shape, latent_dim=74, width=64, units=1024, seed=None):
    """Returns the generator, latents (N, latent_dim) to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels); see Raises.
        latent_dim: The dimension of the latents, codes included.
        width: Channels of the last hidden map, doubled at each map before it.
        units: The size of the dense hidden layer.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the sides are not multiples of 4 of at least 8 that halve down to a map of
            at most 32 x 32.
    """
    seed = seeds(seed, "generator")
    steps = halvings(image_shape)
    small = (image_shape[0] >> steps, image_shape[1] >> steps, width << (steps - 1))

    def hidden(x):
        return layers.ReLU()(batch_normalization(seed)(x))

    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for size in (units, math.prod(small)):
        x = hidden(layers.Dense(size, use_bias=False, kernel_initializer=normal(seed))(x))
    x = layers.Reshape(small)(x)
    for i in reversed(range(steps - 1)):
        x = hidden(_upsample(width << i, False, seed)(x))
    images = to_sigmoid_image(_upsample(image_shape[2], True, seed)(x))
    return keras.Model(latents, images, name="generator")


def discriminator(
    image_shape, num_categories=10, num_continuous=2, width=64, units=1024, seed=None
):
    """Returns the discriminator with Q, images in [-1, 1] to logits and what Q reads.

    The outputs are logits (N, 1), the categories' logits (N, num_categories) and, if there are
    continuous codes, their means (N, num_continuous).

    Args:
        image_shape: (height, width, channels), as in `generator`.
        num_categories: How many values the categorical code has.
        num_continuous: How many continuous codes there are.
        width: Channels of the first map, doubled at each map after it.
        units: The size of the dense hidden layer; Q's own has an eighth of it.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `generator`.
    """
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    x = layers.Rescaling(0.5, 0.5)(images)
    for i in range(halvings(image_shape)):
        x = layers.Conv2D(
            width << i,
            4,
            strides=2,
            padding="same",
            use_bias=i == 0,
            kernel_initializer=normal(seed),
        )(x)
        if i > 0:
            x = batch_normalization(seed)(x)
        x = layers.LeakyReLU(_SLOPE)(x)
    x = _dense(layers.Flatten()(x), units, seed)
    codes = _dense(x, units // 8, seed)
    heads = [(x, 1), (codes, num_categories), (codes, num_continuous)]
    outputs = [
        layers.Activation("linear", dtype="float32")(
            layers.Dense(size, kernel_initializer=normal(seed))(features)
        )
        for features, size in heads
        if size
    ]
    return keras.Model(images, outputs, name="discriminator")


def _dense(x, units, seed):
    x = layers.Dense(units, use_bias=False, kernel_initializer=normal(seed))(x)
    return layers.LeakyReLU(_SLOPE)(batch_normalization(seed)(x))


def _upsample(channels, use_bias, seed):
    return layers.Conv2DTranspose(
        channels,
        4,
        strides=2,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=normal(seed),
    )
