"""Checks that labels are what a model was built for."""

import numpy as np


def check_labels(labels, num_classes, count=None, name="y"):
    """Returns class labels as an int32 array.

    Args:
        labels: Integers (N,) in [0, num_classes), an array or a list.
        num_classes: How many classes there are.
        count: How many labels there must be; None accepts any number.
        name: What the caller calls them, for the error.

    Raises:
        ValueError: If the labels are no integers, of another shape, or out of range.
    """
    wanted = f"{name} must be integer labels in [0, {num_classes}), shape ({count or 'count'},)"
    if labels is None:
        raise ValueError(f"{wanted}, but there are none.")
    array = np.asarray(labels)
    if array.ndim != 1 or (count is not None and len(array) != count):
        raise ValueError(f"{wanted}, but have shape {array.shape}.")
    if array.dtype.kind not in "iu":
        raise ValueError(f"{wanted}, but are of dtype {array.dtype.name}.")
    if len(array) and not (array.min() >= 0 and array.max() < num_classes):
        raise ValueError(f"{wanted}, but lie in [{array.min()}, {array.max()}].")
    return array.astype("int32")
