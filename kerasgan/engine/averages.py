"""Moving averages of networks' weights."""

import math

import keras
import tensorflow as tf

from kerasgan.engine.players import Networks

# Until its decay is reached, an average has a half-life of this part of the updates so far: the
# ramp-up of Karras et al., 2019, arXiv:1912.04958.
_RAMP_UP = 0.05
# The count of updates of files of version 0.1, whose averages had no ramp-up.
PAST_RAMP_UP = 2**30


def copy_network(network):
    """Returns a second network, or `Networks`, of the same architecture and the same weights."""
    if isinstance(network, Networks):
        return Networks([copy_network(each) for each in network.layers], network.name)
    twin = keras.models.clone_model(network)
    if not twin.built:  # a subclassed model: a call builds all its layers
        twin(keras.Input(network.get_build_config()["input_shape"][1:]))
    twin.set_weights(network.get_weights())
    return twin


def move(pairs, updates, decay):
    """Moves averaged networks towards their networks; what is not trained is copied.

    Args:
        pairs: Pairs of an average and its network.
        updates: How many updates there have been, with this one; an integer tensor.
        decay: The decay an update.
    """
    weights = [
        pair
        for average, network in pairs
        for pair in zip(average.weights, network.weights, strict=True)
    ]
    trained = [(a.value, weight.value) for a, weight in weights if weight.trainable]
    others = [(a.value, weight.value) for a, weight in weights if not weight.trainable]
    half_life = _RAMP_UP * tf.cast(updates, "float32")
    # decay = min(decay, 0.5 ** (1 / half_life)); its difference from 1 keeps more digits.
    rate = tf.maximum(1.0 - decay, -tf.math.expm1(-math.log(2.0) / half_life))

    def step(average, weight, rate):  # average -= rate (average - weight)
        tf.raw_ops.ResourceApplyGradientDescent(
            var=average.handle,
            alpha=tf.cast(rate, average.dtype),
            delta=average - weight,
        )

    def update(strategy, trained, others, rate):
        for average, weight in trained:
            strategy.extended.update(average, step, args=(weight, rate))
        for average, weight in others:  # such as the statistics of batch normalization
            strategy.extended.update(average, lambda a, b: a.assign(b), args=(weight,))

    tf.distribute.get_replica_context().merge_call(update, args=(trained, others, rate))
