"""Derivatives of layers, to be compared."""

import tensorflow as tf


def derivatives(layer, inputs, **options):
    """Returns a layer's outputs, their gradients, and the gradients of these gradients' squares.

    Options are those of the call.
    """
    weights = [weight.value for weight in layer.trainable_weights]
    with tf.GradientTape() as outer:
        outer.watch(inputs)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, **options)
            loss = tf.reduce_sum(tf.sin(outputs))
        first = tape.gradient(loss, [inputs, *weights])
        penalty = tf.add_n([tf.reduce_sum(tf.square(each)) for each in first])
    return [outputs, *first, *outer.gradient(penalty, [inputs, *weights])]
