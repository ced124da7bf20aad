"""Batches of any structure."""

import tensorflow as tf

from kerasgan.engine.checks import ensure


def batch_length(element):
    """How many examples a batch holds, an integer tensor."""
    return tf.shape(tf.nest.flatten(element)[0])[0]


def not_empty(x, shape=None):
    """Returns a batch, or if it is empty a blank example.

    A replica's share of the last batch of an evaluation may be empty, which neither gradients nor
    all convolutions take. `AdversarialModel.log` gives the blank example a weight of zero.

    Args:
        x: A tensor of examples.
        shape: The shape of an example, where `x` does not tell it.
    """
    blank = [1, *(side or 1 for side in shape or x.shape[1:])]
    missing = tf.where(tf.equal(tf.shape(x), 0), blank, 0)
    padded = tf.pad(x, tf.stack([tf.zeros_like(missing), missing], axis=1))
    return tf.ensure_shape(padded, [None, *(side or None for side in x.shape[1:])])


def split(batch, parts, takers="discriminator_steps={}"):
    """Returns equal parts of a batch, one for each update that takes images of its own.

    Raises:
        InvalidArgumentError: When a batch has fewer examples than there are parts.
    """
    least = tf.reduce_min([batch_length(x) for x in tf.nest.flatten(batch)])
    found = f"each of {takers.format(parts)} takes images of its own, but a batch holds"

    def part(x, i):
        length = batch_length(x) // parts
        return x[i * length : (i + 1) * length]

    with tf.control_dependencies([ensure(least >= parts, found, least)]):
        return [tf.nest.map_structure(lambda x, i=i: part(x, i), batch) for i in range(parts)]
