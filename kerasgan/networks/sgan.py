"""The networks of the semi-supervised GAN on MNIST.

Salimans et al., "Improved Techniques for Training GANs", 2016, arXiv:1606.03498, with the layer
sizes, noise levels and initializations of the authors' released code: dense networks that know
nothing of the images' geometry; the generator's hidden layers are batch-normalized softplus units,
the discriminator's are weight-normalized ReLU units with Gaussian noise before each layer. At
28 x 28 x 1, 100 latents and 10 classes 694,568 trained weights in the generator and 1,538,770 in
the discriminator.
"""

import math

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.layers import WeightNormalizedDense
from kerasgan.networks.common import seeds, to_sigmoid_image


def generator(image_shape, latent_dim=100, units=500, seed=None):
    """Returns the generator, latents (N, latent_dim) to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels) of any sides.
        latent_dim: The dimension of the latents.
        units: The size of both hidden layers.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If `image_shape` is not three positive integers.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "generator")

    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for _ in range(2):
        x = layers.Dense(units, use_bias=False, kernel_initializer=_glorot(seed))(x)
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-6, scale=False)(x)
        x = layers.Activation("softplus")(x)
    x = WeightNormalizedDense(math.prod(image_shape), kernel_initializer=_glorot(seed))(x)
    images = layers.Reshape(image_shape, dtype="float32")(to_sigmoid_image(x))
    return keras.Model(latents, images, name="generator")


def discriminator(image_shape, num_classes, units=(1000, 500, 250, 250, 250), noise=0.5, seed=None):
    """Returns the discriminator, images (N, *image_shape) to class logits and features.

    The class logits are (N, num_classes); the features, (N, units[-1]), are the last hidden
    layer, which feature matching compares.

    Args:
        image_shape: (height, width, channels) of any sides.
        num_classes: How many classes.
        units: The sizes of the hidden layers.
        noise: The standard deviation of the noise before each layer but the first, whose noise
            is 0.3 in units of pixels in [0, 1].
        seed: An integer seed of the weights and of the noise, or None.

    Raises:
        ValueError: As in `generator`.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    x = layers.Rescaling(0.5, 0.5)(layers.Flatten()(images))
    x = _noise(0.3, seed)(x)
    for width in units:
        features = WeightNormalizedDense(
            width, "relu", train_scale=False, kernel_initializer=_normal(seed)
        )(x)
        x = _noise(noise, seed)(features)
    logits = WeightNormalizedDense(num_classes, kernel_initializer=_normal(seed))(x)
    logits = layers.Activation("linear", dtype="float32", name="logits")(logits)
    features = layers.Activation("linear", dtype="float32", name="features")(features)
    return keras.Model(images, [logits, features], name="discriminator")


def _noise(deviation, seed):
    # In float32 under any policy: it costs less there, and keeps its tails.
    return layers.GaussianNoise(deviation, seed=next(seed), dtype="float32")


def _glorot(seed):
    return keras.initializers.GlorotUniform(seed=next(seed))


def _normal(seed):
    return keras.initializers.RandomNormal(0.0, 0.1, seed=next(seed))
