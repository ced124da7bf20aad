"""Kernels of TensorFlow that Keras has no operation for."""

import math

import tensorflow as tf

# What `normalize` computes in.
NORMALIZED_DTYPES = ("float16", "bfloat16", "float32")


def normalize(maps, gains, biases, epsilon):
    """Normalizes each channel over all else, in one pass over the maps.

    Keras' operations take a dozen passes, a tenth to a sixth of the time in which convolutional
    networks train.

    Args:
        maps: (N, H, W, C).
        gains: (C,), float32.
        biases: (C,), float32.
        epsilon: What is added to the variance.

    Returns:
        The normalized maps, the means, and the unbiased variances, (C,) in float32.
    """
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=maps,
        scale=gains,
        offset=biases,
        mean=[],
        variance=[],
        epsilon=epsilon,
        is_training=True,
    )
    return outputs, mean, variance


def product(rows, weights):
    """Returns a product of matrices whose gradient reads the weights in the order they lie in.

    TensorFlow's own takes up to four times as long for a batch of rows on several cores of a CPU;
    its kernel for batches of matrices, given one, does not.

    Args:
        rows: (N, d).
        weights: (d, units).
    """

    @tf.custom_gradient
    def multiply(rows, weights):
        def gradient(upstream):
            by_rows = tf.matmul(upstream[None], weights[None], transpose_b=True)[0]
            return by_rows, tf.matmul(rows, upstream, transpose_a=True)

        return tf.matmul(rows, weights), gradient

    return multiply(rows, tf.convert_to_tensor(weights))


def normal(shape, deviation, seed):
    """Returns normal numbers, float32, in less than a third of the time that TensorFlow takes.

    Box and Muller's method makes of a radius and an angle two numbers; TensorFlow spends most of
    its time on drawing the bits of both. Here one word serves for a pair: its lowest 20 bits are
    the radius, so that no number is beyond 5.4 deviations (one in 15 million would be), and all
    of it, of which the other 12 bits count, is the angle.

    Args:
        shape: An integer tensor.
        deviation: Their standard deviation.
        seed: An integer tensor (2,).
    """
    count = tf.reduce_prod(shape)
    words = tf.random.stateless_uniform([(count + 1) // 2], seed, None, None, "int32")
    lowest = tf.cast(tf.bitwise.bitwise_and(words, 2**20 - 1), "float32")
    # r^2 = -2 deviation^2 ln u, for u = (lowest + 1/2) / 2^20
    twice = 2.0 * deviation**2
    radius = tf.sqrt(twice * math.log(2.0**20) - twice * tf.math.log(lowest + 0.5))
    angle = tf.cast(words, "float32") * (math.pi / 2.0**31)
    numbers = tf.concat([radius * tf.cos(angle), radius * tf.sin(angle)], axis=0)
    return tf.reshape(numbers[:count], shape)
