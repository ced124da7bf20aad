"""The networks of adversarially learned inference on images of 32 x 32.

Dumoulin et al., "Adversarially Learned Inference", 2016, arXiv:1606.00704, appendix A, table 3:
convolutions without padding from 32 x 32 pixels to one, a Gaussian encoder, and a discriminator of
maxout units with dropout and without normalization.
"""

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.layers import Maxout
from kerasgan.networks.common import normal, seeds, to_logits, to_sigmoid_image

_SLOPE, _DEVIATION = 0.1, 0.01
# The sizes and strides of the encoder's kernels; the generator's are the same, in reverse.
_KERNELS = (5, 1), (4, 2), (4, 1), (4, 2), (4, 1)


def generator(image_shape, latent_dim=64, width=32, seed=None):
    """Returns the generator, latents (N, latent_dim) to images (N, 32, 32, channels) in [-1, 1].

    Args:
        image_shape: (32, 32, channels).
        latent_dim: The dimension of the latents.
        width: Channels of the largest map; the smallest ones have 8 times as many.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If images are of another size.
    """
    *_, channels = _check_shape(image_shape)
    seed = seeds(seed, "generator")

    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Reshape((1, 1, latent_dim))(latents)
    # From one pixel to 4 x 4, 10 x 10, 13 x 13, 28 x 28 and 32 x 32.
    for (size, strides), factor in zip(_KERNELS[::-1], (8, 4, 2, 1, 1), strict=True):
        convolution = layers.Conv2DTranspose(
            factor * width, size, strides, use_bias=False, kernel_initializer=_normal(seed)
        )
        x = _normalized(convolution(x))
    x = _normalized(_convolution(width, 1, 1, seed, use_bias=False)(x))
    images = to_sigmoid_image(_convolution(channels, 1, 1, seed)(x))
    return keras.Model(latents, images, name="generator")


def encoder(image_shape, latent_dim=64, width=32, seed=None):
    """Returns the encoder, images in [-1, 1] to means, logarithms of deviations, and features.

    The means, and the logarithms of the standard deviations, of codes are (N, latent_dim), the
    features below them (N, 16 * width). Arguments and errors are those of `generator`.
    """
    shape = _check_shape(image_shape)
    seed = seeds(seed, "encoder")

    images = keras.Input(shape, name="images")
    x = layers.Rescaling(0.5, 0.5)(images)
    for i, (size, strides) in enumerate(_KERNELS):
        x = _normalized(_convolution(width << i, size, strides, seed, use_bias=False)(x))
    x = _normalized(_convolution(16 * width, 1, 1, seed, use_bias=False)(x))
    features = layers.Flatten()(x)
    heads = {
        name: layers.Dense(latent_dim, kernel_initializer=_normal(seed))(features)
        for name in ("means", "log_deviations")
    } | {"features": features}
    outputs = [layers.Activation("linear", dtype="float32", name=n)(x) for n, x in heads.items()]
    return keras.Model(images, outputs, name="encoder")


def discriminator(image_shape, latent_dim=64, width=32, seed=None):
    """Returns the discriminator, [images in [-1, 1], latents] to logits (N, 1).

    Arguments and errors are those of `generator`.
    """
    shape = _check_shape(image_shape)
    seed = seeds(seed, "discriminator")

    def dropout(x, rate=0.5):
        return layers.Dropout(rate, seed=next(seed))(x)

    def maxout(x, factor):
        return Maxout(factor * width, 2, kernel_initializer=_normal(seed))(x)

    images, latents = keras.Input(shape, name="images"), keras.Input((latent_dim,), name="latents")
    x = dropout(layers.Rescaling(0.5, 0.5)(images), 0.2)
    for i, (size, strides) in enumerate(_KERNELS):
        pieces = [_convolution(width << i, size, strides, seed)(x) for _ in range(2)]
        x = dropout(layers.Maximum()(pieces))
    z = dropout(maxout(dropout(latents, 0.2), 16))
    z = dropout(maxout(z, 16))
    x = layers.Concatenate()([layers.Flatten()(x), z])
    for _ in range(2):
        x = dropout(maxout(x, 32))
    logits = to_logits(x, kernel_initializer=_normal(seed))
    return keras.Model([images, latents], logits, name="discriminator")


def _check_shape(image_shape):
    shape = check_image_shape(image_shape)
    if shape[:2] != (32, 32):
        raise ValueError(f"These networks are for images of 32 x 32, not {shape[0]} x {shape[1]}.")
    return shape


def _convolution(channels, size, strides, seed, use_bias=True):
    return layers.Conv2D(
        channels, size, strides, use_bias=use_bias, kernel_initializer=_normal(seed)
    )


def _normalized(x):
    return layers.LeakyReLU(_SLOPE)(layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x))


def _normal(seed):
    return normal(seed, stddev=_DEVIATION)
