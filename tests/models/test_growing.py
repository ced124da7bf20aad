import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance import cases

from kerasgan import losses, models, networks
from kerasgan.models.growing import forget
from kerasgan.networks import progan

SHAPE = (16, 16, 1)  # stages of 4, 8 and 16 pixels


def build(stable_images=100, fade_images=50, **options):
    sizes = {"base": 16, "maximum": 8, "seed": 0}
    return models.ProgressiveGAN(
        SHAPE,
        generator=progan.generator(SHAPE, 6, **sizes),
        discriminator=progan.discriminator(SHAPE, **sizes),
        stable_images=stable_images,
        fade_images=fade_images,
        seed=0,
        **options,
    )


def images(count=8, shape=SHAPE):
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


def test_the_schedule_is_a_function_of_the_images_seen():
    model = build()
    expected = {
        0: (0, 0.0),
        99: (0, 0.0),
        100: (1, 0.0),  # the next stage begins, of which nothing is seen yet
        125: (1, 0.5),
        150: (1, 1.0),
        249: (1, 1.0),
        260: (2, 1.2),
        300: (2, 2.0),
        10**9: (2, 2.0),
    }
    for seen, (stage, level) in expected.items():
        model.images_seen.assign(seen)
        assert model.stage_of(seen) == stage
        assert float(model.level()) == pytest.approx(level)


def test_what_is_made_does_not_jump_when_a_stage_begins():
    model = build(ema=None)
    latents = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    real = tf.cast(images(4), "float32") / 127.5 - 1
    for seen in (100, 250):
        before, after = {}, {}
        for values, at, stage in (
            (before, seen - 1, model.stage_of(seen - 1)),
            (after, seen, model.stage_of(seen)),
        ):
            model.images_seen.assign(at)
            model._stage = stage
            values["fake"] = model.apply(model.generator, latents)
            values["real"] = model.reduced(real)
            values["logits"] = model.logits(values["real"])
            model._stage = None
        assert model.stage_of(seen) == model.stage_of(seen - 1) + 1
        for name, value in before.items():
            np.testing.assert_allclose(after[name], value, atol=1e-5, err_msg=name)


def test_images_fade_in():
    model = build(ema=None)
    model.images_seen.assign(110)  # a fifth of the way from 4 to 8 pixels
    latents = np.random.default_rng(0).normal(size=(2, 6)).astype("float32")
    small, large, _ = (np.asarray(made) for made in model.generator(latents))
    expected = 0.8 * small.repeat(4, 1).repeat(4, 2) + 0.2 * large.repeat(2, 1).repeat(2, 2)
    np.testing.assert_allclose(model.apply(model.generator, latents), expected, atol=1e-6)
    x = images(2).astype("float32") / 127.5 - 1
    small = x.reshape(2, 4, 4, 4, 4, 1).mean((2, 4)).repeat(4, 1).repeat(4, 2)
    large = x.reshape(2, 8, 2, 8, 2, 1).mean((2, 4)).repeat(2, 1).repeat(2, 2)
    np.testing.assert_allclose(model.unpack(images(2)), 0.8 * small + 0.2 * large, atol=1e-6)


@pytest.mark.parametrize("seen", [0, 110, 200, 270, 1000])
def test_a_graph_for_all_stages_computes_what_that_of_a_stage_does(seen):
    model = build(ema=None)
    model.images_seen.assign(seen)
    made = {}
    for stage in (None, model.stage_of(seen)):
        model._stage = stage
        model.evaluation_seed_generator.state.assign([0, 0])
        fake = model.fake_batch(tf.zeros((4, *SHAPE)), training=False)
        made[stage] = fake.numpy(), model.logits(fake).numpy()
        model._stage = None
    for one, other in zip(*made.values(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


class Watch(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        model = self.model
        self.seen.append(
            (
                int(model.trained_stage.numpy()),
                int(model.generator_optimizer.iterations),
            )
        )


def test_one_fit_grows_through_all_stages():
    model = build(16, 16)
    model.compile()
    traces = []
    losses_of = model.discriminator_losses

    def counted(*arguments, **options):
        traces.append(model._stage)
        return losses_of(*arguments, **options)

    model.discriminator_losses = counted
    watch = Watch()
    model.fit(images(80), batch_size=8, epochs=1, verbose=0, callbacks=[watch])
    assert [stage for stage, _ in watch.seen] == 2 * [0] + 4 * [1] + 4 * [2]
    # Optimizers begin anew with each stage.
    assert [steps for _, steps in watch.seen] == [1, 2, 1, 2, 3, 4, 1, 2, 3, 4]
    assert traces == [0, 1, 2]  # one graph a stage


def test_layers_of_later_stages_wait():
    model = build(16, 16, ema=None)
    model.compile(run_eagerly=True)
    before = model.get_weights()
    names = [weight.path for weight in model.weights]
    model.fit(images(16), batch_size=8, epochs=1, verbose=0)
    changed = {
        name
        for name, one, other in zip(names, before, model.get_weights(), strict=True)
        if (one != other).any()
    }
    generator = {id(w): w.path for w in model.generator.trainable_weights}
    outputs = [keras.Model(model.generator.input, made) for made in model.generator.output]
    used = {id(weight) for weight in outputs[0].trainable_weights}
    for key, path in generator.items():
        assert (path in changed) == (key in used), path


def test_forgetting_leaves_learning_rates():
    model = build()
    model.compile(run_eagerly=True)
    model.fit(images(16), batch_size=8, epochs=1, verbose=0)
    optimizer = model.generator_optimizer
    optimizer.learning_rate = 0.25
    assert any(variable.numpy().any() for variable in optimizer.variables[2:])
    forget(optimizer)
    assert float(optimizer.learning_rate) == 0.25
    assert not any(variable.numpy().any() for variable in optimizer.variables[2:])


def test_two_replicas_equal_one_device_at_every_stage(mirrored, monkeypatch):
    growth = {"stable_images": 8, "fade_images": 16}
    monkeypatch.setattr(cases._Growing, "options", cases._Growing.options | growth)
    alone = tf.distribute.OneDeviceStrategy("CPU:0")
    eagerly = {"steps": 4, "run_eagerly": True}
    _, one = cases.train_with_given_latents("progan", alone, **eagerly)
    _, two = cases.train_with_given_latents("progan", mirrored, **eagerly)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(b, a, rtol=0, atol=1e-5)
    assert 1 in [value for value in one if np.shape(value) == ()]  # the stage


def test_the_critic_is_kept_from_drifting():
    assert float(losses.Drift(0.5)(np.array([[1.0], [-3.0]], "float32"))) == pytest.approx(2.5)
    model = build()
    model.compile()
    kinds = [type(part) for part in model.penalty.parts]
    assert kinds == [losses.GradientPenalty, losses.Drift]
    real, fake = (tf.random.stateless_normal((4, *SHAPE), seed) for seed in ([0, 0], [0, 1]))
    logits = model.logits(real), model.logits(fake)
    model.penalty = losses.Drift(0.001)
    value = model.penalize(real, fake, logits, training=False)
    np.testing.assert_allclose(value, 0.001 * np.mean(np.square(logits[0])), rtol=1e-5)
    with pytest.raises(ValueError, match=r"must not be negative, got -1"):
        losses.Drift(-1)


def test_gradients_may_have_another_target():
    gradients = np.array([[3.0, 4.0], [0.0, 20.0]], "float32")  # of lengths 5 and 20
    penalty = losses.GradientPenalty(2.0, target=10.0)
    assert float(penalty(gradients)) == pytest.approx(2 * (0.25 + 1) / 2)
    one_sided = losses.OneSidedGradientPenalty(2.0, target=10.0)
    assert float(one_sided(gradients)) == pytest.approx(2 * 1 / 2)
    assert losses.GradientPenalty.from_config(penalty.get_config()).target == 10.0
    with pytest.raises(ValueError, match=r"positive length of gradients, got 0"):
        losses.GradientPenalty(target=0)


@pytest.mark.parametrize("method", ["without_training", "in_single_precision"])
def test_copies_have_grown_as_far(method):
    model = build()
    model.images_seen.assign(260)
    copy = getattr(model, method)()
    assert float(copy.level()) == pytest.approx(1.2)
    np.testing.assert_array_equal(copy.generate(2, seed=1), model.generate(2, seed=1))


def test_bad_schedules_and_networks_are_refused():
    with pytest.raises(ValueError, match=r"stable_images must be a positive integer, got 0"):
        build(stable_images=0)
    sizes = {"base": 16, "maximum": 8}
    with pytest.raises(ValueError, match=r"3 stages.*makes 1"):
        models.ProgressiveGAN(
            SHAPE, 6, networks.dcgan.generator(SHAPE, 6), progan.discriminator(SHAPE, **sizes)
        )
    with pytest.raises(ValueError, match=r"3 stages.*makes 2"):
        models.ProgressiveGAN(
            SHAPE,
            6,
            progan.generator(SHAPE, 6, **sizes),
            keras.Model(*two_stages(progan.discriminator(SHAPE, **sizes))),
        )


def two_stages(network):
    return network.inputs, network.outputs[:2]
