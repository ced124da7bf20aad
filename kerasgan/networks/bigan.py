"""The networks of BiGAN on MNIST, of dense layers.

Donahue et al., "Adversarial Feature Learning", 2016, arXiv:1605.09782, with the sizes, batch
normalization without gains and biases, and weight decay of the authors' code: two hidden layers of
1024 units in each network, the second one normalized. At 28 x 28 x 1 and 50 latents 1,905,424,
1,904,690 and 1,905,665 weights in the generator, the encoder and the discriminator.
"""

import math

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.networks.common import normal, seeds, to_sigmoid_image

_SLOPE = 0.2
_DECAY = 2.5e-5


def generator(image_shape, latent_dim=50, units=1024, weight_decay=_DECAY, seed=None):
    """Returns the generator, latents (N, latent_dim) to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels) of any sides.
        latent_dim: The dimension of the latents.
        units: The size of both hidden layers.
        weight_decay: What is added to the gradient of each weight, times the weight.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If `image_shape` is not three positive integers.
    """
    image_shape = check_image_shape(image_shape)
    dense = _dense(seeds(seed, "generator"), weight_decay)

    latents = keras.Input((latent_dim,), name="latents")
    x = dense(math.prod(image_shape))(_hidden(latents, units, dense))
    images = layers.Reshape(image_shape, dtype="float32")(to_sigmoid_image(x))
    return keras.Model(latents, images, name="generator")


def encoder(image_shape, latent_dim=50, units=1024, weight_decay=_DECAY, gaussian=False, seed=None):
    """Returns the encoder, images in [-1, 1] to latents (N, latent_dim) and features (N, units).

    The features are the layer below the latents.

    Args:
        image_shape: (height, width, channels) of any sides.
        latent_dim: The dimension of the latents.
        units: The size of both hidden layers.
        weight_decay: As in `generator`.
        gaussian: Whether there are means and logarithms of standard deviations, each
            (N, latent_dim), in the place of the latents, as `kerasgan.models.ALI` wants them.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `generator`.
    """
    image_shape = check_image_shape(image_shape)
    dense = _dense(seeds(seed, "encoder"), weight_decay)

    images = keras.Input(image_shape, name="images")
    features = _hidden(_pixels(images), units, dense)
    names = ("means", "log_deviations") if gaussian else ("codes",)
    heads = {name: dense(latent_dim)(features) for name in names} | {"features": features}
    outputs = [layers.Activation("linear", dtype="float32", name=n)(x) for n, x in heads.items()]
    return keras.Model(images, outputs, name="encoder")


def discriminator(
    image_shape, latent_dim=50, units=1024, weight_decay=_DECAY, normalize=True, seed=None
):
    """Returns the discriminator, [images in [-1, 1], latents] to logits (N, 1).

    Args:
        image_shape: (height, width, channels) of any sides.
        latent_dim: The dimension of the latents.
        units: The size of both hidden layers.
        weight_decay: As in `generator`.
        normalize: Whether there is batch normalization.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `generator`.
    """
    image_shape = check_image_shape(image_shape)
    dense = _dense(seeds(seed, "discriminator"), weight_decay)

    inputs = [keras.Input(image_shape, name="images"), keras.Input((latent_dim,), name="latents")]
    x = layers.Concatenate()([_pixels(inputs[0]), inputs[1]])
    logits = dense(1)(_hidden(x, units, dense, normalize))
    logits = layers.Activation("linear", dtype="float32")(logits)
    return keras.Model(inputs, logits, name="discriminator")


def _pixels(images):
    """Returns flat images in [0, 1], of the scale of latents."""
    return layers.Rescaling(0.5, 0.5)(layers.Flatten()(images))


def _hidden(x, units, dense, normalize=True):
    x = dense(units)(layers.LeakyReLU(_SLOPE)(dense(units)(x)))
    if normalize:
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, center=False, scale=False)(x)
    return layers.LeakyReLU(_SLOPE)(x)


def _dense(seed, weight_decay):
    """Returns a function of a size to a dense layer."""

    def dense(units):
        # The gradient of d/2 w^2 is d w.
        decay = {
            f"{name}_regularizer": keras.regularizers.L2(weight_decay / 2)
            for name in ("kernel", "bias")
            if weight_decay
        }
        return layers.Dense(units, kernel_initializer=normal(seed), **decay)

    return dense
