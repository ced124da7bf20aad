"""The networks of LSGAN, as its authors trained them on scenes of 112 x 112.

Mao et al., "Least Squares Generative Adversarial Networks", 2016, arXiv:1611.04076, figure 5 and
the released code: 3 x 3 transposed convolutions, of stride 2 in turn with stride 1 on the small
maps; a discriminator of four 5 x 5 convolutions. At 112 x 112 x 3 and 1,024 latents 15.59 M and
4.33 M weights. Other sizes have more or fewer of the generator's steps.
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


def generator(image_shape, latent_dim=1024, width=64, seed=None):
    """Returns the generator, latents (N, latent_dim) to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels); see Raises.
        latent_dim: The dimension of the latents.
        width: Channels of the last hidden map; twice that before it, four times before that.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the sides are not multiples of 4 of at least 8 that halve down to a map of
            at most 32 x 32.
    """
    seed = seeds(seed, "generator")
    steps = halvings(image_shape)
    small = (image_shape[0] >> steps, image_shape[1] >> steps)
    # (channels, stride): 256 / 2, 256 / 1 on each small map, then 128 / 2 and 64 / 2.
    hidden = [(4 * width, 2), (4 * width, 1)] * (steps - 2) + [(2 * width, 2), (width, 2)][-steps:]

    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(small[0] * small[1] * 4 * width, kernel_initializer=normal(seed))(latents)
    x = layers.Reshape((*small, 4 * width))(x)
    x = layers.ReLU()(batch_normalization(seed)(x))
    for channels, stride in hidden:
        x = _transposed(channels, stride, seed)(x)
        x = layers.ReLU()(batch_normalization(seed)(x))
    x = _transposed(image_shape[2], 1, seed)(x)
    return keras.Model(latents, to_image(x), name="generator")


def discriminator(image_shape, width=64, seed=None):
    """Returns the discriminator, images (N, *image_shape) in [-1, 1] to scores (N, 1).

    Args:
        image_shape: (height, width, channels), as in `generator`.
        width: Channels of the first of four maps, doubled at each after it.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `generator`.
    """
    seed = seeds(seed, "discriminator")
    halvings(image_shape)

    images = keras.Input(image_shape, name="images")
    x = images
    for i in range(4):
        x = layers.Conv2D(
            width * 2**i, 5, strides=2, padding="same", kernel_initializer=normal(seed)
        )(x)
        if i > 0:
            x = batch_normalization(seed)(x)
        x = layers.LeakyReLU(0.2)(x)
    logits = to_logits(x, kernel_initializer=normal(seed))
    return keras.Model(images, logits, name="discriminator")


def _transposed(channels, stride, seed):
    return layers.Conv2DTranspose(
        channels, 3, strides=stride, padding="same", kernel_initializer=normal(seed)
    )
