"""The U-Net of pix2pix.

Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2016,
arXiv:1611.07004: an encoder of 4 x 4 convolutions that halve the image down to its last pixel, and
a decoder that doubles it again, with a skip connection at every size. Dropout of one half in the
decoder's first three layers is the only noise. The innermost map is not normalized: that of a
single pixel would be nothing but the bias. At 256 x 256 x 3 it has 54,413,955 weights.
"""

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.networks.common import instance_normalization, normal, seeds, to_image

# Channels double with each halving of the map, up to this multiple of the width.
_WIDEST = 8
_DROPOUTS = 3


def generator(
    image_shape,
    output_channels=3,
    width=64,
    depth=None,
    dropout=0.5,
    normalization=instance_normalization,
    name="generator",
    seed=None,
):
    """Returns the generator, images (N, H, W, C) to images (N, H, W, output_channels).

    Both in [-1, 1]. The network takes any H and W that are multiples of 2^depth.

    Args:
        image_shape: (height, width, channels) of the images that it is to be trained on.
        output_channels: The channels of the images that it makes.
        width: Channels of the first map, doubled at each map after it up to 8 times as many.
        depth: How often the image is halved; None halves it until a side is a single pixel, or
            odd.
        dropout: The rate of dropout in the decoder's first layers, while training.
        normalization: Returns a normalization layer for an iterator of seeds. With batches of one
            image, the paper's, batch normalization equals the instance normalization that is used
            here for batches of any size; `networks.common` has both.
        name: The network's name.
        seed: An integer seed of the weights and the dropout, or None.

    Raises:
        ValueError: If the image shape is malformed or its sides are not even, or `depth` does not
            divide it.
    """
    height, columns, channels = check_image_shape(image_shape)
    largest = _halvings(height, columns)
    depth = largest if depth is None else depth
    if not 1 <= depth <= largest:
        raise ValueError(
            f"A U-Net for images of {height} x {columns} halves them 1 to {largest} times, not "
            f"{depth}: both sides must be multiples of 2^depth."
        )
    seed = seeds(seed, name)
    widths = [width * min(2**i, _WIDEST) for i in range(depth)]
    options = {"kernel_size": 4, "strides": 2, "padding": "same"}

    images = keras.Input((None, None, channels), name="images")
    x, skips = images, []
    for i, filters in enumerate(widths):
        if i > 0:
            skips.append(x)
            x = layers.LeakyReLU(0.2)(x)
        x = layers.Conv2D(filters, **options, use_bias=False, kernel_initializer=normal(seed))(x)
        x = normalization(seed)(x) if 0 < i < depth - 1 else x
    for i, filters in enumerate(reversed(widths[:-1])):
        x = layers.ReLU()(x)
        x = layers.Conv2DTranspose(
            filters, **options, use_bias=False, kernel_initializer=normal(seed)
        )(x)
        x = normalization(seed)(x)
        if i < _DROPOUTS and filters == widths[-1]:
            x = layers.Dropout(dropout, seed=next(seed))(x)
        x = layers.Concatenate()([x, skips.pop()])
    x = layers.Conv2DTranspose(output_channels, **options, kernel_initializer=normal(seed))(
        layers.ReLU()(x)
    )
    return keras.Model(images, to_image(x), name=name)


def _halvings(*sides):
    """How often sides can be halved until one is odd."""
    count = 0
    while all(side % 2 ** (count + 1) == 0 for side in sides):
        count += 1
    return count
