"""The networks of the conditional GAN on MNIST.

Mirza and Osindero, "Conditional Generative Adversarial Nets", 2014, arXiv:1411.1784, section 4.1:
the latents and y go through a hidden layer each, then together through another; the
discriminator's are maxout layers with dropout. At 28 x 28 x 1, 100 latents and 10 classes
2,413,984 and 1,224,351 weights, with the generator's joint layer counted as a layer of its own.

The paper does not tell its initializations. Here y's layers start ten times larger than the
others: a one-hot vector must count beside a hundred latents, or hundreds of pixels, or the
networks ignore it for long. The paper drops half of the generator's hidden units too, which is off
by default: the images of a class then came out nearly alike.
"""

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.layers import Maxout
from kerasgan.networks.common import seeds, to_logits, to_sigmoid_image, uniform


def generator(image_shape, condition_dim, latent_dim=100, dropout=0.0, seed=None):
    """Returns the generator, [latents, y] to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels) of any sides.
        condition_dim: The length of y, such as the number of classes.
        latent_dim: The dimension of the latents.
        dropout: The share of hidden units that are dropped in training; the paper's is 0.5.
        seed: An integer seed of the weights and of dropout, or None.

    Raises:
        ValueError: If `image_shape` is not three positive integers.
    """
    height, width, channels = check_image_shape(image_shape)
    seed = seeds(seed, "generator")

    def hidden(x, units, limit=0.05):
        x = layers.Dense(units, "relu", kernel_initializer=uniform(limit, seed))(x)
        return layers.Dropout(dropout, seed=next(seed))(x)

    latents = keras.Input((latent_dim,), name="latents")
    condition = keras.Input((condition_dim,), name="condition")
    x = layers.Concatenate()([hidden(latents, 200), hidden(condition, 1000, limit=0.5)])
    x = hidden(x, 1200)
    x = layers.Dense(height * width * channels, kernel_initializer=uniform(0.05, seed))(x)
    images = layers.Reshape((height, width, channels), dtype="float32")(to_sigmoid_image(x))
    return keras.Model([latents, condition], images, name="generator")


def discriminator(image_shape, condition_dim, dropout=0.5, seed=None):
    """Returns the discriminator, [images, y] to logits (N, 1).

    Args:
        image_shape: (height, width, channels) of any sides.
        condition_dim: The length of y, such as the number of classes.
        dropout: The share of hidden units that are dropped in training.
        seed: An integer seed of the weights and of dropout, or None.

    Raises:
        ValueError: As in `generator`.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "discriminator")

    def hidden(x, units, pieces, limit=0.05):
        x = Maxout(units, pieces, kernel_initializer=uniform(limit, seed))(x)
        return layers.Dropout(dropout, seed=next(seed))(x)

    images = keras.Input(image_shape, name="images")
    condition = keras.Input((condition_dim,), name="condition")
    x = layers.Rescaling(0.5, 0.5)(layers.Flatten()(images))
    x = layers.Dropout(0.2, seed=next(seed))(x)
    x = layers.Concatenate()([hidden(x, 240, 5), hidden(condition, 50, 5, limit=0.5)])
    logits = to_logits(hidden(x, 240, 4), kernel_initializer=uniform(0.05, seed))
    return keras.Model([images, condition], logits, name="discriminator")
