"""The laws that every recipe of the zoo obeys."""

import collections
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance import tiny

import kerasgan
import zoo

RECIPES = sorted(zoo.RECIPES)
pytestmark = pytest.mark.parametrize("name", RECIPES)


def test_losses_are_finite_and_the_weights_change(name):
    model = tiny.build(name)
    before = tiny.state(model)
    history = tiny.fit(model, tiny.data(name), steps=2).history
    assert set(history) == set(model.loss_names())
    assert all(np.isfinite(values).all() for values in history.values())
    assert tiny.changed(before, tiny.state(model))


@pytest.mark.parametrize("frozen", ["generator", "discriminator"])
def test_an_update_changes_only_its_own_network(name, frozen):
    model = tiny.build(name)
    getattr(model, f"{frozen}_optimizer").learning_rate = 0.0
    other = "discriminator" if frozen == "generator" else "generator"
    frozen, other = getattr(model, frozen), getattr(model, other)
    images = tiny.data(name)
    tiny.fit(model, images, steps=1)  # brings clipped weights within their limits
    frozen_before, other_before = tiny.weights(frozen), tiny.weights(other)
    tiny.fit(model, images, steps=1, start_step=1)
    assert not tiny.changed(frozen_before, tiny.weights(frozen))
    assert tiny.changed(other_before, tiny.weights(other))


def test_interrupted_training_equals_uninterrupted_training(name, tmp_path):
    images = tiny.data(name)
    straight = tiny.build(name)
    tiny.fit(straight, images, steps=3)

    model = tiny.build(name)
    tiny.fit(model, images, steps=2)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert not tiny.changed(tiny.state(model), tiny.state(loaded))
    np.testing.assert_array_equal(loaded.generate(4, seed=1), model.generate(4, seed=1))

    tiny.fit(loaded, images, steps=1, start_step=2)
    assert not tiny.changed(tiny.state(straight), tiny.state(loaded))


def test_the_saved_model_equals_the_model_in_a_process_without_kerasgan(name, tmp_path):
    model = tiny.build(name)
    tiny.fit(model, tiny.data(name), steps=1)
    model.export(tmp_path / "saved_model")
    latents = model.sample_latent(5, seed=3)
    images = tiny.data(name).images[:3]
    np.savez(tmp_path / "inputs.npz", latents=latents, images=images)
    code = """
import sys
import numpy as np, tensorflow as tf
sys.modules["kerasgan"] = None  # an import would fail
model = tf.saved_model.load("saved_model")
inputs = np.load("inputs.npz")
np.savez(
    "outputs.npz",
    generate=model.generate(inputs["latents"]),
    generate_n=model.generate_n(5, 3),
    sample_latent=model.sample_latent(5, 3),
    discriminate=model.discriminate(inputs["images"]),
)
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    outputs = np.load(tmp_path / "outputs.npz")
    expected = model.generate(5, seed=3)
    assert outputs["generate"].dtype == np.uint8
    np.testing.assert_array_equal(outputs["generate"], expected)
    np.testing.assert_array_equal(outputs["generate_n"], expected)
    np.testing.assert_array_equal(outputs["sample_latent"], latents)
    scores = model.discriminator(kerasgan.data.to_float(images), training=False)
    np.testing.assert_allclose(outputs["discriminate"], scores, rtol=1e-5, atol=1e-6)


def test_two_replicas_equal_one_device(name, mirrored, monkeypatch):
    images = tiny.data(name).images
    noise = np.random.default_rng(1).normal(size=(8, 2 * tiny.PART, 6)).astype("float32")

    def train(strategy):
        with strategy.scope():
            model = tiny.from_networks(name, ema=0.5, seed=0)
            # The paper's optimizers divide by the size of the gradient, and hide its scale.
            model.compile(
                keras.optimizers.SGD(0.1),
                keras.optimizers.SGD(0.1),
                penalty=model.penalty and kerasgan.losses.R1(1.0),  # draws no random points
            )
        replicas = strategy.num_replicas_in_sync
        steps = model.discriminator_steps
        draws = collections.Counter()

        def injected(count, seed=None):
            context = tf.distribute.get_replica_context()
            replica = int(tf.get_static_value(context.replica_id_in_sync_group))
            draw = draws[replica] % steps
            draws[replica] += 1
            share = 2 * tiny.PART // replicas
            return tf.constant(noise[draw, share * replica : share * (replica + 1)])

        monkeypatch.setattr(model, "sample_latent", injected)
        batch = images[: 2 * tiny.PART * steps]
        if replicas == 1:
            # Each discriminator's step sees what both replicas together see in it.
            batch = batch.reshape(2, steps, tiny.PART, *tiny.IMAGE_SHAPE).swapaxes(0, 1)
            batch = batch.reshape(-1, *tiny.IMAGE_SHAPE)
        history = model.fit(batch, batch_size=len(batch), shuffle=False, verbose=0).history
        return history, model.get_weights()

    one_logs, one = train(tf.distribute.OneDeviceStrategy("CPU:0"))
    two_logs, two = train(mirrored)
    initial = tiny.from_networks(name, ema=0.5, seed=0).get_weights()
    assert tiny.changed(initial, one)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(b, a, rtol=0, atol=1e-5)
    for key in ("discriminator_loss", "generator_loss"):
        assert two_logs[key][0] == pytest.approx(one_logs[key][0], abs=1e-5)


def test_replicas_draw_distinct_latents(name, mirrored):
    with mirrored.scope():
        model = tiny.build(name)

    @tf.function
    def draw():
        return mirrored.run(lambda: model.sample_latent(4))

    drawn = [
        latents.numpy() for _ in range(3) for latents in mirrored.experimental_local_results(draw())
    ]
    rows = np.concatenate(drawn)
    assert len(np.unique(rows[:, 0])) == len(rows) == 24


def test_training_on_two_replicas_with_its_own_networks(name, mirrored):
    with mirrored.scope():
        model = tiny.build(name)
    images = tiny.data(name).images[: 2 * tiny.batch_size(model, replicas=2) + 33]
    history = model.fit(
        images,
        batch_size=tiny.batch_size(model, replicas=2),
        epochs=1,
        validation_data=images[:33],  # leaves the second replica an empty last share
        validation_batch_size=16,
        verbose=0,
    ).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("own_networks", [False, True])
def test_mixed_precision_is_finite(name, policy, own_networks):
    keras.config.set_dtype_policy(policy)
    if own_networks:
        model = tiny.from_networks(name)
        model.compile()
    else:
        model = tiny.build(name)
    scaled = isinstance(model.generator_optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (policy == "mixed_float16")
    history = tiny.fit(model, tiny.data(name), steps=2).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    assert model.predict(model.sample_latent(2), verbose=0).dtype == np.float32
    assert model.score(np.zeros((1, *tiny.IMAGE_SHAPE), "uint8")).dtype == "float32"


def test_a_users_networks_train(name, tmp_path):
    model = tiny.from_networks(name)
    model.compile()
    before = tiny.weights(model.generator), tiny.weights(model.discriminator)
    tiny.fit(model, tiny.data(name), steps=1)
    assert tiny.changed(before[0], tiny.weights(model.generator))
    assert tiny.changed(before[1], tiny.weights(model.discriminator))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.generate(2, seed=0), model.generate(2, seed=0))
