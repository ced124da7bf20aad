import keras
import numpy as np
import pytest

from kerasgan import networks
from kerasgan.layers import SpectralNormalization, spectral_layers

X = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 1)).astype("float32")


def test_all_weights_of_the_discriminator_are_normalized():
    network = networks.sngan.discriminator((16, 16, 1), width=4, condition_dim=5)
    normalized = {id(layer.kernel) for layer in spectral_layers(network)}
    kernels = {id(w) for w in network.trainable_weights if w.name == "kernel"}
    assert normalized == kernels and len(kernels) == 3 + 3 + 2 + 2 + 2
    assert all(w.name in ("kernel", "bias") for w in network.trainable_weights)
    generator = networks.sngan.generator((16, 16, 1), width=4)
    assert not spectral_layers(generator)


def test_the_logit_is_a_product_of_sums_over_space_and_one_with_the_class():
    network = networks.sngan.discriminator((16, 16, 1), width=4, condition_dim=5, seed=0)
    psi, v = (layer for layer in network.layers if layer.name in _dense_names(network))
    if psi.kernel.shape == (5, 4):
        psi, v = v, psi
    for layer in (psi, v):
        layer.update(200)
    maps = keras.Model(network.inputs[0], psi.input)
    features = maps(X).numpy()
    last = keras.Model(network.inputs[0], _last_relu(network).output)(X).numpy()
    assert last.shape == (3, 4, 4, 4) and last.min() == 0
    np.testing.assert_allclose(features, last.sum((1, 2)), rtol=1e-5)
    one_hot = np.eye(5, dtype="float32")[[0, 3, 4]]
    by_class = one_hot @ _divided(v)
    expected = features @ _divided(psi) + np.sum(by_class * features, 1, keepdims=True)
    np.testing.assert_allclose(network([X, one_hot]), expected, rtol=1e-3, atol=1e-4)


def _dense_names(network):
    spectral = (x for x in network.layers if isinstance(x, SpectralNormalization))
    return {x.name for x in spectral if isinstance(x.layer, keras.layers.Dense)}


def _last_relu(network):
    return [x for x in network.layers if isinstance(x, keras.layers.ReLU)][-1]


def _divided(layer):
    kernel = layer.kernel.numpy()
    return kernel / np.linalg.svd(kernel, compute_uv=False)[0]


def test_normalization_has_gains_and_biases_of_the_class():
    inputs, condition = keras.Input((4, 4, 2)), keras.Input((3,))
    network = keras.Model([inputs, condition], networks.sngan.normalized(inputs, condition))
    gains, biases = np.array([[1, 2], [3, 4], [5, 6.0]]), np.array([[0, 1], [-1, 0], [2, 2.0]])
    tables = [w for w in network.trainable_weights if w.name == "kernel"]
    np.testing.assert_array_equal(tables[0], np.ones((3, 2)))
    np.testing.assert_array_equal(tables[1], np.zeros((3, 2)))
    tables[0].assign(gains)
    tables[1].assign(biases)
    x = np.random.default_rng(0).normal(3.0, 2.0, (4, 4, 4, 2)).astype("float32")
    labels = [2, 0, 1, 2]
    made = network([x, np.eye(3, dtype="float32")[labels]], training=True)
    plain = (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 2e-5)
    expected = plain * gains[labels][:, None, None] + biases[labels][:, None, None]
    np.testing.assert_allclose(made, expected, atol=1e-4)


@pytest.mark.parametrize(
    ("shape", "sides"),
    [((8, 8, 1), (2, 2)), ((28, 28, 1), (7, 7)), ((32, 64, 3), (8, 16)), ((64, 64, 3), (8, 8))],
)
def test_other_sizes(shape, sides):
    generator = networks.sngan.generator(shape, latent_dim=3, width=4)
    assert generator.output_shape == (None, *shape)
    network = networks.sngan.discriminator(shape, width=4)
    assert _last_relu(network).output.shape[1:3] == sides
    assert network.output_shape == (None, 1)


def test_weights_are_uniform_with_a_gain_of_root_two_in_residuals():
    network = networks.sngan.discriminator((16, 16, 1), width=16, seed=0)
    kernels = [layer.kernel.numpy() for layer in spectral_layers(network)]
    limits = {3: (2 * 6 / (2 * 9 * 16)) ** 0.5, 1: (6 / 32) ** 0.5}  # gain^2 * 6 / (in + out)
    checked = [kernel for kernel in kernels if kernel.shape[-2:] == (16, 16)]
    assert len(checked) == 8
    for kernel in checked:
        limit = limits[kernel.shape[0]]
        assert 0.97 * limit < np.abs(kernel).max() <= limit


def test_a_generators_file_needs_keras_alone():
    generator = networks.sngan.generator((8, 8, 1), latent_dim=3, width=4, condition_dim=2)
    assert all(type(layer).__module__.startswith("keras.") for layer in generator.layers)
