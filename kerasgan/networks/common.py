"""What the builders share: seeded initializers, and how an image is halved down to a seed map."""

import math
import numbers
import random

import keras
import numpy as np
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.layers import EqualizedLearningRate

# The smallest side, and the largest area, of the map that a generator starts from.
SMALLEST_SIDE = 4
LARGEST_AREA = 32 * 32
# He et al.'s gain for rectified units.
HE = math.sqrt(2)


def check_seed(seed):
    """Returns a seed as an int, or None.

    Raises:
        ValueError: If `seed` is neither an integer in [0, 2**32) nor None.
    """
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an integer in [0, 2**32) or None, got {seed!r}.")
    return int(seed)


def seeds(seed, network):
    """Returns an endless iterator of seeds, for the layers of a network.

    Args:
        seed: An integer, or None to follow Keras' global seed.
        network: The network's name: two networks of one seed have different layers.

    Raises:
        ValueError: If `seed` is neither such an integer nor None.
    """
    seed = check_seed(seed)
    source = random if seed is None else random.Random(f"{network} {seed}")
    return iter(lambda: source.randrange(2**31), None)


def normal(seed, mean=0.0, stddev=0.02):
    """The initializer of nearly every convolutional GAN: N(0, 0.02)."""
    return keras.initializers.RandomNormal(mean, stddev, seed=next(seed))


def uniform(limit, seed):
    """The initializer of the first GANs' dense layers: U[-limit, limit]."""
    return keras.initializers.RandomUniform(-limit, limit, seed=next(seed))


def batch_normalization(seed):
    """Batch normalization as in DCGAN: gains from N(1, 0.02), averages that follow quickly."""
    return layers.BatchNormalization(
        momentum=0.9, epsilon=1e-5, gamma_initializer=normal(seed, mean=1.0)
    )


def instance_normalization(seed):
    """Instance normalization with gains and biases: batch normalization of each image alone."""
    return layers.GroupNormalization(groups=-1, epsilon=1e-5, gamma_initializer=normal(seed, 1.0))


def plain_instance_normalization(seed):
    """Instance normalization without gains and biases, as in CycleGAN."""
    return layers.GroupNormalization(groups=-1, epsilon=1e-5, center=False, scale=False)


def to_image(x, activation="tanh"):
    """Ends a generator: pixels in float32, whatever precision the network computes in."""
    return layers.Activation(activation, dtype="float32")(x)


def to_sigmoid_image(x):
    """Ends a generator of a paper whose pixels lie in [0, 1]; here they lie in [-1, 1]."""
    return layers.Rescaling(2.0, -1.0, dtype="float32")(to_image(x, "sigmoid"))


def to_logits(x, **dense_options):
    """Ends a discriminator: one float32 logit an example."""
    x = layers.Dense(1, **dense_options)(layers.Flatten()(x))
    return layers.Activation("linear", dtype="float32")(x)


def equalized_dense(units, seed, gain=HE, multiplier=1.0, **options):
    """Returns a dense layer of Karras et al., its weights scaled when it computes."""
    dense = layers.Dense(units, kernel_initializer=_unscaled(seed, multiplier), **options)
    return EqualizedLearningRate(dense, gain, multiplier)


def equalized_convolution(filters, size, seed, gain=HE, **options):
    """Returns a convolution of Karras et al., its weights scaled when it computes."""
    options = {"padding": "same", "kernel_initializer": _unscaled(seed)} | options
    return EqualizedLearningRate(layers.Conv2D(filters, size, **options), gain)


def equalized_maps(shape, seed):
    """Returns a dense layer of Karras et al. from latents to maps (height, width, channels)."""
    dense = layers.EinsumDense(
        "nz,zijc->nijc", shape, bias_axes="c", kernel_initializer=_unscaled(seed)
    )
    return EqualizedLearningRate(dense)


def _unscaled(seed, multiplier=1.0):
    return normal(seed, stddev=1.0 / multiplier)


def doubled(x):
    """Returns maps of twice the sides, by [1, 3, 3, 1] along both: of each pixel two, smoothed."""
    return fixed_filter([1, 2, 1])(layers.UpSampling2D(2)(x))


def halved(x):
    """Returns maps of half the sides, by [1, 3, 3, 1] along both."""
    return fixed_filter([1, 3, 3, 1], strides=2)(x)


def fixed_filter(taps, gain=1.0, **options):
    """Returns a filter along both sides that is not trained, whose weights sum to `gain`."""
    taps = np.array(taps, "float32") / np.sum(taps)
    kernel = gain * np.outer(taps, taps)[:, :, None, None]
    return layers.DepthwiseConv2D(
        len(taps),
        **{"padding": "same"} | options,
        use_bias=False,
        depthwise_initializer=keras.initializers.Constant(kernel),
        trainable=False,
    )


def lerp(a, b, share):
    """Returns a + share (b - a), of maps and of a number an example (N, 1)."""
    share = layers.Reshape((1, 1, 1))(share)
    return layers.Add()([a, layers.Multiply()([layers.Subtract()([b, a]), share])])


def smallest_map(image_shape):
    """Returns the sides (height, width) of the map that `halvings` leads down to."""
    count = halvings(image_shape)
    return image_shape[0] >> count, image_shape[1] >> count


def halvings(image_shape):
    """Returns how often the sides of an image halve on the way to a small map.

    Both sides are halved while they stay even and at least 4: 64 x 64 is 4 halvings over 4 x 4,
    28 x 28 is 2 halvings over 7 x 7.

    Raises:
        ValueError: If `image_shape` is malformed, or if its sides are not multiples of 4, at
            least 8, with a small map of at most 32 x 32 at the end.
    """
    height, width, _ = check_image_shape(image_shape)
    count = 0
    small = (height, width)
    while all(side % 2 == 0 and side // 2 >= SMALLEST_SIDE for side in small):
        small = (small[0] // 2, small[1] // 2)
        count += 1
    if height % 4 or width % 4 or count == 0 or small[0] * small[1] > LARGEST_AREA:
        raise ValueError(
            f"Convolutional networks for images of {height} x {width} cannot be built: both sides "
            "must be multiples of 4, at least 8, and halve together down to an area of 32 x 32 "
            "or less (so above 128, multiples of 8 or 16). 28 x 28, 32 x 32, 64 x 64, 64 x 96, "
            "128 x 128 and 256 x 256 all work."
        )
    return count
