"""Which pixels of training images are missing."""

import keras
import tensorflow as tf

from kerasgan.data import centre_mask
from kerasgan.engine.checks import check_integer


class Holes:
    """Draws holes.

    Attributes:
        whole: Whether the generator makes a whole image, or only the middle of it, half as high and
            half as wide.
    """

    whole = True

    def draw(self, count, image_shape, seed):
        """Returns which pixels are missing, booleans (count, H, W, 1), by a seed (2,)."""
        raise NotImplementedError

    def get_config(self):
        """Returns the arguments that rebuild the object."""
        raise NotImplementedError

    @classmethod
    def from_config(cls, config):
        """Rebuilds an object from `get_config()`."""
        return cls(**config)


@keras.saving.register_keras_serializable("kerasgan")
class Centre(Holes):
    """A hole in the middle of each image, about half as high and half as wide.

    The generator makes the middle half of the image, and a frame of known pixels with it.

    Args:
        overlap: How wide the frame is, in pixels. The paper has 4, of images of 128 x 128.

    Raises:
        ValueError: If `overlap` is no integer of at least 0.
    """

    whole = False

    def __init__(self, overlap=4):
        self.overlap = check_integer("overlap", overlap, 0, "an integer of at least 0")

    def draw(self, count, image_shape, seed=None):
        """Returns which pixels are missing, booleans (count, H, W, 1)."""
        mask = centre_mask(image_shape, self.overlap)
        return tf.repeat(mask[None, ..., None], count, axis=0)

    def get_config(self):
        """Returns the arguments that rebuild the object."""
        return {"overlap": self.overlap}


@keras.saving.register_keras_serializable("kerasgan")
class RandomRegion(Holes):
    """Regions of random form, another one in each image.

    As in the authors' code: noise, uniform in each cell of a coarse grid, is enlarged by bicubic
    interpolation, and the least values are missing. There pixels below a threshold are, of regions
    that happen to be of the wanted size; here the threshold is what gives that size.

    Args:
        least: The least share of an image that is missing.
        most: The largest share.

    Raises:
        ValueError: If not 0 < least <= most < 1.
    """

    cells = 8  # along each side of an image, as in the authors' code

    def __init__(self, least=0.2, most=0.3):
        if not 0 < least <= most < 1:
            raise ValueError(f"There must be 0 < least <= most < 1, got {least=}, {most=}.")
        self.least, self.most = float(least), float(most)

    def draw(self, count, image_shape, seed):
        """Returns which pixels are missing, booleans (count, H, W, 1), by a seed (2,)."""
        height, width, _ = image_shape
        seeds = tf.random.split(tf.cast(seed, "int32"), 2)
        cells = self.cells + 2  # one beyond each edge of the image
        noise = tf.random.stateless_uniform((count, cells, cells, 1), seeds[0])
        # Enlarged, and what lies beyond the edges cut off.
        sides = [-(-side // self.cells) * cells for side in (height, width)]
        values = tf.image.resize(noise, sides, "bicubic")
        values = tf.image.resize_with_crop_or_pad(values, height, width)
        share = tf.random.stateless_uniform((count,), seeds[1], self.least, self.most)
        ordered = tf.sort(tf.reshape(values, (count, height * width)))
        rank = tf.cast(share * (height * width), "int32")
        threshold = tf.gather(ordered, rank, batch_dims=1)
        return values < threshold[:, None, None, None]

    def get_config(self):
        """Returns the arguments that rebuild the object."""
        return {"least": self.least, "most": self.most}
