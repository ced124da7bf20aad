"""The networks that predict the next frame of a video at four scales.

Mathieu, Couprie & LeCun, "Deep multi-scale video prediction beyond mean square error", 2015,
arXiv:1511.05440: frames are averaged to an eighth, a quarter and a half of their sides. The
generator makes the next frame at an eighth, and at each scale adds to the one below, enlarged, what
is missing; each scale has a discriminator of its own. Lists go from the smallest scale to the
largest.

Of four frames of 32 x 32 x 3 the paper's sizes are 12,569,740 weights in the generator and
20,640,388 in the discriminators; those of the authors' published script, 223,644 and 2,128,548.
"""

import keras
from keras import layers, ops

from kerasgan.data import check_image_shape
from kerasgan.networks.common import seeds, to_image, to_logits

# How much smaller the sides are at each scale.
FACTORS = (8, 4, 2, 1)

_KERNELS = ((3, 3, 3, 3), (5, 3, 3, 5), (5, 3, 3, 3, 3, 5), (7, 5, 5, 5, 5, 7))
_WIDTHS = ((1, 2, 1), (1, 2, 1), (1, 2, 4, 2, 1), (1, 2, 4, 2, 1))  # times that of the first map

_JUDGES_KERNELS = ((3,), (3, 3, 3), (5, 5, 5), (7, 7, 5, 5))
# The channels of the discriminators' convolutions, and the units of their dense layers.
PAPER = (
    ((64,), (512, 256)),
    ((64, 128, 128), (1024, 512)),
    ((128, 256, 256), (1024, 512)),
    ((128, 256, 512, 128), (1024, 512)),
)
PUBLISHED = (
    ((32,), (256, 128)),
    ((32, 32, 64), (256, 128)),
    ((32, 32, 64), (256, 128)),
    ((32, 32, 64, 128), (256, 128)),
)
# With a convolution of 7 x 7, another and two of 5 x 5 fewer pixels leave none at some scale.
_LEAST_SIDE = 32


def pyramid(images):
    """Returns images (N, H, W, C) at the four scales, averaged; sides are multiples of 8."""
    return [
        ops.average_pool(images, factor, factor, "valid", "channels_last") if factor > 1 else images
        for factor in FACTORS
    ]


def generator(channels=3, frames=4, width=128, seed=None):
    """Returns the generator.

        Y_k = tanh(u(Y_(k-1)) + G_k([X_k, u(Y_(k-1))])),  Y_1 = tanh(G_1(X_1))

    where X_k are the frames at scale k, and u repeats pixels.

    Args:
        channels: The channels of a frame.
        frames: How many frames it sees.
        width: Channels of the first map of each scale: 128 in the paper, 16 in the authors' script.
        seed: An integer seed of the weights, or None.

    Returns:
        A `keras.Model` from frames (N, H, W, frames * channels), the newest last, to a list of the
        next frame at each scale, (N, H / 8, W / 8, channels) to (N, H, W, channels), in [-1, 1].
        H and W are multiples of 8.
    """
    seed = seeds(seed, "generator")
    clip = keras.Input((None, None, frames * channels), name="frames")
    made, guess = [], None
    for factor, kernels, widths in zip(FACTORS, _KERNELS, _WIDTHS, strict=True):
        x = layers.AveragePooling2D(factor)(clip) if factor > 1 else clip
        if made:
            guess = layers.UpSampling2D(2)(made[-1])
            x = layers.Concatenate()([x, guess])
        for kernel, times in zip(kernels, widths, strict=False):
            x = _convolution(times * width, kernel, seed, activation="relu")(x)
        x = _convolution(channels, kernels[-1], seed)(x)
        made.append(to_image(x if guess is None else layers.Add()([x, guess])))
    return keras.Model(clip, made, name="generator")


def discriminators(image_shape, frames=4, sizes=PAPER, seed=None):
    """Returns the discriminator of each scale, a list.

    Each is a `keras.Model` from [frame, frames], (N, H / f, W / f, channels) and (N, H / f, W / f,
    frames * channels), to logits (N, 1), f being 8, 4, 2 or 1.

    Args:
        image_shape: (height, width, channels) of a frame at the largest scale, of sides that are
            multiples of 8 and at least 32.
        frames: How many frames come before it.
        sizes: Of each scale the channels of the convolutions, and the units of the dense layers:
            `PAPER`, or `PUBLISHED`, those of the authors' script.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the shape is another one.
    """
    height, width, channels = check_image_shape(image_shape)
    if height % 8 or width % 8 or min(height, width) < _LEAST_SIDE:
        raise ValueError(
            f"The discriminators judge frames whose sides are multiples of 8 and at least "
            f"{_LEAST_SIDE}, but these are {height} x {width}."
        )
    networks = []
    for factor, kernels, (widths, units) in zip(FACTORS, _JUDGES_KERNELS, sizes, strict=True):
        name = f"discriminator_{len(networks) + 1}"
        random = seeds(seed, name)
        sides = (height // factor, width // factor)
        inputs = [
            keras.Input((*sides, channels), name="frame"),
            keras.Input((*sides, frames * channels), name="frames"),
        ]
        x = layers.Concatenate()(inputs[::-1])
        for kernel, number in zip(kernels, widths, strict=True):
            x = _convolution(number, kernel, random, padding="valid", activation="relu")(x)
        if factor == 1:
            x = layers.MaxPooling2D(2)(x)
        x = layers.Flatten()(x)
        for number in units:
            x = layers.Dense(number, "relu", kernel_initializer=_glorot(random))(x)
        logits = to_logits(x, kernel_initializer=_glorot(random))
        networks.append(keras.Model(inputs, logits, name=name))
    return networks


def _convolution(channels, kernel, seed, padding="same", activation=None):
    return layers.Conv2D(
        channels, kernel, padding=padding, activation=activation, kernel_initializer=_glorot(seed)
    )


def _glorot(seed):
    return keras.initializers.GlorotUniform(next(seed))
