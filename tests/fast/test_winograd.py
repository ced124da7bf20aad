import types

import numpy as np
import pytest
import tensorflow as tf
from derivatives import derivatives
from fast.faster import faster, twins
from keras.layers import Conv2D, Conv2DTranspose

from kerasgan.fast import winograd

THREE = {"kernel_size": 3}
FOUR = {"kernel_size": 4, "strides": 2}
CONVOLUTIONS = [
    (Conv2D, THREE | {"padding": "same", "activation": "relu"}, (2, 6, 8, 3)),
    (Conv2D, THREE | {"padding": "valid", "use_bias": False}, (2, 6, 4, 3)),
    (Conv2D, FOUR | {"padding": "same", "use_bias": False}, (2, 8, 12, 3)),
    (Conv2D, FOUR | {"padding": "valid", "activation": "tanh"}, (2, 10, 6, 3)),
    (Conv2DTranspose, FOUR | {"padding": "same", "activation": "relu"}, (6, 4, 6, 3)),
]


@pytest.fixture
def always(monkeypatch):
    """Networks for tests are small."""
    monkeypatch.setattr(winograd, "_LEAST", {2: 0, 3: 0})


def maps_of(shape):
    return tf.constant(np.random.default_rng(1).normal(size=shape), "float32")


def operations(layer, shape, **options):
    """The types of all operations in a layer's outputs, and in its functions."""
    function = tf.function(lambda maps: layer(maps, **options))
    graph = function.get_concrete_function(tf.TensorSpec(shape)).graph
    return {op.type for op in graph.get_operations()}


USUAL = {"Conv2D", "Conv2DBackpropInput"}


@pytest.mark.parametrize("kind, options, shape", CONVOLUTIONS)
def test_equals_keras_to_the_second_derivative(always, kind, options, shape):
    ours, theirs = twins(kind, shape, 5, **options)
    maps = maps_of(shape)
    assert not operations(ours, shape, training=True) & USUAL
    found = derivatives(ours, maps, training=True), derivatives(theirs, maps)
    for mine, other in zip(*found, strict=True):
        np.testing.assert_allclose(mine, other, atol=2e-5 * np.abs(other).max())


@pytest.mark.parametrize("kind, options, shape", CONVOLUTIONS)
def test_inference_is_that_of_keras(always, kind, options, shape):
    ours, theirs = twins(kind, shape, 5, **options)
    assert operations(ours, shape) & USUAL
    np.testing.assert_array_equal(ours(maps_of(shape)), theirs(maps_of(shape)))


@pytest.mark.parametrize("options", [THREE | {"padding": "same"}, FOUR | {"padding": "valid"}])
@pytest.mark.parametrize("change", [{"dtype": "mixed_bfloat16"}, {"kernel_size": 5}])
def test_other_convolutions_are_those_of_keras(always, options, change):
    layer = faster(Conv2D)(5, **options | change)
    assert operations(layer, (2, 10, 10, 3), training=True) & USUAL


@pytest.mark.parametrize("shape", [(None, 8, 8, 3), (2, None, 8, 3), (2, 8, 7, 3)])
def test_sides_that_are_unknown_or_odd(always, shape):
    layer = faster(Conv2D)(5, 3, padding="same")
    assert "Conv2D" in operations(layer, shape, training=True)


@pytest.mark.parametrize(
    "kind, options, shape",
    [
        (Conv2D, FOUR | {"padding": "same"}, (2, 7, 8, 3)),
        (Conv2D, FOUR | {"padding": "valid"}, (2, 10, 11, 3)),
        (Conv2D, THREE | {"padding": "same", "dilation_rate": 2}, (2, 8, 8, 3)),
        (Conv2DTranspose, THREE | {"padding": "same"}, (2, 8, 8, 3)),
        (Conv2DTranspose, FOUR | {"padding": "valid"}, (6, 4, 6, 3)),
        (Conv2DTranspose, FOUR | {"padding": "same", "output_padding": 1}, (6, 4, 6, 3)),
        (Conv2DTranspose, FOUR | {"padding": "same", "output_padding": 1}, (1, 4, 4, 3)),
    ],
)
def test_training_of_other_convolutions_is_that_of_keras(always, kind, options, shape):
    ours, theirs = twins(kind, shape, 5, **options)
    expected = theirs(maps_of(shape))
    np.testing.assert_allclose(ours(maps_of(shape), training=True), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("kind, options, shape", [CONVOLUTIONS[0], CONVOLUTIONS[4]])
def test_is_as_exact_as_the_usual_way(kind, options, shape):
    shape = (4, *shape[1:3], 128)
    ours, theirs = twins(kind, shape, 128, **options | {"activation": None})
    exact = type(theirs)(128, **options | {"activation": None}, dtype="float64")
    exact.build(shape)
    exact.set_weights(theirs.get_weights())
    maps = maps_of(shape)

    def errors(layer, **training):
        return np.std(tf.cast(layer(maps, **training), "float64") - exact(maps))

    assert winograd.is_profitable(theirs.kernel_size, theirs.strides, (99, 99 * 2, 2), 128, 128)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winograd, "_LEAST", {2: 0, 3: 0})
        # Libraries sum in other orders on other processors: 0.1 to 0.5 of this is usual.
        assert 0 < errors(ours, training=True) < 1e-6 * np.std(exact(maps))


def test_is_profitable_where_products_are_large():
    three, four = ((3, 3), (1, 1)), ((4, 4), (2, 2))
    assert winograd.is_profitable(*three, (1, 32, 32), 256, 256)
    assert winograd.is_profitable(*three, (16, 48, 48), 64, 128)
    assert not winograd.is_profitable(*three, (16, 24, 24), 64, 64)
    assert not winograd.is_profitable(*three, (1, 8, 8), 256, 256)
    assert winograd.is_profitable(*four, (64, 4, 4), 256, 512)
    assert not winograd.is_profitable(*four, (1, 8, 8), 512, 512)
    for kernel_size, strides in (((3, 3), (2, 2)), ((4, 4), (1, 1)), ((3, 4), (1, 1))):
        assert not winograd.is_profitable(kernel_size, strides, (64, 32, 32), 512, 512)


def test_leaves_other_devices_to_their_own_ways(monkeypatch):
    devices = [types.SimpleNamespace(device_type=kind) for kind in ("CPU", "GPU")]
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda: devices)
    assert not winograd.is_profitable((3, 3), (1, 1), (1, 32, 32), 256, 256)


def test_replicas_compute_what_one_device_does(always, mirrored):
    kind, options, shape = CONVOLUTIONS[0]
    with mirrored.scope():
        layer, _ = twins(kind, shape, 5, **options)
    maps = maps_of(shape)

    @tf.function
    def gradients(maps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(layer(maps, training=True)))
        return tape.gradient(loss, layer.trainable_weights[0].value)

    each = mirrored.experimental_local_results(mirrored.run(gradients, args=(maps,)))
    alone, _ = twins(kind, shape, 5, **options)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.sin(alone(maps, training=True)))
    expected = tape.gradient(loss, alone.trainable_weights[0].value)
    assert len(each) == 2
    for found in each:
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)
