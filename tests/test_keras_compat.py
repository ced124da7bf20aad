"""What is used of Keras' and TensorFlow's private parts is there, and does what it did."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import keras_compat, models

IMAGES = np.zeros((8, 8, 8, 1), "uint8")


@pytest.fixture
def model():
    model = models.GAN((8, 8, 1), latent_dim=4)
    model.compile()
    return model


def test_saving_again_makes_no_optimizers(model, tmp_path, monkeypatch):
    model.save_weights(tmp_path / "first.weights.h5")
    made = []
    init = keras.optimizers.Optimizer.__init__

    def counted(self, *args, **kwargs):
        made.append(self)
        init(self, *args, **kwargs)

    monkeypatch.setattr(keras.optimizers.Optimizer, "__init__", counted)
    model.save_weights(tmp_path / "second.weights.h5")
    assert not made


def test_fit_builds_by_the_method_that_is_overridden(model, monkeypatch):
    calls = []
    monkeypatch.setattr(
        keras_compat.Model, "_maybe_symbolic_build", lambda self, **options: calls.append(options)
    )
    model.fit(IMAGES, batch_size=4, verbose=0)
    assert [set(options) for options in calls] == [{"iterator"}]


def test_fit_trains_by_the_function_that_is_made(model):
    model.make_train_function()
    steps = []
    function = model.train_function
    model.train_function = lambda iterator: steps.append(1) or function(iterator)
    model.fit(IMAGES, batch_size=4, verbose=0)
    assert len(steps) == 2


@pytest.mark.parametrize("kind", [keras_compat.Means, keras_compat.Directions])
@pytest.mark.parametrize(("direction", "less_is_better"), [("down", True), ("up", False)])
def test_callbacks_find_the_direction_of_a_value(kind, direction, less_is_better, tmp_path):
    class Model(keras.Model):
        metrics = [kind({"beauty": direction})]

    callback = keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor="beauty")
    callback.set_model(Model())
    callback._set_monitor_op()
    assert bool(callback.monitor_op(1.0, 2.0)) == less_is_better


def test_directions_alone_log_nothing(model, monkeypatch):
    directions = keras_compat.Directions({"beauty": "up"})
    monkeypatch.setattr(models.GAN, "metrics", [*model.metrics, directions])
    assert directions in model.metrics and not directions.variables
    history = model.fit(IMAGES, batch_size=4, verbose=0).history
    assert set(history) == set(model.logged())
    assert set(model.get_metrics_result()) == set(model.logged())


def test_adam_tells_its_moments_and_takes_a_corrected_learning_rate():
    class Slower(keras_compat.Adam):
        def corrected(self, learning_rate, dtype):
            assert dtype == "float32"
            return learning_rate / 2

    weights = [keras.Variable([1.0]) for _ in range(2)]
    for optimizer, weight in zip((keras.optimizers.Adam(0.1), Slower(0.1)), weights, strict=True):
        optimizer.apply([tf.constant([4.0])], [weight])
    one, half = (1 - float(weight.numpy()[0]) for weight in weights)
    assert one == pytest.approx(0.1, rel=1e-4) and half == pytest.approx(0.05, rel=1e-4)
    m, v = optimizer.moments(weight)
    np.testing.assert_allclose([*m, *v], [0.1 * 4, 0.001 * 16], rtol=1e-5)


def test_layers_of_a_network_are_those_inside_too():
    inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    network = keras.Sequential([keras.Input((2,)), inner])
    found = keras_compat.layers_of(network)
    assert network in found and inner in found and inner.layers[0] in found


def test_evaluation_within_fit_is_known(model, monkeypatch):
    told = []
    evaluate = model.evaluate

    def spy(*args, **kwargs):
        told.append(keras_compat.is_validating(kwargs))
        return evaluate(*args, **kwargs)

    monkeypatch.setattr(model, "evaluate", spy)
    model.fit(IMAGES, batch_size=4, validation_data=IMAGES, verbose=0)
    model.evaluate(IMAGES, verbose=0)
    assert told == [True, False]


def test_signatures_are_made_of_named_functions(tmp_path):
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    spec = [tf.TensorSpec((None, 2))]
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint("serve", network, input_signature=spec)
    named = tf.function(lambda x: {"sums": network(x)}, input_signature=spec)
    keras_compat.name_outputs(archive, {"serve": named})
    archive.write_out(str(tmp_path / "model"), verbose=False)
    signature = tf.saved_model.load(tmp_path / "model").signatures["serve"]
    assert set(signature.structured_outputs) == {"sums"}


def test_the_maps_of_a_data_set_are_seen():
    dataset = tf.data.Dataset.range(3)
    mapped = dataset.map(lambda x: x + 1)
    assert keras_compat.is_sequential_map(mapped)
    assert not keras_compat.is_sequential_map(dataset.map(lambda x: x, num_parallel_calls=2))
    assert keras_compat.sources(mapped) == [dataset]


def test_a_model_of_inputs_and_outputs_is_functional():
    inputs = keras.Input((1,))
    assert type(keras.Model(inputs, inputs)) is keras_compat.Functional
