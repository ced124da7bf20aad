import keras
import numpy as np
import pytest

from kerasgan import callbacks, losses, models

SHAPE = (8, 8, 1)
HEALTHY = {"real_accuracy": 0.7, "fake_accuracy": 0.8, "gradient_norm": 1.0, "diversity": 0.9}
WON = {"real_accuracy": 1.0, "fake_accuracy": 1.0}


class Played:
    """Stands for a model: what is to be found of it, a step at a time."""

    def __init__(self, steps, critic=False):
        self.steps, self.count = steps, 0
        self.sums = dict.fromkeys(HEALTHY, 0.0)
        self.adversarial_loss = losses.get("wasserstein" if critic else "non_saturating")

    def step(self):
        self.now = HEALTHY | self.steps[self.count]
        self.sums = {name: self.sums[name] + 8 * self.now[name] for name in HEALTHY}
        self.count += 1

    def totals(self):
        return {name: (total, 8 * self.count) for name, total in self.sums.items()}

    def health_stats(self, examples):
        return self.now


def watch(steps, critic=False, **options):
    """Looks after every ten steps, with a patience of two looks."""
    health = callbacks.GANHealth(None, every=10, patience=2, **options)
    health.set_model(Played(steps, critic))
    health.on_epoch_begin(0)
    for step in range(len(steps)):
        health.model.step()
        health.on_train_batch_end(step)


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "absl"]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (WON, "the discriminator wins: for 20 steps"),
        ({"real_accuracy": 1.0, "fake_accuracy": 0.0}, "found every example real"),
        ({"real_accuracy": 0.0, "fake_accuracy": 1.0}, "found every example generated"),
        ({"gradient_norm": 1e-4}, "its norm is at most 0.0001, and was 1"),
        ({"diversity": 0.02}, "is at most 0.02 of that of real images"),
    ],
)
def test_each_is_warned_of_once(caplog, step, message):
    watch([{}] * 10 + [step] * 19 + [{}] * 11 + [step] * 10)
    assert not warnings(caplog)  # never for long enough
    watch([{}] * 10 + [step] * 40 + [{}] * 10 + [step] * 30)
    (warning,) = warnings(caplog)
    assert warning.startswith("After 30 steps the ")
    assert message in warning


def test_oscillation(caplog):
    def verdicts(*values):
        return [{"fake_accuracy": value} for value in values]

    swings = (0.95, 0.5, 0.05, 0.5, 0.92, 0.08, 0.5, 0.6, 0.5, 0.5)
    watch(verdicts(*swings, *[0.5] * 10))
    assert not warnings(caplog)  # there, back, and there: three swings
    watch(verdicts(*swings, 0.93, *[0.5] * 9))
    (warning,) = warnings(caplog)
    assert warning.startswith("After 20 steps the game oscillates")


def test_a_critic_may_win(caplog):
    watch([WON] * 50, critic=True)
    assert not warnings(caplog)


def test_wrong_arguments():
    for name in ("every", "patience"):
        with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
            callbacks.GANHealth(None, **{name: 0})


def test_stopping():
    with pytest.raises(callbacks.Collapse, match="After 20 steps the generated images are all ali"):
        watch([{"diversity": 0.0}] * 50, on_collapse=callbacks.stop)


def ends(steps):
    """Trains too shortly to be watched for long."""
    health = callbacks.GANHealth(None, every=10, patience=2)
    health.set_model(Played(steps))
    health.on_epoch_begin(0)
    for step in range(len(steps)):
        health.model.step()
        health.on_train_batch_end(step)
    health.on_train_end()


def test_a_short_training_that_ends_with_images_all_alike(caplog):
    ends([{"diversity": 0.02}] * 4 + [{"diversity": 0.06}])
    assert not warnings(caplog)
    ends([{}] * 4 + [{"diversity": 0.02}])
    (warning,) = warnings(caplog)
    assert warning.startswith("After 5 steps training ends with generated images that are all alik")
    caplog.clear()
    ends([{"diversity": 0.02}] * 40)
    assert len(warnings(caplog)) == 1  # it was told before


def test_what_is_watched_is_the_averaged_generator(caplog):
    """A generator has learnt, and its average, which users see, makes grey squares."""
    model = tiny(ema=0.9)
    images = faces()
    blank = [0 * weight for weight in model.generator.get_weights()]

    class Blank(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            model.generator_ema.set_weights(blank)

    watching = [Blank(), callbacks.GANHealth(images, every=10)]
    model.fit(images, batch_size=8, epochs=1, verbose=0, callbacks=watching)
    (warning,) = warnings(caplog)
    assert "all alike" in warning


def tiny(use_of_latents=1.0, ema=None, **compile_options):
    """A GAN of a few hundred weights, whose step takes a millisecond."""
    keras.utils.set_random_seed(0)
    latents = keras.Input((4,))
    hidden = keras.layers.Dense(16)(keras.layers.Rescaling(use_of_latents)(latents))
    pixels = keras.layers.Dense(64, "tanh")(hidden)
    images = keras.Input(SHAPE)
    hidden = keras.layers.Dense(16, "relu")(keras.layers.Flatten()(images))
    model = models.GAN(
        generator=keras.Model(latents, keras.layers.Reshape(SHAPE)(pixels)),
        discriminator=keras.Model(images, keras.layers.Dense(1)(hidden)),
        ema=ema,
        seed=0,
    )
    model.compile(**compile_options)
    return model


def faces(count=64):
    """Images that a small generator can learn: a bright half, left or right, and noise."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 60, (count, *SHAPE), dtype=np.uint8)
    for image in images:
        image[:, :4] += np.uint8(rng.integers(190))
    return images


def fit(model, health, steps=500):
    images = faces()
    dataset = images[np.random.default_rng(1).integers(64, size=(32 * steps,))]
    model.fit(dataset, batch_size=32, epochs=1, verbose=0, callbacks=[health])


def adam(rate):
    return keras.optimizers.Adam(rate, beta_1=0.5)


def test_a_healthy_run_is_not_warned_of(caplog):
    model = tiny(generator_optimizer=adam(1e-3), discriminator_optimizer=adam(1e-3))
    fit(model, callbacks.GANHealth(faces()), steps=1500)
    assert not warnings(caplog)


def test_a_collapsed_generator_is_reported_within_500_steps(caplog):
    model = tiny(
        use_of_latents=0.0,
        generator_optimizer=adam(1e-3),
        discriminator_optimizer=adam(1e-3),
    )
    fit(model, callbacks.GANHealth(faces()))
    assert any("the generated images are all alike" in warning for warning in warnings(caplog))


def test_an_overpowered_discriminator_is_reported_within_500_steps(caplog):
    model = tiny(generator_optimizer=adam(1e-6), discriminator_optimizer=adam(1e-2))
    fit(model, callbacks.GANHealth(faces()))
    assert any("the discriminator wins" in warning for warning in warnings(caplog))


def test_a_saturated_loss_is_reported(caplog):
    model = tiny(
        generator_optimizer=adam(1e-6),
        discriminator_optimizer=adam(3e-2),
        adversarial_loss="minimax",
    )
    fit(model, callbacks.GANHealth(faces(), every=10), steps=1500)
    assert any("the generator's gradient has vanished" in warning for warning in warnings(caplog))


def test_rolling_back(tmp_path):
    """To the older of two checkpoints, then on with other noise; not for ever."""
    model = tiny(generator_optimizer=adam(1e-3), discriminator_optimizer=adam(1e-3))
    checkpoint = callbacks.Checkpoint(tmp_path, keep=2)
    back = callbacks.RollBack(checkpoint, times=2)
    with pytest.raises(callbacks.Collapse, match="All alike. There is no checkpoint to go back to"):
        back(model, "All alike.")
    weights = []
    remember = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: weights.append(model.get_weights())
    )
    model.fit(faces(), epochs=3, verbose=0, callbacks=[checkpoint, remember])
    noise = [seed.numpy() for seed in model.seed_states()]

    health = callbacks.GANHealth(None, every=1, patience=1, on_collapse=back)
    health.set_model(model)
    health.on_epoch_begin(0)
    model.health_stats = lambda examples: HEALTHY | {"diversity": 0.0}
    health.on_train_batch_end(0)
    for a, b in zip(model.get_weights(), weights[1], strict=True):
        np.testing.assert_array_equal(a, b)
    for seed, value in zip(model.seed_states(), noise, strict=True):
        np.testing.assert_array_equal(seed, value)
    health.on_train_batch_end(1)  # what goes wrong again is seen again
    with pytest.raises(callbacks.Collapse, match="Going back to a checkpoint did not help"):
        health.on_train_batch_end(2)
