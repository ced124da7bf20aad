"""Filling holes, and inverting generators, by a search of latents."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kerasgan import losses, models, networks
from kerasgan.data import centre_mask

SHAPE, DIM = (8, 8, 1), 3
HOLE = centre_mask(SHAPE)
RANDOM = np.random.default_rng(0)
PATTERNS = RANDOM.uniform(-0.3, 0.3, (DIM, 64)).astype("float32")


def linear(beside=0):
    """A generator of sums of patterns; of a class beside, it adds 0.1 times its number."""
    inputs = [keras.Input((DIM,)), keras.Input((beside,))] if beside else keras.Input((DIM,))
    kernel = np.concatenate([PATTERNS, np.full((beside, 64), 0.1) * np.arange(beside)[:, None]])
    dense = layers.Dense(64, use_bias=False)
    x = layers.Concatenate()(inputs) if beside else inputs
    model = keras.Model(inputs, layers.Reshape(SHAPE)(dense(x)))
    dense.set_weights([kernel])
    return model


def brightness(beside=0, weight=1.0):
    """A discriminator whose logit adds up pixels."""
    images = keras.Input(SHAPE)
    kernel = keras.initializers.Constant(weight)
    x = layers.Dense(1, kernel_initializer=kernel, use_bias=False)(layers.Flatten()(images))
    return keras.Model([images, keras.Input((beside,))] if beside else images, x)


def made_of(latents):
    return np.reshape(latents @ PATTERNS, (-1, *SHAPE)).astype("float32")


def narrow_dcgan():
    options = {"width": 4, "seed": 1}
    return models.DCGAN(
        generator=networks.dcgan.generator(SHAPE, 6, **options),
        discriminator=networks.dcgan.discriminator(SHAPE, **options),
        seed=0,
    )


def test_what_the_generator_can_make_is_found_around_the_hole():
    latents = RANDOM.uniform(-0.9, 0.9, (5, DIM))
    images = made_of(latents)
    broken = np.where(HOLE[..., None], 0.7, images).astype("float32")
    model = models.DCGAN(generator=linear(), discriminator=brightness())
    filled = model.complete(broken, HOLE, steps=400, weight=0.0, restarts=2, batch_size=3)
    assert filled.dtype == np.uint8
    expected = np.round((images + 1) * 127.5)
    assert np.abs(filled - expected).max() <= 1
    found = model.invert(images, steps=400, weight=0.0, restarts=2)
    assert found.shape == (5, DIM) and found.dtype == np.float32
    np.testing.assert_allclose(found, latents, atol=0.01)


def test_known_pixels_stay_and_nothing_of_the_model_changes():
    """Networks in inference mode: what else is in a batch changes nothing."""
    images = RANDOM.integers(0, 256, (3, *SHAPE), dtype=np.uint8)
    masks = np.stack([HOLE, ~HOLE, np.eye(8, dtype=bool)])
    model = narrow_dcgan()
    for layer in (*model.generator.layers, *model.discriminator.layers):
        if isinstance(layer, layers.BatchNormalization):
            layer.moving_mean.assign(layer.moving_mean + 0.1)
    before = [variable.numpy() for variable in model.variables]
    options = {"steps": 5, "restarts": 2, "weight": 1.0, "seed": 3}
    filled = model.complete(images, masks, **options)
    np.testing.assert_array_equal(filled[~masks], images[~masks])
    assert (filled[masks] != images[masks]).mean() > 0.9
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)
    alone = model.complete(images[1:2], masks[1:2], **options)
    assert np.abs(alone[0].astype(int) - filled[1]).max() <= 1
    # Pixels in the hole do not count.
    images[masks] = 255 - images[masks]
    np.testing.assert_array_equal(model.complete(images, masks, **options), filled)


def test_the_context_outweighs_the_prior_by_far_where_the_search_begins():
    model = models.DCGAN.from_preset("dcgan_mnist")
    shape, latents = model.image_shape, model.sample_latent(8, 0)
    made = model.render(latents)
    weights = losses.context_weights(centre_mask(shape)[None, ..., None])
    context = losses.context_loss(model.generate(8, seed=1) / 127.5 - 1, made, weights)
    prior = losses.prior_loss(model.judge(made, latents))
    assert context.numpy().mean() / (0.1 * prior.numpy().mean()) > 5


def test_the_discriminator_has_a_say():
    images = np.zeros((2, *SHAPE), "float32")
    model = models.DCGAN(generator=linear(), discriminator=brightness(weight=0.5))
    means = [
        model.sample(model.invert(images, steps=200, weight=weight, restarts=1)).numpy().mean()
        for weight in (0.0, 300.0)
    ]
    assert means[0] == pytest.approx(0, abs=0.01) and means[1] > 0.02


def test_the_restart_of_the_least_loss_counts():
    """One of two latents is right from the start, and steps of one move little."""
    model = models.DCGAN(generator=linear(), discriminator=brightness())
    images = made_of([[0.9, 0.9, 0.9], [-0.9, -0.9, -0.9]])
    drawn = np.array([[-0.9] * DIM, [0.9] * DIM], "float32")
    model.sample_latent = lambda count, seed: tf.constant(drawn[:count])
    found = model.invert(images, steps=1, weight=0.0, restarts=2)
    np.testing.assert_allclose(found, drawn[::-1], atol=0.05)


@pytest.mark.parametrize("kind", [models.DCGAN, models.WGAN, models.BoundarySeekingGAN])
def test_latents_stay_where_draws_lie(kind):
    """The images are out of reach."""
    generator = networks.gan.generator(SHAPE, DIM, seed=0)
    if kind is models.BoundarySeekingGAN:
        generator = networks.bgan.generator(SHAPE, DIM, 4, 16, binary=True, seed=0)
    model = kind(generator=generator, discriminator=brightness(weight=0.01))
    images = RANDOM.integers(0, 2, (2, *SHAPE)).astype("uint8") * 255
    found = model.invert(images, steps=60, restarts=1)
    if kind is models.WGAN:  # of N(0, 1)
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.sqrt(DIM), rtol=1e-5)
    else:
        low = 0.0 if kind is models.BoundarySeekingGAN else -1.0
        assert low <= found.min() and found.max() <= 1.0
    filled = model.complete(images, HOLE, steps=2, restarts=1)
    np.testing.assert_array_equal(filled[:, ~HOLE], images[:, ~HOLE])


def test_categories_are_mixed_but_stay_in_range():
    model = models.InfoGAN(SHAPE, latent_dim=7, num_categories=3, num_continuous=2)
    moved = model.nearest_latents(tf.constant([[3.0, -3, -0.5, 0.5, 2, -2, 0.1]])).numpy()
    np.testing.assert_allclose(moved, [[1, -1, 0, 0.5, 1, -1, 0.1]])


def test_models_of_classes_are_told_the_class():
    images = 0.1 * np.array([1.0, 3.0]).reshape(2, 1, 1, 1) + np.zeros((2, *SHAPE), "float32")
    model = models.ConditionalGAN(
        generator=linear(beside=4), discriminator=brightness(beside=4), num_classes=4
    )
    options = {"steps": 200, "weight": 0.0, "restarts": 1}
    found = model.invert(images, labels=[1, 3], **options)
    np.testing.assert_allclose(found, 0, atol=0.02)
    broken = np.where(HOLE[..., None], -1, images).astype("float32")
    filled = model.complete(broken, HOLE, labels=[1, 3], **options)
    assert np.abs(filled - np.round((images + 1) * 127.5)).max() <= 2
    assert model.completion_grid(broken, HOLE, 3, **options).shape == (2 * 8 + 2, 4 * 8 + 6, 1)
    with pytest.raises(ValueError, match=r"\[0, 4\)"):
        model.complete(images, HOLE, labels=4)


def test_an_encoders_code_is_where_inverting_begins():
    codes, images = tf.constant([[0.4, -0.4, 0.2]]), np.zeros((1, *SHAPE), "uint8")
    model = models.BiGAN(
        image_shape=SHAPE,
        generator=linear(),
        encoder=networks.bigan.encoder(SHAPE, DIM, 4, seed=0),
        discriminator=networks.bigan.discriminator(SHAPE, DIM, 4, seed=0),
    )
    model.codes = lambda images, training=False: codes
    found = model.invert(images, steps=1, restarts=1)
    np.testing.assert_allclose(found, codes, atol=0.031)  # one step at the learning rate
    drawn = np.zeros((1, 3, DIM))
    assert (model.starts_of(images, drawn)[0, 1:] == 0).all()
    filled = model.complete(images, HOLE, steps=1, restarts=2)
    np.testing.assert_array_equal(filled[:, ~HOLE], 0)


@pytest.mark.parametrize(
    "kind", [models.AdversarialAutoencoder, models.ConditionalAAE, models.LabelledPriorAAE]
)
def test_a_discriminator_of_codes_judges_codes(kind):
    labelled = kind is models.ConditionalAAE
    model = kind(SHAPE, **({"num_classes": 10} if labelled else {}))
    images = RANDOM.integers(0, 256, (2, *SHAPE), dtype=np.uint8)
    filled = model.complete(images, HOLE, *([[3, 4]] * labelled), steps=2, restarts=1)
    np.testing.assert_array_equal(filled[:, ~HOLE], images[:, ~HOLE])
    latents = tf.random.normal((2, model.latent_dim))
    seen = [model.judge(x, latents, *([[3, 4]] * labelled)) for x in (images, images[::-1])]
    np.testing.assert_array_equal(*seen)


@pytest.mark.parametrize(
    "option", [{"steps": 0}, {"restarts": 1.5}, {"seed": -1}, {"batch_size": 0}, {"weight": -1.0}]
)
def test_options_out_of_range(option):
    (name,) = option
    with pytest.raises(ValueError, match=name):
        narrow_dcgan().complete(np.zeros((1, *SHAPE), "uint8"), HOLE, **option)


def test_what_cannot_be_completed():
    images = np.zeros((2, *SHAPE), "uint8")
    with pytest.raises(ValueError, match="masks .* shape"):
        narrow_dcgan().complete(images, np.zeros((7, 7), bool))
    with pytest.raises(ValueError, match="images"):
        narrow_dcgan().complete(images[0], HOLE)
    points = models.GAN(image_shape=(2,), latent_dim=DIM)
    with pytest.raises(ValueError, match=r"images, but examples are \(2,\)"):
        points.invert(np.zeros((4, 2), "float32"))
