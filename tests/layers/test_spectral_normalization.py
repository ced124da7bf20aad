import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance import cases
from keras import layers

from kerasgan import fast, models
from kerasgan.layers import SpectralNormalization

CASES = {
    "dense": (lambda: layers.Dense(5), (7,), lambda kernel: kernel),
    "convolution": (lambda: layers.Conv2D(4, 3), (6, 6, 3), lambda k: k.reshape(27, 4)),
    # The kernel of a transposed convolution is (rows, columns, outputs, inputs).
    "transposed": (
        lambda: layers.Conv2DTranspose(2, 4, strides=2, padding="same"),
        (3, 3, 5),
        lambda k: k.transpose(0, 1, 3, 2).reshape(80, 2),
    ),
    "embedding": (lambda: layers.Embedding(6, 3), (), lambda kernel: kernel),
}


def built(name, **options):
    layer, shape, as_matrix = CASES[name]
    keras.utils.set_random_seed(0)
    normalized = SpectralNormalization(layer(), **options)
    normalized.build((None, *shape))
    return normalized, as_matrix(normalized.kernel.numpy())


def inputs(name, count=3):
    generator = np.random.default_rng(0)
    if name == "embedding":
        return generator.integers(0, 6, count)
    return generator.normal(size=(count, *CASES[name][1])).astype("float32")


def first_vectors(matrix):
    v, singular, u = np.linalg.svd(matrix)
    return singular[0], np.outer(v[:, 0], u[0])


@pytest.mark.parametrize("name", CASES)
def test_sigma_is_the_largest_singular_value(name):
    layer, matrix = built(name)
    sigma = np.linalg.svd(matrix, compute_uv=False)[0]
    assert float(layer.sigma()) == pytest.approx(sigma, rel=0.03)  # from the first step on
    layer.update(100)
    assert float(layer.sigma()) == pytest.approx(sigma, rel=1e-3)


@pytest.mark.parametrize("name", CASES)
def test_the_layer_computes_with_its_kernel_divided(name):
    layer, matrix = built(name)
    layer.update(100)
    made = layer(inputs(name))
    sigma, _ = first_vectors(matrix)
    layer.layer.set_weights([w / sigma for w in layer.layer.get_weights()])  # biases are 0
    np.testing.assert_allclose(made, layer.layer(inputs(name)), atol=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_the_scale_of_weights_does_not_count(name):
    layer, _ = built(name)
    made = layer(inputs(name)).numpy()
    layer.kernel.assign(10 * layer.kernel)
    np.testing.assert_allclose(layer(inputs(name)), made, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_a_call_changes_nothing(name):
    layer, _ = built(name)
    before = layer.get_weights()
    one, other = (layer(inputs(name), training=True).numpy() for _ in range(2))
    np.testing.assert_array_equal(one, other)
    for a, b in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_step_is_one_of_the_power_method():
    layer, _ = built("dense")
    layer.kernel.assign(np.diag([3.0, 2.0, 1.0, 1.0, 1.0, 0.0, 0.0])[:, :5])
    layer.u.assign([0.6, 0.8, 0, 0, 0])
    layer.update()
    np.testing.assert_allclose(layer.v, np.array([9, 8, 0, 0, 0, 0, 0]) / 145**0.5, atol=1e-6)
    np.testing.assert_allclose(layer.u, np.array([27, 16, 0, 0, 0]) / 985**0.5, atol=1e-6)
    # |W^T v|, between the first singular values
    assert float(layer.sigma()) == pytest.approx((985 / 145) ** 0.5, rel=1e-6)


def test_the_gradient_goes_through_sigma():
    """With G by W / sigma, the gradient by W is (G - <G, W / sigma> v u^T) / sigma."""
    layer, matrix = built("dense")
    layer.update(100)
    x, upstream = inputs("dense"), np.random.default_rng(1).normal(size=(3, 5)).astype("float32")

    def loss():
        return tf.reduce_sum(layer(x) * upstream)

    with tf.GradientTape() as tape:
        value = loss()
    gradient = tape.gradient(value, layer.kernel.value).numpy()
    sigma, vectors = first_vectors(matrix)
    by_normalized = x.T @ upstream
    along = np.sum(by_normalized * matrix) / sigma
    np.testing.assert_allclose(gradient, (by_normalized - along * vectors) / sigma, atol=1e-3)
    for place in [(0, 0), (3, 2), (6, 4)]:
        step = np.zeros_like(matrix)
        step[place] = 1e-2
        layer.kernel.assign(matrix + step)
        above = float(loss())
        layer.kernel.assign(matrix - step)
        found = (above - float(loss())) / 2e-2
        assert found == pytest.approx(gradient[place], rel=1e-2, abs=1e-2)


def test_weights_of_zero_stay_zero_and_recover():
    layer, matrix = built("dense")
    layer.kernel.assign(np.zeros_like(matrix))
    layer.update()
    np.testing.assert_array_equal(layer(inputs("dense")), np.zeros((3, 5)))
    layer.kernel.assign(matrix)
    layer.update(100)
    assert float(layer.sigma()) == pytest.approx(first_vectors(matrix)[0], rel=1e-3)


def network(activation="relu"):
    """A discriminator of images (8, 8, 1)."""
    images = keras.Input((8, 8, 1))
    x = SpectralNormalization(layers.Conv2D(4, 3, strides=2, activation=activation))(images)
    x = SpectralNormalization(layers.Dense(1, use_bias=False))(layers.Flatten()(x))
    return keras.Model(images, x)


def test_files_and_exports_hold_it(tmp_path):
    model = network()
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(4, 8, 8, 1)).astype("float32")
    model.fit(x, np.ones((4, 1)), verbose=0)
    model.layers[1].update()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(x), model(x))
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(tmp_path / "saved")
    np.testing.assert_allclose(served.serve(x), model(x), atol=1e-6)
    assert keras.models.clone_model(model).count_params() == model.count_params()


def test_a_layer_without_a_kernel_is_refused():
    with pytest.raises(ValueError, match="Dense, Conv2D, Conv2DTranspose, Embedding, got <ReLU"):
        SpectralNormalization(layers.ReLU())


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_other_precisions(policy):
    keras.config.set_dtype_policy(policy)
    layer, _ = built("convolution")
    keras.config.set_dtype_policy("float32")
    x = inputs("convolution")
    assert layer.compute_output_spec(keras.KerasTensor(x.shape)).dtype == layer(x).dtype
    assert layer(x).dtype == policy.removeprefix("mixed_")
    # 300^2 overflows in float16.
    layer.kernel.assign(300 * layer.kernel / np.max(np.abs(layer.kernel)))
    layer.update(100)
    expected = x[:, :3, :3].reshape(3, -1) @ layer.matrix() / layer.sigma()
    np.testing.assert_allclose(tf.cast(layer(x)[:, 0, 0], "float32"), expected, atol=0.02)


def test_faster_kernels_compute_with_divided_weights():
    model = network()
    model.get_layer(index=1).update()
    x = tf.random.stateless_normal((4, 8, 8, 1), [0, 1])
    faster = fast.accelerate(model)
    assert any(isinstance(layer, fast.Accelerated) for layer in faster.layers)
    np.testing.assert_allclose(faster(x, training=True), model(x), atol=1e-6)
    weight = model.layers[1].kernel.value
    gradients = []
    for each in (faster, model):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(each(x, training=True))
        gradients.append(tape.gradient(loss, weight))
    np.testing.assert_allclose(*gradients, atol=1e-5)


# ---------------------------------------------------------------------- in a model


def game(**options):
    model = models.GAN(
        generator=cases.from_networks("gan", seed=0).generator, discriminator=network(), seed=0
    )
    model.compile(*(keras.optimizers.SGD(0.1) for _ in range(2)), **options)
    return model


def test_vectors_move_once_with_each_update_of_the_weights(noise_images):
    """Two steps of D on batches of a step of G: two steps of the power method."""
    model = game(run_eagerly=True)
    model.discriminator_steps = 2
    layer = model.discriminator.layers[1]
    seen, update = [], layer.update
    layer.update = lambda: (seen.append(layer.kernel.numpy()), update())
    before = layer.kernel.numpy()
    model.fit(noise_images[:16], batch_size=8, verbose=0)
    assert len(seen) == 4
    assert all((a != b).any() for a, b in zip([before, *seen[:-1]], seen, strict=True))
    np.testing.assert_array_equal(seen[-1], layer.kernel)


def test_a_model_with_it_is_loaded_and_goes_on_alike(noise_images, tmp_path):
    model = game()
    model.fit(noise_images, batch_size=16, shuffle=False, verbose=0)
    layer = model.discriminator.layers[1]
    sigma = np.linalg.svd(np.asarray(layer.matrix()), compute_uv=False)[0]
    assert float(layer.sigma()) == pytest.approx(sigma, rel=0.02)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        each.fit(noise_images, batch_size=16, shuffle=False, verbose=0)
    assert not cases.changed(cases.state(model), cases.state(loaded))


def test_replicas_equal_one_device(noise_images, mirrored):
    x = noise_images[:16]
    latents = tf.random.stateless_normal((16, cases.LATENT_DIM), [0, 1])
    weights = game().get_weights()

    def trained(model, share):
        model.set_weights(weights)
        model.sample_latent = share
        model.fit(x, batch_size=16, shuffle=False, epochs=2, verbose=0)
        return model.get_weights()

    def part(count, seed=None):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        return latents[8 * replica : 8 * replica + 8]

    one = trained(game(), lambda count, seed=None: latents)
    with mirrored.scope():
        model = game()
    for a, b in zip(trained(model, part), one, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert cases.changed(weights, one)
