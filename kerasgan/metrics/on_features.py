"""Keras metrics that compare generated images with real ones by a network's features.

`update_state(real, generated)` takes uint8 images, (N, H, W, C), of either kind or both, as many
times as there are batches; either may be None. So generated images are judged as the file has them.

`features` is a Keras model from float images in [-1, 1], (N, H, W, C), to features, (N, d), such
as `kerasgan.metrics.classifier("mnist")`, or another object with a `name` that is called alike.
Values compare only if the features, the number of images and the reference images are the same.
"""

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kerasgan.metrics.checks import check_pixels, check_positive
from kerasgan.metrics.preparing import Prepare

KINDS = "real", "generated"
# The pixels that a network looks at at once: with more it waits for memory.
_PIXELS = 100 * 64 * 64
# A graph is worth making for more batches than these, at once or in turn.
_BATCHES_BEFORE_GRAPH = 2


class FeatureMetric(keras.metrics.Metric):
    """What the metrics on features share.

    Attributes:
        features: The network.
        direction: "down" if less is better, "up" if more is, of all that `result` returns.
        parts: The names of what `result` returns, if that is a dictionary.
    """

    direction = None
    parts = ()

    def __init__(self, features, name, dtype):
        super().__init__(dtype=dtype, name=name)
        if not (callable(features) and isinstance(getattr(features, "name", None), str)):
            raise ValueError(
                "features must be a Keras model, or an object with a name that can be called, "
                f"but is {features!r}."
            )
        self.features = features
        self._direction = self.direction  # where Keras' callbacks look

    @property
    def names(self):
        """The names of the values that `result` returns."""
        return self.parts or (self.name,)

    def update_state(self, real=None, generated=None):
        """Takes some images.

        Args:
            real: uint8 images, (N, H, W, C), or None.
            generated: uint8 images, or None; not necessarily as many.

        Raises:
            ValueError: If they are no such images, or the features of another form than (N, d).
        """
        for kind, images in zip(KINDS, (real, generated), strict=True):
            if images is not None:
                images = _checked(images, kind)
                self.add(kind, _extractor(self.features, images.shape[1:], 1)(images))

    def add(self, kind, features):
        """Takes the features, (N, d), of some images, "real" or "generated"."""
        raise NotImplementedError

    def check_mergeable(self, metrics):
        """Raises a ValueError for a metric that has not counted the same as this one."""
        for metric in metrics:
            if type(metric) is not type(self) or metric.features.name != self.features.name:
                raise ValueError(
                    f"A {type(self).__name__} of {self.features.name!r} merges only with others, "
                    f"not with {metric!r}."
                )

    def get_config(self):
        """Raises a NotImplementedError: a configuration would lose the network's weights."""
        raise NotImplementedError(
            f"{type(self).__name__} holds the network {self.features.name!r}: make it anew."
        )


class KeepingMetric(FeatureMetric):
    """A metric that needs all features at once, and keeps them in the host's memory.

    Update it outside of `tf.function`. Each process keeps those of its own images: on several
    workers give each all, or gather the images before.
    """

    def __init__(self, features, name, dtype, **options):
        super().__init__(features, name, dtype)
        self._options = options
        self._kept = {kind: [] for kind in KINDS}

    def add(self, kind, features):
        """Keeps the features of some images."""
        if not tf.executing_eagerly():
            raise ValueError(
                f"{type(self).__name__} keeps features: update it outside of tf.function."
            )
        self._kept[kind].append(np.asarray(features))

    def kept(self, kind):
        """Returns the features of all images of a kind, (N, d).

        Raises:
            ValueError: If there are none.
        """
        if not self._kept[kind]:
            raise ValueError(f"{self.name} has seen no {kind} images.")
        return np.concatenate(self._kept[kind])

    def merge_state(self, metrics):
        """Takes what other metrics of the same features have seen.

        Args:
            metrics: The others.

        Raises:
            ValueError: If they are of another kind, or of other features.
        """
        self.check_mergeable(metrics)
        for metric in metrics:
            for kind in KINDS:
                self._kept[kind].extend(metric._kept[kind])

    def reset_state(self):
        """Forgets all images."""
        for features in self._kept.values():
            features.clear()

    def by_name(self, values):
        """Returns values as tensors, by the names in `parts`."""
        tensors = (ops.convert_to_tensor(value, self.dtype) for value in values)
        return dict(zip(self.parts, tensors, strict=True))


class GeneratedMetric(KeepingMetric):
    """A metric of generated images alone."""

    def update_state(self, real=None, generated=None):
        """Takes some images.

        Args:
            real: Not looked at.
            generated: uint8 images, (N, H, W, C), or None.
        """
        super().update_state(None, generated)


def extract_features(features, images, batch_size=500):
    """Returns the features, float32 (N, d), of images: once for several measures.

    Args:
        features: A Keras model, or what is called alike, as of the metrics here.
        images: uint8 array, (N, H, W, C), at least one.
        batch_size: Images computed at once, at most: fewer where the network looks at large ones.

    Raises:
        ValueError: If they are no such images, or the features have another form.
    """
    check_positive(batch_size=batch_size)
    images = check_pixels(images, "images")
    prepared = [layer.side for layer in _layers(features) if isinstance(layer, Prepare)]
    side = max(*images.shape[1:3], *prepared)
    count = min(batch_size, max(1, _PIXELS // side**2))
    starts = range(0, len(images), count)
    extract = _extractor(features, images.shape[1:], len(starts))
    parts = [extract(tf.constant(images[i : i + count])) for i in starts]
    return np.concatenate([np.asarray(part, "float32") for part in parts])


def _layers(features):
    return features.layers if isinstance(features, keras.Model) else ()


def _extractor(features, image_shape, batches):
    """Returns a function of uint8 images to their features, float (N, d).

    For many batches in all it is a graph, which the network keeps.
    """
    extract = functools.partial(_extract, features)
    alone = tf.executing_eagerly() and not tf.distribute.has_strategy()
    if not (isinstance(features, keras.Model) and alone):
        return extract
    kept = vars(features).setdefault("_feature_graphs", {})  # not tracked by Keras
    seen, graph = kept.get(image_shape, (0, None))
    seen += batches
    if seen > _BATCHES_BEFORE_GRAPH and graph is None:
        signature = [tf.TensorSpec((None, *image_shape), tf.uint8)]
        graph = tf.function(lambda images: extract(images), signature, autograph=False)
    kept[image_shape] = seen, graph
    return graph or extract


def _checked(images, name):
    """Returns images as a tensor.

    Args:
        images: What should be uint8, (N, H, W, C).
        name: What the caller calls them, for the error.

    Raises:
        ValueError: If they are of another type or rank.
    """
    images = tf.convert_to_tensor(images)
    if images.dtype != tf.uint8 or images.shape.rank != 4:
        raise ValueError(
            f"{name} must be uint8 images, (N, H, W, C), but are {images.dtype.name}, "
            f"{images.shape}: kerasgan.data.to_uint8 makes them of floats in [-1, 1]."
        )
    return images


def _extract(features, images):
    """Returns the features of uint8 images, or raises a ValueError if they are not (N, d)."""
    count = tf.shape(images)[0]
    if not images.shape[0]:  # a replica may have no share of the last batch; convolutions fail then
        blank = tf.cast(count == 0, tf.int32)
        images = tf.pad(images, [[0, blank], [0, 0], [0, 0], [0, 0]])
    images = tf.cast(images, tf.float32) / 127.5 - 1.0
    options = {"training": False} if isinstance(features, keras.layers.Layer) else {}
    found = tf.convert_to_tensor(features(images, **options))
    if found.shape.rank != 2:
        raise ValueError(f"{features.name!r} must give features (N, d), but gives {found.shape}.")
    return found[:count]
