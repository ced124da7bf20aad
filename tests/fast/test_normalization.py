import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from fast.faster import faster, twins

from kerasgan.layers import InstanceNormalization

BatchNormalization = faster(keras.layers.BatchNormalization)
GroupNormalization = faster(functools.partial(keras.layers.GroupNormalization, -1))
MAKERS = [BatchNormalization, GroupNormalization]

MAPS = np.array(
    [[[[1.0, 0.0]], [[3.0, 4.0]]], [[[5.0, 0.0]], [[7.0, 4.0]]]], "float32"
)  # (2, 2, 1, 2)


def random_maps(shape=(3, 5, 4, 6), dtype="float32"):
    return tf.cast(np.random.default_rng(0).normal(2.0, 3.0, shape), dtype)


def gradients(layer, maps, **options):
    """The output, and the gradients of a function of it by the maps and the weights."""
    weights = [weight.value for weight in layer.trainable_weights]
    with tf.GradientTape() as tape:
        tape.watch(maps)
        outputs = layer(maps, **options)
        loss = tf.reduce_sum(tf.sin(tf.cast(outputs, "float32")))
    return outputs, *tape.gradient(loss, [maps, *weights])


def test_batch_against_constants():
    layer = BatchNormalization(epsilon=0.0, momentum=0.5)
    layer.build(MAPS.shape)
    layer.layer.gamma.assign([1.0, 2.0])
    layer.layer.beta.assign([0.0, 10.0])
    outputs = layer(MAPS, training=True)
    # Means 4 and 2, variances 5 and 4.
    np.testing.assert_allclose(outputs[0, 0, 0], [-3 / np.sqrt(5), 8.0], rtol=1e-6)
    np.testing.assert_allclose(layer.layer.moving_mean, [2.0, 1.0], rtol=1e-6)
    np.testing.assert_allclose(layer.layer.moving_variance, [3.0, 2.5], rtol=1e-6)


def test_instance_against_constants():
    layer = GroupNormalization(epsilon=0.0)
    layer.build(MAPS.shape)
    layer.layer.beta.assign([0.0, 10.0])
    outputs = np.array(layer(MAPS))
    np.testing.assert_allclose(outputs[..., 0].ravel(), [-1, 1, -1, 1], rtol=1e-6)
    np.testing.assert_allclose(outputs[..., 1].ravel(), [9, 11, 9, 11], rtol=1e-6)


@pytest.mark.parametrize(
    "kind, arguments, options",
    [
        (keras.layers.BatchNormalization, {}, {"training": True}),
        (keras.layers.BatchNormalization, {}, {"training": False}),
        (
            keras.layers.BatchNormalization,
            {"scale": False, "center": False},
            {"training": True},
        ),
        (keras.layers.GroupNormalization, {"groups": -1}, {}),
        (keras.layers.GroupNormalization, {"groups": 2}, {}),
        (InstanceNormalization, {}, {}),
    ],
)
def test_equals_keras(kind, arguments, options):
    maps = random_maps()
    ours, theirs = twins(kind, maps.shape, **arguments)
    if kind is keras.layers.BatchNormalization:  # a moving variance is positive
        for layer in ours.layer, theirs:
            layer.moving_variance.assign(tf.square(layer.moving_variance))
    found, expected = gradients(ours, maps, **options), gradients(theirs, maps, **options)
    for mine, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, other, atol=2e-5)
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)


@pytest.mark.parametrize("make", MAKERS)
def test_has_second_derivatives(make):
    layer, options = make(), {"training": True} if make is BatchNormalization else {}

    def penalty(maps):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            loss = tf.reduce_sum(tf.sin(layer(maps, **options)))
        return tf.reduce_sum(tf.square(tape.gradient(loss, maps)))

    maps, direction = random_maps((2, 3, 3, 2)), random_maps((2, 3, 3, 2)) / 1e3
    with tf.GradientTape() as tape:
        tape.watch(maps)
        value = penalty(maps)
    slope = tf.reduce_sum(tape.gradient(value, maps) * direction)
    expected = (penalty(maps + direction) - penalty(maps - direction)) / 2
    np.testing.assert_allclose(slope, expected, rtol=1e-2)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_computes_in_its_precision(make, dtype):
    layer = make(dtype=f"mixed_{dtype}" if dtype != "float64" else dtype)
    maps = random_maps(dtype=dtype)
    options = {"training": True} if make is BatchNormalization else {}
    outputs = layer(maps, **options)
    assert outputs.dtype == dtype
    expected = make()(tf.cast(maps, "float32"), **options)
    np.testing.assert_allclose(tf.cast(outputs, "float32"), expected, atol=2e-2)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_weights_may_be_of_half_precision(make, dtype):
    layer, maps = make(dtype=dtype), random_maps(dtype=dtype)
    options = {"training": True} if make is BatchNormalization else {}
    outputs, *slopes = gradients(layer, maps, **options)
    assert {each.dtype for each in (outputs, *slopes)} == {tf.as_dtype(dtype)}
    expected = make()(tf.cast(maps, "float32"), **options)
    np.testing.assert_allclose(tf.cast(outputs, "float32"), expected, atol=2e-2)
