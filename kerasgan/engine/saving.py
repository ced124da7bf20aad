"""Files of models: what they hold beside what Keras saves by itself."""

import pathlib

import keras
import numpy as np

from kerasgan.engine.averages import PAST_RAMP_UP, HalfLife
from kerasgan.engine.players import networks_of
from kerasgan.engine.upgrade import upgraded
from kerasgan.files import whole


class Saving:
    """The serialization of an `AdversarialModel`."""

    # The attributes that hold networks, which are arguments of the constructor too.
    network_names = ("generator", "discriminator")
    _from_file = False  # whether it is being compiled as a file says

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Saves the model; see `keras.Model.save`.

        A local .keras file takes its name when it is whole: one that was there before stays as it
        was if saving fails or is interrupted.

        Raises:
            ValueError: If it is to be an HDF5 file, whose format takes no two networks.
        """
        path = pathlib.Path(filepath)
        if path.suffix in (".h5", ".hdf5"):
            raise ValueError(
                f"{type(self).__name__} is saved as a .keras file, not as HDF5: "
                f"save({path.with_suffix('.keras').name!r}). Weights alone are: "
                f"save_weights({path.with_suffix('.weights.h5').name!r})."
            )
        if "://" in str(filepath) or path.suffix != ".keras" or (path.exists() and not overwrite):
            return super().save(filepath, overwrite=overwrite, zipped=zipped, **kwargs)
        with whole(path) as unfinished:
            super().save(unfinished, zipped=zipped, **kwargs)

    def load_weights(self, filepath, **kwargs):
        """Loads weights, also those of version 0.1; see `keras.Model.load_weights`."""
        if not str(filepath).endswith(".weights.h5") or not pathlib.Path(filepath).is_file():
            return super().load_weights(filepath, **kwargs)
        with upgraded(filepath, self) as path:
            super().load_weights(path, **kwargs)

    def get_config(self):
        """Returns the arguments that rebuild the model, networks included.

        A variant adds its own arguments.
        """
        networks = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in self.network_names
        }
        ema = self.ema
        if isinstance(ema, HalfLife):
            ema = keras.saving.serialize_keras_object(ema)
        return super().get_config() | networks | {"ema": ema, "seed": self.seed}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a model from `get_config()`."""
        arguments = {
            name: keras.saving.deserialize_keras_object(value)
            if isinstance(value, dict) and "class_name" in value
            else value
            for name, value in config.items()
        }
        return cls(**arguments)

    def compile_arguments(self):
        """Returns the arguments of `compile`, options of Keras aside, by name."""
        names = [f"{player}_optimizer" for player in self.players]
        return {name: getattr(self, name) for name in [*names, "adversarial_loss", "augment"]}

    def get_compile_config(self):
        """Returns the arguments of `compile`, or None before it was called."""
        if not self.compiled:
            return None
        return self._keras_compile_options | {
            name: value and keras.saving.serialize_keras_object(value)
            for name, value in self.compile_arguments().items()
        }

    def compile_from_config(self, config):
        """Compiles the model as it was; without this, Keras skips a custom `compile`."""
        arguments = {
            name: keras.saving.deserialize_keras_object(value) if isinstance(value, dict) else value
            for name, value in config.items()
        }
        self._from_file = True
        try:
            self.compile(**arguments)
        finally:
            self._from_file = False

    def add_state(self, name, dtype, aggregation, shape=()):
        """Returns a weight of the model itself that is not trained, 0 at first, and is saved."""
        state = self.add_weight(
            shape=shape,
            initializer="zeros",
            dtype=dtype,
            trainable=False,
            aggregation=aggregation,
            name=name,
        )
        vars(self).setdefault("_states", {})[name] = state
        return state

    def save_own_variables(self, store):
        """Saves what Keras leaves out.

        That is the states of seed generators, running means, counts, and what training changes in
        the augmentation. With them, a loaded model draws the very noise that this one
        would have drawn next, and an epoch can be continued.
        """
        for i, state in enumerate(self.seed_states()):
            store[str(i)] = state
        for i, mean in enumerate(self._running_means()):
            store[f"mean_{i}"] = mean
        for name, state in self._states.items():
            store[name] = state
        for i, variable in enumerate(self.augment_variables):
            store[f"augment_{i}"] = variable

    def load_own_variables(self, store):
        """Loads what `save_own_variables` saved; the means only if the model logs as many."""
        keys = set(store.keys())
        seeds = sorted(filter(str.isdecimal, keys), key=int)
        states, means = self.seed_states(), self._running_means()
        if len(seeds) != len(states):
            raise ValueError(
                f"The file holds {len(seeds)} seeds, this {type(self).__name__} has "
                f"{len(states)}: it was saved from other networks."
            )
        for key, state in zip(seeds, states, strict=True):
            state.assign(store[key])
        if sum(key.startswith("mean_") for key in keys) == len(means):
            for i, mean in enumerate(means):
                mean.assign(store[f"mean_{i}"])
        for name, state in self._states.items():
            missing = PAST_RAMP_UP if name == "ema_updates" else np.zeros(state.shape)
            state.assign(store[name] if name in keys else missing)
        variables = self.augment_variables  # a file may be from before there was an augmentation
        if sum(key.startswith("augment_") for key in keys) == len(variables):
            for i, variable in enumerate(variables):
                variable.assign(store[f"augment_{i}"])

    def seed_states(self):
        """Returns the state variables of all seed generators: the model's and its layers'."""
        weights = {id(weight) for weight in self.weights}
        return [variable for variable in self.variables if id(variable) not in weights]

    def _running_means(self):
        return [variable for metric in self.metrics for variable in metric.variables]

    def in_single_precision(self):
        """Returns a model that makes the same in float32."""
        twin = self._rebuilt()
        for network, copy in zip(self.served_networks(), twin.served_networks(), strict=True):
            copy.set_weights(network.get_weights())
        self._copy_states(twin)
        return twin

    def without_training(self):
        """Returns a model that makes the same in float32, and keeps nothing of training.

        Its networks have the weights of this one's averages, if there are any.
        """
        twin = self._rebuilt(ema=None)
        averages = {
            id(network): average
            for pair in self.averaged_networks()
            for average, network in zip(*map(networks_of, pair), strict=True)
        }
        pairs = zip(self._networks(), twin._networks(), strict=True)
        for network, copy in pairs:
            copy.set_weights(averages.get(id(network), network).get_weights())
        self._copy_states(twin)
        return twin

    def _copy_states(self, twin):
        """Gives a model this one's states, those that it has: what is made may depend on them."""
        for name, state in twin._states.items():
            state.assign(self._states[name])

    def _rebuilt(self, **overrides):
        """Returns an untrained model of the same arguments in float32, but for some."""
        config = _in_single_precision(keras.saving.serialize_keras_object(self))
        config["config"] |= overrides
        config.pop("compile_config", None)
        return keras.saving.deserialize_keras_object(config)

    def _networks(self):
        """Returns the networks of all players, each once."""
        players = (networks_of(getattr(self, player)) for player in self.players)
        return list({id(each): each for networks in players for each in networks}.values())


def _in_single_precision(config):
    """Returns a configuration whose layers compute in float32, where the precision was mixed.

    Not every processor is fast in another one, or has it.
    """
    if isinstance(config, dict):
        return {key: _in_single_precision(value) for key, value in config.items()}
    if isinstance(config, list):
        return [_in_single_precision(value) for value in config]
    return "float32" if config in ("mixed_float16", "mixed_bfloat16") else config
