"""Small networks of dense layers for vectors, such as points of a plane."""

import keras

from kerasgan.networks.common import seeds


def generator(shape, latent_dim=100, width=128, seed=None):
    """Returns a generator of vectors: two hidden layers, and no bound on what it makes.

    Args:
        shape: (d,), the shape of a vector.
        latent_dim: The dimension of the latents.
        width: The units of a hidden layer.
        seed: An integer seed of the initial weights, or None.
    """
    seed = seeds(seed, "generator")
    latents = keras.Input((latent_dim,))
    x = latents
    for _ in range(2):
        x = _dense(width, seed, "relu")(x)
    return keras.Model(latents, _dense(shape[0], seed)(x), name="generator")


def discriminator(shape, width=128, seed=None):
    """Returns a discriminator of vectors: two hidden layers, and one raw logit.

    Args:
        shape: (d,), the shape of a vector.
        width: The units of a hidden layer.
        seed: An integer seed of the initial weights, or None.
    """
    seed = seeds(seed, "discriminator")
    vectors = keras.Input(shape)
    x = vectors
    for _ in range(2):
        x = _dense(width, seed)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    return keras.Model(vectors, _dense(1, seed)(x), name="discriminator")


def _dense(units, seed, activation=None):
    initializer = keras.initializers.HeNormal(next(seed))
    return keras.layers.Dense(units, activation, kernel_initializer=initializer)
