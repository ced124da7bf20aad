"""CoGAN, whose games of two domains share layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kerasgan import augment, data, models, networks

SHAPE, DIM, CLASSES = (4, 4, 1), 3, 2


def network(takes, makes, kernel, name=None, features=False):
    """A dense layer with a given kernel, without biases; with features, those are its inputs."""
    inputs = keras.Input(takes)
    flat = layers.Flatten()(inputs)
    size = int(np.prod(makes))
    outputs = layers.Reshape(makes)(layers.Dense(size, use_bias=False)(flat))
    model = keras.Model(inputs, outputs, name=name)
    model.set_weights([np.broadcast_to(kernel, (flat.shape[1], size)).astype("float32")])
    return model


def own_networks(**given):
    """Latents are the first pixels of A, and twice they are those of B; D adds them up."""
    pixels = np.eye(DIM, 16)
    return {
        "shared_generator": network((DIM,), (DIM,), np.eye(DIM)),
        "generator_a": network((DIM,), SHAPE, pixels, "generator_a"),
        "generator_b": network((DIM,), SHAPE, 2 * pixels, "generator_b"),
        "discriminator_a": network(SHAPE, (DIM,), pixels.T, "discriminator_a"),
        "discriminator_b": network(SHAPE, (DIM,), 10 * pixels.T, "discriminator_b"),
        "shared_discriminator": network((DIM,), (1,), 1.0),
    } | given


def judge(kernel=1.0, class_kernel=0.0):
    """Shared layers of discriminators that tell classes: the features are the maps."""
    maps = keras.Input((DIM,))
    heads = [layers.Dense(size, use_bias=False)(maps) for size in (1, CLASSES)]
    model = keras.Model(maps, [*heads, layers.Activation("linear")(maps)])
    kernels = [np.broadcast_to(k, (DIM, n)) for k, n in ((kernel, 1), (class_kernel, CLASSES))]
    model.set_weights(kernels)
    return model


def build(**given):
    model = models.CoGAN(**own_networks(), seed=0, **given)
    model.compile(run_eagerly=True)
    return model


def adapt(**options):
    given = own_networks(shared_discriminator=options.pop("judge", judge()))
    model = models.DomainAdaptationCoGAN(**given, num_classes=CLASSES, seed=0, **options)
    model.compile(run_eagerly=True)
    return model


def count(model):
    return sum(weight.numpy().size for weight in model.trainable_weights)


def softplus(x):
    return np.log1p(np.exp(np.asarray(x, "float64")))


def images(*levels):
    """An image each, whose first pixel has a level."""
    pixels = np.zeros((len(levels), *SHAPE), "float32")
    pixels[:, 0, 0, 0] = levels
    return pixels


# ---------------------------------------------------------------------- networks


def test_sizes_of_the_papers_networks():
    build, shape = networks.cogan, (28, 28, 1)
    dead = 1024 + 512 + 256 + 128  # biases before normalizations
    assert count(build.shared_generator(shape)) == 7_833_476 - dead
    assert count(build.generator(shape)) == 4_609
    assert count(build.shared_generator(shape, width=64)) == 2_368_452 - dead // 2
    assert count(build.shared_generator(shape, width=32)) == 797_156 - dead // 4
    assert 2 * count(build.generator(shape, width=64)) == 4_610
    assert 2 * count(build.discriminator(shape)) == 1_040
    # Two logits in the authors' code, of which one is enough.
    assert count(build.shared_discriminator(shape)) == 426_553 - 501
    assert count(build.shared_discriminator(shape, 10)) == 426_553 - 501 + 5_010


def test_maps_of_the_papers_networks():
    generator = networks.cogan.shared_generator((28, 28, 1), width=2)
    kinds = layers.Reshape, layers.Conv2DTranspose
    sides = [each.output.shape[1] for each in generator.layers if isinstance(each, kinds)]
    assert sides == [4, 7, 13, 25]
    assert {each.alpha.shape for each in generator.layers if isinstance(each, layers.PReLU)} == {
        (1, 1, 1)
    }
    discriminator = networks.cogan.shared_discriminator((28, 28, 1), 10)
    assert discriminator.input_shape == (None, 12, 12, 20)
    assert [x.shape[1] for x in discriminator.outputs] == [1, 10, 500]
    for side in (16, 32, 40, 52, 64):
        shape = (side, side, 3)
        maps = networks.cogan.shared_generator(shape, width=1)(tf.ones((2, 100)))
        made = networks.cogan.generator(shape, width=1)(maps)
        assert made.shape == (2, *shape) and np.abs(made).max() <= 1


@pytest.mark.parametrize("part", ["generator", "shared_discriminator"])
def test_weight_decay_is_added_to_the_gradient(part):
    """As in Torch, where Adam sees it, and not apart from Adam's step."""
    model = getattr(networks.cogan, part)((16, 16, 1), weight_decay=0.5)
    weights = model.trainable_weights
    with tf.GradientTape() as tape:
        decay = sum(model.losses)
    for weight, gradient in zip(weights, tape.gradient(decay, weights), strict=True):
        np.testing.assert_allclose(gradient, 0.5 * weight.numpy(), atol=1e-6)
    assert not getattr(networks.cogan, part)((16, 16, 1), weight_decay=0.0).losses
    model = models.CoGAN(**own_networks())
    assert [each.weight_decay for each in model.default_optimizers()] == [None, None]


def test_weights_are_as_the_authors_begin():
    """U[-l, l], l = sqrt(2) sqrt(6 / (fan in + fan out)); biases 0.1 and slopes 0.25."""
    model = networks.cogan.shared_discriminator((28, 28, 1), seed=0)
    kernel, bias = model.layers[1].get_weights()
    assert np.abs(kernel).max() == pytest.approx(np.sqrt(12 / (25 * (20 + 50))), rel=1e-3)
    assert set(bias) == {np.float32(0.1)}
    slopes = [each.alpha.numpy().item() for each in model.layers if isinstance(each, layers.PReLU)]
    assert slopes == [0.25]


@pytest.mark.parametrize(
    "part, shape, message",
    [
        ("shared_generator", (66, 66, 1), "images of 66 x 66 cannot be built.*16, 28, 32"),
        ("generator", (8, 8, 1), "images of 8 x 8 cannot be built"),
        ("discriminator", (12, 28, 1), "sides of at least 16, not 12 x 28"),
        ("shared_discriminator", (28, 28), "positive integers"),
    ],
)
def test_sizes_that_cannot_be_built_are_refused(part, shape, message):
    with pytest.raises(ValueError, match=message):
        getattr(networks.cogan, part)(shape)


# ---------------------------------------------------------------------- the algorithm


def test_both_domains_are_made_of_the_same_latents():
    model = build()
    latents = model.sample_latent(5, seed=3).numpy()
    a, b = model.pairs(latents)
    np.testing.assert_allclose(a.numpy().reshape(5, 16)[:, :DIM], latents, rtol=1e-5)
    np.testing.assert_allclose(b, 2 * a.numpy(), rtol=1e-5)
    a, b = model.fake_batch([images(0, 0), images(0, 0)], training=True)
    np.testing.assert_allclose(b, 2 * a.numpy(), rtol=1e-5)
    assert np.abs(a).max() > 0


def test_losses_written_out():
    """D_A(x) is the first pixel, D_B(x) ten times it; each mean is over both domains."""
    model = build()
    model.sample_latent = lambda count, seed=None: tf.constant([[0.25, 0, 0], [0.5, 0, 0]])
    found = model.evaluate(images(1, -0.5), images(0.2, 0.1), verbose=0, return_dict=True)
    real, fake = [1, -0.5, 2, 1], [0.25, 0.5, 5, 10]
    expected = softplus(-np.array(real)).mean() + softplus(fake).mean()
    assert found["discriminator_loss"] == pytest.approx(expected, rel=1e-5)
    assert found["generator_loss"] == pytest.approx(softplus(-np.array(fake)).mean(), rel=1e-5)
    assert (found["real_accuracy"], found["fake_accuracy"]) == (0.75, 0)


def test_the_shared_layers_learn_from_both_domains():
    """One step of gradient descent of D, then one of G against the D that has moved."""
    model, rate = build(), 0.1
    model.compile(*(keras.optimizers.SGD(rate) for _ in model.players), run_eagerly=True)
    drawn = tf.constant([[0.25, 0.5, 0]])
    model.sample_latent = lambda count, seed=None: drawn
    a, b = images(0.5), images(-0.2)
    players = [model.discriminator.trainable_variables, model.generator.trainable_variables]
    before = [[weight.numpy() for weight in weights] for weights in players]
    model.fit(a, b, batch_size=1, verbose=0)
    after = [[weight.numpy() for weight in weights] for weights in players]

    def scores(x, y):
        own = model.discriminator_a(x), model.discriminator_b(y)
        return tf.concat([model.shared_discriminator(each) for each in own], axis=0)

    def check(player, loss):
        with tf.GradientTape() as tape:
            loss = loss()
        weights = [weight.value for weight in players[player]]
        for gradient, old, new in zip(
            tape.gradient(loss, weights), before[player], after[player], strict=True
        ):
            np.testing.assert_allclose(new, old - rate * gradient.numpy(), atol=1e-6)
            assert np.abs(gradient).max() > 1e-4

    for weights, values in zip(players, before, strict=True):
        for weight, value in zip(weights, values, strict=True):
            weight.assign(value)
    real, fake = (lambda: scores(a, b)), (lambda: scores(*model.pairs(drawn, training=True)))
    softplus = tf.nn.softplus
    check(0, lambda: tf.reduce_mean(softplus(-real())) + tf.reduce_mean(softplus(fake())))
    for weight, value in zip(players[0], after[0], strict=True):
        weight.assign(value)
    check(1, lambda: tf.reduce_mean(softplus(-fake())))


def test_augmentation_changes_images_and_not_maps():
    seen = []

    class Remember(augment.DiffAugment):
        def __call__(self, inputs, seeds):
            seen.append(tuple(inputs.shape))
            return super().__call__(inputs, seeds)

    model = models.CoGAN((16, 16, 1), seed=0)
    model.compile(augment=Remember("translation"), run_eagerly=True)
    pictures = np.zeros((2, 16, 16, 1), "uint8")
    model.fit(pictures, pictures, batch_size=2, verbose=0)
    assert seen == [(2, 16, 16, 1)] * 6  # real and generated ones of D's step, those of G's


# ---------------------------------------------------------------------- adaptation


def test_terms_of_adaptation():
    """Features that all differ by 1 add the weight, times their number."""
    given = own_networks(
        shared_generator=network((DIM,), (500,), 0.0),
        generator_a=network((500,), SHAPE, 0.0, "generator_a"),
        generator_b=network((500,), SHAPE, 0.0, "generator_b"),
    )
    model = models.DomainAdaptationCoGAN(
        **{name: given[name] for name in list(given)[:3]},
        discriminator_a=constant_features(0.0, "discriminator_a"),
        discriminator_b=constant_features(1.0, "discriminator_b"),
        shared_discriminator=features_and_classes(),
        num_classes=CLASSES,
        latent_dim=DIM,
    )
    model.compile(run_eagerly=True)
    real = [tf.zeros((2, *SHAPE))] * 2, tf.constant([0, 1])
    fake = model.fake_batch(real, training=True)
    found = model.discriminator_losses(real, fake, training=True)
    assert float(found["discriminator_feature_loss"]) == pytest.approx(0.01 * 500, rel=1e-5)
    # Of logits that are 0 the cross-entropy is log 2, the weight 10, and the game's loss 2 log 2.
    classification = 10 * np.log(2)
    assert float(found["discriminator_classification_loss"]) == pytest.approx(classification)
    expected = 2 * np.log(2) + classification + 5
    assert float(found["discriminator_loss"]) == pytest.approx(expected, rel=1e-5)
    found = model.generator_losses(real, fake, training=True)
    assert float(found["generator_loss"]) == pytest.approx(np.log(2), rel=1e-5)


def constant_features(value, name):
    inputs = keras.Input(SHAPE)
    bias = keras.initializers.Constant(value)
    dense = layers.Dense(500, kernel_initializer="zeros", bias_initializer=bias)
    return keras.Model(inputs, dense(layers.Flatten()(inputs)), name=name)


def features_and_classes():
    maps = keras.Input((500,))
    heads = [layers.Dense(size, kernel_initializer="zeros")(maps) for size in (1, CLASSES)]
    return keras.Model(maps, [*heads, layers.Activation("linear")(maps)])


def test_classes_of_a_are_learnt_and_those_of_b_are_told():
    """Class 1 has more of the first map, which D_B reads with the other sign here."""
    kernel = np.zeros((DIM, CLASSES))
    kernel[0, 1] = 1
    given = own_networks(
        shared_discriminator=judge(class_kernel=kernel),
        discriminator_b=network(SHAPE, (DIM,), -np.eye(16, DIM), "discriminator_b"),
    )
    model = models.DomainAdaptationCoGAN(**given, num_classes=CLASSES)
    model.compile(run_eagerly=True)
    pixels, labels = images(0.5, -0.5), np.array([1, 0])
    real = [tf.constant(pixels)] * 2, tf.constant(labels, "int32")
    found = model.discriminator_losses(real, [tf.constant(pixels)] * 2, training=True)
    assert float(found["accuracy"]) == 1
    found = model.evaluate(pixels, labels, verbose=0, return_dict=True)
    assert found["accuracy"] == 0
    assert set(found) == {"accuracy", "discriminator_classification_loss"}
    probabilities = model.classify(pixels)
    np.testing.assert_allclose(probabilities[:, 1], 1 / (1 + np.exp([0.5, -0.5])), rtol=1e-5)


def test_adaptation_trains_and_averages_its_classifier():
    model = adapt(ema=0.9)
    pixels, labels = images(0.5, -0.5, 0.4, -0.2), np.array([1, 0, 1, 0])
    before = model.classify(pixels)
    history = model.fit(
        (pixels, pixels), labels, batch_size=2, verbose=0, validation_data=(pixels, labels)
    ).history
    assert {"accuracy", "val_accuracy"} <= set(history)
    _, own, shared = model.discriminator_ema.layers
    _, class_logits, _ = shared(own(pixels))
    np.testing.assert_allclose(model.classify(pixels), tf.nn.softmax(class_logits), rtol=1e-5)
    assert np.abs(model.classify(pixels) - before).max() > 1e-6


def test_adaptation_refuses_other_data():
    model = adapt()
    pixels = images(0.5, -0.5)
    for x, y, message in (
        (pixels, np.array([0, 1]), r"x must be \(\(a, b\), y\), .* images are ndarray"),
        ((pixels, pixels[:1]), np.array([0, 1]), "2 images of domain A, but 1 images of domain B"),
        ((pixels, pixels), np.array([0, 2]), "labels of domain A"),
        ((pixels, pixels), None, "labels of domain A"),
    ):
        with pytest.raises(ValueError, match=message):
            model.fit(x, y, verbose=0)
    with pytest.raises(ValueError, match="labels of x"):
        model.evaluate(pixels, verbose=0)


# ---------------------------------------------------------------------- use


def test_verbs():
    model = build(ema=0.9)
    pixels = images(0.5, -0.5)
    model.fit(pixels, pixels, batch_size=2, verbose=0)
    a, b = model.generate(3, seed=5)
    assert a.dtype == b.dtype == "uint8" and a.shape == b.shape == (3, *SHAPE)
    latents = model.sample_latent(3, seed=5)
    for made, domain in ((a, "a"), (b, "b")):
        own = model.sampler_of(domain)(latents)
        np.testing.assert_array_equal(made, data.to_uint8(own))
    first, second = model.predict(latents, verbose=0)
    np.testing.assert_array_equal(data.to_uint8(first), a)
    np.testing.assert_array_equal(data.to_uint8(second), b)
    assert model.to_images(latents).shape == (3, 4, 8, 1)
    assert model.grid(4).shape == (2 * 4 + 2, 2 * 8 + 2, 1)
    scores = model.score(np.full((2, *SHAPE), 255, "uint8"), np.full((2, *SHAPE), 0, "uint8"))
    assert scores.shape == (2, 2) and (np.sign(scores) == [1, -1]).all()
    stats = model.health_stats((pixels, pixels))
    assert stats["gradient_norm"] > 0 and stats["diversity"] > 0


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: models.CoGAN(), "Give an image_shape"),
        (lambda: models.CoGAN((28, 28, 1), latent_dim=0), "latent_dim must be a positive integer"),
        (lambda: build(latent_dim=5), r"takes \(3,\), but latent_dim says \(5,\)"),
        (
            lambda: models.CoGAN(**own_networks(generator_b=network((5,), SHAPE, 1.0, "b"))),
            r"generator_b takes \(5,\), but shared_generator says \(3,\)",
        ),
        (
            lambda: models.CoGAN(**own_networks(discriminator_b=network(SHAPE, (2,), 1.0, "b"))),
            r"discriminator_b makes \[\(2,\)\] .* must make \[\(3,\)\]",
        ),
        (
            lambda: models.CoGAN(**own_networks(shared_discriminator=judge())),
            r"shared_discriminator makes \[\(1,\), \(2,\), \(3,\)\] .* must make \[\(1,\)\]",
        ),
        (lambda: models.DomainAdaptationCoGAN((28, 28, 1)), "num_classes must be an integer"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
