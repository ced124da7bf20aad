"""Boundary-seeking GANs: binary images that are weighed by the discriminator, and others."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kerasgan import losses, models, networks

SHAPE, DIM = (8, 8, 1), 4


class Constant(layers.Layer):
    """Makes the same trained values, the logits of pixels or pixels, of all latents."""

    def __init__(self, value, **kwargs):
        super().__init__(**kwargs)
        self.eta = self.add_weight(shape=np.shape(value), name="eta")
        self.eta.assign(value)

    def call(self, latents):
        return latents[:, :1, None, None] * 0 + self.eta


def made_of(value):
    latents = keras.Input((DIM,))
    return keras.Model(latents, Constant(np.asarray(value, "float32"))(latents))


def counter(shape=SHAPE, weight=1.0):
    """A discriminator whose logit adds up white pixels, times a number."""
    images = keras.Input(shape)
    pixels = layers.Flatten()(layers.Rescaling(0.5, 0.5)(images))
    weights = keras.initializers.Constant(weight)
    return keras.Model(images, layers.Dense(1, use_bias=False, kernel_initializer=weights)(pixels))


def build(kind=models.BoundarySeekingGAN, binary=True, **options):
    """A model of narrow networks that runs eagerly."""
    sizes = {"width": 4, "units": 16, "seed": 1}
    parts = {"discriminator": networks.bgan.discriminator(SHAPE, **sizes)}
    if "generator" not in options:
        parts["generator"] = networks.bgan.generator(SHAPE, DIM, binary=binary, **sizes)
    model = kind(**parts | {"seed": 0} | options)
    model.compile(run_eagerly=True)
    return model


def build_continuous(**options):
    return build(models.ContinuousBoundarySeekingGAN, binary=False, **options)


def give_thresholds(model, values):
    """Each example has these thresholds, (M, *image_shape)."""
    values = tf.constant(values, "float32")
    model.draw_thresholds = lambda counts, seed: tf.broadcast_to(
        values, (*counts, *model.image_shape)
    )


# ---------------------------------------------------------------------- networks


@pytest.mark.parametrize(
    "sizes, generator, discriminator",
    [({}, 6_709_185, 6_631_169), ({"width": 32, "units": 512}, 1_697_761, 1_658_753)],
)
def test_sizes_of_the_papers_networks(sizes, generator, discriminator):
    build, shape = networks.bgan, (28, 28, 1)
    counts = {
        generator: build.generator(shape, **sizes),
        discriminator: build.discriminator(shape, **sizes),
    }
    for count, network in counts.items():
        assert sum(math.prod(weight.shape) for weight in network.trainable_weights) == count
    judge = counts[discriminator]
    assert judge.trainable_weights == judge.weights  # no batch normalization


@pytest.mark.parametrize("kind", [models.BoundarySeekingGAN, models.ContinuousBoundarySeekingGAN])
def test_latents_of_the_paper(kind):
    model = kind(SHAPE)
    assert model.latent_dim == 64
    latents = model.sample_latent(400, seed=1).numpy()
    assert 0 <= latents.min() < 0.01 and 0.99 < latents.max() < 1


@pytest.mark.parametrize("binary", [True, False])
def test_networks_in_half_precision_make_float32(binary):
    keras.config.set_dtype_policy("mixed_float16")
    made = networks.bgan.generator(SHAPE, DIM, 4, 16, binary)(100 * tf.ones((2, DIM)))
    logits = networks.bgan.discriminator(SHAPE, 4, 16)(made)
    assert (made.dtype, logits.dtype) == ("float32", "float32")
    # Logits of pixels are not bounded, pixels are.
    assert (np.abs(made).max() > 1) == binary


# ---------------------------------------------------------------------- binary images


def test_one_sample_a_latent_has_the_cross_entropy_summed_over_pixels():
    shape = (2, 2, 1)
    model = build(generator=made_of(np.zeros(shape)), discriminator=counter(shape), num_samples=1)
    values = model.evaluate(np.zeros((3, *shape), "uint8"), verbose=0, return_dict=True)
    assert values["generator_loss"] == pytest.approx(4 * math.log(2), rel=1e-6)
    assert values["effective_samples"] == 1


def test_losses_written_out():
    """Two pixels of logits 0.5 and -1; three draws, of which D counts white pixels by 2."""
    shape, eta = (1, 2, 1), np.array([0.5, -1])
    model = build(
        generator=made_of(eta.reshape(shape)), discriminator=counter(shape, 2.0), num_samples=3
    )
    # sigmoid(eta) is 0.62 and 0.27: the draws are (1, 0), (0, 0), (1, 1).
    give_thresholds(model, np.reshape([[0.6, 0.3], [0.7, 0.9], [0.1, 0.2]], (3, *shape)))
    real = np.reshape([255, 0], (1, *shape)).astype("uint8").repeat(2, axis=0)
    values = model.evaluate(real, verbose=0, return_dict=True)

    logits = np.array([2.0, 0.0, 4.0])
    weights = np.exp(logits) / np.exp(logits).sum()
    p = 1 / (1 + np.exp(-eta))
    log_g = np.log([p[0] * (1 - p[1]), (1 - p[0]) * (1 - p[1]), p[0] * p[1]])
    assert weights == pytest.approx([0.11731, 0.01588, 0.86681], abs=1e-5)
    assert values["generator_loss"] == pytest.approx(-(weights * log_g).sum(), rel=1e-5)
    assert values["effective_samples"] == pytest.approx(1 / (weights**2).sum(), rel=1e-5)
    assert values["log_partition"] == pytest.approx(np.log(np.exp(logits).mean()), rel=1e-5)
    softplus = np.log1p(np.exp(logits))
    assert values["discriminator_loss"] == pytest.approx(
        np.log1p(np.exp(-2)) + softplus.mean(), rel=1e-5
    )
    assert values["real_accuracy"] == 1 and values["fake_accuracy"] == 0


def test_weights_of_each_latents_draws_add_up_to_one():
    """The gradient by eta is sum_m w^m (sigmoid(eta) - s^m), for each latent by itself."""
    model = build(num_samples=3)
    real = tf.zeros((2, *SHAPE))
    samples, eta, *_ = model.fake_batch(real, training=True)
    # Draws of the first latent have far larger logits than those of the second.
    logits = tf.constant([[50.0], [51.0], [49.0], [-50.0], [-50.0], [-50.0]])
    with tf.GradientTape() as tape:
        tape.watch(eta)
        fake = samples, eta, None, logits
        values = model.generator_losses(real, fake, training=True)
    weights = np.exp([[0, 1, -1], [0, 0, 0]])
    weights = weights / weights.sum(axis=1, keepdims=True)
    bits = (samples.numpy() + 1) / 2
    drawn = np.einsum("nm,nmhwc->nhwc", weights, bits)
    expected = (1 / (1 + np.exp(-eta.numpy())) - drawn) / 2  # a mean over two latents
    np.testing.assert_allclose(tape.gradient(values["generator_loss"], eta), expected, atol=1e-6)
    found = (1 / (weights**2).sum(axis=1)).mean()
    assert float(values["effective_samples"]) == pytest.approx(found, rel=1e-5)


def test_no_gradient_passes_through_the_discriminator():
    model = build(num_samples=3)
    real = tf.ones((4, *SHAPE))
    with tf.GradientTape(persistent=True) as tape:
        fake = model.fake_batch(real, training=True)
        values = model.discriminator_losses(real, fake, training=True)
        values |= model.generator_losses(real, fake, training=True)
    for player in model.players:
        for name in model.players:
            loss = values[f"{player}_loss"]
            gradients = tape.gradient(loss, getattr(model, name).trainable_variables)
            none = [gradient is None for gradient in gradients]
            assert all(none) if name != player else not any(none)


def test_draws_are_binary_and_as_likely_as_the_generator_says():
    eta = np.linspace(-3, 3, 64).reshape(SHAPE)
    model = build(generator=made_of(eta), num_samples=50)
    real = model.unpack(np.arange(256, dtype="uint8").repeat(16).reshape(64, *SHAPE))
    assert np.unique(real).tolist() == [-1, 1] and np.mean(real) == 0  # 128 is above the middle
    samples, *_ = model.fake_batch(real, training=True)
    assert samples.shape == (64, 50, *SHAPE)
    likely = 1 / (1 + np.exp(-eta))
    made = model.generate(3200, seed=1)
    assert made.dtype == np.uint8 and np.unique(made).tolist() == [0, 255]
    for bits in ((samples.numpy() > 0).mean(axis=(0, 1)), (made / 255).mean(axis=0)):
        np.testing.assert_allclose(bits, likely, atol=0.05)
    one, other = samples[:, 0], samples[:, 1]  # which are independent
    differ = (one.numpy() != other.numpy()).mean()
    assert differ == pytest.approx((2 * likely * (1 - likely)).mean(), abs=0.03)
    np.testing.assert_array_equal(made[:10], model.generate(3200, seed=1, batch_size=999)[:10])
    assert (made[:10] != model.generate(3200, seed=2)[:10]).any()


@pytest.mark.parametrize("size", [80.0, -80.0])
def test_large_logits_leave_all_finite(size):
    model = build(
        generator=made_of(np.full(SHAPE, size)), discriminator=counter(weight=size), num_samples=2
    )
    images = np.full((4, *SHAPE), 255, "uint8")
    model.fit(images, batch_size=4, verbose=0)
    values = model.evaluate(images, verbose=0, return_dict=True)
    assert np.isfinite(list(values.values())).all()
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_both_networks_move_by_one_pass():
    """Written out: SGD on both losses, at the weights before the step."""
    model = build(num_samples=3)
    rates = (keras.optimizers.SGD(0.1) for _ in range(2))
    model.compile(*rates, run_eagerly=True)
    values = np.random.default_rng(0).uniform(size=(3, *SHAPE))
    give_thresholds(model, values)
    latents = model.sample_latent(8, seed=1)
    model.sample_latent = lambda count, seed=None: latents
    images = np.random.default_rng(1).integers(0, 256, (8, *SHAPE), dtype=np.uint8)
    x = tf.constant(np.where(images > 127, 1.0, -1.0), "float32")

    generator, discriminator = model.generator, model.discriminator
    with tf.GradientTape(persistent=True) as tape:
        eta = generator(latents, training=True)[:, None]
        bits = tf.cast(values.astype("float32") <= tf.sigmoid(eta), "float32")
        logits = tf.reshape(discriminator(tf.reshape(2 * bits - 1, (24, *SHAPE))), (8, 3))
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(bits, eta + 0 * bits)
        weights = tf.stop_gradient(tf.nn.softmax(logits, axis=1))
        g_loss = tf.reduce_sum(weights * tf.reduce_sum(entropy, [2, 3, 4])) / 8
        d_loss = tf.reduce_mean(tf.nn.softplus(-discriminator(x)))
        d_loss += tf.reduce_mean(tf.nn.softplus(logits))
    expected = [
        weight.numpy() - 0.1 * tape.gradient(loss, [weight.value])[0].numpy()
        for network, loss in ((generator, g_loss), (discriminator, d_loss))
        for weight in network.trainable_weights
    ]
    model.fit(images, batch_size=8, shuffle=False, verbose=0)
    trained = generator.trainable_weights + discriminator.trainable_weights
    for weight, value in zip(trained, expected, strict=True):
        np.testing.assert_allclose(weight.numpy(), value, atol=1e-5)


def test_each_update_of_the_discriminator_has_images_of_its_own(noise_images):
    model = build(num_samples=2, discriminator_steps=2)
    seen = []
    draw = model.fake_batch
    model.fake_batch = lambda real, training: seen.append(real) or draw(real, training)
    model.fit(noise_images, batch_size=64, shuffle=False, verbose=0)
    assert (int(model.discriminator_optimizer.iterations), len(seen)) == (2, 2)
    assert int(model.generator_optimizer.iterations) == 1
    np.testing.assert_array_equal(np.concatenate(seen), model.unpack(noise_images))


def test_training_learns_which_pixels_are_white():
    """A generator of independent pixels learns how often each is white."""
    often = np.linspace(0.1, 0.9, 4).reshape(2, 2, 1)
    images = np.random.default_rng(0).uniform(size=(512, 2, 2, 1)) < often
    model = build(
        generator=made_of(np.zeros((2, 2, 1))),
        discriminator=counter((2, 2, 1), 0.0),
        num_samples=10,
    )
    model.compile(*(keras.optimizers.Adam(0.05, 0.5) for _ in range(2)))
    history = model.fit(255 * images.astype("uint8"), batch_size=64, epochs=10, verbose=0).history
    learnt = 1 / (1 + np.exp(-model.generator(np.zeros((1, DIM)))[0]))
    np.testing.assert_allclose(learnt, images.mean(axis=0), atol=0.1)
    assert 1.2 < history["effective_samples"][-1] <= 10
    assert abs(history["log_partition"][-1]) < 0.3


def test_what_it_is_compared_with_is_binary_too(noise_images):
    model = build(ema=0.9, num_samples=2)
    model.fit(noise_images, batch_size=32, verbose=0)
    black_and_white = np.where(noise_images > 127, 255, 0).astype("uint8")
    real, inputs = model.real_and_inputs(noise_images, None)
    assert inputs is None
    np.testing.assert_array_equal(real, black_and_white)
    np.testing.assert_array_equal(model.score(noise_images), model.score(black_and_white))
    _, reals = zip(*model.examined_pairs(1, (tf.zeros((4, 2, *SHAPE)),)), strict=True)
    assert reals[0].shape == (4, *SHAPE)
    stats = model.health_stats(noise_images)
    assert stats["gradient_norm"] > 0 and 0 < stats["diversity"] < 1.5


def test_a_penalty_and_patches(noise_images):
    """Penalties see one draw a latent; a map of logits has a mean."""
    images = keras.Input(SHAPE)
    judge = keras.Model(images, layers.Conv2D(1, 3, strides=2)(images))
    model = build(discriminator=judge, num_samples=3)
    model.compile(penalty=losses.GradientPenalty(1.0) + losses.LeCam(0.1), run_eagerly=True)
    history = model.fit(noise_images, batch_size=32, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert history["discriminator_gradient_penalty"][0] > 0


# ---------------------------------------------------------------------- other images


def test_the_generator_seeks_log_z():
    """D gives 3 to both of its logits: log Z is 0 at first, then moves by a two hundredth."""
    model = build_continuous(
        generator=made_of(np.full(SHAPE, 0.5)), discriminator=counter(weight=1 / 16)
    )
    model.compile(*(keras.optimizers.SGD(0.0) for _ in range(2)), run_eagerly=True)
    images = np.zeros((4, *SHAPE), "uint8")  # a logit is 64 * 0.75 / 16 = 3
    found = model.fit(images, batch_size=2, shuffle=False, verbose=0).history
    first, second = 0.0, 0.005 * 3
    assert found["generator_loss"][0] == pytest.approx((9 + (3 - second) ** 2) / 2, rel=1e-5)
    assert found["log_partition"][0] == pytest.approx((first + second) / 2, rel=1e-4)
    moved = 0.995 * second + 0.005 * 3
    assert float(model.log_partition) == pytest.approx(moved, rel=1e-5)
    values = model.evaluate(images, verbose=0, return_dict=True)
    assert values["generator_loss"] == pytest.approx((3 - moved) ** 2, rel=1e-5)
    assert float(model.log_partition) == pytest.approx(moved, rel=1e-5)  # as it was


def test_log_z_is_a_mean_of_exponentials():
    model = build_continuous()
    logits = tf.constant([[0.0], [math.log(3)], [math.log(5)]])
    assert float(model.estimate(logits)) == pytest.approx(math.log(3), rel=1e-6)
    assert float(model.estimate(tf.constant([[200.0], [200.0]]))) == pytest.approx(200)


def test_log_z_moves_no_weights_and_the_discriminator_passes_gradients():
    model = build_continuous()
    real = tf.zeros((4, *SHAPE))
    with tf.GradientTape() as tape:
        fake = model.fake_batch(real, training=True)
        loss = model.generator_losses(real, fake, training=True)["generator_loss"]
        logits = model.logits(fake, training=True)
        expected = tf.reduce_mean(tf.square(logits))
    gradients = tape.gradient(loss, model.generator.trainable_variables)
    assert max(np.abs(gradient).max() for gradient in gradients) > 0
    assert float(loss) == pytest.approx(float(expected), rel=1e-5)
    made = model.generate(5, seed=1)
    assert made.dtype == np.uint8 and len(np.unique(made)) > 2  # not binary


# ---------------------------------------------------------------------- use


def test_served(noise_images, tmp_path):
    model = build(num_samples=2)
    model.export(tmp_path / "served")
    served = tf.saved_model.load(tmp_path / "served")
    np.testing.assert_array_equal(served.generate_n(3, 5), model.generate(3, seed=5))
    latents, thresholds = model.draw_inputs(3, 5)
    np.testing.assert_array_equal(served.generate(latents, thresholds), model.generate(3, seed=5))
    np.testing.assert_allclose(
        served.discriminate(noise_images), model.score(noise_images), atol=1e-5
    )


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: build(num_samples=0), "num_samples must be a positive integer, got 0"),
        (lambda: build(num_samples=1.5), "num_samples must be a positive integer, got 1.5"),
        (lambda: models.BoundarySeekingGAN((4,)), r"no networks for examples of shape \(4,\)"),
        (
            lambda: build().compile(adversarial_loss="relativistic_pairing"),
            "not relativistic, such as 'non_saturating'",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
