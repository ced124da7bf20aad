"""How true an image is to its target, measured as the literature on super-resolution does.

Images are floats in [-1, 1], (N, H, W, C), grey (C = 1, or 2 with opacity) or of colours (3, or 4),
whose opacity does not count. They are rounded to the 256 levels that a file would have. Of colours
the luma counts, Y = 16 + 65.481 R + 128.553 G + 24.966 B (BT.601, R, G and B in [0, 1]), as in
MATLAB's rgb2ycbcr: measured on R, G and B instead, PSNR is about 2 dB lower. A border, as many
pixels as the scale of the super-resolution, is left out.
"""

import keras
import tensorflow as tf
from keras import ops

_LUMA = (65.481 / 255, 128.553 / 255, 24.966 / 255)
_WINDOW = 11  # of `ssim`


def psnr(targets, images, border=0):
    """Returns the peak signal-to-noise ratio of each image in dB, float32 (N,).

    10 log10(255^2 / mean squared difference); infinite for equal images.

    Args:
        targets: The true images.
        images: The images to measure.
        border: How many pixels to leave out on each side.

    Raises:
        ValueError: If the images are not floats, or differ in shape from the targets.
    """
    targets, images = lumas(targets, images, border)
    difference = targets - images
    error = ops.mean(ops.square(difference), axis=(1, 2, 3))
    return 10.0 * (ops.log10(255.0**2) - ops.log10(error))


def ssim(targets, images, border=0):
    """Returns the structural similarity of each image, float32 (N,) in [-1, 1].

    Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", 2004:
    Gaussian windows of 11 x 11. SRGAN's paper measured with other code, whose values are higher.

    Args:
        targets: The true images.
        images: The images to measure; both sides at least `least_side(border)`.
        border: How many pixels to leave out on each side.

    Raises:
        ValueError: As in `psnr`.
    """
    both = lumas(targets, images, border)
    return tf.image.ssim(*both, max_val=255.0, filter_size=_WINDOW)


def least_side(border):
    """Returns how many pixels the sides of images must have for `ssim`."""
    return _WINDOW + 2 * border


def sharpness(images):
    """Returns the mean length of the gradient of the luma of each image, in levels, float32 (N,).

    The difference from the next pixel, down and to the right. Blur lowers it, and noise raises
    it: compare it with the targets'.

    Args:
        images: The images to measure.

    Raises:
        ValueError: If they are not floats.
    """
    images = tf.convert_to_tensor(images)
    if not images.dtype.is_floating:
        raise ValueError(f"Images must be floats in [-1, 1], but are {images.dtype.name}.")
    luma = _luma(images, 0)
    down = luma[:, 1:, :-1] - luma[:, :-1, :-1]
    right = luma[:, :-1, 1:] - luma[:, :-1, :-1]
    return ops.mean(ops.sqrt(ops.square(down) + ops.square(right)), axis=(1, 2, 3))


def levels(images):
    """Returns images in [-1, 1] as the 256 levels of a file, float32 from 0 to 255."""
    images = ops.cast(images, "float32")
    return ops.round(ops.clip((images + 1.0) * 127.5, 0.0, 255.0))


class _Fidelity(keras.metrics.MeanMetricWrapper):
    direction = "up"

    def __init__(self, measure, border, name, dtype):
        super().__init__(measure, name, dtype, border=border)
        self.border = border
        self._direction = self.direction  # where Keras' callbacks look

    def get_config(self):
        """Returns the arguments that rebuild the metric."""
        return {"border": self.border, "name": self.name, "dtype": self.dtype}


@keras.saving.register_keras_serializable("kerasgan")
class PSNR(_Fidelity):
    """The mean over images of `psnr`.

    Args:
        border: How many pixels to leave out on each side.
        name: The metric's name.
        dtype: The precision of the mean.
    """

    def __init__(self, border=0, name="psnr", dtype=None):
        super().__init__(psnr, border, name, dtype)


@keras.saving.register_keras_serializable("kerasgan")
class SSIM(_Fidelity):
    """The mean over images of `ssim`.

    Args:
        border: How many pixels to leave out on each side.
        name: The metric's name.
        dtype: The precision of the mean.
    """

    def __init__(self, border=0, name="ssim", dtype=None):
        super().__init__(ssim, border, name, dtype)


def lumas(targets, images, border):
    """Returns the luma of both.

    Raises:
        ValueError: If they are not floats, or differ in shape.
    """
    targets, images = tf.convert_to_tensor(targets), tf.convert_to_tensor(images)
    if not (targets.dtype.is_floating and images.dtype.is_floating):
        raise ValueError(
            f"Images must be floats in [-1, 1], but are {targets.dtype.name} and "
            f"{images.dtype.name}: kerasgan.data.to_float makes them of uint8."
        )
    if not targets.shape.is_compatible_with(images.shape):
        raise ValueError(
            f"Images of {tuple(images.shape)} have targets of another shape, "
            f"{tuple(targets.shape)}."
        )
    return _luma(targets, border), _luma(images, border)


def _luma(images, border):
    """Returns the luma in levels, (N, H, W, 1); grey is its own."""
    images = ops.cast(images, "float32")
    if border:
        images = images[:, border:-border, border:-border]
    pixels = levels(images)
    if images.shape[-1] <= 2:
        return pixels[..., :1]
    return 16.0 + ops.sum(pixels[..., :3] * ops.array(_LUMA), axis=-1, keepdims=True)
