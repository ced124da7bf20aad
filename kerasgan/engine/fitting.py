"""Training and evaluation: what Keras does, on data that have been checked."""

import contextlib
import itertools
import types

import tensorflow as tf

from kerasgan import keras_compat
from kerasgan.engine import callbacks as keras_callbacks
from kerasgan.engine import replicas
from kerasgan.engine.checks import readable_errors
from kerasgan.engine.first_batches import check_first, pair, refuse_weights
from kerasgan.engine.measuring import measure_of
from kerasgan.engine.pipelines import without_waiting

# Every evaluation of every model begins with this seed, so that evaluations compare.
EVALUATION_SEED = 2**31 - 1


class Fitting:
    """`fit`, `evaluate` and their like for an `AdversarialModel`."""

    # The fewest examples that a batch to train on may hold.
    least_batch = 1
    # What takes images of its own in each step, of which there are `least_batch`.
    takers = "discriminator_steps={}"

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        **kwargs,
    ):
        """Trains the model; see `keras.Model.fit`.

        With several replicas an incomplete last batch is left out: it may leave a replica without
        any image, and the batch normalization of nothing is NaN.

        Args:
            x: Images, uint8 in [0, 255] or float in [-1, 1], (N, *image_shape): an array, or a
                `tf.data.Dataset` (or another source that Keras takes) of batches of images, or
                of (images, anything).
            y: Ignored unless the variant says otherwise.
            batch_size: The images in a batch, when `x` is an array. 32 by default.
            epochs: Up to which epoch to train.
            verbose: As in `keras.Model.fit`.
            callbacks: As in `keras.Model.fit`.
            **kwargs: The other arguments of `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If the images have another shape, type or range, a batch is too small, or
                there are sample weights.
        """
        refuse_weights(kwargs.get("sample_weight"), kwargs.get("class_weight"))
        validation_data = kwargs.get("validation_data")
        measure = measure_of(callbacks, self) if self.compiled else None
        # Looking at data is done once: a data set that shuffles may do it anew each time.
        held_out, trained = _counts(measure, validation_data)
        examples = []
        if isinstance(x, types.GeneratorType):
            first = next(x)
            self.check_batch(*pair(first), "x")
            x = (batch for batch in itertools.chain([first], x))  # Keras knows generators only
        else:
            examples = self.check_data(x, y, "x", trained)
        _refuse_endless("x", x, "steps_per_epoch", kwargs)
        _refuse_endless("validation_data", validation_data, "validation_steps", kwargs)
        if validation_data is not None:
            examples = self.check_held_out(*pair(validation_data), "validation_data", held_out)
        if measure is not None:
            measure.begin(self, examples)
        if self.compiled:
            callbacks = keras_callbacks.prepared(callbacks, self, measure)
            if not int(self.optimizer.iterations.numpy()):
                self.prepare(x)
        if kwargs.get("validation_batch_size") is None:
            kwargs["validation_batch_size"] = batch_size
        number = self.distribute_strategy.num_replicas_in_sync
        if number > 1:
            x, y, batch_size = replicas.whole_batches(number, x, y, batch_size, kwargs, self.seed)
        else:
            self._check_last_batch(x, batch_size, kwargs)
        if isinstance(x, (tf.data.Dataset, types.GeneratorType)):
            kwargs["shuffle"] = False  # True is Keras' default, which it warns that it ignores
        kwargs["validation_data"] = without_waiting(validation_data)
        # Where callbacks put what is to be undone: of an exception Keras does not tell them.
        with readable_errors(), contextlib.ExitStack() as self.after_fit:
            return super().fit(
                without_waiting(x), y, batch_size, epochs, verbose, callbacks, **kwargs
            )

    def evaluate(
        self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None, *args, **kwargs
    ):
        """Returns the losses and accuracies on held-out images; see `keras.Model.evaluate`.

        Raises:
            ValueError: If the images have another shape, type or range than `fit` takes, or there
                are sample weights.
        """
        refuse_weights(sample_weight)
        if not keras_compat.is_validating(kwargs):  # `fit` has checked it
            self.check_held_out(x, y, "x")
        self.evaluation_seed_generator.state.assign([EVALUATION_SEED, 0])
        with readable_errors():
            return super().evaluate(
                without_waiting(x), y, batch_size, verbose, None, *args, **kwargs
            )

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """Takes a step on one batch; see `keras.Model.train_on_batch`.

        Raises:
            ValueError: If labels are out of range, the batch is too small, or there are weights.
        """
        refuse_weights(sample_weight, class_weight)
        with readable_errors():
            return super().train_on_batch(x, y, return_dict=return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """Returns the losses and accuracies on one batch; see `keras.Model.test_on_batch`.

        Raises:
            ValueError: If labels are out of range, or there are sample weights.
        """
        refuse_weights(sample_weight)
        with readable_errors():
            return super().test_on_batch(x, y, return_dict=return_dict)

    # ------------------------------------------------------------------ what a variant fills in

    def prepare(self, x):
        """Called by `fit` with its checked data, before the first step of training."""

    def check_batch(self, x, y, name):
        """Raises a ValueError if arrays are not what the model trains on."""
        raise NotImplementedError

    def check_held_out_batch(self, x, y, name):
        """Raises a ValueError if arrays are not what the model is evaluated on."""
        self.check_batch(x, y, name)

    # ------------------------------------------------------------------ checks

    def check_data(self, x, y, name, count=1):
        """Raises a ValueError if `x`, and `y` where it counts, are not what the model trains on.

        Arrays are checked whole; of a `tf.data.Dataset` or `keras.utils.PyDataset` the first batch
        is. Python generators can be read only once: `fit` checks the first batch on its way.
        Returns the first batches, with `count` examples, as `check_first` does.
        """
        return check_first(self.check_batch, x, y, name, count)

    def check_held_out(self, x, y, name, count=1):
        """Raises a ValueError if `x` and `y` are not what the model is evaluated on.

        Returns the first batches, with `count` examples, as `check_first` does.
        """
        return check_first(self.check_held_out_batch, x, y, name, count)

    def _check_last_batch(self, x, batch_size, options):
        """Raises a ValueError if the last batch of arrays will be too small.

        Of other data that shows when it comes.
        """
        array = tf.nest.flatten(x)[0]
        if not hasattr(array, "dtype") or options.get("steps_per_epoch"):
            return
        size = min(batch_size or 32, len(array))
        last = len(array) % size or size
        if last < self.least_batch and not options.get("validation_split"):
            raise ValueError(
                f"x holds {len(array)} images, whose last batch of {last} has none for each of "
                f"{self.takers.format(self.least_batch)}: leave some out, or change batch_size."
            )


def _counts(measure, validation_data):
    """Returns how many examples to look at of held-out data, and of data to train on.

    Args:
        measure: The `Measure` that will compare with them, or None.
        validation_data: As `fit` takes it.
    """
    if measure is None or measure.real is not None:
        return 1, 1
    return (1, measure.count) if validation_data is None else (measure.count, 1)


def _refuse_endless(name, data, steps, options):
    endless = (
        isinstance(data, tf.data.Dataset) and data.cardinality() == tf.data.INFINITE_CARDINALITY
    )
    if endless and options.get(steps) is None:
        raise ValueError(f"{name} is an endless data set: give fit() its {steps}.")
