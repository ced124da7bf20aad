"""SimGAN, which refines synthetic images."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import augment, data, models, networks
from kerasgan.data.fonts import load_fonts

SHAPE = (4, 6, 1)
RANDOM = np.random.default_rng(0)
SYNTHETIC, REAL = (RANDOM.uniform(-1, 1, (4, *SHAPE)).astype("float32") for _ in range(2))

pytestmark = pytest.mark.usefixtures("eagerly")


def scaling(factor, name="generator"):
    """A refiner that multiplies images by one weight."""
    images = keras.Input((None, None, 1))
    weight = keras.initializers.Constant(factor)
    made = keras.layers.DepthwiseConv2D(1, use_bias=False, depthwise_initializer=weight)(images)
    return keras.Model(images, made, name=name)


def judge(factor=1.0):
    """A discriminator whose map of logits has half of an image's sides."""
    images = keras.Input((None, None, 1))
    x = keras.layers.AveragePooling2D(2)(images)
    weight = keras.initializers.Constant(factor)
    return keras.Model(images, keras.layers.Conv2D(1, 1, kernel_initializer=weight)(x))


def logits_of(images):
    return images.reshape(-1, 2, 2, 3, 2).mean(axis=(2, 4))


def build(rate=None, compiled=None, **options):
    given = {"generator": scaling(0.5), "discriminator": judge(), "history_size": 4, "seed": 0}
    started = {"generator_start": 0, "discriminator_start": 0}
    model = models.SimGAN(SHAPE, **given | started | options)
    optimizers = [keras.optimizers.SGD(rate) for _ in range(2)] if rate else []
    model.compile(*optimizers, **(compiled or {}))
    return model


def softplus(x):
    return np.log1p(np.exp(np.asarray(x, "float64")))


def count(network):
    return sum(weight.numpy().size for weight in network.trainable_weights)


def weights(model):
    """R's weight, and D's."""
    return [getattr(model, name).get_weights()[0].item() for name in model.players]


# ---------------------------------------------------------------------- networks


def test_sizes_of_the_papers_networks():
    build = networks.simgan
    assert count(build.refiner()) == 296_129
    assert count(build.refiner(width=32)) == 74_337
    # Two logits in the paper, of which one is enough.
    assert count(build.discriminator()) == 75_906 - 33


@pytest.mark.parametrize(
    "shape, strides, sides",
    [
        ((35, 55, 1), (2, 2), (9, 14)),
        ((28, 28, 1), (2, 2), (7, 7)),
        ((28, 28, 1), (2, 1), (14, 14)),
    ],
)
def test_maps_of_the_papers_networks(shape, strides, sides):
    judge = networks.simgan.discriminator(width=2, strides=strides)
    assert judge(tf.zeros((2, *shape))).shape == (2, *sides, 1)
    made = networks.simgan.refiner(width=2)(tf.ones((2, *shape)))
    assert made.shape == (2, *shape) and np.abs(made).max() <= 1


@pytest.mark.parametrize("strides, side", [((2, 2), 23), ((2, 1), 15)])
def test_patches_that_the_discriminator_judges(strides, side):
    judge = networks.simgan.discriminator(width=4, strides=strides, seed=1)
    images = tf.constant(RANDOM.normal(size=(16, 48, 48, 1)).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = judge(images)
        logit = tf.reduce_sum(logits[:, logits.shape[1] // 2, logits.shape[2] // 2])
    seen = np.abs(tape.gradient(logit, images)).max(axis=(0, 2, 3)) > 0
    assert np.flatnonzero(seen).tolist() == list(range(seen.argmax(), seen.argmax() + side))


# ---------------------------------------------------------------------- the algorithm


def test_losses_are_sums_over_patches_and_pixels():
    """Of an undecided D and an R that changes nothing a loss is the map's 126 patches log 2."""
    judge = networks.simgan.discriminator()
    judge.set_weights([np.zeros_like(weight) for weight in judge.get_weights()])
    model = models.SimGAN((35, 55, 1), scaling(1.0), judge, history_size=0)
    model.compile()
    images = np.zeros((2, 35, 55, 1), "float32")
    found = model.evaluate(images, images, verbose=0, return_dict=True)
    assert found["generator_loss"] == pytest.approx(126 * np.log(2), rel=1e-5)
    assert found["discriminator_loss"] == pytest.approx(2 * 126 * np.log(2), rel=1e-5)
    model.generator.set_weights([np.full((1, 1, 1, 1), 0.9)])
    found = model.evaluate(images + 1, images, verbose=0, return_dict=True)
    distance = 0.5 * 0.1 * 35 * 55
    assert found["generator_regularization_loss"] == pytest.approx(distance, rel=1e-5)
    assert found["refinement_l1"] == pytest.approx(0.1, rel=1e-5)


def test_losses_written_out():
    model = build(regularization_weight=0.25)
    found = model.evaluate(SYNTHETIC, REAL, verbose=0, return_dict=True)
    real, fake = logits_of(REAL), logits_of(0.5 * SYNTHETIC)
    adversarial = softplus(-fake).sum(axis=(1, 2)).mean()
    distance = 0.25 * np.abs(0.5 * SYNTHETIC).sum(axis=(1, 2, 3)).mean()
    assert found["generator_adversarial_loss"] == pytest.approx(adversarial, rel=1e-5)
    assert found["generator_regularization_loss"] == pytest.approx(distance, rel=1e-5)
    assert found["generator_loss"] == pytest.approx(adversarial + distance, rel=1e-5)
    expected = (softplus(-real) + softplus(fake)).sum(axis=(1, 2)).mean()
    assert found["discriminator_loss"] == pytest.approx(expected, rel=1e-5)
    assert found["real_accuracy"] == pytest.approx((real > 0).mean())
    assert found["fake_accuracy"] == pytest.approx((fake < 0).mean())


def test_features_are_kept_in_the_place_of_pixels(tmp_path):
    images = keras.Input((None, None, 1))
    psi = keras.Model(images, keras.layers.AveragePooling2D(2)(images))
    model = build(features=psi, regularization_weight=2.0)
    model.save(tmp_path / "model.keras")
    for each in (model, keras.models.load_model(tmp_path / "model.keras")):
        found = each.evaluate(SYNTHETIC, REAL, verbose=0, return_dict=True)
        distance = 2 * np.abs(logits_of(0.5 * SYNTHETIC)).sum(axis=(1, 2)).mean()
        assert found["generator_regularization_loss"] == pytest.approx(distance, rel=1e-5)
        assert found["refinement_l1"] == pytest.approx(np.abs(0.5 * SYNTHETIC).mean(), rel=1e-5)


def test_the_refiner_begins_alone_then_the_discriminator_does():
    """Who moves, with momentum, in each step; then both do."""
    model = build(generator_start=2, discriminator_start=2, generator_steps=2)
    optimizers = [keras.optimizers.Adam(1e-3) for _ in range(2)]
    model.compile(*optimizers)
    moved = []
    for _ in range(5):
        before = [*weights(model), *(int(each.iterations) for each in optimizers)]
        stored = int(model.refined_history.count)
        model.train_on_batch(SYNTHETIC, REAL)
        after = [*weights(model), *(int(each.iterations) for each in optimizers)]
        moved.append([a != b for a, b in zip(after, before, strict=True)])
        assert moved[-1][:2] == moved[-1][2:]
        assert (int(model.refined_history.count) > stored) == moved[-1][1] or stored == 4
    assert [each[:2] for each in moved] == [[1, 0], [1, 0], [0, 1], [0, 1], [1, 1]]
    assert [int(each.iterations) for each in optimizers] == [2 * 3, 3]
    assert int(model.steps) == 5


def test_at_first_the_refiner_learns_the_distance_alone():
    """d/dw lambda sum |w x - x| = -lambda sum |x| for w < 1."""
    model = build(rate=1e-3, generator_start=1, generator_steps=1, discriminator=judge(100.0))
    model.train_on_batch(SYNTHETIC, REAL)
    expected = 0.5 + 1e-3 * 0.5 * np.abs(SYNTHETIC).sum(axis=(1, 2, 3)).mean()
    assert weights(model)[0] == pytest.approx(expected, rel=1e-5)


def test_one_step_of_both_against_gradients_written_out():
    model = build(rate=1e-3, generator_steps=1)
    model.train_on_batch(SYNTHETIC, REAL)
    slope = logits_of(SYNTHETIC)
    # d/dw sp(-w s) = -s / (1 + exp(w s))
    adversarial = (-slope / (1 + np.exp(0.5 * slope))).sum(axis=(1, 2)).mean()
    distance = -0.5 * np.abs(SYNTHETIC).sum(axis=(1, 2, 3)).mean()
    refiner = 0.5 - 1e-3 * (adversarial + distance)
    assert weights(model)[0] == pytest.approx(refiner, rel=1e-5)
    # D sees what R, as it now is, makes of every second image, twice: there are no old ones yet.
    real, fake = logits_of(REAL), logits_of(refiner * SYNTHETIC[::2])
    gradient = (-real / (1 + np.exp(real))).sum(axis=(1, 2)).mean()
    gradient += (fake / (1 + np.exp(-fake))).sum(axis=(1, 2)).mean()
    assert weights(model)[1] == pytest.approx(1 - 1e-3 * gradient, rel=1e-5)


def test_each_update_takes_images_of_its_own():
    model = build(generator_steps=3, discriminator_steps=2, compiled={"run_eagerly": True})
    seen = {"generator": [], "discriminator": []}
    for player in seen:
        losses = getattr(model, f"{player}_losses")

        def remember(real, fake, training, player=player, losses=losses):
            seen[player].append([images.numpy() for images in real])
            return losses(real, fake, training)

        setattr(model, f"{player}_losses", remember)
    synthetic, real = (np.repeat(x, 2, axis=0)[:6] for x in (SYNTHETIC, REAL))
    model.train_on_batch(synthetic, real)
    for player, updates in (("generator", 3), ("discriminator", 2)):
        assert len(seen[player]) == updates
        for i, (a, b) in enumerate(seen[player]):
            np.testing.assert_array_equal(a, synthetic[2 * i : 2 * i + 2])
            np.testing.assert_array_equal(b, real[2 * i : 2 * i + 2])
    assert int(model.images_seen) == 2 * 2
    with pytest.raises(ValueError, match="each of the 3 updates of a network in a step takes"):
        model.train_on_batch(SYNTHETIC[:2], REAL[:2])


def test_half_of_the_refined_images_are_old():
    model = build(history_size=8, generator_steps=1)
    model.train_on_batch(SYNTHETIC, REAL)
    stored = model.refined_history.images.numpy()[:2]
    model.generator.set_weights([np.full((1, 1, 1, 1), -1.0)])
    for size in (4, 3, 1):
        shown = model.new_and_old([tf.constant(SYNTHETIC[:size]), None], store=False).numpy()
        assert len(shown) == size
        new = SYNTHETIC[:size:2]
        np.testing.assert_allclose(shown[: len(new)], -new, rtol=1e-5)
        for image in shown[len(new) :]:
            assert min(np.abs(image - old).max() for old in stored) < 1e-6
    assert int(model.refined_history.count) == 2  # half of a batch


def test_without_a_history_all_images_are_new():
    model = build(history_size=0)
    shown = model.new_and_old([tf.constant(SYNTHETIC), None], store=True)
    np.testing.assert_allclose(shown, 0.5 * SYNTHETIC, rtol=1e-5)
    model.train_on_batch(SYNTHETIC, REAL)


def test_a_model_saved_while_the_refiner_is_alone_goes_on_alike(tmp_path):
    def begin():
        model = build(generator_start=2, discriminator_start=1, ema=0.9)
        model.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2))
        return model

    straight, stopped = begin(), begin()
    for step in range(5):
        straight.train_on_batch(SYNTHETIC, REAL)
        stopped.save(tmp_path / "model.keras")
        stopped = keras.models.load_model(tmp_path / "model.keras")
        stopped.train_on_batch(SYNTHETIC, REAL)
        assert int(stopped.steps) == step + 1
        for one, other in zip(straight.variables, stopped.variables, strict=True):
            np.testing.assert_array_equal(one, other, err_msg=one.path)


def test_replicas_take_turns_together(mirrored):
    """As one device does, where a player that waits keeps its weights and its momentum."""
    found = []
    for strategy in (tf.distribute.OneDeviceStrategy("CPU:0"), mirrored):
        with strategy.scope():
            model = build(generator_start=1, discriminator_start=1, generator_steps=1)
            model.compile(*(keras.optimizers.SGD(1e-3, momentum=0.9) for _ in range(2)))
        moved = []
        for _ in range(3):
            model.fit(SYNTHETIC, REAL, batch_size=4, shuffle=False, verbose=0)
            moved.append(weights(model))
            velocities = [getattr(model, f"{p}_optimizer").variables[2] for p in model.players]
            moved[-1] += [velocity.numpy().item() for velocity in velocities]
        found.append(moved)
    one, two = np.array(found)
    np.testing.assert_allclose(one[:2], two[:2], rtol=1e-5)  # then old images are drawn
    for moved in (one, two):
        start = [0.5, 1, 0, 0]
        changed = np.diff([start, *moved], axis=0)[:, :2] != 0
        assert changed.tolist() == [[True, False], [False, True], [True, True]]


def test_the_first_steps_teach_the_refiner_to_change_nothing():
    tf.config.run_functions_eagerly(False)  # until the end of the test
    fonts = load_fonts((12, 12, 1), limit=64)
    model = models.SimGAN(
        (12, 12, 1),
        networks.simgan.refiner(width=8, blocks=1, seed=0),
        networks.simgan.discriminator(width=2, seed=0),
        generator_start=150,
        generator_steps=1,
        seed=0,
    )
    model.compile(keras.optimizers.Adam(1e-2))

    def change():
        return np.abs(model.refine(fonts.images) / 127.5 - fonts.images / 127.5).mean()

    assert change() > 0.2  # tanh cannot begin as the identity
    model.fit(fonts.images, fonts.images, batch_size=32, epochs=75, verbose=0)
    assert change() < 0.03


# ---------------------------------------------------------------------- use


def test_verbs():
    model = build(ema=0.9)
    model.fit(SYNTHETIC, REAL, batch_size=2, verbose=0)
    images = data.to_uint8(RANDOM.uniform(-1, 1, (3, 10, 7, 1)).astype("float32")).numpy()
    made = model.refine(images, batch_size=2)
    assert made.dtype == "uint8" and made.shape == images.shape
    (factor,) = model.generator_ema.get_weights()[0].ravel()
    assert factor != weights(model)[0]
    np.testing.assert_allclose(made, (images - 127.5) * factor + 127.5, atol=1)
    np.testing.assert_array_equal(model.refine(data.to_float(images).numpy()), made)
    made = model.predict(data.to_float(images), verbose=0)
    np.testing.assert_allclose(made, data.to_float(images) * factor, atol=1e-5)
    assert model.grid(SYNTHETIC, REAL).shape == (4 * 4 + 6, 3 * 6 + 4, 1)
    assert model.score(np.full((2, *SHAPE), 255, "uint8")).shape == (2, 2, 3, 1)
    stats = model.health_stats((SYNTHETIC, REAL))
    expected = factor * _distance(SYNTHETIC) / _distance(REAL)
    assert stats["diversity"] == pytest.approx(expected, rel=1e-3)
    assert stats["gradient_norm"] > 0


def _distance(images):
    flat = images.reshape(len(images), -1)
    distances = np.sqrt(np.square(flat[:, None] - flat).mean(axis=-1))
    return distances[np.triu_indices(len(flat), 1)].mean()


def test_the_discriminator_sees_augmented_images():
    seen = []

    class Remember(augment.DiffAugment):
        def __call__(self, inputs, seeds):
            seen.append(len(inputs))
            return super().__call__(inputs, seeds)

    model = build(compiled={"augment": Remember("translation"), "run_eagerly": True})
    model.train_on_batch(SYNTHETIC, REAL)
    assert seen == [2, 2, 2, 2]  # two updates of R; real and refined images of D's


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: models.SimGAN(), "Give an image_shape"),
        (lambda: models.SimGAN(generator=scaling(1.0)), "Give an image_shape"),
        (lambda: build(generator_steps=0), "generator_steps must be a positive integer, got 0"),
        (lambda: build(discriminator_steps=0.5), "discriminator_steps must be a positive"),
        (lambda: build(generator_start=-1), "generator_start must be an integer of at least 0"),
        (lambda: build(discriminator_start=-1), "discriminator_start must be an integer of at"),
        (lambda: build(history_size=-1), "history_size must be an integer of at least 0"),
        (
            lambda: build(generator=networks.unet.generator((4, 6, 1), 3, width=2)),
            r"makes \(4, 6, 3\) of \(4, 6, 1\)",
        ),
        (lambda: build().fit(SYNTHETIC, REAL[:2]), "4 synthetic images, but 2 real images"),
        (lambda: build().fit(SYNTHETIC, REAL[:, :2]), "the real images"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
