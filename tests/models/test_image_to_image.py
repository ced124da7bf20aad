"""pix2pix, CycleGAN, DualGAN and SRGAN, beyond the laws that all variants obey."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import data, losses, metrics, models, networks
from kerasgan.data import comparison_grid

RANDOM = np.random.default_rng(0)
X, Y = (RANDOM.uniform(-1, 1, (4, 8, 8, 3)).astype("float32") for _ in range(2))

pytestmark = pytest.mark.usefixtures("eagerly")


def scaling(factor, name=None):
    """A generator that multiplies images by one weight."""
    images = keras.Input((None, None, 3))
    weight = keras.initializers.Constant(factor)
    made = keras.layers.DepthwiseConv2D(1, use_bias=False, depthwise_initializer=weight)(images)
    return keras.Model(images, made, name=name)


def judge(*channels, name=None):
    """A discriminator whose map of logits is the weighted sum of all channels."""
    inputs = [keras.Input((None, None, each)) for each in channels]
    x = keras.layers.Concatenate()(inputs) if len(inputs) > 1 else inputs[0]
    logits = keras.layers.Conv2D(1, 1, kernel_initializer=keras.initializers.Constant(0.1))(x)
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], logits, name=name)


def softplus(x):
    return np.log1p(np.exp(x))


def evaluate(model, x, y):
    return model.evaluate(x, y, batch_size=len(x), return_dict=True, verbose=0)


# --- pix2pix --------------------------------------------------------------------------------------


def pix2pix(**options):
    model = models.Pix2Pix(
        (8, 8, 3), generator=scaling(0.5), discriminator=judge(3, 3), seed=0, **options
    )
    return model


def test_pix2pix_losses_against_the_paper():
    model = pix2pix()
    model.compile()
    found = evaluate(model, X, Y)
    made = 0.5 * X
    real = 0.1 * (X + Y).sum(-1)
    fake = 0.1 * (X + made).sum(-1)
    assert found["l1"] == pytest.approx(np.abs(Y - made).mean(), rel=1e-5)
    assert found["generator_content_loss"] == pytest.approx(100 * np.abs(Y - made).mean(), rel=1e-5)
    assert found["generator_adversarial_loss"] == pytest.approx(softplus(-fake).mean(), rel=1e-4)
    assert found["generator_loss"] == pytest.approx(
        softplus(-fake).mean() + 100 * np.abs(Y - made).mean(), rel=1e-5
    )
    expected = 0.5 * (softplus(-real).mean() + softplus(fake).mean())
    assert found["discriminator_loss"] == pytest.approx(expected, rel=1e-4)


def test_pix2pix_with_l2_and_other_weights(tmp_path):
    model = pix2pix(content_weight=7.0, adversarial_weight=3.0)
    model.compile(content_loss=losses.l2)
    made = 0.5 * X
    expected = {
        "generator_content_loss": 7 * np.square(Y - made).mean(),
        "generator_adversarial_loss": 3 * softplus(-0.1 * (X + made).sum(-1)).mean(),
    }
    model.save(tmp_path / "model.keras")
    for each in (model, keras.models.load_model(tmp_path / "model.keras")):
        found = evaluate(each, X, Y)
        assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)


def test_compiling_again_brings_back_the_papers_content_loss():
    model = pix2pix()
    model.compile(content_loss=losses.l2)
    model.compile()
    found = evaluate(model, X, Y)["generator_content_loss"]
    assert found == pytest.approx(100 * np.abs(Y - 0.5 * X).mean(), rel=1e-5)


def test_one_step_of_pix2pix_against_its_gradients():
    model = pix2pix()
    sgd = {
        f"{name}_optimizer": keras.optimizers.SGD(0.01) for name in ("generator", "discriminator")
    }
    model.compile(**sgd)
    judge_before = [w.numpy() for w in model.discriminator.weights]
    model.fit(X, Y, batch_size=4, epochs=1, verbose=0)

    kernel, bias = map(tf.Variable, judge_before)
    weight = tf.Variable(0.5 * np.ones((1, 1, 3, 1), "float32"))

    def logits(images):
        return tf.nn.conv2d(tf.concat([images, X], -1), kernel, 1, "SAME") + bias

    with tf.GradientTape() as tape:
        fake = X * weight[..., 0]
        loss = 0.5 * tf.reduce_mean(tf.nn.softplus(-logits(Y)))
        loss += 0.5 * tf.reduce_mean(tf.nn.softplus(logits(tf.stop_gradient(fake))))
    for variable, gradient in zip((kernel, bias), tape.gradient(loss, [kernel, bias]), strict=True):
        variable.assign_sub(0.01 * gradient)
    with tf.GradientTape() as tape:
        fake = X * weight[..., 0]
        loss = tf.reduce_mean(tf.nn.softplus(-logits(fake)))
        loss += 100 * tf.reduce_mean(tf.abs(Y - fake))
    weight.assign_sub(0.01 * tape.gradient(loss, weight))
    np.testing.assert_allclose(model.discriminator.weights[0], kernel, atol=1e-6)
    np.testing.assert_allclose(model.generator.weights[0], weight, atol=1e-5)


def test_without_a_game_there_is_no_discriminator(tmp_path):
    model = models.Pix2Pix((8, 8, 3), generator=scaling(0.5), adversarial_weight=0.0)
    model.compile(keras.optimizers.SGD(0.1))
    assert model.discriminator is None and model.discriminator_optimizer is None
    history = model.fit(X, Y, epochs=2, verbose=0, validation_data=(X, Y)).history
    assert history["val_l1"][1] < history["val_l1"][0]
    assert "discriminator_loss" not in history
    assert set(model.endpoints()) == {"translate"}
    model.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").discriminator is None


def test_pix2pix_has_the_papers_networks_and_optimizers():
    model = models.Pix2Pix((64, 64, 1), output_channels=2)
    model.compile()
    assert model.generator.output_shape == (None, None, None, 2)
    assert [shape[-1] for shape in model.discriminator.input_shape] == [2, 1]
    assert any(isinstance(layer, keras.layers.Dropout) for layer in model.generator.layers)
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(2e-4)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.999)


def test_dropout_is_the_noise():
    model = models.Pix2Pix(
        generator=networks.unet.generator((32, 32, 3), width=4), input_shape=(32, 32, 3)
    )
    x = RANDOM.uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
    pixels = data.to_uint8(x).numpy()
    np.testing.assert_array_equal(model.translate(pixels), model.translate(pixels))
    samples = [model.generator(x, training=True).numpy() for _ in range(2)]
    assert np.abs(samples[0] - samples[1]).max() > 1e-3
    # No image depends on the others of its batch, but for the order in which sums are taken.
    apart = model.translate(pixels)[:1].astype(int) - model.translate(pixels[:1])
    assert np.abs(apart).max() <= 1


@pytest.mark.parametrize("size", [(32, 32), (64, 96), (40, 17), (3, 5), (1, 1)])
def test_translations_of_any_size(size):
    model = models.Pix2Pix((32, 32, 3), generator=networks.unet.generator((32, 32, 3), width=4))
    pixels = RANDOM.integers(0, 256, (2, *size, 3), dtype=np.uint8)
    made = model.translate(pixels)
    assert made.shape == (2, *size, 3) and made.dtype == np.uint8
    floats = data.to_float(pixels).numpy()
    # Batches of another size may take sums in another order.
    assert np.abs(model.translate(floats, batch_size=1).astype(int) - made).max() <= 1
    if size == (32, 32):
        expected = data.to_uint8(model.generator(floats)).numpy().astype(int)
        assert np.abs(made - expected).max() <= 1


def test_networks_of_one_size_take_that_size():
    fixed = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(3, 3, padding="same")])
    model = models.Pix2Pix(generator=fixed, discriminator=judge(3, 3))
    assert model.translate(np.zeros((1, 8, 8, 3), "uint8")).shape == (1, 8, 8, 3)
    with pytest.raises(ValueError, match=r"images must have shape \(count, 8, 8, 3\)"):
        model.translate(np.zeros((1, 9, 8, 3), "uint8"))


@pytest.mark.parametrize("size", [(3, 5), (4, 30), (9, 9)])
def test_translations_by_a_residual_generator_of_any_size(size, tmp_path):
    generators = [networks.resnet.generator(3, 3, 4, 1, name, 0) for name in ("ab", "ba")]
    judges = [judge(3, name=name) for name in "cd"]
    model = models.CycleGAN((8, 8, 3), *generators, *judges)
    pixels = RANDOM.integers(0, 256, (2, *size, 3), dtype=np.uint8)
    made = model.translate(pixels)
    assert made.shape == pixels.shape
    # As the generator makes it of the picture and its mirror image, on and on.
    wide = np.pad(pixels, [(0, 0), *((0, 40 - side) for side in size), (0, 0)], "symmetric")
    height, width = (max(8, side + -side % 4) for side in size)
    padded = wide[:, :height, :width]
    expected = data.to_uint8(generators[0](data.to_float(padded)))[:, : size[0], : size[1]]
    assert np.abs(made - expected.numpy().astype(int)).max() <= 1
    assert model.translate(pixels[:, :1, :1]).shape == (2, 1, 1, 3)
    if size == (3, 5):
        model.export(tmp_path / "served")
        served = tf.saved_model.load(tmp_path / "served")
        np.testing.assert_array_equal(served.a_to_b(pixels), made)


@pytest.mark.parametrize(
    "channels, expected",
    [
        # grey 10; grey 20 and alpha 30; RGB 40, 50, 60; RGBA 70, 80, 90 and alpha 100
        ((1, 1), [[10], [10]]),
        ((1, 2), [[10, 255], [20, 30]]),
        ((2, 2), [[20, 30], [20, 30]]),
        ((1, 3), [[10, 10, 10], [40, 50, 60]]),
        ((2, 3), [[20, 20, 20, 30], [40, 50, 60, 255]]),
        ((3, 4), [[40, 50, 60, 255], [70, 80, 90, 100]]),
        ((4, 1), [[70, 80, 90, 100], [10, 10, 10, 255]]),
        ((4, 2), [[70, 80, 90, 100], [20, 20, 20, 30]]),
    ],
)
def test_panels_of_grey_colours_and_alpha(channels, expected):
    pixels = {1: [10], 2: [20, 30], 3: [40, 50, 60], 4: [70, 80, 90, 100]}
    columns = [np.full((1, 1, 1, each), pixels[each], "uint8") for each in channels]
    picture = comparison_grid(columns)
    np.testing.assert_array_equal(picture[0, [0, 3]], expected)


def test_panels_show_input_translation_and_target():
    model = models.Pix2Pix((8, 8, 3), generator=scaling(-1.0), discriminator=judge(3, 3))
    picture = model.grid(X[:2], Y[:2])
    assert picture.shape == (2 * 8 + 2, 3 * 8 + 2 * 2, 3)
    np.testing.assert_array_equal(picture[:8, :8], data.to_uint8(X[0]))
    np.testing.assert_array_equal(picture[:8, 20:28], data.to_uint8(Y[0]))
    middle = picture[10:, 10:18].astype(int)
    assert np.abs(255 - data.to_uint8(X[1]).numpy().astype(int) - middle).max() <= 1


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({}, "Give an input_shape"),
        ({"input_shape": (33, 32, 3)}, "halves them 1 to 0 times"),
        ({"input_shape": (16, 16, 3)}, "cannot score images of"),
        ({"generator": scaling(1.0)}, "Give an input_shape"),
        ({"generator": scaling(1.0), "input_shape": (8, 8, 1)}, "takes .*3.* says"),
        ({"generator": scaling(1.0), "input_shape": (8, 8, 3), "output_channels": 1}, "must make"),
        ({"input_shape": (32, 32, 3), "discriminator": judge(3)}, "must have 2 inputs"),
    ],
)
def test_wrong_arguments_of_pix2pix_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.Pix2Pix(**arguments)


@pytest.mark.parametrize(
    "x, y, message",
    [
        (X, None, "images y must be an array"),
        (X, Y[:2], "4 inputs x, but 2 images y"),
        (X[..., :1], Y, "inputs x must have shape"),
        (X, Y[:, :4], "images y must have shape"),
        (X, 2 * Y, "images y must be uint8"),
    ],
)
def test_wrong_pairs_are_refused(x, y, message):
    model = pix2pix()
    model.compile()
    with pytest.raises(ValueError, match=message):
        model.fit(x, y)


# --- CycleGAN -------------------------------------------------------------------------------------


def cyclegan(model_class=models.CycleGAN, **options):
    return model_class(
        (8, 8, 3),
        scaling(0.5, "generator_ab"),
        scaling(3.0, "generator_ba"),
        judge(3, name="discriminator_a"),
        judge(3, name="discriminator_b"),
        seed=0,
        **options,
    )


def test_cyclegan_losses_against_the_paper():
    model = cyclegan()
    model.compile()
    found = evaluate(model, X, Y)
    fake_b, fake_a = 0.5 * X, 3.0 * Y

    def score(images):
        return 0.1 * images.sum(-1)

    adversarial = np.square(score(fake_b) - 1).mean() + np.square(score(fake_a) - 1).mean()
    cycle = np.abs(1.5 * X - X).mean() + np.abs(1.5 * Y - Y).mean()
    # G_AB of b is to be b, and G_BA of a is to be a.
    identity = np.abs(0.5 * Y - Y).mean() + np.abs(3.0 * X - X).mean()
    expected = {
        "generator_adversarial_loss": adversarial,
        "generator_cycle_loss": 10 * cycle,
        "generator_identity_loss": 5 * identity,
        "generator_loss": adversarial + 10 * cycle + 5 * identity,
        "cycle_l1": cycle / 2,
        "discriminator_loss": 0.5
        * sum(
            np.square(score(real) - 1).mean() + np.square(score(fake)).mean()
            for real, fake in ((X, fake_a), (Y, fake_b))
        ),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)


def test_without_identity_loss():
    model = cyclegan(identity_weight=0.0)
    model.compile()
    assert "generator_identity_loss" not in model.loss_names()
    found = evaluate(model, X, Y)
    terms = found["generator_adversarial_loss"] + found["generator_cycle_loss"]
    assert found["generator_loss"] == pytest.approx(terms, rel=1e-5)


def test_cyclegan_has_the_papers_networks():
    small, large = models.CycleGAN((128, 128, 3)), models.CycleGAN((256, 256, 3))
    counts = [
        sum(weight.numpy().size for weight in network.trainable_weights)
        for network in (small.generator_ab, large.generator_ba, large.discriminator_a)
    ]
    assert counts == [7_837_699, 11_378_179, 2_764_737]
    assert not np.array_equal(*(net.weights[0] for net in (small.generator_ab, small.generator_ba)))


def test_the_discriminators_see_the_history():
    model = cyclegan(history_size=4)
    seen = []

    class Spy(losses.LeastSquares):
        def discriminator(self, real_logits, fake_logits):
            seen.append(fake_logits.numpy())
            return super().discriminator(real_logits, fake_logits)

    optimizers = [keras.optimizers.SGD(rate) for rate in (0.01, 0.0)]
    model.compile(*optimizers, adversarial_loss=Spy(), run_eagerly=True)
    model.fit(X, Y, batch_size=4, epochs=1, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.history_b.images, 0.5 * X, atol=1e-6)
    np.testing.assert_allclose(model.history_a.images, 3.0 * Y, atol=1e-5)
    old = 0
    for _ in range(10):
        seen.clear()
        stored = model.discriminator_a(model.history_a.images).numpy()
        model.fit(X, Y, batch_size=4, epochs=1, shuffle=False, verbose=0)
        old += sum((logits == stored).all(axis=(1, 2, 3)).any() for logits in seen[0])
    assert 10 < old < 30  # of 40


def test_history_on_two_replicas_equals_one_device(mirrored):
    def train(strategy):
        with strategy.scope():
            model = cyclegan(history_size=6, ema=0.5)
            model.compile(*(keras.optimizers.SGD(0.01) for _ in range(2)))
        rng = np.random.default_rng(3)
        a, b = (rng.uniform(-1, 1, (24, 8, 8, 3)).astype("float32") for _ in range(2))
        model.fit(a, b, batch_size=4, epochs=1, shuffle=False, verbose=0)
        return model

    one, two = train(tf.distribute.OneDeviceStrategy("CPU:0")), train(mirrored)
    assert int(one.history_a.count) == 6
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_translations_in_both_directions():
    model = cyclegan(ema=0.9)
    pixels = data.to_uint8(0.3 * X).numpy()
    there = model.translate(pixels)
    back = model.translate(there, direction="b_to_a")
    assert np.abs(there - (0.5 * (pixels.astype(float) - 127.5) + 127.5)).max() <= 1
    assert np.abs(back - (1.5 * (pixels.astype(float) - 127.5) + 127.5)).max() <= 4
    with pytest.raises(ValueError, match="direction must be one of .* got 'sideways'"):
        model.translate(pixels, direction="sideways")
    with pytest.raises(ValueError, match=r"model\.sampler_of\('a_to_b'\)\.export"):
        model.export("there", format="torch")
    picture = model.grid(X[:1], Y[:1])
    assert picture.shape == (2 * 8 + 2, 3 * 8 + 4, 3)
    np.testing.assert_array_equal(picture[10:, :8], data.to_uint8(Y[0]))


def test_predictions_are_those_of_both_generators():
    made = cyclegan().predict([X[:3], Y[:3]], batch_size=2, verbose=0)
    for images, expected in zip(made, (0.5 * X[:3], 3.0 * Y[:3]), strict=True):
        np.testing.assert_allclose(images, expected, rtol=1e-6)


def test_the_average_translates():
    model = cyclegan(ema=0.5)
    model.compile()
    model.generator_ab.set_weights([np.zeros((1, 1, 3, 1))])
    assert (model.translate(data.to_uint8(X)) != 128).any()  # the average is as it was
    assert model.sampler_of("a_to_b") is not model.generator_ab


def test_dualgan_is_cyclegan_between_clipped_critics():
    model = cyclegan(models.DualGAN, clip=0.05)
    model.compile()
    found = evaluate(model, X, Y)
    score = {
        name: 0.1 * images.sum(-1).mean()
        for name, images in {"a": X, "b": Y, "fake_a": 3 * Y, "fake_b": 0.5 * X}.items()
    }
    critic = score["fake_a"] - score["a"] + score["fake_b"] - score["b"]
    assert found["discriminator_loss"] == pytest.approx(critic, abs=1e-4)
    fooled = -score["fake_a"] - score["fake_b"]
    assert found["generator_adversarial_loss"] == pytest.approx(fooled, abs=1e-4)
    assert found["generator_cycle_loss"] == pytest.approx(500 * 2 * found["cycle_l1"], rel=1e-4)
    model.fit(X, Y, verbose=0)
    largest = max(np.abs(weight).max() for weight in model.discriminator.get_weights())
    assert largest == pytest.approx(0.05)
    assert isinstance(model.generator_optimizer, keras.optimizers.RMSprop)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({}, "Give an input_shape"),
        (
            {"input_shape": (32, 32, 3), "generator_ab": scaling(1.0), "history_size": -1},
            "history_size",
        ),
        ({"input_shape": (30, 32, 3)}, "The generator makes"),
        ({"input_shape": (32, 32, 1), "generator_ba": scaling(1.0)}, "takes .* says"),
    ],
)
def test_wrong_arguments_of_cyclegan_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.CycleGAN(**arguments)


def test_domains_of_different_lengths_are_refused_as_arrays():
    model = cyclegan()
    model.compile()
    with pytest.raises(ValueError, match="4 images of domain A, but 3 images of domain B"):
        model.fit(X, Y[:3])


# --- SRGAN ----------------------------------------------------------------------------------------

LOW = RANDOM.uniform(-0.5, 0.5, (2, 12, 12, 3)).astype("float32")
HIGH = RANDOM.uniform(-1, 1, (2, 24, 24, 3)).astype("float32")


def doubling(factor):
    images = keras.Input((None, None, 3))
    large = keras.layers.UpSampling2D(2)(images)
    return keras.Model(images, scaling(factor)(large))


def srgan(generator_factor=0.5, **options):
    return models.SRGAN((24, 24, 3), 2, doubling(generator_factor), judge(3), **options)


def test_srgan_losses_against_the_paper():
    model = srgan()
    sgd = {
        f"{name}_optimizer": keras.optimizers.SGD(0.0) for name in ("generator", "discriminator")
    }
    model.compile(**sgd)
    found = {name: values[0] for name, values in model.fit(LOW, HIGH, verbose=0).history.items()}
    made = 0.5 * LOW.repeat(2, 1).repeat(2, 2)
    content = np.square(HIGH - made).mean()
    adversarial = 1e-3 * softplus(-0.1 * made.sum(-1)).mean()
    assert found["generator_content_loss"] == pytest.approx(content, rel=1e-5)
    assert found["generator_adversarial_loss"] == pytest.approx(adversarial, rel=1e-4)
    assert found["generator_loss"] == pytest.approx(content + adversarial, rel=1e-5)
    expected = softplus(-0.1 * HIGH.sum(-1)).mean() + softplus(0.1 * made.sum(-1)).mean()
    assert found["discriminator_loss"] == pytest.approx(expected, rel=1e-4)


def test_features_are_what_the_content_is_compared_in(tmp_path):
    features = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Conv2D(5, 3, strides=2, activation="relu")]
    )
    kernel = features.get_weights()[0].copy()
    model = srgan(features=features, content_weight=2.0)
    model.compile()
    made = 0.5 * LOW.repeat(2, 1).repeat(2, 2)
    expected = 2 * np.square(features(HIGH).numpy() - features(made).numpy()).sum(-1).mean()
    model.save(tmp_path / "model.keras")
    for each in (model, keras.models.load_model(tmp_path / "model.keras")):
        found = each.fit(LOW, HIGH, verbose=0).history
        assert found["generator_content_loss"][0] == pytest.approx(expected, rel=1e-4)
        np.testing.assert_array_equal(each.features.get_weights()[0], kernel)
    model.export(tmp_path / "saved_model")
    saved = tf.saved_model.load(tmp_path / "saved_model")
    assert saved.upscale(np.zeros((1, 7, 5, 3), "uint8")).shape == (1, 14, 10, 3)


def test_evaluation_of_pictures_of_any_size():
    model = srgan()
    model.compile()
    found = evaluate(model, LOW[:, :10, :11], HIGH[:, :20, :22])
    made = 0.5 * LOW[:, :10, :11].repeat(2, 1).repeat(2, 2)
    expected = np.mean(metrics.psnr(HIGH[:, :20, :22], made, 2))
    assert found["psnr"] == pytest.approx(expected, rel=1e-4)
    assert "discriminator_loss" not in found
    with pytest.raises(ValueError, match=r"images y must have shape \(count, 20, 22, 3\)"):
        model.evaluate(LOW[:, :10, :11], HIGH[:, :20, :20])


def test_pictures_too_small_to_measure_are_shown():
    small, large = (np.zeros((2, side, side, 3), "uint8") for side in (4, 8))
    model = srgan()
    model.compile()
    with pytest.raises(ValueError, match="at least 15 x 15 pixels to be measured"):
        model.evaluate(small, large)
    assert model.grid(small, large).shape == (18, 28, 3)


def test_perfect_pictures_do_not_spoil_the_mean():
    model = srgan(generator_factor=1.0)
    model.compile()
    perfect = LOW.repeat(2, 1).repeat(2, 2)
    found = evaluate(model, LOW, np.stack([perfect[0], HIGH[1]]))["psnr"]
    other = float(metrics.psnr(HIGH, perfect, 2)[1])
    assert found == pytest.approx((100 + other) / 2, rel=1e-4)


def test_grey_pictures_are_measured_in_their_own_levels():
    images = keras.Input((None, None, 1))
    large = keras.layers.UpSampling2D(2)(images)
    generator = keras.Model(images, keras.layers.Conv2D(1, 1, kernel_initializer="ones")(large))
    model = models.SRGAN((24, 24, 1), 2, generator, adversarial_weight=0.0)
    model.compile()
    pictures = data.SuperResolution([np.uint8(HIGH[0, ..., :1] * 100 + 128)], (24, 24, 1), 2)
    ((low, high),) = pictures.dataset()
    found = model.evaluate(pictures.dataset(), return_dict=True, verbose=0)["psnr"]
    expected = float(metrics.psnr(high, generator(low), 2)[0])
    assert found == pytest.approx(expected, rel=1e-5)


def test_upscaling_in_parts_equals_upscaling_the_whole():
    generator = networks.srgan.generator(2, width=4, blocks=2, seed=0)
    model = models.SRGAN((32, 32, 3), 2, generator, seed=0)
    picture = RANDOM.integers(0, 256, (70, 45, 3), dtype=np.uint8)
    whole = model.upscale(picture)
    assert whole.shape == (140, 90, 3) and whole.dtype == np.uint8
    # A pixel depends on 4 + 2 * 2 + 1 pixels around it, and some at the high resolution.
    parts = model.upscale(picture, tile=16, margin=16)
    assert np.abs(whole.astype(int) - parts).max() <= 1
    assert np.abs(whole.astype(int) - model.upscale(picture, tile=16, margin=0)).max() > 1
    several = model.upscale(np.stack([picture, 255 - picture]))
    np.testing.assert_array_equal(several[0], whole)
    with pytest.raises(ValueError, match="image must have shape"):
        model.upscale(picture[..., :1])


def test_the_papers_srresnet_sees_40_pixels_around_each():
    generator = networks.srgan.generator(4, seed=0)
    black = np.full((1, 96, 96, 3), -1.0, "float32")
    other = black.copy()
    other[:, :, :40] = 1.0
    change = np.abs(generator(black) - generator(other)).max(axis=(0, 1, 3))
    last = int(np.flatnonzero(change > 0).max())
    assert last // 4 < 40 + 41


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"scale": 3}, "scale must be 2, 4 or 8"),
        ({"image_shape": (30, 32, 3)}, "must be multiples of scale=4"),
        ({"scale": 4, "generator": doubling(1.0)}, "must make"),
        ({"image_shape": (24, 24)}, "image_shape must be"),
    ],
)
def test_wrong_arguments_of_srgan_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.SRGAN(**arguments)


# --- VGG ------------------------------------------------------------------------------------------


def test_features_are_those_of_keras_applications():
    keras.utils.set_random_seed(0)
    features = networks.vgg.features(weights=None, layer="block2_conv2")
    images = RANDOM.uniform(-1, 1, (1, 32, 32, 3)).astype("float32")
    vgg = features.get_layer("vgg19")
    expected = vgg(keras.applications.vgg19.preprocess_input((images + 1) * 127.5)) / 12.75
    np.testing.assert_allclose(features(images), expected, rtol=1e-3, atol=1e-4)
    assert not features.trainable_weights and features.output_shape[-1] == 128
    assert np.asarray(expected).min() == 0.0  # after the ReLU


def test_weights_from_a_file(tmp_path):
    whole = keras.applications.VGG19(include_top=False, weights=None)
    whole.save_weights(tmp_path / "vgg.weights.h5")
    features = networks.vgg.features(str(tmp_path / "vgg.weights.h5"))
    kernel = features.get_layer("vgg19").get_weights()[0]
    np.testing.assert_array_equal(kernel, whole.get_weights()[0])


def test_what_to_do_without_weights_is_said(monkeypatch, tmp_path):
    def offline(*args, **kwargs):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.applications, "VGG19", offline)
    with pytest.raises(ValueError, match="URL fetch failure.*give its path"):
        networks.vgg.features()
    monkeypatch.undo()
    with pytest.raises(ValueError, match="no/such.h5"):
        networks.vgg.features("no/such.h5")
    with pytest.raises(ValueError, match="layer must be one of block1_conv1, .* got 'conv9'"):
        networks.vgg.features(None, layer="conv9")


@pytest.mark.parametrize("build", [pix2pix, cyclegan])
@pytest.mark.parametrize("loss", ["hinge", "relativistic_average", "wasserstein"])
def test_every_adversarial_loss_trains(build, loss):
    model = build()
    model.compile(adversarial_loss=loss)
    history = model.fit(X, Y, verbose=0, validation_data=(X, Y)).history
    assert all(np.isfinite(values).all() for values in history.values())
