"""The networks of context-conditional GANs.

Denton, Gross and Fergus, "Semi-Supervised Learning with Context-Conditional Generative Adversarial
Networks", 2016, arXiv:1611.06430, with the sizes of the authors' code: a generator that halves an
image with a hole to a small map, and doubles it again; a discriminator like VGG, and two heads. At
64 x 64 x 3 5,515,395 weights in the generator, 9,228,033 in the discriminator, and in the head for
ten classes 20,490.
"""

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.networks.common import batch_normalization, normal, seeds, to_image, to_logits

_SLOPE = 0.2


def generator(image_shape, widths=(64, 128, 256, 512), seed=None):
    """Returns the generator, images with holes to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels) of any sides.
        widths: Channels of each map, each half as large as the one before.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the shape is not three positive integers.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "generator")
    half = {"kernel_size": 4, "strides": 2, "padding": "same"}

    images = keras.Input(image_shape, name="images")
    x, padding = _padded(images, len(widths))
    for channels in widths:
        x = layers.Conv2D(channels, kernel_initializer=normal(seed), **half)(x)
        x = layers.ReLU()(batch_normalization(seed)(x))
    for channels in widths[-2::-1]:
        x = layers.Conv2DTranspose(channels, kernel_initializer=normal(seed), **half)(x)
        x = layers.ReLU()(batch_normalization(seed)(x))
    x = layers.Conv2DTranspose(image_shape[2], kernel_initializer=normal(seed), **half)(x)
    x = layers.Cropping2D(padding)(x)
    return keras.Model(images, to_image(x), name="generator")


def discriminator(image_shape, widths=(64, 128, 256, 512, 512), seed=None):
    """Returns the discriminator, images in [-1, 1] to logits (N, 1) and features (N, h, w, c).

    Args:
        image_shape: (height, width, channels) of any sides.
        widths: Channels of each map, each half as large as the one before: the first two of one
            convolution each, the others of two.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the shape is not three positive integers.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    x, _ = _padded(images, len(widths))
    for i, channels in enumerate(widths):
        for _ in range(1 if i < 2 else 2):
            x = layers.Conv2D(channels, 3, padding="same", kernel_initializer=normal(seed))(x)
            x = layers.LeakyReLU(_SLOPE)(batch_normalization(seed)(x))
        x = layers.MaxPooling2D()(x)
    features = layers.Activation("linear", dtype="float32", name="features")(x)
    logits = to_logits(x, kernel_initializer=normal(seed))
    return keras.Model(images, [logits, features], name="discriminator")


def head(features_shape, num_classes, dropout=0.5, seed=None):
    """Returns the head that tells classes, features (N, *features_shape) to scores (N, classes).

    Args:
        features_shape: (h, w, c) of the discriminator's features.
        num_classes: How many classes.
        dropout: The share of channels that are left out in training.
        seed: An integer seed of the weights, or None.
    """
    seed = seeds(seed, "head")
    features = keras.Input(features_shape, name="features")
    x = layers.SpatialDropout2D(dropout, seed=next(seed))(features)
    x = layers.Dense(num_classes, kernel_initializer=normal(seed))(layers.Flatten()(x))
    logits = layers.Activation("linear", dtype="float32")(x)
    return keras.Model(features, logits, name="head")


def _padded(images, halvings):
    """Returns images with zeros around them, so that sides halve, and how many on each side."""
    beyond = [-side % 2**halvings for side in images.shape[1:3]]
    padding = [(each // 2, each - each // 2) for each in beyond]
    return layers.ZeroPadding2D(padding)(images), padding
