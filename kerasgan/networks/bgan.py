"""The networks of the boundary-seeking GAN on MNIST.

Hjelm et al., "Boundary-Seeking Generative Adversarial Networks", 2017, arXiv:1702.08431, with the
sizes of the authors' released code: two dense layers, then transposed 5 x 5 convolutions in the
generator, all but the last one normalized; two strided 5 x 5 convolutions and a dense layer in the
discriminator, which has no normalization. At 28 x 28 x 1 and 64 latents 6,709,185 and 6,631,169
weights in the generator and the discriminator; 1,697,761 and 1,658,753 at half the width.
"""

import math

import keras
from keras import layers

from kerasgan.networks.common import halvings, seeds, to_image, to_logits, to_sigmoid_image

_KERNEL_SIZE = 5
_SLOPE = 0.2


def generator(image_shape, latent_dim=64, width=64, units=1024, binary=True, seed=None):
    """Returns the generator, latents (N, latent_dim) to what images (N, *image_shape) are made of.

    Args:
        image_shape: (height, width, channels); see Raises.
        latent_dim: The dimension of the latents.
        width: Channels of the last hidden map, doubled at each map before it.
        units: The size of the first hidden layer.
        binary: Whether it makes the logits of binary pixels, else pixels in [-1, 1].
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the sides are not multiples of 4 of at least 8 that halve down to a map of
            at most 32 x 32.
    """
    seed = seeds(seed, "generator")
    steps = halvings(image_shape)
    small = (image_shape[0] >> steps, image_shape[1] >> steps, width << (steps - 1))

    def hidden(x):
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9, epsilon=1e-4)(x))

    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for size in (units, math.prod(small)):
        x = hidden(layers.Dense(size, use_bias=False, kernel_initializer=_glorot(seed))(x))
    x = layers.Reshape(small)(x)
    for i in reversed(range(steps - 1)):
        x = hidden(_upsample(width << i, False, seed)(x))
    x = _upsample(image_shape[2], True, seed)(x)
    return keras.Model(
        latents, to_image(x, "linear") if binary else to_sigmoid_image(x), name="generator"
    )


def discriminator(image_shape, width=64, units=1024, seed=None):
    """Returns the discriminator, images (N, *image_shape) in [-1, 1] to logits (N, 1).

    Args:
        image_shape: (height, width, channels), as in `generator`.
        width: Channels of the first map, doubled at each map after it.
        units: The size of the dense hidden layer.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `generator`.
    """
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    x = layers.Rescaling(0.5, 0.5)(images)
    for i in range(halvings(image_shape)):
        x = layers.Conv2D(
            width << i, _KERNEL_SIZE, strides=2, padding="same", kernel_initializer=_glorot(seed)
        )(x)
        x = layers.LeakyReLU(_SLOPE)(x)
    x = layers.Dense(units, kernel_initializer=_glorot(seed))(layers.Flatten()(x))
    logits = to_logits(layers.LeakyReLU(_SLOPE)(x), kernel_initializer=_glorot(seed))
    return keras.Model(images, logits, name="discriminator")


def _upsample(channels, use_bias, seed):
    return layers.Conv2DTranspose(
        channels,
        _KERNEL_SIZE,
        strides=2,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=_glorot(seed),
    )


def _glorot(seed):
    return keras.initializers.GlorotUniform(next(seed))
