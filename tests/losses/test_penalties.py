import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import losses
from kerasgan.optimizers import Cosine

# Gradients of length 5 and 0.5, each over 2 x 1 x 2 numbers.
GRADIENTS = np.array([[3, 0, 0, 4], [0.3, 0.4, 0, 0]], "float32").reshape(2, 2, 1, 2)
PENALTIES = [
    losses.GradientPenalty,
    losses.OneSidedGradientPenalty,
    losses.DRAGAN,
    losses.R1,
    losses.R2,
]


@pytest.mark.parametrize(
    "penalty, expected",
    [
        (losses.GradientPenalty(10.0), 10 * (16 + 0.25) / 2),
        (losses.OneSidedGradientPenalty(10.0), 10 * 16 / 2),
        (losses.DRAGAN(2.0), 2 * (16 + 0.25) / 2),
        (losses.R1(10.0), 5 * (25 + 0.25) / 2),
        (losses.R2(10.0), 5 * (25 + 0.25) / 2),
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


def test_r1_points_are_the_real_examples_and_r2_points_the_generated_ones():
    real, fake = tf.ones((2, 3)), tf.zeros((2, 3))
    assert losses.R1().points(real, fake) is real
    assert losses.R2().points(real, fake) is fake


def test_sums_are_flat():
    total = losses.R1(1.0) + losses.R2(2.0, every=4) + losses.LeCam(0.1)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(total))
    for each in (total, again):
        assert [type(part) for part in each.parts] == [losses.R1, losses.R2, losses.LeCam]
        assert [part.weight for part in each.parts] == [1.0, 2.0, 0.1]
        assert each.parts[1].every == 4
    assert losses.R1().parts[0].weight == 10.0
    with pytest.raises(TypeError):
        losses.R1() + 1.0


def test_names_of_penalties():
    (only,) = losses.get_penalty("r2:0.5").parts
    assert type(only) is losses.R2 and only.weight == 0.5
    total = losses.get_penalty("r1:1e+2+r2:0.1+lecam")
    assert [type(part) for part in total.parts] == [losses.R1, losses.R2, losses.LeCam]
    assert [part.weight for part in total.parts] == [100.0, 0.1, 0.3]
    assert losses.get_penalty(total) is total
    with pytest.raises(ValueError, match="Unknown penalty 'r1:1.r3'.*dragan, drift, r1, r2, lecam"):
        losses.get_penalty("r1:1+r3")


def test_a_weight_that_is_a_schedule_of_images():
    penalty = losses.R1(Cosine(4.0, 0.0, over=1000))
    # 4 (1 + cos(pi n / 1000)) / 2, halved, times E[||g||^2]
    for images, weight in ((0, 4.0), (500, 2.0), (2000, 0.0)):
        assert float(penalty.at(images)(GRADIENTS)) == pytest.approx(
            weight / 2 * (25 + 0.25) / 2, abs=1e-6
        )
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(penalty))
    assert again.weight.get_config() == {"first": 4.0, "last": 0.0, "over": 1000}
    plain = losses.R1(3.0)
    assert plain.at(7) is plain


@pytest.mark.parametrize("every", [0, 1.5, True])
def test_intervals_are_positive_integers(every):
    with pytest.raises(ValueError, match=f"positive integer, got {every}"):
        losses.R1(every=every)


def test_lecam_against_constants():
    lecam = losses.LeCam(0.5, decay=0.9, start=10)
    averages = tf.constant([1.0, -2.0])
    real, fake = np.array([[3.0], [-4.0]], "float32"), np.array([[0.0], [5.0]], "float32")
    # r - a_f = (5, -2), a_r - f = (1, -4): the negative ones count for nothing
    assert float(lecam(real, fake, averages, step=10)) == pytest.approx(0.5 * (25 / 2 + 1 / 2))
    assert float(lecam(real, fake, averages, step=9)) == 0.0
    # E[r] = -0.5, E[f] = 2.5
    moved = lecam.moved(averages, real, fake)
    np.testing.assert_allclose(moved, [0.9 - 0.05, -1.8 + 0.25], rtol=1e-6)
    with pytest.raises(ValueError, match="decay=1.0"):
        losses.LeCam(decay=1.0)


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
