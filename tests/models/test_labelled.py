"""The models that know classes or codes."""

import itertools
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import kerasgan
from kerasgan import losses, models, networks
from kerasgan.optimizers import RootEpsilonAdam

SHAPE = (8, 8, 1)
DIM = 6  # latents
CLASSES = 4
CONDITIONAL = [models.ConditionalGAN, models.ACGAN]
SEMI_SUPERVISED = [models.SemiSupervisedGAN, models.KPlusOneGAN]
ALL = [*CONDITIONAL, models.InfoGAN, *SEMI_SUPERVISED]
LABELS = np.arange(64) % CLASSES


# ---------------------------------------------------------------------- networks of a user


def dense(units, activation=None, seed=0):
    return layers.Dense(
        units, activation, kernel_initializer=keras.initializers.GlorotUniform(seed)
    )


def generator(beside=0, dim=DIM):
    """Dense, from latents, or [latents, y], to images."""
    latents = keras.Input((dim,))
    inputs = [latents, keras.Input((beside,))] if beside else latents
    x = layers.Concatenate()(inputs) if beside else latents
    x = dense(64, "tanh", 2)(dense(64, "leaky_relu", 1)(x))
    return keras.Model(inputs, layers.Reshape(SHAPE)(x))


def painter(dim, beside=0):
    """A generator whose image's first pixels are a quarter of its inputs; the others are grey."""
    latents = keras.Input((dim,))
    inputs = [latents, keras.Input((beside,))] if beside else latents
    x = dense(64)(layers.Concatenate()(inputs) if beside else latents)
    network = keras.Model(inputs, layers.Reshape(SHAPE)(x))
    network.set_weights([0.25 * np.eye(dim + beside, 64, dtype="float32"), np.zeros(64, "float32")])
    return network


def painted(images, count):
    """The inputs that a painter was given, to 1/32."""
    return 4 * (images.reshape(len(images), -1)[:, :count] / 127.5 - 1)


def discriminator(outputs, beside=0):
    """Dense, from images, or [images, y] by projection, to one or more outputs of these sizes."""
    images = keras.Input(SHAPE)
    x = dense(64, "leaky_relu", 3)(layers.Flatten()(images))
    outputs = [dense(size, None, 4 + i)(x) for i, size in enumerate(outputs)]
    if beside:
        y = keras.Input((beside,))
        outputs = layers.Add()([outputs[0], layers.Dot(1)([dense(beside, None, 5)(x), y])])
        return keras.Model([images, y], outputs)
    return keras.Model(images, outputs if len(outputs) > 1 else outputs[0])


def classifier(logits):
    """Dense, from images to logits and the features below them."""
    network = discriminator([logits])
    return keras.Model(network.input, [network.output, network.layers[-2].output])


def parts(model_class):
    """The networks of a model of 4 classes, or of 4 categories and 2 continuous codes."""
    if model_class is models.ConditionalGAN:
        options = {"num_classes": CLASSES}
        return options | dict(generator=generator(4), discriminator=discriminator([1], 4))
    if model_class is models.ACGAN:
        options = {"num_classes": CLASSES}
        return options | dict(generator=generator(4), discriminator=discriminator([1, 4]))
    if model_class is models.InfoGAN:
        options = {"num_categories": CLASSES, "num_continuous": 2}
        return options | dict(generator=generator(dim=9), discriminator=discriminator([1, 4, 2]))
    judge = classifier(CLASSES + model_class.generated_classes)
    return dict(generator=generator(), discriminator=judge)


def build(model_class, **options):
    """A model that runs eagerly: its few steps take less time than a graph."""
    model = model_class(**(parts(model_class) | {"seed": 0} | options))
    model.compile("adam", "adam", run_eagerly=True)
    return model


def training_data(model_class, images, labels):
    """(x, y) as `fit` takes it."""
    if model_class in SEMI_SUPERVISED:
        return (images, images[::-1].copy()), labels
    return images, labels


def float_images(count, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *SHAPE)).astype("float32")


# ---------------------------------------------------------------------- the papers' settings


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


def test_conditional_gan_has_the_papers_optimizer():
    model = models.ConditionalGAN(SHAPE, num_classes=CLASSES)
    model.compile()
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert type(optimizer) is keras.optimizers.SGD
        assert float(optimizer.learning_rate) == pytest.approx(0.1)
        assert optimizer.momentum == 0.5
    assert model.latent_dim == 100
    assert models.InfoGAN(SHAPE).latent_dim == 74


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


def test_latents_of_infogan():
    """Noise of U[-1, 1], a uniform one-hot category, codes of U[-1, 1], all independent."""
    latents = build(models.InfoGAN).sample_latent(4000, seed=1).numpy()
    noise, category, codes = np.split(latents, [3, 7], axis=1)
    for uniform in (noise, codes):
        assert -1 < uniform.min() < -0.99 and 0.99 < uniform.max() < 1
        assert uniform.std() == pytest.approx(3**-0.5, rel=0.02)
    assert set(np.unique(category)) == {0, 1}
    np.testing.assert_array_equal(category.sum(axis=1), 1)
    np.testing.assert_allclose(category.mean(axis=0), 0.25, atol=0.03)
    correlations = np.corrcoef(np.delete(latents, 6, axis=1).T)  # three of four are independent
    uniform = [0, 1, 2, 6, 7]
    assert np.abs(correlations[uniform] - np.eye(8)[uniform]).max() < 0.06


# ---------------------------------------------------------------------- the algorithms


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
    model.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.25))
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
    x, y = training_data(model_class, noise_images, LABELS)
    for options, settings in (
        ({"adversarial_loss": "wasserstein", "penalty": losses.GradientPenalty()}, (3, 9)),
        ({"adversarial_loss": "relativistic_average", "penalty": losses.R1()}, (1, 3)),
    ):
        steps, updates = settings
        model = build(model_class, discriminator_steps=steps)
        model.compile("adam", "adam", run_eagerly=True, **options)
        before = model.generator.get_weights(), model.discriminator.get_weights()
        history = model.fit(x, y, batch_size=24, verbose=0).history
        assert set(history) == set(model.loss_names()) >= {"discriminator_gradient_penalty"}
        assert all(np.isfinite(values).all() for values in history.values())
        assert int(model.discriminator_optimizer.iterations) == updates
        assert int(model.generator_optimizer.iterations) == 3
        after = model.generator.get_weights(), model.discriminator.get_weights()
        assert all((a != b).any() for a, b in zip(before[0], after[0], strict=True))
        assert (before[1][0] != after[1][0]).any()
        assert set(model.evaluate(noise_images, LABELS, verbose=0, return_dict=True)) == set(
            history
        )


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


# ---------------------------------------------------------------------- learning


def halves(count, seed):
    """Images whose upper half (class 0) or lower half (class 1) is bright."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count)
    bright = generator.integers(160, 256, (count, 4, 8, 1))
    dark = generator.integers(0, 96, (count, 4, 8, 1))
    upper = labels[:, None, None, None] == 0
    return np.where(
        np.concatenate([upper] * 8, axis=1),
        np.concatenate([bright, dark], axis=1),
        np.concatenate([dark, bright], axis=1),
    ).astype("uint8"), labels


@pytest.mark.parametrize("model_class", CONDITIONAL)
def test_it_learns_what_a_class_looks_like(model_class):
    told = model_class is models.ConditionalGAN
    model = model_class(
        generator=generator(beside=2),
        discriminator=discriminator([1], beside=2) if told else discriminator([1, 2]),
        num_classes=2,
        seed=0,
    )
    model.compile(keras.optimizers.Adam(2e-3, 0.5), keras.optimizers.Adam(2e-3, 0.5))
    model.fit(*halves(1280, seed=0), batch_size=32, epochs=5, verbose=0)
    labels = np.arange(200) % 2
    images = model.generate(200, labels, seed=0).astype("float32")
    brighter = images[:, :4].mean(axis=(1, 2, 3)) - images[:, 4:].mean(axis=(1, 2, 3))
    assert np.mean(np.where(labels == 0, brighter, -brighter) > 50) > 0.95
    if not told:
        images, labels = halves(200, seed=1)
        assert np.mean(model.classify(images).argmax(axis=1) == labels) > 0.95


# ---------------------------------------------------------------------- data in


class Batches(keras.utils.PyDataset):
    def __init__(self, *batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


@pytest.mark.parametrize("model_class", ALL)
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


def test_infogan_ignores_labels(noise_images):
    results = []
    for y in (LABELS, np.full(64, 99), np.zeros((64, 3)), None):
        model = build(models.InfoGAN)
        model.fit(noise_images, y, shuffle=False, verbose=0)
        results.append(model.get_weights())
    for result in results[1:]:
        for a, b in zip(results[0], result, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


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
    model = build(model_class)
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


@pytest.mark.parametrize(
    "x, message",
    [
        (lambda x: x, r"must be \(\(x_labelled, x_unlabelled\), y_labelled\).* are ndarray"),
        (lambda x: (x, x, x), "x_labelled, x_unlabelled"),
        (lambda x: (x[..., 0], x), r"x_labelled must have 4 axes.*add a channel axis"),
        (lambda x: (x, x / 1.0), r"x_unlabelled must be .*float64 in \[0, 255\]"),
        (lambda x: (x, x[:, :4]), r"x_unlabelled must have shape .*\(64, 4, 8, 1\)"),
        (lambda x: (x, None), "x_unlabelled must be an array"),
        (lambda x: (x, x[:1]), "x_unlabelled must hold an image for each of two updates"),
        (lambda x: tf.data.Dataset.from_tensors((x, LABELS)), "x_labelled, x_unlabelled"),
        (lambda x: ((((x, x), LABELS)) for _ in range(2)), "read twice.*x is a generator"),
    ],
)
def test_what_is_not_semi_supervised_data_is_refused(x, message, noise_images):
    x = x(noise_images)
    with pytest.raises(ValueError, match=message):
        y = None if isinstance(x, tf.data.Dataset) or not hasattr(x, "__len__") else LABELS
        build(models.SemiSupervisedGAN).fit(x, y, verbose=0)


def test_what_does_not_fit_semi_supervised_data_is_refused(noise_images):
    model = build(models.SemiSupervisedGAN)
    pair = (noise_images, noise_images)
    for x in (pair, tf.data.Dataset.from_tensors((pair, LABELS))):
        with pytest.raises(ValueError, match="must be an array of images.* is of type tuple"):
            model.evaluate(x, None if isinstance(x, tf.data.Dataset) else LABELS)
    with pytest.raises(ValueError, match="give validation_data"):
        model.fit(pair, LABELS, validation_split=0.5, verbose=0)
    for options in ({"class_weight": {0: 1.0}}, {"sample_weight": np.ones(64)}):
        with pytest.raises(ValueError, match="neither sample_weight nor class_weight"):
            model.fit(pair, LABELS, verbose=0, **options)
    with pytest.raises(ValueError, match="neither sample_weight nor class_weight"):
        model.evaluate(noise_images, LABELS, sample_weight=np.ones(64), verbose=0)


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
    batches = tf.data.Dataset.from_tensor_slices((noise_images[:50], LABELS[:50])).batch(16)
    found = model.evaluate(batches, verbose=0, return_dict=True)
    assert found["accuracy"] == pytest.approx(accuracy)
    floats = kerasgan.data.to_float(noise_images[:50])
    np.testing.assert_allclose(model.classify(floats), probabilities, atol=1e-6)
    for images in (noise_images[..., 0], noise_images.astype("float32"), noise_images[:, :4]):
        with pytest.raises(ValueError, match="images must"):
            model.classify(images)


def test_the_probabilities_of_k_plus_one_leave_out_the_generated_class(noise_images):
    model = build(models.KPlusOneGAN)
    logits = np.asarray(model.discriminator(noise_images / 127.5 - 1)[0])
    expected = np.exp(logits[:, :4]) / np.exp(logits[:, :4]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.classify(noise_images), expected, rtol=1e-4)


# ---------------------------------------------------------------------- generating by label


@pytest.mark.parametrize("model_class", CONDITIONAL)
def test_generate_paints_the_labels(model_class):
    model = build(model_class, generator=painter(DIM, CLASSES))
    labels = [3, 0, 1, 1, 2]
    images = model.generate(5, labels=labels, seed=1)
    assert images.shape == (5, *SHAPE) and images.dtype == np.uint8
    found = painted(images, DIM + CLASSES)
    np.testing.assert_allclose(found[:, DIM:], np.eye(4)[labels], atol=0.03)
    np.testing.assert_allclose(found[:, :DIM], model.sample_latent(5, seed=1), atol=0.03)
    # round((0.25 + 1) * 127.5), and round(127.5) to even, by hand
    np.testing.assert_array_equal(images[0, 0, DIM:, 0], [128, 128])
    np.testing.assert_array_equal(images[0, 1, :2, 0], [128, 159])

    np.testing.assert_array_equal(model.generate(5, labels, 1, batch_size=2), images)
    np.testing.assert_array_equal(model.generate(5, np.array(labels, "int64"), 1), images)
    assert (model.generate(5, labels=labels, seed=2) != images).any()
    one = painted(model.generate(3, labels=np.int64(2), seed=1), DIM + CLASSES)
    np.testing.assert_allclose(one[:, DIM:], np.eye(4)[[2, 2, 2]], atol=0.03)


def test_labels_that_are_not_given_are_drawn_uniformly():
    model = build(models.ConditionalGAN, generator=painter(DIM, CLASSES))
    images = model.generate(2000, seed=3)
    np.testing.assert_array_equal(model.generate(2000, seed=3, batch_size=999), images)
    labels = painted(images, DIM + CLASSES)[:, DIM:].argmax(axis=1)
    np.testing.assert_allclose(np.bincount(labels) / 2000, 0.25, atol=0.04)
    again, asked = model.sample_labelled(2000, seed=3)
    np.testing.assert_array_equal(again, images)
    np.testing.assert_array_equal(asked, labels)
    other = painted(model.generate(2000, seed=4), DIM + CLASSES)[:, DIM:].argmax(axis=1)
    assert 0.6 < np.mean(other != labels) < 0.9


@pytest.mark.parametrize("model_class", CONDITIONAL)
@pytest.mark.parametrize(
    "labels, found",
    [
        ([0, 1, 4], r"lie in \[0, 4\]"),
        ([0, -1, 1], r"lie in \[-1, 1\]"),
        (4, r"lie in \[4, 4\]"),
        (1.0, "dtype float64"),
        ([0.0, 1.0, 2.0], "dtype float64"),
        (True, "dtype bool"),
        ("cat", "dtype str"),
        ([0, 1], r"shape \(2,\)"),
        ([[0, 1, 2]], r"shape \(1, 3\)"),
        (np.eye(4)[:3], r"shape \(3, 4\)"),
    ],
)
def test_generate_refuses_wrong_labels(model_class, labels, found):
    with pytest.raises(ValueError, match=rf"integer labels in \[0, 4\), shape \(3,\), .*{found}"):
        build(model_class).generate(3, labels=labels)
    with pytest.raises(ValueError, match="count must be a positive integer, got 0"):
        build(model_class).generate(0, labels=labels)


def attributed(**options):
    """A conditional GAN of 3 attributes."""
    networks = dict(generator=generator(3), discriminator=discriminator([1], 3))
    model = models.ConditionalGAN(**networks | {"num_attributes": 3, "seed": 0} | options)
    model.compile("adam", "adam", run_eagerly=True)
    return model


def test_attributes(noise_images, tmp_path, monkeypatch):
    monkeypatch.setattr(kerasgan.fast, "_mode", "off")  # so that the network itself is called
    model = attributed(generator=painter(DIM, 3))
    attributes = np.random.default_rng(0).uniform(-1, 1, (64, 3))
    seen = []
    judge = model.discriminator.call
    model.discriminator.call = lambda inputs, **options: (
        seen.append(inputs[1]) or judge(inputs, **options)
    )
    logs = model.fit(noise_images, attributes, batch_size=64, shuffle=False, verbose=0).history
    assert all(np.isfinite(values).all() for values in logs.values())
    assert len(seen) == 3  # real, generated, generated for G
    for given in seen:
        np.testing.assert_allclose(given, attributes, rtol=1e-6)
    model.evaluate(noise_images, attributes, verbose=0)

    model = attributed(generator=painter(DIM, 3))
    wanted = [[0.5, -1, 2], [0, 1, -3]]
    images = model.generate(2, wanted, seed=1)
    np.testing.assert_allclose(painted(images, 9)[:, 6:], wanted, atol=0.03)
    rows = cells(model.grid(count=5, seed=2), columns=2)  # rounded up
    found = painted(rows.reshape(-1, *SHAPE), 9)
    np.testing.assert_allclose(found[:, 6:], np.eye(3).repeat(2, axis=0), atol=0.03)
    np.testing.assert_allclose(
        found[:, :6], np.tile(model.sample_latent(2, seed=2), (3, 1)), atol=0.03
    )
    model.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    assert (model.num_classes, model.num_attributes) == (None, 3)
    model.export(tmp_path / "served")
    served = tf.saved_model.load(tmp_path / "served")
    np.testing.assert_array_equal(served.generate_from_labels(tf.constant(wanted), 1), images)
    assert not hasattr(served, "generate_n")


@pytest.mark.parametrize(
    "attributes, message",
    [
        (None, "Give labels: attributes of shape"),
        (1, r"are int64 of shape \(2,\)"),
        (np.zeros((2, 4)), r"finite attributes, shape \(2, 3\), but are float64 of shape \(2, 4\)"),
        (np.zeros((3, 3)), r"of shape \(3, 3\)"),
        ([["a", "b", "c"]] * 2, "but are str"),
        ([[0, 1, np.nan]] * 2, "some are NaN"),
    ],
)
def test_wrong_attributes_are_refused(attributes, message, noise_images):
    model = attributed()
    with pytest.raises(ValueError, match=message):
        model.generate(2, attributes)
    with pytest.raises(ValueError, match="attributes, shape"):
        model.fit(noise_images[:2], attributes if attributes is None else np.asarray(attributes))


# ---------------------------------------------------------------------- generating by code


def coded(**options):
    """An InfoGAN that paints its 3 numbers of noise, 4 categories and 2 continuous codes."""
    return build(models.InfoGAN, generator=painter(9), **options)


def test_generate_paints_the_codes():
    model = coded()
    drawn = model.sample_latent(4, seed=1).numpy()
    np.testing.assert_allclose(painted(model.generate(4, seed=1), 9), drawn, atol=0.03)

    found = painted(model.generate(4, codes=[3, 0, 0, 1], seed=1), 9)
    np.testing.assert_allclose(found[:, 3:7], np.eye(4)[[3, 0, 0, 1]], atol=0.03)
    np.testing.assert_allclose(found[:, :3], drawn[:, :3], atol=0.03)
    np.testing.assert_allclose(found[:, 7:], drawn[:, 7:], atol=0.03)
    found = painted(model.generate(4, codes=2, seed=1), 9)
    np.testing.assert_allclose(found[:, 3:7], np.eye(4)[[2] * 4], atol=0.03)

    codes = np.random.default_rng(0).uniform(-3, 3, (4, 6))
    found = painted(model.generate(4, codes=codes, seed=1, batch_size=3), 9)
    np.testing.assert_allclose(found[:, 3:], codes, atol=0.03)
    np.testing.assert_allclose(found[:, :3], drawn[:, :3], atol=0.03)

    images, categories = model.sample_labelled(50, seed=2)
    np.testing.assert_array_equal(painted(images, 9)[:, 3:7].argmax(axis=1), categories)
    assert set(categories) == set(range(4))


@pytest.mark.parametrize(
    "codes, message",
    [
        ([0, 1, 4], r"integer labels in \[0, 4\), shape \(3,\), but lie in \[0, 4\]"),
        (-1, r"in \[0, 4\)"),
        (0.5, "dtype float64"),
        ([0, 1], r"shape \(2,\)"),
        (np.zeros((3, 4)), r"\(3,\) in \[0, 4\), or finite vectors \(3, 6\).*shape \(3, 4\)"),
        (np.full((3, 6), np.nan), "finite"),
    ],
)
def test_generate_refuses_wrong_codes(codes, message):
    with pytest.raises(ValueError, match=message):
        coded().generate(3, codes=codes)


def test_information_of_a_q_that_knows_nothing_and_of_one_that_knows_all(noise_images):
    model = coded()
    found = model.evaluate(noise_images, verbose=0, return_dict=True)
    assert found["category_information"] == pytest.approx(0, abs=0.4)  # Q is as it was drawn
    for weight in model.discriminator.weights:
        weight.assign(tf.zeros_like(weight))
    found = model.evaluate(noise_images, verbose=0, return_dict=True)
    assert found["category_information"] == pytest.approx(0, abs=1e-6)

    images = keras.Input(SHAPE)
    x = layers.Flatten()(images)
    knowing = keras.Model(images, [layers.Dense(n, use_bias=False)(x) for n in (1, 4, 2)])
    score, categories, continuous = np.zeros((64, 1)), np.zeros((64, 4)), np.zeros((64, 2))
    categories[3:7] = 400 * np.eye(4)  # a one-hot code is a quarter, painted
    continuous[7:9] = 4 * np.eye(2)
    knowing.set_weights([score, categories, continuous])
    model = coded(discriminator=knowing)
    found = model.evaluate(noise_images, verbose=0, return_dict=True)
    assert found["category_information"] == pytest.approx(math.log(4), abs=1e-5)
    assert found["continuous_information"] == pytest.approx(
        2 * (math.log(2) - 0.5 * math.log(2 * math.pi)), abs=1e-5
    )
    right = model.classify(model.generate(4, codes=[1, 3, 0, 2], seed=0))
    np.testing.assert_array_equal(right.argmax(axis=1), [1, 3, 0, 2])


def test_infogan_without_continuous_codes(noise_images, tmp_path):
    options = dict(generator=painter(7), discriminator=discriminator([1, 4]))
    model = models.InfoGAN(**options, num_categories=4, num_continuous=0, seed=0)
    model.compile("adam", "adam", run_eagerly=True)
    assert "continuous_information" not in model.fit(noise_images, verbose=0).history
    model.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    assert (model.num_categories, model.num_continuous) == (4, 0)

    model.generator.set_weights(painter(7).get_weights())
    found = painted(cells(model.grid(8, seed=1), columns=2).reshape(-1, *SHAPE), 7)
    np.testing.assert_allclose(found[:, 3:], np.eye(4).repeat(2, axis=0), atol=0.03)
    noise = np.tile(model.sample_latent(2, seed=1)[:, :3], (4, 1))
    np.testing.assert_allclose(found[:, :3], noise, atol=0.03)


# ---------------------------------------------------------------------- grids


def cells(picture, columns):
    """The images of a grid, (rows, columns, 8, 8, 1)."""
    picture = np.pad(picture, [(0, 2), (0, 2), (0, 0)])  # the gap beside each image
    rows = len(picture) // 10
    assert picture.shape == (10 * rows, 10 * columns, 1)
    return picture.reshape(rows, 10, columns, 10, 1).swapaxes(1, 2)[:, :, :8, :8]


@pytest.mark.parametrize("model_class", CONDITIONAL)
def test_a_row_of_the_grid_is_a_class(model_class):
    model = build(model_class, generator=painter(DIM, CLASSES))
    grid = cells(model.grid(count=12, seed=4), columns=3)
    assert grid.shape == (4, 3, *SHAPE)
    for row in range(4):
        found = painted(grid[row], DIM + CLASSES)
        np.testing.assert_allclose(found[:, DIM:], np.eye(4)[[row] * 3], atol=0.03)
        np.testing.assert_allclose(found[:, :DIM], model.sample_latent(3, seed=4), atol=0.03)
    assert model.grid(count=13).shape == (4 * 10 - 2, 4 * 10 - 2, 1)  # rounded up


def test_a_grid_has_at_most_16_rows():
    options = dict(generator=painter(DIM, 20), discriminator=discriminator([1], 20))
    model = models.ConditionalGAN(**options, num_classes=20)
    found = painted(cells(model.grid(32), columns=2)[:, 0], DIM + 20)
    np.testing.assert_array_equal(found[:, DIM:].argmax(axis=1), np.arange(16))


def test_a_row_of_the_grid_is_a_category_and_a_code_walks_along_it():
    model = coded()
    grid = cells(model.grid(count=20, seed=4), columns=5)
    first = model.sample_latent(5, seed=4)[0]
    for row in range(4):
        found = painted(grid[row], 9)
        np.testing.assert_allclose(found[:, 3:7], np.eye(4)[[row] * 5], atol=0.03)
        np.testing.assert_allclose(found[:, 7], [-2, -1, 0, 1, 2], atol=0.03)
        for same in (0, 1, 2, 8):
            np.testing.assert_allclose(found[:, same], first[same], atol=0.03)


# ---------------------------------------------------------------------- semi-supervised


def weight_normalized():
    """Weight-normalized, as the paper's, but without noise."""
    images = keras.Input(SHAPE)
    dense = kerasgan.layers.WeightNormalizedDense
    features = dense(5, "relu", train_scale=False)(layers.Flatten()(images))
    return keras.Model(images, [dense(CLASSES)(features), features])


def settings(model):
    """Scales and biases of the weight normalization."""
    hidden, last = (layer for layer in model.discriminator.layers if hasattr(layer, "scale"))
    return [w.numpy() for layer in (hidden, last) for w in (layer.scale, layer.bias)]


def frozen(model, **options):
    """Compiles a model such that training changes nothing."""
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), **options)
    return model


@pytest.mark.parametrize("form", ["arrays", "data set", "batches"])
def test_the_first_unlabelled_images_set_the_scales_once(form, tmp_path):
    labelled, unlabelled = float_images(600, seed=1) * 0.1, float_images(600, seed=2)
    unlabelled[500:] = 1  # beyond the first 500
    model = frozen(
        models.SemiSupervisedGAN(generator=generator(), discriminator=weight_normalized(), ema=0.5),
        run_eagerly=True,
    )

    def fit(model, unlabelled):
        data = (labelled, unlabelled), np.arange(600) % 4
        if form != "arrays":
            data = (tf.data.Dataset.from_tensor_slices(data).batch(100),)
        if form == "batches":
            data = (Batches(*data[0].as_numpy_iterator()),)
        model.fit(*data, batch_size=100, verbose=0)

    fit(model, unlabelled)
    kernels = [w.numpy() for w in model.discriminator.weights if w.name == "kernel"]
    x = unlabelled[:500].reshape(500, 64)
    expected = []
    for kernel in kernels:
        t = x @ kernel / np.sqrt((kernel**2).sum(axis=0))
        expected += [1 / t.std(axis=0), -t.mean(axis=0) / t.std(axis=0)]
        x = np.maximum((t - t.mean(axis=0)) / t.std(axis=0), 0)
    found = settings(model)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)
    for a, b in zip(
        model.discriminator_ema.get_weights(), model.discriminator.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(a, b)
    if form != "arrays":
        return

    fit(model, unlabelled * 0.1)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    fit(loaded, unlabelled * 0.2)
    uncompiled = keras.models.load_model(tmp_path / "model.keras", compile=False)
    fit(frozen(uncompiled, run_eagerly=True), unlabelled * 0.2)
    fit(frozen(model, run_eagerly=True), unlabelled * 0.2)
    for other in (model, loaded, uncompiled):
        for a, b in zip(settings(other), found, strict=True):
            np.testing.assert_array_equal(a, b)


def test_scales_are_set_on_replicas_too(mirrored):
    images = float_images(64)
    with mirrored.scope():
        model = frozen(
            models.SemiSupervisedGAN(
                generator=generator(), discriminator=weight_normalized(), ema=0.5
            )
        )
    model.fit((images, images), LABELS, batch_size=32, verbose=0)
    kernel = model.discriminator.get_weights()[0]
    t = images.reshape(64, 64) @ kernel / np.sqrt((kernel**2).sum(axis=0))
    np.testing.assert_allclose(settings(model)[0], 1 / t.std(axis=0), rtol=1e-4)


def test_both_networks_are_averaged_and_the_average_classifies(noise_images, tmp_path):
    model = build(models.SemiSupervisedGAN, ema=1e-6)
    pairs = [
        (model.generator, model.generator_ema),
        (model.discriminator, model.discriminator_ema),
    ]
    model.fit((noise_images, noise_images), LABELS, batch_size=32, verbose=0)
    for network, average in pairs:
        for a, b in zip(average.get_weights(), network.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-7)
    floats = noise_images / 127.5 - 1
    classify = tf.nn.softmax(model.discriminator_ema(floats)[0])
    np.testing.assert_allclose(model.classify(noise_images), classify, rtol=1e-5)
    # An average that always names class 2, beside a network that does not.
    *others, bias = model.discriminator_ema.get_weights()
    others = [np.zeros_like(weight) for weight in others]
    model.discriminator_ema.set_weights([*others, np.array([0, 0, 1, 0], bias.dtype)])
    found = model.evaluate(noise_images, np.full(64, 2), verbose=0, return_dict=True)
    assert found["accuracy"] == 1
    assert found["discriminator_classification_loss"] == pytest.approx(
        math.log(3 + math.e) - 1, rel=1e-5
    )
    model.export(tmp_path / "served")
    served = tf.saved_model.load(tmp_path / "served")
    np.testing.assert_array_equal(tf.argmax(served.classify(noise_images), axis=1), 2)


def test_feature_matching_over_replicas_is_that_of_the_whole_batch(mirrored):
    """Replicas whose own means are far from the generated ones, but not those of all."""
    images = np.ones((16, *SHAPE), "float32")
    images[8:] = -1
    images[:, 0] += 0.5 * -images[:, 0]  # a row of +-0.5

    def train(strategy):
        with strategy.scope():
            judge = keras.Input(SHAPE)
            pixels = layers.Flatten()(judge)
            judge = keras.Model(judge, [layers.Dense(CLASSES)(pixels), pixels])
            model = models.SemiSupervisedGAN(generator=generator(), discriminator=judge)
            model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
        *weights, bias = model.generator.get_weights()
        weights = [np.zeros_like(weight) for weight in weights]
        model.generator.set_weights([*weights, np.full_like(bias, math.atanh(0.5))])
        x, y = (images, images), np.zeros(16, "int32")
        return model.fit(x, y, batch_size=16, shuffle=False, verbose=0).history

    for strategy in (tf.distribute.get_strategy(), mirrored):
        assert train(strategy)["generator_loss"][0] == pytest.approx(0.25, rel=1e-5)


def moons(angles, labels):
    """Images of a blob on one of two half circles, each of which begins within the other."""
    x = np.where(labels == 0, np.cos(angles), 1 - np.cos(angles))
    y = np.where(labels == 0, np.sin(angles), 0.5 - np.sin(angles))
    pixels = np.arange(8)
    squares = (pixels - (5 / 3 * (x + 1) + 1)[:, None, None]) ** 2
    squares = squares + (pixels[:, None] - (8 / 3 * (y + 0.5) + 1.5)[:, None, None]) ** 2
    return np.rint(255 * np.exp(-squares[..., None] / (2 * 1.6**2))).astype("uint8"), labels


def test_unlabelled_images_help():
    """Two labels a class leave the ends of the half circles to guess."""
    draw = np.random.default_rng(0)
    labelled = moons(np.pi * np.array([0.2, 0.8, 0.2, 0.8]), np.array([0, 0, 1, 1]))
    unlabelled, _ = moons(draw.uniform(0, np.pi, 1000), draw.integers(0, 2, 1000))
    test = moons(draw.uniform(0, np.pi, 1000), draw.integers(0, 2, 1000))
    batches = tf.data.Dataset.zip(
        tf.data.Dataset.from_tensors(labelled).repeat(),
        tf.data.Dataset.from_tensor_slices(unlabelled).shuffle(1000, seed=0).batch(100).repeat(),
    ).map(lambda few, many: ((few[0], many), few[1]))
    errors = []
    for weight in (1.0, 0.0):
        model = models.SemiSupervisedGAN(
            generator=networks.improved.generator(SHAPE, 20, units=100, seed=2),
            discriminator=networks.improved.discriminator(SHAPE, 2, (100, 50), 0.3, seed=2),
            unlabelled_weight=weight,
            ema=0.98,
            seed=2,
        )
        model.compile()
        model.fit(batches, steps_per_epoch=600, verbose=0)
        found = model.evaluate(*test, batch_size=500, verbose=0, return_dict=True)
        errors.append(1 - found["accuracy"])
    assert errors[0] < min(0.07, 0.6 * errors[1])  # 0.1 % and 8.8 % when this was written


@pytest.mark.parametrize("model_class", SEMI_SUPERVISED)
def test_an_incomplete_batch_may_hold_a_single_image(model_class):
    images = float_images(17)
    model = build(model_class)
    history = model.fit((images, images), LABELS[:17], batch_size=16, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_the_best_epoch_is_kept(tmp_path):
    """Keras' ModelCheckpoint, as with any classifier."""
    train = kerasgan.data.load_images("digits", limit=300)
    test = kerasgan.data.load_images("digits", split="test")
    model = models.SemiSupervisedGAN(
        generator=generator(), discriminator=classifier(10), ema=0.9, seed=0
    )
    model.compile(run_eagerly=True)
    path = tmp_path / "best.keras"
    best = keras.callbacks.ModelCheckpoint(
        path, monitor="val_accuracy", mode="max", save_best_only=True
    )
    batches = kerasgan.data.semi_supervised(train, 10, batch_size=50)
    history = model.fit(
        batches,
        epochs=4,
        validation_data=test.dataset(99, labels=True),
        callbacks=[best],
        verbose=0,
    ).history
    loaded = keras.models.load_model(path)
    found = loaded.evaluate(test.images, test.labels, verbose=0, return_dict=True)
    assert found["accuracy"] == pytest.approx(max(history["val_accuracy"]))
    accuracy = np.mean(loaded.classify(test.images).argmax(axis=1) == test.labels)
    assert found["accuracy"] == pytest.approx(accuracy)
    assert accuracy > 0.3
    loaded.fit(batches, verbose=0)


# ---------------------------------------------------------------------- wrong arguments


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


def test_the_number_of_classes_is_taken_from_the_discriminator():
    judge = discriminator([5, 7])
    assert models.SemiSupervisedGAN(discriminator=judge).num_classes == 5
    assert models.SemiSupervisedGAN(None, DIM, None, judge).num_classes == 5
    assert models.KPlusOneGAN(discriminator=judge).num_classes == 4
    paper = models.KPlusOneGAN(SHAPE, num_classes=4)
    assert [output.shape[-1] for output in paper.discriminator.outputs] == [5, 250]


# ---------------------------------------------------------------------- files


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


def exported(model, path):
    model.export(path)
    return tf.saved_model.load(path)


def default_inputs(served):
    _, inputs = served.signatures["serving_default"].structured_input_signature
    return set(inputs)


@pytest.mark.parametrize("model_class", CONDITIONAL)
def test_endpoints_of_conditional_models(model_class, noise_images, tmp_path):
    model = build(model_class, ema=0.9)
    model.fit(noise_images, LABELS, verbose=0)
    served = exported(model, tmp_path)
    names = {"generate_from_labels", "generate", "generate_n", "sample_latent", "discriminate"}
    names |= {"classify"} if model_class is models.ACGAN else set()
    assert set(served.signatures) == names | {"serving_default"}
    assert default_inputs(served) == {"labels", "seed"}

    labels = [2, 0, 3]
    images = model.generate(3, labels, seed=5)
    np.testing.assert_array_equal(served.generate_from_labels(tf.constant(labels), 5), images)
    latents = served.sample_latent(3, 5)
    np.testing.assert_array_equal(served.generate(latents, tf.constant(labels)), images)
    np.testing.assert_array_equal(served.generate_n(40, 6), model.generate(40, seed=6))
    for wrong in ([0, 4, 1], [0, -1, 1]):
        for call in (
            lambda labels: served.generate_from_labels(labels, 5),
            lambda labels: served.generate(latents, labels),
        ):
            with pytest.raises(
                tf.errors.InvalidArgumentError, match=r"labels must lie in \[0, 4\)"
            ):
                call(tf.constant(wrong))

    floats = tf.constant(noise_images / 127.5 - 1, "float32")
    if model_class is models.ACGAN:
        logits, classes = model.discriminator(floats)
        np.testing.assert_allclose(served.discriminate(noise_images), logits, atol=1e-5)
        np.testing.assert_allclose(served.classify(noise_images), tf.nn.softmax(classes), atol=1e-5)
    else:
        logits = model.discriminator([floats, tf.one_hot(LABELS, 4)])
        found = served.discriminate(noise_images, tf.constant(LABELS, "int32"))
        np.testing.assert_allclose(found, logits, atol=1e-5)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"labels must lie in \[0, 4\)"):
            served.discriminate(noise_images, tf.constant(LABELS + 1, "int32"))


def test_endpoints_of_infogan(noise_images, tmp_path):
    model = coded()
    served = exported(model, tmp_path)
    names = {"generate_from_codes", "generate", "generate_n", "sample_latent", "discriminate"}
    assert set(served.signatures) == names | {"classify", "serving_default"}
    assert default_inputs(served) == {"latents"}
    codes = np.random.default_rng(0).uniform(-2, 2, (3, 6)).astype("float32")
    images = model.generate(3, codes, seed=5)
    np.testing.assert_array_equal(served.generate_from_codes(tf.constant(codes), 5), images)
    np.testing.assert_array_equal(served.generate_n(3, 5), model.generate(3, seed=5))
    np.testing.assert_allclose(
        served.classify(noise_images), model.classify(noise_images), atol=1e-6
    )
    score, _, _ = model.discriminator(noise_images / 127.5 - 1)
    np.testing.assert_allclose(served.discriminate(noise_images), score, atol=1e-5)


@pytest.mark.parametrize("model_class", SEMI_SUPERVISED)
def test_endpoints_of_semi_supervised_models(model_class, noise_images, tmp_path):
    model = build(model_class)
    served = exported(model, tmp_path)
    names = {"generate", "generate_n", "sample_latent", "discriminate", "classify"}
    assert set(served.signatures) == names | {"serving_default"}
    np.testing.assert_array_equal(served.generate_n(3, 5), model.generate(3, seed=5))
    np.testing.assert_allclose(
        served.classify(noise_images), model.classify(noise_images), atol=1e-6
    )
    logits = np.asarray(model.discriminator(noise_images / 127.5 - 1)[0])
    odds = np.exp(logits[:, :4]).sum(axis=1)
    odds /= np.exp(logits[:, 4]) if model_class is models.KPlusOneGAN else 1
    np.testing.assert_allclose(
        served.discriminate(noise_images)[:, 0], np.log(odds), rtol=1e-4, atol=1e-5
    )
