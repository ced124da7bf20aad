"""Checks that data pass within a step, and that networks pass when a model is made of them."""

import contextlib
import math
import numbers
import re
import warnings

import tensorflow as tf

from kerasgan.data.pixels import caller
from kerasgan.data.sources import MARK, SourceError

# What the errors of `ensure` begin with, among all those of TensorFlow.
_MARK = "kerasgan: "

# What a network may do to its logits at its end that leaves them in the range they have.
_KEEPS_RANGE = {
    *("Identity", "IdentityN", "StopGradient", "PreventGradient", "CheckNumerics", "Cast"),
    *("Reshape", "Squeeze", "ExpandDims", "Transpose", "Mean", "AvgPool", "MaxPool"),
    *("Slice", "StridedSlice", "EnsureShape"),
}
# And what bounds them, on one side or on both.
_BOUNDS = {
    *("Sigmoid", "Softmax", "Tanh", "Softsign", "Relu", "Relu6", "Softplus", "Exp"),
    *("ClipByValue", "Maximum", "Minimum"),
}


def ensure(condition, message, *numbers):
    """Returns an operation that raises an error in a step, for `tf.control_dependencies`.

    XLA leaves it out.

    Args:
        condition: A boolean scalar; there is an error if it is false.
        message: What is wanted, and what was found.
        *numbers: Scalars, or text, that end the message.
    """
    return tf.raw_ops.Assert(condition=condition, data=[_MARK + message, *numbers])


@contextlib.contextmanager
def readable_errors():
    """A context that raises the errors of `ensure` as a ValueError, without TensorFlow's trace.

    So it raises those of a source of images, as a `SourceError`.
    """
    try:
        yield
    except tf.errors.UnknownError as error:
        found = re.search(rf"{MARK}(.*)", error.message)
        if found is None:
            raise
        raise SourceError(found[1]) from None
    except tf.errors.InvalidArgumentError as error:
        found = re.search(rf"assertion failed: \[{_MARK}(.*)\]", error.message)
        if found is None:
            raise
        raise ValueError(found[1].replace("] [", " ")) from None


def check_integer(name, value, least=1, wanted="a positive integer"):
    """Returns an integer as an int.

    Raises:
        ValueError: If it is none, or less than `least`; the message says what is `wanted`.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ValueError(f"{name} must be {wanted}, got {value!r}.")
    return int(value)


def check_weight(name, value):
    """Returns the weight of a loss.

    Raises:
        ValueError: If it is no number, negative, NaN or infinite.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 <= value < math.inf:
        raise ValueError(f"{name} must be a number of at least 0, got {value!r}.")
    return value


def check_augment(augment, players, example_shape):
    """Raises a ValueError if a model cannot augment what its discriminator sees.

    Args:
        augment: What `compile` was given.
        players: The names of the model's players.
        example_shape: The shape of its examples.
    """
    if not callable(augment):
        raise ValueError(
            "augment must be a kerasgan.augment.DiffAugment or AdaptiveAugment, or None; got "
            f"{augment!r}."
        )
    if "discriminator" not in players:
        raise ValueError("augment changes what a discriminator sees, but this model has none.")
    if len(example_shape) != 3:
        raise ValueError(f"augment changes images, but an example is {tuple(example_shape)}.")


def checked_labels(labels, num_classes):
    """Returns the labels of a batch as int32, which a step and a served model check.

    Args:
        labels: An integer tensor (N,).
        num_classes: How many classes there are.

    Raises:
        ValueError: If there are none, or they are no integers or of another shape.
        InvalidArgumentError: When a label is out of range.
    """
    wanted = f"labels must be integers (N,) in [0, {num_classes})"
    if labels is None:
        raise ValueError(f"{wanted}, but there are none.")
    labels = tf.convert_to_tensor(labels)
    if not labels.dtype.is_integer or labels.shape.rank not in (1, None):
        raise ValueError(f"{wanted}, but are {labels.dtype.name} of shape {labels.shape}.")
    labels = tf.cast(labels, "int64")
    known = tf.reduce_all((labels >= 0) & (labels < num_classes))
    found = tf.reduce_min(labels), "to", tf.reduce_max(labels)
    message = f"labels must lie in [0, {num_classes}), but those of a batch go from"
    with tf.control_dependencies([ensure(known, message, *found)]):
        return tf.cast(labels, "int32")


def checked_attributes(attributes, num_attributes):
    """Returns the attributes of a batch as float32, which a step and a served model check.

    Args:
        attributes: A tensor (N, num_attributes).
        num_attributes: How many there are.

    Raises:
        ValueError: If there are none, or they have another shape.
        InvalidArgumentError: When one is NaN or infinite.
    """
    wanted = f"attributes must be finite numbers (N, {num_attributes})"
    if attributes is None:
        raise ValueError(f"{wanted}, but there are none.")
    attributes = tf.cast(attributes, "float32")
    if not attributes.shape.is_compatible_with((None, num_attributes)):
        raise ValueError(f"{wanted}, but have shape {attributes.shape}.")
    finite = tf.reduce_all(tf.math.is_finite(attributes))
    message = f"{wanted}, but some of a batch are NaN or infinite."
    with tf.control_dependencies([ensure(finite, message)]):
        return tf.identity(attributes)


def warn_of_bounded_logits(discriminator, image_shape, extra_shapes, count):
    """Warns if a network ends in an activation that bounds its logits, such as a sigmoid.

    Args:
        discriminator: The network.
        image_shape: The shape of its examples.
        extra_shapes: The shapes of its other inputs.
        count: How many of its outputs, the first ones, are logits.
    """
    specs = [tf.TensorSpec((None, *shape), "float32") for shape in (image_shape, *extra_shapes)]
    call = tf.function(lambda x: discriminator(x, training=False), autograph=False)
    graph = call.get_concrete_function(specs if extra_shapes else specs[0])
    for logits in tf.nest.flatten(graph.outputs)[:count]:
        bound = _bound(logits)
        if bound is not None:
            warnings.warn(
                f"The discriminator {discriminator.name!r} ends in {bound}, but losses take raw "
                "logits, of any sign and size: leave the last activation out.",
                stacklevel=caller(),
            )


def _bound(tensor):
    """Returns the operation that bounds a tensor of a graph, or None."""
    operation = tensor.op
    while operation.type in _KEEPS_RANGE:
        tensor = operation.inputs[tensor.value_index]
        operation = tensor.op
    return operation.type.lower() if operation.type in _BOUNDS else None
