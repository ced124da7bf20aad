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
    nothing = tf.constant([])
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=maps,
        scale=gains,
        offset=biases,
        mean=nothing,
        variance=nothing,
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
            if weights.shape[1] == 1:  # an outer product
                by_rows = upstream * tf.transpose(weights)
            else:
                by_rows = tf.matmul(upstream[None], weights[None], transpose_b=True)[0]
            return by_rows, tf.matmul(rows, upstream, transpose_a=True)

        return tf.matmul(rows, weights), gradient

    return multiply(rows, tf.convert_to_tensor(weights))


def has_few_outputs(taps, channels):
    """Returns whether a transposed convolution makes few outputs of each input pixel.

    Args:
        taps: How many values each pixel makes.
        channels: The channels of a pixel.
    """
    return 2 * taps <= channels


def split_transpose(maps, kernel):
    """Factors a transposed convolution into a 1 x 1 convolution and a fixed scatter kernel.

    Args:
        maps: (N, H, W, C).
        kernel: (rows, columns, filters, C).

    Returns:
        The values that each pixel makes, (N, H, W, rows * columns * filters), and the kernel of
        the transposed convolution that lays them in their places and adds them up.
    """
    rows, columns, filters, channels = kernel.shape
    taps = rows * columns * filters
    columns_of_taps = tf.transpose(tf.reshape(kernel, (taps, channels)))
    places = tf.reshape(tf.eye(taps, dtype=maps.dtype), (rows, columns, filters, taps))
    return tf.nn.conv2d(maps, columns_of_taps[None, None], 1, "VALID"), places


def subpixel_transpose(maps, kernel):
    """Returns a transposed convolution of 4 x 4 pixels with stride 2 and padding "same".

    The four pixels that lie between four others are sums of these, each of four weights: channels
    of a convolution of 2 x 2 pixels.

    Args:
        maps: (N, H, W, C).
        kernel: (4, 4, filters, C).
    """
    *_, filters, channels = kernel.shape
    kernel = tf.reshape(kernel, (2, 2, 2, 2, filters, channels))
    kernel = tf.transpose(kernel, (0, 2, 5, 1, 3, 4))[::-1, ::-1]
    kernel = tf.reshape(kernel, (2, 2, channels, 4 * filters))
    maps = tf.pad(maps, [(0, 0), (1, 1), (1, 1), (0, 0)])
    pixels = tf.nn.depth_to_space(tf.nn.conv2d(maps, kernel, 1, "VALID"), 2)
    return pixels[:, 1:-1, 1:-1]


def convolution_of_few(images, kernel, strides, padding):
    """Returns a convolution of few channels; its gradient by images is that of `split_transpose`.

    Args:
        images: (N, H, W, C).
        kernel: (rows, columns, C, filters).
        strides: Two integers.
        padding: "same" or "valid".
    """
    padding = padding.upper()

    @tf.custom_gradient
    def convolve(images, kernel):
        def gradient(upstream):
            by_images = tf.nn.conv2d_transpose(
                *split_transpose(upstream, kernel), tf.shape(images), strides, padding
            )
            by_kernel = tf.raw_ops.Conv2DBackpropFilter(
                input=images,
                filter_sizes=kernel.shape,
                out_backprop=upstream,
                strides=(1, *strides, 1),
                padding=padding,
            )
            return by_images, by_kernel

        return tf.nn.conv2d(images, kernel, strides, padding), gradient

    return convolve(images, tf.convert_to_tensor(kernel))


def grouped_convolution(images, kernel):
    """Returns a convolution in groups of channels, with stride 1 and padding "same".

    Each group is a convolution of its own. Its gradient by the images is the convolution with the
    kernel turned by half a turn, which takes half the time of TensorFlow's kernel for it.

    Keras has XLA compile grouped convolutions on CPUs, where TensorFlow has no gradient of them
    unless it uses oneDNN: their gradient takes twenty times as long, and its own fifty times.

    Args:
        images: (N, H, W, C).
        kernel: (rows, columns, C / groups, filters), rows and columns odd.
    """
    rows, columns, channels, filters = kernel.shape
    groups = images.shape[-1] // channels

    @tf.custom_gradient
    def convolve(images, kernel):
        def gradient(upstream):
            turned = tf.reshape(kernel[::-1, ::-1], (rows, columns, channels, groups, -1))
            turned = tf.reshape(
                tf.transpose(turned, (0, 1, 4, 3, 2)), (rows, columns, -1, channels * groups)
            )
            by_kernel = [
                tf.raw_ops.Conv2DBackpropFilter(
                    input=each,
                    filter_sizes=(rows, columns, channels, filters // groups),
                    out_backprop=by_each,
                    strides=[1, 1, 1, 1],
                    padding="SAME",
                )
                for each, by_each in zip(parts(images), parts(upstream), strict=True)
            ]
            return grouped_convolution(upstream, turned), tf.concat(by_kernel, -1)

        pairs = zip(parts(images), parts(kernel), strict=True)
        return tf.concat([tf.nn.conv2d(*pair, 1, "SAME") for pair in pairs], -1), gradient

    def parts(x):
        return tf.split(x, groups, -1)

    return convolve(images, tf.convert_to_tensor(kernel))


def leaky_relu(inputs, slope):
    """Returns max(x, 0) + slope min(x, 0) for a positive slope, whose gradients cost less.

    The gradient is computed from the output's sign, which is the input's, so that the input is not
    stored. The derivative of the sign is zero. TensorFlow's gradient of the gradient, which
    gradient penalties take, has zeros for it, and sends them back through the whole network.
    """

    @tf.custom_gradient
    def rectify(inputs):
        outputs = tf.nn.leaky_relu(inputs, slope)
        return outputs, lambda upstream: tf.raw_ops.LeakyReluGrad(
            gradients=upstream, features=tf.stop_gradient(outputs), alpha=slope
        )

    return rectify(inputs)


def parametric_relu(inputs, slopes):
    """Returns max(x, 0) + slopes min(x, 0), in three passes, and its gradient in six.

    Args:
        inputs: A tensor of any shape.
        slopes: A tensor of known shape that is broadcast over the inputs from the right.
    """
    shared = [axis for axis, side in enumerate(slopes.shape, 1) if side == 1]

    @tf.custom_gradient
    def rectify(inputs, slopes):
        def gradient(upstream):
            above = tf.raw_ops.ReluGrad(gradients=upstream, features=inputs)
            below = upstream - above
            by_slopes = tf.reduce_sum(below * inputs, [0, *shared], keepdims=True)[0]
            return above + slopes * below, by_slopes

        return inputs + (slopes - 1.0) * tf.minimum(inputs, 0.0), gradient

    return rectify(inputs, tf.convert_to_tensor(slopes))


def normal(shape, deviation, seed):
    """Returns normal numbers, float32, in less than a third of the time that TensorFlow takes.

    Box and Muller's method makes of a radius and an angle two numbers; TensorFlow spends most of
    its time on drawing the bits of both. Here one word serves for a pair: its lowest 20 bits are
    the radius, so that no number is beyond 5.4 deviations (one in 15 million would be), and all
    of it, of which the other 12 bits count, is the angle.

    Args:
        shape: Integers, or integer tensors where a side is not known.
        deviation: Their standard deviation.
        seed: An integer tensor (2,).
    """
    count = math.prod(shape)
    words = tf.random.stateless_uniform([(count + 1) // 2], seed, None, None, "int32")
    lowest = tf.cast(tf.bitwise.bitwise_and(words, 2**20 - 1), "float32")
    # r^2 = -2 deviation^2 ln u, for u = (lowest + 1/2) / 2^20
    twice = 2.0 * deviation**2
    radius = tf.sqrt(twice * math.log(2.0**20) - twice * tf.math.log(lowest + 0.5))
    angle = tf.cast(words, "float32") * (math.pi / 2.0**31)
    numbers = tf.concat([radius * tf.cos(angle), radius * tf.sin(angle)], axis=0)
    return tf.reshape(numbers[:count], shape)
