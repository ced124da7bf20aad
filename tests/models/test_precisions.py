"""Policies that compute, and keep weights, in another precision than float32."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import layers, models, networks, optimizers

IMAGES = np.random.default_rng(0).integers(0, 256, (8, 8, 8, 1), "uint8")


@pytest.fixture
def float64():
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")


def pix2pix():
    unet = networks.unet.generator((32, 32, 1), 1, width=4)
    return models.Pix2Pix(generator=unet, input_shape=(32, 32, 1), adversarial_weight=0)


def cyclegan():
    generators = [networks.resnet.generator(1, 1, 4, 1, name) for name in ("ab", "ba")]
    judges = [networks.patchgan.discriminator(1, receptive_field=16, width=4, name=n) for n in "cd"]
    return models.CycleGAN((32, 32, 1), *generators, *judges)


@pytest.mark.parametrize(
    "build, sides, y",
    [
        (lambda: models.DCGAN((8, 8, 1)), 8, None),
        (lambda: models.WGANGP((8, 8, 1), discriminator_steps=1), 8, None),
        (lambda: models.SemiSupervisedGAN((8, 8, 1), num_classes=2), 8, np.arange(8) % 2),
        (pix2pix, 32, IMAGES),
        (cyclegan, 32, IMAGES),
    ],
)
def test_models_train_in_float64(float64, build, sides, y):
    model = build()
    model.compile(run_eagerly=True)  # faster for a single step
    assert {weight.dtype for weight in model.generator.trainable_variables} == {"float64"}
    x = IMAGES
    if sides == 32:
        x = y = np.tile(IMAGES[:2], (1, 4, 4, 1))
    if isinstance(model, models.SemiSupervisedGAN):
        x = (IMAGES, IMAGES)
    before = model.get_weights()
    history = model.fit(x, y, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert any((now != was).any() for now, was in zip(model.get_weights(), before, strict=True))


@pytest.mark.parametrize("adam", [optimizers.Adam, optimizers.RootEpsilonAdam])
def test_adam_computes_in_float64(float64, adam):
    optimizer = adam(0.1, beta_1=0.5, beta_2=0.9, epsilon=1e-4)
    weights = keras.Variable([1.0, -2.0])
    optimizer.build([weights])
    expected, m, v = np.array([1.0, -2.0]), 0.0, 0.0
    for step, gradient in enumerate(np.array([[1.0, 0.1], [-0.5, 0.2]]), 1):
        optimizer.apply([tf.constant(gradient)], [weights])
        m, v = 0.5 * m + 0.5 * gradient, 0.9 * v + 0.1 * gradient**2
        rate, corrected = 0.1 / (1 - 0.5**step), v / (1 - 0.9**step)
        root = np.sqrt(corrected) + 1e-4 / np.sqrt(1 - 0.9**step)
        if adam is optimizers.RootEpsilonAdam:
            root = np.sqrt(corrected + 1e-4)
        expected = expected - rate * m / root
    np.testing.assert_allclose(weights, expected, rtol=1e-7)


@pytest.mark.parametrize("policy", ["float64", "bfloat16", "float16"])
@pytest.mark.parametrize(
    "layer, shape",
    [
        (lambda: layers.Dense(3), (2, 4)),
        (lambda: layers.WeightNormalizedDense(3), (2, 4)),
        (lambda: layers.MinibatchDiscrimination(3, 2), (2, 4)),
        (lambda: layers.Conv2D(3, 3), (2, 8, 8, 4)),
        (lambda: layers.Conv2DTranspose(3, 4, 2, "same"), (2, 8, 8, 4)),
        (lambda: layers.BatchNormalization(), (2, 8, 8, 4)),
        (lambda: layers.InstanceNormalization(), (2, 8, 8, 4)),
        (lambda: layers.LeakyReLU(), (2, 8, 8, 4)),
        (lambda: layers.PReLU(), (2, 8, 8, 4)),
        (lambda: layers.ReflectionPadding2D(1), (2, 8, 8, 4)),
        (lambda: layers.GaussianNoise(1.0), (2, 8, 8, 4)),
    ],
)
def test_layers_compute_in_every_precision(policy, layer, shape):
    keras.config.set_dtype_policy(policy)
    layer = layer()
    layer.build(shape)
    with tf.GradientTape() as tape:
        outputs = layer(tf.ones(shape, policy), training=True)
        loss = tf.reduce_sum(outputs)
    assert outputs.dtype == policy
    weights = [weight.value for weight in layer.trainable_weights]
    assert all(gradient is not None for gradient in tape.gradient(loss, weights))


@pytest.mark.parametrize("policy", ["bfloat16", "float16"])
def test_weights_of_half_precision_are_refused_to_train(policy):
    keras.config.set_dtype_policy(policy)
    model = models.DCGAN((8, 8, 1))
    with pytest.raises(ValueError, match=f"weights of {policy}.*'mixed_{policy}'"):
        model.compile()
    assert model.generate(2, seed=1).shape == (2, 8, 8, 1)
