"""Differentiable augmentation of Zhao et al."""

import keras
import tensorflow as tf
from keras import ops


def brightness(images, u):
    """Adds a number of U[-0.5, 0.5) to each image.

    Args:
        images: Float images (N, height, width, channels).
        u: Two numbers of U[0, 1) for each image, (2, N, 1, 1, 1), of which this uses the first.
    """
    return images + (u[0] - 0.5)


def saturation(images, u):
    """Scales each image's distance to its grey by U[0, 2); arguments are those of `brightness`."""
    grey = ops.mean(images, axis=3, keepdims=True)
    return grey + 2.0 * u[0] * (images - grey)


def contrast(images, u):
    """Scales each image's distance to its mean by U[0.5, 1.5); see `brightness`."""
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return mean + (0.5 + u[0]) * (images - mean)


def translation(images, u):
    """Shifts each image by up to an eighth of its sides; what comes in is 0. See `brightness`."""
    height, width = images.shape[1:3]
    images = ops.einsum("nij,njwc->niwc", _shifts(height, u[0]), images)
    return ops.einsum("nij,nhjc->nhic", _shifts(width, u[1]), images)


def _shifts(size, u):
    """Returns matrices (N, size, size) that shift by whole pixels in [-size / 8, size / 8]."""
    most = int(size / 8 + 0.5)
    shift = ops.floor(u[:, :, :, 0] * (2 * most + 1)) - most
    place = ops.arange(size, dtype="float32")
    return ops.cast(ops.equal(place[:, None] - shift, place[None, :]), "float32")


def cutout(images, u):
    """Sets a rectangle of half the sides, anywhere in each image, to 0. See `brightness`."""
    height, width = images.shape[1:3]
    rows, columns = _inside(height, u[0]), _inside(width, u[1])
    return ops.where(rows[:, :, None, None] & columns[:, None, :, None], 0.0, images)


def _inside(size, u):
    """Returns where a stretch of half the size lies, whose centre is uniform: bool (N, size)."""
    length = int(size / 2 + 0.5)
    start = ops.floor(u[:, 0, 0] * (size + 1 - length % 2)) - length // 2
    place = ops.arange(size, dtype="float32")
    return (place >= start) & (place < start + length)


TRANSFORMS = {
    "color": (brightness, saturation, contrast),
    "translation": (translation,),
    "cutout": (cutout,),
}


def on_images(function, inputs):
    """Returns inputs of a discriminator with its images, of rank 4, changed by a function."""
    return tf.nest.map_structure(lambda x: function(x) if len(x.shape) == 4 else x, inputs)


@keras.saving.register_keras_serializable("kerasgan")
class DiffAugment:
    """Changes colours, shifts images and cuts squares out of them, each image by its own draw.

    Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training", 2020,
    arXiv:2006.10738.

    Args:
        policy: Names among "color", "translation" and "cutout", joined by commas. The paper takes
            all three where images are few.

    Raises:
        ValueError: If a name is unknown, or there is none.
    """

    def __init__(self, policy="color,translation,cutout"):
        names = [name.strip() for name in str(policy).split(",")]
        unknown = [name for name in names if name not in TRANSFORMS]
        if unknown:
            raise ValueError(
                f"policy must name some of {', '.join(TRANSFORMS)}, joined by commas; "
                f"got {policy!r}."
            )
        self.policy = policy
        self.transforms = [each for name in names for each in TRANSFORMS[name]]

    def __call__(self, inputs, seed_generator):
        """Returns the inputs of a discriminator, augmented.

        Args:
            inputs: Float images (N, height, width, channels) in [-1, 1], or a structure that holds
                some: images of one number are changed alike, all else is returned as it is.
            seed_generator: A `keras.random.SeedGenerator`.
        """
        seeds = [seed_generator.next() for _ in self.transforms]

        def change(x):
            for transform, seed in zip(self.transforms, seeds, strict=True):
                u = tf.random.stateless_uniform((2, tf.shape(x)[0], 1, 1, 1), seed)
                x = transform(x, u)
            return x

        return on_images(change, inputs)

    def get_config(self):
        """Returns the arguments that rebuild the augmentation."""
        return {"policy": self.policy}

    @classmethod
    def from_config(cls, config):
        """Rebuilds an augmentation from `get_config()`."""
        return cls(**config)
