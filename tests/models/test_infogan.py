"""InfoGAN, which finds codes."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from labelled import (
    LABELS,
    SHAPE,
    build,
    cells,
    coded,
    default_inputs,
    discriminator,
    exported,
    painted,
    painter,
)

from kerasgan import models


def test_latents_of_infogan():
    """Noise of U[-1, 1], a uniform one-hot category, codes of U[-1, 1], all independent."""
    latents = build(models.InfoGAN).sample_latent(4000, seed=1).numpy()
    noise, category, codes = np.split(latents, [3, 7], axis=1)
    for uniform in (noise, codes):
        assert -1 < uniform.min() < -0.99 and 0.99 < uniform.max() < 1
        assert uniform.std() == pytest.approx(3**-0.5, rel=0.02)
    assert set(np.unique(category)) == {0, 1}
    np.testing.assert_array_equal(category.sum(axis=1), 1)
    np.testing.assert_allclose(category.mean(axis=0), 0.25, atol=0.03)
    correlations = np.corrcoef(np.delete(latents, 6, axis=1).T)  # three of four are independent
    uniform = [0, 1, 2, 6, 7]
    assert np.abs(correlations[uniform] - np.eye(8)[uniform]).max() < 0.06


def test_infogan_ignores_labels(noise_images):
    results = []
    for y in (LABELS, np.full(64, 99), np.zeros((64, 3)), None):
        model = build(models.InfoGAN)
        model.fit(noise_images, y, shuffle=False, verbose=0)
        results.append(model.get_weights())
    for result in results[1:]:
        for a, b in zip(results[0], result, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_generate_paints_the_codes():
    model = coded()
    drawn = model.sample_latent(4, seed=1).numpy()
    np.testing.assert_allclose(painted(model.generate(4, seed=1), 9), drawn, atol=0.03)

    found = painted(model.generate(4, codes=[3, 0, 0, 1], seed=1), 9)
    np.testing.assert_allclose(found[:, 3:7], np.eye(4)[[3, 0, 0, 1]], atol=0.03)
    np.testing.assert_allclose(found[:, :3], drawn[:, :3], atol=0.03)
    np.testing.assert_allclose(found[:, 7:], drawn[:, 7:], atol=0.03)
    found = painted(model.generate(4, codes=2, seed=1), 9)
    np.testing.assert_allclose(found[:, 3:7], np.eye(4)[[2] * 4], atol=0.03)

    codes = np.random.default_rng(0).uniform(-3, 3, (4, 6))
    found = painted(model.generate(4, codes=codes, seed=1, batch_size=3), 9)
    np.testing.assert_allclose(found[:, 3:], codes, atol=0.03)
    np.testing.assert_allclose(found[:, :3], drawn[:, :3], atol=0.03)

    images, categories = model.sample_labelled(50, seed=2)
    np.testing.assert_array_equal(painted(images, 9)[:, 3:7].argmax(axis=1), categories)
    assert set(categories) == set(range(4))


@pytest.mark.parametrize(
    "codes, message",
    [
        ([0, 1, 4], r"integer labels in \[0, 4\), shape \(3,\), but lie in \[0, 4\]"),
        (-1, r"in \[0, 4\)"),
        (0.5, "dtype float64"),
        ([0, 1], r"shape \(2,\)"),
        (np.zeros((3, 4)), r"\(3,\) in \[0, 4\), or finite vectors \(3, 6\).*shape \(3, 4\)"),
        (np.full((3, 6), np.nan), "finite"),
    ],
)
def test_generate_refuses_wrong_codes(codes, message):
    with pytest.raises(ValueError, match=message):
        coded().generate(3, codes=codes)


def test_information_of_a_q_that_knows_nothing_and_of_one_that_knows_all(noise_images):
    model = coded()
    found = model.evaluate(noise_images, verbose=0, return_dict=True)
    assert found["category_information"] == pytest.approx(0, abs=0.4)  # Q is as it was drawn
    for weight in model.discriminator.weights:
        weight.assign(tf.zeros_like(weight))
    found = model.evaluate(noise_images, verbose=0, return_dict=True)
    assert found["category_information"] == pytest.approx(0, abs=1e-6)

    images = keras.Input(SHAPE)
    x = layers.Flatten()(images)
    knowing = keras.Model(images, [layers.Dense(n, use_bias=False)(x) for n in (1, 4, 2)])
    score, categories, continuous = np.zeros((64, 1)), np.zeros((64, 4)), np.zeros((64, 2))
    categories[3:7] = 400 * np.eye(4)  # a one-hot code is a quarter, painted
    continuous[7:9] = 4 * np.eye(2)
    knowing.set_weights([score, categories, continuous])
    model = coded(discriminator=knowing)
    found = model.evaluate(noise_images, verbose=0, return_dict=True)
    assert found["category_information"] == pytest.approx(math.log(4), abs=1e-5)
    assert found["continuous_information"] == pytest.approx(
        2 * (math.log(2) - 0.5 * math.log(2 * math.pi)), abs=1e-5
    )
    right = model.classify(model.generate(4, codes=[1, 3, 0, 2], seed=0))
    np.testing.assert_array_equal(right.argmax(axis=1), [1, 3, 0, 2])


def test_infogan_without_continuous_codes(noise_images, tmp_path):
    options = dict(generator=painter(7), discriminator=discriminator([1, 4]))
    model = models.InfoGAN(**options, num_categories=4, num_continuous=0, seed=0)
    model.compile("adam", "adam", run_eagerly=True)
    assert "continuous_information" not in model.fit(noise_images, verbose=0).history
    model.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    assert (model.num_categories, model.num_continuous) == (4, 0)

    model.generator.set_weights(painter(7).get_weights())
    found = painted(cells(model.grid(8, seed=1), columns=2).reshape(-1, *SHAPE), 7)
    np.testing.assert_allclose(found[:, 3:], np.eye(4).repeat(2, axis=0), atol=0.03)
    noise = np.tile(model.sample_latent(2, seed=1)[:, :3], (4, 1))
    np.testing.assert_allclose(found[:, :3], noise, atol=0.03)


def test_a_row_of_the_grid_is_a_category_and_a_code_walks_along_it():
    model = coded()
    grid = cells(model.grid(count=20, seed=4), columns=5)
    first = model.sample_latent(5, seed=4)[0]
    for row in range(4):
        found = painted(grid[row], 9)
        np.testing.assert_allclose(found[:, 3:7], np.eye(4)[[row] * 5], atol=0.03)
        np.testing.assert_allclose(found[:, 7], [-2, -1, 0, 1, 2], atol=0.03)
        for same in (0, 1, 2, 8):
            np.testing.assert_allclose(found[:, same], first[same], atol=0.03)


def test_endpoints_of_infogan(noise_images, tmp_path):
    model = coded()
    served = exported(model, tmp_path)
    names = {"generate_from_codes", "generate", "generate_n", "sample_latent", "discriminate"}
    assert set(served.signatures) == names | {"classify", "serving_default"}
    assert default_inputs(served) == {"latents"}
    codes = np.random.default_rng(0).uniform(-2, 2, (3, 6)).astype("float32")
    images = model.generate(3, codes, seed=5)
    np.testing.assert_array_equal(served.generate_from_codes(tf.constant(codes), 5), images)
    np.testing.assert_array_equal(served.generate_n(3, 5), model.generate(3, seed=5))
    np.testing.assert_allclose(
        served.classify(noise_images), model.classify(noise_images), atol=1e-6
    )
    score, _, _ = model.discriminator(noise_images / 127.5 - 1)
    np.testing.assert_allclose(served.discriminate(noise_images), score, atol=1e-5)
