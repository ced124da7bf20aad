"""The networks of SRGAN.

Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial
Network", 2016, arXiv:1609.04802, figure 4: SRResNet, 16 residual blocks at the low resolution and
sub-pixel upsampling, and a discriminator that halves the image four times. For 4 x and 3 channels
SRResNet has 1,549,462 trained weights; at 96 x 96 the discriminator has 23,565,505.
"""

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.layers import PixelShuffle
from kerasgan.networks.common import seeds, to_logits


def generator(scale=4, channels=3, width=64, blocks=16, seed=None):
    """Returns SRResNet, images (N, H, W, channels) to (N, scale H, scale W, channels).

    Both in [-1, 1], of any H and W; the output is linear and may exceed the range a little.

    Args:
        scale: 2, 4 or 8.
        channels: The channels of the images.
        width: The channels of all maps at the low resolution.
        blocks: How many residual blocks.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If `scale` is another number.
    """
    if scale not in (2, 4, 8):
        raise ValueError(f"scale must be 2, 4 or 8, got {scale!r}.")
    seed = seeds(seed, "generator")

    def convolve(x, filters, kernel_size=3, **options):
        return layers.Conv2D(
            filters, kernel_size, padding="same", kernel_initializer=_glorot(seed), **options
        )(x)

    def normalize(x):
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)

    def activate(x):  # one slope for all channels
        return layers.PReLU("zeros", shared_axes=[1, 2, 3])(x)

    images = keras.Input((None, None, channels), name="images")
    x = layers.Rescaling(0.5, 0.5)(images)  # the paper's low resolution lies in [0, 1]
    x = first = activate(convolve(x, width, 9))
    for _ in range(blocks):
        residual = activate(normalize(convolve(x, width)))
        x = layers.Add()([x, normalize(convolve(residual, width))])
    x = layers.Add()([first, normalize(convolve(x, width))])
    for _ in range(scale.bit_length() - 1):
        x = activate(PixelShuffle(2)(convolve(x, 4 * width)))
    x = layers.Activation("linear", dtype="float32")(convolve(x, channels, 9))
    return keras.Model(images, x, name="generator")


def discriminator(image_shape, width=64, units=1024, seed=None):
    """Returns the discriminator, images in [-1, 1] to logits (N, 1).

    Args:
        image_shape: (height, width, channels) of the high-resolution images.
        width: Channels of the first two of eight maps, doubled after every second.
        units: The units of the hidden dense layer.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If `image_shape` is malformed.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    x = images
    for i in range(8):
        x = layers.Conv2D(
            width << i // 2, 3, 1 + i % 2, padding="same", kernel_initializer=_glorot(seed)
        )(x)
        x = x if i == 0 else layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Dense(units, kernel_initializer=_glorot(seed))(layers.Flatten()(x))
    logits = to_logits(layers.LeakyReLU(0.2)(x), kernel_initializer=_glorot(seed))
    return keras.Model(images, logits, name="discriminator")


def _glorot(seed):
    return keras.initializers.GlorotUniform(seed=next(seed))
