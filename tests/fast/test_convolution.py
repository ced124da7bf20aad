import numpy as np
import pytest
import tensorflow as tf
from derivatives import derivatives
from fast.faster import faster, twins
from keras.layers import Conv2D, Conv2DTranspose

from kerasgan import fast


def pair(**options):
    """Our layer and Keras', with equal weights."""
    options = {"kernel_size": 4, "strides": 2, "padding": "same"} | options
    return twins(Conv2DTranspose, (None, None, None, 3), 5, **options)


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

    def operations(layer, images, side):
        function = tf.function(layer.__call__)
        spec = tf.TensorSpec((images, side, side, 3))
        return {op.type for op in function.get_concrete_function(spec).graph.get_operations()}

    for many in ((None, 4), (5, 4), (1, 9)):
        assert "Conv2DBackpropInput" in operations(ours, *many)
    for few in ((4, 4), (1, 8)):
        assert "Conv2DBackpropInput" in operations(theirs, *few) - operations(ours, *few)


CONVOLUTIONS = [
    (Conv2D, 8, 3, {"kernel_size": 9, "padding": "same"}),
    (Conv2D, 8, 3, {"kernel_size": (5, 7), "padding": "valid", "activation": "tanh"}),
    (Conv2D, 1, 32, {"kernel_size": 4, "strides": 2, "padding": "same", "use_bias": False}),
    (Conv2D, 1, 20, {"kernel_size": 3, "padding": "valid"}),
    (Conv2DTranspose, 32, 1, {"kernel_size": 4, "strides": 2, "padding": "same"}),
    (Conv2DTranspose, 8, 3, {"kernel_size": 4, "strides": 2, "padding": "same"}),
    (Conv2DTranspose, 20, 1, {"kernel_size": 3, "padding": "valid", "activation": "tanh"}),
    (Conv2D, 6, 12, {"kernel_size": (3, 5), "padding": "same", "groups": 3}),
    (Conv2D, 6, 4, {"kernel_size": 3, "padding": "same", "groups": 2, "activation": "tanh"}),
]


@pytest.mark.parametrize("shape", [(1, 4, 4, 3), (4, 2, 2, 3), (1, 2, 8, 3), (1, 2, 3, 3)])
@pytest.mark.parametrize("options", [{}, {"use_bias": False, "activation": "tanh"}])
def test_tiny_maps_are_halved_as_by_keras(shape, options):
    maps = tf.constant(np.random.default_rng(1).normal(size=shape), "float32")
    layers = twins(Conv2D, shape, 5, 4, 2, "same", **options)
    for ours, theirs in zip(*(derivatives(each, maps) for each in layers), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5 * np.abs(theirs).max())


def test_tiny_maps_are_halved_without_a_convolution():
    assert not kernels_of(Conv2D(5, 4, 2, "same"), 3, images=1, side=4)
    for images, side in ((2, 4), (1, 6), (1, 3)):
        assert kernels_of(Conv2D(5, 4, 2, "same"), 3, images, side)


@pytest.mark.parametrize("layer, channels, filters, options", CONVOLUTIONS)
def test_few_channels_are_those_of_keras_to_the_second_derivative(
    layer, channels, filters, options
):
    maps = tf.constant(np.random.default_rng(1).normal(size=(2, 9, 10, channels)), "float32")
    layers = twins(layer, maps.shape, filters, scale=0.1, **options)
    for ours, theirs in zip(*(derivatives(each, maps) for each in layers), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5 * np.abs(theirs).max())


def kernels_of(layer, channels, images=1, side=12):
    """The shapes of the kernels of all convolutions in a layer's outputs and gradient."""
    layer = fast.accelerate_layer(layer)

    @tf.function
    def gradient(maps):
        return tf.gradients(layer(maps), maps)

    graph = gradient.get_concrete_function(tf.ones((images, side, side, channels))).graph
    ops = [op for op in graph.get_operations() if op.type in ("Conv2D", "Conv2DBackpropInput")]
    return {tuple(op.inputs[1].shape) for op in ops}


def test_few_channels_take_other_convolutions():
    assert kernels_of(Conv2D(3, 9, padding="same"), 8) == {(1, 9, 8, 27), (9, 1, 27, 3)}
    assert kernels_of(Conv2D(3, 9, 2, padding="same"), 8) == {(9, 9, 8, 3)}
    assert kernels_of(Conv2D(3, 9, padding="same", dtype="float64"), 8) == {(9, 9, 8, 3)}
    first = {(4, 4, 1, 32), (1, 1, 32, 16), (4, 4, 1, 16)}
    assert kernels_of(Conv2D(32, 4, 2, padding="same"), 1) == first
    last = {(1, 1, 32, 16), (4, 4, 1, 16)}
    assert kernels_of(Conv2DTranspose(1, 4, 2, padding="same"), 32) == last
    assert kernels_of(Conv2DTranspose(2, 4, 2, padding="same"), 32) == {(2, 2, 32, 8)}
    assert kernels_of(Conv2DTranspose(5, 4, 2, padding="same"), 32) == {(4, 4, 5, 32)}
    # Each group has a convolution of its own, and so has its gradient.
    grouped = {(3, 3, 3, 4), (3, 3, 4, 3)}
    assert kernels_of(Conv2D(8, 3, padding="same", groups=2), 6) == grouped


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("layer, channels, filters, options", CONVOLUTIONS)
def test_computes_in_its_precision(layer, channels, filters, options, policy):
    outputs = faster(layer)(filters, dtype=policy, **options)(
        np.ones((1, 9, 9, channels), "float32")
    )
    assert outputs.dtype == policy.removeprefix("mixed_")
