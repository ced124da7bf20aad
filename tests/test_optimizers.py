import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import optimizers


@pytest.mark.parametrize("options", [{}, {"amsgrad": True}, {"clipnorm": 0.1, "weight_decay": 0.1}])
def test_fused_adam_is_keras_adam(options):
    gradients = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    found = []
    for adam in (optimizers.Adam, keras.optimizers.Adam):
        optimizer = adam(0.1, beta_1=0.5, beta_2=0.9, epsilon=1e-3, **options)
        weights = keras.Variable([1.0, -2.0, 0.0])
        optimizer.build([weights])
        for gradient in gradients:
            optimizer.apply([tf.constant(gradient)], [weights])
        state = [weights, *optimizer.variables]
        found.append(np.concatenate([np.ravel(each) for each in state]))
    np.testing.assert_allclose(*found, rtol=1e-5, atol=1e-6)


def test_fused_adam_against_numpy():
    optimizer = optimizers.Adam(0.1, beta_1=0.5, beta_2=0.9)
    weights = keras.Variable([1.0, -2.0, 0.0])
    optimizer.build([weights])
    expected, m, v = np.array([1.0, -2.0, 0.0]), np.zeros(3), np.zeros(3)
    for step, gradient in enumerate(np.array([[1.0, 0.1, 3.0], [-0.5, 0.2, 0.0]]), 1):
        optimizer.apply([tf.constant(gradient, "float32")], [weights])
        m = 0.5 * m + 0.5 * gradient
        v = 0.9 * v + 0.1 * gradient**2
        expected = expected - 0.1 * m / (1 - 0.5**step) / (np.sqrt(v / (1 - 0.9**step)) + 1e-8)
    np.testing.assert_allclose(weights, expected, rtol=1e-5)


def test_fused_adam_takes_rows_of_an_embedding():
    optimizer = optimizers.Adam(0.1)
    table = keras.Variable(np.ones((4, 2), "float32"))
    optimizer.build([table])
    optimizer.apply([tf.IndexedSlices(tf.ones((1, 2)), [2], [4, 2])], [table])
    assert (table.numpy()[2] < 1).all()


def test_adam_against_numpy():
    optimizer = optimizers.RootEpsilonAdam(0.1, beta_1=0.5, beta_2=0.9, epsilon=1e-4)
    weights = keras.Variable([1.0, -2.0, 0.0])
    optimizer.build([weights])
    expected, m, v = np.array([1.0, -2.0, 0.0]), np.zeros(3), np.zeros(3)
    gradients = np.array([[1.0, 0.01, 1e-4], [-0.5, 0.02, 0.0], [0.3, 0.0, -2e-4]])
    for step, gradient in enumerate(gradients, 1):
        optimizer.apply([tf.constant(gradient, "float32")], [weights])
        m = 0.5 * m + 0.5 * gradient
        v = 0.9 * v + 0.1 * gradient**2
        corrected = m / (1 - 0.5**step), v / (1 - 0.9**step)
        expected = expected - 0.1 * corrected[0] / np.sqrt(corrected[1] + 1e-4)
    np.testing.assert_allclose(weights, expected, rtol=1e-5)


def test_small_gradients_move_weights_faster_than_with_keras_adam():
    steps = []
    for adam in (optimizers.RootEpsilonAdam(0.1), keras.optimizers.Adam(0.1, epsilon=1e-4)):
        weight = keras.Variable([0.0])
        adam.build([weight])
        adam.apply([tf.constant([1e-4])], [weight])
        steps.append(-float(weight.numpy()[0]))
    # m / sqrt(v + 1e-8) = 1 / sqrt(2); Keras' root is 1e-4 sqrt(0.001) beside its 1e-4.
    assert steps == pytest.approx(
        [0.1 / np.sqrt(2), 0.1 * np.sqrt(1e-3) / (1 + np.sqrt(1e-3))], rel=1e-3
    )


def test_adam_is_rebuilt_with_its_settings():
    optimizer = optimizers.RootEpsilonAdam(0.1, beta_1=0.5, clipnorm=1.0)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(again) is optimizers.RootEpsilonAdam
    assert (again.beta_1, again.epsilon, again.clipnorm) == (0.5, 1e-8, 1.0)


def test_linear_decay():
    rate = optimizers.LinearDecay(0.2, 100)
    assert [float(rate(step)) for step in (0, 50, 75, 100, 120)] == pytest.approx(
        [0.2, 0.2, 0.1, 0.0, 0.0]
    )
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(rate))
    assert (again.learning_rate, again.steps) == (0.2, 100)
