"""How true a predicted frame of a video is to the one that came.

Frames are floats in [-1, 1], (N, H, W, C), rounded to levels, of whose colours the luma counts, as
in `kerasgan.metrics.fidelity`.
"""

from keras import ops

from kerasgan.metrics.fidelity import lumas

_SHARPEST = 100.0


def moving(targets, last, threshold=0.1):
    """Returns which pixels move, booleans (N, H, W, 1).

    Args:
        targets: The true frames.
        last: The frames before them.
        threshold: How much a pixel changes at least, in [0, 2].
    """
    targets, last = lumas(targets, last, 0)
    return ops.abs(targets - last) > 127.5 * threshold


def moving_psnr(targets, images, last, threshold=0.1):
    """Returns the peak signal-to-noise ratio of the pixels that move, in dB, float32 (N,).

    10 log10(255^2 / the mean squared difference over these pixels); infinite where there are none,
    or no difference. The code of Mathieu et al., 2015, arXiv:1511.05440, divides by the number of
    all pixels, the static ones being equal, which is 13 to 22 dB more of most videos.

    Args:
        targets: The true frames.
        images: The predicted ones.
        last: The frames before them.
        threshold: As in `moving`.

    Raises:
        ValueError: If the frames are not floats, or differ in shape.
    """
    counted = ops.cast(moving(targets, last, threshold), "float32")
    targets, images = lumas(targets, images, 0)
    errors = ops.sum(counted * ops.square(targets - images), axis=(1, 2, 3))
    number = ops.maximum(ops.sum(counted, axis=(1, 2, 3)), 1.0)
    return 10.0 * (ops.log10(255.0**2) - ops.log10(errors / number))


def sharpness_difference(targets, images):
    """Returns how equally sharp the frames are, in dB, float32 (N,); more is better.

    Mathieu et al., 2015, arXiv:1511.05440, equation 11, as in the authors' code:

        10 log10(255^2 / 128^2 E(| |d_i Y| - |d_i X| | + | |d_j Y| - |d_j X| |))

    of targets Y and images X in [-1, 1], d_i and d_j being the differences from the pixels above
    and to the left. At most 100.

    Args:
        targets: The true frames.
        images: The predicted ones, of the same shape.

    Raises:
        ValueError: As in `moving_psnr`.
    """
    targets, images = lumas(targets, images, 0)
    difference = 0.0  # in levels, of which 127.5 are 1
    for ours, theirs in zip(_steps(images), _steps(targets), strict=True):
        difference += ops.abs(ours - theirs)
    mean = 128.0**2 / 127.5 * ops.mean(difference, axis=(1, 2, 3))
    ratio = 10.0 * (ops.log10(255.0**2) - ops.log10(mean))
    return ops.minimum(ratio, _SHARPEST)


def _steps(images):
    """Returns the absolute differences from the pixels above, and from those to the left."""
    here = images[:, 1:, 1:]
    return ops.abs(here - images[:, :-1, 1:]), ops.abs(here - images[:, 1:, :-1])
