import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers import (
    AdaptiveInstanceNormalization,
    Bias,
    LearnedConstant,
    LearnedNoise,
    MinibatchStandardDeviation,
    ModulatedConv2D,
    PixelNormalization,
)
from kerasgan.networks.common import doubled, fixed_filter, halved


def inputs(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


# ------------------------------------------------------------------ of progressive growing


def test_channels_of_a_pixel_have_a_mean_square_of_one():
    x = inputs(2, 3, 4, 5) * 7
    made = PixelNormalization()(x).numpy()
    np.testing.assert_allclose((made**2).mean(axis=-1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(made / x, (made / x)[..., :1] * np.ones(5), rtol=1e-4)
    np.testing.assert_array_equal(PixelNormalization()(np.zeros((1, 4))), 0)


def test_pixel_normalization_does_not_overflow_in_half_precision():
    made = PixelNormalization(dtype="float16")(np.full((1, 4), 3e4, "float16"))
    assert made.dtype == "float16"
    np.testing.assert_allclose(made, 1.0, rtol=1e-3)


def test_the_deviation_is_that_of_every_mth_example():
    x = inputs(8, 2, 2, 3)
    made = MinibatchStandardDeviation()(x).numpy()
    np.testing.assert_array_equal(made[..., :3], x)
    for i in range(8):  # two groups: even and odd examples
        group = x[i % 2 :: 2]
        expected = np.sqrt(group.var(axis=0) + 1e-8).mean()
        np.testing.assert_allclose(made[i, ..., 3], expected, rtol=1e-5)


def test_batches_of_any_size_have_a_deviation():
    for count in (1, 3, 5, 6):  # one group each
        x = inputs(count, 2, 2, 3)
        expected = np.sqrt(x.var(axis=0) + 1e-8).mean()
        made = MinibatchStandardDeviation()(x).numpy()
        np.testing.assert_allclose(made[..., 3], expected, rtol=1e-5)


def test_equal_examples_do_not_deviate():
    x = np.repeat(inputs(1, 2, 2, 3), 4, axis=0)
    np.testing.assert_allclose(MinibatchStandardDeviation()(x)[..., 3], 1e-4, rtol=1e-2)


# ------------------------------------------------------------------ of styles


def test_a_style_scales_and_moves_normalized_maps():
    x, style = 5 + 3 * inputs(2, 4, 4, 3), inputs(2, 6, seed=1)
    made = AdaptiveInstanceNormalization()([x, style]).numpy()
    normalized = (x - x.mean((1, 2), keepdims=True)) / x.std((1, 2), keepdims=True)
    scale, offset = style[:, None, None, :3], style[:, None, None, 3:]
    np.testing.assert_allclose(made, normalized * (1 + scale) + offset, atol=1e-4)
    # A style of zeros only normalizes.
    made = AdaptiveInstanceNormalization()([x, np.zeros((2, 6), "float32")])
    np.testing.assert_allclose(made, normalized, atol=1e-4)


@pytest.mark.parametrize(("per_channel", "count"), [(True, 3), (False, 1)])
def test_noise_is_drawn_in_training_alone(per_channel, count):
    layer, x = LearnedNoise(per_channel, seed=1), np.zeros((4, 5, 6, 3), "float32")
    np.testing.assert_array_equal(layer(x, training=True), x)  # of no strength at first
    assert layer.strength.shape == (count,)
    layer.strength.assign(np.arange(1.0, count + 1))
    made = layer(x).numpy()
    np.testing.assert_array_equal(made, layer(x))
    np.testing.assert_array_equal(made[0], made[1])
    assert made.std() > 0.5
    one, other = (layer(x, training=True).numpy() for _ in range(2))
    assert (one != other).any() and (one[0] != one[1]).any()
    ratios = made / made[..., :1]  # one map for all channels
    np.testing.assert_allclose(ratios, np.ones_like(made) * ratios[0, 0, 0], rtol=1e-5)


def test_a_seed_makes_the_same_noise():
    maps = []
    for seed in (1, 1, 2):
        layer = LearnedNoise(seed=seed)
        layer.build((None, 4, 4, 1))
        maps.append(layer.noise.numpy())
    np.testing.assert_array_equal(maps[0], maps[1])
    assert (maps[0] != maps[2]).any()


def test_a_constant_and_a_bias():
    layer = LearnedConstant((2, 2, 3))
    made = layer(np.zeros((5, 7), "float32"))
    np.testing.assert_array_equal(made, np.ones((5, 2, 2, 3)))
    assert layer.count_params() == 12
    bias = Bias()
    np.testing.assert_array_equal(bias(made), made)
    bias.bias.assign([1, 2, 3])
    np.testing.assert_array_equal(bias(made)[0, 0, 0], [2, 3, 4])


def by_hand(x, s, kernel, demodulate):
    """Each example with weights of its own."""
    made = []
    for maps, style in zip(x, s, strict=True):
        weights = kernel * style[:, None]
        if demodulate:
            weights = weights / np.sqrt((weights**2).sum((0, 1, 2)) + 1e-8)
        else:
            weights = weights / np.sqrt(np.prod(kernel.shape[:3]))
        made.append(tf.nn.conv2d(maps[None], weights, 1, "SAME")[0])
    return np.stack(made)


@pytest.mark.parametrize("demodulate", [True, False])
def test_scaled_activations_equal_scaled_weights(demodulate):
    x, s = inputs(3, 5, 5, 4), 1 + inputs(3, 4, seed=1)
    layer = ModulatedConv2D(6, 3, demodulate=demodulate)
    layer([x, s])
    kernel = inputs(3, 3, 4, 6, seed=2)
    layer.kernel.assign(kernel)
    np.testing.assert_allclose(layer([x, s]), by_hand(x, s, kernel, demodulate), atol=1e-4)


def test_demodulated_outputs_have_unit_variance_whatever_the_size_of_the_style():
    x, s = inputs(64, 8, 8, 32), 1 + 0.3 * inputs(64, 32, seed=1)
    layer = ModulatedConv2D(32, 3)
    layer([x, s])
    layer.kernel.assign(inputs(3, 3, 32, 32, seed=2))
    made = layer([x, s]).numpy()
    assert made[:, 1:-1, 1:-1].std() == pytest.approx(1.0, abs=0.1)
    np.testing.assert_allclose(layer([x, 100 * s]), made, atol=1e-4)


def test_a_transposed_convolution_doubles_maps():
    x, s = inputs(2, 4, 5, 3), 1 + inputs(2, 3, seed=1)
    layer = ModulatedConv2D(6, 3, doubles=True)
    made = layer([x, s])
    assert made.shape == layer.compute_output_shape([x.shape, s.shape]) == (2, 9, 11, 6)
    # The same as a convolution of maps with zeros between their pixels, turned around.
    kernel = layer.kernel.numpy()
    spaced = np.zeros((2, 4 * 2 + 3, 5 * 2 + 3, 3), "float32")
    spaced[:, 2:-2:2, 2:-2:2] = x * s[:, None, None]
    norms = np.sqrt(((s[:, None, None, :, None] * kernel) ** 2).sum((1, 2, 3)) + 1e-8)
    expected = tf.nn.conv2d(spaced, kernel[::-1, ::-1], 1, "VALID") / norms[:, None, None]
    np.testing.assert_allclose(made, expected, atol=1e-4)


# ------------------------------------------------------------------ filters


@pytest.mark.parametrize(
    ("function", "side"), [(doubled, 16), (halved, 4), (fixed_filter([1, 2, 1]), 8)]
)
def test_filters_keep_constants(function, side):
    images = keras.Input((8, 8, 2))
    network = keras.Model(images, function(images))
    made = network(np.ones((1, 8, 8, 2), "float32"))
    assert made.shape == (1, side, side, 2) and not network.trainable_weights
    np.testing.assert_allclose(made[:, 1:-1, 1:-1], 1.0, rtol=1e-6)
