"""What a completed picture is to be close to, and how likely it is."""

from keras import ops


def context_weights(missing, window=7):
    """Returns how much each pixel counts around a hole: the more, the nearer it is.

    Yeh et al., "Semantic Image Inpainting with Deep Generative Models", 2016, arXiv:1607.07539,
    equation 3: a known pixel counts as the share of missing ones in the window around it, images
    being continued by their mirror image; a missing one counts nothing.

    Args:
        missing: Booleans (N, H, W, 1), True in the hole; sides of at least `window // 2`.
        window: The side of the window, in pixels, an odd number.

    Returns:
        float32 (N, H, W, 1) in [0, 1].
    """
    missing = ops.cast(missing, "float32")
    margin = window // 2
    sides = [[0, 0], [margin, margin], [margin, margin], [0, 0]]
    share = ops.average_pool(ops.pad(missing, sides, mode="symmetric"), window, strides=1)
    return (1.0 - missing) * share


def context_loss(images, made, weights):
    """Returns the weighted absolute difference, summed over pixels and channels, float32 (N,).

    Args:
        images: Float images (N, H, W, C).
        made: Generated ones, of the same shape.
        weights: The weight of each pixel, (N, H, W, 1).
    """
    difference = ops.abs(ops.cast(made, "float32") - ops.cast(images, "float32"))
    return ops.sum(weights * difference, axis=(1, 2, 3))


def prior_loss(logits):
    """Returns -log D of each generated image, the mean over patches, float32 (N,).

    Args:
        logits: D's logits, (N, 1) or a map of patches.
    """
    values = ops.softplus(-ops.cast(logits, "float32"))
    return ops.mean(ops.reshape(values, (ops.shape(values)[0], -1)), axis=1)
