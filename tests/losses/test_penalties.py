import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import losses

# Gradients of length 5 and 0.5, each over 2 x 1 x 2 numbers.
GRADIENTS = np.array([[3, 0, 0, 4], [0.3, 0.4, 0, 0]], "float32").reshape(2, 2, 1, 2)
PENALTIES = [
    losses.GradientPenalty,
    losses.OneSidedGradientPenalty,
    losses.DRAGAN,
    losses.R1,
]


@pytest.mark.parametrize(
    "penalty, expected",
    [
        (losses.GradientPenalty(10.0), 10 * (16 + 0.25) / 2),
        (losses.OneSidedGradientPenalty(10.0), 10 * 16 / 2),
        (losses.DRAGAN(2.0), 2 * (16 + 0.25) / 2),
        (losses.R1(10.0), 5 * (25 + 0.25) / 2),
    ],
)
def test_against_constants(penalty, expected):
    value = penalty(GRADIENTS)
    assert value.dtype == "float32"
    assert float(value) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("penalty_class", PENALTIES)
def test_a_gradient_of_zero_has_a_finite_derivative(penalty_class):
    gradients = tf.zeros((2, 3, 3, 1))
    with tf.GradientTape() as tape:
        tape.watch(gradients)
        value = penalty_class()(gradients)
    assert np.isfinite(value)
    assert np.isfinite(tape.gradient(value, gradients)).all()


@pytest.mark.parametrize("penalty_class", PENALTIES)
def test_half_precision_gradients_give_float32(penalty_class):
    value = penalty_class()(tf.constant(np.full((2, 500), 100.0), "float16"))
    assert value.dtype == "float32"
    # ||g||^2 = 5e6 overflows in float16.
    assert np.isfinite(value)


def test_wgan_gp_points_lie_on_the_lines_with_one_share_an_example():
    real, fake = tf.zeros((50, 4, 3, 2)), tf.ones((50, 4, 3, 2))
    points = losses.GradientPenalty().points(real, fake, seed=1).numpy()
    shares = points[:, 0, 0, 0]
    np.testing.assert_array_equal(
        points, np.broadcast_to(shares[:, None, None, None], points.shape)
    )
    assert len(np.unique(shares)) == 50
    assert 0 <= shares.min() < 0.1 and 0.9 < shares.max() <= 1


def test_dragan_points_are_real_examples_moved_by_half_a_deviation():
    real = tf.constant(np.random.default_rng(0).normal(size=(200, 6)), "float32")
    moved = (losses.DRAGAN().points(real, None, seed=1) - real).numpy()
    half = 0.5 * real.numpy().std()
    assert moved.min() >= 0 and 0.8 * half < moved.max() <= half
    # E[e u] / 2 std = std / 8
    assert moved.mean() == pytest.approx(half / 4, rel=0.1)


def test_r1_points_are_the_real_examples():
    real = tf.ones((2, 3))
    assert losses.R1().points(real, None) is real


@pytest.mark.parametrize("penalty_class", PENALTIES)
def test_serialization(penalty_class):
    config = keras.saving.serialize_keras_object(penalty_class(3.0))
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is penalty_class and again.weight == 3.0
    with pytest.raises(ValueError, match="negative, got -1"):
        penalty_class(-1)


def test_weight_clip():
    clip = losses.WeightClip(0.01)
    weights = np.array([-0.5, -0.01, 0.003, 0.01, 2.0], "float32")
    np.testing.assert_allclose(clip(weights), [-0.01, -0.01, 0.003, 0.01, 0.01])
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(clip))
    assert again.limit == 0.01
    with pytest.raises(ValueError, match="positive, got 0"):
        losses.WeightClip(0)
