"""A few labels beside many images."""

import math

import numpy as np
import tensorflow as tf

from kerasgan.data import order
from kerasgan.data.images import Images
from kerasgan.data.pixels import check_images, to_uint8


def semi_supervised(dataset, labels_per_class=10, seed=0, batch_size=100, start_step=None):
    """Pairs batches of the few images whose labels are used with batches of all images.

    The labelled images are drawn at random, equally many of each class; they are shown again and
    again, in a new order each time. All images, these among them, are the unlabelled ones; each
    comes twice an epoch, in two orders: at an even place of a batch, and at an odd one.

    Args:
        dataset: `Images` with labels; or a finite `tf.data.Dataset` of (image, label), batched or
            not; or a pair of arrays (images, labels). Images are uint8 in [0, 255] or float in
            [-1, 1].
        labels_per_class: How many labelled images to use of each class.
        seed: Integer; which images are the labelled ones, and the order of all.
        batch_size: How many labelled images a batch has; it has twice as many unlabelled ones.
        start_step: None makes one pass over the unlabelled images, shuffled anew each time it is
            made. An integer makes an endless stream that starts with that batch, as
            `Images.stream` does.

    Returns:
        A `tf.data.Dataset` of ((x_labelled, x_unlabelled), y_labelled): float32 images in [-1, 1],
        (batch_size, height, width, channels) and (2 * batch_size, height, width, channels), and
        int32 labels (batch_size,).

    Raises:
        ValueError: If there are no labels, a class has fewer images than are to be labelled,
            `batch_size` exceeds the number of images, or an argument is none of the above.
    """
    images = dataset if isinstance(dataset, Images) else _in_memory(dataset)
    labelled = labelled_subset(images, labels_per_class, seed)
    if len(labelled) < batch_size:
        copies = math.ceil(batch_size / len(labelled))
        labelled = Images(
            np.tile(labelled.images, (copies, 1, 1, 1)), np.tile(labelled.labels, copies)
        )

    def batches(source, number, labels=False):
        options = {"batch_size": batch_size, "labels": labels}
        if start_step is None:
            return source.dataset(**options, shuffle_seed=seed + number, drop_remainder=True)
        return source.stream(**options, seed=seed + number, start_step=start_step)

    few = batches(labelled, number=0, labels=True).repeat()

    def pair(labelled, even, odd):
        images, labels = labelled
        both = tf.stack([even, odd], axis=1)
        return (images, tf.reshape(both, [2 * batch_size, *even.shape[1:]])), labels

    pairs = tf.data.Dataset.zip(few, batches(images, number=1), batches(images, number=2))
    return pairs.map(pair)


def labelled_subset(images, labels_per_class, seed):
    """Returns as many images of each class, drawn at random, as new `Images`.

    Args:
        images: `Images` with labels.
        labels_per_class: How many of each class.
        seed: Integer.

    Raises:
        ValueError: If there are no labels, or a class has fewer images.
    """
    if images.labels is None:
        raise ValueError(f"{images.name!r} has no labels.")
    if labels_per_class < 1:
        raise ValueError(f"labels_per_class must be at least 1, but is {labels_per_class}.")
    generator = np.random.default_rng(seed)
    chosen = []
    for label in range(images.num_classes):
        members = np.flatnonzero(images.labels == label)
        if len(members) < labels_per_class:
            raise ValueError(
                f"labels_per_class={labels_per_class} exceeds the {len(members)} images of class "
                f"{label} of {images.name!r}."
            )
        chosen.append(generator.choice(members, labels_per_class, replace=False))
    chosen = np.concatenate(chosen)
    return Images(images.images[chosen], images.labels[chosen], images.class_names, images.name)


def _in_memory(dataset):
    """Returns the `Images` of a data set of (image, label), or of a pair of arrays."""
    if isinstance(dataset, (tuple, list)) and len(dataset) == 2:
        pixels, labels = dataset
    else:
        if not _yields_pairs(dataset):
            raise ValueError(
                "dataset must be kerasgan.data.Images, a tf.data.Dataset of (image, label), or a "
                f"pair of arrays, got {dataset!r}."
            )
        if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
            raise ValueError("dataset is endless: its labelled images cannot be drawn.")
        batched = dataset.element_spec[0].shape.rank == 4
        parts = list(order.without_autotuning(dataset if batched else dataset.batch(256)))
        if not parts:
            raise ValueError("dataset is empty.")
        pixels, labels = (np.concatenate(part) for part in zip(*parts, strict=True))
    pixels = np.asarray(pixels)
    if pixels.dtype != np.uint8:
        check_images(pixels, (None, None, None), "dataset")
        pixels = to_uint8(pixels).numpy()
    return Images(pixels, labels)


def _yields_pairs(dataset):
    """Whether this is a `tf.data.Dataset` of pairs of tensors."""
    spec = dataset.element_spec if isinstance(dataset, tf.data.Dataset) else None
    return (
        isinstance(spec, tuple)
        and len(spec) == 2
        and all(isinstance(part, tf.TensorSpec) for part in spec)
    )
