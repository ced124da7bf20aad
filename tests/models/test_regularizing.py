"""Penalties on the discriminator in training, and averages that count images."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import augment, losses, models
from kerasgan.optimizers import Cosine

SHAPE = (8, 8, 1)


def linear(seed):
    """D(x) = w x, whose gradient is w everywhere."""
    return keras.Sequential(
        [
            keras.Input(SHAPE),
            keras.layers.Flatten(),
            keras.layers.Dense(
                1, use_bias=False, kernel_initializer=keras.initializers.GlorotUniform(seed)
            ),
        ]
    )


def generator():
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(
                64, "tanh", kernel_initializer=keras.initializers.GlorotUniform(seed=1)
            ),
            keras.layers.Reshape(SHAPE),
        ]
    )


def build(penalty=None, rate=0.0, ema=None, **options):
    model = models.GAN(generator=generator(), discriminator=linear(2), ema=ema, seed=0)
    model.compile(
        keras.optimizers.SGD(rate), keras.optimizers.SGD(rate), penalty=penalty, **options
    )
    return model


def squared_norm(model):
    return float(np.sum(model.discriminator.get_weights()[0] ** 2))


def penalties(model, images, batch_size=16):
    """The penalty that each step logs."""
    found = []

    class Each(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.reset_metrics()

        def on_train_batch_end(self, batch, logs=None):
            found.append(logs["discriminator_gradient_penalty"])

    model.fit(images, batch_size=batch_size, shuffle=False, verbose=0, callbacks=[Each()])
    return found


def test_the_sum_of_r1_and_r2_counts_both(noise_images):
    model = build(losses.R1(0.5) + losses.R2(0.2))
    # 1/2 (0.5 + 0.2) ||w||^2: each has its gradient, w
    wanted = 0.35 * squared_norm(model)
    assert penalties(model, noise_images[:16]) == pytest.approx([wanted])
    evaluated = model.evaluate(noise_images[:16], verbose=0, return_dict=True)
    assert evaluated["discriminator_gradient_penalty"] == pytest.approx(wanted)


def test_the_gradient_goes_through_the_augmentation(noise_images):
    class Doubled(augment.DiffAugment):
        def __call__(self, inputs, seed_generator):
            return 2.0 * inputs

    model = build(losses.R1(1.0), augment=Doubled())
    # D(2 x) = 2 w x
    assert penalties(model, noise_images[:16]) == pytest.approx([0.5 * 4 * squared_norm(model)])


def test_a_weight_follows_the_images_seen(noise_images, tmp_path):
    model = build(losses.R1(Cosine(1.0, 0.0, over=32)))
    whole = 0.5 * squared_norm(model)
    # after 0, 16, 32 and 48 images
    found = penalties(model, noise_images)
    assert found == pytest.approx([whole, whole / 2, 0, 0], abs=1e-6)
    assert int(model.images_seen) == 64

    model = build(losses.R1(Cosine(1.0, 0.0, over=32)))
    penalties(model, noise_images[:16])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert penalties(loaded, noise_images[:16]) == pytest.approx([whole / 2])


@pytest.mark.parametrize("options", [{}, {"augment": augment.DiffAugment()}])
def test_lazy_penalties_come_every_so_many_steps_with_as_many_times_the_weight(
    noise_images, tmp_path, options
):
    model = build(losses.R2(1.0, every=3), **options)
    found = penalties(model, noise_images)
    assert [value > 0 for value in found] == [True, False, False, True]
    if not options:
        assert found == pytest.approx([1.5 * squared_norm(model), 0, 0, 1.5 * squared_norm(model)])
    # Evaluation has the penalty itself. Training goes on with the fifth step: the next is the 7th.
    assert model.evaluate(noise_images, verbose=0, return_dict=True)[
        "discriminator_gradient_penalty"
    ] == pytest.approx(0.5 * squared_norm(model))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert [value > 0 for value in penalties(loaded, noise_images)] == [False, False, True, False]


def test_lecam_keeps_its_averages_with_the_model(noise_images, tmp_path):
    model = build(losses.LeCam(1.0, decay=0.5, start=2))
    found = penalties(model, noise_images[:48])
    assert [value > 0 for value in found] == [False, False, True]
    real = model.score(noise_images[:48]).numpy()
    # a <- a / 2 + mean / 2, from 0
    expected = sum(real[16 * i : 16 * i + 16].mean() * 0.5 ** (3 - i) for i in range(3))
    assert float(model.logit_averages[0]) == pytest.approx(expected, rel=1e-4)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.logit_averages, model.logit_averages)
    np.testing.assert_array_equal(
        penalties(loaded, noise_images[:16]), penalties(model, noise_images[:16])
    )


def test_two_replicas_equal_one_device(noise_images, mirrored):
    def trained(strategy):
        with strategy.scope():
            model = build(
                losses.R1(Cosine(2.0, 0.5, over=64), every=2) + losses.LeCam(1.0, start=1),
                rate=0.01,
                ema=models.HalfLife(100),
            )
        model.sample_latent = lambda count, seed=None: tf.zeros((count, 4))
        model.fit(noise_images, batch_size=16, shuffle=False, verbose=0)
        return model.get_weights()

    one, two = trained(tf.distribute.OneDeviceStrategy("CPU:0")), trained(mirrored)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("batch_size", [8, 32])
def test_a_half_life_in_images_is_independent_of_the_batch_size(noise_images, batch_size):
    model = build(ema=models.HalfLife(Cosine(64, 64, over=1)))
    (average,), _ = (
        model.generator_ema.weights[:1],
        model.generator.set_weights([0 * weight for weight in model.generator.get_weights()]),
    )
    before = average.numpy()
    model.fit(noise_images, batch_size=batch_size, verbose=0)
    # The generator stays where it is: of the average half is left after 64 images.
    np.testing.assert_allclose(average, before / 2, rtol=1e-5)


def test_a_half_life_ramps_up_with_the_images_seen(tmp_path):
    half_life = models.HalfLife(1000)
    # of 200 images seen it is 10; of 100,000 it is 1000
    assert float(half_life.rate(200, 20)) == pytest.approx(0.75)
    assert float(half_life.rate(100_000, 20)) == pytest.approx(1 - 0.5**0.02, rel=1e-5)
    # A schedule that begins with 0 copies the weights at first.
    assert float(models.HalfLife(Cosine(0, 100, over=10)).rate(0, 5)) == 1.0
    model = build(ema=models.HalfLife(Cosine(0, 100, over=10)))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.ema.images.get_config() == {"first": 0, "last": 100, "over": 10}
    with pytest.raises(ValueError, match="positive number of images, got 0"):
        models.HalfLife(0)
    assert math.isclose(float(half_life.rate(1, 1)), 1 - 0.5**20, rel_tol=1e-6)
