import pathlib
import resource
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasgan
from kerasgan import losses, models
from kerasgan.engine.batches import split

SHAPE = (8, 8, 1)
CLASSES = [models.GAN, models.DCGAN, models.LSGAN, models.WGAN, models.WGANGP]


def build(model_class=models.DCGAN, **options):
    """A model that runs eagerly: its few steps take less time than a graph."""
    model = model_class(SHAPE, **({"seed": 0} | options))
    model.compile(run_eagerly=True)
    return model


# ---------------------------------------------------------------------- the papers' settings


def test_gan_has_the_papers_optimizers():
    model = build(models.GAN)
    optimizer = model.discriminator_optimizer
    assert float(optimizer.learning_rate) == pytest.approx(0.1)
    assert optimizer.momentum == 0.5
    schedule = keras.optimizers.SGD(optimizer._learning_rate)._learning_rate
    # divided by 1.000004 at each update
    assert float(schedule(100_000)) == pytest.approx(0.1 / 1.000004**100_000, rel=1e-3)
    assert model.discriminator_steps == 1 and model.latent_dim == 100


@pytest.mark.parametrize(
    "model_class, optimizer, settings, loss, latent_dim, steps",
    [
        (models.DCGAN, kerasgan.optimizers.Adam, (2e-4, 0.5, 0.999), losses.NonSaturating, 100, 1),
        (models.LSGAN, kerasgan.optimizers.Adam, (2e-4, 0.5, 0.999), losses.LeastSquares, 1024, 1),
        (models.WGANGP, kerasgan.optimizers.Adam, (1e-4, 0.5, 0.9), losses.Wasserstein, 128, 5),
    ],
)
def test_settings_of_the_papers(model_class, optimizer, settings, loss, latent_dim, steps):
    model = build(model_class)
    for found in (model.generator_optimizer, model.discriminator_optimizer):
        assert type(found) is optimizer
        assert (float(found.learning_rate), found.beta_1, found.beta_2) == pytest.approx(settings)
    assert type(model.adversarial_loss) is loss
    assert (model.latent_dim, model.discriminator_steps) == (latent_dim, steps)


def test_wgan_has_the_papers_optimizer():
    model = build(models.WGAN)
    assert type(model.generator_optimizer) is keras.optimizers.RMSprop
    assert float(model.generator_optimizer.learning_rate) == pytest.approx(5e-5)
    assert model.discriminator_steps == 5


@pytest.mark.parametrize(
    "model_class, mean, deviation, largest",
    [
        (models.GAN, 0, 1, 3**0.5),
        (models.DCGAN, 0, 3**-0.5, 1),
        (models.LSGAN, 0, 3**-0.5, 1),
        (models.WGAN, 0, 1, 6),
        (models.WGANGP, 0, 1, 6),
    ],
)
def test_latents_of_the_papers(model_class, mean, deviation, largest):
    latents = build(model_class).sample_latent(2000, seed=1).numpy()
    assert latents.mean() == pytest.approx(mean, abs=0.02)
    assert latents.std() == pytest.approx(deviation, rel=0.02)
    assert 0.8 * deviation * 3**0.5 < np.abs(latents).max() <= largest


# ---------------------------------------------------------------------- training


def test_wgan_clips_the_critic_and_nothing_else(noise_images):
    model = build(models.WGAN, clip=0.005)
    model.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0))
    model.fit(noise_images, batch_size=16, verbose=0)
    critic = [np.abs(w.numpy()).max() for w in model.discriminator.trainable_weights]
    assert max(critic) == pytest.approx(0.005)
    assert max(np.abs(w.numpy()).max() for w in model.generator.trainable_weights) > 0.1
    with pytest.raises(ValueError, match="positive, got -1"):
        models.WGAN(SHAPE, clip=-1)


def test_each_discriminator_step_sees_its_own_part_of_the_batch():
    model = build(discriminator_steps=3)
    batch = tf.reshape(tf.range(9 * 64, dtype=tf.float32), (9, *SHAPE))
    parts = split(batch, model.discriminator_steps)
    np.testing.assert_array_equal(np.concatenate(parts), batch)
    assert [len(part) for part in parts] == [3, 3, 3]
    with pytest.raises(tf.errors.InvalidArgumentError, match="a batch holds. .2"):
        split(batch[:2], model.discriminator_steps)


def test_the_number_of_updates(noise_images):
    model = build(discriminator_steps=4)
    model.fit(noise_images, batch_size=32, verbose=0)
    assert int(model.discriminator_optimizer.iterations) == 8
    assert int(model.generator_optimizer.iterations) == 2


def test_one_step_against_the_algorithm_written_out(noise_images):
    """Algorithm 1 by hand: D descends its loss, then G descends its own through the new D."""
    model = build(models.GAN, generator=tiny_generator(), discriminator=tiny_discriminator())
    model.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.25), run_eagerly=True)
    generator, discriminator = (
        keras.models.clone_model(network) for network in (model.generator, model.discriminator)
    )
    generator.set_weights(model.generator.get_weights())
    discriminator.set_weights(model.discriminator.get_weights())
    latents = model.sample_latent(64, seed=5)
    model.sample_latent = lambda count, seed=None: latents

    model.fit(noise_images, batch_size=64, shuffle=False, verbose=0)

    real = tf.cast(noise_images, "float32") / 127.5 - 1
    with tf.GradientTape() as tape:
        d_loss = tf.reduce_mean(tf.math.softplus(-discriminator(real)))
        d_loss += tf.reduce_mean(tf.math.softplus(discriminator(generator(latents))))
    gradients = tape.gradient(d_loss, discriminator.trainable_weights)
    for weight, gradient in zip(discriminator.trainable_weights, gradients, strict=True):
        weight.assign_sub(0.25 * gradient)
    with tf.GradientTape() as tape:
        g_loss = tf.reduce_mean(tf.math.softplus(-discriminator(generator(latents))))
    gradients = tape.gradient(g_loss, generator.trainable_weights)
    for weight, gradient in zip(generator.trainable_weights, gradients, strict=True):
        weight.assign_sub(0.5 * gradient)

    for ours, theirs in (
        (model.discriminator, discriminator),
        (model.generator, generator),
    ):
        for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def tiny_generator(latent_dim=3):
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            keras.layers.Dense(64, "tanh"),
            keras.layers.Reshape(SHAPE),
        ]
    )


def tiny_discriminator():
    return keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(1, use_bias=False)]
    )


def test_gradient_penalty_of_a_linear_critic(noise_images):
    """f(x) = w . x has the gradient w everywhere."""
    model = models.WGANGP(generator=tiny_generator(), discriminator=tiny_discriminator())
    model.compile()
    model.discriminator.set_weights([np.full((64, 1), 0.5, "float32")])  # ||w|| = 4
    found = model.evaluate(noise_images, batch_size=64, verbose=0, return_dict=True)
    assert found["discriminator_gradient_penalty"] == pytest.approx(10 * (4 - 1) ** 2, rel=1e-5)
    assert found["discriminator_loss"] == pytest.approx(
        found["discriminator_adversarial_loss"] + found["discriminator_gradient_penalty"], rel=1e-5
    )


def test_regularizers_of_the_networks_count(noise_images):
    """Weight decay by 0.1 w^2 moves weights that nothing else moves."""
    layers = keras.layers
    discriminator = keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.Flatten(),
            layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.1)),
        ]
    )
    model = models.WGANGP(
        generator=tiny_generator(), discriminator=discriminator, discriminator_steps=1
    )
    sgd = keras.optimizers.SGD(0.5)
    model.compile(discriminator_optimizer=sgd, penalty=losses.R1(0.0), run_eagerly=True)
    discriminator.set_weights([np.full((64, 1), 2.0, "float32"), np.zeros(1, "float32")])
    model.generator.set_weights([np.zeros((3, 64), "float32"), np.zeros(64, "float32")])
    grey = np.zeros_like(noise_images, "float32")  # what the generator makes, too
    found = model.evaluate(grey, verbose=0, return_dict=True)
    assert found["discriminator_adversarial_loss"] == pytest.approx(0, abs=1e-5)
    assert found["discriminator_loss"] == pytest.approx(0.1 * 4 * 64, rel=1e-5)
    model.fit(grey, batch_size=64, verbose=0)
    # 2 - 0.5 * (2 * 0.1 * 2)
    np.testing.assert_allclose(discriminator.get_weights()[0], 1.8, rtol=1e-5)


class Weights(keras.callbacks.Callback):
    """Keeps a network's weights after each step."""

    def __init__(self, network):
        super().__init__()
        self.network, self.steps = network, []

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(self.network.get_weights())


def test_ema_follows_the_recurrence(noise_images):
    # A half-life of a twentieth of the steps: 0.5 ** (20 / t), until that exceeds the decay.
    decays = [0.5**20, 0.5**10, 0.5 ** (20 / 3), 0.03, 0.03, 0.03]
    model = build(models.GAN, ema=0.03)
    expected = model.generator_ema.get_weights()
    seen = Weights(model.generator)
    model.fit(noise_images[:48], batch_size=8, verbose=0, callbacks=[seen])
    for decay, weights in zip(decays, seen.steps, strict=True):
        expected = [decay * a + (1 - decay) * w for a, w in zip(expected, weights, strict=True)]
    assert any((a != b).any() for a, b in zip(seen.steps[-2], seen.steps[-1], strict=True))
    for average, value in zip(model.generator_ema.get_weights(), expected, strict=True):
        np.testing.assert_allclose(average, value, rtol=1e-5, atol=1e-7)
    assert model.sampler is model.generator_ema
    np.testing.assert_array_equal(
        model.generate(3, seed=0),
        kerasgan.data.to_uint8(model.generator_ema(model.sample_latent(3, seed=0))),
    )


def test_ema_copies_what_is_not_trained(noise_images):
    model = models.DCGAN(
        generator=kerasgan.networks.dcgan.generator((8, 8, 1), 4, width=4, seed=0),
        discriminator=kerasgan.networks.dcgan.discriminator((8, 8, 1), width=4, seed=0),
        ema=0.99,
        seed=0,
    )
    model.compile(generator_optimizer=keras.optimizers.SGD(0.1), run_eagerly=True)
    model.fit(noise_images, batch_size=16, verbose=0)
    pairs = list(zip(model.generator_ema.weights, model.generator.weights, strict=True))
    statistics = [(a.numpy(), w.numpy()) for a, w in pairs if not w.trainable]
    assert len(statistics) == 2
    for average, network in statistics:
        np.testing.assert_array_equal(average, network)
    assert any((a.numpy() != w.numpy()).any() for a, w in pairs if w.trainable)


@pytest.mark.parametrize("steps", [1, 10, 40])
def test_an_average_of_few_steps_shows_what_the_generator_has_learnt(noise_images, steps):
    """One that began with the initial weights, or their statistics, would make grey images."""
    model = models.DCGAN(
        generator=kerasgan.networks.dcgan.generator((8, 8, 1), 4, width=8, seed=0),
        discriminator=kerasgan.networks.dcgan.discriminator((8, 8, 1), width=8, seed=0),
        ema=0.999,
        seed=0,
    )
    model.compile(generator_optimizer=keras.optimizers.Adam(1e-2))
    images = kerasgan.data.Images(noise_images)
    model.fit(images.stream(32, seed=0), steps_per_epoch=steps, verbose=0)
    latents = model.sample_latent(64, seed=0)
    raw, average = (
        np.std(network(latents, training=False), axis=0).mean()
        for network in (model.generator, model.generator_ema)
    )
    assert average > 0.5 * raw


def test_the_count_of_averaged_steps_is_saved_and_outlives_compiling(noise_images, tmp_path):
    model = build(ema=0.9)
    model.fit(noise_images, batch_size=16, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    loaded.compile()
    assert int(loaded.ema_updates.numpy()) == 4
    loaded.fit(noise_images, batch_size=16, verbose=0)
    assert int(loaded.ema_updates.numpy()) == 8


def test_evaluation_is_of_the_average(noise_images):
    """Weights of the generator itself do not count, those of its average do."""
    model = build(ema=0.9)
    model.fit(noise_images, batch_size=16, verbose=0)
    before = model.evaluate(noise_images, verbose=0, return_dict=True)
    model.generator.set_weights([0 * weight for weight in model.generator.get_weights()])
    assert model.evaluate(noise_images, verbose=0, return_dict=True) == before
    examined = model.examine(noise_images)
    assert examined["diversity"] > 0
    model.generator_ema.set_weights([0 * weight for weight in model.generator.get_weights()])
    assert model.evaluate(noise_images, verbose=0, return_dict=True) != before
    assert model.health_stats(noise_images)["diversity"] == 0


def test_every_adversarial_loss_and_penalty_trains(noise_images):
    for loss in ("minimax", "hinge", "relativistic_average", losses.NonSaturating(0.1)):
        for penalty in (None, losses.R1(), losses.DRAGAN(), losses.OneSidedGradientPenalty()):
            model = models.GAN(generator=tiny_generator(), discriminator=tiny_discriminator())
            # Without a graph, which is faster for two steps.
            options = {"adversarial_loss": loss, "penalty": penalty, "run_eagerly": True}
            model.compile("adam", "adam", **options)
            before = model.get_weights()
            history = model.fit(noise_images, verbose=0).history
            assert ("discriminator_gradient_penalty" in history) == (penalty is not None)
            assert all(np.isfinite(v).all() for v in history.values())
            after = model.get_weights()
            assert all((a != b).any() for a, b in zip(before, after, strict=True))


def test_a_discriminator_that_tells_apart_has_accuracies_of_one(noise_images):
    bright = np.full_like(noise_images, 255)
    model = models.GAN(generator=tiny_generator(), discriminator=tiny_discriminator(), seed=0)
    model.compile()
    model.discriminator.set_weights([np.full((64, 1), 1.0, "float32")])
    model.generator.set_weights(
        [np.zeros((3, 64), "float32"), np.full((64,), -2.0, "float32")]  # dark images
    )
    found = model.evaluate(bright, verbose=0, return_dict=True)
    assert found["real_accuracy"] == 1.0 and found["fake_accuracy"] == 1.0


def test_evaluate_changes_nothing_and_leaves_the_noise_of_training(noise_images):
    model = build()
    before = model.get_weights()
    seed = model.seed_generator.state.numpy()
    first = model.evaluate(noise_images, verbose=0, return_dict=True)
    assert set(first) == set(model.loss_names())
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))
    np.testing.assert_array_equal(model.seed_generator.state, seed)
    assert model.evaluate(noise_images, verbose=0, return_dict=True) == first


def test_validation_data_is_logged(noise_images):
    history = build().fit(noise_images, validation_data=noise_images[:10], verbose=0).history
    assert {"val_discriminator_loss", "val_generator_loss", "val_real_accuracy"} <= set(history)


def test_data_in_every_form(noise_images):
    """uint8, float, (x, y), data sets and generators are one thing."""
    floats = np.asarray(kerasgan.data.to_float(noise_images))
    labels = np.arange(64)
    slices = tf.data.Dataset.from_tensor_slices
    forms = [
        (noise_images,),
        (floats,),
        (floats.astype("float64"),),
        (noise_images, labels),
        (slices(noise_images).batch(32),),
        (slices((noise_images, labels)).batch(32),),
        (((noise_images[i : i + 32],) for i in (0, 32)),),
    ]
    results = []
    for form in forms:
        model = build(models.GAN, generator=tiny_generator(), discriminator=fixed_discriminator())
        model.generator.set_weights([np.ones((3, 64), "float32"), np.zeros(64, "float32")])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras' on generators that run out
            model.fit(*form, shuffle=False, verbose=0)
        results.append(model.discriminator.get_weights()[0])
    for result in results[1:]:
        np.testing.assert_allclose(result, results[0], atol=1e-6)


def fixed_discriminator():
    discriminator = tiny_discriminator()
    discriminator.set_weights([np.linspace(-1, 1, 64, dtype="float32").reshape(64, 1)])
    return discriminator


def test_seeds_make_training_reproducible(noise_images):
    def train(seed):
        model = build(models.GAN, seed=seed)
        model.fit(noise_images, shuffle=False, verbose=0)
        return model.generate(2, seed=0)

    first = train(1)
    np.testing.assert_array_equal(train(1), first)
    assert (train(2) != first).any()


def test_training_does_not_leak(noise_images):
    model = models.GAN(generator=tiny_generator(), discriminator=tiny_discriminator(), ema=0.9)
    model.compile("adam", "adam")
    batches = tf.data.Dataset.from_tensors(noise_images[:8]).repeat()

    def fit(steps):
        model.fit(batches, steps_per_epoch=steps, verbose=0)
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    before = fit(200)
    assert fit(1800) - before < 50e6


# ---------------------------------------------------------------------- generating


def test_generate():
    model = build()
    images = model.generate(5, seed=1)
    assert images.shape == (5, *SHAPE) and images.dtype == np.uint8
    np.testing.assert_array_equal(model.generate(5, seed=1, batch_size=2), images)
    assert (model.generate(5, seed=2) != images).any()
    assert (model.generate(5) != model.generate(5)).any()
    np.testing.assert_array_equal(
        kerasgan.data.to_uint8(model.predict(model.sample_latent(5, seed=1), verbose=0)), images
    )


def test_generate_follows_the_global_seed():
    model = build()
    keras.utils.set_random_seed(1)
    first = model.generate(3)
    keras.utils.set_random_seed(1)
    np.testing.assert_array_equal(model.generate(3), first)


@pytest.mark.parametrize("count", [0, -1, 2.0, True, "3"])
def test_generate_refuses_nonsense(count):
    with pytest.raises(ValueError, match="count must be a positive integer, got"):
        build().generate(count)


# ---------------------------------------------------------------------- networks of the user


def test_unbuilt_networks_are_built():
    generator = keras.Sequential([keras.layers.Dense(64, "tanh"), keras.layers.Reshape(SHAPE)])
    discriminator = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
    model = models.DCGAN(SHAPE, 7, generator, discriminator)
    assert model.latent_dim == 7
    assert model.discriminator.built


@keras.saving.register_keras_serializable("tests")
class SubclassedGenerator(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(64, "tanh")
        self.reshape = keras.layers.Reshape(SHAPE)

    def call(self, latents, training=False):
        return self.reshape(self.dense(latents))


@keras.saving.register_keras_serializable("tests")
class SubclassedDiscriminator(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.convolution = keras.layers.Conv2D(1, 3, padding="same")  # a map of patches

    def call(self, images, training=False):
        return self.convolution(images)


def test_subclassed_networks(tmp_path, noise_images):
    generator, discriminator = SubclassedGenerator(), SubclassedDiscriminator()
    model = models.GAN(None, 5, generator, discriminator, ema=0.9)
    assert model.generator is generator and model.image_shape == SHAPE
    model.compile("adam", "adam", run_eagerly=True)
    before = model.get_weights()
    model.fit(noise_images, verbose=0)
    assert all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.generate(3, seed=1), model.generate(3, seed=1))
    loaded.fit(noise_images, verbose=0)
    loaded.export(tmp_path / "saved_model")
    served = tf.saved_model.load(tmp_path / "saved_model")
    np.testing.assert_array_equal(served.generate_n(3, 1), loaded.generate(3, seed=1))
    assert served.discriminate(noise_images).shape == (64, 8, 8, 1)


def test_one_network_of_the_user_and_one_of_the_paper():
    model = models.DCGAN(generator=tiny_generator())
    assert model.discriminator.input_shape == (None, *SHAPE)
    model = models.DCGAN(discriminator=tiny_discriminator(), latent_dim=9)
    assert model.generator.input_shape == (None, 9)
    assert model.generator.output_shape == (None, *SHAPE)


@pytest.mark.parametrize(
    "options, message",
    [
        ({}, "Give an image_shape"),
        ({"image_shape": (30, 30, 1)}, "30 x 30 cannot be built"),
        ({"image_shape": (28, 28)}, "image_shape must be"),
        ({"image_shape": SHAPE, "latent_dim": 0}, "latent_dim must be a positive integer, got 0"),
        ({"image_shape": SHAPE, "discriminator_steps": 0}, "discriminator_steps must .* got 0"),
        ({"image_shape": SHAPE, "ema": 1.5}, r"ema must be a decay in \(0, 1\).*got 1.5"),
        ({"image_shape": SHAPE, "seed": "a"}, "seed must be an integer .* got 'a'"),
        ({"generator": "mlp"}, "generator must be a keras.Model, got 'mlp'"),
        (
            {"generator": tiny_generator, "latent_dim": 4},
            r"takes \(3,\), but latent_dim says \(4,\)",
        ),
        ({"generator": tiny_generator, "image_shape": (16, 16, 1)}, r"generator makes \(8, 8, 1\)"),
        ({"discriminator": tiny_discriminator, "image_shape": (16, 16, 1)}, r"takes \(8, 8, 1\)"),
        ({"generator": tiny_discriminator}, r"must take latents \(N, dim\), it takes \(8, 8, 1\)"),
        ({"generator": keras.Sequential}, "generator does not tell what it takes: give latent_dim"),
    ],
)
def test_wrong_arguments_are_named(options, message):
    options = {k: v() if callable(v) else v for k, v in options.items()}
    with pytest.raises(ValueError, match=message):
        models.DCGAN(**options)


# ---------------------------------------------------------------------- compiling and data


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"optimizer": "adam"}, TypeError, "does not take optimizer"),
        ({"loss": "mse", "loss_weights": []}, TypeError, "does not take loss, loss_weights"),
        ({"adversarial_loss": "vanilla"}, ValueError, "Unknown adversarial loss 'vanilla'"),
        ({"penalty": 10.0}, ValueError, "penalty must be a kerasgan.losses.Penalty.*got 10.0"),
    ],
)
def test_compile_refuses_what_it_does_not_know(options, error, message):
    with pytest.raises(error, match=message):
        models.DCGAN(SHAPE).compile(**options)


def test_one_optimizer_for_two_networks_is_refused():
    optimizer = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="must be separate objects"):
        models.DCGAN(SHAPE).compile(optimizer, optimizer)


@pytest.mark.parametrize(
    "x, message",
    [
        (np.zeros((4, 8, 8), "uint8"), r"add a channel axis: x\[..., None\]"),
        (np.zeros((4, 9, 8, 1), "uint8"), r"\(4, 9, 8, 1\)"),
        (np.zeros((4, 8, 8, 1), "int32"), "uint8 in .* but is of dtype int32"),
        (np.full((4, 8, 8, 1), 255.0), r"float64 in \[255, 255\]"),
        (np.full((4, 8, 8, 1), np.nan, "float32"), "NaN"),
        ([[1]], "type list"),
        (tf.data.Dataset.from_tensors(np.zeros((4, 9, 8, 1), "uint8")), r"9, 8, 1\)"),
        (tf.data.Dataset.from_tensors(np.full((4, 8, 8, 1), 7.0, "float32")), r"\[7, 7\]"),
    ],
)
def test_wrong_images_are_refused_everywhere(x, message, noise_images):
    model = build()
    for call in (
        lambda: model.fit(x),
        lambda: model.evaluate(x),
        lambda: model.fit(noise_images, validation_data=x),
    ):
        with pytest.raises(ValueError, match=message):
            call()


class OneBatch(keras.utils.PyDataset):
    def __init__(self, batch):
        super().__init__()
        self.batch = batch

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return (self.batch,)


@pytest.mark.parametrize("wrap", [OneBatch, lambda x: ((x,) for _ in range(1))])
def test_sources_of_batches_are_checked_too(wrap, noise_images):
    build().fit(wrap(noise_images), verbose=0)
    with pytest.raises(ValueError, match=r"float32 in \[0, 255\]"):
        build().fit(wrap(noise_images.astype("float32")), verbose=0)


def test_weights_of_examples_are_refused(noise_images):
    for options in ({"class_weight": {0: 1.0}}, {"sample_weight": np.ones(64)}):
        with pytest.raises(ValueError, match="neither sample_weight nor class_weight"):
            build().fit(noise_images, np.zeros(64, "int32"), verbose=0, **options)


def test_frozen_networks_are_refused():
    model = models.DCGAN(SHAPE)
    model.discriminator.trainable = False
    with pytest.raises(ValueError, match="'discriminator' has no trainable weights"):
        model.compile()


def test_dropout_differs_between_replicas(mirrored):
    with mirrored.scope():
        model = models.GAN(SHAPE, seed=0)
        network = keras.Sequential([keras.Input((64,)), keras.layers.Dropout(0.5)])
    run = tf.function(
        lambda: mirrored.run(lambda: model.apply(network, tf.ones((1, 64)), training=True))
    )
    one, two = mirrored.experimental_local_results(run())
    assert (one != two).numpy().any()


def test_a_users_layers_are_theirs_again_after_a_step(mirrored):
    with mirrored.scope():
        generator = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(64, "tanh"),
                keras.layers.Reshape(SHAPE),
            ]
        )
        model = models.DCGAN(SHAPE, generator=generator)
        model.compile()
    model.fit(np.zeros((8, *SHAPE), "uint8"), batch_size=4, verbose=0)
    seeds = generator.layers[0].seed_generator
    assert type(seeds) is keras.random.SeedGenerator and "next" not in vars(seeds)


def test_numpy_integers_are_integers(tmp_path):
    model = models.DCGAN(
        tuple(np.array(SHAPE)), np.int64(5), discriminator_steps=np.int32(2), seed=np.int64(3)
    )
    model.save(tmp_path / "model.keras")
    assert model.generate(np.int64(2), seed=np.uint32(1)).shape == (2, *SHAPE)


def test_what_does_not_work_on_replicas_is_refused(mirrored, noise_images):
    with mirrored.scope():
        model = build()
    for options in ({"jit_compile": True}, {"steps_per_execution": 2}):
        with pytest.raises(ValueError, match="do not work on 2 replicas"):
            model.compile(**options)
    singles = tf.data.Dataset.from_tensor_slices(noise_images).batch(1)
    for x, options, message in [
        (OneBatch(noise_images), {}, "array or a tf.data.Dataset"),
        (noise_images, {"batch_size": 1}, "batch_size=1 leaves some of 2 replicas none"),
        (singles, {}, "Batches of 1 leave some of 2 replicas none"),
        (singles.unbatch().batch(1, drop_remainder=True), {}, "Batches of 1 leave some of 2"),
        (noise_images, {"batch_size": 65}, "64 images, fewer than one batch of 65"),
        (noise_images, {"validation_split": 0.5}, "give validation_data"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.fit(x, verbose=0, **options)


def test_an_endless_data_set_needs_its_steps(noise_images):
    batches = tf.data.Dataset.from_tensors(noise_images).repeat()
    with pytest.raises(ValueError, match="endless data set: give fit.. its steps_per_epoch"):
        build().fit(batches)
    with pytest.raises(ValueError, match="validation_data is an endless .* its validation_steps"):
        build().fit(noise_images, validation_data=batches)


def test_single_batches(noise_images):
    model, twin = build(), build()
    batches = np.split(noise_images, 4)
    for x in batches:
        model.train_on_batch(x)
    twin.fit(tf.data.Dataset.from_tensor_slices(batches), verbose=0)
    assert model.generator_optimizer.iterations == 4
    for ours, theirs in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_compiling_again_begins_anew(noise_images):
    model, twin = build(), build()
    model.examine(noise_images)
    for each in (model, twin):
        each.compile(adversarial_loss="least_squares")
    assert model.examine(noise_images) == twin.examine(noise_images)


def test_loss_scaling_can_be_left_to_the_user():
    keras.config.set_dtype_policy("mixed_float16")
    model = build()
    assert type(model.generator_optimizer) is keras.optimizers.LossScaleOptimizer
    model.compile(auto_scale_loss=False)
    assert type(model.generator_optimizer) is not keras.optimizers.LossScaleOptimizer


def test_pixels_in_0_1_are_warned_of(noise_images):
    with pytest.warns(UserWarning, match=r"expected in \[-1, 1\]") as caught:
        build().fit(noise_images / 255.0, verbose=0)
    assert caught[0].filename == __file__


# ---------------------------------------------------------------------- files


def test_what_was_compiled_is_loaded(tmp_path, noise_images):
    model = models.DCGAN(SHAPE, ema=0.9, discriminator_steps=2, seed=4)
    model.compile(
        keras.optimizers.Adam(1e-3),
        "sgd",
        adversarial_loss=losses.LeastSquares(-1.0, 1.0, 0.0),
        penalty=losses.R1(3.0),
        steps_per_execution=2,
    )
    model.fit(noise_images, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded) is models.DCGAN
    assert (loaded.ema, loaded.discriminator_steps, loaded.seed) == (0.9, 2, 4)
    assert loaded.adversarial_loss.get_config() == {"a": -1.0, "b": 1.0, "c": 0.0}
    assert loaded.penalty.weight == 3.0
    assert loaded.steps_per_execution == 2
    assert type(loaded.discriminator_optimizer) is keras.optimizers.SGD
    np.testing.assert_array_equal(loaded.generate(3, seed=1), model.generate(3, seed=1))


def test_an_uncompiled_model_saves_loads_generates_and_exports(tmp_path):
    model = models.WGAN(SHAPE, seed=0, clip=0.02)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.clip == 0.02
    np.testing.assert_array_equal(loaded.generate(3, seed=1), model.generate(3, seed=1))
    loaded.export(tmp_path / "saved_model")


def test_export_writes_over_nothing_but_a_saved_model(tmp_path):
    model = build()
    (tmp_path / "thesis.txt").write_text("three years")
    with pytest.raises(ValueError, match="is no SavedModel: nothing was written"):
        model.export(tmp_path)
    with pytest.raises(ValueError, match="is no SavedModel: nothing was written"):
        model.export(tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text() == "three years"
    (tmp_path / ".unfinished-new").mkdir()  # as a killed process leaves it
    model.export(tmp_path / "new")
    model.export(tmp_path / "new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new", "thesis.txt"]
    with pytest.raises(ValueError, match=r"but not 'torch'.* model\.sampler\.export"):
        model.export(tmp_path / "other", format="torch")


@pytest.mark.parametrize("name", ["run[v2]", "[v2]/model", "back\\slash", "run[v2]/../model[3]"])
def test_export_refuses_paths_that_tensorflow_does_not_load(name, tmp_path):
    with pytest.raises(ValueError, match="cannot load a SavedModel from .*Nothing was written"):
        build().export(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_export_to_a_path_with_other_characters(tmp_path):
    build().export(tmp_path / "a [b * ? {c} ü" / "model")
    tf.saved_model.load(tmp_path / "a [b * ? {c} ü" / "model")


def test_outputs_have_names_where_they_are_served(tmp_path):
    model = build()
    model.export(tmp_path)
    served = tf.saved_model.load(tmp_path)
    count, seed = tf.constant(2), tf.constant(1, "int64")
    made = served.signatures["generate_n"](count=count, seed=seed)
    assert set(made) == {"images"}
    np.testing.assert_array_equal(made["images"], served.generate_n(count, seed))
    latents = served.signatures["sample_latent"](count=count, seed=seed)["latents"]
    images = served.signatures["serving_default"](latents=latents)["images"]
    np.testing.assert_array_equal(images, served.generate(latents))
    logits = served.signatures["discriminate"](images=images)["logits"]
    np.testing.assert_array_equal(logits, served.discriminate(images))


@pytest.mark.parametrize("name", ["model.h5", "model.hdf5", "model.weights.h5"])
def test_hdf5_files_of_models_are_refused(name, tmp_path):
    (tmp_path / name).write_text("was there")
    with pytest.raises(ValueError, match=r"DCGAN is saved as a \.keras file"):
        build().save(tmp_path / name)
    assert (tmp_path / name).read_text() == "was there"
    with pytest.raises(ValueError, match="Invalid filepath extension"):
        build().save(tmp_path / "model.pt")


@pytest.mark.parametrize("error", [tf.errors.ResourceExhaustedError, tf.errors.OutOfRangeError])
def test_an_export_that_fails_leaves_what_was_there(tmp_path, monkeypatch, error):
    model = build()
    model.export(tmp_path / "old")
    before = (tmp_path / "old" / "saved_model.pb").read_bytes()

    def write_out(self, path, **kwargs):
        (pathlib.Path(path) / "saved_model.pb").write_bytes(b"half")
        raise error(None, None, "No space left on device")

    monkeypatch.setattr(type(keras.export.ExportArchive()), "write_out", write_out)
    for name in ("old", "new"):
        with pytest.raises(OSError, match=f"{name} cannot be written: No space left on device"):
            model.export(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old" / "saved_model.pb").read_bytes() == before


def test_export_to_where_a_link_leads(tmp_path, noise_images):
    model = build()
    model.export(tmp_path / "v1")
    (tmp_path / "current").symlink_to(tmp_path / "v1")
    model.fit(noise_images, verbose=0)
    model.export(tmp_path / "current")
    served = tf.saved_model.load(tmp_path / "current")
    np.testing.assert_array_equal(served.generate_n(2, 1), model.generate(2, seed=1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current", "v1"]


def test_export_to_a_url():
    model = build()
    for _ in range(2):
        model.export("ram://bucket/model")
        served = tf.saved_model.load("ram://bucket/model")
        np.testing.assert_array_equal(served.generate_n(2, 1), model.generate(2, seed=1))
    assert not pathlib.Path("ram:").exists()


def test_the_averaged_generator_is_exported(tmp_path, noise_images):
    model = build(ema=0.9)
    model.fit(noise_images, verbose=0)
    model.generator.set_weights([2 * weight for weight in model.generator.get_weights()])
    model.export(tmp_path)
    archive = tf.saved_model.load(tmp_path)
    served = archive.generate_n(2, 1)
    np.testing.assert_array_equal(served, model.generate(2, seed=1))
    latents = model.sample_latent(2, seed=1)
    assert (kerasgan.data.to_uint8(model.generator(latents)) != served).numpy().any()
