"""The networks of context encoders.

Pathak et al., "Context Encoders: Feature Learning by Inpainting", 2016, arXiv:1604.07379: an
encoder of strided convolutions, a bottleneck of one position, through which all of the context
passes, and a decoder; the discriminator is DCGAN's, of the decoder's size. In the authors' code
biases are set to zero before each step: here there are none. The defaults are the paper's sizes: of
128 x 128 x 3 and a middle of 64 x 64 x 3 71,124,544 weights in the generator, and 2,765,568 in the
discriminator.
"""

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.networks.common import (
    SMALLEST_SIDE,
    batch_normalization,
    normal,
    seeds,
    to_image,
    to_logits,
)


def generator(image_shape, output_shape=None, width=64, bottleneck=4000, seed=None):
    """Returns the generator, images with holes to images in [-1, 1].

    Args:
        image_shape: (height, width, channels) of the images with holes, of any sides.
        output_shape: Those of the images made; None are the same.
        width: Channels of the first and of the last hidden map.
        bottleneck: Channels of the bottleneck.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If a shape is not three positive integers.
    """
    image_shape = check_image_shape(image_shape)
    height, breadth, channels = check_image_shape(output_shape or image_shape)
    seed = seeds(seed, "generator")

    images = keras.Input(image_shape, name="images")
    steps = _halvings(image_shape)
    # As of 128 pixels the second map is as wide as the first, so that the last has 8 times as many.
    widths = [width * 2 ** max(0, i - max(0, steps - 4)) for i in range(steps)]
    x = _encode(images, widths, seed)
    x = layers.Conv2D(bottleneck, x.shape[1:3], use_bias=False, kernel_initializer=normal(seed))(x)
    x = layers.LeakyReLU(0.2)(batch_normalization(seed)(x))

    steps = _halvings((height, breadth))
    small = [-(-side // 2**steps) for side in (height, breadth)]
    for i in range(steps):
        kernel = (
            {"kernel_size": 4, "strides": 2, "padding": "same"} if i else {"kernel_size": small}
        )
        x = _deconvolution(width * min(2 ** (steps - 1 - i), 8), seed, **kernel)(x)
        x = layers.ReLU()(batch_normalization(seed)(x))
    x = _deconvolution(channels, seed, kernel_size=4, strides=2, padding="same")(x)
    beyond = [
        side * 2**steps - wanted for side, wanted in zip(small, (height, breadth), strict=True)
    ]
    if any(beyond):
        x = layers.Cropping2D([(each // 2, each - each // 2) for each in beyond])(x)
    return keras.Model(images, to_image(x), name="generator")


def discriminator(image_shape, width=64, seed=None):
    """Returns the discriminator, images (N, *image_shape) in [-1, 1] to logits (N, 1).

    Args:
        image_shape: (height, width, channels) of any sides: what the generator makes.
        width: Channels of the first map, doubled at each map after it, up to 8 times as many.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the shape is not three positive integers.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    widths = [width * min(2**i, 8) for i in range(_halvings(image_shape))]
    x = _encode(images, widths, seed)
    logits = to_logits(x, use_bias=False, kernel_initializer=normal(seed))
    return keras.Model(images, logits, name="discriminator")


def _halvings(sides):
    """Returns how often both sides halve, rounded up, until the shorter one is at most 4."""
    steps = 1
    while -(-min(sides[:2]) // 2**steps) > SMALLEST_SIDE:
        steps += 1
    return steps


def _encode(x, widths, seed):
    """Halves maps, the first without normalization."""
    for i, channels in enumerate(widths):
        x = layers.Conv2D(
            channels,
            4,
            strides=2,
            padding="same",
            use_bias=False,
            kernel_initializer=normal(seed),
        )(x)
        x = layers.LeakyReLU(0.2)(batch_normalization(seed)(x) if i else x)
    return x


def _deconvolution(channels, seed, **options):
    return layers.Conv2DTranspose(
        channels, use_bias=False, kernel_initializer=normal(seed), **options
    )
