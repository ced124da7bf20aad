"""Semi-supervised GANs, which learn classes from a few labels."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from labelled import (
    CLASSES,
    DIM,
    LABELS,
    SEMI_SUPERVISED,
    SHAPE,
    Batches,
    build,
    classifier,
    discriminator,
    exported,
    generator,
    settings,
)

import kerasgan
from kerasgan import models, networks


def float_images(count, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *SHAPE)).astype("float32")


@pytest.mark.parametrize(
    "x, message",
    [
        (lambda x: x, r"must be \(\(x_labelled, x_unlabelled\), y_labelled\).* are ndarray"),
        (lambda x: (x, x, x), "x_labelled, x_unlabelled"),
        (lambda x: (x[..., 0], x), r"x_labelled must have 4 axes.*add a channel axis"),
        (lambda x: (x, x / 1.0), r"x_unlabelled must be .*float64 in \[0, 255\]"),
        (lambda x: (x, x[:, :4]), r"x_unlabelled must have shape .*\(64, 4, 8, 1\)"),
        (lambda x: (x, None), "x_unlabelled must be an array"),
        (lambda x: (x, x[:1]), "x_unlabelled must hold an image for each of two updates"),
        (lambda x: tf.data.Dataset.from_tensors((x, LABELS)), "x_labelled, x_unlabelled"),
        (lambda x: ((((x, x), LABELS)) for _ in range(2)), "read twice.*x is a generator"),
    ],
)
def test_what_is_not_semi_supervised_data_is_refused(x, message, noise_images):
    x = x(noise_images)
    with pytest.raises(ValueError, match=message):
        y = None if isinstance(x, tf.data.Dataset) or not hasattr(x, "__len__") else LABELS
        build(models.SemiSupervisedGAN).fit(x, y, verbose=0)


def test_what_does_not_fit_semi_supervised_data_is_refused(noise_images):
    model = build(models.SemiSupervisedGAN)
    pair = (noise_images, noise_images)
    for x in (pair, tf.data.Dataset.from_tensors((pair, LABELS))):
        with pytest.raises(ValueError, match="must be an array of images.* is of type tuple"):
            model.evaluate(x, None if isinstance(x, tf.data.Dataset) else LABELS)
    with pytest.raises(ValueError, match="give validation_data"):
        model.fit(pair, LABELS, validation_split=0.5, verbose=0)
    for options in ({"class_weight": {0: 1.0}}, {"sample_weight": np.ones(64)}):
        with pytest.raises(ValueError, match="neither sample_weight nor class_weight"):
            model.fit(pair, LABELS, verbose=0, **options)
    with pytest.raises(ValueError, match="neither sample_weight nor class_weight"):
        model.evaluate(noise_images, LABELS, sample_weight=np.ones(64), verbose=0)


def test_the_probabilities_of_k_plus_one_leave_out_the_generated_class(noise_images):
    model = build(models.KPlusOneGAN)
    logits = np.asarray(model.discriminator(noise_images / 127.5 - 1)[0])
    expected = np.exp(logits[:, :4]) / np.exp(logits[:, :4]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.classify(noise_images), expected, rtol=1e-4)


def weight_normalized():
    """Weight-normalized, as the paper's, but without noise."""
    images = keras.Input(SHAPE)
    dense = kerasgan.layers.WeightNormalizedDense
    features = dense(5, "relu", train_scale=False)(layers.Flatten()(images))
    return keras.Model(images, [dense(CLASSES)(features), features])


def frozen(model, **options):
    """Compiles a model such that training changes nothing."""
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), **options)
    return model


@pytest.mark.parametrize("form", ["arrays", "data set", "batches"])
def test_the_first_unlabelled_images_set_the_scales_once(form, tmp_path):
    labelled, unlabelled = float_images(550, seed=1) * 0.1, float_images(550, seed=2)
    unlabelled[500:] = 1  # beyond the first 500
    model = frozen(
        models.SemiSupervisedGAN(generator=generator(), discriminator=weight_normalized(), ema=0.5),
        run_eagerly=True,
    )

    def fit(model, unlabelled):
        data = (labelled, unlabelled), np.arange(550) % 4
        if form != "arrays":
            data = (tf.data.Dataset.from_tensor_slices(data).batch(275),)
        if form == "batches":
            data = (Batches(*data[0].as_numpy_iterator()),)
        model.fit(*data, batch_size=275, verbose=0)

    fit(model, unlabelled)
    kernels = [w.numpy() for w in model.discriminator.weights if w.name == "kernel"]
    x = unlabelled[:500].reshape(500, 64)
    expected = []
    for kernel in kernels:
        t = x @ kernel / np.sqrt((kernel**2).sum(axis=0))
        expected += [1 / t.std(axis=0), -t.mean(axis=0) / t.std(axis=0)]
        x = np.maximum((t - t.mean(axis=0)) / t.std(axis=0), 0)
    found = settings(model)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)
    for a, b in zip(
        model.discriminator_ema.get_weights(), model.discriminator.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(a, b)
    if form != "arrays":
        return

    fit(model, unlabelled * 0.1)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    fit(loaded, unlabelled * 0.2)
    uncompiled = keras.models.load_model(tmp_path / "model.keras", compile=False)
    fit(frozen(uncompiled, run_eagerly=True), unlabelled * 0.2)
    fit(frozen(model, run_eagerly=True), unlabelled * 0.2)
    for other in (model, loaded, uncompiled):
        for a, b in zip(settings(other), found, strict=True):
            np.testing.assert_array_equal(a, b)


def test_scales_are_set_on_replicas_too(mirrored):
    images = float_images(64)
    with mirrored.scope():
        model = frozen(
            models.SemiSupervisedGAN(
                generator=generator(), discriminator=weight_normalized(), ema=0.5
            )
        )
    model.fit((images, images), LABELS, batch_size=32, verbose=0)
    kernel = model.discriminator.get_weights()[0]
    t = images.reshape(64, 64) @ kernel / np.sqrt((kernel**2).sum(axis=0))
    np.testing.assert_allclose(settings(model)[0], 1 / t.std(axis=0), rtol=1e-4)


def test_both_networks_are_averaged_and_the_average_classifies(noise_images, tmp_path):
    model = build(models.SemiSupervisedGAN, ema=1e-6)
    pairs = [
        (model.generator, model.generator_ema),
        (model.discriminator, model.discriminator_ema),
    ]
    model.fit((noise_images, noise_images), LABELS, batch_size=32, verbose=0)
    for network, average in pairs:
        for a, b in zip(average.get_weights(), network.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-7)
    floats = noise_images / 127.5 - 1
    classify = tf.nn.softmax(model.discriminator_ema(floats)[0])
    np.testing.assert_allclose(model.classify(noise_images), classify, rtol=1e-5)
    # An average that always names class 2, beside a network that does not.
    *others, bias = model.discriminator_ema.get_weights()
    others = [np.zeros_like(weight) for weight in others]
    model.discriminator_ema.set_weights([*others, np.array([0, 0, 1, 0], bias.dtype)])
    found = model.evaluate(noise_images, np.full(64, 2), verbose=0, return_dict=True)
    assert found["accuracy"] == 1
    assert found["discriminator_classification_loss"] == pytest.approx(
        math.log(3 + math.e) - 1, rel=1e-5
    )
    model.export(tmp_path / "served")
    served = tf.saved_model.load(tmp_path / "served")
    np.testing.assert_array_equal(tf.argmax(served.classify(noise_images), axis=1), 2)


def test_feature_matching_over_replicas_is_that_of_the_whole_batch(mirrored):
    """Replicas whose own means are far from the generated ones, but not those of all."""
    images = np.ones((16, *SHAPE), "float32")
    images[8:] = -1
    images[:, 0] += 0.5 * -images[:, 0]  # a row of +-0.5

    def train(strategy):
        with strategy.scope():
            judge = keras.Input(SHAPE)
            pixels = layers.Flatten()(judge)
            judge = keras.Model(judge, [layers.Dense(CLASSES)(pixels), pixels])
            model = models.SemiSupervisedGAN(generator=generator(), discriminator=judge)
            model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
        *weights, bias = model.generator.get_weights()
        weights = [np.zeros_like(weight) for weight in weights]
        model.generator.set_weights([*weights, np.full_like(bias, math.atanh(0.5))])
        x, y = (images, images), np.zeros(16, "int32")
        return model.fit(x, y, batch_size=16, shuffle=False, verbose=0).history

    for strategy in (tf.distribute.get_strategy(), mirrored):
        assert train(strategy)["generator_loss"][0] == pytest.approx(0.25, rel=1e-5)


def moons(angles, labels):
    """Images of a blob on one of two half circles, each of which begins within the other."""
    x = np.where(labels == 0, np.cos(angles), 1 - np.cos(angles))
    y = np.where(labels == 0, np.sin(angles), 0.5 - np.sin(angles))
    pixels = np.arange(8)
    squares = (pixels - (5 / 3 * (x + 1) + 1)[:, None, None]) ** 2
    squares = squares + (pixels[:, None] - (8 / 3 * (y + 0.5) + 1.5)[:, None, None]) ** 2
    return np.rint(255 * np.exp(-squares[..., None] / (2 * 1.6**2))).astype("uint8"), labels


def test_unlabelled_images_help():
    """Two labels a class leave the ends of the half circles to guess."""
    draw = np.random.default_rng(0)
    labelled = moons(np.pi * np.array([0.2, 0.8, 0.2, 0.8]), np.array([0, 0, 1, 1]))
    unlabelled, _ = moons(draw.uniform(0, np.pi, 1000), draw.integers(0, 2, 1000))
    test = moons(draw.uniform(0, np.pi, 1000), draw.integers(0, 2, 1000))
    batches = tf.data.Dataset.zip(
        tf.data.Dataset.from_tensors(labelled).repeat(),
        tf.data.Dataset.from_tensor_slices(unlabelled).shuffle(1000, seed=0).batch(100).repeat(),
    ).map(lambda few, many: ((few[0], many), few[1]))
    errors = []
    for weight in (1.0, 0.0):
        model = models.SemiSupervisedGAN(
            generator=networks.sgan.generator(SHAPE, 20, units=100, seed=2),
            discriminator=networks.sgan.discriminator(SHAPE, 2, (100, 50), 0.3, seed=2),
            unlabelled_weight=weight,
            ema=0.98,
            seed=2,
        )
        model.compile()
        model.fit(batches, steps_per_epoch=600, verbose=0)
        found = model.evaluate(*test, batch_size=500, verbose=0, return_dict=True)
        errors.append(1 - found["accuracy"])
    assert errors[0] < min(0.07, 0.6 * errors[1])  # 0.1 % and 8.8 % when this was written


@pytest.mark.parametrize("model_class", SEMI_SUPERVISED)
def test_an_incomplete_batch_may_hold_a_single_image(model_class):
    images = float_images(17)
    model = build(model_class)
    history = model.fit((images, images), LABELS[:17], batch_size=16, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_the_best_epoch_is_kept(tmp_path):
    """Keras' ModelCheckpoint, as with any classifier."""
    train = kerasgan.data.load_images("digits", limit=300)
    test = kerasgan.data.load_images("digits", split="test")
    model = models.SemiSupervisedGAN(
        generator=generator(), discriminator=classifier(10), ema=0.9, seed=0
    )
    model.compile(run_eagerly=True)
    path = tmp_path / "best.keras"
    best = keras.callbacks.ModelCheckpoint(
        path, monitor="val_accuracy", mode="max", save_best_only=True
    )
    batches = kerasgan.data.semi_supervised(train, 10, batch_size=50)
    history = model.fit(
        batches,
        epochs=4,
        validation_data=test.dataset(99, labels=True),
        callbacks=[best],
        verbose=0,
    ).history
    loaded = keras.models.load_model(path)
    found = loaded.evaluate(test.images, test.labels, verbose=0, return_dict=True)
    assert found["accuracy"] == pytest.approx(max(history["val_accuracy"]))
    accuracy = np.mean(loaded.classify(test.images).argmax(axis=1) == test.labels)
    assert found["accuracy"] == pytest.approx(accuracy)
    assert accuracy > 0.3
    loaded.fit(batches, verbose=0)


def test_the_number_of_classes_is_taken_from_the_discriminator():
    judge = discriminator([5, 7])
    assert models.SemiSupervisedGAN(discriminator=judge).num_classes == 5
    assert models.SemiSupervisedGAN(None, DIM, None, judge).num_classes == 5
    assert models.KPlusOneGAN(discriminator=judge).num_classes == 4
    paper = models.KPlusOneGAN(SHAPE, num_classes=4)
    assert [output.shape[-1] for output in paper.discriminator.outputs] == [5, 250]


@pytest.mark.parametrize("model_class", SEMI_SUPERVISED)
def test_endpoints_of_semi_supervised_models(model_class, noise_images, tmp_path):
    model = build(model_class)
    served = exported(model, tmp_path)
    names = {"generate", "generate_n", "sample_latent", "discriminate", "classify"}
    assert set(served.signatures) == names | {"serving_default"}
    np.testing.assert_array_equal(served.generate_n(3, 5), model.generate(3, seed=5))
    np.testing.assert_allclose(
        served.classify(noise_images), model.classify(noise_images), atol=1e-6
    )
    logits = np.asarray(model.discriminator(noise_images / 127.5 - 1)[0])
    odds = np.exp(logits[:, :4]).sum(axis=1)
    odds /= np.exp(logits[:, 4]) if model_class is models.KPlusOneGAN else 1
    np.testing.assert_allclose(
        served.discriminate(noise_images)[:, 0], np.log(odds), rtol=1e-4, atol=1e-5
    )
