"""Conditional GANs, which are told the class."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from labelled import (
    CLASSES,
    CONDITIONAL,
    DIM,
    LABELS,
    SHAPE,
    build,
    cells,
    default_inputs,
    discriminator,
    exported,
    generator,
    painted,
    painter,
)

import kerasgan
from kerasgan import models


def test_conditional_gan_has_the_papers_optimizer():
    model = models.ConditionalGAN(SHAPE, num_classes=CLASSES)
    model.compile()
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert type(optimizer) is keras.optimizers.SGD
        assert float(optimizer.learning_rate) == pytest.approx(0.1)
        assert optimizer.momentum == 0.5
    assert model.latent_dim == 100
    assert models.InfoGAN(SHAPE).latent_dim == 74


def halves(count, seed):
    """Images whose upper half (class 0) or lower half (class 1) is bright."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count)
    bright = generator.integers(160, 256, (count, 4, 8, 1))
    dark = generator.integers(0, 96, (count, 4, 8, 1))
    upper = labels[:, None, None, None] == 0
    return np.where(
        np.concatenate([upper] * 8, axis=1),
        np.concatenate([bright, dark], axis=1),
        np.concatenate([dark, bright], axis=1),
    ).astype("uint8"), labels


@pytest.mark.parametrize("model_class", CONDITIONAL)
def test_it_learns_what_a_class_looks_like(model_class):
    told = model_class is models.ConditionalGAN
    model = model_class(
        generator=generator(beside=2),
        discriminator=discriminator([1], beside=2) if told else discriminator([1, 2]),
        num_classes=2,
        seed=0,
    )
    model.compile(keras.optimizers.Adam(2e-3, 0.5), keras.optimizers.Adam(2e-3, 0.5))
    model.fit(*halves(1280, seed=0), batch_size=32, epochs=5, verbose=0)
    labels = np.arange(200) % 2
    images = model.generate(200, labels, seed=0).astype("float32")
    brighter = images[:, :4].mean(axis=(1, 2, 3)) - images[:, 4:].mean(axis=(1, 2, 3))
    assert np.mean(np.where(labels == 0, brighter, -brighter) > 50) > 0.95
    if not told:
        images, labels = halves(200, seed=1)
        assert np.mean(model.classify(images).argmax(axis=1) == labels) > 0.95


@pytest.mark.parametrize("model_class", CONDITIONAL)
def test_generate_paints_the_labels(model_class):
    model = build(model_class, generator=painter(DIM, CLASSES))
    labels = [3, 0, 1, 1, 2]
    images = model.generate(5, labels=labels, seed=1)
    assert images.shape == (5, *SHAPE) and images.dtype == np.uint8
    found = painted(images, DIM + CLASSES)
    np.testing.assert_allclose(found[:, DIM:], np.eye(4)[labels], atol=0.03)
    np.testing.assert_allclose(found[:, :DIM], model.sample_latent(5, seed=1), atol=0.03)
    # round((0.25 + 1) * 127.5), and round(127.5) to even, by hand
    np.testing.assert_array_equal(images[0, 0, DIM:, 0], [128, 128])
    np.testing.assert_array_equal(images[0, 1, :2, 0], [128, 159])

    np.testing.assert_array_equal(model.generate(5, labels, 1, batch_size=2), images)
    np.testing.assert_array_equal(model.generate(5, np.array(labels, "int64"), 1), images)
    assert (model.generate(5, labels=labels, seed=2) != images).any()
    one = painted(model.generate(3, labels=np.int64(2), seed=1), DIM + CLASSES)
    np.testing.assert_allclose(one[:, DIM:], np.eye(4)[[2, 2, 2]], atol=0.03)


def test_labels_that_are_not_given_are_drawn_uniformly():
    model = build(models.ConditionalGAN, generator=painter(DIM, CLASSES))
    images = model.generate(2000, seed=3)
    np.testing.assert_array_equal(model.generate(2000, seed=3, batch_size=999), images)
    labels = painted(images, DIM + CLASSES)[:, DIM:].argmax(axis=1)
    np.testing.assert_allclose(np.bincount(labels) / 2000, 0.25, atol=0.04)
    again, asked = model.sample_labelled(2000, seed=3)
    np.testing.assert_array_equal(again, images)
    np.testing.assert_array_equal(asked, labels)
    other = painted(model.generate(2000, seed=4), DIM + CLASSES)[:, DIM:].argmax(axis=1)
    assert 0.6 < np.mean(other != labels) < 0.9


@pytest.mark.parametrize("model_class", CONDITIONAL)
@pytest.mark.parametrize(
    "labels, found",
    [
        ([0, 1, 4], r"lie in \[0, 4\]"),
        ([0, -1, 1], r"lie in \[-1, 1\]"),
        (4, r"lie in \[4, 4\]"),
        (1.0, "dtype float64"),
        ([0.0, 1.0, 2.0], "dtype float64"),
        (True, "dtype bool"),
        ("cat", "dtype str"),
        ([0, 1], r"shape \(2,\)"),
        ([[0, 1, 2]], r"shape \(1, 3\)"),
        (np.eye(4)[:3], r"shape \(3, 4\)"),
    ],
)
def test_generate_refuses_wrong_labels(model_class, labels, found):
    with pytest.raises(ValueError, match=rf"integer labels in \[0, 4\), shape \(3,\), .*{found}"):
        build(model_class).generate(3, labels=labels)
    with pytest.raises(ValueError, match="count must be a positive integer, got 0"):
        build(model_class).generate(0, labels=labels)


def attributed(**options):
    """A conditional GAN of 3 attributes."""
    networks = dict(generator=generator(3), discriminator=discriminator([1], 3))
    model = models.ConditionalGAN(**networks | {"num_attributes": 3, "seed": 0} | options)
    model.compile("adam", "adam", run_eagerly=True)
    return model


def test_attributes(noise_images, tmp_path, monkeypatch):
    monkeypatch.setattr(kerasgan.fast, "_mode", "off")  # so that the network itself is called
    model = attributed(generator=painter(DIM, 3))
    attributes = np.random.default_rng(0).uniform(-1, 1, (64, 3))
    seen = []
    judge = model.discriminator.call
    model.discriminator.call = lambda inputs, **options: (
        seen.append(inputs[1]) or judge(inputs, **options)
    )
    logs = model.fit(noise_images, attributes, batch_size=64, shuffle=False, verbose=0).history
    assert all(np.isfinite(values).all() for values in logs.values())
    assert len(seen) == 3  # real, generated, generated for G
    for given in seen:
        np.testing.assert_allclose(given, attributes, rtol=1e-6)
    model.evaluate(noise_images, attributes, verbose=0)

    model = attributed(generator=painter(DIM, 3))
    wanted = [[0.5, -1, 2], [0, 1, -3]]
    images = model.generate(2, wanted, seed=1)
    np.testing.assert_allclose(painted(images, 9)[:, 6:], wanted, atol=0.03)
    rows = cells(model.grid(count=5, seed=2), columns=2)  # rounded up
    found = painted(rows.reshape(-1, *SHAPE), 9)
    np.testing.assert_allclose(found[:, 6:], np.eye(3).repeat(2, axis=0), atol=0.03)
    np.testing.assert_allclose(
        found[:, :6], np.tile(model.sample_latent(2, seed=2), (3, 1)), atol=0.03
    )
    model.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    assert (model.num_classes, model.num_attributes) == (None, 3)
    model.export(tmp_path / "served")
    served = tf.saved_model.load(tmp_path / "served")
    np.testing.assert_array_equal(served.generate_from_labels(tf.constant(wanted), 1), images)
    assert not hasattr(served, "generate_n")


@pytest.mark.parametrize(
    "attributes, message",
    [
        (None, "Give labels: attributes of shape"),
        (1, r"are int64 of shape \(2,\)"),
        (np.zeros((2, 4)), r"finite attributes, shape \(2, 3\), but are float64 of shape \(2, 4\)"),
        (np.zeros((3, 3)), r"of shape \(3, 3\)"),
        ([["a", "b", "c"]] * 2, "but are str"),
        ([[0, 1, np.nan]] * 2, "some are NaN"),
    ],
)
def test_wrong_attributes_are_refused(attributes, message, noise_images):
    model = attributed()
    with pytest.raises(ValueError, match=message):
        model.generate(2, attributes)
    with pytest.raises(ValueError, match="attributes, shape"):
        model.fit(noise_images[:2], attributes if attributes is None else np.asarray(attributes))


@pytest.mark.parametrize("model_class", CONDITIONAL)
def test_a_row_of_the_grid_is_a_class(model_class):
    model = build(model_class, generator=painter(DIM, CLASSES))
    grid = cells(model.grid(count=12, seed=4), columns=3)
    assert grid.shape == (4, 3, *SHAPE)
    for row in range(4):
        found = painted(grid[row], DIM + CLASSES)
        np.testing.assert_allclose(found[:, DIM:], np.eye(4)[[row] * 3], atol=0.03)
        np.testing.assert_allclose(found[:, :DIM], model.sample_latent(3, seed=4), atol=0.03)
    assert model.grid(count=13).shape == (4 * 10 - 2, 4 * 10 - 2, 1)  # rounded up


def test_a_grid_has_at_most_16_rows():
    options = dict(generator=painter(DIM, 20), discriminator=discriminator([1], 20))
    model = models.ConditionalGAN(**options, num_classes=20)
    found = painted(cells(model.grid(32), columns=2)[:, 0], DIM + 20)
    np.testing.assert_array_equal(found[:, DIM:].argmax(axis=1), np.arange(16))


@pytest.mark.parametrize("model_class", CONDITIONAL)
def test_endpoints_of_conditional_models(model_class, noise_images, tmp_path):
    model = build(model_class, ema=0.9)
    model.fit(noise_images, LABELS, verbose=0)
    served = exported(model, tmp_path)
    names = {"generate_from_labels", "generate", "generate_n", "sample_latent", "discriminate"}
    names |= {"classify"} if model_class is models.ACGAN else set()
    assert set(served.signatures) == names | {"serving_default"}
    assert default_inputs(served) == {"labels", "seed"}

    labels = [2, 0, 3]
    images = model.generate(3, labels, seed=5)
    np.testing.assert_array_equal(served.generate_from_labels(tf.constant(labels), 5), images)
    latents = served.sample_latent(3, 5)
    np.testing.assert_array_equal(served.generate(latents, tf.constant(labels)), images)
    np.testing.assert_array_equal(served.generate_n(40, 6), model.generate(40, seed=6))
    for wrong in ([0, 4, 1], [0, -1, 1]):
        for call in (
            lambda labels: served.generate_from_labels(labels, 5),
            lambda labels: served.generate(latents, labels),
        ):
            with pytest.raises(
                tf.errors.InvalidArgumentError, match=r"labels must lie in \[0, 4\)"
            ):
                call(tf.constant(wrong))

    floats = tf.constant(noise_images / 127.5 - 1, "float32")
    if model_class is models.ACGAN:
        logits, classes = model.discriminator(floats)
        np.testing.assert_allclose(served.discriminate(noise_images), logits, atol=1e-5)
        np.testing.assert_allclose(served.classify(noise_images), tf.nn.softmax(classes), atol=1e-5)
    else:
        logits = model.discriminator([floats, tf.one_hot(LABELS, 4)])
        found = served.discriminate(noise_images, tf.constant(LABELS, "int32"))
        np.testing.assert_allclose(found, logits, atol=1e-5)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"labels must lie in \[0, 4\)"):
            served.discriminate(noise_images, tf.constant(LABELS + 1, "int32"))
