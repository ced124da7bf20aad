"""Moving averages of networks' weights."""

import math
import numbers

import keras
import tensorflow as tf

from kerasgan.engine.players import Networks

# Until its decay is reached, an average has a half-life of this part of the updates so far: the
# ramp-up of Karras et al., 2019, arXiv:1912.04958.
_RAMP_UP = 0.05
# The count of updates of files of version 0.1, whose averages had no ramp-up.
PAST_RAMP_UP = 2**30


@keras.saving.register_keras_serializable("kerasgan")
class HalfLife:
    """How fast a moving average of weights follows, in images rather than steps.

    After so many images half of an old value is left, whatever the size of batches. Early in
    training the half-life is a twentieth of the images seen so far, as in Karras et al., 2019,
    arXiv:1912.04958, unless it is a schedule, which says so itself.

    Args:
        images: The half-life in images: a positive number, or a function of how many images the
            discriminator has seen, such as a `kerasgan.optimizers.Cosine`.

    Raises:
        ValueError: If `images` is not positive.
    """

    def __init__(self, images):
        if not (callable(images) or images > 0):
            raise ValueError(f"The half-life must be a positive number of images, got {images!r}.")
        self.images = images

    def rate(self, seen, images):
        """Returns the part of the way that an average goes in a step, as the function `rate`."""
        seen, images = tf.cast(seen, "float32"), tf.cast(images, "float32")
        if callable(self.images):
            half_life = self.images(seen)
        else:
            half_life = tf.minimum(float(self.images), _RAMP_UP * seen)
        return _rate(half_life / images)

    def get_config(self):
        """Returns the arguments that rebuild the half-life."""
        images = self.images
        if callable(images):
            images = keras.saving.serialize_keras_object(images)
        return {"images": images}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a half-life from `get_config()`."""
        images = config["images"]
        if isinstance(images, dict):
            images = keras.saving.deserialize_keras_object(images)
        return cls(images)


def check_ema(ema):
    """Raises a ValueError if `ema` is no decay in (0, 1), no `HalfLife` and not None."""
    if ema is None or isinstance(ema, HalfLife):
        return
    if not isinstance(ema, numbers.Real) or not 0.0 < ema < 1.0:
        raise ValueError(f"ema must be a decay in (0, 1) such as 0.999, or None; got {ema!r}.")


def _rate(half_life):
    """Returns 1 - 0.5 ** (1 / half_life), of which the plain formula would lose digits."""
    return -tf.math.expm1(-math.log(2.0) / half_life)


def rate(ema, updates, seen, images):
    """Returns the part of the way that an average goes in a step, 1 less its decay.

    Args:
        ema: The decay an update, or a `HalfLife`.
        updates: How many updates there have been, with this one; an integer tensor.
        seen: How many images, likewise.
        images: How many images this step has.
    """
    if isinstance(ema, HalfLife):
        return ema.rate(seen, images)
    return tf.maximum(1.0 - ema, _rate(_RAMP_UP * tf.cast(updates, "float32")))


def copy_network(network):
    """Returns a second network, or `Networks`, of the same architecture and the same weights."""
    if isinstance(network, Networks):
        return Networks([copy_network(each) for each in network.layers], network.name)
    twin = keras.models.clone_model(network)
    if not twin.built:  # a subclassed model: a call builds all its layers
        twin(keras.Input(network.get_build_config()["input_shape"][1:]))
    twin.set_weights(network.get_weights())
    return twin


def move(pairs, rate):
    """Moves averaged networks towards their networks; what is not trained is copied.

    Args:
        pairs: Pairs of an average and its network.
        rate: The part of the way that they go, 1 less the decay of the average.
    """
    weights = [
        pair
        for average, network in pairs
        for pair in zip(average.weights, network.weights, strict=True)
    ]
    trained = [(a.value, weight.value) for a, weight in weights if weight.trainable]
    others = [(a.value, weight.value) for a, weight in weights if not weight.trainable]

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
