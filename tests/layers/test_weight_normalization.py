import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kerasgan.layers import WeightNormalizedDense, initialize_from_data


def built(kernel, **options):
    """A layer whose v is `kernel`."""
    layer = WeightNormalizedDense(len(kernel[0]), **options)
    layer.build((None, len(kernel)))
    layer.kernel.assign(kernel)
    return layer


def data(count=500, dim=6):
    """A batch that is neither centred nor of variance 1."""
    return np.random.default_rng(0).gamma(2.0, 3.0, (count, dim)).astype("float32")


@pytest.mark.parametrize(
    "activation, expected", [(None, [[15, 0], [-5, -1]]), ("relu", [[15, 0], [0, 0]])]
)
def test_against_constants(activation, expected):
    # ||v|| is 5 and 2; x . v is (7, 2) and (-3, 0).
    layer = built([[3, 0], [4, 2]], activation=activation)
    layer.scale.assign([10, 1])
    layer.bias.assign([1, -1])
    output = layer(np.array([[1, 1], [-1, 0]], "float32"))
    np.testing.assert_allclose(output, expected, atol=1e-6)


def test_without_data_units_have_length_one_and_no_bias():
    kernel = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    expected = data(9) @ (kernel / np.linalg.norm(kernel, axis=0))
    np.testing.assert_allclose(built(kernel)(data(9)), expected, atol=1e-5)
    np.testing.assert_allclose(built(kernel * 1e3)(data(9)), expected, atol=1e-5)


def test_a_kernel_of_zero_gives_the_bias():
    np.testing.assert_array_equal(built(np.zeros((6, 2)))(data(3)), np.zeros((3, 2)))


def test_the_gradient_of_v_is_orthogonal_to_v():
    kernel = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    layer = built(kernel, activation="softplus")
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(layer(data(9) - 6)))
    gradient = tape.gradient(loss, layer.kernel.value).numpy()
    lengths = np.linalg.norm(gradient, axis=0)
    assert (lengths > 1e-2).all()
    cosines = (gradient * kernel).sum(0) / (lengths * np.linalg.norm(kernel, axis=0))
    np.testing.assert_allclose(cosines, 0, atol=1e-5)


def test_the_scale_is_trained_if_it_shall_be():
    def trained(**options):
        weights = built([[1.0], [1.0]], **options).trainable_weights
        return sorted(weight.name for weight in weights)

    assert trained() == ["bias", "kernel", "scale"]
    assert trained(train_scale=False) == ["bias", "kernel"]
    assert trained(use_bias=False) == ["kernel", "scale"]


# --- Initialization from data ---------------------------------------------------------------------


def noisy_block(x, units):
    """A noisy layer whose output is its pre-activation, and its units."""
    x = layers.GaussianNoise(0.5, seed=units)(x)
    outputs = WeightNormalizedDense(units, train_scale=False)(x)
    return outputs, layers.ReLU()(outputs)


def chain(nested):
    """A network of three layers with noise; the first two in a network of their own, or not."""
    inputs = keras.Input((6,))
    first, x = noisy_block(inputs, 5)
    second, x = noisy_block(x, 4)
    if nested:
        body = keras.Model(inputs, [first, second, x])
        inputs = keras.Input((6,))
        first, second, x = body(inputs)
    third, _ = noisy_block(x, 3)
    return keras.Model(inputs, [first, second, third])


@pytest.mark.parametrize("nested", [False, True])
def test_initialization_standardizes_every_layer(nested):
    network = chain(nested)
    noises = [
        layer.seed_generator.state
        for layer in network._flatten_layers()
        if isinstance(layer, layers.GaussianNoise)
    ]
    before = [state.numpy() for state in noises]
    initialize_from_data(network, data())
    for state, value in zip(noises, before, strict=True):  # to see the same noise again
        assert (state.numpy() != value).any()
        state.assign(value)
    for output in network(data(), training=True):
        np.testing.assert_allclose(np.mean(output, axis=0), 0, atol=1e-4)
        np.testing.assert_allclose(np.var(output, axis=0), 1, rtol=1e-3)


def test_initialization_happens_once():
    network = chain(nested=True)
    initialize_from_data(network, data())
    weights = network.get_weights()
    network(10 * data(), training=True)
    for found, expected in zip(network.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_initialization_that_fails_is_over():
    network = chain(nested=False)
    weights = network.get_weights()
    with pytest.raises(ValueError, match="incompatible"):
        initialize_from_data(network, np.zeros((3, 7), "float32"))
    network(data(), training=True)
    for found, expected in zip(network.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_initialization_without_biases_sets_the_variance():
    inputs = keras.Input((6,))
    network = keras.Model(inputs, WeightNormalizedDense(4, use_bias=False)(inputs))
    initialize_from_data(network, data())
    np.testing.assert_allclose(np.var(network(data()), axis=0), 1, rtol=1e-4)


@pytest.mark.parametrize("value", [0.0, 1e-3, 1.0, 100.0])
def test_a_constant_unit_only_loses_its_mean(value):
    # Unit 0 sees the constant alone, unit 1 what varies, the others both.
    x = data()
    x[:, 0] = value
    kernel = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
    kernel[1:, 0], kernel[0, 1] = 0, 0
    layer = built(kernel)
    inputs = keras.Input((6,))
    network = keras.Model(inputs, layer(inputs))
    initialize_from_data(network, x)
    assert layer.scale.numpy()[0] == 1
    np.testing.assert_allclose(network(x)[:, 0], 0, atol=1e-4)
    np.testing.assert_allclose(np.std(network(x), axis=0), [0, 1, 1, 1, 1], atol=1e-4)


@pytest.mark.parametrize("value", [0.1, 1.0, 7.3, 50.0])
def test_a_constant_batch_is_no_matter_of_rounding(value):
    inputs = keras.Input((300,))
    layer = WeightNormalizedDense(200)
    network = keras.Model(inputs, layer(inputs))
    x = np.full((500, 300), value, "float32")
    initialize_from_data(network, x)
    np.testing.assert_array_equal(layer.scale, np.ones(200))
    np.testing.assert_allclose(network(x), 0, atol=1e-4 * value)


def test_a_network_without_such_layers_stays_as_it_is():
    inputs = keras.Input((6,))
    network = keras.Model(inputs, layers.BatchNormalization()(layers.Dense(3)(inputs)))
    weights = network.get_weights()
    initialize_from_data(network, data())
    for found, expected in zip(network.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(found, expected)


# --- Precision, serialization, errors -------------------------------------------------------------


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision(policy):
    # 300^2 and 400^2 overflow in float16.
    layer = built([[300], [400]], dtype=policy)
    output = layer(np.array([[1, 1]], "float32"))
    assert output.dtype == policy.removeprefix("mixed_")
    assert float(output[0, 0]) == pytest.approx(1.4, rel=1e-2)
    layer.scale.assign([1e5])  # beyond float16, but not when divided by the norm
    assert float(layer(np.array([[0.01, 0.01]], "float32"))[0, 0]) == pytest.approx(1400, rel=2e-2)

    keras.config.set_dtype_policy(policy)
    network = chain(nested=False)
    initialize_from_data(network, data())
    for output in network(data(), training=True):
        output = tf.cast(output, "float32")
        # Of other noise than the layers were initialized with.
        np.testing.assert_allclose(np.mean(output, axis=0), 0, atol=0.2)
        np.testing.assert_allclose(np.std(output, axis=0), 1, atol=0.2)
    assert all(weight.dtype == "float32" for weight in network.trainable_weights)


def test_serialization_keeps_the_outputs(tmp_path):
    inputs = keras.Input((6,))
    layer = WeightNormalizedDense(
        4, "softplus", train_scale=False, use_bias=False, kernel_initializer="he_normal"
    )
    model = keras.Model(inputs, WeightNormalizedDense(2)(layer(inputs)))
    initialize_from_data(model, data())
    assert model.count_params() == (6 * 4 + 4) + (4 * 2 + 2 + 2)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(data()), model(data()))
    assert loaded.output_shape == (None, 2)
    assert loaded.layers[1].get_config() == layer.get_config()
    assert len(loaded.trainable_weights) == 1 + 3


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="positive, got 0"):
        WeightNormalizedDense(0)
    with pytest.raises(ValueError, match="softsoft"):
        WeightNormalizedDense(3, "softsoft")
