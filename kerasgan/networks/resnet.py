"""The residual generator of CycleGAN.

Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", 2017,
arXiv:1703.10593, after Johnson et al., 2016, arXiv:1603.08155: two halvings, residual blocks with
reflection padding, two doublings; instance normalization throughout. With 9 blocks, the paper's for
256 x 256, 11,378,179 weights; with 6, for 128 x 128, 7,837,699.
"""

import keras
from keras import layers

from kerasgan.layers import ReflectionPadding2D
from kerasgan.networks.common import normal, plain_instance_normalization, seeds, to_image


def generator(channels=3, output_channels=3, width=64, blocks=9, name="generator", seed=None):
    """Returns the generator, images (N, H, W, channels) to images (N, H, W, output_channels).

    Both in [-1, 1]; H and W are multiples of 4, at least 8.

    Args:
        channels: The channels of the images that it takes.
        output_channels: Those of the images that it makes.
        width: Channels of the first map; the residual blocks have four times as many.
        blocks: How many residual blocks.
        name: The network's name.
        seed: An integer seed of the weights, or None.
    """
    seed = seeds(seed, name)

    def normalize(x):
        return plain_instance_normalization(seed)(x)

    def convolve(x, filters, kernel_size, **options):
        return layers.Conv2D(filters, kernel_size, kernel_initializer=normal(seed), **options)(x)

    def reflected(x, filters, kernel_size):
        return convolve(ReflectionPadding2D(kernel_size // 2)(x), filters, kernel_size)

    images = keras.Input((None, None, channels), name="images")
    x = layers.ReLU()(normalize(reflected(images, width, 7)))
    for filters in (2 * width, 4 * width):
        x = layers.ZeroPadding2D(1)(x)  # on all sides alike; "same" is not
        x = layers.ReLU()(normalize(convolve(x, filters, 3, strides=2)))
    for _ in range(blocks):
        residual = layers.ReLU()(normalize(reflected(x, 4 * width, 3)))
        x = layers.Add()([x, normalize(reflected(residual, 4 * width, 3))])
    for filters in (2 * width, width):
        x = layers.Conv2DTranspose(
            filters, 3, strides=2, padding="same", kernel_initializer=normal(seed)
        )(x)
        x = layers.ReLU()(normalize(x))
    return keras.Model(images, to_image(reflected(x, output_channels, 7)), name=name)
