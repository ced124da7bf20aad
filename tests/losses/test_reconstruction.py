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
