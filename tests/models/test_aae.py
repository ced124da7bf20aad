"""Adversarial autoencoders: unsupervised, by class, semi-supervised, with classes in the prior."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kerasgan import data, models, networks
from kerasgan.models import priors

SHAPE, CLASSES, DIM = (8, 8, 1), 4, 3
LABELS = np.arange(64) % CLASSES
CLASS_OPTIONS = {"num_classes": CLASSES}
PETALS = {"prior": priors.GaussianMixture(CLASSES)}
VARIANTS = {
    models.AdversarialAutoencoder: {},
    models.ConditionalAAE: CLASS_OPTIONS,
    models.SemiSupervisedAAE: CLASS_OPTIONS,
    models.LabelledPriorAAE: PETALS,
}


def build(model_class, **options):
    """A model of narrow networks that runs eagerly."""
    given = {"prior": priors.Gaussian(DIM), "seed": 0} | VARIANTS[model_class] | options
    classes = given.get("num_classes")
    dim, beside = given["prior"].dim, {"units": 16, "seed": 1}
    told = {models.SemiSupervisedAAE: classes}.get(model_class)
    judged = CLASSES + 1 if model_class is models.LabelledPriorAAE else None
    given = {
        "encoder": networks.aae.encoder(SHAPE, dim, told, **beside),
        "decoder": networks.aae.decoder(SHAPE, dim, classes, **beside),
        "discriminator": networks.aae.discriminator(dim, judged, noise=0.0, **beside),
    } | given
    if told:
        judge = networks.aae.discriminator(classes, noise=0.0, name="label_discriminator", **beside)
        given = {"label_discriminator": judge} | given
    model = model_class(**given)
    model.compile(run_eagerly=True)
    return model


def batch(model, images):
    """What `fit` takes."""
    if model.__class__ is models.AdversarialAutoencoder:
        return images, None
    if model.__class__ is models.ConditionalAAE:
        return images, LABELS
    return (images, images[::-1].copy()), LABELS


def linear(inputs, kernels, outputs=(None,)):
    """A network that multiplies its flat inputs by kernels, as many as there are outputs."""
    symbolic = [keras.Input(shape) for shape in inputs]
    x = [layers.Flatten()(each) for each in symbolic]
    x = layers.Concatenate()(x) if len(x) > 1 else x[0]
    made = [
        layers.Dense(k.shape[1], use_bias=False, kernel_initializer=_Given(k))(x) for k in kernels
    ]
    made = [layers.Reshape(s)(y) if s else y for y, s in zip(made, outputs, strict=True)]
    one = symbolic if len(symbolic) > 1 else symbolic[0]
    return keras.Model(one, made if len(made) > 1 else made[0])


class _Given(keras.initializers.Initializer):
    def __init__(self, value):
        self.value = value

    def __call__(self, shape, dtype=None):
        return keras.ops.convert_to_tensor(self.value.astype("float32"))


def painters(classes=0):
    """An encoder that reads three pixels, and a decoder that paints them, then classes."""
    read = np.eye(64, DIM)
    paint = np.eye(DIM + classes, 64)
    beside = [(classes,)] if classes else []
    return {
        "encoder": linear([SHAPE], [read]),
        "decoder": linear([(DIM,), *beside], [paint], [SHAPE]),
    }


# ---------------------------------------------------------------------- networks and priors


def test_sizes_of_the_papers_networks():
    build, shape = networks.aae, (28, 28, 1)
    counts = {
        1_788_002: build.encoder(shape, 2),
        1_796_010: build.encoder(shape, 10),
        1_806_020: build.encoder(shape, 10, 10),
        1_788_784: build.decoder(shape, 2),
        1_806_784: build.decoder(shape, 10, 10),
        1_005_001: build.discriminator(2),
        1_013_001: build.discriminator(10),
        1_016_001: build.discriminator(2, 11),
    }
    for count, network in counts.items():
        assert network.count_params() == count
        for kernel in (w for w in network.weights if w.name == "kernel"):
            assert kernel.numpy().std() == pytest.approx(0.01, rel=0.1)


def test_networks_in_half_precision_make_float32():
    keras.config.set_dtype_policy("mixed_float16")
    codes, classes = networks.aae.encoder(SHAPE, 2, 3, units=4)(np.ones((1, *SHAPE)))
    images = networks.aae.decoder(SHAPE, 2, 3, units=4)([codes, classes])
    logits = networks.aae.discriminator(2, units=4)(codes, training=True)
    assert {x.dtype for x in (codes, classes, images, logits)} == {tf.float32}


def seed_of(number):
    return tf.constant([number, 0], "int64")


def test_the_deviation_of_a_gaussian_counts():
    codes = priors.Gaussian(8, deviation=5.0).draw(100_000, seed_of(1)).numpy()
    np.testing.assert_allclose(codes.std(axis=0), 5, atol=0.05)
    np.testing.assert_allclose(codes.mean(axis=0), 0, atol=0.08)
    assert np.abs(np.corrcoef(codes.T) - np.eye(8)).max() < 0.02
    np.testing.assert_array_equal(
        priors.Gaussian(8, 5.0).draw(3, seed_of(2)), priors.Gaussian(8, 5.0).draw(3, seed_of(2))
    )


def test_petals_lie_in_a_ring():
    prior = priors.GaussianMixture()
    components = np.arange(10, dtype="int32").repeat(4000)
    codes = prior.draw_of(components, seed_of(1)).numpy().reshape(10, 4000, 2)
    means = codes.mean(axis=1)
    angles = 2 * np.pi * np.arange(10) / 10
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    np.testing.assert_allclose(means, 1.4 * directions, atol=0.03)
    centred = codes - means[:, None]
    along = np.einsum("knd,kd->kn", centred, directions)
    across = centred[..., 1] * directions[:, None, 0] - centred[..., 0] * directions[:, None, 1]
    np.testing.assert_allclose(along.std(axis=1), 0.5, atol=0.03)
    np.testing.assert_allclose(across.std(axis=1), 0.05, atol=0.003)
    nearest = prior.component_of(codes.reshape(-1, 2)).numpy()
    assert (nearest == components).mean() > 0.95

    drawn = prior.draw(20_000, seed_of(3))
    counts = np.bincount(prior.component_of(drawn), minlength=10)
    np.testing.assert_allclose(counts / 20_000, 0.1, atol=0.01)
    known = data.load_points("mixture", 20_000).points
    np.testing.assert_allclose(np.cov(drawn.numpy().T), np.cov(known.T), atol=0.04)


def test_a_swiss_roll_goes_outwards_by_class():
    prior = priors.SwissRoll(4)
    components = np.arange(4, dtype="int32").repeat(500)
    codes = prior.draw_of(components, seed_of(1)).numpy()
    t = (np.linalg.norm(codes, axis=1) / 3) ** 2
    np.testing.assert_array_equal(np.floor(np.minimum(4 * t, 3.999)), components)
    angles = np.arctan2(codes[:, 1], codes[:, 0])
    turns = (4 * np.pi * np.sqrt(t) - angles) / (2 * np.pi)
    np.testing.assert_allclose(turns, np.round(turns), atol=1e-4)
    assert (prior.component_of(codes).numpy() == components).mean() > 0.98


@pytest.mark.parametrize(
    "prior",
    [priors.Gaussian(3, 2.0), priors.GaussianMixture(3, 2.0, 0.1, 0.2), priors.SwissRoll(5)],
)
def test_priors_are_rebuilt_and_walked(prior):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(prior))
    np.testing.assert_array_equal(again.draw(9, seed_of(1)), prior.draw(9, seed_of(1)))
    walk = prior.walk(4)
    assert walk.dtype == "float32" and walk.shape == (prior.num_components or 4, 4, prior.dim)
    if prior.num_components:
        rows = np.arange(prior.num_components).repeat(4)
        np.testing.assert_array_equal(prior.component_of(walk.reshape(-1, 2)), rows)
    else:  # quantiles of N(0, 2^2) at 1/8, 3/8, 5/8, 7/8
        quantiles = [-2.30070, -0.63728, 0.63728, 2.30070]
        np.testing.assert_allclose(walk[0, :, 0], quantiles, atol=1e-4)
        np.testing.assert_allclose(walk[:, 0, 1], quantiles, atol=1e-4)
        assert not walk[..., 2].any()


@pytest.mark.parametrize(
    "make",
    [
        lambda: priors.Gaussian(0),
        lambda: priors.Gaussian(2, 0.0),
        lambda: priors.GaussianMixture(2.5),
        lambda: priors.GaussianMixture(across=-1.0),
        lambda: priors.SwissRoll(0),
    ],
)
def test_impossible_priors_are_refused(make):
    with pytest.raises(ValueError, match="must be .*positive"):
        make()


# ---------------------------------------------------------------------- the algorithm


def spied(model):
    """Has a model note, for each update, the player and what has changed, by name."""
    notes = []
    update = model.update
    watched = {name: getattr(model, name).trainable_variables for name in model.network_names} | {
        f"{player}_optimizer": getattr(model, f"{player}_optimizer").variables
        for player in model.players
    }

    def noting(player, loss, tape):
        before = {name: [v.numpy() for v in variables] for name, variables in watched.items()}
        update(player, loss, tape)
        changed = {
            name
            for name, variables in watched.items()
            if any((a != b.numpy()).any() for a, b in zip(before[name], variables, strict=True))
        }
        notes.append((player, changed))

    model.update = noting
    return notes


@pytest.mark.parametrize("model_class", VARIANTS)
def test_updates_come_in_order_and_change_their_own_networks_and_moments(model_class, noise_images):
    model = build(model_class)
    x, y = batch(model, noise_images)
    model.fit(x, y, batch_size=64, verbose=0)  # so that moments are not 0
    notes = spied(model)
    model.fit(x, y, batch_size=64, verbose=0)
    expected = [
        ("autoencoder", {"encoder", "decoder", "autoencoder_optimizer"}),
        ("discriminator", {"discriminator", "discriminator_optimizer"}),
        ("label_discriminator", {"label_discriminator", "label_discriminator_optimizer"}),
        ("generator", {"encoder", "generator_optimizer"}),
        ("classifier", {"encoder", "classifier_optimizer"}),
    ]
    assert notes == [note for note in expected if note[0] in model.players]


def test_codes_are_computed_anew_for_each_update(noise_images):
    faint = linear([(DIM,)], [0.5 * np.eye(DIM, 64)], [SHAPE])
    parts = painters() | {"decoder": faint}
    model, seen = build(models.AdversarialAutoencoder, **parts), []
    model.compile(autoencoder_optimizer=keras.optimizers.SGD(1.0), run_eagerly=True)
    encoder = model.encoder
    judged = model.judged

    def noting(real, fake):
        np.testing.assert_allclose(fake, encoder(real), rtol=1e-4, atol=1e-7)
        seen.append(fake.numpy())
        return judged(real, fake)

    model.judged = noting
    before = model.encode(noise_images)
    model.fit(noise_images, batch_size=64, shuffle=False, verbose=0)
    assert len(seen) == 2 and np.abs(seen[0] - before).max() > 1e-3


def softplus(x):
    return np.log1p(np.exp(np.asarray(x, "float64")))


def test_losses_written_out():
    """The decoder paints what the encoder reads: of 64 pixels three come back."""
    judge = linear([(DIM,)], [np.full((DIM, 1), 2.0)])
    model = build(models.AdversarialAutoencoder, discriminator=judge, **painters())
    images = np.full((2, *SHAPE), 0.5, "float32")
    drawn = np.array([[1, 0, 0], [0, 0, -1]], "float32")
    model.sample_latent = lambda count, seed=None: tf.constant(drawn)
    found = model.evaluate(images, verbose=0, return_dict=True)
    assert found["autoencoder_loss"] == pytest.approx(61 / 64 * 0.25)
    assert found["reconstruction_mse"] == pytest.approx(61 / 64 * 0.25 / 4)
    assert found["discriminator_loss"] == pytest.approx(
        (softplus(-2) + softplus(2)) / 2 + softplus(3), rel=1e-5
    )
    assert found["generator_loss"] == pytest.approx(softplus(-3), rel=1e-5)
    assert (found["real_accuracy"], found["fake_accuracy"]) == (0.5, 0)


def test_relativistic_losses_see_the_prior(noise_images):
    for model_class in VARIANTS:
        model = build(model_class)
        model.compile(adversarial_loss="relativistic_pairing", run_eagerly=True)
        x, y = batch(model, noise_images)
        history = model.fit(x, y, batch_size=64, verbose=0).history
        count = 2 if model_class is models.SemiSupervisedAAE else 1
        assert history["generator_loss"][0] == pytest.approx(count * math.log(2), abs=0.02)


def test_a_decoder_is_told_classes():
    model = build(models.ConditionalAAE, **painters(CLASSES))
    images = np.zeros((4, *SHAPE), "float32")
    images[:, 0, 0, 0] = [0.2, 0.4, 0.6, 0.8]
    images[:, 7, 7] = -1  # which no code tells
    made = model.reconstruct(images, [3, 2, 1, 0]).reshape(4, -1) / 127.5 - 1
    np.testing.assert_allclose(made[:, 0], images[:, 0, 0, 0], atol=0.01)
    np.testing.assert_allclose(made[:, 3:7], np.eye(4)[::-1], atol=0.01)
    latents = [[0.5, 0, 0]] * 2
    made = model.decode(np.array(latents), [1, 2]).reshape(2, -1) / 127.5 - 1
    np.testing.assert_allclose(made[:, :7], np.c_[latents, np.eye(4)[1:3]], atol=0.01)
    loss = model.evaluate(images, np.arange(4), verbose=0, return_dict=True)["autoencoder_loss"]
    assert loss == pytest.approx(2 / 64)  # of that pixel, and the class, painted
    with pytest.raises(ValueError, match="integer labels"):
        model.decode(np.array(latents), [1, 4])


def semi_supervised():
    """A model whose encoder reads three codes, then twice as many class logits."""
    read, told = np.eye(64, DIM), 2 * np.eye(64, CLASSES, k=-DIM)
    parts = painters(CLASSES) | {"encoder": linear([SHAPE], [read, told], [None, None])}
    ones = {
        "discriminator": linear([(DIM,)], [np.ones((DIM, 1))]),
        "label_discriminator": linear([(CLASSES,)], [np.arange(CLASSES)[:, None]]),
    }
    return build(models.SemiSupervisedAAE, **parts, **ones)


def test_semi_supervised_losses_written_out():
    model = semi_supervised()
    labelled, unlabelled = np.zeros((2, 1, *SHAPE), "float32")
    labelled[0, 0, 4] = 0.5  # class 1, logit 1
    unlabelled[0, 0, :3, 0] = 0.1, 0.2, 0.4
    softmax = np.exp([0, 1, 0, 0]) / np.exp([0, 1, 0, 0]).sum()
    real = model.unpack(((labelled, unlabelled), np.array([1])))
    model.drawn_classes = lambda count, training: tf.fill([count], 2)
    model.sample_latent = lambda count, seed=None: tf.zeros((count, DIM))
    fake = model.fake_batch(real, training=True)
    values = {}
    for player in model.players:
        values |= getattr(model, f"{player}_losses")(real, fake, training=True)

    values = {name: float(value) for name, value in values.items()}
    # The labelled image is painted with its true class, the other one with a softmax of zeros.
    wrong = 0.5**2 + 4 * 0.25**2
    assert values["autoencoder_loss"] == pytest.approx(wrong / 128)
    assert values["classifier_loss"] == pytest.approx(-np.log(softmax[1]), rel=1e-5)
    assert values["accuracy"] == 1
    assert values["discriminator_loss"] == pytest.approx(softplus(0) + softplus(0.7), rel=1e-5)
    guessed = 0.25 * (0 + 1 + 2 + 3)
    assert values["label_discriminator_loss"] == pytest.approx(
        softplus(-2) + softplus(guessed), rel=1e-5
    )
    assert values["generator_loss"] == pytest.approx(softplus(-0.7) + softplus(-guessed), rel=1e-5)


def test_the_game_of_classes_moves_the_encoder():
    """A class that was rounded, by argmax, would have no gradient."""
    model = semi_supervised()
    head = model.encoder.trainable_variables[1]
    images = np.random.default_rng(0).uniform(-1, 1, (4, *SHAPE)).astype("float32")
    real = model.unpack(((images, images), np.arange(4)))
    with tf.GradientTape() as tape:
        fake = model.fake_batch(real, training=True)
        loss = model.generator_losses(real, fake, training=True)["generator_loss"]
    assert np.abs(tape.gradient(loss, [head.value])[0]).max() > 1e-3


def test_classes_of_the_prior_are_one_hot_and_as_likely():
    model = semi_supervised()
    images = tf.zeros((4000, *SHAPE))
    drawn = model.class_batch(((images[:1], images), None), training=True).numpy()
    assert set(np.unique(drawn)) == {0, 1}
    np.testing.assert_array_equal(drawn.sum(axis=1), 1)
    np.testing.assert_allclose(drawn.mean(axis=0), 0.25, atol=0.03)


def test_labelled_images_meet_the_component_of_their_class():
    model = build(models.LabelledPriorAAE)
    images = np.zeros((2, 300, *SHAPE), "float32")
    labels = np.arange(300) % CLASSES
    real = model.unpack((tuple(images), labels))
    codes, told = (x.numpy() for x in model.prior_batch(real, training=True))
    np.testing.assert_array_equal(told[:300], np.eye(CLASSES + 1)[labels])
    np.testing.assert_array_equal(told[300:], np.eye(CLASSES + 1)[[CLASSES] * 300])
    components = model.prior.component_of(codes).numpy()
    assert (components[:300] == labels).mean() > 0.97
    counts = np.bincount(components[300:], minlength=CLASSES)
    assert (counts > 45).all()
    np.testing.assert_array_equal(model.judged(real, codes)[1], told)


def test_component_accuracy():
    """Codes are the first two pixels."""
    encoder = linear([SHAPE], [np.eye(64, 2)])
    model = build(models.LabelledPriorAAE, encoder=encoder)
    images = np.zeros((4, *SHAPE), "float32")
    images[:, 0, :2, 0] = [[1, 0], [0, 1], [-1, 0], [0, -1]]  # components 0, 1, 2, 3
    found = model.evaluate(images, np.array([0, 1, 2, 2]), verbose=0, return_dict=True)
    assert found["component_accuracy"] == 0.75


# ---------------------------------------------------------------------- use


def test_verbs_and_pictures(noise_images):
    model = build(models.AdversarialAutoencoder)
    codes = model.encode(noise_images)
    assert codes.dtype == "float32" and codes.shape == (64, DIM)
    np.testing.assert_array_equal(model.reconstruct(noise_images), model.decode(codes))
    drawn = model.sample_latent(3, seed=5)
    np.testing.assert_array_equal(model.generate(3, seed=5), model.decode(drawn))
    assert model.grid(4).shape == model.walk(2).shape == (18, 18, 1)
    picture = model.comparison(noise_images[:3])
    assert picture.shape == (18, 28, 1)
    np.testing.assert_array_equal(picture[:8, :8], noise_images[0])
    with pytest.raises(ValueError, match=r"latents must hold finite floats .*\(count, 3\)"):
        model.decode(np.zeros((2, 4)))
    with pytest.raises(ValueError, match="images must have shape"):
        model.encode(noise_images[:, :4])


def test_pictures_by_class(noise_images):
    model = build(models.ConditionalAAE)
    assert model.walk(3, 1).shape == (28, 28, 1)
    assert model.comparison(noise_images[:3], LABELS[:3]).shape == (18, 28, 1)
    assert model.grid(8).shape == (38, 18, 1)  # a class in each row
    assert build(models.LabelledPriorAAE).walk(2).shape == (38, 18, 1)


def test_a_map_of_codes_shows_each_where_it_is():
    picture = data.scatter([[1.0, 0.0], [0.0, -1.0]], [0, 1], behind=[[-1.0, 0.0]], side=100)
    assert picture.shape == (100, 100, 3)
    assert tuple(picture[50, 97]) == (31, 119, 180) and tuple(picture[98, 50]) == (255, 127, 14)
    assert tuple(picture[50, 1]) == (220, 220, 220)
    assert (picture != 255).any(axis=2).sum() == 12


def test_map_of_codes(noise_images):
    model = build(models.LabelledPriorAAE)
    assert model.map_of_codes(noise_images, LABELS).shape == (400, 400, 3)


def test_classify_and_reconstruct_without_labels():
    model = semi_supervised()
    images = np.zeros((2, *SHAPE), "float32")
    images[0, 0, 4] = images[1, 0, 6] = 1
    images[:, 7, 7] = -1
    probabilities = model.classify(images)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), [1, 3])
    made = model.reconstruct(images).reshape(2, -1) / 127.5 - 1
    np.testing.assert_allclose(made[:, 3:7], probabilities, atol=0.01)
    found = model.evaluate(images, np.array([1, 2]), verbose=0, return_dict=True)
    assert found["accuracy"] == 0.5


def test_averages_serve_what_is_not_training(noise_images):
    model = build(models.AdversarialAutoencoder, ema=0.9)
    model.fit(noise_images, batch_size=16, epochs=2, verbose=0)
    encoder, decoder = model.autoencoder_ema.layers
    assert model.sampler is decoder and encoder is not model.encoder
    expected = encoder(noise_images / 127.5 - 1)
    np.testing.assert_allclose(model.encode(noise_images), expected, rtol=1e-3, atol=1e-6)
    stats = model.health_stats(noise_images)
    assert stats["gradient_norm"] > 0 and stats["diversity"] > 0


def test_presets_hold_the_averages_once(tmp_path):
    """The encoder is of three players, and its average is that of one."""
    model = build(models.SemiSupervisedAAE, ema=0.9)
    average = [weight + 0.25 for weight in model.encoder.get_weights()]
    model.autoencoder_ema.layers[0].set_weights(average)
    model.save_to_preset(tmp_path / "preset", {"description": "Noise."})
    loaded = models.SemiSupervisedAAE.from_preset(tmp_path / "preset")
    for a, b in zip(average, loaded.encoder.get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-3, atol=1e-5)
    sizes = sum(getattr(model, name).count_params() for name in model.network_names)
    assert f'"parameters": {sizes}' in (tmp_path / "preset" / "metadata.json").read_text()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: models.AdversarialAutoencoder(), "Give an image_shape"),
        (
            lambda: build(models.AdversarialAutoencoder, prior=priors.Gaussian(2), **painters()),
            r"encoder makes \[\(3,\)\] of .* but must make \[\(2,\)\]",
        ),
        (
            lambda: build(models.AdversarialAutoencoder, decoder=painters(4)["decoder"]),
            "The decoder must have one input, it has 2",
        ),
        (lambda: build(models.ConditionalAAE, **painters()), "decoder must have 2 inputs"),
        (
            lambda: build(models.SemiSupervisedAAE, encoder=painters()["encoder"]),
            r"must make \[\(3,\), \(4,\)\]",
        ),
        (lambda: build(models.SemiSupervisedAAE, num_classes=None), "num_classes"),
        (
            lambda: build(models.LabelledPriorAAE, prior=priors.Gaussian(2)),
            "a component for each class.*but a Gaussian has none",
        ),
        (
            lambda: build(models.AdversarialAutoencoder, discriminator=painters()["decoder"]),
            r"discriminator makes \[\(8, 8, 1\)\].* must make \[\(1,\)\]",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_no_augmentation():
    from kerasgan.augment import DiffAugment

    with pytest.raises(ValueError, match="AdversarialAutoencoder sees codes"):
        build(models.AdversarialAutoencoder).compile(augment=DiffAugment())
