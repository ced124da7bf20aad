"""BiGAN, whose generator and encoder learn to be each other's inverse."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kerasgan import models, networks, optimizers

SHAPE, DIM = (8, 8, 1), 4


class Given(keras.initializers.Initializer):
    """A kernel that is given."""

    def __init__(self, value):
        self.value = value

    def __call__(self, shape, dtype=None):
        return keras.ops.convert_to_tensor(np.asarray(self.value, "float32"))


def dense(kernel):
    return layers.Dense(np.shape(kernel)[1], use_bias=False, kernel_initializer=Given(kernel))


def painter():
    """A generator whose first pixels are its latents."""
    latents = keras.Input((DIM,))
    return keras.Model(latents, layers.Reshape(SHAPE)(dense(np.eye(DIM, 64))(latents)))


def reader(scale=1.0):
    """Its inverse, to a scale; the features are all pixels."""
    images = keras.Input(SHAPE)
    features = layers.Flatten()(images)
    return keras.Model(images, [dense(scale * np.eye(64, DIM))(features), features])


def judge(pixels=0.0, codes=0.0):
    """A discriminator that adds up all pixels and codes, times such numbers."""
    inputs = [keras.Input(SHAPE), keras.Input((DIM,))]
    x = layers.Concatenate()([layers.Flatten()(inputs[0]), inputs[1]])
    return keras.Model(inputs, dense([[pixels]] * 64 + [[codes]] * DIM)(x))


def build(**options):
    """A model of narrow networks that runs eagerly."""
    build, sizes = networks.bigan, {"latent_dim": DIM, "units": 16, "seed": 1}
    names = ("generator", "encoder", "discriminator")
    given = {name: getattr(build, name)(SHAPE, **sizes) for name in names}
    model = models.BiGAN(**given | {"seed": 0} | options)
    model.compile(run_eagerly=True)
    return model


# ---------------------------------------------------------------------- networks


def test_sizes_of_the_papers_networks():
    build, shape = networks.bigan, (28, 28, 1)
    counts = {
        1_905_424: build.generator(shape),
        1_904_690: build.encoder(shape),
        1_905_665: build.discriminator(shape),
    }
    for count, network in counts.items():
        assert sum(weight.numpy().size for weight in network.trainable_weights) == count
        assert not [w for w in network.trainable_weights if w.name in ("gamma", "beta")]
    model = models.BiGAN(shape)
    assert model.latent_dim == 50
    latents = model.sample_latent(4000, seed=1).numpy()
    assert -1 <= latents.min() < -0.99 and 0.99 < latents.max() <= 1


def test_weight_decay_is_added_to_the_gradient():
    network = networks.bigan.generator(SHAPE, DIM, units=8, weight_decay=0.5)
    weights = network.trainable_weights
    with tf.GradientTape() as tape:
        decay = sum(network.losses)
    for weight, gradient in zip(weights, tape.gradient(decay, weights), strict=True):
        np.testing.assert_allclose(gradient, 0.5 * weight.numpy(), atol=1e-6)
    assert not networks.bigan.generator(SHAPE, DIM, units=8, weight_decay=0.0).losses


def test_networks_in_half_precision_make_float32():
    keras.config.set_dtype_policy("mixed_float16")
    model = build()
    images = tf.ones((2, *SHAPE))
    made = model.generator(tf.ones((2, DIM)))
    codes, _ = model.encoder(images)
    logits = model.discriminator([images, codes], training=True)
    assert {x.dtype for x in (made, codes, logits)} == {tf.float32}
    assert model.features(images).dtype == "float32"


def test_the_learning_rate_falls_to_a_hundredth():
    rate = optimizers.ExponentialFall(2e-4, 100)
    np.testing.assert_allclose(
        [rate(step) for step in (0, 50, 75, 100, 200)], [2e-4, 2e-4, 2e-5, 2e-6, 2e-6], rtol=1e-5
    )
    again = optimizers.ExponentialFall.from_config(rate.get_config())
    assert float(again(75)) == pytest.approx(2e-5)


def test_dense_networks_of_ali():
    build = networks.bigan
    encoder = build.encoder(SHAPE, 6, units=5, gaussian=True)
    assert encoder.output_names == ["means", "log_deviations", "features"]
    assert [x.shape for x in encoder(tf.zeros((2, *SHAPE)))] == [(2, 6), (2, 6), (2, 5)]
    judge = build.discriminator(SHAPE, 6, units=5, normalize=False)
    assert judge.trainable_weights == judge.weights


# ---------------------------------------------------------------------- the algorithm


def softplus(x):
    return np.log1p(np.exp(np.asarray(x, "float64")))


def test_both_terms_are_flipped(noise_images):
    """Where D finds all alike, both losses are 2 log 2, and E wants l(x, E(x)) lower."""
    model = build(generator=painter(), encoder=reader(), discriminator=judge())
    found = model.evaluate(noise_images, verbose=0, return_dict=True)
    for player in model.players:
        assert found[f"{player}_loss"] == pytest.approx(2 * math.log(2), rel=1e-6)

    logits = [tf.Variable([[0.0]]), tf.Variable([[0.0]])]
    with tf.GradientTape(persistent=True) as tape:
        flipped = model.encoder_losses(None, [None, *logits], True)["encoder_loss"]
        loss = model.discriminator_losses(None, [None, *logits], True)["discriminator_loss"]
    assert [float(x[0, 0]) for x in tape.gradient(flipped, logits)] == [0.5, -0.5]
    assert [float(x[0, 0]) for x in tape.gradient(loss, logits)] == [-0.5, 0.5]


def test_losses_written_out():
    """D adds up pixels and codes: E reads 0.8 of a latent, of an image with one bright pixel."""
    model = build(generator=painter(), encoder=reader(0.8), discriminator=judge(1.0, 3.0))
    images = np.zeros((2, *SHAPE), "float32")
    images[:, 0, 0] = -1
    latents = np.array([[0.5, 0, 0, 0], [0, 0.5, 0.25, 0]], "float32")
    model.sample_latent = lambda count, seed=None: tf.constant(latents)
    found = model.evaluate(images, verbose=0, return_dict=True)
    real, fake = -1 - 2.4, np.array([0.5, 0.75]) * (1 + 3)
    assert found["discriminator_loss"] == pytest.approx(
        softplus(-real) + softplus(fake).mean(), rel=1e-5
    )
    flipped = softplus(real) + softplus(-fake).mean()
    assert found["generator_loss"] == pytest.approx(flipped, rel=1e-5)
    assert found["encoder_loss"] == pytest.approx(flipped, rel=1e-5)
    assert (found["real_accuracy"], found["fake_accuracy"]) == (0, 0)
    assert found["reconstruction_error"] == pytest.approx(0.1, rel=1e-5)  # of pixels in [0, 1]
    assert found["reconstruction_ratio"] == pytest.approx(1, rel=1e-5)  # the images are alike


def test_reconstruction_ratio():
    model = build(generator=painter(), encoder=reader(0.5), discriminator=judge())
    images = np.zeros((2, *SHAPE), "float32")
    images[0, 0, 0], images[1, 0, 1] = -1, 1
    found = model.evaluate(images, verbose=0, return_dict=True)
    assert found["reconstruction_error"] == pytest.approx(0.25)
    assert found["reconstruction_ratio"] == pytest.approx(0.5 / math.sqrt(1 + 0.25), rel=1e-5)


def test_all_networks_move_by_one_pass_against_the_same_discriminator(noise_images):
    model = build(generator=painter(), encoder=reader(), discriminator=judge(0.1, -0.2))
    names = ["generator", "encoder", "discriminator"]
    model.compile(*(keras.optimizers.SGD(1.0) for _ in names), run_eagerly=True)
    images = tf.cast(noise_images, "float32") / 127.5 - 1
    latents = model.sample_latent(64, seed=1)
    model.sample_latent = lambda count, seed=None: latents

    weights = [getattr(model, name).trainable_weights[0] for name in names]
    with tf.GradientTape(persistent=True) as tape:
        codes, _ = model.encoder(images)
        real = model.discriminator([images, codes])
        fake = model.discriminator([model.generator(latents), latents])
        loss = tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake))
        flipped = tf.reduce_mean(tf.nn.softplus(real)) + tf.reduce_mean(tf.nn.softplus(-fake))
    expected = [
        weight.numpy() - tape.gradient(each, [weight.value])[0].numpy()
        for weight, each in zip(weights, [flipped, flipped, loss], strict=True)
    ]
    before = [weight.numpy() for weight in weights]
    model.fit(noise_images, batch_size=64, shuffle=False, verbose=0)
    for weight, a, b in zip(weights, expected, before, strict=True):
        np.testing.assert_allclose(weight.numpy(), a, atol=1e-5)
        assert np.abs(weight.numpy() - b).max() > 1e-4  # the encoder too is trained


def test_the_discriminator_looks_at_latents(noise_images):
    model = build()
    latents = model.sample_latent(64, seed=1).numpy()
    scores = model.score(noise_images, latents)
    assert np.abs(scores - model.score(noise_images, latents[::-1])).max() > 1e-6


def test_training_inverts_a_generator_that_stands_still():
    """A little game in which E alone can be right: reconstructions come nearer than others."""
    keras.utils.set_random_seed(0)  # of the order of the images
    model = build(generator=painter(), encoder=reader(0.0))
    rates = {"generator_optimizer": 0.0, "encoder_optimizer": 0.02, "discriminator_optimizer": 0.02}
    model.compile(**{name: optimizers.Adam(rate, 0.5) for name, rate in rates.items()})
    latents = model.sample_latent(512, seed=3).numpy()
    images = model.generator(latents).numpy()
    first = model.evaluate(images, verbose=0, return_dict=True)["reconstruction_ratio"]
    model.fit(images, batch_size=64, epochs=40, verbose=0)
    last = model.evaluate(images, verbose=0, return_dict=True)["reconstruction_ratio"]
    assert first == pytest.approx(1, abs=0.01) and last < 0.9


# ---------------------------------------------------------------------- ALI


def gaussian_reader(log_deviation):
    """An encoder of Gaussians around what `reader` reads, all of one deviation."""
    images = keras.Input(SHAPE)
    features = layers.Flatten()(images)
    bias = keras.initializers.Constant(log_deviation)
    deviation = layers.Dense(DIM, kernel_initializer="zeros", bias_initializer=bias)(features)
    return keras.Model(images, [dense(np.eye(64, DIM))(features), deviation, features])


def infer(**options):
    parts = {"generator": painter(), "discriminator": judge(0.1, 0.2)}
    model = models.ALI(**parts | {"encoder": gaussian_reader(0.0), "seed": 0} | options)
    model.compile(run_eagerly=True)
    return model


def test_codes_are_drawn_of_a_gaussian():
    model = infer(encoder=gaussian_reader(math.log(0.5)))
    images = np.zeros((4000, *SHAPE), "float32")
    images[:, 0, 0] = -1
    drawn = model.drawn_codes(tf.constant(images), training=True).numpy()
    np.testing.assert_allclose(drawn.mean(axis=0), [-1, 0, 0, 0], atol=0.04)
    np.testing.assert_allclose(drawn.std(axis=0), 0.5, rtol=0.05)
    np.testing.assert_allclose(model.encode(images[:2]), [[-1, 0, 0, 0]] * 2)
    latents = model.sample_latent(4000, seed=1).numpy()
    assert latents.std() == pytest.approx(1, abs=0.02) and np.abs(latents).max() > 3


def test_the_gaussian_has_a_gradient():
    model = infer()
    images = tf.zeros((8, *SHAPE))
    with tf.GradientTape() as tape:
        fake = model.fake_batch(images, training=True)
        loss = model.encoder_losses(images, fake, training=True)["encoder_loss"]
    for gradient in tape.gradient(loss, model.encoder.trainable_variables[1:]):
        if gradient.shape == (DIM,):  # of the logarithm of the deviation
            assert np.abs(gradient).max() > 1e-4


def test_both_kinds_of_pairs_are_normalized_together():
    """Normalized apart, pairs that differ by their mean alone are all the same."""
    inputs = [keras.Input(SHAPE), keras.Input((DIM,))]
    x = layers.Concatenate()([layers.Flatten()(inputs[0]), inputs[1]])
    normalized = layers.BatchNormalization(scale=False, center=False)(dense([[1.0]] * 68)(x))
    judge = keras.Model(inputs, dense([[1.0]])(normalized))
    pairs = [[tf.fill((4, *SHAPE), value), tf.zeros((4, DIM))] for value in (0.5, -0.5)]
    real, fake = infer(discriminator=judge).scores(*pairs, training=True)
    np.testing.assert_allclose(real, np.ones((4, 1)), atol=1e-3)
    np.testing.assert_allclose(fake, -np.ones((4, 1)), atol=1e-3)
    parts = {"generator": painter(), "encoder": reader(), "discriminator": judge}
    real, fake = build(**parts).scores(*pairs, training=True)
    np.testing.assert_allclose([real, fake], np.zeros((2, 4, 1)), atol=1e-3)


def test_networks_of_ali():
    names = ("generator", "encoder", "discriminator")
    made = {name: getattr(networks.ali, name)((32, 32, 1), 6, width=2) for name in names}
    model = models.ALI(**made)
    images = tf.zeros((2, 32, 32, 1))
    assert model.generator(tf.zeros((2, 6))).shape == (2, 32, 32, 1)
    assert [x.shape for x in model.encoder(images)] == [(2, 6), (2, 6), (2, 32)]
    assert model.discriminator([images, tf.zeros((2, 6))]).shape == (2, 1)
    sides = [layer.output.shape[1] for layer in made["generator"].layers if "conv" in layer.name]
    assert sides == [4, 10, 13, 28, 32, 32, 32]
    with pytest.raises(ValueError, match="images of 32 x 32, not 28 x 28"):
        models.ALI((28, 28, 1))


# ---------------------------------------------------------------------- use


def test_verbs(noise_images):
    model = build(ema=0.9)
    model.fit(noise_images, batch_size=16, verbose=0)
    codes = model.encode(noise_images)
    assert codes.dtype == "float32" and codes.shape == (64, DIM)
    expected, features = model.encoder_ema(noise_images / 127.5 - 1)
    np.testing.assert_allclose(codes, expected, atol=1e-5)
    np.testing.assert_allclose(model.features(noise_images), features, atol=1e-4)
    np.testing.assert_array_equal(model.reconstruct(noise_images), model.decode(codes))
    np.testing.assert_array_equal(
        model.generate(3, seed=5), model.decode(model.sample_latent(3, seed=5))
    )
    assert model.comparison(noise_images[:2]).shape == (18, 18, 1)
    stats = model.health_stats(noise_images)
    assert stats["gradient_norm"] > 0 and stats["diversity"] > 0


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: models.BiGAN(), "Give an image_shape"),
        (lambda: models.BiGAN(SHAPE, latent_dim=0), "latent_dim must be a positive integer"),
        (lambda: build(latent_dim=5), r"generator takes \(4,\), but latent_dim says \(5,\)"),
        (lambda: build(encoder=painter()), r"image_shape must be .*; got \(4,\)"),
        (
            lambda: build(encoder=networks.sgan.discriminator(SHAPE, 3, units=(5,))),
            r"encoder makes \[\(3,\), \(5,\)\] of .* must make \[\(4,\), \(None,\)\]",
        ),
        (lambda: build(discriminator=painter()), "discriminator must have 2 inputs"),
        (lambda: build(generator=judge()), "generator must have one input, it has 2"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
