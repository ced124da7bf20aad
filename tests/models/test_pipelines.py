"""The data sets of users, on their way into training."""

import numpy as np
import pytest
import tensorflow as tf

from kerasgan import models
from kerasgan.engine.pipelines import without_waiting

IMAGES = np.zeros((8, 8, 8, 1), "uint8")
DATASET = tf.data.Dataset.from_tensor_slices(IMAGES).batch(4)


def with_autotuning(dataset, enabled):
    options = tf.data.Options()
    options.autotune.enabled = enabled
    return dataset.with_options(options)


@pytest.mark.parametrize(
    "dataset, enabled",
    [
        (DATASET, False),
        (DATASET.map(tf.identity, num_parallel_calls=tf.data.AUTOTUNE).prefetch(1), False),
        (DATASET.interleave(tf.data.Dataset.from_tensors, num_parallel_calls=2), False),
        (DATASET.map(tf.identity), None),  # tuning makes it parallel
        (DATASET.map(tf.identity).shuffle(2).prefetch(1), None),
        (tf.data.Dataset.zip(DATASET, DATASET.map(tf.identity)), None),
        (with_autotuning(DATASET, True), True),
        (with_autotuning(DATASET, False).repeat(2), False),
    ],
)
def test_tuning_is_off_where_that_loses_nothing(dataset, enabled):
    made = without_waiting(dataset)
    assert made.options().autotune.enabled is enabled
    for ours, theirs in zip(made, dataset, strict=True):
        tf.nest.map_structure(np.testing.assert_array_equal, ours, theirs)


def test_other_data_stay_what_they_are():
    for data in (IMAGES, None, [IMAGES]):
        assert without_waiting(data) is data


def test_training_and_evaluation_do_not_wait(monkeypatch):
    seen = []

    def distributed(self, dataset, options=None):
        seen.append(dataset.options().autotune.enabled)
        return dataset

    model = models.GAN((8, 8, 1), 4)
    model.compile()
    strategy = type(model.distribute_strategy)
    monkeypatch.setattr(strategy, "experimental_distribute_dataset", distributed)
    model.fit(DATASET, validation_data=DATASET, verbose=0)
    model.evaluate(DATASET, verbose=0)
    assert seen == [False] * 3
