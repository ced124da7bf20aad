import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers import MinibatchDiscrimination


def built(kernel, kernels, kernel_dim, **options):
    """A layer whose T is `kernel`."""
    layer = MinibatchDiscrimination(kernels, kernel_dim, **options)
    layer.build((None, len(kernel)))
    layer.kernel.assign(kernel)
    return layer


def test_against_constants():
    # M_i has the rows (x, y) and (0, 2y).
    layer = built([[1, 0, 0, 0], [0, 1, 0, 2]], 2, 2)
    x = np.array([[0, 0], [1, 2], [0, -1]], "float32")
    # Distances of the pairs 12, 13, 23: by the first rows 3, 1, 4; by the second 4, 2, 6.
    e = math.exp
    closeness = [
        [e(-3) + e(-1), e(-4) + e(-2)],
        [e(-3) + e(-4), e(-4) + e(-6)],
        [e(-1) + e(-4), e(-2) + e(-6)],
    ]
    output = layer(x)
    np.testing.assert_array_equal(output[:, :2], x)
    np.testing.assert_allclose(output[:, 2:], closeness, rtol=1e-5)


def test_gradient_against_constants():
    layer = built([[2.0]], 1, 1)
    x = tf.constant([[1.0], [0.5]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(layer(x)[:, 1:])  # 2 exp(-2 (x_1 - x_2)) = 2 / e
    by_x, by_t = tape.gradient(total, [x, layer.kernel.value])
    np.testing.assert_allclose(by_x, [[-4 / math.e], [4 / math.e]], rtol=1e-6)
    np.testing.assert_allclose(by_t, [[-1 / math.e]], rtol=1e-6)


def test_identical_examples_are_close_to_all_others():
    # Integers: libraries sum other numbers in another order for some rows than for others.
    rng = np.random.default_rng(0)
    layer = built(rng.integers(-9, 9, (5, 12)), 3, 4)
    x = tf.constant(np.tile(rng.integers(-9, 9, (1, 5)), (7, 1)), "float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        closeness = layer(x)[:, 5:]
    np.testing.assert_array_equal(closeness, np.full((7, 3), 6.0))
    np.testing.assert_array_equal(tape.gradient(closeness, x), np.zeros((7, 5)))


def test_examples_far_apart_are_close_to_none():
    x = 1e4 * np.random.default_rng(0).normal(size=(7, 5)).astype("float32")
    np.testing.assert_array_equal(MinibatchDiscrimination(3, 4)(x)[:, 5:], np.zeros((7, 3)))
    np.testing.assert_array_equal(MinibatchDiscrimination(3, 4)(x[:1])[:, 5:], np.zeros((1, 3)))


def test_the_initial_kernel_is_as_wide_as_a_dense_layers():
    layer = MinibatchDiscrimination(100, 5)
    layer.build((None, 300))
    # Glorot: U[-l, l] with l^2 = 6 / (300 + 500)
    assert np.abs(layer.kernel).max() == pytest.approx(math.sqrt(6 / 800), rel=1e-3)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision(policy):
    layer = built([[1.0], [1 + 2**-11]], 1, 1, dtype=policy)
    # M is 2048 and 2049; neither type tells these apart, nor the two weights.
    output = layer(np.array([[2048, 0], [0, 2048]], "float32"))
    assert output.dtype == policy.removeprefix("mixed_")
    np.testing.assert_allclose(tf.cast(output[:, 2], "float32"), math.exp(-1), rtol=1e-2)
    # M is 120,000, beyond float16.
    same = layer(np.full((5, 2), 60_000, "float32"))
    np.testing.assert_array_equal(tf.cast(same[:, 2], "float32"), np.full(5, 4.0))


def test_a_replicas_share_is_the_batch(mirrored):
    with mirrored.scope():
        layer = MinibatchDiscrimination(2, 3)
        layer.build((None, 4))
    shares = mirrored.run(layer, (tf.ones((3, 4)),))
    for share in mirrored.experimental_local_results(shares):
        np.testing.assert_array_equal(share[:, 4:], np.full((3, 2), 2.0))


def test_serialization_keeps_the_outputs(tmp_path):
    inputs = keras.Input((5,))
    initializer = keras.initializers.RandomNormal(stddev=0.3, seed=1)
    layer = MinibatchDiscrimination(3, 4, kernel_initializer=initializer)
    model = keras.Model(inputs, layer(inputs))
    assert model.count_params() == 5 * 3 * 4
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
    np.testing.assert_array_equal(loaded(x), model(x))
    assert loaded.output_shape == (None, 8)
    assert loaded.layers[-1].get_config() == layer.get_config()


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="kernels=0"):
        MinibatchDiscrimination(0)
    with pytest.raises(ValueError, match="kernel_dim=-1"):
        MinibatchDiscrimination(3, -1)
    with pytest.raises(ValueError, match=r"\(N, d\), got the shape \(2, 4, 4, 3\)"):
        MinibatchDiscrimination()(np.zeros((2, 4, 4, 3), "float32"))
