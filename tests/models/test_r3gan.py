"""R3GAN's step against the paper's algorithm."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import losses, models, networks
from kerasgan.optimizers import Cosine

SHAPE = (8, 8, 1)


def build(model_class=models.R3GAN, gamma=(0.5, 0.1), **options):
    narrow = {"widths": [16, 8], "blocks": 1, "seed": 3}
    if "num_classes" in options:
        narrow["condition_dim"] = options["num_classes"]
    generator = networks.r3gan.generator(SHAPE, 6, **narrow)
    discriminator = networks.r3gan.discriminator(SHAPE, **narrow)
    for network in (generator, discriminator):  # no block is the identity
        rng = np.random.default_rng(0)
        for weight in network.trainable_weights:
            weight.assign(weight.numpy() + 0.1 * rng.normal(size=weight.shape))
    return model_class(
        generator=generator, discriminator=discriminator, gamma=gamma, seed=0, **options
    )


def test_one_step_against_the_algorithm_written_out(noise_images):
    model = build()
    model.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.02))
    generator, discriminator = map(keras.models.clone_model, (model.generator, model.discriminator))
    generator.set_weights(model.generator.get_weights())
    discriminator.set_weights(model.discriminator.get_weights())
    latents = [model.sample_latent(4, seed=seed) for seed in (5, 6)]
    draws = iter(latents)
    model.sample_latent = lambda count, seed=None: next(draws)
    images = noise_images[:8]
    logs = model.fit(images, batch_size=8, shuffle=False, verbose=0).history

    # D's half of the batch, and its latents
    x = tf.cast(images, "float32") / 127.5 - 1
    real, fake = x[:4], generator(latents[0])
    with tf.GradientTape() as tape:
        with tf.GradientTape(persistent=True) as inner:
            inner.watch([real, fake])
            r, f = discriminator(real), discriminator(fake)
        at_real, at_fake = inner.gradient(r, real), inner.gradient(f, fake)
        norms = [tf.reduce_sum(each**2, (1, 2, 3)) for each in (at_real, at_fake)]
        penalty = 0.5 / 2 * tf.reduce_mean(norms[0] + norms[1])
        d_loss = tf.reduce_mean(tf.math.softplus(f - r)) + penalty
    for weight, gradient in zip(
        discriminator.trainable_weights,
        tape.gradient(d_loss, discriminator.trainable_weights),
        strict=True,
    ):
        weight.assign_sub(0.02 * gradient)
    # G's half, which the new D sees
    with tf.GradientTape() as tape:
        f, r = discriminator(generator(latents[1])), discriminator(x[4:])
        g_loss = tf.reduce_mean(tf.math.softplus(r - f))
    for weight, gradient in zip(
        generator.trainable_weights, tape.gradient(g_loss, generator.trainable_weights), strict=True
    ):
        weight.assign_sub(0.01 * gradient)

    assert logs["discriminator_loss"][0] == pytest.approx(float(d_loss), rel=1e-4)
    assert logs["discriminator_gradient_penalty"][0] == pytest.approx(float(penalty), rel=1e-4)
    assert logs["generator_loss"][0] == pytest.approx(float(g_loss), rel=1e-4)
    for ours, wanted in ((model.discriminator, discriminator), (model.generator, generator)):
        for a, b in zip(ours.get_weights(), wanted.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    assert int(model.images_seen) == 4


def test_defaults(tmp_path):
    model = build(images=2000, batch_size=20, learning_rate=(0.1, 0.0))
    model.compile()
    r1, r2 = model.penalty.parts
    assert (type(r1), type(r2)) == (losses.R1, losses.R2)
    assert float(r1.at(1000).weight) == float(r2.at(1000).weight) == pytest.approx(0.3)
    adam = model.discriminator_optimizer
    assert adam.beta_1 == 0.0
    assert adam.beta_2.get_config() == {"first": 0.9, "last": 0.99, "over": 100}
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert (loaded.gamma, loaded.images) == ((0.5, 0.1), 2000)
    assert isinstance(loaded.penalty.parts[1].weight, Cosine)
    assert loaded.discriminator_optimizer.beta_2.get_config() == adam.beta_2.get_config()


def test_arguments_are_checked(noise_images):
    with pytest.raises(ValueError, match="images must be a positive integer.*got 0"):
        build(images=0)
    with pytest.raises(ValueError, match="gamma must be two numbers .* got .-1, 2"):
        build(gamma=(-1, 2))
    model = build()
    model.compile()
    with pytest.raises(ValueError, match="1 images.*none for each of the 2 updates"):
        model.fit(noise_images[:1], verbose=0)


def test_conditional_pairs_have_one_label(noise_images):
    model = build(models.ConditionalR3GAN, num_classes=3)
    model.compile()
    labels = np.arange(64) % 3
    model.fit(noise_images, labels, batch_size=16, verbose=0)
    real = model.unpack((noise_images[:4], labels[:4]))
    images, condition = model.fake_batch(real, training=True)
    assert images.shape == (4, *SHAPE)
    np.testing.assert_array_equal(condition, np.eye(3)[labels[:4]])
    assert model.generate(5, labels=2, seed=1).shape == (5, *SHAPE)
