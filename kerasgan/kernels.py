"""Kernels of TensorFlow that Keras has no operation for."""

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
