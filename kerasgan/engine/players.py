"""The players of a game: networks that one optimizer updates together."""

import keras
import tensorflow as tf

from kerasgan import fast
from kerasgan.keras_compat import layers_of


class Networks(keras.layers.Layer):
    """The networks of a player that has several.

    Args:
        networks: Built `keras.Model`s, each with a name of its own.
        name: The player's name.

    Raises:
        ValueError: If two networks have one name.
    """

    def __init__(self, networks, name):
        super().__init__(name=name)
        names = [network.name for network in networks]
        if len(set(names)) < len(names):
            raise ValueError(
                f"Both {name}s are named {names[0]!r}: build them with names of their own "
                "(name=...)."
            )
        self.layers = list(networks)
        self.built = True


def networks_of(player):
    """Returns the networks of what a model holds for a player: a network, or `Networks`."""
    return list(player.layers) if isinstance(player, Networks) else [player]


class Accelerated(dict):
    """The networks as `kerasgan.fast` computes them, by network, made when they are asked for."""

    def __missing__(self, network):
        with tf.init_scope():  # outside of the graph of a step
            self[network] = fast.accelerate(network)
        return self[network]


def prepare_optimizer(optimizer, network, scale_loss, model_name, check):
    """Returns a player's optimizer, built: unbuilt ones fail in a distributed step.

    Args:
        optimizer: A `keras.optimizers.Optimizer` or its name.
        network: The player's network or `Networks`.
        scale_loss: Whether to scale the loss of networks that compute in float16.
        model_name: What the model's class is called, for errors.
        check: Whether to refuse what would go wrong; version 0.1 has saved such models.

    Raises:
        ValueError: If there is nothing to train, or `check` finds something.
    """
    optimizer = keras.optimizers.get(optimizer)
    if check:
        _check_trainable(optimizer, network, model_name)
    scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if scale_loss and not scales and _computes_in_float16(network):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    if not network.trainable_variables:
        raise ValueError(f"The network {network.name!r} has no trainable weights.")
    optimizer.build(network.trainable_variables)
    return optimizer


def with_zeros(gradients, weights):
    """Returns gradients, zeros for those weights that a loss does not depend on."""
    pairs = zip(gradients, weights, strict=True)
    return [tf.zeros_like(weight) if gradient is None else gradient for gradient, weight in pairs]


def _check_trainable(optimizer, network, model_name):
    if getattr(optimizer, "inner_optimizer", optimizer).use_ema:
        raise ValueError(
            f"The optimizer {optimizer.name!r} has use_ema=True, which would replace the "
            "weights in the middle of a game. Let the model average the generator's weights: "
            f"{model_name}(..., ema=0.999)."
        )
    half = {w.dtype for w in network.trainable_variables} & {"float16", "bfloat16"}
    if half:
        raise ValueError(
            f"The network {network.name!r} has weights of {min(half)}, which do not train: "
            f"Adam's averages need more precision. With the policy 'mixed_{min(half)}' "
            "weights are float32, and networks compute in half precision."
        )


def _computes_in_float16(network):
    networks = networks_of(network)
    return any(layer.compute_dtype == "float16" for each in networks for layer in layers_of(each))
