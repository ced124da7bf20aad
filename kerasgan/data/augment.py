"""Random cuts, the same for images that belong together."""

import tensorflow as tf


def random_crop(images, crop, seed, factors=None):
    """Cuts the same random place out of several images, and mirrors all or none.

    Args:
        images: A tuple of tensors (factor H, factor W, channels).
        crop: (height, width) to cut out of an image of factor 1.
        seed: An integer tensor (2,), which decides.
        factors: How much larger each image is; None is 1 for all.
    """
    factors = factors or [1] * len(images)
    sides = tf.shape(images[0])[:2] // factors[0]
    places = tf.cast(sides - tf.constant(crop) + 1, tf.float32)
    draws = tf.random.stateless_uniform((3,), seed)
    top, left = tf.unstack(tf.cast(draws[:2] * places, tf.int32))

    def cut(image, factor):
        rows = slice(top * factor, (top + crop[0]) * factor)
        columns = slice(left * factor, (left + crop[1]) * factor)
        image = image[rows, columns]
        image = tf.where(draws[2] < 0.5, image, image[:, ::-1])
        return tf.ensure_shape(image, (crop[0] * factor, crop[1] * factor, image.shape[-1]))

    return tuple(cut(image, factor) for image, factor in zip(images, factors, strict=True))
