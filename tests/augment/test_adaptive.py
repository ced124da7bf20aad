import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance import cases

from kerasgan import augment
from kerasgan.augment import AdaptiveAugment, AugmentationPipeline, DiffAugment, color
from kerasgan.augment.adaptive import COLOR, GEOMETRY

NAMES = [f.__name__ for f in (*GEOMETRY, *COLOR)] + ["cutout"]


def pictures(count=2, height=8, width=8, channels=3):
    shape = count, height, width, channels
    return np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")


def changed(x, name=None, u=(0.5, 0.5), n=(0.0, 0.0), probability=1.0, happens=True, which=0):
    """Pictures after one transform, of these numbers; `which` of two of one name."""
    count = len(x)
    coins = np.ones((len(NAMES), count), "float32")
    places = [i for i, each in enumerate(NAMES) if each == name]
    if places:
        coins[places[which]] = np.where(happens, 0.0, 1.0)
    numbers = (np.tile(np.reshape(each, (1, 2, -1)), (len(NAMES), 1, 1)) for each in (u, n))
    u, n = (tf.constant(np.broadcast_to(x, (len(NAMES), 2, count)), "float32") for x in numbers)
    pipe = AugmentationPipeline(probability, cutout=1.0)
    return pipe.change(tf.constant(x), pipe.probability(), tf.constant(coins), u, n).numpy()


def mirrored_at(line, place):
    """A line's value at a place, its mirror image beyond its ends, linear between pixels."""
    last = len(line) - 1
    at = abs(place) % (2 * last)
    at = min(at, 2 * last - at)
    low = min(int(at), last - 1)
    return line[low] * (low + 1 - at) + line[low + 1] * (at - low)


def sampled(image, source):
    """An image of which pixel (x, y), from the middle, shows `source(x, y)`."""
    height, width, _ = image.shape
    made = np.empty_like(image)
    for i in range(height):
        for j in range(width):
            x, y = source(j - (width - 1) / 2, i - (height - 1) / 2)
            rows = np.stack([mirrored_at(row, x + (width - 1) / 2) for row in image])
            made[i, j] = mirrored_at(rows, y + (height - 1) / 2)
    return made


# ---------------------------------------------------------------------- geometry


def test_flips():
    x = pictures(height=6)
    made = changed(x, "flip", u=[[0.4, 0.6], [0, 0]])
    np.testing.assert_array_equal(made, [x[0, :, ::-1], x[1]])


def test_quarter_turns():
    x = pictures(4)
    made = changed(x, "quarter_turns", u=[[0.1, 0.3, 0.6, 0.9], [0, 0, 0, 0]])
    for i in range(4):
        turns = (np.rot90(x[i], i), np.rot90(x[i], -i))
        assert min(np.abs(made[i] - turn).max() for turn in turns) < 1e-5


def test_whole_shifts_go_up_to_an_eighth():
    x = pictures(height=8, width=16)
    made = changed(x, "whole_shift", u=[[0.0, 0.99], [0.99, 0.3]])
    # Two pixels left and one down; two right and none: round(-0.4).
    expected = np.stack(
        [
            np.pad(x[0], ((1, 0), (0, 2), (0, 0)), "reflect")[:-1, 2:],
            np.pad(x[1], ((0, 0), (2, 0), (0, 0)), "reflect")[:, :-2],
        ]
    )
    np.testing.assert_array_equal(made, expected)


def test_scale():
    x = pictures()
    made = changed(x, "scale", n=[[5.0, -5.0], [0, 0]])  # twice and half
    expected = [sampled(x[i], lambda a, b, s=s: (a / s, b / s)) for i, s in enumerate([2, 0.5])]
    np.testing.assert_allclose(made, expected, atol=1e-5)


def test_stretch():
    x = pictures(height=6)
    made = changed(x, "stretch", n=[[5.0, -2.5], [0, 0]])
    expected = [
        sampled(x[i], lambda a, b, s=s: (a / s, b * s)) for i, s in enumerate([2.0, 0.5**0.5])
    ]
    np.testing.assert_allclose(made, expected, atol=1e-5)


@pytest.mark.parametrize("which", [0, 1])
def test_turns(which):
    x = pictures(height=6)
    made = changed(x, "turn", u=[[0.6, 0.25], [0, 0]], which=which)  # 36 degrees; -90

    def source(angle):
        c, s = math.cos(angle), math.sin(angle)
        return lambda a, b: (c * a - s * b, s * a + c * b)

    expected = [sampled(x[i], source(angle)) for i, angle in enumerate([math.pi / 5, -math.pi / 2])]
    np.testing.assert_allclose(made, expected, atol=1e-5)


def test_shifts_are_of_any_length():
    x = pictures(height=8, width=16)
    made = changed(x, "shift", n=[[0.25, -9.0], [0.0, 1.5]])  # (0.5, 0) and (-18, 1.5)
    expected = [
        sampled(x[0], lambda a, b: (a - 0.5, b)),
        sampled(x[1], lambda a, b: (a + 18, b - 1.5)),
    ]
    np.testing.assert_allclose(made, expected, atol=1e-5)


def test_later_transforms_move_what_earlier_ones_made():
    x = pictures(1)
    numbers = {"u": tf.constant([[0.3], [0.8]]), "n": tf.constant([[1.0], [-0.5]])}
    matrices = [f(**numbers, sides=(8, 8))[0].numpy() for f in GEOMETRY]
    product = np.eye(3)
    for matrix in matrices:
        product = product @ matrix
    pipe = AugmentationPipeline(1.0, color=0.0)
    coins = tf.zeros((len(NAMES), 1))
    u, n = (tf.tile(numbers[name][None], (len(NAMES), 1, 1)) for name in "un")
    made = pipe.change(tf.constant(x), pipe.probability(), coins, u, n)
    expected = sampled(x[0], lambda a, b: (product @ [a, b, 1])[:2])
    np.testing.assert_allclose(made[0], expected, atol=1e-4)


# ---------------------------------------------------------------------- colours


def test_brightness():
    x = pictures()
    made = changed(x, "brightness", n=[[1.0, -2.0], [0, 0]])
    np.testing.assert_allclose(made, x + np.reshape([0.2, -0.4], (2, 1, 1, 1)), atol=1e-6)


def test_contrast():
    x = pictures()
    made = changed(x, "contrast", n=[[2.0, -4.0], [0, 0]])
    np.testing.assert_allclose(made, x * np.reshape([2, 0.25], (2, 1, 1, 1)), atol=1e-6)


def test_luma_flip_negates_the_mean_of_the_channels_alone():
    x = pictures()
    made = changed(x, "luma_flip", u=[[0.4, 0.6], [0, 0]])
    grey = x[0].mean(-1, keepdims=True)
    np.testing.assert_allclose(made, [x[0] - 2 * grey, x[1]], atol=1e-6)


def test_hue_turns_about_grey():
    x = pictures()
    third = changed(x, "hue", u=[[5 / 6, 1 / 6], [0, 0]])  # 120 degrees, and back
    np.testing.assert_allclose(third, [np.roll(x[0], 1, -1), np.roll(x[1], -1, -1)], atol=1e-6)
    half = changed(x, "hue", u=[[0.0, 1.0], [0, 0]])
    np.testing.assert_allclose(half, 2 * x.mean(-1, keepdims=True) - x, atol=1e-6)


def test_saturation():
    x = pictures()
    made = changed(x, "saturation", n=[[1.0, -1.0], [0, 0]])
    grey = x.mean(-1, keepdims=True)
    scale = np.reshape([2, 0.5], (2, 1, 1, 1))
    np.testing.assert_allclose(made, grey + scale * (x - grey), atol=1e-6)


@pytest.mark.parametrize("transform", COLOR)
def test_grey_images_change_as_those_of_three_equal_channels(transform):
    numbers = tf.constant([[0.3, 0.8], [0.1, 0.9]]), tf.constant([[1.3, -0.8], [0.0, 0.0]])
    x = pictures(channels=1)
    one = color.recolor(x, transform(*numbers, 1))
    three = color.recolor(np.tile(x, 3), transform(*numbers, 3))
    np.testing.assert_allclose(np.tile(one, 3), three, atol=1e-6)


def test_colours_change_in_their_order():
    """Contrast after brightness scales what was added."""
    x = pictures(1)
    coins = tf.constant(np.array([name not in ("brightness", "contrast") for name in NAMES]))
    coins = tf.cast(coins, "float32")[:, None]
    pipe = AugmentationPipeline(1.0)
    n = tf.fill((len(NAMES), 2, 1), 2.0)
    made = pipe.change(tf.constant(x), pipe.probability(), coins, tf.zeros_like(n), n)
    np.testing.assert_allclose(made, 2 * (x + 0.4), atol=1e-5)


# ---------------------------------------------------------------------- cutout, and all together


def test_cutout_is_half_of_the_sides():
    x = pictures(height=8, width=12)
    made = changed(x, "cutout", u=[[0.5, 0.0], [0.25, 0.99]])
    expected = x.copy()
    expected[0, 2:6, 0:6] = 0
    expected[1, 0:2, 9:12] = 0
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize("name", sorted(set(NAMES)))
def test_a_transform_happens_to_an_image_or_not(name):
    x = pictures()
    made = changed(x, name, u=(0.3, 0.0), n=(1.0, 1.0), happens=[True, False])
    assert (made[0] != x[0]).any()
    np.testing.assert_array_equal(made[1], x[1])


def test_without_probability_nothing_changes():
    x = pictures(height=10)
    made = AugmentationPipeline(0.0, cutout=1.0)(x, keras.random.SeedGenerator(0))
    np.testing.assert_array_equal(made, x)


def test_each_transform_happens_with_its_probability():
    count, probability = 2000, 0.36
    seen = {}
    pipe = AugmentationPipeline(probability, color=0.5, cutout=2.0)
    for name in sorted(set(NAMES) - {"hue", "saturation"}):  # of which grey images see nothing
        coins = tf.random.stateless_uniform((count,), [0, NAMES.index(name)])
        places = [i for i, each in enumerate(NAMES) if each == name]
        all_coins = np.ones((len(NAMES), count), "float32")
        all_coins[places[0]] = coins
        u, n = (tf.fill((len(NAMES), 2, count), value) for value in (0.0, 1.0))
        u += 0.3 * tf.constant([1.0, 0.0])[:, None]
        x = np.tile(pictures(1, 8, 8, 1), (count, 1, 1, 1))
        made = pipe.change(tf.constant(x), pipe.probability(), tf.constant(all_coins), u, n)
        seen[name] = np.mean((made.numpy() != x).any((1, 2, 3)))
    expected = {f.__name__: probability for f in GEOMETRY} | {f.__name__: 0.18 for f in COLOR[:3]}
    expected |= {"turn": 0.2, "cutout": 0.72}  # 1 - sqrt(1 - 0.36)
    assert seen == pytest.approx(expected, abs=0.04)


def test_each_image_and_each_call_has_its_own_draws():
    x = np.tile(pictures(1), (6, 1, 1, 1))
    seeds = keras.random.SeedGenerator(0)
    made = np.concatenate([AugmentationPipeline(0.9)(x, seeds) for _ in range(2)])
    assert len({each.tobytes() for each in made}) == 12
    again = [AugmentationPipeline(0.9)(x, keras.random.SeedGenerator(0)) for _ in range(2)]
    np.testing.assert_array_equal(*again)


def test_images_of_one_number_change_alike_and_labels_do_not():
    x, labels = pictures(), tf.one_hot([0, 1], 4)
    pipe = AugmentationPipeline(1.0, color=0.0, cutout=1.0)
    a, b, same = pipe([x, x[..., :1], labels], keras.random.SeedGenerator(0))
    np.testing.assert_allclose(a[..., :1], b, atol=1e-6)
    assert same is labels


def given(count=3):
    """All that the pipeline draws, with some transforms that happen and some that do not."""
    seeds = [[1, 2], [3, 4], [5, 6]]
    coins = tf.random.stateless_uniform((len(NAMES), count), seeds[0])
    u = tf.random.stateless_uniform((len(NAMES), 2, count), seeds[1])
    return coins, u, tf.random.stateless_normal((len(NAMES), 2, count), seeds[2])


def test_gradients_flow_through_all():
    """The pipeline is affine in images: its derivatives along one are differences."""
    pipe = AugmentationPipeline(0.6, cutout=1.0)
    x, direction = (tf.constant(pictures(6)[i : i + 3]) for i in (0, 3))

    def change(x):
        return pipe.change(x, pipe.probability(), *given())

    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            made = change(x)
            loss = tf.reduce_sum(made**3) / 3
        gradient = tape.gradient(loss, x)
        square = tf.reduce_sum(gradient**2) / 2
    step = change(x + direction) - made
    along = float(tf.reduce_sum(gradient * direction))
    assert along == pytest.approx(float(tf.reduce_sum(made**2 * step)), rel=1e-4)
    # g = A^T y^2, so that d |g|^2 / 2 is <g, A^T 2 y A d> = <2 y A g, A d>.
    second = float(tf.reduce_sum(outer.gradient(square, x) * direction))
    expected = 2 * made * (change(x + gradient) - made) * step
    assert second == pytest.approx(float(tf.reduce_sum(expected)), rel=1e-3)


def test_compiled_by_xla_it_is_the_same():
    pipe, x = AugmentationPipeline(0.6, cutout=1.0), tf.constant(pictures(3))
    drawn = given()

    def change(x):
        return pipe.change(x, pipe.probability(), *drawn)

    compiled = tf.function(change, jit_compile=True, autograph=False)
    np.testing.assert_allclose(compiled(x), change(x), atol=1e-4)


# ---------------------------------------------------------------------- the probability


def test_the_probability_moves_with_the_sign_of_what_is_too_much():
    """64 images a step: 64 * 4 / 500,000 = 5.12e-4 a move, every fourth step."""
    adaptive = AdaptiveAugment()
    seen = []
    # Of 256 images r is above 0.6 with 205 that are right, and below it with 204.
    for right in [52] * 8 + [52, 52, 51, 50] + [51] * 4 + [0] * 12:
        adaptive.observe(float(right), 64.0)
        seen.append(float(adaptive.probability()))
    moves = [0] * 3 + [1] * 4 + [2] * 4 + [3] * 4 + [2] * 4 + [1] * 4 + [0] * 5
    np.testing.assert_allclose(seen, 5.12e-4 * np.array(moves), atol=1e-9)


def test_after_1953_moves_all_is_augmented():
    adaptive = AdaptiveAugment(every=1, images=500_000)
    step = tf.function(lambda: adaptive.observe(256.0, 256.0), autograph=False)
    adaptive.build()
    for _ in range(1953):
        step()
    assert float(adaptive.probability()) == pytest.approx(1953 * 5.12e-4, rel=1e-4)  # 0.99994


def test_a_target_that_is_met_moves_nothing():
    adaptive = AdaptiveAugment(target=0.5, every=1)
    adaptive.observe(3.0, 4.0)
    assert float(adaptive.probability()) == 0.0


def test_a_schedule_is_followed_by_the_step():
    schedule = keras.optimizers.schedules.PolynomialDecay(0.0, 4, 0.8)
    pipe = AugmentationPipeline(schedule)
    seen = []
    for _ in range(6):
        seen.append(float(pipe.probability()))
        pipe.observe(0.0, 1.0)
    np.testing.assert_allclose(seen, [0.0, 0.2, 0.4, 0.6, 0.8, 0.8], atol=1e-6)
    config = keras.saving.serialize_keras_object(pipe)
    again = keras.saving.deserialize_keras_object(config)
    assert again.given.get_config() == schedule.get_config()
    assert float(again.probability()) == 0.0


@pytest.mark.parametrize(
    "pipe",
    [
        AdaptiveAugment(0.5, 1000, 2, geometry=0.25, color=0.5, cutout=0.75),
        AugmentationPipeline(0.3, geometry=0.25, color=0.5, cutout=0.75),
    ],
)
def test_configurations_rebuild(pipe):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(pipe))
    assert type(again) is type(pipe) and again.get_config() == pipe.get_config()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"probability": 1.1}, r"probability must be in \[0, 1\], or a schedule; got 1.1"),
        ({"probability": 0.5, "color": -1.0}, "color must not be negative, got -1.0"),
        ({"target": 1.0}, r"target must be in \(-1, 1\), got 1.0"),
        ({"images": 0}, "images must be positive, got 0"),
        ({"every": 0}, "every must be positive, got 0"),
    ],
)
def test_wrong_numbers_are_refused(arguments, message):
    kind = AugmentationPipeline if "probability" in arguments else AdaptiveAugment
    with pytest.raises(ValueError, match=message):
        kind(**arguments)


def test_names_of_augmentations():
    assert augment.get("adaptive").images == 500_000
    assert augment.get("adaptive:50000").images == 50_000
    assert isinstance(augment.get("color, cutout"), DiffAugment)
    for policy, message in [("adaptive:fast", "adaptive:50000; got fast"), ("adapt", "'adapt'")]:
        with pytest.raises(ValueError, match=message):
            augment.get(policy)


# ---------------------------------------------------------------------- in a model


@pytest.mark.parametrize("name", ["gan", "acgan", "sgan", "pix2pix", "cyclegan"])
def test_training_moves_and_logs_the_probability(name):
    """A target of almost -1 is passed by a single right call: all steps move p up."""
    model = cases.build(name)
    adaptive = AdaptiveAugment(-0.999, images=1000, every=1)
    model.compile(augment=adaptive, run_eagerly=True)

    class AllRight(type(model.adversarial_loss)):
        def accuracy(self, real_logits, fake_logits):
            return tf.ones(()), tf.ones(())

    model.adversarial_loss = AllRight()
    logs = cases.fit(name, model, steps=2).history
    size = cases.batch_size(model)
    assert float(adaptive.probability()) == pytest.approx(2 * size / 1000, rel=1e-5)
    assert logs["augment_probability"][0] == pytest.approx(1.5 * size / 1000, rel=1e-5)
    assert set(logs) == set(model.logged())


def test_a_saved_model_goes_on_alike(tmp_path):
    model = cases.build("dcgan")
    model.compile(augment=AdaptiveAugment(images=20, every=2))
    cases.fit("dcgan", model, steps=3)
    model.save(tmp_path / "model.keras")
    keras.backend.clear_session(free_memory=False)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        cases.fit("dcgan", each, steps=3, start_step=3)
    assert not cases.changed(cases.state(model), cases.state(loaded))
    both = zip(model.augment_variables, loaded.augment_variables, strict=True)
    assert all(float(a) == float(b) for a, b in both)
    assert int(loaded.augment.steps) == 6


def test_replicas_agree_on_the_probability(mirrored):
    """Of all real images the half is called real: r is 0, whatever each replica saw."""
    with mirrored.scope():
        model = cases.build("dcgan")
        model.compile(augment=AdaptiveAugment(target=-0.1, images=100, every=1))

    def observe():
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        size = tf.gather([2, 6], replica)
        right = tf.gather([1.0, 1 / 3], replica)  # 2 of 2, 2 of 6
        return model.adapt_augment(size, {"real_accuracy": right})["augment_probability"]

    step = tf.function(lambda: mirrored.run(observe), autograph=False)
    seen = [[float(p) for p in mirrored.experimental_local_results(step())] for _ in range(2)]
    np.testing.assert_allclose(seen, [[0.08, 0.08], [0.16, 0.16]], rtol=1e-5)
