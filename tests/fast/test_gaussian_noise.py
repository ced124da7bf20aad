import keras
import numpy as np
import pytest
from fast.faster import faster
from scipy import stats

GaussianNoise = faster(keras.layers.GaussianNoise)


def draw(*shape, stddev=0.5, seed=0):
    return np.array(GaussianNoise(stddev, seed=seed)(np.zeros(shape, "float32"), training=True))


def test_noise_is_normal():
    noise = draw(1000, 1001).ravel() / 0.5
    assert noise.dtype == "float32"
    assert stats.kstest(noise, "norm").statistic < 1.95 / np.sqrt(noise.size)  # 1 in 1,000
    assert np.abs(noise).max() > 4.5  # 6.8 of a million are expected there
    for power, moment, deviation in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        tolerance = 4 * np.sqrt(deviation / noise.size)
        assert np.mean(noise**power, dtype="float64") == pytest.approx(moment, abs=tolerance)


def test_numbers_are_independent():
    noise = draw(2, 500, 500).reshape(2, -1)
    # The two of a pair, which share a word, and neighbours; in size too.
    for a, b in (noise, (noise[0, 1:], noise[0, :-1])):
        for function in (np.sign, np.abs, np.square):
            assert abs(np.corrcoef(function(a), function(b))[0, 1]) < 4 / np.sqrt(a.size)
    assert len(np.unique(noise)) > 0.98 * noise.size


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (2, 3, 3, 1), (0, 4)])
def test_any_shape(shape):
    assert draw(*shape).shape == shape


def test_seed_and_call_choose_the_noise():
    np.testing.assert_array_equal(draw(3, 4, seed=1), draw(3, 4, seed=1))
    assert (draw(3, 4, seed=1) != draw(3, 4, seed=2)).all()
    layer = GaussianNoise(0.1, seed=0)
    one, other = (np.array(layer(np.ones((3, 4), "float32"), training=True)) for _ in range(2))
    assert (one != other).all()


def test_inference_and_no_deviation_leave_the_inputs():
    inputs = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(GaussianNoise(0.5)(inputs), inputs)
    np.testing.assert_array_equal(GaussianNoise(0.0)(inputs, training=True), inputs)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float64"])
def test_keeps_to_its_precision(policy):
    layer = GaussianNoise(0.5, seed=0, dtype=policy)
    outputs = layer(np.zeros((100, 100), "float32"), training=True)
    assert outputs.dtype == policy.removeprefix("mixed_")
    assert float(keras.ops.std(keras.ops.cast(outputs, "float32"))) == pytest.approx(0.5, abs=0.02)
