"""Conditional GAN: both networks are told the class, or the attributes, of the image."""

import keras
import numpy as np
import tensorflow as tf

from kerasgan import networks
from kerasgan.data import check_images, check_labels, image_grid, to_float
from kerasgan.models.checks import checked_attributes, checked_labels
from kerasgan.models.classifying import check_number
from kerasgan.models.gan import GAN


@keras.saving.register_keras_serializable("kerasgan")
class ConditionalGAN(GAN):
    """Generates images of a wanted class, or with wanted attributes.

    Mirza and Osindero, "Conditional Generative Adversarial Nets", 2014, arXiv:1411.1784,
    equation 2: the original game, with y given to both networks,

        min_G max_D E[log D(x|y)] + E[log(1 - D(G(z|y)|y))].

    y is a one-hot class, or any vector of attributes; the labels of a batch serve its real images
    and the generated ones. The networks are those of `kerasgan.networks.cgan`; latents and
    optimizers are those of `GAN`. `kerasgan.networks.projection` builds the discriminator of
    Miyato and Koyama, 2018, arXiv:1802.05637, for the argument `discriminator`.

    `fit`, `evaluate` and validation take images with labels, `(x, y)`: integers (N,) in
    [0, num_classes), or float attributes (N, num_attributes). Other arguments are those of `GAN`.

    Args:
        generator: A `keras.Model` from [latents, y (N, num_classes or num_attributes)] to images.
        discriminator: A `keras.Model` from [images, y] to logits.
        num_classes: How many classes. Give this or `num_attributes`.
        num_attributes: How many attributes an image has.

    Raises:
        ValueError: As in `GAN`, and if not exactly one of `num_classes` and `num_attributes` is
            given.
    """

    def __init__(self, *args, num_classes=None, num_attributes=None, **kwargs):
        if (num_classes is None) == (num_attributes is None):
            raise ValueError(
                "Give either num_classes, for labels, or num_attributes, for vectors; got "
                f"{num_classes=}, {num_attributes=}."
            )
        self.num_classes = check_number("num_classes", num_classes, needed=False)
        self.num_attributes = check_number("num_attributes", num_attributes, 1, needed=False)
        super().__init__(*args, **kwargs)

    @property
    def condition_dim(self):
        """The length of y."""
        return self.num_classes or self.num_attributes

    def generator_conditions(self):
        """Returns the shape of y."""
        return ((self.condition_dim,),)

    def discriminator_conditions(self):
        """Returns the shape of y."""
        return ((self.condition_dim,),)

    # ------------------------------------------------------------------ the paper

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.cgan.generator(image_shape, self.condition_dim, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.cgan.discriminator(image_shape, self.condition_dim, seed=seed)

    def unpack(self, data):
        """Returns a batch as [images, y]."""
        images, labels, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        return [super().unpack((images, None, sample_weight)), self.condition(labels)]

    def fake_batch(self, real, training):
        """Returns generated images with the real ones' y, as [images, y]."""
        _, condition = real
        latents = self.sample_latent(tf.shape(condition)[0], self.noise(training))
        return [self.imagine([latents, condition], training), condition]

    def condition(self, labels):
        """Returns labels or attributes as y, float32 (N, condition_dim).

        Raises:
            ValueError: If there are none, or they are of another type or shape.
            InvalidArgumentError: When labels are out of range, or attributes not finite; also in
                the model that is served, which has nothing else of kerasgan.
        """
        if self.num_classes is not None:
            return tf.one_hot(checked_labels(labels, self.num_classes), self.num_classes)
        return checked_attributes(labels, self.num_attributes)

    # ------------------------------------------------------------------ labels

    def check_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not images with labels."""
        check_images(x, self.image_shape, name)
        self.check_labels(y, len(x), f"the labels of {name}")

    def check_labels(self, labels, count, name="labels"):
        """Returns labels or attributes as an array.

        Raises:
            ValueError: If they are not `count` labels or vectors of attributes, or out of range.
        """
        if self.num_classes is not None:
            return check_labels(labels, self.num_classes, count, name)
        wanted = f"{name} must be finite attributes, shape ({count}, {self.num_attributes})"
        if labels is None:
            raise ValueError(f"{wanted}, but there are none.")
        array = np.asarray(labels)
        if array.shape != (count, self.num_attributes) or array.dtype.kind not in "fiub":
            raise ValueError(f"{wanted}, but are {array.dtype.name} of shape {array.shape}.")
        if not np.isfinite(array).all():
            raise ValueError(f"{wanted}, but some are NaN or infinite.")
        return array.astype("float32")

    def draw_labels(self, count, seed):
        """Returns uniformly drawn labels, int32 (count,).

        Raises:
            ValueError: If the model takes attributes, whose distribution it does not know.
        """
        if self.num_classes is None:
            raise ValueError(f"Give labels: attributes of shape ({count}, {self.num_attributes}).")
        seed = tf.stack([tf.cast(seed, "int64"), 1])  # latents have [seed, 0]
        return tf.random.stateless_uniform((count,), seed, 0, self.num_classes, "int32")

    # ------------------------------------------------------------------ generating

    def generate(self, count, labels=None, seed=None, batch_size=64):
        """Generates images.

        Args:
            count: How many images.
            labels: Their classes, integers (count,) in [0, num_classes), or a single class for
                all; or their attributes, (count, num_attributes). None draws classes at random.
            seed: An integer in [0, 2**32) gives the same images each time.
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255], (count, *image_shape).

        Raises:
            ValueError: If the labels are out of range or of another shape, or as in
                `GAN.generate`.
        """
        count, batch_size, seed = self.check_request(count, batch_size, seed)
        return self.render(self.draw_inputs(count, seed, labels), batch_size)

    def draw_inputs(self, count, seed, labels=None):
        """Returns the latents and labels of which `generate` makes its images."""
        if labels is None:
            labels = self.draw_labels(count, seed)
        elif np.ndim(labels) == 0:
            labels = [labels] * count
        labels = self.check_labels(labels, count)
        return [self.sample_latent(count, seed), labels]

    def to_images_signature(self):
        """Returns the specifications of latents and labels."""
        if self.num_classes is None:
            labels = tf.TensorSpec((None, self.num_attributes), "float32", "labels")
        else:
            labels = tf.TensorSpec((None,), "int32", "labels")
        return [*super().to_images_signature(), labels]

    def sample(self, latents, labels):
        """Returns the images, float32 in [-1, 1], of latents and labels."""
        return self.apply(self.sampler, [latents, self.condition(labels)])

    def sample_labelled(self, count, seed):
        """Returns generated images, and the classes that were asked for."""
        labels = self.draw_labels(count, seed).numpy()
        return self.generate(count, labels, seed), labels

    def grid(self, count=64, seed=0):
        """Returns a picture with a class in each row, and latents in each column.

        With attributes, a row has one of them at 1 and the others at 0. There are at most 16 rows,
        and `count` images, rounded up to whole rows.
        """
        rows = min(self.condition_dim, 16)
        columns = -(-count // rows)
        labels = np.eye(self.condition_dim, dtype="float32")[:rows]
        if self.num_classes is not None:
            labels = np.arange(rows, dtype="int32")
        latents = np.tile(self.sample_latent(columns, seed), (rows, 1))
        return image_grid(self.render([latents, labels.repeat(columns, axis=0)], 64), columns)

    def score(self, images, labels):
        """Returns the discriminator's float32 logits for uint8 images and their labels."""
        return tf.cast(self.logits([to_float(images), self.condition(labels)]), "float32")

    def endpoints(self):
        """Serves `generate_from_labels`, and what `GAN` serves, with labels where they count.

        `generate_from_labels` takes labels and a seed, and makes the images of `model.generate`.
        """
        latents, labels = self.to_images_signature()
        images = tf.TensorSpec((None, *self.image_shape), "uint8", "images")
        seed = tf.TensorSpec((), "int64", "seed")

        def generate_from_labels(labels, seed):
            return self.to_images(self.sample_latent(tf.shape(labels)[0], seed), labels)

        def generate_n(count, seed):
            return generate_from_labels(self.draw_labels(count, seed), seed)

        served = super().endpoints()
        first = {"generate_from_labels": (generate_from_labels, [labels, seed])}
        if self.num_classes is None:
            del served["generate_n"]
        else:
            served["generate_n"] = (generate_n, served["generate_n"][1])
        return first | served | {"discriminate": (self.score, [images, labels])}

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "num_classes": self.num_classes,
            "num_attributes": self.num_attributes,
        }
