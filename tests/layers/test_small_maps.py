import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers import Conv2DTranspose


def pair(**options):
    """Our layer and Keras', with equal weights."""
    options = {"kernel_size": 4, "strides": 2, "padding": "same"} | options
    layers = Conv2DTranspose(5, **options), keras.layers.Conv2DTranspose(5, **options)
    for layer in layers:
        layer.build((None, None, None, 3))
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=weight.shape) for weight in layers[0].weights]
    for layer in layers:
        layer.set_weights(weights)
    return layers


@pytest.mark.parametrize("sides", [(1, 1), (2, 3), (4, 4), (1, 16), (5, 4)])
@pytest.mark.parametrize("options", [{}, {"use_bias": False, "activation": "relu"}])
def test_equals_keras(sides, options):
    maps = tf.constant(np.random.default_rng(1).normal(size=(2, *sides, 3)), "float32")
    found = []
    for layer in pair(**options):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            outputs = layer(maps)
            loss = tf.reduce_sum(tf.sin(outputs))
        weights = [weight.value for weight in layer.trainable_weights]
        found.append([outputs, *tape.gradient(loss, [maps, *weights])])
    assert outputs.shape == (2, 2 * sides[0], 2 * sides[1], 5)
    for mine, other in zip(*found, strict=True):
        np.testing.assert_allclose(mine, other, atol=2e-5)


@pytest.mark.parametrize(
    "options", [{"kernel_size": 3}, {"strides": 1}, {"padding": "valid"}, {"kernel_size": 2}]
)
def test_other_convolutions_are_those_of_keras(options):
    ours, theirs = pair(**options)
    maps = np.random.default_rng(1).normal(size=(2, 3, 3, 3)).astype("float32")
    np.testing.assert_allclose(ours(maps), theirs(maps), atol=1e-5)


def test_small_maps_are_no_convolution():
    ours, theirs = pair()

    def operations(layer, side):
        function = tf.function(layer.__call__)
        spec = tf.TensorSpec((None, side, side, 3))
        return {op.type for op in function.get_concrete_function(spec).graph.get_operations()}

    assert "Conv2DBackpropInput" in operations(theirs, 4) & operations(ours, 8)
    assert "Conv2DBackpropInput" not in operations(ours, 4)
