"""The networks of CoGAN on MNIST.

Liu & Tuzel, "Coupled Generative Adversarial Networks", 2016, arXiv:1606.07536, with the sizes,
initializers and weight decay of the authors' code. The generators of both domains share all layers
but the last: maps of 4, 7, 13 and 25 pixels, each normalized without gains and biases, and in each
domain a transposed 6 x 6 convolution to 28. The discriminators share all layers but the first: in
each domain a 5 x 5 convolution, then another one and a dense layer, with max-pooling in the place
of activations. At 28 x 28 x 1 and 100 latents the generators share 7,831,556 weights, 2,367,492 at
half the width, and have 4,609 and 2,305 in each domain; the discriminators 426,052 and 520. Biases
before a normalization, which would take them away, are left out.
"""

import math

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.networks.common import seeds, to_sigmoid_image

_DECAY = 5e-4
# How much larger an image is than the map that the shared layers make.
_GROWTH = 3
_LARGEST_FIRST_MAP = 16
# Of a smaller image the discriminators' convolutions leave nothing.
_SMALLEST_IMAGE = 16


def shared_generator(image_shape, latent_dim=100, width=128, weight_decay=_DECAY, seed=None):
    """Returns the generators' shared layers, latents (N, latent_dim) to maps (N, H, W, width).

    H and W are the sides of the images, less 3.

    Args:
        image_shape: (height, width, channels); see Raises.
        latent_dim: The dimension of the latents.
        width: Channels of the last map, doubled at each map before it.
        weight_decay: What is added to the gradient of each weight, times the weight.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If the sides, less 4, do not halve to 3 to 15 pixels: 16, 28, 32, 40, 52 and 64
            do.
    """
    seed = seeds(seed, "shared_generator")
    first, doublings = _first_map(image_shape)
    weights = _weights(seed, weight_decay)

    def hidden(x):
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, center=False, scale=False)(x)
        return _prelu(x, weight_decay)

    latents = keras.Input((latent_dim,), name="latents")
    shape = (*first, width << doublings)
    x = layers.Dense(math.prod(shape), use_bias=False, **weights())(latents)
    x = hidden(layers.Reshape(shape)(x))
    for i in reversed(range(doublings)):
        x = layers.Conv2DTranspose(
            width << i,
            3,
            strides=2,
            padding="same",
            output_padding=0,  # of n pixels 2 n - 1
            use_bias=False,
            **weights(),
        )(x)
        x = hidden(x)
    return keras.Model(latents, x, name="shared_generator")


def generator(image_shape, width=128, weight_decay=_DECAY, name="generator_a", seed=None):
    """Returns the last layer of a domain's generator, maps to images (N, *image_shape) in [-1, 1].

    Args:
        image_shape: (height, width, channels), as in `shared_generator`.
        width: As in `shared_generator`.
        weight_decay: Likewise.
        name: The network's name.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `shared_generator`.
    """
    _first_map(image_shape)
    *sides, channels = image_shape
    weights = _weights(seeds(seed, name), weight_decay)

    maps = keras.Input((*(side - _GROWTH for side in sides), width), name="maps")
    x = layers.Conv2DTranspose(channels, 6, **weights("bias"))(maps)
    return keras.Model(maps, to_sigmoid_image(layers.Cropping2D(1)(x)), name=name)


def discriminator(image_shape, weight_decay=_DECAY, name="discriminator_a", seed=None):
    """Returns the first layer of a domain's discriminator, images in [-1, 1] to maps (N, H, W, 20).

    H and W are half of the images' sides, less 4.

    Args:
        image_shape: (height, width, channels), of sides of at least 16.
        weight_decay: As in `shared_generator`.
        name: The network's name.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: If a side is smaller.
    """
    _check_sides(image_shape)
    weights = _weights(seeds(seed, name), weight_decay)

    images = keras.Input(image_shape, name="images")
    x = layers.Conv2D(20, 5, **weights("bias"))(layers.Rescaling(0.5, 0.5)(images))
    return keras.Model(images, layers.MaxPooling2D()(x), name=name)


def shared_discriminator(image_shape, num_classes=None, weight_decay=_DECAY, seed=None):
    """Returns the discriminators' shared layers, maps to logits (N, 1).

    Args:
        image_shape: As in `discriminator`.
        num_classes: With a number of classes it makes [logits, class logits (N, num_classes),
            features (N, 500)], for `kerasgan.models.DomainAdaptationCoGAN`.
        weight_decay: As in `shared_generator`.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `discriminator`.
    """
    _check_sides(image_shape)
    weights = _weights(seeds(seed, "shared_discriminator"), weight_decay)

    def dense(x, units):
        return layers.Dense(units, **weights("bias"))(x)

    maps = keras.Input((*((side - 4) // 2 for side in image_shape[:2]), 20), name="maps")
    x = layers.MaxPooling2D()(layers.Conv2D(50, 5, **weights("bias"))(maps))
    features = _prelu(dense(layers.Flatten()(x), 500), weight_decay)
    heads = {"logits": dense(features, 1)}
    if num_classes is not None:
        heads |= {"class_logits": dense(features, num_classes), "features": features}
    outputs = [layers.Activation("linear", dtype="float32", name=n)(x) for n, x in heads.items()]
    return keras.Model(
        maps, outputs if len(outputs) > 1 else outputs[0], name="shared_discriminator"
    )


def _first_map(image_shape):
    """Returns the sides of the first map, and how often it is doubled.

    Each doubling makes 2 n - 1 pixels of n, and the last layer adds 3.
    """
    height, width, _ = check_image_shape(image_shape)
    rest, doublings = (height - _GROWTH - 1, width - _GROWTH - 1), 0
    while all(side % 2 == 0 and side >= 6 for side in rest):
        rest, doublings = tuple(side // 2 for side in rest), doublings + 1
    first = tuple(side + 1 for side in rest)
    if not doublings or max(first) > _LARGEST_FIRST_MAP:
        raise ValueError(
            f"CoGAN's generators of images of {height} x {width} cannot be built: of both sides, "
            "less 4, halves must lead to 3 to 15. 16, 28, 32, 40, 52 and 64 pixels all work."
        )
    return first, doublings


def _check_sides(image_shape):
    height, width, _ = check_image_shape(image_shape)
    if min(height, width) < _SMALLEST_IMAGE:
        raise ValueError(
            f"CoGAN's discriminators take sides of at least {_SMALLEST_IMAGE}, not {height} x "
            f"{width}."
        )


def _weights(seed, weight_decay):
    """Returns a function to the initializers and regularizers of a layer's weights."""

    def options(*bias):
        kernel = keras.initializers.VarianceScaling(2.0, "fan_avg", "uniform", seed=next(seed))
        return (
            {"kernel_initializer": kernel}
            | {f"{name}_initializer": keras.initializers.Constant(0.1) for name in bias}
            | {f"{name}_regularizer": _decay(weight_decay) for name in ("kernel", *bias)}
        )

    return options


def _prelu(x, weight_decay):
    """One slope for all channels."""
    slope = keras.initializers.Constant(0.25)
    axes = list(range(1, len(x.shape)))
    return layers.PReLU(slope, _decay(weight_decay), shared_axes=axes)(x)


def _decay(weight_decay):
    """The gradient of d/2 w^2 is d w."""
    return keras.regularizers.L2(weight_decay / 2) if weight_decay else None
