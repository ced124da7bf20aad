"""Context encoders: holes, what the networks see of them, and the losses."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kerasgan import metrics, models, networks
from kerasgan.data import centre_mask

SHAPE, PART = (16, 16, 1), (8, 8, 1)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (6, *SHAPE), dtype=np.uint8)
Centre, RandomRegion = models.holes.Centre, models.holes.RandomRegion


def build(holes=None, **options):
    """A model of narrow networks that runs eagerly."""
    holes = holes or Centre(overlap=1)
    part, sizes = holes.part_shape(SHAPE), {"width": 2, "seed": 1}
    parts = {
        "generator": networks.context_encoder.generator(SHAPE, part, bottleneck=4, **sizes),
        "discriminator": networks.context_encoder.discriminator(part, **sizes),
    }
    model = models.ContextEncoder(holes=holes, **parts | {"seed": 0} | options)
    model.compile(run_eagerly=True)
    return model


class Constant(layers.Layer):
    """Makes the same trained value everywhere, in the middle of images or as large as they are."""

    def __init__(self, value, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = shape
        self.value = self.add_weight(shape=(), initializer=keras.initializers.Constant(value))

    def call(self, images):
        return images[:, : self.shape[0], : self.shape[1]] * 0 + self.value


def constant(value, shape):
    images = keras.Input(SHAPE)
    return keras.Model(images, Constant(value, shape)(images))


def mean_judge(shape):
    """A discriminator whose logit is the mean of pixels."""
    images = keras.Input(shape)
    weight = keras.initializers.Constant(1 / np.prod(shape))
    return keras.Model(images, layers.Dense(1, kernel_initializer=weight)(layers.Flatten()(images)))


# ---------------------------------------------------------------------- networks


@pytest.mark.parametrize(
    "shape, part, sizes, generator, discriminator",
    [
        ((128, 128, 3), (64, 64, 3), {}, 71_124_544, 2_765_568),
        # The rest with biases, which these networks have not, are 4,004,355 / 168,033;
        # 987,779 / 35,553; and 5,577,987 / 695,137.
        ((64, 64, 3), (32, 32, 3), {"bottleneck": 512}, 4_004_355 - 1_219, 168_033 - 225),
        ((32, 32, 3), (16, 16, 3), {"bottleneck": 256}, 987_779 - 579, 35_553 - 97),
        ((64, 64, 3), (64, 64, 3), {"bottleneck": 512}, 5_577_987 - 1_475, 695_137 - 481),
    ],
)
def test_sizes_of_the_papers_networks(shape, part, sizes, generator, discriminator):
    build, width = networks.context_encoder, {"width": 32} if sizes else {}
    made = build.generator(shape, part, **sizes, **width)
    assert made.output_shape == (None, *part)
    counts = [
        sum(weight.numpy().size for weight in network.trainable_weights)
        for network in (made, build.discriminator(part, **width))
    ]
    assert counts == [generator, discriminator]


def test_sides_need_not_be_powers_of_two():
    build = networks.context_encoder
    for shape, part in (((28, 28, 1), (14, 14, 1)), ((24, 40, 3), (12, 20, 3))):
        made = build.generator(shape, part, width=2, bottleneck=4)(np.zeros((2, *shape)))
        assert made.shape == (2, *part)
        assert build.discriminator(part, width=2)(made).shape == (2, 1)


# ---------------------------------------------------------------------- holes


def test_the_hole_in_the_middle_leaves_a_frame_of_what_is_made():
    holes = Centre()
    missing = holes.draw(2, (128, 128, 3)).numpy()
    assert missing.shape == (2, 128, 128, 1) and missing.sum() == 2 * 56 * 56
    part = holes.part(missing)
    assert part.shape == (2, 64, 64, 1) == (2, *holes.part_shape((128, 128, 1)))
    assert not part[:, :4].any() and part[:, 4:-4, 4:-4].all() and part.sum() == missing.sum()
    pasted = holes.paste(tf.ones((2, 64, 64, 1)), tf.zeros((2, 128, 128, 1))).numpy()
    np.testing.assert_array_equal(pasted[..., 0] > 0, [centre_mask((128, 128, 3))] * 2)


def test_regions_are_of_the_wanted_size_and_hang_together():
    missing = RandomRegion().draw(64, (32, 48, 3), (3, 0)).numpy()
    assert missing.shape == (64, 32, 48, 1)
    shares = missing.mean(axis=(1, 2, 3))
    assert 0.19 < shares.min() < 0.22 and 0.28 < shares.max() < 0.305
    assert len(np.unique(missing.reshape(64, -1), axis=0)) == 64
    beside = (missing[:, :, 1:] == missing[:, :, :-1]).mean()
    assert beside > 0.9  # of independent pixels 0.62
    often = missing.mean(axis=(0, 3))
    assert often.min() > 0.05 and often.max() < 0.5  # anywhere
    again = RandomRegion().draw(64, (32, 48, 3), (3, 0)).numpy()
    np.testing.assert_array_equal(missing, again)


@pytest.mark.parametrize("limits", [(0.0, 0.3), (0.4, 0.3), (0.5, 1.0)])
def test_shares_out_of_range(limits):
    with pytest.raises(ValueError, match="least"):
        RandomRegion(*limits)


# ---------------------------------------------------------------------- what the generator sees


def test_the_generator_does_not_see_the_hole_but_the_frame():
    model = build()
    hole = model.holes.draw(6, SHAPE).numpy()
    seen = model.with_holes(IMAGES / 127.5 - 1, hole).numpy()
    colour = (117 + 104 + 123) / 3 / 127.5 - 1
    np.testing.assert_allclose(seen[hole], colour, rtol=1e-6)
    np.testing.assert_allclose(seen[~hole], (IMAGES / 127.5 - 1)[~hole], atol=1e-6)
    others = np.where(hole, 255 - IMAGES, IMAGES)
    made = [model.fake_batch(model.unpack(x), training=False)[0] for x in (IMAGES, others)]
    np.testing.assert_array_equal(*made)


def test_missing_pixels_of_colours_have_imagenets_mean():
    shape, part, sizes = (16, 16, 3), (8, 8, 3), {"width": 2, "seed": 1}
    generator = networks.context_encoder.generator(shape, part, bottleneck=4, **sizes)
    model = models.ContextEncoder(generator=generator)
    np.testing.assert_allclose(model.fill, np.array([117, 104, 123]) / 255 * 2 - 1)
    assert build(fill=[-0.5]).fill == (-0.5,)
    for fill in ([0, 0], [2.0]):
        with pytest.raises(ValueError, match="1 numbers"):
            build(fill=fill)


# ---------------------------------------------------------------------- losses


@pytest.mark.parametrize("known_weight", [10.0, 1.0])
def test_losses_written_out(known_weight):
    """F makes 0.5 everywhere; D's logit is the mean of the middle, which is all that it sees."""
    model = build(
        Centre(overlap=1, known_weight=known_weight),
        generator=constant(0.5, PART),
        discriminator=mean_judge(PART),
    )
    images = np.full((2, *SHAPE), -1.0, "float32")
    images[:, 4:12, 4:12] = 0.25  # what F is to make
    images[:, 5:11, 5:11] = -0.5  # the hole
    values = model.evaluate(images, verbose=0, return_dict=True)
    frame, hole = 64 - 36, 36
    content = 0.999 * (known_weight * frame * 0.25**2 + hole * 1.0) / 64
    adversarial = 0.001 * np.log1p(np.exp(-0.5))
    real = (0.25 * frame - 0.5 * hole) / 64
    assert values["generator_content_loss"] == pytest.approx(content, rel=1e-5)
    assert values["generator_adversarial_loss"] == pytest.approx(adversarial, rel=1e-5)
    assert values["generator_loss"] == pytest.approx(content + adversarial, rel=1e-5)
    assert values["discriminator_loss"] == pytest.approx(
        np.log1p(np.exp(-real)) + np.log1p(np.exp(0.5)), rel=1e-5
    )
    # Levels: 0.5 is 191, -0.5 is 64.
    assert values["hole_l1"] == pytest.approx((191 - 64) / 255, rel=1e-6)
    assert values["hole_psnr"] == pytest.approx(20 * np.log10(255 / (191 - 64)), rel=1e-6)


def test_of_random_regions_the_whole_image_counts_alike():
    model = build(RandomRegion(), generator=constant(0.0, SHAPE), discriminator=mean_judge(SHAPE))
    images = np.full((2, *SHAPE), 0.5, "float32")
    values = model.evaluate(images, verbose=0, return_dict=True)
    assert values["generator_content_loss"] == pytest.approx(0.999 * 0.25, rel=1e-5)


def test_the_paper_learns_the_generator_ten_times_as_fast():
    defaults = build().default_optimizers()
    assert [float(each.learning_rate) for each in defaults] == pytest.approx([2e-3, 2e-4])
    assert all(each.beta_1 == 0.5 for each in defaults)


def test_measures_look_at_the_hole_alone():
    missing = np.zeros((1, *SHAPE[:2], 1), bool)
    missing[:, 2:4, 3:8] = True
    targets = RANDOM.uniform(-1, 1, (1, *SHAPE)).astype("float32")
    elsewhere = np.where(missing, targets, -targets)
    assert metrics.hole_l1(targets, elsewhere, missing).numpy() == [0]
    assert metrics.hole_psnr(targets, elsewhere, missing).numpy() == pytest.approx([100])
    one, other = np.zeros((1, *SHAPE)), np.where(missing, 0.2, 0.9)
    assert metrics.hole_l1(one, other, missing).numpy() == pytest.approx([25 / 255])
    wanted = 20 * np.log10(255 / 25)
    assert metrics.hole_psnr(one, other, missing).numpy() == pytest.approx([wanted])


# ---------------------------------------------------------------------- inpainting


def test_any_hole_is_filled_and_known_pixels_stay():
    model = build(RandomRegion())
    masks = RANDOM.uniform(size=(6, *SHAPE[:2])) < 0.5
    filled = model.inpaint(IMAGES, masks, batch_size=4)
    assert filled.dtype == np.uint8
    np.testing.assert_array_equal(filled[~masks], IMAGES[~masks])
    assert (filled[masks] != IMAGES[masks]).mean() > 0.9
    hidden = np.where(masks[..., None], 255 - IMAGES, IMAGES)
    np.testing.assert_array_equal(model.inpaint(hidden, masks), filled)
    floats = IMAGES.astype("float32") / 127.5 - 1
    np.testing.assert_array_equal(model.inpaint(floats, masks), filled)
    sheet = model.inpainting_grid(IMAGES, masks)
    assert sheet.shape == (6 * 16 + 5 * 2, 4 * 16 + 3 * 2, 1)
    np.testing.assert_array_equal(sheet[:16, 36:52], filled[0])


def test_a_generator_of_the_middle_fills_the_middle():
    model = build(generator=constant(0.5, PART), discriminator=mean_judge(PART))
    middle = centre_mask(SHAPE)  # with the frame
    filled = model.inpaint(IMAGES, middle)
    np.testing.assert_array_equal(filled[:, ~middle], IMAGES[:, ~middle])
    assert (filled[:, middle] == 191).all()
    beyond = middle.copy()
    beyond[0, 0] = True
    with pytest.raises(ValueError, match="it makes the middle"):
        model.inpaint(IMAGES, beyond)


def test_holes_of_a_model_go_with_it(tmp_path):
    """Saved with it, drawn by its seeds in training, and always alike in evaluation."""
    model = build(RandomRegion(0.3, 0.4), fill=[0.25])
    held_out = [model.evaluate(IMAGES, verbose=0) for _ in range(2)]
    assert held_out[0] == held_out[1]
    drawn = [model.drawn_holes(4, training=True).numpy() for _ in range(2)]
    assert (drawn[0] != drawn[1]).any()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.holes.get_config() == {"least": 0.3, "most": 0.4} and loaded.fill == (0.25,)
    following = [each.drawn_holes(4, training=True) for each in (model, loaded)]
    np.testing.assert_array_equal(*following)


def test_networks_that_do_not_fit():
    with pytest.raises(ValueError, match=r"must make \[\(8, 8, 1\)\]"):
        models.ContextEncoder(generator=constant(0.0, SHAPE))
    with pytest.raises(ValueError, match="discriminator"):
        build(discriminator=mean_judge(SHAPE))
    with pytest.raises(ValueError, match="image_shape"):
        models.ContextEncoder()
