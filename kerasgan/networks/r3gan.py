"""The networks of R3GAN.

Huang et al., "The GAN is dead; long live the GAN! A Modern GAN Baseline", 2024, arXiv:2501.05441,
section 3: inverted residual blocks with grouped convolutions, and no normalization. Fixed-up
initialization (Zhang et al., 2019, arXiv:1901.09321) keeps them stable: at first each block is the
identity.
"""

import math

import keras
from keras import layers

from kerasgan.networks.common import doubled, halved, halvings, normal, seeds, to_image

# The channels of a group of a convolution.
_GROUP = 16


def widths(image_shape):
    """Returns the paper's numbers of channels, from the smallest maps to the largest.

    768 on the four smallest, of which each of the others has half: so it is for CIFAR-10, and for
    64 x 64 and 256 x 256 pixels of FFHQ.

    Args:
        image_shape: (height, width, channels).

    Raises:
        ValueError: As in `generator`.
    """
    return [768 >> max(0, i - 3) for i in range(halvings(image_shape) + 1)]


def generator(image_shape, latent_dim=64, widths=None, blocks=2, condition_dim=None, seed=None):
    """Returns the generator, from latents, or [latents, y], to images that nothing bounds.

    Args:
        image_shape: (height, width, channels).
        latent_dim: The dimension of the latents.
        widths: The channels of the maps, from the smallest to the largest, each twice as high and
            wide as the last; multiples of 8. None is the paper's.
        blocks: The residual blocks for maps of one size.
        condition_dim: The length of y, such as the number of classes, or None.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the widths are none of those above, or the sides of the images cannot be
            halved as often.
    """
    (height, width), widths = _smallest(image_shape, widths)
    scale = _scale(blocks * len(widths))
    seed = seeds(seed, "generator")

    latents = keras.Input((latent_dim,), name="latents")
    inputs, x = latents, latents
    if condition_dim:
        condition = keras.Input((condition_dim,), name="condition")
        inputs = [latents, condition]
        x = layers.Concatenate()([latents, _dense(64, seed)(condition)])
    x = _dense(widths[0], seed)(x)
    # Each map is a learned one of its own, as strong as the latents say.
    basis = layers.EinsumDense(
        "nc,cij->nijc",
        (height, width, widths[0]),
        kernel_initializer=normal(seed, stddev=1.0),
        name="basis",
    )
    x = basis(x)
    for i, channels in enumerate(widths):
        if i:
            if channels != widths[i - 1]:
                x = _convolution(channels, seed)(x)
            x = doubled(x)
        for _ in range(blocks):
            x = block(x, scale, seed)
    x = to_image(_convolution(image_shape[-1], seed)(x), "linear")
    return keras.Model(inputs, x, name="generator")


def discriminator(image_shape, widths=None, blocks=2, condition_dim=None, seed=None):
    """Returns the discriminator, from images, or [images, y], to logits (N, 1).

    With a condition y the logit is an inner product of features and an embedding of y.

    Args:
        image_shape: (height, width, channels).
        widths: As in `generator`, from the smallest maps too.
        blocks: The residual blocks for maps of one size.
        condition_dim: The length of y, or None.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `generator`.
    """
    smallest, widths = _smallest(image_shape, widths)
    scale = _scale(blocks * len(widths))
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    x = _convolution(widths[-1], seed)(images)
    for i, channels in reversed(list(enumerate(widths))):
        for _ in range(blocks):
            x = block(x, scale, seed)
        if i:
            x = halved(x)
            if channels != widths[i - 1]:
                x = _convolution(widths[i - 1], seed)(x)
    basis = layers.DepthwiseConv2D(
        smallest,
        use_bias=False,
        depthwise_initializer=normal(seed, stddev=1 / math.sqrt(math.prod(smallest))),
        name="basis",
    )
    x = layers.Flatten()(basis(x))
    if not condition_dim:
        logits = _dense(1, seed, dtype="float32")(x)
        return keras.Model(images, logits, name="discriminator")
    condition = keras.Input((condition_dim,), name="condition")
    features = _dense(widths[0], seed, dtype="float32")(x)
    embedding = _dense(widths[0], seed, scale=1 / widths[0], dtype="float32")(condition)
    logits = layers.Dot(1, dtype="float32")([features, embedding])
    return keras.Model([images, condition], logits, name="discriminator")


def block(x, scale, seed):
    """Returns x + C3 a(C2 a(C1 x)), which is x at first.

    C1 doubles the channels, C2 is a convolution of 3 x 3 pixels in groups of 16 channels, C3 halves
    the channels, and a adds a bias and is leaky.

    Args:
        x: Maps of a known number of channels.
        scale: The variance of the weights of C1 and C2, times their number of inputs.
        seed: What `seeds` returns.
    """
    channels = x.shape[-1]
    inside = 2 * channels
    y = _convolution(inside, seed, scale=scale, use_bias=True)(x)
    y = layers.LeakyReLU(0.2)(y)
    y = _convolution(
        inside, seed, 3, scale=scale, use_bias=True, padding="same", groups=inside // _GROUP
    )(y)
    y = layers.LeakyReLU(0.2)(y)
    y = layers.Conv2D(channels, 1, use_bias=False, kernel_initializer="zeros")(y)
    return layers.Add()([x, y])


def _scale(blocks):
    """The square of sqrt(2 / 1.04) blocks^(-1/4), the gain of a network of so many blocks."""
    return 2 / 1.04 / math.sqrt(blocks)


def _initializer(scale, seed):
    return keras.initializers.VarianceScaling(
        scale, "fan_in", "untruncated_normal", seed=next(seed)
    )


def _convolution(filters, seed, size=1, scale=1.0, use_bias=False, **options):
    return layers.Conv2D(
        filters, size, use_bias=use_bias, kernel_initializer=_initializer(scale, seed), **options
    )


def _dense(units, seed, scale=1.0, **options):
    return layers.Dense(
        units, use_bias=False, kernel_initializer=_initializer(scale, seed), **options
    )


def _smallest(image_shape, channels):
    """Returns the sides of the smallest maps, and the channels of all."""
    if channels is None:
        channels = widths(image_shape)
    factor = 2 ** (len(channels) - 1)
    if not channels or any(each % 8 or each < 8 for each in channels):
        raise ValueError(f"widths must be multiples of 8, got {channels!r}.")
    if any(side % factor for side in image_shape[:2]):
        raise ValueError(
            f"Images of {image_shape[0]} x {image_shape[1]} cannot be halved "
            f"{len(channels) - 1} times, for {len(channels)} widths."
        )
    return [side // factor for side in image_shape[:2]], list(channels)
