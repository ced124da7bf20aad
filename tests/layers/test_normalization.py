import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers import BatchNormalization, InstanceNormalization

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
    layer.gamma.assign([1.0, 2.0])
    layer.beta.assign([0.0, 10.0])
    outputs = layer(MAPS, training=True)
    # Means 4 and 2, variances 5 and 4.
    np.testing.assert_allclose(outputs[0, 0, 0], [-3 / np.sqrt(5), 8.0], rtol=1e-6)
    np.testing.assert_allclose(layer.moving_mean, [2.0, 1.0], rtol=1e-6)
    np.testing.assert_allclose(layer.moving_variance, [3.0, 2.5], rtol=1e-6)


def test_instance_against_constants():
    layer = InstanceNormalization(epsilon=0.0)
    layer.build(MAPS.shape)
    layer.beta.assign([0.0, 10.0])
    outputs = np.array(layer(MAPS))
    np.testing.assert_allclose(outputs[..., 0].ravel(), [-1, 1, -1, 1], rtol=1e-6)
    np.testing.assert_allclose(outputs[..., 1].ravel(), [9, 11, 9, 11], rtol=1e-6)


@pytest.mark.parametrize(
    "ours, theirs, options",
    [
        (BatchNormalization(), keras.layers.BatchNormalization(), {"training": True}),
        (BatchNormalization(), keras.layers.BatchNormalization(), {"training": False}),
        (
            BatchNormalization(scale=False, center=False),
            keras.layers.BatchNormalization(scale=False, center=False),
            {"training": True},
        ),
        (InstanceNormalization(), keras.layers.GroupNormalization(-1), {}),
    ],
)
def test_equals_keras(ours, theirs, options):
    maps = random_maps()
    for layer in (ours, theirs):
        layer.build(maps.shape)
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        other.assign(mine)
    found, expected = gradients(ours, maps, **options), gradients(theirs, maps, **options)
    for mine, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, other, atol=2e-5)
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)


@pytest.mark.parametrize("layer", [BatchNormalization(), InstanceNormalization()])
def test_has_second_derivatives(layer):
    options = {"training": True} if isinstance(layer, BatchNormalization) else {}

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


@pytest.mark.parametrize("make", [BatchNormalization, InstanceNormalization])
def test_is_saved_with_its_arguments_and_takes_any_size(make, tmp_path):
    inputs = keras.Input((None, None, 6))
    model = keras.Model(inputs, make(epsilon=0.1, scale=False)(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[1].epsilon == 0.1 and not loaded.layers[1].scale
    for shape in [(1, 2, 3, 6), (2, 5, 4, 6)]:
        maps = random_maps(shape)
        np.testing.assert_array_equal(loaded(maps), model(maps))


@pytest.mark.parametrize("make", [BatchNormalization, InstanceNormalization])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_computes_in_its_precision(make, dtype):
    layer = make(dtype=f"mixed_{dtype}" if dtype != "float64" else dtype)
    maps = random_maps(dtype=dtype)
    options = {"training": True} if make is BatchNormalization else {}
    outputs = layer(maps, **options)
    assert outputs.dtype == dtype
    expected = make()(tf.cast(maps, "float32"), **options)
    np.testing.assert_allclose(tf.cast(outputs, "float32"), expected, atol=2e-2)


@pytest.mark.parametrize("make", [BatchNormalization, InstanceNormalization])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_weights_may_be_of_half_precision(make, dtype):
    layer, maps = make(dtype=dtype), random_maps(dtype=dtype)
    options = {"training": True} if make is BatchNormalization else {}
    outputs, *slopes = gradients(layer, maps, **options)
    assert {each.dtype for each in (outputs, *slopes)} == {tf.as_dtype(dtype)}
    expected = make()(tf.cast(maps, "float32"), **options)
    np.testing.assert_allclose(tf.cast(outputs, "float32"), expected, atol=2e-2)
