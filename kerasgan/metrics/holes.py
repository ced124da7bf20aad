"""How true the filling of a hole is: measured inside of the hole alone.

Images are floats in [-1, 1], (N, H, W, C), rounded to the 256 levels that a file would have; holes
are booleans (N, H, W, 1), True where pixels were missing. All channels count.
"""

from keras import ops

from kerasgan.metrics.fidelity import levels


def hole_l1(targets, images, missing):
    """Returns the mean absolute difference in the hole, of pixels in [0, 1], float32 (N,).

    Papers give it in per cent.

    Args:
        targets: The true images.
        images: The images to measure, of the same shape.
        missing: The holes. Without one the value is 0.
    """
    return _mean_in_hole(ops.abs(_difference(targets, images)), missing)


def hole_psnr(targets, images, missing):
    """Returns the peak signal-to-noise ratio in the hole in dB, float32 (N,), of at most 100.

    Arguments are those of `hole_l1`.
    """
    error = _mean_in_hole(ops.square(_difference(targets, images)), missing)
    return -10.0 * ops.log10(ops.maximum(error, 1e-10))


def _difference(targets, images):
    return (levels(targets) - levels(images)) / 255.0


def _mean_in_hole(values, missing):
    """Returns the means (N,) over missing pixels, and channels."""
    missing = ops.cast(missing, "float32")
    count = ops.sum(missing, axis=(1, 2, 3)) * values.shape[-1]
    return ops.sum(missing * values, axis=(1, 2, 3)) / ops.maximum(count, 1.0)
