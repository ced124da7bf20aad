"""The networks of DCGAN.

Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional
Generative Adversarial Networks", 2015, arXiv:1511.06434: strided convolutions instead of
pooling, batch normalization in both networks except at the generator's output and the
discriminator's input, no hidden dense layer, ReLU in the generator and leaky ReLU of slope 0.2
in the discriminator.

The defaults are the sizes of the authors' Torch release, which later work compares with: 4 x 4
kernels, 64 channels at the widest map; at 64 x 64 x 3 and 100 latents 3,576,704 weights in the
generator and 2,765,568 in the discriminator. The paper's own figure 1 is `width=128,
kernel_size=5`.
"""

import keras
from keras import layers

from kerasgan.networks.common import (
    batch_normalization,
    halvings,
    normal,
    seeds,
    to_image,
    to_logits,
)

# Channels double with each halving of the map, up to this multiple of the width.
_WIDEST = 16


def generator(image_shape, latent_dim=100, width=64, kernel_size=4, seed=None):
    """Returns the generator, latents (N, latent_dim) to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels); see Raises.
        latent_dim: The dimension of the latents.
        width: Channels of the last hidden map, doubled at each map before it.
        kernel_size: The side of all kernels.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the sides are not multiples of 4 of at least 8 that halve down to a map of
            at most 32 x 32.
    """
    seed = seeds(seed, "generator")
    steps = halvings(image_shape)
    small = (image_shape[0] >> steps, image_shape[1] >> steps)
    widths = [width * min(2**i, _WIDEST) for i in reversed(range(steps))]

    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(
        small[0] * small[1] * widths[0], use_bias=False, kernel_initializer=normal(seed)
    )(latents)
    x = layers.Reshape((*small, widths[0]))(x)
    x = layers.ReLU()(batch_normalization(seed)(x))
    for channels in widths[1:]:
        x = _upsample(channels, kernel_size, seed)(x)
        x = layers.ReLU()(batch_normalization(seed)(x))
    x = _upsample(image_shape[2], kernel_size, seed)(x)
    return keras.Model(latents, to_image(x), name="generator")


def discriminator(image_shape, width=64, kernel_size=4, normalize=True, seed=None):
    """Returns the discriminator, images (N, *image_shape) in [-1, 1] to logits (N, 1).

    Args:
        image_shape: (height, width, channels), as in `generator`.
        width: Channels of the first map, doubled at each map after it.
        kernel_size: The side of all kernels.
        normalize: False leaves out batch normalization, as a gradient penalty needs; the layers
            then have biases.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `generator`.
    """
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    x = features(images, width, kernel_size, normalize, seed)
    logits = to_logits(x, use_bias=not normalize, kernel_initializer=normal(seed))
    return keras.Model(images, logits, name="discriminator")


def features(images, width, kernel_size, normalize, seed):
    """Returns the discriminator's last map, of symbolic images.

    Args:
        images: A `keras.Input` of images.
        width: As in `discriminator`.
        kernel_size: As in `discriminator`.
        normalize: As in `discriminator`.
        seed: An iterator of seeds.
    """
    x = images
    for i in range(halvings(images.shape[1:])):
        x = layers.Conv2D(
            width * min(2**i, _WIDEST),
            kernel_size,
            strides=2,
            padding="same",
            use_bias=not normalize,
            kernel_initializer=normal(seed),
        )(x)
        if normalize and i > 0:
            x = batch_normalization(seed)(x)
        x = layers.LeakyReLU(0.2)(x)
    return x


def _upsample(channels, kernel_size, seed):
    return layers.Conv2DTranspose(
        channels,
        kernel_size,
        strides=2,
        padding="same",
        use_bias=False,
        kernel_initializer=normal(seed),
    )
