"""The data sets of users, on their way into training."""

import tensorflow as tf

from kerasgan import keras_compat
from kerasgan.data import order


def without_waiting(data):
    """Returns a data set whose passes end with their last batch, where that loses nothing.

    TensorFlow's tuning of a pipeline delays the end of each pass (`order.without_autotuning`).
    Untuned, parallel transformations run as many calls as there are CPUs, which is the most that
    tuning gives them, and the prefetching that tuning adds at the end is added here. What would be
    lost is that it makes a sequential `map` parallel: a data set that has one stays as it is. So
    does one whose user has decided, and all that is no `tf.data.Dataset`.
    """
    if not isinstance(data, tf.data.Dataset) or data.options().autotune.enabled is not None:
        return data
    if _has_sequential_map(data):
        return data
    return order.without_autotuning(data.prefetch(order.PREFETCHED))


def _has_sequential_map(dataset):
    return keras_compat.is_sequential_map(dataset) or any(
        _has_sequential_map(source) for source in keras_compat.sources(dataset)
    )
