"""The prediction of frames, at four scales."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kerasgan import models, networks
from kerasgan.networks.next_frame import FACTORS, pyramid

SHAPE = (8, 8, 1)
RNG = np.random.default_rng(0)


def copier(frames=2, gain=1.0, channels=1):
    """A generator that shows the newest frame, averaged, times a weight."""
    clip = keras.Input((None, None, frames * channels))
    kernel = np.zeros((1, 1, frames * channels, channels), "float32")
    kernel[0, 0, -channels:] = gain * np.eye(channels)
    made = []
    for factor in FACTORS:
        convolution = layers.Conv2D(channels, 1, use_bias=False)
        made.append(convolution(layers.AveragePooling2D(factor)(clip)))
        convolution.set_weights([kernel])
    return keras.Model(clip, made)


def judges(frames=2, slope=1.0):
    """Discriminators whose logit is a multiple of the mean of the next frame."""
    made = {}
    for k in range(1, 5):
        frame, before = keras.Input((None, None, 1)), keras.Input((None, None, frames))
        dense = layers.Dense(1, use_bias=False)
        mean = layers.GlobalAveragePooling2D()
        logits = dense(mean(frame)) + 0.0 * layers.Dense(1)(mean(before))
        dense.set_weights([np.array([[slope]], "float32")])
        made[f"discriminator_{k}"] = keras.Model([frame, before], logits)
    for name, judge in made.items():
        judge.name = name
    return made


def build(generator=None, slope=1.0, **options):
    model = models.NextFrameGAN(
        SHAPE, 2, generator or copier(), **judges(slope=slope), seed=0, **options
    )
    model.compile("sgd", "sgd", run_eagerly=True)
    return model


def batch(count=2, seed=0):
    random = np.random.default_rng(seed)
    frames = random.uniform(-1, 1, (count, 8, 8, 2)).astype("float32")
    return frames, random.uniform(-1, 1, (count, 8, 8, 1)).astype("float32")


def softplus(x):
    return np.log1p(np.exp(np.asarray(x, "float64")))


# ---------------------------------------------------------------------- the networks


def test_a_pyramid_averages():
    images = np.arange(64, dtype="float32").reshape(1, 8, 8, 1)
    scales = pyramid(images)
    assert [tuple(each.shape[1:3]) for each in scales] == [(1, 1), (2, 2), (4, 4), (8, 8)]
    assert float(scales[0][0, 0, 0, 0]) == pytest.approx(31.5)
    np.testing.assert_allclose(scales[2][0, 0, 0, 0], np.mean([0, 1, 8, 9]))
    assert scales[3] is images


def test_each_scale_adds_to_the_one_below():
    generator = networks.next_frame.generator(1, 2, width=2, seed=0)
    for layer in generator.layers:
        if isinstance(layer, layers.Conv2D):
            kernel, bias = layer.get_weights()
            layer.set_weights([0 * kernel, 0 * bias + (0.5 if kernel.shape[-1] == 1 else 0.0)])
    made = generator(np.zeros((1, 16, 24, 2), "float32"))
    assert [tuple(each.shape[1:]) for each in made] == [
        (2, 3, 1),
        (4, 6, 1),
        (8, 12, 1),
        (16, 24, 1),
    ]
    value = 0.0
    for each in made:  # tanh of what is added to the scale below
        value = np.tanh(value + 0.5)
        np.testing.assert_allclose(each, np.full(each.shape, value), rtol=1e-5)


def test_the_gradient_of_the_last_scale_reaches_the_first():
    generator = networks.next_frame.generator(1, 2, width=2, seed=0)
    with tf.GradientTape() as tape:
        last = generator(RNG.normal(size=(1, 16, 16, 2)).astype("float32"))[-1]
        loss = tf.reduce_sum(last)
    first = next(layer for layer in generator.layers if isinstance(layer, layers.Conv2D))
    assert np.abs(tape.gradient(loss, first.kernel.value)).max() > 0


# ---------------------------------------------------------------------- losses


def test_losses_against_numpy():
    frames, images = batch()
    model = build(slope=2.0, l1_weight=2.0, l2_weight=3.0, gdl_weight=4.0, adversarial_weight=0.5)
    real = [tf.constant(images), tf.constant(frames)]
    fake = model.fake_batch(real, training=True)
    last = frames[..., 1:]
    for made, expected in zip(fake, pyramid(last), strict=True):
        np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-6)
    values = model.generator_losses(real, fake, training=True)
    scales = list(zip(pyramid(images), pyramid(last), strict=True))
    scales = [(np.asarray(a), np.asarray(b)) for a, b in scales]
    expected = {
        "l1": 2 * sum(np.mean(np.abs(a - b)) for a, b in scales),
        "l2": 3 * sum(np.mean((a - b) ** 2) for a, b in scales),
        # A single pixel has no neighbours.
        "gdl": 4 * sum(gradient_difference(a, b) for a, b in scales),
        "adversarial": 0.5 * sum(np.mean(softplus(-2 * b.mean((1, 2, 3)))) for _, b in scales),
    }
    for name, value in expected.items():
        assert float(values[f"generator_{name}_loss"]) == pytest.approx(value, rel=1e-4), name
    assert float(values["generator_loss"]) == pytest.approx(sum(expected.values()), rel=1e-4)

    values = model.discriminator_losses(real, fake, training=True)
    loss = sum(
        np.mean(softplus(-2 * a.mean((1, 2, 3)))) + np.mean(softplus(2 * b.mean((1, 2, 3))))
        for a, b in scales
    )
    assert float(values["discriminator_loss"]) == pytest.approx(loss, rel=1e-4)


def gradient_difference(a, b):
    return sum(
        np.mean(np.abs(np.abs(np.diff(a, axis=axis)) - np.abs(np.diff(b, axis=axis))))
        if a.shape[axis] > 1
        else 0.0
        for axis in (1, 2)
    )


def test_the_adversarial_loss_alone_moves_the_generator():
    model = build(l1_weight=0.0, gdl_weight=0.0, adversarial_weight=1.0)
    before = [weight.numpy() for weight in model.generator.trainable_weights]
    frames, images = batch()
    values = model.train_on_batch(frames, images, return_dict=True)
    after = [weight.numpy() for weight in model.generator.trainable_weights]
    assert all((a != b).any() for a, b in zip(before, after, strict=True))
    assert set(values) == {
        *("discriminator_loss", "generator_loss", "generator_adversarial_loss"),
        *("real_accuracy", "fake_accuracy", "psnr"),
    }


def test_what_is_logged_is_what_has_a_weight():
    names = set(build(l2_weight=1.0, gdl_weight=0.0).logged())
    assert {"generator_l1_loss", "generator_l2_loss"} <= names
    assert "generator_gdl_loss" not in names


def test_each_discriminator_sees_its_scale_and_the_frames_before():
    model = models.NextFrameGAN((32, 32, 1), seed=0)
    for factor, judge in zip(FACTORS, model.discriminator.layers, strict=True):
        side = 32 // factor
        shapes = [tuple(each.shape) for each in judge.inputs]
        assert shapes == [(None, side, side, 1), (None, side, side, 4)]
    frames = RNG.uniform(-1, 1, (2, 32, 32, 4)).astype("float32")
    images = pyramid(RNG.uniform(-1, 1, (2, 32, 32, 1)).astype("float32"))
    scores = model.scores(images, frames, training=False)
    assert [tuple(each.shape) for each in scores] == 4 * [(2, 1)]
    others = model.scores(images, frames[..., ::-1], training=False)
    for a, b in zip(scores, others, strict=True):
        assert np.abs(a - b).max() > 0


# ---------------------------------------------------------------------- without a game


def test_without_an_adversarial_weight_there_is_no_discriminator():
    model = models.NextFrameGAN(SHAPE, 2, copier(), **judges(), adversarial_weight=0, l2_weight=1.0)
    assert type(model) is models.NextFramePredictor
    model.compile("sgd", run_eagerly=True)
    frames, images = batch()
    values = model.train_on_batch(frames, images, return_dict=True)
    parts = [values[f"generator_{name}_loss"] for name in ("l1", "l2", "gdl")]
    assert values["generator_loss"] == pytest.approx(sum(parts), rel=1e-5)


def test_a_predictor_of_nothing():
    with pytest.raises(ValueError, match="must not be 0"):
        models.NextFramePredictor(SHAPE, 2, copier(), l1_weight=0.0, gdl_weight=0.0)


def test_a_predictor_is_saved(tmp_path):
    model = models.NextFramePredictor(SHAPE, 2, copier(gain=0.5), l2_weight=2.0, seed=0)
    model.compile("sgd")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert (loaded.frames, loaded.l2_weight) == (2, 2.0)
    clip = RNG.integers(0, 256, (2, 8, 8, 1), "uint8")
    np.testing.assert_array_equal(loaded.predict_frames(clip), model.predict_frames(clip))


# ---------------------------------------------------------------------- measures


def test_a_copy_of_the_last_frame_is_measured_beside():
    model = build()
    frames, images = batch(3)
    images[0] = frames[0, ..., 1:]  # nothing moves there
    frames[0], images[0] = 0.25, 0.25
    values = model.evaluate(frames, images, batch_size=2, return_dict=True, verbose=0)
    for name in ("psnr", "moving_psnr", "sharpness_difference"):  # the copier copies
        assert values[name] == pytest.approx(values[f"copy_{name}"], abs=1e-3), name
    levels = np.round((np.clip([frames[1:, ..., 1:], images[1:]], -1, 1) + 1) * 127.5)
    difference = (levels[0] - levels[1]).reshape(2, -1)
    moves = np.abs(difference) > 12.75
    errors = [np.mean(d[m] ** 2) for d, m in zip(difference, moves, strict=True)]
    expected = np.mean(10 * np.log10(255**2 / np.array(errors)))  # of two frames of three
    assert values["moving_psnr"] == pytest.approx(expected, abs=1e-2)


def test_validation_data_may_be_larger():
    model = models.NextFrameGAN((32, 32, 1), generator=networks.next_frame.generator(1, width=2))
    model.compile()
    frames, images = np.zeros((2, 40, 48, 4), "uint8"), np.zeros((2, 40, 48, 1), "uint8")
    assert np.isfinite(model.evaluate(frames, images, return_dict=True, verbose=0)["psnr"])
    with pytest.raises(ValueError, match="multiples of 8, but are 40 x 44"):
        model.evaluate(frames[:, :, :44], images[:, :, :44])


# ---------------------------------------------------------------------- frames out


def test_predicted_frames_follow_the_newest():
    model = build(copier(gain=0.5))
    clip = np.stack([np.full(SHAPE, level, "uint8") for level in (0, 255, 191)])
    made = model.predict_frames(clip, 2)
    assert made.shape == (2, *SHAPE) and made.dtype == np.uint8
    # 191 is 0.498 in [-1, 1], a half of it 159, a half of 0.247 then 143.
    assert np.unique(made[0]).tolist() == [159] and np.unique(made[1]).tolist() == [143]
    several = model.predict_frames(np.stack([clip, clip[::-1]]), 2)
    np.testing.assert_array_equal(several[0], made)
    assert np.unique(several[1, 0]).tolist() == [64]


def test_frames_of_any_size_and_channels():
    model = models.NextFrameGAN((32, 32, 3), 2, copier(channels=3), seed=0)
    clip = RNG.integers(0, 256, (5, 13, 21, 3), "uint8")
    np.testing.assert_array_equal(model.predict_frames(clip)[0], clip[-1])


@pytest.mark.parametrize(
    "clip, count, message",
    [
        (np.zeros((1, 8, 8, 1), "uint8"), 1, r"at least 2 frames.*\(1, 8, 8, 1\)"),
        (np.zeros((8, 8, 1), "uint8"), 1, r"\(T, H, W, 1\)"),
        (np.zeros((2, 8, 8, 3), "uint8"), 1, "clip"),
        (np.zeros((2, 8, 8, 1), "uint8"), 0, "count.*0"),
    ],
)
def test_clips_that_cannot_be_continued(clip, count, message):
    with pytest.raises(ValueError, match=message):
        build().predict_frames(clip, count)


def test_a_row_of_the_grid():
    frames, images = batch(3)
    picture = build().grid(frames, images)
    assert picture.shape == (3 * 10 - 2, 4 * 10 - 2, 1)
    np.testing.assert_array_equal(picture[:8, 10:18], picture[:8, 20:28])  # the copier copies


# ---------------------------------------------------------------------- wrong arguments


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"image_shape": (12, 8, 1)}, "multiples of 8, but are 12 x 8"),
        ({"image_shape": SHAPE, "frames": 0}, "frames.*0"),
        ({"image_shape": (32, 32, 1), "frames": 3, "generator": copier()}, "generator takes"),
        ({"image_shape": SHAPE}, "at least 32"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.NextFrameGAN(**arguments)


@pytest.mark.parametrize(
    "x, y, message",
    [
        (np.zeros((4, 8, 8, 1), "uint8"), np.zeros((4, 8, 8, 1), "uint8"), "the 2 frames x"),
        (np.zeros((4, 8, 8, 2), "uint8"), np.zeros((4, 8, 8, 2), "uint8"), "the next frames y"),
        (np.zeros((4, 8, 8, 2), "uint8"), np.zeros((3, 8, 8, 1), "uint8"), "4 examples.*3 next"),
        (np.zeros((4, 16, 16, 2), "uint8"), np.zeros((4, 16, 16, 1), "uint8"), "16"),
    ],
)
def test_wrong_data(x, y, message):
    with pytest.raises(ValueError, match=message):
        build().fit(x, y)
