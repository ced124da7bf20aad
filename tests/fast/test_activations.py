import keras
import numpy as np
import pytest
import tensorflow as tf
from derivatives import derivatives
from fast.faster import faster, twins

LeakyReLU, PReLU = faster(keras.layers.LeakyReLU), faster(keras.layers.PReLU)


@pytest.mark.parametrize("shape", [(5,), (4, 4, 3)])
@pytest.mark.parametrize("slope", [0.2, 0.0])
def test_leaky_relu_is_that_of_keras_to_the_second_derivative(slope, shape):
    inputs = tf.constant(np.random.default_rng(0).normal(size=(2, *shape)), "float32")
    layers = LeakyReLU(slope), keras.layers.LeakyReLU(slope)
    for ours, theirs in zip(*(derivatives(layer, inputs) for layer in layers), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_leaky_relu_against_constants():
    inputs = tf.constant([-2.0, 0.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = LeakyReLU(0.5)(inputs)
    np.testing.assert_allclose(outputs, [-1.0, 0.0, 3.0])
    np.testing.assert_allclose(tape.gradient(outputs, inputs)[::2], [0.5, 1.0])


def penalty_operations(activation):
    """How many products of matrices the gradient of a gradient penalty takes."""
    dense = [keras.layers.Dense(4), keras.layers.Dense(4), keras.layers.Dense(1)]
    network = keras.Sequential([keras.Input((4,)), dense[0], activation(), dense[1], activation()])
    network.add(dense[2])

    @tf.function
    def gradient(inputs):
        weights = [layer.kernel.value for layer in dense]
        with tf.GradientTape() as outer:
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                outputs = network(inputs)
            penalty = tf.reduce_sum(tf.square(tape.gradient(outputs, inputs)))
        return outer.gradient(penalty, weights)

    graph = gradient.get_concrete_function(tf.ones((2, 4))).graph
    return sum(op.type == "MatMul" for op in graph.get_operations())


def test_a_penalty_does_not_send_zeros_through_the_network():
    ours, theirs = (penalty_operations(layer) for layer in (LeakyReLU, keras.layers.LeakyReLU))
    # Keras' zeros reach the outputs of both hidden layers: from each of these a product for the
    # weights, and from the second another on the way to the first.
    assert ours == theirs - 3


@pytest.mark.parametrize("shared", [None, [1, 2], [1, 2, 3]])
def test_prelu_is_that_of_keras_to_the_second_derivative(shared):
    rng = np.random.default_rng(0)
    inputs = tf.constant(rng.normal(size=(2, 4, 4, 3)), "float32")
    layers = twins(keras.layers.PReLU, inputs.shape, shared_axes=shared)
    for layer in layers:
        layer.set_weights([weight + 1.0 for weight in layer.get_weights()])
    for ours, theirs in zip(*(derivatives(layer, inputs) for layer in layers), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_prelu_against_constants():
    layer = PReLU(keras.initializers.Constant(0.5), shared_axes=[1])
    inputs = tf.constant([[-2.0, 3.0, -4.0]])
    layer.build(inputs.shape)
    with tf.GradientTape() as tape:
        outputs = layer(inputs)
    np.testing.assert_allclose(outputs, [[-1.0, 3.0, -2.0]])
    np.testing.assert_allclose(tape.gradient(outputs, layer.layer.alpha.value), [-6.0])


@pytest.mark.parametrize("layer", [LeakyReLU, PReLU])
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64"])
def test_computes_in_its_precision(layer, policy):
    outputs = layer(dtype=policy)(np.ones((2, 3), "float32"))
    assert outputs.dtype == policy.removeprefix("mixed_")
    np.testing.assert_allclose(tf.cast(outputs, "float32"), 1.0)
