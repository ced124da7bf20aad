"""Images, and the pipelines over them."""

import itertools

import numpy as np
import tensorflow as tf
from absl import logging

from kerasgan.data import order
from kerasgan.data.files import some
from kerasgan.data.pixels import to_float
from kerasgan.data.sources import Source


class Images:
    """Images of one shape, in memory or on a disk, and the pipelines over them.

    Attributes:
        images: uint8 array, (count, height, width, channels), in [0, 255]; read-only. Or a
            `kerasgan.data.sources.Source`, of which a slice is such an array.
        pixels: The array as a tensor in the host's memory, from which tf.data gathers, or None.
        labels: int32 array, (count,), or None.
        class_names: List with a name for each label, or None.
        name: What the images are called, for logs and errors.
    """

    def __init__(self, images, labels=None, class_names=None, name="images"):
        """Takes a copy of an array; a source is read when images are needed.

        Args:
            images: uint8 array, (count, height, width, channels), or a
                `kerasgan.data.sources.Source`.
            labels: Integers from 0 on, (count,), or None.
            class_names: A name for each label, or None. Without names, there are as many classes
                as the largest label says; a warning names those that have no image.
            name: What to call the images.

        Raises:
            ValueError: If the images are not uint8 of rank 4 or there are none, or the labels are
                not one integer for each image, of a class that has a name if names are given.
        """
        in_memory = not isinstance(images, Source)
        images = np.asarray(images) if in_memory else images
        if images.ndim != 4 or images.dtype != np.uint8 or not len(images):
            raise ValueError(
                f"{name}: images must be uint8, (count, height, width, channels), at least one, "
                f"but are {images.dtype.name}, {images.shape}."
            )
        if labels is not None:
            labels = np.asarray(labels)
            _check_labels(labels, len(images), class_names, name)
        # All pipelines share these tensors, and the arrays are views of them. They stay in the
        # host's memory, where tf.data gathers from them, also when there is a GPU.
        with tf.device("CPU:0"):
            self.pixels = tf.constant(images) if in_memory else None
            self._labels = None if labels is None else tf.constant(labels.astype(np.int32))
        self.images = np.asarray(self.pixels) if in_memory else images
        self.labels = None if labels is None else np.asarray(self._labels)
        self.class_names = None if class_names is None else list(class_names)
        self.name = name

    def __len__(self):
        """Returns the number of images."""
        return len(self.images)

    @property
    def image_shape(self):
        """(height, width, channels)."""
        return self.images.shape[1:]

    @property
    def num_classes(self):
        """How many classes there are; None without labels."""
        if self.labels is None:
            return None
        return len(self.class_names or ()) or int(self.labels.max()) + 1

    @property
    def on_disk(self):
        """Whether images are read when they are needed."""
        return self.pixels is None

    def digest(self):
        """Returns a text that tells these images and labels from others."""
        return order.digest(self.images, *([] if self.labels is None else [self.labels]))

    def steps_per_epoch(self, batch_size):
        """Returns how many full batches the images make.

        Args:
            batch_size: Images in a batch.

        Raises:
            ValueError: If `batch_size` is not positive or exceeds the number of images.
        """
        return order.steps_per_epoch(len(self), batch_size, self.name)

    def gather(self, numbers):
        """Returns the uint8 images of numbers, a scalar or a vector, in a graph of tf.data."""
        if self.pixels is not None:
            return tf.gather(self.pixels, numbers)
        pixels = tf.numpy_function(lambda n: self.images[n], [numbers], tf.uint8, stateful=False)
        return tf.ensure_shape(pixels, (*numbers.shape, *self.image_shape))

    def dataset(self, batch_size, *, shuffle_seed=None, labels=False, drop_remainder=False):
        """Returns one pass over the images.

        Args:
            batch_size: Images in a batch.
            shuffle_seed: None keeps the order. An integer shuffles all images, anew in every
                pass, the same way in every run.
            labels: Whether to yield `(images, labels)`, the labels int32, (batch,).
            drop_remainder: Whether to leave out a last batch that is not full.

        Returns:
            A finite `tf.data.Dataset` of float32 images in [-1, 1],
            (batch, height, width, channels).

        Raises:
            ValueError: If labels are wanted and there are none, or no batch can be made.
        """
        order.check_positive(batch_size=batch_size)
        if drop_remainder:
            self.steps_per_epoch(batch_size)
        indices = tf.data.Dataset.range(len(self))
        if shuffle_seed is not None:
            indices = indices.shuffle(len(self), shuffle_seed, reshuffle_each_iteration=True)
        return self._batches(indices.batch(batch_size, drop_remainder), labels)

    def stream(self, batch_size, *, seed, start_step=0, labels=False):
        """Returns an endless, shuffled stream that can start anywhere.

        Batch number k depends on `seed` and k only, so that a stream from `start_step=k` goes on
        exactly where another stopped, at no cost. An epoch has `steps_per_epoch(batch_size)` full
        batches; it shows no image twice and has its own order.

        Args:
            batch_size: Images in a batch.
            seed: Integer.
            start_step: Number of the first batch.
            labels: Whether to yield `(images, labels)`, the labels int32, (batch_size,).

        Returns:
            An infinite `tf.data.Dataset` of float32 images in [-1, 1],
            (batch_size, height, width, channels).

        Raises:
            ValueError: If labels are wanted and there are none, `batch_size` exceeds the number of
                images, or `start_step` is negative.
        """
        steps = self.steps_per_epoch(batch_size)
        indices = order.endless(len(self), steps, batch_size, seed, start_step)
        return self._batches(indices, labels)

    def _batches(self, indices, with_labels):
        """Maps batches of indices to batches of images: one gather and one cast a batch."""
        if with_labels and self.labels is None:
            raise ValueError(f"{self.name!r} has no labels.")

        @tf.autograph.experimental.do_not_convert
        def gather(batch):
            images = to_float(self.gather(batch))
            return (images, tf.gather(self._labels, batch)) if with_labels else images

        batches = indices.map(gather, num_parallel_calls=order.PARALLEL_CALLS, deterministic=True)
        return order.ready(batches)


def _check_labels(labels, count, class_names, name):
    """Checks that labels are one class number for each image, and tells of numbers without any."""
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"{name}: labels must be integers, ({count},), but are {labels.dtype.name}, "
            f"{labels.shape}."
        )
    low, high = int(labels.min()), int(labels.max())
    most = len(class_names) if class_names else np.iinfo(np.int32).max
    if low < 0 or high >= most:
        raise ValueError(
            f"{name}: labels must lie in [0, {most}), but one is {low if low < 0 else high}."
        )
    present = set(np.unique(labels).tolist())
    if class_names or len(present) == high + 1:
        return
    missing = (str(label) for label in range(high) if label not in present)
    examples = list(itertools.islice(missing, 6))
    logging.warning(
        "%s: %d of the %d classes, counted from 0, have no image: %s.",
        *(name, high + 1 - len(present), high + 1, some(examples)),
    )
