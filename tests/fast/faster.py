"""Layers of Keras as `kerasgan.fast` computes them, to be compared with Keras' own."""

import functools

import numpy as np

from kerasgan import fast


def faster(kind):
    """Returns what makes layers of a kind, accelerated."""

    @functools.wraps(kind, updated=())
    def make(*arguments, **options):
        return fast.accelerate_layer(kind(*arguments, **options))

    return make


def twins(kind, shape, *arguments, scale=1.0, **options):
    """Returns an accelerated layer and Keras' own, built for a shape, with equal weights."""
    theirs = kind(*arguments, **options)
    theirs.build(shape)
    rng = np.random.default_rng(0)
    theirs.set_weights([scale * rng.normal(size=weight.shape) for weight in theirs.weights])
    ours = fast.accelerate_layer(kind(*arguments, **options))
    ours.build(shape)
    ours.set_weights(theirs.get_weights())
    return ours, theirs
