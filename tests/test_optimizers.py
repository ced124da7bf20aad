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


def test_cosine():
    schedule = optimizers.Cosine(2.0, 0.5, over=1000)
    # half-way along, and at a third: cos(pi / 3) = 1/2
    expected = {0: 2.0, 333.3333: 1.625, 500: 1.25, 1000: 0.5, 5000: 0.5}
    assert [float(schedule(n)) for n in expected] == pytest.approx(list(expected.values()))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert again.get_config() == schedule.get_config()
    with pytest.raises(ValueError, match="over must be .* got 0"):
        optimizers.Cosine(1.0, 0.0, over=0)


@pytest.mark.parametrize("name", ["Adam", "RootEpsilonAdam"])
def test_a_schedule_of_beta_2_against_numpy(name):
    schedule = optimizers.Cosine(0.5, 0.9, over=2)  # 0.5, 0.7, 0.9
    optimizer = getattr(optimizers, name)(0.1, beta_1=0.0, beta_2=schedule, epsilon=1e-8)
    config = keras.optimizers.serialize(optimizer)
    weights = keras.Variable([1.0, -2.0])
    optimizer.build([weights])
    expected, v = np.array([1.0, -2.0]), np.zeros(2)
    gradients = np.array([[1.0, 0.1], [-0.5, 0.2], [0.3, 4.0]])
    for step, (gradient, beta) in enumerate(zip(gradients, (0.5, 0.7, 0.9), strict=True), 1):
        if step == 3:  # goes on after being rebuilt
            state = [variable.numpy() for variable in optimizer.variables]
            optimizer = keras.optimizers.deserialize(config)
            optimizer.build([weights])
            for variable, value in zip(optimizer.variables, state, strict=True):
                variable.assign(value)
        optimizer.apply([tf.constant(gradient, "float32")], [weights])
        v = beta * v + (1 - beta) * gradient**2
        # The bias is corrected by the current beta_2.
        expected = expected - 0.1 * gradient / np.sqrt(v / (1 - beta**step))
    np.testing.assert_allclose(weights, expected, rtol=1e-4)


def test_amsgrad_takes_no_schedule_of_beta_2():
    with pytest.raises(ValueError, match="amsgrad beta_2 must be a number"):
        optimizers.Adam(beta_2=optimizers.Cosine(0.9, 0.99, 10), amsgrad=True)
