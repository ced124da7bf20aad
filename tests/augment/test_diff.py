import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance import cases

from kerasgan import losses, models
from kerasgan.augment import DiffAugment, diff
from kerasgan.data import load_images


def pictures(count=3, height=16, width=24):
    return np.random.default_rng(0).uniform(-1, 1, (count, height, width, 3)).astype("float32")


def numbers(*rows):
    """What transforms take, of the rows' numbers for each image."""
    return tf.constant(np.array(rows, "float32").reshape(2, -1, 1, 1, 1))


UNUSED = [0.9, 0.9, 0.9]


# ---------------------------------------------------------------------- each transform


def test_brightness_adds_up_to_a_half():
    x = pictures()
    made = diff.brightness(tf.constant(x), numbers([0.0, 0.5, 0.75], UNUSED))
    np.testing.assert_allclose(made, x + np.array([-0.5, 0, 0.25]).reshape(3, 1, 1, 1), atol=1e-6)


def test_saturation_scales_the_distance_to_grey():
    pixel = np.array([0.0, 0.3, 0.6], "float32").reshape(1, 1, 1, 3)  # grey: 0.3
    made = diff.saturation(tf.tile(pixel, [3, 1, 1, 1]), numbers([0.0, 0.5, 0.9], UNUSED))
    expected = [[0.3, 0.3, 0.3], [0.0, 0.3, 0.6], [-0.24, 0.3, 0.84]]
    np.testing.assert_allclose(made[:, 0, 0], expected, atol=1e-6)


def test_contrast_scales_the_distance_to_the_mean_of_an_image():
    image = np.array([[0.0, 0.2], [0.4, 1.0]], "float32").reshape(1, 2, 2, 1)  # mean: 0.4
    made = diff.contrast(tf.tile(image, [3, 1, 1, 1]), numbers([0.0, 0.5, 0.9], UNUSED))
    expected = [[0.2, 0.3, 0.4, 0.7], [0.0, 0.2, 0.4, 1.0], [-0.16, 0.12, 0.4, 1.24]]
    np.testing.assert_allclose(tf.reshape(made, (3, 4)), expected, atol=1e-6)


def test_translation_shifts_by_up_to_an_eighth_and_fills_with_zeros():
    x = pictures()  # 16 x 24: up to 2 down and 3 to the right, one of 5 and of 7 shifts
    almost_one = np.nextafter(np.float32(1), np.float32(0))
    made = diff.translation(tf.constant(x), numbers([0.0, 0.5, almost_one], [0.5, 0.2, 0.99]))
    expected = np.zeros_like(x)
    expected[0, :-2] = x[0, 2:]  # two up
    expected[1, :, :-2] = x[1, :, 2:]  # two to the left: floor(0.2 * 7) - 3
    expected[2, 2:, 3:] = x[2, :-2, :-3]
    np.testing.assert_array_equal(made, expected)


def test_cutout_sets_half_the_sides_to_zero():
    x = pictures()
    made = diff.cutout(tf.constant(x), numbers([0.0, 0.5, 0.99], [0.5, 0.0, 0.99]))
    expected = x.copy()
    # Centres are 0 to the side, that side included: 8 and 12 are even lengths.
    expected[0, 0:4, 6:18] = 0
    expected[1, 4:12, 0:6] = 0
    expected[2, 12:, 18:] = 0
    np.testing.assert_array_equal(made, expected)


def test_shifts_and_holes_are_uniform():
    count = 4000
    u = tf.random.stateless_uniform((2, count, 1, 1, 1), [0, 1])
    ones = tf.ones((count, 8, 8, 1))
    rows = tf.reduce_sum(diff.translation(ones, u), [1, 2, 3]).numpy() / 8
    assert set(rows) == {8.0, 7.0, 49 / 8}  # 8 x 8 pixels shift by -1, 0 or 1 along each side
    assert np.mean(rows == 8.0) == pytest.approx(1 / 9, abs=0.02)
    # The centre of a hole of 4 is one of 0 to 8, of which three reach the first row.
    first = 1 - diff.cutout(ones, u).numpy()[:, 0].max((1, 2))
    assert np.mean(1 - diff.cutout(ones, u).numpy()[:, 0, 0, 0]) == pytest.approx(
        (3 / 9) ** 2, abs=0.02
    )
    assert not first.any()  # the hole is no longer than half


@pytest.mark.parametrize("transform", [t for ts in diff.TRANSFORMS.values() for t in ts])
def test_gradients_flow_through_each_transform(transform):
    """All are linear in the image: the derivative along an image is the transform of it."""
    x, direction = tf.constant(pictures()), tf.constant(pictures()[::-1].copy())
    u = numbers([0.1, 0.4, 0.8], [0.7, 0.2, 0.3])
    with tf.autodiff.ForwardAccumulator(x, direction) as forward, tf.GradientTape() as tape:
        tape.watch(x)
        made = transform(x, u)
        weights = tf.random.stateless_normal(made.shape, [1, 2])
        loss = tf.reduce_sum(made * weights)
    expected = transform(x + direction, u) - made
    np.testing.assert_allclose(forward.jvp(made), expected, atol=1e-5)
    along = tf.reduce_sum(tape.gradient(loss, x) * direction)
    assert float(along) == pytest.approx(float(tf.reduce_sum(expected * weights)), rel=1e-3)


# ---------------------------------------------------------------------- all together


def test_each_image_and_each_call_has_its_own_draws():
    x = tf.tile(pictures(1), [5, 1, 1, 1])
    generator = keras.random.SeedGenerator(0)
    for policy in diff.TRANSFORMS:
        made = [DiffAugment(policy)(x, generator).numpy() for _ in range(3)]
        assert len({each.tobytes() for each in np.concatenate(made)}) > 8, policy
    again = DiffAugment()(x, keras.random.SeedGenerator(0))
    np.testing.assert_array_equal(again, DiffAugment()(x, keras.random.SeedGenerator(0)))


def test_images_of_one_number_change_alike_and_labels_do_not():
    x = tf.constant(pictures())
    labels = tf.one_hot([0, 1, 2], 4)
    a, b, same = DiffAugment()([x, x[..., :1], labels], keras.random.SeedGenerator(0))
    alone = DiffAugment()(x, keras.random.SeedGenerator(0))
    np.testing.assert_array_equal(a, alone)
    # A hole, or what a shift brings in, lies in both at one place.
    np.testing.assert_array_equal((a.numpy() == 0).all(-1), b.numpy()[..., 0] == 0)
    assert same is labels


def test_transforms_come_in_the_order_of_the_policy():
    assert [t.__name__ for t in DiffAugment("cutout, color").transforms] == [
        *("cutout", "brightness", "saturation", "contrast")
    ]
    assert DiffAugment().policy == "color,translation,cutout"


def test_compiled_by_xla_it_is_the_same():
    """XLA draws other numbers; of the same ones it makes the same pictures."""
    x, u = tf.constant(pictures()), numbers([0.1, 0.4, 0.8], [0.7, 0.2, 0.3])

    def all_transforms(x):
        for transform in DiffAugment().transforms:
            x = transform(x, u)
        return x

    call = tf.function(all_transforms, jit_compile=True, autograph=False)
    np.testing.assert_allclose(call(x), all_transforms(x), atol=1e-6)


@pytest.mark.parametrize("policy", ["colour", "", "color,,cutout"])
def test_an_unknown_policy_is_refused(policy):
    message = rf"some of color, translation, cutout, joined by commas; got '{policy}'"
    with pytest.raises(ValueError, match=message):
        DiffAugment(policy)


# ---------------------------------------------------------------------- in a model


class Spy:
    """An augmentation that changes nothing, and remembers what it was given."""

    def __init__(self):
        self.seen = []

    def __call__(self, inputs, seed_generator):
        self.seen.append(inputs)
        return inputs


@pytest.mark.parametrize(
    ("name", "times"),
    [
        *(("gan", 3), ("wgan_gp", 7), ("cgan", 3), ("acgan", 3), ("infogan", 3), ("sgan", 3)),
        *(("pix2pix", 3), ("srgan", 3), ("cyclegan", 6)),
    ],
)
def test_discriminators_see_augmented_images_in_training_alone(name, times):
    """For each update of D real and fake ones, and for one of G fake ones; WGAN-GP penalizes."""
    model, spy = cases.build(name), Spy()
    penalty = {"penalty": model.penalty} if name == "wgan_gp" else {}
    model.compile(augment=spy, run_eagerly=True, **penalty)
    cases.fit(name, model, steps=1)
    assert len(spy.seen) == times
    x, y = cases.arrays(name, cases.batch_size(model))[1]
    model.evaluate(x, y, verbose=0)
    assert len(spy.seen) == times


def test_what_discriminators_see_is_what_the_augmentation_returns():
    """With all images replaced by one, D tells nothing apart and G has no gradient."""
    model = cases.build("wgan")

    def nothing(inputs, seed_generator):
        return 0.0 * inputs

    model.compile("adam", keras.optimizers.SGD(0.0), augment=nothing, run_eagerly=True)
    before = cases.weights(model.generator)
    logs = cases.fit("wgan", model, steps=1).history
    assert logs["discriminator_loss"] == [0.0]
    assert not cases.changed(before, cases.weights(model.generator))


def test_a_penalty_is_taken_through_the_augmentation():
    """D is the sum of all pixels; through an augmentation that doubles them its slope is 2 a
    pixel: R1 with weight 1 is 1/2 * 16 * 16 * 4."""
    model = models.GAN((16, 16, 1), latent_dim=4, seed=0)
    inputs = keras.Input((16, 16, 1))
    dense = keras.layers.Dense(1, kernel_initializer="ones")
    discriminator = keras.Model(inputs, dense(keras.layers.Flatten()(inputs)))
    model = models.GAN(generator=model.generator, discriminator=discriminator)
    model.compile(
        discriminator_optimizer=keras.optimizers.SGD(0.0),
        penalty=losses.R1(1.0),
        augment=lambda inputs, seed_generator: 2.0 * inputs,
        run_eagerly=True,
    )
    x = load_images("digits", (16, 16, 1), limit=8).images
    logs = model.fit(x, batch_size=8, verbose=0).history
    assert logs["discriminator_gradient_penalty"][0] == pytest.approx(512.0, rel=1e-5)


def test_a_saved_model_has_its_augmentation(tmp_path):
    model = cases.build("dcgan")
    model.compile(augment=DiffAugment("translation,cutout"))
    cases.fit("dcgan", model, steps=1)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.augment.policy == "translation,cutout"
    for each in (model, loaded):
        cases.fit("dcgan", each, steps=1, start_step=1)
    assert not cases.changed(cases.state(model), cases.state(loaded))


def test_replicas_draw_apart(mirrored):
    with mirrored.scope():
        model = cases.build("dcgan")
    x = tf.constant(pictures(2))

    @tf.function(autograph=False)
    def both():
        return mirrored.run(lambda: DiffAugment()(x, model.seed_generator))

    one, two = mirrored.experimental_local_results(both())
    assert (one.numpy() != two.numpy()).any()


@pytest.mark.parametrize(
    ("make", "given", "message"),
    [
        (lambda: models.GAN((8, 8, 1)), "color", "must be a kerasgan.augment.DiffAugment.*'color'"),
        (lambda: models.GAN((2,)), DiffAugment(), r"changes images, but an example is \(2,\)"),
        (
            lambda: models.SRGAN((8, 8, 3), scale=2, adversarial_weight=0),
            DiffAugment(),
            "this model has none",
        ),
    ],
)
def test_a_wrong_augmentation_is_refused(make, given, message):
    with pytest.raises(ValueError, match=message):
        make().compile(augment=given)
