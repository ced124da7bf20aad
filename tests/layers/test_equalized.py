import math

import keras
import numpy as np
import pytest
from keras import layers

from kerasgan import fast, optimizers
from kerasgan.layers import EqualizedLearningRate


def inputs(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


CASES = {
    "dense": (lambda: layers.Dense(4), (3,), 3),
    "convolution": (lambda: layers.Conv2D(4, 3, padding="same"), (5, 5, 2), 18),
    # From 3 latents to 2 x 2 pixels of 4 channels: the fan-in counts pixels, as a convolution's.
    "maps": (lambda: layers.EinsumDense("nz,zijc->nijc", (2, 2, 4), bias_axes="c"), (3,), 12),
}


@pytest.mark.parametrize("name", CASES)
def test_weights_are_scaled_whenever_the_layer_computes(name):
    make, shape, fan_in = CASES[name]
    x = inputs(2, *shape)
    plain, equalized = make(), EqualizedLearningRate(make(), gain=3.0, multiplier=0.5)
    plain(x), equalized(x)
    kernel, bias = (inputs(*weight.shape) for weight in plain.weights)
    equalized.set_weights([kernel, bias])
    plain.set_weights([kernel * 3.0 * 0.5 / math.sqrt(fan_in), bias * 0.5])
    np.testing.assert_allclose(equalized(x), plain(x), atol=1e-6)
    for kept, given in zip(equalized.get_weights(), (kernel, bias), strict=True):
        np.testing.assert_array_equal(kept, given)


def test_weights_have_unit_variance_at_first():
    # As a builder of networks makes them; scaled once, at initialization, they would not.
    from kerasgan.networks.common import equalized_convolution, equalized_dense, seeds

    seed = seeds(0, "test")
    dense, mapping = equalized_dense(200, seed), equalized_dense(200, seed, multiplier=0.01)
    convolution = equalized_convolution(64, 3, seed)
    for layer, shape, deviation in (
        (dense, (1, 200), 1.0),
        (mapping, (1, 200), 100.0),
        (convolution, (1, 4, 4, 64), 1.0),
    ):
        layer(np.zeros(shape, "float32"))
        assert layer.layer.kernel.numpy().std() == pytest.approx(deviation, rel=0.05)


def test_a_multiplier_slows_what_a_step_of_adam_changes():
    steps = {}
    for multiplier in (1.0, 0.01):
        layer = EqualizedLearningRate(
            layers.Dense(4, kernel_initializer="zeros"), multiplier=multiplier
        )
        x = np.eye(3, dtype="float32")
        layer(x)
        optimizer = optimizers.Adam(0.1)
        optimizer.apply([np.ones(w.shape, "float32") for w in layer.weights], layer.weights)
        steps[multiplier] = layer(x).numpy()
    np.testing.assert_allclose(steps[0.01], 0.01 * steps[1.0], rtol=1e-5)


def test_faster_kernels_compute_the_same():
    images = keras.Input((8, 8, 3))
    x = EqualizedLearningRate(layers.Conv2D(16, 3, padding="same"))(images)
    x = EqualizedLearningRate(layers.Dense(5), multiplier=0.1)(layers.Flatten()(x))
    network = keras.Model(images, x)
    network.layers[-1].layer.bias.assign(inputs(5))
    accelerated = fast.accelerate(network)
    assert accelerated is not network
    np.testing.assert_allclose(
        accelerated(inputs(2, 8, 8, 3), training=True), network(inputs(2, 8, 8, 3)), atol=1e-5
    )


def test_it_is_saved_and_loaded(tmp_path):
    network = keras.Sequential(
        [keras.Input((3,)), EqualizedLearningRate(layers.Dense(4), gain=2.0, multiplier=0.1)]
    )
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(loaded(inputs(2, 3)), network(inputs(2, 3)))


def test_other_layers_and_numbers_are_refused():
    with pytest.raises(ValueError, match=r"Dense, EinsumDense or Conv2D, got <LeakyReLU"):
        EqualizedLearningRate(layers.LeakyReLU())
    with pytest.raises(ValueError, match=r"positive, got 0 and 1.0"):
        EqualizedLearningRate(layers.Dense(1), gain=0)
