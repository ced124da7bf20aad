"""Discriminators of patches.

Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2016,
arXiv:1611.07004: a fully convolutional discriminator, each of whose logits tells whether one patch
of the image is real. Patches of 70 x 70 are the paper's choice; with a condition of 3 channels
and instance normalization with gains 2,768,705 weights.
"""

import keras
from keras import layers

from kerasgan.networks.common import instance_normalization, normal, seeds

# How often a discriminator of patches of so many pixels halves the image.
_HALVINGS = {1: 0, 16: 1, 34: 2, 70: 3, 142: 4, 286: 5}
# Channels double with each halving of the map, up to this multiple of the width.
_WIDEST = 8


def discriminator(
    channels=3,
    condition_channels=None,
    receptive_field=70,
    width=64,
    normalization=instance_normalization,
    bias=False,
    name="discriminator",
    seed=None,
):
    """Returns the discriminator, images (N, H, W, channels) in [-1, 1] to logits (N, H', W', 1).

    Args:
        channels: The channels of the images.
        condition_channels: The channels of the images that those are translations of; the network
            then takes [image, condition]. None for a discriminator without a condition.
        receptive_field: The side of a patch in pixels: 1, 16, 34, 70, 142 or 286.
        width: Channels of the first map, doubled at each map after it up to 8 times as many.
        normalization: Returns a normalization layer for an iterator of seeds; as in `unet`.
        bias: Whether convolutions before a normalization have biases too.
        name: The network's name.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If there is no network of that receptive field.
    """
    if receptive_field not in _HALVINGS:
        raise ValueError(
            f"receptive_field must be one of {', '.join(map(str, _HALVINGS))} pixels, got "
            f"{receptive_field!r}."
        )
    halvings = _HALVINGS[receptive_field]
    seed = seeds(seed, name)

    def convolve(x, filters, strides=1, use_bias=True):
        if halvings == 0:
            kernel_size, strides = 1, 1  # each pixel by itself
        else:
            kernel_size, x = 4, layers.ZeroPadding2D(1)(x)  # on all sides alike; "same" is not
        return layers.Conv2D(
            filters, kernel_size, strides, use_bias=use_bias, kernel_initializer=normal(seed)
        )(x)

    inputs = images = keras.Input((None, None, channels), name="images")
    x = images
    if condition_channels is not None:
        condition = keras.Input((None, None, condition_channels), name="condition")
        inputs = [images, condition]
        x = layers.Concatenate()([condition, images])
    x = layers.LeakyReLU(0.2)(convolve(x, width, 2))
    for i in range(1, max(halvings, 1) + 1):
        strides = 2 if i < halvings else 1
        x = convolve(x, width * min(2**i, _WIDEST), strides, bias)
        x = layers.LeakyReLU(0.2)(normalization(seed)(x))
    logits = layers.Activation("linear", dtype="float32")(convolve(x, 1))
    return keras.Model(inputs, logits, name=name)
