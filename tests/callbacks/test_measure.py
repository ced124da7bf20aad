"""Metrics of generated images, while models train."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import callbacks, data, metrics, models

SHAPE = (8, 8, 1)
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (48, *SHAPE), "uint8")
HELD_OUT = RNG.integers(100, 256, (20, *SHAPE), "uint8")

pytestmark = pytest.mark.usefixtures("eagerly")


class Brightness:
    """Two features: the mean level, and that of the first row."""

    name, calls = "brightness", 0

    def __call__(self, images):
        self.calls += int(images.shape[0])
        return tf.stack(
            [tf.reduce_mean(images, (1, 2, 3)), tf.reduce_mean(images[:, 0], (1, 2))], 1
        )


class Scripted(metrics.FeatureMetric):
    """A metric whose values are told beforehand."""

    direction = "up"

    def __init__(self, values, name="beauty", direction="up"):
        self.direction = direction
        super().__init__(Brightness(), name, "float32")
        self.script = iter(values)

    def add(self, kind, features):
        pass

    def result(self):
        value = next(self.script)
        if isinstance(value, Exception):
            raise value
        return value


def distance():
    return metrics.FrechetDistance(Brightness(), size=2)


def networks(inputs, outputs):
    """A generator and a discriminator that draw in training, and have running statistics."""
    layers = keras.layers
    keras.utils.set_random_seed(0)
    x = [keras.Input(shape) for shape in inputs]
    y = layers.BatchNormalization()(layers.Dense(8)(layers.Concatenate()(x) if x[1:] else x[0]))
    y = layers.Reshape(SHAPE)(layers.Dense(64, "tanh")(y))
    images = [keras.Input(SHAPE), *map(keras.Input, inputs[1:])]
    z = layers.Flatten()(images[0])
    z = layers.Dropout(0.5)(layers.Concatenate()([z, *images[1:]]) if x[1:] else z)
    made = [layers.Dense(size)(z) for size in outputs]
    generator = keras.Model(x if x[1:] else x[0], y)
    return generator, keras.Model(images if x[1:] else images[0], made if made[1:] else made[0])


def build(metrics=None, kind=models.GAN, inputs=((3,),), outputs=(1,), **options):
    generator, discriminator = networks(inputs, outputs)
    model = kind(generator=generator, discriminator=discriminator, seed=0, **options)
    model.compile(metrics=metrics)
    return model


def fit(model, x=IMAGES, **options):
    return model.fit(x, **{"batch_size": 16, "epochs": 2, "verbose": 0} | options).history


def expected(model, real, seed=0, **options):
    metric = distance()
    metric.update_state(real, model.generate(len(real), seed=seed, **options))
    return float(metric.result())


def test_the_averaged_generator_is_measured_against_held_out_images():
    model = build([distance()], ema=0.5)
    history = fit(model, validation_data=HELD_OUT)
    assert len(history["val_frechet_distance"]) == 2
    assert history["val_frechet_distance"][1] == pytest.approx(expected(model, HELD_OUT), rel=1e-6)
    assert model.logged(held_out=True)["frechet_distance"] == "down"
    assert "frechet_distance" not in model.logged()


@pytest.mark.parametrize("form", ["array", "float", "dataset", "labelled"])
def test_without_held_out_images_the_first_trained_ones_are_compared_with(form):
    x = IMAGES
    if form == "float":
        x = np.asarray(data.to_float(IMAGES))
    elif form != "array":
        x = tf.data.Dataset.from_tensor_slices(IMAGES).batch(16)
        x = x.map(lambda images: (images, 0)) if form == "labelled" else x
    model = build([distance()])
    options = {} if form in ("array", "float") else {"batch_size": None}
    history = fit(model, x, callbacks=[callbacks.Measure(count=24)], **options)
    value = history["val_frechet_distance"][-1]
    assert value == pytest.approx(expected(model, IMAGES[:24]), rel=1e-5)


@pytest.mark.parametrize("held_out", [None, HELD_OUT])
def test_measuring_leaves_no_trace_in_training(held_out):
    """Nor do data sets that shuffle anew each time they are read."""
    found = []
    for metric in (None, [distance(), metrics.PrecisionRecall(Brightness())]):
        keras.utils.set_random_seed(1)
        x = tf.data.Dataset.from_tensor_slices(IMAGES).shuffle(48, seed=3).batch(16)
        model = build(metric, ema=0.9)
        history = fit(model, x, batch_size=None, validation_data=held_out)
        variables = [*model.variables, *model.optimizer.variables]
        found.append([np.asarray(each) for each in variables])
        found[-1] += [np.asarray(history[name]) for name in model.logged()]
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_metrics_of_one_network_see_each_image_once():
    network = Brightness()
    shared = [metrics.FrechetDistance(network, size=2), metrics.DensityCoverage(network)]
    history = fit(build(shared), epochs=3, callbacks=[callbacks.Measure(count=30)])
    assert network.calls == 30 + 3 * 30
    assert {"val_frechet_distance", "val_density", "val_coverage"} < set(history)


@pytest.mark.parametrize(("direction", "best", "ends"), [("up", 2, 4), ("down", 1, 3)])
def test_keras_callbacks_follow_a_metric(direction, best, ends, tmp_path):
    script, weights = [2.0, 3.0, 2.5, 2.25, 0.0], []
    model = build([Scripted(script, direction=direction)])
    file = tmp_path / "best.keras"
    listed = [
        keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: weights.append(model.get_weights())),
        keras.callbacks.ModelCheckpoint(file, "val_beauty", save_best_only=True),
        keras.callbacks.EarlyStopping("val_beauty", patience=2),
        callbacks.Measure(),  # which comes first, wherever it stands
    ]
    assert fit(model, epochs=5, callbacks=listed)["val_beauty"] == script[:ends]
    loaded = keras.models.load_model(file)
    for a, b in zip(loaded.get_weights(), weights[best - 1], strict=True):
        np.testing.assert_array_equal(a, b)
    assert not loaded.measured() and fit(loaded)  # a saved model is without metrics


def test_a_callback_list_has_it_too():
    model = build([distance()])
    listed = keras.callbacks.CallbackList(
        [callbacks.SampleGrid("nowhere", every=9)], add_history=True, model=model, epochs=2
    )
    listed.callbacks.pop(0)
    assert len(fit(model, callbacks=listed)["val_frechet_distance"]) == 2


def test_epochs_between_are_not_measured():
    model = build([Scripted([1.0, 2.0, 3.0])])
    history = fit(model, epochs=4, callbacks=[callbacks.Measure(every=2)])
    np.testing.assert_array_equal(history["val_beauty"], [1.0, math.nan, 2.0, 3.0])


def test_a_failure_is_told_and_training_goes_on(caplog):
    failing = Scripted([ValueError("no beauty"), 2.0])
    history = fit(build([failing, distance()]), callbacks=[callbacks.Measure(IMAGES)])
    np.testing.assert_array_equal(history["val_beauty"], [math.nan, 2.0])
    assert np.isfinite(history["val_frechet_distance"]).all()
    assert "After epoch 1 beauty could not be measured: no beauty" in caplog.text

    few = fit(build([distance()]), callbacks=[callbacks.Measure(IMAGES[:1])])
    assert np.isnan(few["val_frechet_distance"]).all()
    assert "needs at least 2 real images" in caplog.text


def test_on_replicas(mirrored):
    with mirrored.scope():
        model = build([distance()])  # whose variables each replica has
    measure = callbacks.Measure(HELD_OUT)
    history = fit(model, callbacks=[measure], epochs=1)
    assert history["val_frechet_distance"][0] == pytest.approx(expected(model, HELD_OUT), rel=1e-6)


def test_labels_are_those_of_the_real_images():
    labels = np.arange(20) % 3
    model = build([distance()], models.ConditionalGAN, [(3,), (3,)], num_classes=3)
    history = fit(model, y=np.arange(48) % 3, validation_data=(HELD_OUT, labels))
    value = expected(model, HELD_OUT, labels=labels)
    assert history["val_frechet_distance"][1] == pytest.approx(value, rel=1e-6)


def test_unlabelled_images_are_compared_with():
    model = build([distance()], models.SemiSupervisedGAN, outputs=(2, 4))
    x = tf.data.Dataset.from_tensors(((IMAGES[:8], IMAGES), np.zeros(8, "int32")))
    history = fit(model, x, batch_size=None)
    value = history["val_frechet_distance"][-1]
    assert value == pytest.approx(expected(model, IMAGES), rel=1e-5)


def test_translations_are_compared_with_their_domain():
    images = keras.Input((None, None, 1))
    generator = keras.Model(images, keras.layers.Conv2D(1, 1, activation="tanh")(images))
    model = models.Pix2Pix(SHAPE, 1, generator, adversarial_weight=0)
    model.compile(metrics=[distance()])
    history = fit(model, IMAGES, y=IMAGES[::-1], validation_data=(IMAGES[:20], HELD_OUT))
    metric = distance()
    metric.update_state(HELD_OUT, model.translate(IMAGES[:20]))
    value = history["val_frechet_distance"][-1]
    assert value == pytest.approx(float(metric.result()), rel=1e-6)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: build(["accuracy"]), "metrics of generated images.*'accuracy'"),
        (lambda: build([distance(), distance()]), "Two values are called 'frechet_distance'"),
        (lambda: build([Scripted([], "generator_loss")]), "Two values.*'generator_loss'"),
        (
            lambda: models.GAN((8, 8, 3)).compile(
                metrics=[metrics.FrechetDistance(metrics.classifier("digits"))]
            ),
            r"takes images with 1 channels, but this model makes images \(8, 8, 3\)",
        ),
        (
            lambda: models.GAN((2,)).compile(metrics=[distance()]),
            r"metrics judge images, but examples are \(2,\)",
        ),
        (lambda: fit(build(), callbacks=[callbacks.Measure()]), "give them to compile"),
        (
            lambda: fit(build([distance()]), (x for x in [IMAGES]), batch_size=None, epochs=1),
            "no real images to compare with",
        ),
        (lambda: callbacks.Measure(every=0), "every must be a positive integer, got 0"),
        (lambda: callbacks.Measure(count=2.5), "count must be a positive integer, got 2.5"),
    ],
)
def test_wrong_arguments(wrong, words):
    with pytest.raises(ValueError, match=words):
        wrong()
