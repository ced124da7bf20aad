import keras
import numpy as np
import pytest
import tensorflow as tf
from derivatives import derivatives
from fast.faster import faster, twins

Dense = faster(keras.layers.Dense)


def test_against_constants():
    layer = Dense(2, "relu")
    layer.build((None, 2))
    layer.set_weights([np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([0.5, 1.0])])
    np.testing.assert_allclose(layer(np.array([[1.0, 1.0]], "float32")), [[4.5, 0.0]])


@pytest.mark.parametrize("shape", [(3, 5), (2, 3, 5)])
@pytest.mark.parametrize("units", [4, 1])
@pytest.mark.parametrize("options", [{"activation": "tanh"}, {"use_bias": False}])
def test_equals_keras_to_the_second_derivative(shape, units, options):
    inputs = tf.constant(np.random.default_rng(0).normal(size=shape), "float32")
    layers = twins(keras.layers.Dense, shape, units, **options)
    for ours, theirs in zip(*(derivatives(layer, inputs) for layer in layers), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64"])
def test_computes_in_its_precision(policy):
    layer = Dense(4, dtype=policy)
    outputs = layer(np.ones((2, 3), "float32"))
    assert outputs.dtype == policy.removeprefix("mixed_")
    expected = 1 * layer.layer.kernel.numpy().sum(0)
    np.testing.assert_allclose(tf.cast(outputs[0], "float32"), expected, atol=2e-2)


@pytest.mark.parametrize("symbolic", [False, True])
def test_takes_sparse_inputs(symbolic):
    dense = np.array([[0.0, 2.0, 0.0], [1.0, 0.0, 3.0]], "float32")
    layer = Dense(2, "relu", bias_initializer="ones")
    apply = layer
    if symbolic:
        inputs = keras.Input((3,), sparse=True)
        apply = keras.Model(inputs, layer(inputs))
    outputs = apply(tf.sparse.from_dense(dense))
    np.testing.assert_allclose(
        outputs, np.maximum(dense @ layer.layer.kernel.numpy() + 1, 0), rtol=1e-6
    )
