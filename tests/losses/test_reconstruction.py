import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import losses

TARGETS = np.array([[[[0.0, 1.0]], [[-1.0, 0.5]]]], "float32")  # (1, 2, 1, 2)
IMAGES = np.array([[[[0.5, 1.0]], [[1.0, 0.0]]]], "float32")  # differences .5, 0, 2, .5


@pytest.mark.parametrize(
    "loss, expected",
    [
        (losses.l1, 3.0 / 4),
        (losses.l2, (0.25 + 4 + 0.25) / 4),
        (losses.perceptual, (0.25 + 4 + 0.25) / 2),  # summed over the two channels
    ],
)
def test_against_constants(loss, expected):
    assert float(loss(TARGETS, IMAGES)) == pytest.approx(expected)
    assert float(loss(TARGETS, TARGETS)) == 0.0
    assert loss(tf.cast(TARGETS, "float16"), IMAGES).dtype == "float32"
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss)) is loss


def test_gradient_of_l1_is_the_sign():
    images = tf.constant(IMAGES)
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = losses.l1(TARGETS, images)
    expected = np.sign(IMAGES - TARGETS) / 4
    np.testing.assert_allclose(tape.gradient(loss, images), expected)


STEPS = np.array([[[1.0, 2.0, -1.0], [3.0, 3.0, 2.0]]], "float32")[..., None]  # (1, 2, 3, 1)


def test_gradient_difference_against_constants():
    # Of the targets: down |2|, |1|, |3|; to the right |1|, |3| and |0|, |1|.
    zeros = np.zeros_like(STEPS)
    down, right = [2.0, 1.0, 3.0], [1.0, 3.0, 0.0, 1.0]
    assert float(losses.gradient_difference(STEPS, zeros)) == pytest.approx(6 / 3 + 5 / 4)
    squares = sum(x * x for x in down) / 3 + sum(x * x for x in right) / 4
    assert float(losses.gradient_difference(STEPS, zeros, 2.0)) == pytest.approx(squares)
    # Steps of the other sign are as long: the absolute values are inside.
    assert float(losses.gradient_difference(STEPS, -STEPS)) == 0.0
    assert losses.gradient_difference(tf.cast(STEPS, "float16"), STEPS).dtype == "float32"


def test_gradient_difference_of_an_offset_is_zero():
    # Padding, or going around, would make steps at the edges.
    ramp = np.arange(12, dtype="float32").reshape(1, 3, 4, 1)
    assert float(losses.gradient_difference(ramp, ramp)) == 0.0
    assert float(losses.gradient_difference(ramp, ramp + 5)) == 0.0
    assert float(losses.gradient_difference(ramp, 0 * ramp)) == pytest.approx(4 + 1)
    assert float(losses.gradient_difference(ramp[:, :1], 0 * ramp[:, :1])) == pytest.approx(1)


def test_gradient_of_gradient_difference():
    targets = tf.zeros((1, 2, 2, 1))
    images = tf.constant([[[[1.0], [0.0]], [[0.0], [0.0]]]])
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = losses.gradient_difference(targets, images)
    gradient = tape.gradient(loss, images).numpy()
    # Its step down and its step to the right, each a half of the mean.
    assert gradient[0, 0, 0, 0] == pytest.approx(1 / 2 + 1 / 2)
    assert gradient[0, 1, 0, 0] == gradient[0, 0, 1, 0] == pytest.approx(-1 / 2)
    assert gradient[0, 1, 1, 0] == 0.0
