"""Networks from images to images, applied to images of any size."""

import keras
import numpy as np
import tensorflow as tf

from kerasgan.data import check_images, to_uint8
from kerasgan.engine.batches import predict_in_batches
from kerasgan.engine.checks import check_integer

# The largest multiple of pixels that a network may want its images' sides to be.
_LARGEST_MULTIPLE = 1024
# And the largest that it may want them to have at least, beside that.
_LARGEST_LEAST = 128


def predict_images(function, images, batch_size):
    """Returns the uint8 images that a compiled function makes of images, in batches.

    Args:
        function: A `tf.function` of uint8 images, with an input signature.
        images: uint8 in [0, 255] or float in [-1, 1], (N, H, W, C).
        batch_size: How many images to compute at once.

    Raises:
        ValueError: If the images are not what the function takes.
    """
    check_images(images, function.input_signature[0].shape[1:], "images")
    batch_size = check_integer("batch_size", batch_size)
    images = np.asarray(images)
    if images.dtype != np.uint8:
        images = to_uint8(images).numpy()
    return predict_in_batches(function, [images], batch_size)


def apply_padded(network, inputs, scale=1, multiple=None):
    """Returns what a network in inference makes of inputs of any size: of outputs, the last.

    Args:
        network: The network.
        inputs: Float images (N, H, W, C).
        scale: How much larger it makes them.
        multiple: Of which number sides must be multiples; None finds out.
    """
    sides = (multiple, multiple) if multiple else _multiple_and_least(network, scale)
    height, width = tf.shape(inputs)[1], tf.shape(inputs)[2]
    made = network(_mirrored(_mirrored(inputs, *sides, 1), *sides, 2), training=False)
    images = keras.tree.flatten(made)[-1]
    return tf.cast(images, "float32")[:, : height * scale, : width * scale]


@tf.autograph.experimental.do_not_convert
def _multiple_and_least(network, scale):
    """Returns of which number the sides of inputs must be multiples, and the least they may be."""
    _, *sides, channels = getattr(network, "input_shape", None) or (None, 1, 1, 1)
    if None not in sides:
        return 1, 1
    least = multiple = _multiple(network, scale, channels)
    # Padding by reflection does not show its least side in shapes.
    with tf.init_scope():
        while not _takes(network, least, channels) and least < _LARGEST_LEAST:
            least *= 2
    return multiple, least


def _takes(network, side, channels):
    try:
        network(tf.zeros((1, side, side, channels)), training=False)
    except (tf.errors.InvalidArgumentError, ValueError):
        return False
    return True


def _multiple(network, scale, channels):
    """Returns the least power of two of whose multiples the sides of inputs must be."""
    multiple = 1
    while multiple <= _LARGEST_MULTIPLE:
        sides = (3 * multiple, 5 * multiple)
        inputs = keras.KerasTensor((1, *sides, channels))
        try:
            made = network.compute_output_spec(inputs).shape[1:3]
        except ValueError:  # maps that are to be joined have different sizes, or none is left
            made = None
        if made == tuple(scale * side for side in sides):
            return multiple
        multiple *= 2
    raise ValueError(
        f"The network {network.name!r} does not make images {scale} times as large as its inputs, "
        f"for sides of any multiple of up to {_LARGEST_MULTIPLE}."
    )


def _mirrored(images, multiple, least, axis):
    """Continues images along an axis, by their mirror image, to the next multiple from `least`."""
    if least == 1:
        return images
    side = tf.shape(images)[axis]
    # ONNX rounds quotients towards zero: they must not be negative.
    multiples = (side + multiple - 1) // multiple
    places = tf.range(tf.maximum(multiples * multiple, least)) % (2 * side)
    return tf.gather(images, tf.minimum(places, 2 * side - 1 - places), axis=axis)
