"""What models have in common that are told classes, or attributes."""

import numpy as np
import tensorflow as tf

from kerasgan.data import check_labels, image_grid
from kerasgan.engine.batches import predict_in_batches
from kerasgan.engine.checks import checked_attributes, checked_labels


class GeneratesByLabel:
    """A mixin for models of noise and labels: `generate(count, labels=)`, grids and endpoints.

    A model has `num_classes` or `num_attributes`; the other one is None.
    """

    @property
    def condition_dim(self):
        """The length of y."""
        return self.num_classes or self.num_attributes

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
        super().check_batch(x, y, name)
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
        inputs = self.draw_inputs(count, seed, labels)
        return predict_in_batches(self.to_images, inputs, batch_size)

    def complete(self, images, masks, labels, **options):
        """Fills holes in images of known classes, or with known attributes.

        Args:
            images: As in `kerasgan.models.GAN.complete`.
            masks: Likewise.
            labels: The labels of the images, (N,) or a single class for all, or their attributes,
                as in `generate`.
            **options: Other arguments as there.

        Returns:
            A NumPy array of uint8 in [0, 255], of the shape of the images.

        Raises:
            ValueError: As there, and if the labels are out of range or of another shape.
        """
        return super().complete(images, masks, self.labels_for(images, labels), **options)

    def completion_grid(self, images, masks, labels, **options):
        """Returns a picture of what `complete` does; arguments are its own."""
        return super().completion_grid(images, masks, self.labels_for(images, labels), **options)

    def invert(self, images, labels, **options):
        """Returns the latents that make images of known classes, or with known attributes, best.

        Arguments, errors and what is returned are those of `kerasgan.models.GAN.invert`; labels are
        as in `complete`.
        """
        return super().invert(images, self.labels_for(images, labels), **options)

    def labels_for(self, images, labels):
        """Returns the labels of images, given one by one, or a class for all."""
        labels = [labels] * len(images) if np.ndim(labels) == 0 else labels
        return self.check_labels(labels, len(images))

    def real_and_inputs(self, x, y):
        """Returns the images and their labels."""
        return x, y

    def make_from(self, inputs, count, seed):
        """Returns generated images of the labels, or without any of labels drawn at random."""
        return self.generate(count, inputs, seed)

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
        inputs = [latents, labels.repeat(columns, axis=0)]
        return image_grid(predict_in_batches(self.to_images, inputs, 64), columns)

    def score(self, images, *labels):
        """Returns the discriminator's float32 logits for uint8 images.

        Args:
            images: (N, *image_shape).
            *labels: Their labels, if the discriminator reads them.
        """
        return super().score(images, *map(self.condition, labels))

    def score_signature(self):
        """Returns the specifications of images, and of labels if the discriminator reads them."""
        _, labels = self.to_images_signature()
        return super().score_signature() + [labels] * bool(self.discriminator_conditions())

    def input_ranges(self):
        """Says what labels are, too."""
        classes = self.num_classes
        labels = "0 or 1 each" if classes is None else f"integers from 0 to {classes - 1}"
        return super().input_ranges() | {"labels": labels}

    def endpoints(self):
        """Serves `generate_from_labels`, and what `GAN` serves, with labels where they count.

        `generate_from_labels` takes labels and a seed, and makes the images of `model.generate`.
        """
        _, labels = self.to_images_signature()
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
        return first | served
