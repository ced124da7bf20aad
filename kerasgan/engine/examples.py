"""What examples are: images, or arrays of any other shape."""

import numpy as np
import tensorflow as tf

from kerasgan.data import check_image_shape, check_images, image_grid, to_float, to_uint8

_PICTURE = 256  # the side of a picture of points


def examples_of(shape):
    """Returns what examples of a shape are: three axes are an image's."""
    return Images(shape) if len(shape) == 3 else Arrays(shape)


def check_example_shape(shape, any_rank=False):
    """Returns the shape of an example as a tuple: (height, width, channels), or (d,) of a vector.

    Args:
        shape: The shape.
        any_rank: Whether other numbers of axes are allowed too.

    Raises:
        ValueError: If it is no such shape.
    """
    if not isinstance(shape, (tuple, list)) or len(shape) == 3:
        return check_image_shape(shape)
    whole = all(isinstance(side, (int, np.integer)) and side > 0 for side in shape)
    if whole and (len(shape) == 1 or (any_rank and shape)):
        return tuple(map(int, shape))
    return check_image_shape(shape)


class Images:
    """Images: uint8 in [0, 255] outside, float32 in [-1, 1] inside.

    Args:
        shape: (height, width, channels).
    """

    dtype, name = "uint8", "images"

    def __init__(self, shape):
        self.shape = tuple(shape)

    def check(self, examples, name):
        """Raises a ValueError if an array does not hold such examples."""
        check_images(examples, self.shape, name)

    def to_float(self, examples):
        """Returns examples as networks see them."""
        return to_float(examples)

    def from_float(self, examples):
        """Returns what networks make as users see it."""
        return to_uint8(examples)

    def picture(self, examples):
        """Returns all in one picture, uint8 (H, W, C), as square as it gets."""
        return image_grid(examples)

    def spec(self):
        """Returns the specification of a batch that is served."""
        return tf.TensorSpec((None, *self.shape), self.dtype, self.name)


class Arrays(Images):
    """Float32 arrays of any shape and range, such as points."""

    dtype, name = "float32", "examples"

    def check(self, examples, name):
        """Raises a ValueError if an array does not hold such examples."""
        axes = ", ".join(map(str, ("count", *self.shape)))
        wanted = f"{name} must hold finite floats of shape ({axes})"
        if not hasattr(examples, "dtype"):
            raise ValueError(f"{wanted}, but is of type {type(examples).__name__}.")
        shape = tuple(examples.shape)
        if shape[1:] != self.shape or not shape[0]:
            raise ValueError(f"{wanted}, but has shape {shape}.")
        if not tf.as_dtype(examples.dtype).is_floating:
            raise ValueError(f"{wanted}, but is of dtype {examples.dtype}.")
        if not np.isfinite(np.asarray(examples, "float32")).all():
            raise ValueError(f"{wanted}, but holds NaN or infinite values.")

    def to_float(self, examples):
        """Returns examples as networks see them."""
        return tf.cast(examples, "float32")

    def from_float(self, examples):
        """Returns what networks make, as it is."""
        return tf.cast(examples, "float32")

    def picture(self, examples):
        """Returns the first two coordinates of each as a dot, uint8 (H, W, 1)."""
        points = np.asarray(examples).reshape(len(examples), -1)[:, :2]
        points = np.pad(points, ((0, 0), (0, 2 - points.shape[1])))
        dots, _, _ = np.histogram2d(-points[:, 1], points[:, 0], bins=_PICTURE)
        return np.where(dots > 0, 0, 255).astype("uint8")[..., None]
