"""The refiner and the local discriminator of SimGAN.

Shrivastava et al., "Learning from Simulated and Unsupervised Images through Adversarial Training",
2016, arXiv:1612.07828, the networks for images of eyes, of 35 x 55 pixels. The refiner: a 3 x 3
convolution, four residual blocks of two more, and a 1 x 1 convolution, none of which changes the
size of a map; 296,129 weights, 74,337 at half the width. The discriminator: five convolutions, the
first two of stride 2, to logits of overlapping patches of 23 x 23 pixels, a map of 9 x 14; 75,873
weights. The paper has two logits a patch, of which one is enough. Neither normalizes anything.
"""

import keras
from keras import layers

from kerasgan.networks.common import seeds, to_image


def refiner(channels=1, width=64, blocks=4, name="generator", seed=None):
    """Returns the refiner, images (N, H, W, channels) to images of the same shape in [-1, 1].

    Args:
        channels: The channels of the images.
        width: Channels of the maps.
        blocks: How many residual blocks.
        name: The network's name.
        seed: An integer seed of the weights, or None.
    """
    convolve = _convolutions(seeds(seed, name))

    images = keras.Input((None, None, channels), name="images")
    x = layers.ReLU()(convolve(images, width, 3))
    for _ in range(blocks):
        residual = layers.ReLU()(convolve(x, width, 3))
        x = layers.ReLU()(layers.Add()([x, convolve(residual, width, 3)]))
    return keras.Model(images, to_image(convolve(x, channels, 1)), name=name)


def discriminator(channels=1, width=32, strides=(2, 2), name="discriminator", seed=None):
    """Returns the discriminator, images (N, H, W, channels) to logits of patches (N, h, w, 1).

    Args:
        channels: The channels of the images.
        width: Channels of the last maps; the first has three times as many, the second twice.
        strides: Those of the first two convolutions. (2, 1) judges patches of 15 x 15 pixels, on a
            map of half the side of the image.
        name: The network's name.
        seed: An integer seed of the weights, or None.
    """
    convolve = _convolutions(seeds(seed, name))
    first, second = strides

    images = keras.Input((None, None, channels), name="images")
    x = layers.ReLU()(convolve(images, 3 * width, 3, first))
    x = layers.ReLU()(convolve(x, 2 * width, 3, second))
    x = layers.MaxPooling2D(3, 1, "same")(x)
    x = layers.ReLU()(convolve(x, width, 3))
    x = layers.ReLU()(convolve(x, width, 1))
    logits = layers.Activation("linear", dtype="float32")(convolve(x, 1, 1))
    return keras.Model(images, logits, name=name)


def _convolutions(seed):
    """Returns a function that applies a convolution of Glorot's initial weights."""

    def convolve(x, filters, kernel_size, strides=1):
        initializer = keras.initializers.GlorotUniform(next(seed))
        options = {"padding": "same", "kernel_initializer": initializer}
        return layers.Conv2D(filters, kernel_size, strides, **options)(x)

    return convolve
