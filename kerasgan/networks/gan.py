"""The networks of the original GAN, as its authors trained them on MNIST.

Goodfellow et al., "Generative Adversarial Networks", 2014, arXiv:1406.2661, with the layer sizes,
initializations and dropout of the authors' released configuration: a generator of two dense
layers, a discriminator of two maxout layers with dropout, no normalization. At 28 x 28 x 1 and
100 latents 2,503,984 and 1,231,441 weights.
"""

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.layers import Maxout
from kerasgan.networks.common import seeds, to_logits, to_sigmoid_image, uniform


def generator(image_shape, latent_dim=100, units=1200, seed=None):
    """Returns the generator, latents (N, latent_dim) to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels) of any sides.
        latent_dim: The dimension of the latents.
        units: The size of both hidden layers.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If `image_shape` is not three positive integers.
    """
    height, width, channels = check_image_shape(image_shape)
    seed = seeds(seed, "generator")

    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for _ in range(2):
        x = layers.Dense(units, "relu", kernel_initializer=uniform(0.05, seed))(x)
    x = layers.Dense(height * width * channels, kernel_initializer=uniform(0.05, seed))(x)
    images = layers.Reshape((height, width, channels), dtype="float32")(to_sigmoid_image(x))
    return keras.Model(latents, images, name="generator")


def discriminator(image_shape, units=240, pieces=5, seed=None):
    """Returns the discriminator, images (N, *image_shape) in [-1, 1] to logits (N, 1).

    Args:
        image_shape: (height, width, channels) of any sides.
        units: The size of both hidden layers.
        pieces: How many linear pieces a maxout unit has.
        seed: An integer seed of the weights and of dropout, or None.

    Raises:
        ValueError: As in `generator`.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    x = layers.Rescaling(0.5, 0.5)(layers.Flatten()(images))
    x = layers.Dropout(0.2, seed=next(seed))(x)
    for _ in range(2):
        x = Maxout(units, pieces, kernel_initializer=uniform(0.005, seed))(x)
        x = layers.Dropout(0.5, seed=next(seed))(x)
    logits = to_logits(x, kernel_initializer=uniform(0.005, seed))
    return keras.Model(images, logits, name="discriminator")
