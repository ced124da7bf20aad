"""The networks of progressive growing.

Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation", 2017,
arXiv:1710.10196, table 2. Both networks hold the layers of all stages, from the smallest maps to
the images' own size: the generator makes the images of each stage, and the discriminator the logits
of each. TensorFlow computes those that are used.
"""

import keras
from keras import layers

from kerasgan.layers import MinibatchStandardDeviation, PixelNormalization
from kerasgan.networks.common import (
    equalized_convolution,
    equalized_dense,
    equalized_maps,
    fixed_filter,
    halvings,
    lerp,
    seeds,
    smallest_map,
    to_image,
)


def widths(image_shape, base=8192, maximum=512):
    """Returns the numbers of channels from the smallest maps to the images' size.

    Args:
        image_shape: (height, width, channels).
        base: Twice the number for the smallest maps. Each larger map has half as many channels.
        maximum: The largest number of channels.

    Raises:
        ValueError: As in `generator`.
    """
    return [min(base >> i, maximum) for i in range(1, halvings(image_shape) + 2)]


def generator(image_shape, latent_dim=512, base=8192, maximum=512, seed=None):
    """Returns the generator, latents (N, latent_dim) to the images of each stage.

    Images are (N, h, w, C), from the smallest to those of `image_shape`. Nothing bounds them.

    Args:
        image_shape: (height, width, channels); see Raises.
        latent_dim: The dimension of the latents.
        base: As in `widths`.
        maximum: As in `widths`.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the sides are not multiples of 4 of at least 8 that halve down to a map of
            at most 32 x 32.
    """
    first, *others = widths(image_shape, base, maximum)
    seed = seeds(seed, "generator")

    latents = keras.Input((latent_dim,), name="latents")
    x = equalized_maps((*smallest_map(image_shape), first), seed)(PixelNormalization()(latents))
    x = PixelNormalization()(layers.LeakyReLU(0.2)(x))
    x = _normalized(x, first, seed)
    images = [to_rgb(x, image_shape, seed)]
    for channels in others:
        x = layers.UpSampling2D(2)(x)
        for _ in range(2):
            x = _normalized(x, channels, seed)
        images.append(to_rgb(x, image_shape, seed))
    return keras.Model(latents, images, name="generator")


def discriminator(image_shape, base=8192, maximum=512, smooth=False, seed=None):
    """Returns the discriminator, [images, fade] to the logits (N, 1) of each stage.

    Images are (N, *image_shape) at every stage, and are reduced to its size. Where a stage has just
    begun, the share `fade` (N, 1) of its first maps comes from its layers, the rest from the images
    of the stage before.

    Args:
        image_shape: (height, width, channels), as in `generator`.
        base: As in `widths`.
        maximum: As in `widths`.
        smooth: Whether maps are filtered before they are reduced, and activated after, as in
            StyleGAN.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `generator`.
    """
    channels = widths(image_shape, base, maximum)
    stages = len(channels)
    seed = seeds(seed, "discriminator")
    block = _smooth_block if smooth else _block

    images = keras.Input(image_shape, name="images")
    fade = keras.Input((1,), name="fade")
    first_maps, blocks = [], [None]
    for stage, count in enumerate(channels):
        factor = 2 ** (stages - 1 - stage)
        reduced = layers.AveragePooling2D(factor)(images) if factor > 1 else images
        x = equalized_convolution(count, 1, seed)(reduced)
        first_maps.append(layers.LeakyReLU(0.2)(x))
        if stage:
            blocks.append(block(count, channels[stage - 1], seed))
    last = [
        MinibatchStandardDeviation(),
        equalized_convolution(channels[0], 3, seed),
        layers.LeakyReLU(0.2),
        layers.Flatten(),
        equalized_dense(min(base, maximum), seed),
        layers.LeakyReLU(0.2),
        equalized_dense(1, seed, gain=1.0),
        layers.Activation("linear", dtype="float32"),
    ]

    logits = []
    for stage, x in enumerate(first_maps):
        for i in range(stage, 0, -1):
            x = _in_turn(blocks[i], x)
            if i == stage:
                x = lerp(first_maps[i - 1], x, fade)
        logits.append(_in_turn(last, x))
    return keras.Model([images, fade], logits, name="discriminator")


def to_rgb(x, image_shape, seed):
    """Returns the images of a stage, float32, of its maps."""
    return to_image(equalized_convolution(image_shape[-1], 1, seed, gain=1.0)(x), "linear")


def _normalized(x, channels, seed):
    """A convolution of the generator."""
    x = equalized_convolution(channels, 3, seed)(x)
    return PixelNormalization()(layers.LeakyReLU(0.2)(x))


def _block(channels, reduced, seed):
    """The layers of the discriminator between two sizes of maps."""
    return [
        equalized_convolution(channels, 3, seed),
        layers.LeakyReLU(0.2),
        equalized_convolution(reduced, 3, seed),
        layers.LeakyReLU(0.2),
        layers.AveragePooling2D(2),
    ]


def _smooth_block(channels, reduced, seed):
    """Those of StyleGAN's, which reduces what the second convolution has made before its bias."""
    return [
        equalized_convolution(channels, 3, seed),
        layers.LeakyReLU(0.2),
        fixed_filter([1, 2, 1]),
        equalized_convolution(reduced, 3, seed),
        layers.AveragePooling2D(2),
        layers.LeakyReLU(0.2),
    ]


def _in_turn(several, x):
    for layer in several:
        x = layer(x)
    return x
