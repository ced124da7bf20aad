"""Keras' callbacks that look for a single loss or optimizer."""

import keras
import numpy as np
import pytest

from kerasgan import models

SHAPE = (4, 4, 1)
IMAGES = np.random.default_rng(0).integers(0, 256, (8, *SHAPE), "uint8")

pytestmark = pytest.mark.usefixtures("eagerly")


def build(rates=(0.25, 1.0), **options):
    generator = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(16, "tanh"), keras.layers.Reshape(SHAPE)]
    )
    discriminator = keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    model = models.GAN(None, None, generator, discriminator, **options)
    model.compile(*map(keras.optimizers.SGD, rates))
    return model


def rates(model):
    optimizers = model.generator_optimizer, model.discriminator_optimizer
    return [float(optimizer.learning_rate.numpy()) for optimizer in optimizers]


def scheduler(*values):
    return keras.callbacks.LearningRateScheduler(lambda epoch, rate: values[epoch])


def test_a_schedule_of_epochs_serves_both_optimizers():
    model = build()
    history = model.fit(IMAGES, epochs=3, verbose=0, callbacks=scheduler(0.5, 0.125, 0.125))
    assert history.history["learning_rate"] == [0.5, 0.125, 0.125]
    assert rates(model) == [0.125, 0.5]


def test_a_schedule_of_epochs_on_replicas(mirrored):
    with mirrored.scope():
        model = build()
    model.fit(IMAGES, epochs=2, batch_size=4, verbose=0, callbacks=[scheduler(0.5, 0.125)])
    assert rates(model) == [0.125, 0.5]


def test_rates_of_zero_keep_the_ratio():
    model = build()
    model.fit(IMAGES, epochs=2, verbose=0, callbacks=[scheduler(0.0, 0.5)])
    assert rates(model) == [0.5, 2.0]
    model = build((0.0, 1.0))
    with pytest.raises(ValueError, match="learning rate is 0: set to 0.5"):
        model.fit(IMAGES, verbose=0, callbacks=[scheduler(0.5)])


def test_a_plateau_lowers_both_rates():
    model = build()
    plateau = keras.callbacks.ReduceLROnPlateau("real_accuracy", 0.5, patience=1, min_delta=2.0)
    model.fit(IMAGES, epochs=3, verbose=0, callbacks=[plateau])
    assert rates(model) == [0.0625, 0.25]


def test_the_rates_that_a_callback_set_are_saved(tmp_path):
    model = build((0.3, 0.7))
    model.fit(IMAGES, verbose=0, callbacks=[scheduler(0.1)])
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    again = build((0.3, 0.7))
    again.load_weights(tmp_path / "model.weights.h5")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for other in (again, loaded):
        assert rates(other) == rates(model)
    for each in (model, again, loaded):  # and what follows is the same, to the bit
        each.fit(IMAGES, verbose=0, callbacks=[scheduler(0.02)])
    assert rates(again) == rates(loaded) == rates(model)


def test_a_schedule_within_an_optimizer_is_refused_before_training():
    model = build()
    decay = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.9)
    for optimizers in ([0.1, decay], [decay, 0.1]):
        model.compile(*map(keras.optimizers.SGD, optimizers))
        plateau = keras.callbacks.ReduceLROnPlateau("generator_loss")
        with pytest.raises(TypeError, match="LearningRateSchedule.*float"):
            model.fit(IMAGES, verbose=0, callbacks=[plateau])
    assert not int(model.generator_optimizer.iterations)


def test_a_generator_alone_and_scaled_losses_have_schedules_too():
    images = keras.Input((None, None, 1))
    generator = keras.Model(images, keras.layers.UpSampling2D()(keras.layers.Conv2D(1, 1)(images)))
    model = models.SRGAN((8, 8, 1), 2, generator, adversarial_weight=0)
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.25)))
    data = np.zeros((2, 4, 4, 1), "uint8"), np.zeros((2, 8, 8, 1), "uint8")
    model.fit(*data, verbose=0, callbacks=[scheduler(0.5)])
    assert float(model.generator_optimizer.learning_rate) == 0.5


def test_what_else_looks_for_an_optimizer_works(tmp_path, capsys):
    model = build()
    callbacks = [
        keras.callbacks.BackupAndRestore(tmp_path / "backup"),
        keras.callbacks.TensorBoard(tmp_path / "logs", update_freq=1),
    ]
    model.fit(IMAGES, verbose=0, callbacks=callbacks)
    model.summary()
    assert "Optimizer params" in capsys.readouterr().out
    swap = keras.callbacks.SwapEMAWeights()
    with pytest.raises(ValueError, match="use_ema"):
        model.fit(IMAGES, validation_data=(IMAGES, None), verbose=0, callbacks=[swap])


@pytest.mark.parametrize("wrap", [list, next, "CallbackList"])
def test_training_terminates_at_the_first_nan(wrap):
    model = build((np.inf, np.inf))
    end = keras.callbacks.TerminateOnNaN()
    callbacks = wrap(iter([end])) if callable(wrap) else None
    if callbacks is None:
        callbacks = keras.callbacks.CallbackList([end], add_history=True, model=model)
    for _ in range(2):
        history = model.fit(IMAGES, epochs=3, batch_size=4, verbose=0, callbacks=callbacks)
        assert history.epoch == [0] and "loss" not in history.history
    assert int(model.generator_optimizer.iterations) == 2


def test_finite_losses_do_not_terminate_training_and_an_error_can_be_had():
    end = keras.callbacks.TerminateOnNaN(raise_error=True)
    assert build().fit(IMAGES, epochs=2, verbose=0, callbacks=[end]).epoch == [0, 1]
    with pytest.raises(RuntimeError, match="NaN or Inf loss"):
        build((np.inf, np.inf)).fit(IMAGES, epochs=2, verbose=0, callbacks=[end])


# ---------------------------------------------------------------------- averages of optimizers


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("wrap", [lambda x: x, keras.optimizers.LossScaleOptimizer])
def test_an_optimizer_that_averages_is_refused(index, wrap):
    optimizers = [keras.optimizers.SGD(0.1, use_ema=use) for use in (index == 0, index == 1)]
    model = build()
    with pytest.raises(ValueError, match=r"use_ema.*GAN\(\.\.\., ema="):
        model.compile(*map(wrap, optimizers))


def test_a_model_that_was_saved_with_one_loads(tmp_path):
    model = build()
    model._from_file = True  # as version 0.1 took it
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9, use_ema=True))
    model._from_file = False
    model.fit(IMAGES, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    optimizers = [each.generator_optimizer.variables for each in (model, loaded)]
    for ours, theirs in zip(*optimizers, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(ValueError, match="use_ema"):
        loaded.compile(keras.optimizers.SGD(0.1, use_ema=True))
