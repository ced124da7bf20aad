"""The networks of StyleGAN2.

Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2019, arXiv:1912.04958,
sections 2 and 4: styles scale the weights of convolutions, whose outputs are brought back to unit
variance; the generator adds up the images of all sizes, the discriminator is residual. The mapping
network is that of `kerasgan.networks.stylegan`.
"""

import math

import keras
from keras import layers, ops

from kerasgan.layers import (
    Bias,
    LearnedConstant,
    LearnedNoise,
    MinibatchStandardDeviation,
    ModulatedConv2D,
)
from kerasgan.networks import progan
from kerasgan.networks.common import (
    doubled,
    equalized_convolution,
    equalized_dense,
    fixed_filter,
    halved,
    halvings,
    normal,
    seeds,
    smallest_map,
    to_image,
)


def widths(image_shape, base=32768, maximum=512):
    """Returns the numbers of channels from the smallest maps to the images' size.

    Args:
        image_shape: (height, width, channels).
        base: Four times the number for the smallest maps. Each larger map has half as many.
        maximum: The largest number of channels.

    Raises:
        ValueError: As in `synthesis`.
    """
    return progan.widths(image_shape, base // 2, maximum)


def synthesis(image_shape, style_dim=512, base=32768, maximum=512, seed=None):
    """Returns the synthesis network, w for each layer to images (N, *image_shape).

    It takes (N, layers, style_dim): two layers for each size of maps, the coarsest first. Nothing
    bounds the images.

    Args:
        image_shape: (height, width, channels); see Raises.
        style_dim: The dimension of w.
        base: As in `widths`.
        maximum: As in `widths`.
        seed: An integer seed of the weights and of the noise, or None.

    Raises:
        ValueError: If the sides are not multiples of 4 of at least 8 that halve down to a map of
            at most 32 x 32.
    """
    first, *others = widths(image_shape, base, maximum)
    count = 2 * (halvings(image_shape) + 1)
    seed = seeds(seed, "synthesis")

    styles = keras.Input((count, style_dim), name="styles")
    each = ops.unstack(styles, count, axis=1)
    x = LearnedConstant((*smallest_map(image_shape), first), normal(seed, stddev=1.0))(styles)
    x = _styled(x, each[0], first, seed)
    images = _to_rgb(x, each[1], image_shape, seed)
    for i, channels in enumerate(others):
        x = _styled(x, each[2 * i + 1], channels, seed, doubles=True)
        x = _styled(x, each[2 * i + 2], channels, seed)
        images = layers.Add()([doubled(images), _to_rgb(x, each[2 * i + 3], image_shape, seed)])
    return keras.Model(styles, to_image(images, "linear"), name="synthesis")


def discriminator(image_shape, base=32768, maximum=512, group_size=4, seed=None):
    """Returns the discriminator, images (N, *image_shape) to logits (N, 1).

    Args:
        image_shape: (height, width, channels), as in `synthesis`.
        base: As in `widths`.
        maximum: As in `widths`.
        group_size: The examples whose deviation it is told.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `synthesis`.
    """
    channels = widths(image_shape, base, maximum)
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    x = _activated(_convolution(channels[-1], 1, seed)(images))
    for before, after in zip(channels[:0:-1], channels[-2::-1], strict=True):
        shortcut = _convolution(after, 1, seed, use_bias=False)(halved(x))
        x = _activated(_convolution(before, 3, seed)(x))
        # A filter before the convolution that halves: its border and the convolution's.
        x = fixed_filter([1, 3, 3, 1], padding="valid")(layers.ZeroPadding2D(2)(x))
        x = _activated(_convolution(after, 3, seed, strides=2, padding="valid")(x))
        x = layers.Rescaling(math.sqrt(0.5))(layers.Add()([x, shortcut]))
    x = MinibatchStandardDeviation(group_size)(x)
    x = _activated(_convolution(channels[0], 3, seed)(x))
    x = _activated(equalized_dense(channels[0], seed, gain=1.0)(layers.Flatten()(x)))
    logits = equalized_dense(1, seed, gain=1.0)(x)
    logits = layers.Activation("linear", dtype="float32")(logits)
    return keras.Model(images, logits, name="discriminator")


def _styled(x, w, channels, seed, doubles=False):
    """A convolution that a style modulates, noise, a bias and an activation."""
    x = _modulated(x, w, channels, 3, seed, doubles=doubles)
    if doubles:  # four times the zeros that the transposed convolution has put in
        x = fixed_filter([1, 3, 3, 1], gain=4.0, padding="valid")(layers.ZeroPadding2D(1)(x))
    x = LearnedNoise(per_channel=False, seed=next(seed))(x)
    return _activated(Bias()(x))


def _to_rgb(x, w, image_shape, seed):
    return Bias()(_modulated(x, w, image_shape[-1], 1, seed, demodulate=False))


def _modulated(x, w, channels, size, seed, **options):
    style = equalized_dense(x.shape[-1], seed, gain=1.0, bias_initializer="ones")(w)
    initializer = normal(seed, stddev=1.0)
    return ModulatedConv2D(channels, size, kernel_initializer=initializer, **options)([x, style])


def _convolution(filters, size, seed, **options):
    return equalized_convolution(filters, size, seed, gain=1.0, **options)


def _activated(x):
    """A leaky activation that keeps the variance."""
    return layers.Rescaling(math.sqrt(2))(layers.LeakyReLU(0.2)(x))
