"""What layers that replace those of Keras are compared by."""

import keras
import numpy as np
import tensorflow as tf


def twins(kind, shape, *arguments, scale=1.0, **options):
    """Returns our layer of a kind and Keras', built for a shape, with equal random weights."""
    kinds = kind, getattr(keras.layers, kind.__name__)
    layers = [each(*arguments, **options) for each in kinds]
    rng = np.random.default_rng(0)
    for layer in layers:
        layer.build(shape)
    weights = [scale * rng.normal(size=weight.shape) for weight in layers[0].weights]
    for layer in layers:
        layer.set_weights(weights)
    return layers


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
