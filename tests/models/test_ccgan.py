"""Context-conditional GANs: composites, the game, and the classes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import zoo
from kerasgan import models, networks
from kerasgan.data import load_images

SHAPE, CLASSES = (8, 8, 1), 3
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (6, *SHAPE)).astype("float32")
LABELS = np.array([0, 1, 2, 2, 1, 0])
BATCH = (IMAGES, IMAGES[::-1]), LABELS


def build(kind=models.CCGAN, **options):
    """A model of narrow networks that runs eagerly."""
    parts = {
        "generator": networks.ccgan.generator(SHAPE, (2, 4), seed=1),
        "discriminator": networks.ccgan.discriminator(SHAPE, (2, 4, 4), seed=1),
    }
    model = kind(**parts | {"num_classes": CLASSES, "seed": 0} | options)
    model.compile(run_eagerly=True)
    return model


def constant(value):
    """A generator of one value, which is trained."""
    images = keras.Input(SHAPE)
    bias = keras.initializers.Constant(value)
    x = layers.Conv2D(1, 1, kernel_initializer="zeros", bias_initializer=bias)(images)
    return keras.Model(images, x)


def mean_judge():
    """A discriminator whose logit, and whose feature, is the mean of pixels."""
    images = keras.Input(SHAPE)
    weight = keras.initializers.Constant(1 / 64)
    feature = layers.Dense(1, kernel_initializer=weight, name="trunk")(layers.Flatten()(images))
    logit = layers.Dense(1, kernel_initializer="ones", name="source")(feature)
    return keras.Model(images, [logit, feature])


def linear_head():
    """A head whose scores are 1, 2 and 3 times the feature."""
    features = keras.Input((1,))
    head = layers.Dense(CLASSES, use_bias=False)
    model = keras.Model(features, head(features))
    head.set_weights([np.array([[1.0, 2.0, 3.0]])])
    return model


def softplus(x):
    return np.log1p(np.exp(x))


# ---------------------------------------------------------------------- networks, holes


@pytest.mark.parametrize(
    "shape, widths, generator, trunk",
    [
        ((64, 64, 3), [(), ()], 5_515_395, 9_225_984),
        ((32, 32, 3), [((32, 64, 128),), ((32, 64, 128, 128),)], 331_715, 537_216),
    ],
)
def test_sizes_of_the_papers_networks(shape, widths, generator, trunk):
    build = networks.ccgan
    made, judge = build.generator(shape, *widths[0]), build.discriminator(shape, *widths[1])
    (_, *features), channels = judge.output[1].shape, judge.output[1].shape[-1]
    assert features[:2] == [2, 2]
    counts = [
        sum(weight.numpy().size for weight in network.trainable_weights)
        for network in (made, judge, build.head(features, 10))
    ]
    assert counts == [generator, trunk + 4 * channels + 1, 40 * channels + 10]


def test_images_whose_sides_do_not_halve_are_padded():
    images = np.zeros((2, 28, 20, 1))
    assert networks.ccgan.generator((28, 20, 1), (2, 4, 4))(images).shape == images.shape
    logits, features = networks.ccgan.discriminator((28, 20, 1), (2, 2, 4, 4))(images)
    assert logits.shape == (2, 1) and features.shape == (2, 2, 2, 4)


def test_squares_lie_anywhere_as_far_as_the_last_row_and_column():
    missing = models.holes.RandomSquare().draw(4000, (8, 12, 3), (1, 2)).numpy()[..., 0]
    assert missing.shape == (4000, 8, 12) and (missing.sum(axis=(1, 2)) == 16).all()
    rows, columns = missing.any(axis=2), missing.any(axis=1)
    assert (rows.sum(axis=1) == 4).all() and (columns.sum(axis=1) == 4).all()
    for axis, places in ((rows, 5), (columns, 9)):
        often = np.bincount(axis.argmax(axis=1), minlength=places)
        assert len(often) == places and often.min() > 0.8 * 4000 / places
    # The place in one direction does not tell that in the other.
    assert abs(np.corrcoef(rows.argmax(axis=1), columns.argmax(axis=1))[0, 1]) < 0.06
    assert models.holes.RandomSquare(3).draw(2, (8, 12, 3), (1, 2)).numpy().sum() == 2 * 9


# ---------------------------------------------------------------------- the game


def test_composites_are_the_images_around_the_hole():
    model = build()
    real = model.unpack(BATCH)
    composite, made, missing = model.fake_batch(real, training=True)
    hole = missing.numpy()[..., 0]
    assert hole.sum() == 6 * 16
    np.testing.assert_array_equal(composite.numpy()[~hole], IMAGES[::-1][~hole])
    np.testing.assert_array_equal(composite.numpy()[hole], made.numpy()[hole])
    seen = model.with_holes(IMAGES, missing).numpy()
    assert (seen[hole] == 0).all()
    np.testing.assert_array_equal(seen[~hole], IMAGES[~hole])


@pytest.mark.parametrize("kind, label", [(models.CCGAN, 0.9), (models.CCGAN2, 1.0)])
def test_losses_written_out(kind, label):
    """Images are 0.8, G makes -0.4: composites, a quarter of them made, have a mean of 0.5."""
    model = build(
        kind,
        generator=constant(-0.4),
        discriminator=mean_judge(),
        head=linear_head(),
    )
    images, labels = np.full((2, *SHAPE), 0.8, "float32"), np.array([2, 0])
    values = model.evaluate(images, labels, verbose=0, return_dict=True)
    real = label * softplus(-0.8) + (1 - label) * softplus(0.8)
    assert values["discriminator_loss"] == pytest.approx(real + softplus(0.5), rel=1e-5)
    assert values["generator_loss"] == pytest.approx(softplus(-0.5), rel=1e-5)
    scores = 0.8 * np.array([1.0, 2.0, 3.0])
    log_p = scores - np.log(np.exp(scores).sum())
    assert values["classifier_loss"] == pytest.approx(-(log_p[2] + log_p[0]) / 2, rel=1e-5)
    assert values["accuracy"] == 0.5
    assert values["hole_l1"] == pytest.approx(154 / 255, rel=1e-5)  # levels 230 and 76


def test_a_step_of_cc_gan_has_an_update_of_each_player():
    model = build(discriminator=mean_judge(), head=linear_head())
    seen = []
    fakes = model.fake_batch
    model.fake_batch = lambda real, training: seen.append(fakes(real, training)) or seen[-1]
    before = [w.numpy() for w in model.discriminator.trainable_weights]
    model.train_on_batch(*BATCH)
    assert len(seen) == 1  # D and G have the same composites
    steps = {name: int(getattr(model, f"{name}_optimizer").iterations) for name in model.players}
    assert steps == {"generator": 1, "discriminator": 1, "classifier": 1}
    after = model.discriminator.trainable_weights
    assert all((a != b).any() for a, b in zip(before, after, strict=True))


def test_the_classes_teach_the_discriminators_features_but_not_its_logits():
    model = build(discriminator=mean_judge(), head=linear_head())
    for name in ("generator", "discriminator"):
        getattr(model, f"{name}_optimizer").learning_rate = 0.0
    source, trunk = (model.discriminator.get_layer(x) for x in ("source", "trunk"))
    before = [[w.numpy() for w in x.weights] for x in (source, trunk, model.head)]
    model.train_on_batch(*BATCH)
    changed = [
        any((a != b).any() for a, b in zip(old, x.weights, strict=True))
        for old, x in zip(before, (source, trunk, model.head), strict=True)
    ]
    assert changed == [False, True, True]


def test_cc_gan_2_also_judges_all_that_the_generator_makes():
    parts = {"discriminator": mean_judge(), "head": linear_head(), "generator": constant(-0.4)}
    model = build(models.CCGAN2, **parts)
    judged = []
    logits = model.logits
    model.logits = lambda images, training: (
        judged.append(images.numpy()) or logits(images, training)
    )
    model.train_on_batch(*BATCH)
    steps = {name: int(getattr(model, f"{name}_optimizer").iterations) for name in model.players}
    assert steps == {"generator": 2, "discriminator": 2, "classifier": 1}
    unlabelled = IMAGES[::-1]
    real, first, of_g, again, second, of_g_again = judged
    np.testing.assert_array_equal(real, unlabelled[::2])  # D's images
    np.testing.assert_array_equal(again, real)
    for composite, images in ((first, unlabelled[::2]), (of_g, unlabelled[1::2])):
        assert ((composite == images).sum(axis=(1, 2, 3)) == 48).all()
    for made in (second, of_g_again):
        assert np.ptp(made) == 0  # the same everywhere


# ---------------------------------------------------------------------- classes, filling


def test_few_labels_are_used():
    digits = load_images("digits", (16, 16, 1))
    labelled = set()
    for (images, _), _ in zoo.RECIPES["ccgan"].stream(digits, 50, 0, 0).take(6):
        labelled |= {image.tobytes() for image in images.numpy()}
    assert len(labelled) == 100


def test_classes_are_told_by_averages_without_dropout(tmp_path):
    model = build(ema=0.5)
    model.train_on_batch(*BATCH)
    probabilities = model.classify(IMAGES)
    assert probabilities.shape == (6, CLASSES) and probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    discriminator, head = model.classifier_ema.layers
    scores = head(discriminator(IMAGES, training=False)[1], training=False)
    np.testing.assert_allclose(probabilities, tf.nn.softmax(scores), rtol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.classify(IMAGES), probabilities)
    assert loaded.head is loaded.classifier.layers[1]


def test_any_hole_is_filled():
    model = build(generator=constant(-0.4))
    masks = RANDOM.uniform(size=(6, 8, 8)) < 0.5
    images = RANDOM.integers(0, 256, (6, *SHAPE), dtype=np.uint8)
    filled = model.inpaint(images, masks)
    np.testing.assert_array_equal(filled[~masks], images[~masks])
    assert (filled[masks] == 76).all()  # -0.4


def test_networks_that_do_not_fit():
    with pytest.raises(ValueError, match="num_classes"):
        models.CCGAN(SHAPE, generator=constant(0.0), discriminator=mean_judge())
    with pytest.raises(ValueError, match=r"\[logits \(N, 1\), features\]"):
        build(discriminator=constant(0.0))
    with pytest.raises(ValueError, match="head"):
        build(discriminator=mean_judge(), head=linear_head(), num_classes=4)
