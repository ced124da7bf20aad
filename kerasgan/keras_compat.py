"""All that this package touches of Keras' and TensorFlow's private parts.

Each was looked at in Keras 3.15 and TensorFlow 2.21, the versions that setup.cfg asks for, and has
a test in tests/test_keras_compat.py that fails when it changes.
"""

import functools

import keras
import tensorflow as tf
from keras.src.models.functional import Functional  # noqa: F401 of keras.Model(inputs, outputs)
from keras.src.saving import saving_lib
from keras.src.trainers.compile_utils import MetricsList

# Keras keeps under one name, and looks for under another, which attributes it need not save.
# So it makes a layer, an optimizer and a metric anew with each save to find out, and of each
# optimizer TensorFlow keeps 70 kB for ever.
saving_lib.get_attr_skipset = functools.cache(saving_lib.get_attr_skipset)


class Model(keras.Model):
    """A model whose networks are built when it is made."""

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Does nothing.

        Under a strategy Keras would call the model on a batch of real images here, averaged over
        the replicas, which fails when their shares of the batch are unequal.
        """

    def make_train_function(self, force=False):
        """Makes the function with which `fit` takes a step.

        Keras traces a step within two functions, so that several can be taken in one call, and
        unwraps what it returns in Python. That takes a quarter of the time to the first step, and
        0.3 ms of each, and is left out where nobody asked for it.
        """
        several = self.steps_per_execution > 1 or self.distribute_strategy.num_replicas_in_sync > 1
        made = self.train_function is not None and not force
        if made or several or self.run_eagerly or self.jit_compile:
            return super().make_train_function(force)

        def step(data):
            return self.distribute_strategy.run(self.train_step, args=(data,))

        compiled = functools.partial(tf.function, autograph=False, reduce_retracing=True)
        on_iterator = compiled(lambda iterator: step(iterator.get_next()))
        on_data = compiled(step)
        # `train_on_batch` gives a Python generator of one batch.
        self.train_function = lambda iterator: (
            on_iterator(iterator)
            if isinstance(iterator, tf.data.Iterator)
            else on_data(next(iterator))
        )


class Means(MetricsList):
    """Running means of logged values, by name.

    `keras.callbacks.ModelCheckpoint` and its kin look for a metric's direction in such a list
    only.

    Args:
        directions: "up" or "down", which way is better, by name.
    """

    def __init__(self, directions):
        super().__init__([_directed(_ScalarMean(n), d) for n, d in directions.items()])

    def result(self):
        """Returns the means by name."""
        return self.get_result()


class _ScalarMean(keras.metrics.Mean):
    """A mean of scalars, for which Keras' own takes twice the operations."""

    def update_state(self, value, weight):
        """Adds a value, and its weight."""
        value, weight = (tf.cast(number, self.dtype) for number in (value, weight))
        self.total.assign_add(value * weight)
        self.count.assign_add(weight)


class Directions(MetricsList):
    """Where `keras.callbacks.ModelCheckpoint` finds directions of values that are no running means.

    It counts nothing, and logs nothing.

    Args:
        directions: "up" or "down", which way is better, by name.
    """

    def __init__(self, directions):
        super().__init__(
            [_directed(keras.metrics.Metric(name=n), d) for n, d in directions.items()]
        )

    def result(self):
        """Returns no values."""
        return {}


def _directed(metric, direction):
    metric._direction = direction
    return metric


class Adam(keras.optimizers.Adam):
    """Keras' Adam, with names for what a subclass of it changes."""

    def corrected(self, learning_rate, dtype):
        """Returns what a step on any variable, of `dtype`, is given as its learning rate.

        It is called once a step, with the learning rate of the schedule.
        """
        return learning_rate

    def moments(self, variable):
        """Returns the averages of a variable's gradient and of its square."""
        index = self._get_variable_index(variable)
        return self._momentums[index].value, self._velocities[index].value

    def _backend_update_step(self, grads, trainable_variables, learning_rate):
        learning_rate = self.corrected(learning_rate, trainable_variables[0].dtype)
        super()._backend_update_step(grads, trainable_variables, learning_rate)


def layers_of(network):
    """Returns a network and all its layers, those inside other layers too."""
    return list(network._flatten_layers())


def is_validating(options):
    """Whether `evaluate` was called by `fit`, which tells by one of its keyword arguments."""
    return bool(options.get("_use_cached_eval_dataset"))


def name_outputs(archive, functions):
    """Has a `keras.export.ExportArchive` make its signatures of other functions.

    Keras makes them of the endpoints themselves, whose tensors are then called output_0.

    Args:
        archive: The archive.
        functions: The functions, by the names of the endpoints.
    """
    archive._get_concrete_fn = functions.__getitem__


def sources(dataset):
    """Returns the data sets that a `tf.data.Dataset` was made of."""
    return dataset._inputs()


def is_sequential_map(dataset):
    """Whether a `tf.data.Dataset` maps a function over another, one element after the other."""
    return type(dataset).__name__ == "_MapDataset"
