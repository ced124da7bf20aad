"""Which pixels of images are missing, and which a generator makes."""

import keras
import tensorflow as tf

from kerasgan.data import centre_mask
from kerasgan.engine.checks import check_integer


class Holes:
    """Draws holes. The generator makes the whole image, unless a subclass says otherwise.

    Attributes:
        known_weight: How much a known pixel that the generator makes too counts in a context
            encoder's distance, where a missing one counts 1.
    """

    known_weight = 1.0

    def draw(self, count, image_shape, seed):
        """Returns which pixels are missing, booleans (count, H, W, 1), by a seed (2,)."""
        raise NotImplementedError

    def part_shape(self, image_shape):
        """Returns the shape of what the generator makes of images of a shape."""
        return tuple(image_shape)

    def part(self, images):
        """Returns what of images, or of masks, (N, H, W, C) the generator makes."""
        return images

    def paste(self, made, images):
        """Returns images with what was made in its place."""
        return made

    def hide(self, missing):
        """Returns which pixels a generator does not see where others, `missing`, are missing."""
        return missing

    def get_config(self):
        """Returns the arguments that rebuild the object."""
        raise NotImplementedError

    @classmethod
    def from_config(cls, config):
        """Rebuilds an object from `get_config()`."""
        return cls(**config)


def check_holes(holes):
    """Returns what draws holes.

    Raises:
        ValueError: If it is no `Holes`.
    """
    if not isinstance(holes, Holes):
        raise ValueError(f"holes must be Centre(), RandomSquare() or such, got {holes!r}.")
    return holes


@keras.saving.register_keras_serializable("kerasgan")
class Centre(Holes):
    """A hole in the middle of each image, about half as high and half as wide.

    The generator makes the middle half of the image, whose outermost pixels are known: so that it
    goes on where the context ends.

    Args:
        overlap: How many pixels they are on each side. The paper has 4, of images of 128 x 128.
        known_weight: How much they count in a context encoder's distance.

    Raises:
        ValueError: If `overlap` is no integer of at least 0.
    """

    def __init__(self, overlap=4, known_weight=10.0):
        self.overlap = check_integer("overlap", overlap, 0, "an integer of at least 0")
        self.known_weight = float(known_weight)

    def draw(self, count, image_shape, seed=None):
        """Returns which pixels are missing, booleans (count, H, W, 1)."""
        mask = centre_mask(image_shape, self.overlap)
        return tf.repeat(mask[None, ..., None], count, axis=0)

    def part_shape(self, image_shape):
        """Returns half the sides."""
        return (image_shape[0] // 2, image_shape[1] // 2, image_shape[2])

    def part(self, images):
        """Returns the middle half of images, or of masks."""
        (top, height), (left, width) = ((side // 4, side // 2) for side in images.shape[1:3])
        return images[:, top : top + height, left : left + width]

    def paste(self, made, images):
        """Returns images with what was made in the middle."""
        sides = [(side // 4, side - side // 4 - side // 2) for side in images.shape[1:3]]
        padding = [(0, 0), *sides, (0, 0)]
        inside = tf.pad(tf.ones_like(made, "bool"), padding)
        return tf.where(inside, tf.pad(made, padding), images)

    def hide(self, missing):
        """Returns which pixels the generator does not see: the hole that it knows, and others."""
        return missing | self.draw(tf.shape(missing)[0], missing.shape[1:])

    def get_config(self):
        """Returns the arguments that rebuild the object."""
        return {"overlap": self.overlap, "known_weight": self.known_weight}


@keras.saving.register_keras_serializable("kerasgan")
class RandomSquare(Holes):
    """A square at a random place of each image.

    Args:
        side: Its side in pixels; None is half the shorter side of the image, as in CC-GAN.

    Raises:
        ValueError: If `side` is no positive integer.
    """

    def __init__(self, side=None):
        self.side = None if side is None else check_integer("side", side)

    def draw(self, count, image_shape, seed):
        """Returns which pixels are missing, booleans (count, H, W, 1), by a seed (2,)."""
        side = self.side or min(image_shape[:2]) // 2
        seeds = tf.random.split(tf.cast(seed, "int32"), 2)

        def inside(length, seed):
            """Which of the places along an axis the squares cover, (count, length)."""
            # Any place, the last one too.
            first = tf.random.stateless_uniform((count, 1), seed, 0, length - side + 1, "int32")
            places = tf.range(length)[None]
            return (places >= first) & (places < first + side)

        rows, columns = (inside(image_shape[i], seeds[i]) for i in (0, 1))
        return (rows[:, :, None] & columns[:, None, :])[..., None]

    def get_config(self):
        """Returns the arguments that rebuild the object."""
        return {"side": self.side}


@keras.saving.register_keras_serializable("kerasgan")
class RandomRegion(Holes):
    """Regions of random form, another one in each image.

    As in the authors' code of context encoders: noise, uniform in each cell of a coarse grid, is
    enlarged by bicubic interpolation, and the least values are missing. There those below a
    threshold are, of regions that happen to be of the wanted size; here the threshold is what gives
    that size.

    Args:
        least: The least share of an image that is missing.
        most: The largest share.

    Raises:
        ValueError: If not 0 < least <= most < 1.
    """

    cells = 8  # along each side of an image

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
        sides = [-(-side // self.cells) * cells for side in (height, width)]
        values = tf.image.resize(noise, sides, "bicubic")
        values = tf.image.resize_with_crop_or_pad(values, height, width)  # cuts the edges off
        share = tf.random.stateless_uniform((count,), seeds[1], self.least, self.most)
        ordered = tf.sort(tf.reshape(values, (count, height * width)))
        rank = tf.cast(share * (height * width), "int32")
        threshold = tf.gather(ordered, rank, batch_dims=1)
        return values < threshold[:, None, None, None]

    def get_config(self):
        """Returns the arguments that rebuild the object."""
        return {"least": self.least, "most": self.most}
