"""What is found wrong with data within training, and with networks when a model is made."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from labelled import Batches

from kerasgan import models
from kerasgan.engine.checks import warn_of_bounded_logits

SHAPE = (8, 8, 1)
IMAGES = np.random.default_rng(0).integers(0, 256, (12, *SHAPE), "uint8")
LABELS = np.arange(12) % 3


def dense(inputs, *sizes):
    """A network of one layer for each output."""
    inputs = [keras.Input(shape) for shape in inputs]
    x = [keras.layers.Flatten()(each) for each in inputs]
    x = keras.layers.Concatenate()(x) if len(x) > 1 else x[0]
    outputs = [keras.layers.Dense(size)(x) for size in sizes]
    return keras.Model(*(each if len(each) > 1 else each[0] for each in (inputs, outputs)))


def generator(*beside):
    inputs = [keras.Input((4,)), *map(keras.Input, beside)]
    x = keras.layers.Concatenate()(inputs) if beside else inputs[0]
    x = keras.layers.Reshape(SHAPE)(keras.layers.Dense(64, "tanh")(x))
    return keras.Model(inputs if beside else inputs[0], x)


def conditional(**options):
    networks = generator((3,)), dense([SHAPE, (3,)], 1)
    return compiled(models.ConditionalGAN(None, None, *networks, num_classes=3, **options))


def auxiliary():
    return compiled(models.ACGAN(None, None, generator((3,)), dense([SHAPE], 1, 3), num_classes=3))


def semi_supervised():
    return compiled(models.SemiSupervisedGAN(None, None, generator(), dense([SHAPE], 3, 5)))


def k_plus_one():
    return compiled(models.KPlusOneGAN(None, None, generator(), dense([SHAPE], 4, 5)))


def compiled(model):
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    return model


# ---------------------------------------------------------------------- labels


def batches(kind, x, y):
    """The data in batches of four, the first of which are right."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(4)
    if kind == "generator":
        return iter_of(dataset)
    if kind == "PyDataset":
        return Batches(*dataset.as_numpy_iterator())
    return dataset


def iter_of(dataset):
    yield from dataset.as_numpy_iterator()


@pytest.mark.parametrize("kind", ["dataset", "generator", "PyDataset"])
def test_a_label_out_of_range_is_refused_whenever_it_comes(kind):
    model, labels = conditional(), LABELS.astype("int64")
    for wrong in (-1, 3, 2**32 + 1):
        labels[-1] = wrong
        for call in (model.fit, model.evaluate):
            with pytest.raises(ValueError, match=rf"labels must lie in \[0, 3\).* {wrong}\b"):
                call(batches(kind, IMAGES, labels), verbose=0)


@pytest.mark.parametrize("build", [auxiliary, semi_supervised, k_plus_one])
def test_every_model_with_labels_refuses_those_out_of_range(build):
    model, labels = build(), np.r_[LABELS[:-1], 3]
    pairs = (IMAGES, IMAGES) if isinstance(model, models.SemiSupervisedGAN) else IMAGES
    with pytest.raises(ValueError, match=r"labels must lie in \[0, 3\).* 3\b"):
        model.fit(batches("dataset", pairs, labels), verbose=0)
    with pytest.raises(ValueError, match=r"labels must lie in \[0, 3\).* 3\b"):
        model.evaluate(batches("dataset", IMAGES, labels), verbose=0)


def test_a_step_on_wrong_labels_changes_nothing():
    model = conditional()
    model.train_on_batch(IMAGES, LABELS)
    before = [weight.numpy() for weight in model.weights]
    for method in (model.train_on_batch, model.test_on_batch):
        with pytest.raises(ValueError, match=r"labels must lie in \[0, 3\).* 1 to 3"):
            method(IMAGES, LABELS + 1)
    for weight, was in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight, was)


@pytest.mark.parametrize(
    "labels, found",
    [
        (None, "none"),
        (LABELS[:, None], r"shape \(12, 1\)"),
        (np.eye(3)[LABELS], "float64"),
        (LABELS.astype("float32"), "float32"),
    ],
)
def test_labels_of_other_forms_are_refused_in_a_step(labels, found):
    with pytest.raises(ValueError, match=rf"labels must be integers \(N,\) in \[0, 3\).*{found}"):
        conditional().train_on_batch(IMAGES, labels)


def test_wrong_labels_are_refused_on_replicas(mirrored):
    with mirrored.scope():
        model = conditional()
    with pytest.raises(ValueError, match=r"labels must lie in \[0, 3\).* 3\b"):
        model.fit(batches("dataset", IMAGES, np.r_[LABELS[:-1], 3]), verbose=0)


def test_wrong_labels_are_refused_without_a_graph():
    model = conditional()
    model.compile(run_eagerly=True)
    with pytest.raises(ValueError, match=r"labels must lie in \[0, 3\).* 3\b"):
        model.train_on_batch(IMAGES, LABELS + 1)


def test_attributes_that_are_not_finite_are_refused_whenever_they_come():
    networks = generator((2,)), dense([SHAPE, (2,)], 1)
    model = compiled(models.ConditionalGAN(None, None, *networks, num_attributes=2))
    attributes = np.zeros((12, 2), "float32")
    attributes[-1, 0] = np.nan
    with pytest.raises(ValueError, match=r"attributes must be finite .*\(N, 2\)"):
        model.fit(batches("dataset", IMAGES, attributes), verbose=0)


def test_other_errors_within_a_step_stay_what_they_are():
    judge = Subclassed(lambda logits: tf.debugging.check_numerics(logits / 0.0, "of the user"))
    model = compiled(models.GAN(SHAPE, None, generator(), judge))
    with pytest.raises(tf.errors.InvalidArgumentError, match="of the user"):
        model.fit(IMAGES, verbose=0)


# ---------------------------------------------------------------------- weights of examples

WEIGHTS = np.ones(12)


@pytest.mark.parametrize(
    "train",
    [
        lambda gan: gan.fit(IMAGES, sample_weight=WEIGHTS),
        lambda gan: gan.fit(IMAGES, LABELS, sample_weight=WEIGHTS),
        lambda gan: gan.fit(IMAGES, class_weight={0: 2.0}),
        lambda gan: gan.fit(IMAGES, LABELS, class_weight={0: 2.0}),
        lambda gan: gan.fit(batches("dataset", IMAGES, LABELS), class_weight={0: 2.0}),
        lambda gan: gan.fit(IMAGES, validation_data=(IMAGES, LABELS, WEIGHTS)),
        lambda gan: gan.fit(IMAGES, validation_data=Batches((IMAGES, LABELS, WEIGHTS))),
        lambda gan: gan.fit(Batches((IMAGES, LABELS, WEIGHTS))),
        lambda gan: gan.fit(x for x in [(IMAGES, LABELS, WEIGHTS)]),
        lambda gan: gan.fit(tf.data.Dataset.from_tensors((IMAGES, LABELS, WEIGHTS))),
        lambda gan: gan.evaluate(IMAGES, sample_weight=WEIGHTS),
        lambda gan: gan.evaluate(IMAGES, None, 4, 0, WEIGHTS),
        lambda gan: gan.evaluate(Batches((IMAGES, LABELS, WEIGHTS))),
        lambda gan: gan.train_on_batch(IMAGES, sample_weight=WEIGHTS),
        lambda gan: gan.train_on_batch(IMAGES, class_weight={0: 2.0}),
        lambda gan: gan.test_on_batch(IMAGES, sample_weight=WEIGHTS),
    ],
)
def test_weights_of_examples_are_refused_however_they_are_given(train):
    model = compiled(models.GAN(None, None, generator(), dense([SHAPE], 1)))
    with pytest.raises(ValueError, match="neither sample_weight nor class_weight"):
        train(model)
    assert not int(model.generator_optimizer.iterations)


# ---------------------------------------------------------------------- sizes of batches


def wgan(**options):
    networks = generator(), dense([SHAPE], 1)
    return compiled(models.WGAN(None, None, *networks, discriminator_steps=5, **options))


def test_the_last_batch_of_arrays_is_refused_before_training_if_it_is_too_small():
    model = wgan()
    with pytest.raises(ValueError, match="12 images.*batch of 2 .*discriminator_steps=5"):
        model.fit(IMAGES, batch_size=10, verbose=0)
    with pytest.raises(ValueError, match="3 images.*batch of 3 .*discriminator_steps=5"):
        model.fit(IMAGES[:3], verbose=0)
    assert not int(model.discriminator_optimizer.iterations)
    model.fit(IMAGES, batch_size=10, steps_per_epoch=1, verbose=0)
    model.fit(IMAGES, batch_size=7, verbose=0)  # and 5
    model.evaluate(IMAGES[:3], verbose=0)


def test_the_first_batch_that_is_too_small_is_refused_of_other_data():
    model = wgan()
    with pytest.raises(ValueError, match="discriminator_steps=5 .* a batch holds 2$"):
        model.fit(tf.data.Dataset.from_tensor_slices(IMAGES).batch(10), verbose=0)
    before = model.get_weights()
    with pytest.raises(ValueError, match="discriminator_steps=5 .* a batch holds 4$"):
        model.train_on_batch(IMAGES[:4])
    for weight, was in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, was)


def test_validation_is_in_batches_of_the_size_given_on_replicas_too(mirrored):
    with mirrored.scope():
        model = compiled(models.GAN(None, None, generator(), dense([SHAPE], 1)))
    sizes = {}

    class Count(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            sizes["steps"] = batch + 1

    for given, steps in (({}, 3), ({"validation_batch_size": 6}, 2)):
        options = {"validation_data": (IMAGES, None), "callbacks": [Count()]} | given
        model.fit(IMAGES, batch_size=4, verbose=0, **options)
        assert sizes["steps"] == steps


# ---------------------------------------------------------------------- bounded logits


def ending_in(*layers, activation=None):
    images = keras.Input(SHAPE)
    x = keras.layers.Dense(1, activation)(keras.layers.Flatten()(images))
    for layer in layers:
        x = layer(x)
    return keras.Model(images, x, name="judge")


class Subclassed(keras.Model):
    def __init__(self, activation):
        super().__init__(name="judge")
        self.dense, self.activation = keras.layers.Dense(1), activation

    def call(self, images):
        return self.activation(self.dense(tf.reshape(images, (-1, 64))))


BOUNDED = {
    "sigmoid": lambda: ending_in(activation="sigmoid"),
    "tanh": lambda: ending_in(keras.layers.Activation("tanh")),
    "softmax": lambda: ending_in(keras.layers.Softmax()),
    "relu": lambda: ending_in(keras.layers.ReLU()),
    "sigmoid within": lambda: ending_in(keras.Sequential([keras.layers.Dense(1, "sigmoid")])),
    "sigmoid of Keras' operations": lambda: ending_in(keras.ops.sigmoid),
    "sigmoid of a subclass": lambda: Subclassed(keras.ops.sigmoid),
    "sigmoid before a shape and a precision": lambda: ending_in(
        keras.layers.Activation("sigmoid", dtype="mixed_float16"),
        keras.layers.Reshape((1, 1)),
        keras.layers.Activation("linear", dtype="float32"),
    ),
    "sigmoid of patches": lambda: keras.Sequential(
        [
            keras.Input(SHAPE),
            keras.layers.Conv2D(1, 3, activation="sigmoid"),
            keras.layers.GlobalAveragePooling2D(),
        ],
        name="judge",
    ),
}


@pytest.mark.parametrize("kind", BOUNDED)
def test_a_discriminator_that_ends_in_an_activation_is_warned_of(kind):
    with pytest.warns(UserWarning, match=f"'judge' ends in {kind.split()[0]}.*raw logits") as told:
        models.GAN(SHAPE, 4, discriminator=BOUNDED[kind]())
    assert [each.filename for each in told if "raw logits" in str(each.message)] == [__file__]


@pytest.mark.parametrize(
    "build",
    [
        lambda: models.GAN(SHAPE, 4, discriminator=ending_in()),
        lambda: models.GAN(SHAPE, 4, discriminator=ending_in(keras.layers.LeakyReLU())),
        lambda: models.GAN(SHAPE, 4, discriminator=ending_in(keras.layers.Dense(1))),
        lambda: models.GAN(SHAPE, 4, discriminator=Subclassed(lambda x: 3.0 * keras.ops.tanh(x))),
        lambda: models.DCGAN((16, 16, 1), 4),
    ],
)
def test_raw_logits_are_not_warned_of(build):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        build()


def test_every_output_that_is_logits_is_looked_at():
    images = keras.Input(SHAPE)
    x = keras.layers.Flatten()(images)

    def judge(*activations):
        sizes = (1, 3, 2)[: len(activations)]
        heads = zip(sizes, activations, strict=True)
        return keras.Model(images, [keras.layers.Dense(*head)(x) for head in heads])

    with pytest.warns(UserWarning, match="softmax"):
        models.ACGAN(None, None, generator((3,)), judge(None, "softmax"), num_classes=3)
    with pytest.warns(UserWarning, match="softmax"):
        models.SemiSupervisedGAN(
            None, None, generator(), keras.Model(images, [keras.layers.Dense(3, "softmax")(x), x])
        )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        options = {"num_categories": 3, "latent_dim": 9}
        # The means of continuous codes lie in [-1, 1] by right.
        models.InfoGAN(SHAPE, discriminator=judge(None, None, "tanh"), **options)
        relus = keras.Model(images, [keras.layers.Dense(3)(x), keras.layers.ReLU()(x)])
        models.SemiSupervisedGAN(None, None, generator(), relus)


def test_both_discriminators_of_a_cycle_and_those_of_pairs_are_looked_at():
    shape = (8, 8, 3)

    def network(filters, activation, name=None, beside=()):
        inputs = [keras.Input(each) for each in (shape, *beside)]
        x = keras.layers.Concatenate()(inputs) if beside else inputs[0]
        x = keras.layers.Conv2D(filters, 1, activation=activation)(x)
        return keras.Model(inputs if beside else inputs[0], x, name=name)

    networks = network(3, "tanh", "ab"), network(3, "tanh", "ba"), network(1, None, "a")
    with pytest.warns(UserWarning, match="'b' ends in sigmoid"):
        models.CycleGAN(shape, *networks, network(1, "sigmoid", "b"))
    with pytest.warns(UserWarning, match="'pairs' ends in sigmoid"):
        models.Pix2Pix(shape, 3, network(3, "tanh"), network(1, "sigmoid", "pairs", beside=[shape]))


def test_looking_at_a_network_changes_nothing():
    network = ending_in(keras.layers.BatchNormalization(), keras.layers.Dropout(0.5))
    before = [variable.numpy() for variable in network.variables]
    warn_of_bounded_logits(network, SHAPE, (), 1)
    for variable, was in zip(network.variables, before, strict=True):
        np.testing.assert_array_equal(variable, was)
