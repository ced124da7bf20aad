"""The networks of adversarial autoencoders on MNIST.

Makhzani et al., "Adversarial Autoencoders", 2015, arXiv:1511.05644, appendix A: two dense layers
of 1000 ReLUs in each network, no batch normalization, which is known to fail in the discriminator
and in the encoder. Initialization, a tanh at the end of the decoder and the noise on what the
discriminator sees are those of a public implementation, musyoku/adversarial-autoencoder. At
28 x 28 x 1 and 2 codes 1,788,002, 1,788,784 and 1,005,001 weights.
"""

import math

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.networks.common import normal, seeds, to_image, to_logits

_DEVIATION = 0.01


def encoder(image_shape, latent_dim=10, num_classes=None, units=1000, seed=None):
    """Returns the encoder, images (N, *image_shape) in [-1, 1] to codes (N, latent_dim).

    Args:
        image_shape: (height, width, channels) of any sides.
        latent_dim: The dimension of the codes.
        num_classes: How many classes there are. The outputs are then the codes and class logits
            (N, num_classes); None makes codes alone.
        units: The size of both hidden layers.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If `image_shape` is not three positive integers.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "encoder")

    images = keras.Input(image_shape, name="images")
    x = _hidden(layers.Flatten()(images), units, seed)
    outputs = [
        layers.Activation("linear", dtype="float32", name=name)(_dense(size, seed)(x))
        for name, size in (("codes", latent_dim), ("class_logits", num_classes))
        if size
    ]
    return keras.Model(images, outputs if num_classes else outputs[0], name="encoder")


def decoder(image_shape, latent_dim=10, condition_dim=None, units=1000, seed=None):
    """Returns the decoder, codes (N, latent_dim) to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels) of any sides.
        latent_dim: The dimension of the codes.
        condition_dim: The length of y, such as the number of classes; the inputs are then
            [codes, y]. None takes codes alone.
        units: The size of both hidden layers.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `encoder`.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "decoder")

    inputs, x = _inputs(latent_dim, condition_dim)
    x = _dense(math.prod(image_shape), seed)(_hidden(x, units, seed))
    images = layers.Reshape(image_shape, dtype="float32")(to_image(x))
    return keras.Model(inputs, images, name="decoder")


def discriminator(
    latent_dim=10, condition_dim=None, noise=0.3, units=1000, name="discriminator", seed=None
):
    """Returns the discriminator, codes (N, latent_dim) to logits (N, 1).

    Args:
        latent_dim: The dimension of the codes.
        condition_dim: As in `decoder`.
        noise: The standard deviation of the noise on all that it sees.
        units: The size of both hidden layers.
        name: The network's name.
        seed: An integer seed of the weights and of the noise, or None.
    """
    seed = seeds(seed, name)

    inputs, x = _inputs(latent_dim, condition_dim)
    # In float32 under any policy: it costs less there, and keeps its tails.
    x = layers.GaussianNoise(noise, seed=next(seed), dtype="float32")(x)
    logits = to_logits(_hidden(x, units, seed), kernel_initializer=normal(seed, stddev=_DEVIATION))
    return keras.Model(inputs, logits, name=name)


def _inputs(latent_dim, condition_dim):
    """Returns the inputs of a network of codes, and all of them in one tensor."""
    codes = keras.Input((latent_dim,), name="latents")
    if condition_dim is None:
        return codes, codes
    inputs = [codes, keras.Input((condition_dim,), name="condition")]
    return inputs, layers.Concatenate()(inputs)


def _hidden(x, units, seed):
    for _ in range(2):
        x = layers.ReLU()(_dense(units, seed)(x))
    return x


def _dense(units, seed):
    return layers.Dense(units, kernel_initializer=normal(seed, stddev=_DEVIATION))
