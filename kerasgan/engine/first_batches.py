"""The first batches of what `fit` takes, looked at before training."""

import itertools

import keras
import tensorflow as tf

from kerasgan.engine.batches import batch_length


def check_first(check, x, y, name, count=1):
    """Checks arrays, or the first batch of a data set.

    Args:
        check: A function (x, y, name) that raises a ValueError.
        x: As `fit` takes it.
        y: As `fit` takes it.
        name: What to call them in errors.
        count: How many examples to return.

    Returns:
        What `first_batches` does.
    """
    batches = first_batches(x, y, count)
    if isinstance(x, tf.data.Dataset) and not batches:
        raise ValueError(f"{name} is an empty data set.")
    if isinstance(y, (list, tuple)):  # Keras would print all of x
        raise ValueError(f"y must be an array, but that of {name} is a {type(y).__name__}.")
    for first in batches[:1]:
        check(*first, name)
    return batches


def first_batches(x, y, count):
    """Returns the first batches, a list of (x, y), with `count` examples, or all if that is fewer.

    Args:
        x: As `fit` takes it. Arrays are one batch; what can be read only once gives none.
        y: As `fit` takes it.
        count: How many examples.

    Raises:
        ValueError: If there are sample weights.
    """
    if isinstance(x, keras.utils.PyDataset):
        numbers = itertools.count() if x.num_batches is None else range(x.num_batches)
        elements = map(x.__getitem__, numbers)
    elif isinstance(x, tf.data.Dataset):
        elements = x.take(count)
    else:
        arrays = x is None or hasattr(x, "dtype") or isinstance(x, (list, str, tuple))
        return [(x, y)] if arrays else []
    batches = []
    for element in elements:
        batches.append(pair(element))
        count -= int(batch_length(element))
        if count <= 0:
            break
    return batches


def pair(element):
    """Splits what a data set yields into (x, y).

    Raises:
        ValueError: If there are sample weights.
    """
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(element)
    refuse_weights(sample_weight)
    return x, y


def refuse_weights(*weights):
    """Raises a ValueError if there are weights of examples or classes."""
    if any(each is not None for each in weights):
        raise ValueError("Adversarial models take neither sample_weight nor class_weight.")
