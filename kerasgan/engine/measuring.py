"""Metrics of generated images, measured while a model trains."""

import functools
import math

import keras
import numpy as np
from absl import logging

from kerasgan.data import to_uint8
from kerasgan.engine.callbacks import flat
from kerasgan.engine.checks import check_integer
from kerasgan.engine.first_batches import first_batches, pair
from kerasgan.keras_compat import Directions
from kerasgan.metrics import FeatureMetric, extract_features


class Metrics:
    """The metrics that a model was compiled with.

    Args:
        metrics: A list of `kerasgan.metrics.FeatureMetric`, or None.
        image_shape: The shape of the model's examples.
        logged: The names of what the model logs without them.

    Raises:
        ValueError: If they are no such metrics, cannot judge such images, or log one name twice.
    """

    def __init__(self, metrics, image_shape, logged):
        self.metrics = list(metrics or ())
        taken = set(logged)
        for metric in self.metrics:
            if not isinstance(metric, FeatureMetric):
                raise ValueError(
                    "metrics must hold metrics of generated images, such as "
                    f"kerasgan.metrics.FrechetDistance(features), but holds {metric!r}."
                )
            if len(image_shape) != 3:
                raise ValueError(f"metrics judge images, but examples are {image_shape}.")
            takes = (getattr(metric.features, "input_shape", None) or (None,))[-1]
            if takes not in (None, image_shape[-1]):
                raise ValueError(
                    f"{metric.features.name!r} takes images with {takes} channels, but this model "
                    f"makes images {image_shape}."
                )
            for name in metric.names:
                if name in taken:
                    raise ValueError(f"Two values are called {name!r}: give one another name.")
                taken.add(name)
        names = [(name, each.direction) for each in self.metrics for name in each.names]
        self.directions = dict(names)
        self.for_keras = [Directions(self.directions)] if names else []


class Measuring:
    """What `Measure` asks of an `AdversarialModel`."""

    def measured(self):
        """Returns which way each value of the compiled metrics is better, by name."""
        return dict(self._measures.directions)

    def image_metrics(self):
        """Returns the metrics of generated images that the model was compiled with."""
        return self._measures.metrics

    def real_and_inputs(self, x, y):
        """Returns the real images of a batch, and what `make_from` makes as many images of.

        Args:
            x: As `fit` takes it, to train on or as validation data.
            y: Likewise.
        """
        return x, None

    def gather(self, batches, count):
        """Returns what `real_and_inputs` returns of the first `count` examples of several batches.

        Args:
            batches: A list of (x, y).
            count: How many examples.

        Returns:
            uint8 images, (N, H, W, C), and the inputs, an array, or None.

        Raises:
            ValueError: If the images have several shapes.
        """
        pairs = [self.real_and_inputs(*batch) for batch in batches]
        real, inputs = (_joined(parts, count) for parts in zip(*pairs, strict=True))
        return (real if real.dtype == np.uint8 else to_uint8(real).numpy()), inputs

    def make_from(self, inputs, count, seed):
        """Returns generated images, uint8 (count, H, W, C), always the same ones.

        Args:
            inputs: What `real_and_inputs` returns of `count` images, or None.
            count: How many images.
            seed: The seed of what is drawn.
        """
        raise NotImplementedError


class Measure(keras.callbacks.Callback):
    """Measures generated images at the end of epochs, by the metrics of `compile(metrics=...)`.

    `fit` adds it by itself where there are metrics; give one to choose how to measure. It comes
    before all other callbacks: the values are in their logs as `val_<metric's name>`, such as
    `val_frechet_distance`, or as `val_precision` and `val_recall` of a metric of two values. So
    `keras.callbacks.ModelCheckpoint` and `EarlyStopping` follow them, and know their directions.

    As many images as there are real ones are made as `generate` makes them, by the averaged
    generator if there is an average, of the same latents, and the labels of the real images, each
    time. Models that make images of images make them of the inputs of the real ones; those of two
    domains translate from A to B. Networks that several metrics share see each image once, and the
    real ones once in all.

    Training is the same with and without it, to the bit. A value is NaN after an epoch that is not
    measured, or when measuring fails, of which a warning tells: that never ends training. On
    several replicas one device measures; each of several workers does, and finds the same.

    Args:
        real: Real images, or what `fit` takes as its `validation_data`. None takes those of
            `validation_data`, or without any the first ones that are trained on.
        every: Measure after the first epoch, then after each so many, and after the last.
        count: How many real images to compare with, at most, and so many are made. Distances
            depend on it.
        seed: The seed of the latents.

    Raises:
        ValueError: If `every` or `count` is not a positive integer.
    """

    def __init__(self, real=None, every=1, count=1000, seed=0):
        super().__init__()
        self.real, self.seed = real, seed
        self.every = check_integer("every", every)
        self.count = check_integer("count", count)
        self._real = self._inputs = None
        self._known = {}  # features of the real images, with their network, by its id

    def begin(self, model, batches):
        """Takes the real images, and what others are to be made of: called by `fit`.

        Args:
            model: The model.
            batches: A list of (x, y), which `real` takes the place of.

        Raises:
            ValueError: If there are none, or they have several shapes.
        """
        if self.real is not None:
            if self._real is not None:
                return
            batches = first_batches(*pair(self.real), self.count)
        if not batches:
            raise ValueError(
                "metrics have no real images to compare with: give fit() validation_data, or "
                "kerasgan.callbacks.Measure(real=...)."
            )
        self._real, self._inputs = model.gather(batches, self.count)
        self._known.clear()

    def on_epoch_end(self, epoch, logs=None):
        """Adds the values to the logs."""
        values = dict.fromkeys(self.model.measured(), math.nan)
        if epoch % self.every == 0 or epoch + 1 == self.params["epochs"]:
            values |= self._measure(epoch)
        logs.update({f"val_{name}": value for name, value in values.items()})

    def _measure(self, epoch):
        """Returns the values by name, those left out that could not be measured."""

        @functools.cache
        def made():
            return self.model.make_from(self._inputs, len(self._real), self.seed)

        values, found = {}, {}
        for metric in self.model.image_metrics():
            network, key = metric.features, id(metric.features)
            try:
                if key not in self._known:
                    self._known[key] = network, extract_features(network, self._real)
                if key not in found:
                    found[key] = extract_features(network, made())
                metric.reset_state()
                metric.add("real", self._known[key][1])
                metric.add("generated", found[key])
                result = metric.result()
                metric.reset_state()  # it may hold many features
                result = result if isinstance(result, dict) else {metric.name: result}
                values |= {name: float(value) for name, value in result.items()}
            except Exception as error:  # whatever it is, training goes on
                logging.warning(
                    "After epoch %d %s could not be measured: %s", epoch + 1, metric.name, error
                )
        return values


def measure_of(callbacks, model):
    """Returns the `Measure` among callbacks, a new one for a model with metrics, or None.

    Raises:
        ValueError: If there is one, but no metric.
    """
    given = [callback for callback in flat(callbacks) if isinstance(callback, Measure)]
    if model.measured():
        return given[0] if given else Measure()
    if given:
        raise ValueError("Measure measures by metrics: give them to compile(metrics=[...]).")
    return None


def _joined(parts, count):
    """Returns the first `count` of the examples of several batches, an array, or None.

    Raises:
        ValueError: If they have several shapes.
    """
    if parts[0] is None:
        return None
    shapes = sorted({tuple(each.shape[1:]) for each in parts})
    if len(shapes) > 1:
        raise ValueError(f"metrics compare images of one shape, but these have {shapes}.")
    return np.concatenate([np.asarray(each[:count]) for each in parts])[:count]
