"""What all models with labels or codes have in common."""

import functools
import itertools
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from labelled import (
    ALL,
    CLASSES,
    CONDITIONAL,
    LABELS,
    SEMI_SUPERVISED,
    SHAPE,
    Batches,
    build,
    discriminator,
    generator,
    parts,
)

import kerasgan
from kerasgan import losses, models
from kerasgan.optimizers import RootEpsilonAdam


def training_data(model_class, images, labels):
    """(x, y) as `fit` takes it."""
    if model_class in SEMI_SUPERVISED:
        return (images, images[::-1].copy()), labels
    return images, labels


def adam(rate, kind=kerasgan.optimizers.Adam):
    return (kind, rate, 0.5, 0.999, 1e-8)


@pytest.mark.parametrize(
    "model_class, generator_settings, discriminator_settings, latent_dim",
    [
        (models.ACGAN, adam(2e-4), adam(2e-4), 100),
        (models.InfoGAN, adam(1e-3), adam(2e-4), 62 + 4 + 2),
        (models.SemiSupervisedGAN, adam(3e-3, RootEpsilonAdam), adam(3e-3, RootEpsilonAdam), 100),
        (models.KPlusOneGAN, adam(3e-3, RootEpsilonAdam), adam(3e-3, RootEpsilonAdam), 100),
    ],
)
def test_settings_of_the_papers(
    model_class, generator_settings, discriminator_settings, latent_dim
):
    coded = model_class is models.InfoGAN
    model = model_class(SHAPE, **{"num_categories" if coded else "num_classes": CLASSES})
    model.compile()
    for optimizer, settings in (
        (model.generator_optimizer, generator_settings),
        (model.discriminator_optimizer, discriminator_settings),
    ):
        assert type(optimizer) is settings[0]
        rate = float(optimizer.learning_rate)
        found = (rate, optimizer.beta_1, optimizer.beta_2, optimizer.epsilon)
        assert found == pytest.approx(settings[1:])
    assert type(model.adversarial_loss) is losses.NonSaturating
    assert (model.latent_dim, model.discriminator_steps) == (latent_dim, 1)


@pytest.mark.parametrize(
    "model_class, low, high",
    [
        (models.ConditionalGAN, -(3**0.5), 3**0.5),  # those of GAN
        (models.ACGAN, -1, 1),
        (models.SemiSupervisedGAN, 0, 1),
        (models.KPlusOneGAN, 0, 1),
    ],
)
def test_latents_of_the_papers(model_class, low, high):
    latents = build(model_class).sample_latent(4000, seed=1).numpy()
    assert low <= latents.min() < low + 0.01 and high - 0.01 < latents.max() < high
    assert latents.mean() == pytest.approx((low + high) / 2, abs=0.02)
    assert latents.std() == pytest.approx((high - low) / 12**0.5, rel=0.02)  # uniform


def mean(x):
    return tf.reduce_mean(x)


def log(x):
    return mean(tf.math.log(x))


def likelihood(logits, classes):
    """E[log p(c|x)]."""
    probabilities = tf.exp(logits) / tf.reduce_sum(tf.exp(logits), axis=1, keepdims=True)
    return log(tf.gather(probabilities, classes, axis=1, batch_dims=1))


def cgan_losses(generate, judge, x, y, z):
    c = tf.one_hot(y, CLASSES)
    real, fake = tf.sigmoid(judge([x, c])), tf.sigmoid(judge([generate([z, c]), c]))
    return -log(real) - log(1 - fake), -log(fake)


def acgan_losses(generate, judge, x, y, z):
    w = 0.5
    (real, real_classes), (fake, fake_classes) = judge(x), judge(generate([z, tf.one_hot(y, 4)]))
    real, fake = tf.sigmoid(real), tf.sigmoid(fake)
    both = likelihood(real_classes, y) + likelihood(fake_classes, y)
    return -log(real) - log(1 - fake) - w * both, -log(fake) - w * likelihood(fake_classes, y)


def infogan_losses(generate, judge, x, y, z):
    (real, _, _), (fake, categories, means) = judge(x), judge(generate(z))
    real, fake = tf.sigmoid(real), tf.sigmoid(fake)
    information = 0.5 * (likelihood(categories, tf.argmax(z[:, 3:7], axis=1)) + math.log(4))
    for i in range(2):  # densities of N(mean, 1), and H(U[-1, 1]) = log 2
        density = tf.exp(-0.5 * (z[:, 7 + i] - means[:, i]) ** 2) / math.sqrt(2 * math.pi)
        information += 0.3 * (log(density) + math.log(2))
    return -log(real) - log(1 - fake) - information, -log(fake) - information


def sgan_losses(generate, judge, x, y, z):
    w = 0.5
    labelled, unlabelled = x
    (classes, _), (real, _), (fake, fake_features) = map(
        judge, (labelled, unlabelled[::2], generate(z))
    )
    real, fake = (tf.reduce_sum(tf.exp(logits), axis=1) for logits in (real, fake))  # Z
    real, fake = real / (real + 1), fake / (fake + 1)
    _, real_features = judge(unlabelled[1::2])
    distance = tf.reduce_mean(real_features, axis=0) - tf.reduce_mean(fake_features, axis=0)
    return -likelihood(classes, y) + w / 2 * (-log(real) - log(1 - fake)), mean(distance**2)


def k_plus_one_losses(generate, judge, x, y, z):
    w = 0.5
    labelled, unlabelled = x
    (classes, _), (real, _), (fake, _) = map(judge, (labelled, unlabelled[::2], generate(z)))
    real, fake = (tf.nn.softmax(logits)[:, -1] for logits in (real, fake))  # p(generated|x)
    return -likelihood(classes, y) + w / 2 * (-log(1 - real) - log(fake)), -log(1 - fake)


@pytest.mark.parametrize(
    "model_class, written_out, options",
    [
        (models.ConditionalGAN, cgan_losses, {}),
        (models.ACGAN, acgan_losses, {"classification_weight": 0.5}),
        (
            models.InfoGAN,
            infogan_losses,
            {"information_weight": 0.5, "continuous_weight": 0.3},
        ),
        (models.SemiSupervisedGAN, sgan_losses, {"unlabelled_weight": 0.5}),
        (models.KPlusOneGAN, k_plus_one_losses, {"unlabelled_weight": 0.5}),
    ],
)
def test_one_step_against_the_algorithm_written_out(
    model_class, written_out, options, noise_images
):
    """D descends its loss, then G descends its own through the new D.

    Semi-supervised models draw noise for G's step anew.
    """
    model = build(model_class, **options)
    model.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.25), run_eagerly=True)
    generate, judge = (
        keras.models.clone_model(network) for network in (model.generator, model.discriminator)
    )
    generate.set_weights(model.generator.get_weights())
    judge.set_weights(model.discriminator.get_weights())
    draw, seeds = model.sample_latent, itertools.count(5)
    model.sample_latent = lambda count, seed=None: draw(count, next(seeds))
    x, y = training_data(model_class, noise_images, LABELS)

    logs = model.fit(x, y, batch_size=64, shuffle=False, verbose=0).history

    real = tf.nest.map_structure(lambda a: tf.cast(a, "float32") / 127.5 - 1, x)
    latents = [
        draw(32 if model_class in SEMI_SUPERVISED else 64, seed)
        for seed in (5, 6 if model_class in SEMI_SUPERVISED else 5)
    ]
    for network, rate, index, name in (
        (judge, 0.25, 0, "discriminator_loss"),
        (generate, 0.5, 1, "generator_loss"),
    ):
        with tf.GradientTape() as tape:
            loss = written_out(generate, judge, real, y, latents[index])[index]
        assert logs[name][0] == pytest.approx(float(loss), rel=1e-4)
        gradients = tape.gradient(loss, network.trainable_weights)
        for weight, gradient in zip(network.trainable_weights, gradients, strict=True):
            weight.assign_sub(rate * gradient)
    for ours, theirs in ((model.discriminator, judge), (model.generator, generate)):
        for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("model_class", ALL)
def test_penalties_losses_and_steps(model_class, noise_images):
    """The gradient penalty of WGAN-GP, the relativistic game, and several steps of D."""
    images, labels = noise_images[:50], LABELS[:50]  # in two batches, of an odd number each
    x, y = training_data(model_class, images, labels)
    for options, settings in (
        ({"adversarial_loss": "wasserstein", "penalty": losses.GradientPenalty()}, (3, 6)),
        ({"adversarial_loss": "relativistic_average", "penalty": losses.R1()}, (1, 2)),
    ):
        steps, updates = settings
        model = build(model_class, discriminator_steps=steps)
        model.compile("adam", "adam", run_eagerly=True, **options)
        before = model.generator.get_weights(), model.discriminator.get_weights()
        history = model.fit(x, y, batch_size=25, verbose=0).history
        assert set(history) == set(model.loss_names()) >= {"discriminator_gradient_penalty"}
        assert all(np.isfinite(values).all() for values in history.values())
        assert int(model.discriminator_optimizer.iterations) == updates
        assert int(model.generator_optimizer.iterations) == 2
        after = model.generator.get_weights(), model.discriminator.get_weights()
        assert all((a != b).any() for a, b in zip(before[0], after[0], strict=True))
        assert (before[1][0] != after[1][0]).any()
        assert set(model.evaluate(images, labels, verbose=0, return_dict=True)) == set(history)


@pytest.mark.parametrize("model_class", ALL)
def test_gradient_penalty_of_a_linear_discriminator(model_class, noise_images):
    """f(x) = w . x + a(y) has the gradient w everywhere, whatever the labels."""
    options = parts(model_class)
    names = {models.ConditionalGAN: [1], models.ACGAN: [1, 4], models.InfoGAN: [1, 4, 2]}
    outputs = names.get(model_class, [4 + getattr(model_class, "generated_classes", 0), 7])
    beside = 4 if model_class is models.ConditionalGAN else 0
    images = keras.Input(SHAPE)
    inputs = [images, keras.Input((beside,))] if beside else images
    x = layers.Flatten()(images)
    x = layers.Concatenate()([x, inputs[1]]) if beside else x
    heads = [layers.Dense(size, use_bias=False) for size in outputs]
    made = [head(x) for head in heads]
    model = model_class(
        **options | {"discriminator": keras.Model(inputs, made if made[1:] else made[0])}
    )
    model.compile(penalty=losses.GradientPenalty(10.0), run_eagerly=True)
    kernel = np.zeros(heads[0].kernel.shape, "float32")
    kernel[:64] = 0.5  # ||w|| = 4
    if model_class is models.KPlusOneGAN:
        kernel[:, -1] = 0  # the logit is LSE(l_1 ... l_K) - l_g
    kernel[64:] = 3
    heads[0].kernel.assign(kernel)
    found = model.evaluate(noise_images, LABELS, verbose=0, return_dict=True)
    assert found["discriminator_gradient_penalty"] == pytest.approx(10 * (4 - 1) ** 2, rel=1e-4)


@pytest.mark.parametrize(
    "model_class",
    [
        *(models.ConditionalGAN, models.InfoGAN, models.SemiSupervisedGAN),
        # They inherit from those how they take data.
        pytest.param(models.ACGAN, marks=pytest.mark.large),
        pytest.param(models.KPlusOneGAN, marks=pytest.mark.large),
    ],
)
def test_data_in_every_form(model_class, noise_images):
    """uint8 and float images, labels of any integer type, arrays and data sets are one thing."""
    x, y = training_data(model_class, noise_images, LABELS)
    floats = tf.nest.map_structure(lambda a: a / 127.5 - 1, x)
    batch = tf.data.Dataset.from_tensor_slices
    forms = [
        (x, y),
        (floats, y.astype("uint8")),
        (tf.nest.map_structure(tf.constant, x), tf.constant(y, "int32")),
        (batch((x, y)).batch(32),),
        (batch((floats, y.astype("int16"))).batch(32),),
        (Batches(*batch((x, y.astype("uint64"))).batch(32).as_numpy_iterator()),),
    ]
    results = []
    for form in forms:
        model = build(model_class)
        model.fit(*form, shuffle=False, verbose=0)
        results.append(model.get_weights())
    for result in results[1:]:
        for a, b in zip(results[0], result, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("model_class", [*CONDITIONAL, *SEMI_SUPERVISED])
def test_labels_count(model_class, noise_images):
    results = []
    for y in (LABELS, LABELS[::-1].copy()):
        model = build(model_class)
        model.fit(*training_data(model_class, noise_images, y), shuffle=False, verbose=0)
        results.append(model.discriminator.get_weights()[0])
    assert (results[0] != results[1]).any()


@functools.cache
def untrained(model_class):
    """A model that nothing is to change."""
    return build(model_class)


@pytest.mark.parametrize(
    "model_class", [models.ConditionalGAN, models.ACGAN, models.SemiSupervisedGAN]
)
@pytest.mark.parametrize(
    "y, message",
    [
        (None, r"integer labels in \[0, 4\), shape \(64,\), but there are none"),
        (LABELS + 1, r"in \[0, 4\).* lie in \[1, 4\]"),
        (LABELS - 1, r"in \[0, 4\).* lie in \[-1, 2\]"),
        (LABELS.astype("float32"), "are of dtype float32"),
        (LABELS[:, None], r"have shape \(64, 1\)"),
        (LABELS[:60], r"have shape \(60,\)"),
        (np.eye(4)[LABELS], r"have shape \(64, 4\)"),
        (LABELS.tolist(), "y must be an array, but that of .* is a list"),
    ],
)
def test_wrong_labels_are_refused_everywhere(model_class, y, message, noise_images):
    model = untrained(model_class)
    x, right = training_data(model_class, noise_images, LABELS)
    for call in (
        lambda: model.fit(x, y),
        lambda: model.evaluate(noise_images, y),
        lambda: model.fit(x, right, validation_data=(noise_images, y)),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    if isinstance(y, np.ndarray) and len(y) == 64:
        with pytest.raises(ValueError, match=message):
            model.fit(tf.data.Dataset.from_tensors((x, y)))


@pytest.mark.parametrize("model_class", [models.ACGAN, *SEMI_SUPERVISED])
def test_the_accuracy_of_evaluate_is_that_of_classify(model_class, noise_images):
    model = build(model_class, ema=0.5 if model_class in SEMI_SUPERVISED else None)
    x, y = training_data(model_class, noise_images, LABELS)
    history = model.fit(
        x, y, epochs=3, validation_data=(noise_images[:50], LABELS[:50]), verbose=0
    ).history
    probabilities = model.classify(noise_images[:50], batch_size=7)
    assert probabilities.shape == (50, CLASSES) and probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    accuracy = np.mean(probabilities.argmax(axis=1) == LABELS[:50])
    assert 0.2 < accuracy < 1
    assert history["val_accuracy"][-1] == pytest.approx(accuracy)
    if model.ema is not None:  # the average alone is evaluated
        weights = model.discriminator.get_weights()
        model.discriminator.set_weights([np.full_like(weight, np.nan) for weight in weights])
    batches = tf.data.Dataset.from_tensor_slices((noise_images[:50], LABELS[:50])).batch(16)
    found = model.evaluate(batches, verbose=0, return_dict=True)
    assert found["accuracy"] == pytest.approx(accuracy)
    assert np.isfinite(found["discriminator_classification_loss"])
    floats = kerasgan.data.to_float(noise_images[:50])
    np.testing.assert_allclose(model.classify(floats), probabilities, atol=1e-6)
    for images in (noise_images[..., 0], noise_images.astype("float32"), noise_images[:, :4]):
        with pytest.raises(ValueError, match="images must"):
            model.classify(images)


GAUSSIAN = dict(num_categories=4, num_continuous=2)


@pytest.mark.parametrize(
    "model_class, options, message",
    [
        (models.ConditionalGAN, {}, "Give either num_classes.*num_classes=None"),
        (models.ConditionalGAN, dict(num_classes=4, num_attributes=3), "Give either num_classes"),
        (models.ConditionalGAN, dict(num_classes=1), "num_classes .* at least 2, got 1"),
        (models.ConditionalGAN, dict(num_classes=True), "num_classes .*, got True"),
        (models.ConditionalGAN, dict(num_classes="10"), "num_classes .*, got '10'"),
        (models.ConditionalGAN, dict(num_attributes=0), "num_attributes .* at least 1, got 0"),
        (models.ConditionalGAN, dict(num_attributes="3"), "num_attributes .*, got '3'"),
        (models.ACGAN, {}, "num_classes must be an integer of at least 2, got None"),
        (models.ACGAN, dict(num_attributes=3), "num_classes .*, got None"),
        (models.ACGAN, dict(num_classes=4, num_attributes=3), "num_attributes=3"),
        (models.ACGAN, dict(num_classes=2.0), "num_classes .*, got 2.0"),
        (models.SemiSupervisedGAN, {}, "num_classes .*, got None"),
        (models.SemiSupervisedGAN, dict(num_classes="10"), "num_classes .*, got '10'"),
        (models.InfoGAN, dict(num_categories=1), "num_categories .* at least 2, got 1"),
        (models.InfoGAN, dict(num_continuous=-1), "num_continuous .* at least 0, got -1"),
        (models.InfoGAN, dict(num_continuous="2"), "num_continuous .*, got '2'"),
        (models.InfoGAN, dict(latent_dim=12), "latent_dim=12 leaves no noise beside 12 codes"),
        (models.InfoGAN, lambda: GAUSSIAN | dict(generator=generator()), "leaves no noise"),
        # networks
        (
            models.ConditionalGAN,
            lambda: dict(generator=generator(), num_classes=4),
            "generator must have 2 inputs, in a list, it has 1",
        ),
        (
            models.ConditionalGAN,
            lambda: dict(generator=generator(5), num_classes=4),
            r"generator takes \[\(5,\)\] beside its first input, but must take \[\(4,\)\]",
        ),
        (
            models.ConditionalGAN,
            lambda: dict(discriminator=discriminator([1]), num_classes=4),
            "discriminator must have 2 inputs, in a list, it has 1",
        ),
        (
            models.ACGAN,
            lambda: dict(discriminator=discriminator([1, 4], 4), num_classes=4),
            "discriminator must have one input, it has 2",
        ),
        (
            models.ACGAN,
            lambda: dict(discriminator=discriminator([1]), num_classes=4),
            r"discriminator must give \[logits, class logits\], in a list",
        ),
        (
            models.ACGAN,
            lambda: dict(discriminator=discriminator([1, 5]), num_classes=4),
            "discriminator gives 5 class logits, but num_classes=4",
        ),
        (
            models.InfoGAN,
            lambda: GAUSSIAN | dict(discriminator=discriminator([1, 4])),
            r"must give \[logits, category logits, continuous means\]",
        ),
        (
            models.InfoGAN,
            lambda: GAUSSIAN | dict(discriminator=discriminator([1, 3, 2])),
            "gives 3 category logits, but num_categories=4",
        ),
        (
            models.InfoGAN,
            lambda: GAUSSIAN | dict(discriminator=discriminator([1, 4, 1])),
            "gives 1 continuous means, but num_continuous=2",
        ),
        (
            models.SemiSupervisedGAN,
            lambda: dict(discriminator=discriminator([4])),
            r"must give \[class logits, features\], in a list",
        ),
        (
            models.SemiSupervisedGAN,
            lambda: dict(discriminator=discriminator([4, 7]), num_classes=5),
            "gives 4 class logits, but num_classes=5",
        ),
        (
            models.KPlusOneGAN,
            lambda: dict(discriminator=discriminator([4, 7]), num_classes=4),
            r"gives 4 class logits, but num_classes \+ 1=5",
        ),
        (
            models.KPlusOneGAN,
            lambda: dict(discriminator=discriminator([2, 7])),
            "num_classes .* at least 2, got 1",
        ),
    ],
)
def test_wrong_arguments_are_named(model_class, options, message):
    options = options() if callable(options) else options
    shape = {} if options.keys() & {"generator", "discriminator"} else {"image_shape": SHAPE}
    with pytest.raises(ValueError, match=message):
        model_class(**shape, **options)


def test_what_was_built_is_loaded(tmp_path, noise_images):
    for model_class, options in (
        (models.ACGAN, {"classification_weight": 0.1}),
        (models.InfoGAN, {"information_weight": 0.2, "continuous_weight": 0.4}),
        (models.KPlusOneGAN, {"unlabelled_weight": 0.3}),
    ):
        model = build(model_class, ema=0.9, discriminator_steps=2, **options)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert type(loaded) is model_class
        for name, value in (options | {"ema": 0.9, "discriminator_steps": 2}).items():
            assert getattr(loaded, name) == value
        found = loaded.classify(noise_images)
        np.testing.assert_array_equal(found, model.classify(noise_images))
