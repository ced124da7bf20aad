import keras
import numpy as np
import pytest

from kerasgan import metrics


def identity():
    images = keras.Input((2, 2, 2))
    return keras.Model(images, keras.layers.Activation("linear")(images))


def test_by_hand():
    # The features are the two channels. (3, 4) has the direction (0.6, 0.8), from (1, 0) it is
    # 0.4^2 + 0.8^2 = 0.8 away; from (6, 8) nothing; from (-3, -4) 4; black from black nothing.
    a = np.array([[3, 4], [3, 4], [3, 4], [0, 0]], "float32").reshape(1, 2, 2, 2)
    b = np.array([[1, 0], [6, 8], [-3, -4], [0, 0]], "float32").reshape(1, 2, 2, 2)
    found = metrics.perceptual_distance(a, b, identity())
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, [(0.8 + 4) / 4], rtol=1e-6)


def test_outputs_are_added_and_batches_do_not_matter():
    generator = np.random.default_rng(0)
    images = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, activation="relu")(images)
    y = keras.layers.Conv2D(6, 3, strides=2)(x)
    both, first, second = (keras.Model(images, each) for each in ([x, y], x, y))
    a, b = generator.uniform(-1, 1, (2, 5, 8, 8, 3)).astype("float32")
    found = metrics.perceptual_distance(a, b, both, batch_size=2)
    parts = [metrics.perceptual_distance(a, b, each) for each in (first, second)]
    np.testing.assert_allclose(found, sum(parts), rtol=1e-5)
    near = metrics.perceptual_distance(a, a + 0.05 * b, both)
    assert (near < found).all() and (near > 0).all()
    np.testing.assert_array_equal(metrics.perceptual_distance(a, a, both), 0)


def test_pixels_are_made_floats():
    levels = np.arange(8, dtype=np.uint8).reshape(1, 2, 2, 2) * 30
    floats = (levels / 127.5 - 1).astype("float32")
    found = metrics.perceptual_distance(levels, floats, identity())
    np.testing.assert_allclose(found, 0, atol=1e-12)


def test_wrong_images_and_networks_are_told():
    good = np.zeros((1, 2, 2, 2), "float32")
    flat = keras.Sequential([keras.Input((2, 2, 2)), keras.layers.Flatten()])
    for a, network, words in [
        (good[0], identity(), r"a must be images.*\(2, 2, 2\)"),
        (good.astype(int), identity(), "int64"),
        (np.zeros((2, 2, 2, 2), "float32"), identity(), "one shape"),
        (good, flat, r"\(N, h, w, channels\), but gives \(1, 8\)"),
        (good * np.nan, identity(), "must be finite"),
    ]:
        with pytest.raises(ValueError, match=words):
            metrics.perceptual_distance(a, good, network)
