import math

import keras
import numpy as np
import pytest

from kerasgan import networks


def trainable(model):
    return sum(weight.numpy().size for weight in model.trainable_weights)


# From the papers' layer tables.
@pytest.mark.parametrize(
    "generator, discriminator, counts",
    [
        (
            lambda: networks.dcgan.generator((64, 64, 3)),
            lambda: networks.dcgan.discriminator((64, 64, 3)),
            (3_576_704, 2_765_568),
        ),
        (
            lambda: networks.gan.generator((28, 28, 1)),
            lambda: networks.gan.discriminator((28, 28, 1)),
            (2_503_984, 1_231_441),
        ),
        (
            lambda: networks.lsgan.generator((112, 112, 3)),
            lambda: networks.lsgan.discriminator((112, 112, 3)),
            (15_591_427, 4_333_441),
        ),
        (  # WGAN-GP's critic for CIFAR-10
            lambda: networks.dcgan.generator((32, 32, 3), 128, kernel_size=5),
            lambda: networks.dcgan.discriminator((32, 32, 3), kernel_size=5, normalize=False),
            (1_553_984, 1_033_345),
        ),
        (
            lambda: networks.cgan.generator((28, 28, 1), 10),
            lambda: networks.cgan.discriminator((28, 28, 1), 10),
            (2_413_984, 1_224_351),
        ),
        (
            lambda: networks.acgan.generator((32, 32, 3), 10),
            lambda: networks.acgan.discriminator((32, 32, 3), 10),
            (2_988_384, 1_663_883),
        ),
        (
            lambda: networks.infogan.generator((28, 28, 1)),
            lambda: networks.infogan.discriminator((28, 28, 1)),
            (6_645_121, 6_690_893),
        ),
        (
            lambda: networks.sgan.generator((28, 28, 1)),
            lambda: networks.sgan.discriminator((28, 28, 1), 10),
            (694_568, 1_538_770),
        ),
        (
            lambda: networks.sngan.generator((32, 32, 3)),
            lambda: networks.sngan.discriminator((32, 32, 3)),
            (4_276_739, 1_053_825 - 1),
        ),
        (
            lambda: networks.sngan.generator((32, 32, 3), condition_dim=10),
            lambda: networks.sngan.discriminator((32, 32, 3), condition_dim=10),
            (4_304_387, 1_055_105 - 1),
        ),
        (
            lambda: networks.sngan.generator((32, 32, 3), width=64),
            lambda: networks.sngan.discriminator((32, 32, 3), width=64),
            (368_771, 264_769 - 1),
        ),
    ],
    ids=[
        "dcgan",
        "gan",
        "lsgan",
        "wgan_gp",
        "cgan",
        "acgan",
        "infogan",
        "sgan",
        "sngan",
        "conditional_sngan",
        "narrow_sngan",
    ],
)
def test_published_sizes(generator, discriminator, counts):
    assert (trainable(generator()), trainable(discriminator())) == counts


@pytest.mark.parametrize("network", [networks.dcgan, networks.lsgan, networks.gan])
@pytest.mark.parametrize(
    "image_shape", [(8, 8, 1), (28, 28, 1), (32, 64, 3), (20, 36, 4), (128, 96, 2)]
)
def test_any_sensible_shape(network, image_shape):
    generator = network.generator(image_shape, latent_dim=5)
    images = generator(np.random.default_rng(0).normal(size=(2, 5)).astype("float32") * 100)
    assert images.shape == (2, *image_shape)
    assert images.dtype == "float32"
    assert np.abs(images).max() <= 1.0
    assert network.discriminator(image_shape)(images).shape == (2, 1)


@pytest.mark.parametrize("network", [networks.dcgan, networks.lsgan])
@pytest.mark.parametrize("image_shape", [(30, 30, 1), (4, 8, 1), (1028, 1028, 3), (65, 64, 3)])
def test_sizes_that_do_not_halve_are_refused(network, image_shape):
    height, width, _ = image_shape
    message = f"{height} x {width} cannot be built.*multiples of 4.*28 x 28, 32 x 32"
    with pytest.raises(ValueError, match=message):
        network.generator(image_shape)
    with pytest.raises(ValueError, match=message):
        network.discriminator(image_shape)


@pytest.mark.parametrize("network", [networks.dcgan, networks.lsgan, networks.gan])
@pytest.mark.parametrize("image_shape", [(28, 28), (28, 28, 0), (0, 28, 1), 28, "28x28x1"])
def test_malformed_shapes_are_refused(network, image_shape):
    with pytest.raises(ValueError, match="positive integers"):
        network.generator(image_shape)


@pytest.mark.parametrize("network", [networks.dcgan, networks.lsgan, networks.gan])
def test_seeds_fix_the_weights_and_differ_between_layers(network):
    shape = (16, 16, 1)
    one, same, other = (network.generator(shape, seed=seed).get_weights() for seed in (1, 1, 2))
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (one[0] != other[0]).any()
    values = [w.ravel()[:8] for w in one if w.ndim > 1]
    assert not any(np.array_equal(a, b) for a in values for b in values if a is not b)


def test_no_seed_follows_the_global_seed():
    def first():
        return networks.dcgan.discriminator((8, 8, 1)).get_weights()[0]

    keras.utils.set_random_seed(3)
    one, two = first(), first()
    keras.utils.set_random_seed(3)
    np.testing.assert_array_equal(first(), one)
    assert (one != two).any()


def test_dcgan_initialization_is_narrow():
    generator = networks.dcgan.generator((64, 64, 3), seed=0)
    kernels = [w.numpy() for w in generator.trainable_weights if w.name == "kernel"]
    for kernel in kernels:
        assert kernel.std() == pytest.approx(0.02, rel=0.05)
    gammas = np.concatenate([w.numpy() for w in generator.trainable_weights if w.name == "gamma"])
    assert gammas.mean() == pytest.approx(1.0, abs=0.01)
    assert gammas.std() == pytest.approx(0.02, rel=0.2)


# --- Conditional networks, and those with several outputs -----------------------------------------

LATENTS, CLASSES = 5, 3

# Builders, and the lengths of the discriminator's outputs.
FAMILIES = {
    "cgan": (
        lambda shape, **options: networks.cgan.generator(shape, CLASSES, LATENTS, **options),
        lambda shape, **options: networks.cgan.discriminator(shape, CLASSES, **options),
        [1],
    ),
    "acgan": (
        lambda shape, **options: networks.acgan.generator(shape, CLASSES, LATENTS, **options),
        lambda shape, **options: networks.acgan.discriminator(shape, CLASSES, **options),
        [1, CLASSES],
    ),
    "infogan": (
        lambda shape, **options: networks.infogan.generator(shape, LATENTS, **options),
        lambda shape, **options: networks.infogan.discriminator(shape, CLASSES, 2, **options),
        [1, CLASSES, 2],
    ),
    "sgan": (
        lambda shape, **options: networks.sgan.generator(shape, LATENTS, **options),
        lambda shape, **options: networks.sgan.discriminator(shape, CLASSES, **options),
        [CLASSES, 250],
    ),
    "projection": (
        None,
        lambda shape, **options: networks.projection.discriminator(shape, CLASSES, **options),
        [1],
    ),
}
DENSE = ["cgan", "sgan"]


def inputs_of(network, scale=1.0, count=2):
    """Random inputs of a network, of whatever shapes it takes."""
    draw = np.random.default_rng(0).normal
    inputs = [scale * draw(size=(count, *x.shape[1:])).astype("float32") for x in network.inputs]
    return inputs if len(inputs) > 1 else inputs[0]


def outputs_of(network, inputs, training=False):
    """A network's outputs as a list."""
    outputs = network(inputs, training=training)
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def layers_of(network, kind):
    return [layer for layer in network._flatten_layers() if isinstance(layer, kind)]


@pytest.mark.parametrize("image_shape", [(8, 8, 1), (20, 36, 4)])
@pytest.mark.parametrize("family", FAMILIES)
def test_shapes_and_ranges(family, image_shape):
    generator, discriminator, lengths = FAMILIES[family]
    if generator:
        network = generator(image_shape)
        images = network(inputs_of(network, scale=1e4))
        assert images.shape == (2, *image_shape)
        assert -1 <= np.min(images) < -0.9 and 0.9 < np.max(images) <= 1
    network = discriminator(image_shape)
    outputs = outputs_of(network, inputs_of(network))
    assert [output.shape for output in outputs] == [(2, length) for length in lengths]


@pytest.mark.parametrize("family", FAMILIES)
def test_half_precision_networks_give_float32(family):
    keras.config.set_dtype_policy("mixed_float16")
    for build in filter(None, FAMILIES[family][:2]):
        network = build((8, 8, 1))
        for output in outputs_of(network, inputs_of(network), training=True):
            assert output.dtype == "float32"
            assert np.isfinite(output).all()


@pytest.mark.parametrize("family", DENSE)
def test_dense_networks_take_sides_that_do_not_halve(family):
    generator, discriminator, _ = FAMILIES[family]
    network = generator((5, 7, 3))
    assert network(inputs_of(network)).shape == (2, 5, 7, 3)
    assert discriminator((5, 7, 3)).inputs[0].shape == (None, 5, 7, 3)


@pytest.mark.parametrize(
    "build",
    [
        FAMILIES["acgan"][0],  # its discriminator takes any sides
        FAMILIES["infogan"][0],
        FAMILIES["infogan"][1],
        FAMILIES["projection"][1],
    ],
)
def test_sizes_that_do_not_halve_are_refused_by_families(build):
    for image_shape in (30, 30, 1), (4, 8, 1), (65, 64, 3):
        with pytest.raises(ValueError, match="cannot be built.*multiples of 4"):
            build(image_shape)


@pytest.mark.parametrize("family", FAMILIES)
def test_malformed_shapes_are_refused_by_families(family):
    for build in filter(None, FAMILIES[family][:2]):
        for image_shape in (28, 28), (28, 28, 0), (0, 28, 1):
            with pytest.raises(ValueError, match="positive integers"):
                build(image_shape)


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("family", FAMILIES)
def test_seeds_fix_the_weights_dropout_and_noise_of_families(family, part):
    build = FAMILIES[family][part]
    if build is None:
        return
    options = {"dropout": 0.5} if family == "cgan" else {}
    one, same, other = (build((8, 8, 1), seed=seed, **options) for seed in (1, 1, 2))
    for a, b in zip(one.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    kernels = [[w for w in network.get_weights() if w.ndim > 1] for network in (one, other)]
    assert all((a != b).any() for a, b in zip(*kernels, strict=True))
    values = [kernel.ravel()[:8] for kernel in kernels[0]]
    assert not any(np.array_equal(a, b) for a in values for b in values if a is not b)

    # The same weights, but other seeds of dropout and noise.
    inputs = inputs_of(one)
    other.set_weights(one.get_weights())
    outputs = [outputs_of(network, inputs, training=True)[0] for network in (one, same, other)]
    np.testing.assert_array_equal(outputs[0], outputs[1])
    random = layers_of(one, (keras.layers.Dropout, keras.layers.GaussianNoise))
    assert np.array_equal(outputs[0], outputs[2]) == (not random)


@pytest.mark.parametrize(
    "network, rates",
    [
        (lambda: networks.cgan.generator((8, 8, 1), 3), [0] * 3),
        (lambda: networks.cgan.generator((8, 8, 1), 3, dropout=0.5), [0.5] * 3),
        (lambda: networks.cgan.discriminator((8, 8, 1), 3), [0.2] + [0.5] * 3),
        (lambda: networks.cgan.discriminator((8, 8, 1), 3, dropout=0.4), [0.2] + [0.4] * 3),
        (lambda: networks.acgan.discriminator((8, 8, 1), 3), [0.5] * 6),
        (lambda: networks.acgan.discriminator((8, 8, 1), 3, dropout=0.3), [0.3] * 6),
        (lambda: networks.sgan.discriminator((8, 8, 1), 3), [0.3] + [0.5] * 5),
        (lambda: networks.sgan.discriminator((8, 8, 1), 3, (9, 8), 0.1), [0.3, 0.1, 0.1]),
    ],
)
def test_rates_of_dropout_and_noise(network, rates):
    found = layers_of(network(), (keras.layers.Dropout, keras.layers.GaussianNoise))
    kinds = {keras.layers.Dropout: "rate", keras.layers.GaussianNoise: "stddev"}
    assert [getattr(layer, kinds[type(layer)]) for layer in found] == rates


@pytest.mark.parametrize(
    "network, slopes",
    [
        (networks.acgan.discriminator((32, 32, 3), 10), [0.2] * 6),
        (networks.infogan.discriminator((28, 28, 1)), [0.01] * 4),
    ],
)
def test_slopes(network, slopes):
    found = layers_of(network, keras.layers.LeakyReLU)
    assert [layer.negative_slope for layer in found] == slopes


def test_cgan_networks_start_with_a_condition_that_counts():
    generator = networks.cgan.generator((28, 28, 1), 10, seed=0)
    discriminator = networks.cgan.discriminator((28, 28, 1), 10, seed=0)
    for network in (generator, discriminator):
        kernels = [
            weight.numpy() for weight in network.trainable_weights if weight.name == "kernel"
        ]
        of_y = [len(kernel) == 10 for kernel in kernels]
        assert sum(of_y) == 1
        limits = [np.abs(kernel).max() for kernel in kernels]
        expected = [0.5 if is_of_y else 0.05 for is_of_y in of_y]
        np.testing.assert_allclose(limits, expected, rtol=0.05)


def test_acgan_discriminator_halves_with_every_other_convolution():
    network = networks.acgan.discriminator((32, 32, 3), 10)
    maps = [layer.output.shape[1:] for layer in layers_of(network, keras.layers.Conv2D)]
    sides = [16, 16, 8, 8, 4, 4]
    assert maps == [(side, side, 16 * 2**i) for i, side in enumerate(sides)]


@pytest.mark.parametrize("family", ["cgan", "infogan", "sgan"])
def test_black_is_zero_to_discriminators_of_pixels_in_0_1(family):
    # All biases are 0, and so is y: only pixels that are not 0 give anything else than 0.
    network = FAMILIES[family][1]((8, 8, 1))
    blank = [np.zeros((1, *x.shape[1:]), "float32") for x in network.inputs]
    for level, is_zero in ((-1, True), (1, False)):
        images = np.full_like(blank[0], level)
        outputs = outputs_of(network, [images, *blank[1:]] if blank[1:] else images)
        assert all((np.asarray(output) == 0).all() == is_zero for output in outputs)


def test_infogan_discriminator_without_continuous_codes():
    network = networks.infogan.discriminator((8, 8, 1), num_categories=4, num_continuous=0)
    assert [output.shape for output in network.outputs] == [(None, 1), (None, 4)]


def test_improved_features_are_the_last_hidden_units_before_their_noise():
    network = networks.sgan.discriminator((8, 8, 1), 3, units=(20, 10), seed=0)
    images = inputs_of(network, count=50)
    logits, features = outputs_of(network, images)
    last = network.layers[-3]  # before the two float32 outputs
    assert last.units == 3 and last.scale.trainable
    direction = last.kernel / np.linalg.norm(last.kernel, axis=0)
    np.testing.assert_allclose(logits, features @ direction, atol=1e-5)
    assert np.min(features) == 0  # ReLU
    noisy_logits, noisy = outputs_of(network, images, training=True)
    assert np.min(noisy) == 0 and (np.asarray(noisy) != np.asarray(features)).any()
    assert np.std(noisy_logits - noisy @ direction) == pytest.approx(0.5, rel=0.2)


# --- The projection discriminator -----------------------------------------------------------------


def projection_parts(network, images):
    """phi(x), from the network's last map, and what multiplies it: V, and psi's weights."""
    last = layers_of(network, keras.layers.LeakyReLU)[-1]
    maps = keras.Model(network.inputs[0], last.output)(images)
    embedding, psi = layers_of(network, keras.layers.Dense)
    assert embedding.bias is None
    return np.sum(maps, axis=(1, 2)), embedding.kernel.numpy(), psi


def test_projection_against_equation_4():
    network = networks.projection.discriminator((16, 24, 3), 4, width=8, seed=0)
    images, y = inputs_of(network, count=3)
    phi, v, psi = projection_parts(network, images)
    psi.bias.assign([0.7])
    unconditional = phi @ psi.kernel.numpy() + 0.7
    expected = np.sum(y * (phi @ v.T), axis=1, keepdims=True) + unconditional
    assert v.shape == (4, 16) and np.std(expected - unconditional) > 1e-2
    np.testing.assert_allclose(network([images, y]), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(network([images, 0 * y]), unconditional, rtol=1e-4, atol=1e-5)


def test_projection_has_dcgans_layers():
    # Instead of 4 * 4 * 512 weights psi has 512 and a bias, and V 10 * 512.
    network = networks.projection.discriminator((64, 64, 3), 10)
    assert trainable(network) == 2_765_568 - 8192 + 513 + 5120
    penalized = networks.projection.discriminator((64, 64, 3), 10, normalize=False)
    assert not layers_of(penalized, keras.layers.BatchNormalization)


def test_projection_is_linear_in_the_condition():
    network = networks.projection.discriminator((8, 8, 1), 4, seed=0)
    images, a = inputs_of(network)
    b = np.flip(a).copy()
    at_zero, at_a, at_b, both = (network([images, y]).numpy() for y in (0 * a, a, b, 2 * a - 3 * b))
    assert np.abs(at_a - at_zero).min() > 1e-4
    np.testing.assert_allclose(
        both - at_zero, 2 * (at_a - at_zero) - 3 * (at_b - at_zero), atol=1e-5
    )


def test_projection_sums_beyond_float16():
    keras.config.set_dtype_policy("mixed_float16")
    network = networks.projection.discriminator((8, 8, 1), 2, width=4, normalize=False)
    convolution, embedding, psi = (
        layers_of(network, kind)[i]
        for kind, i in ((keras.layers.Conv2D, 0), (keras.layers.Dense, 0), (keras.layers.Dense, 1))
    )
    convolution.bias.assign([30_000] * 4)
    convolution.kernel.assign(0 * convolution.kernel.value)
    embedding.kernel.assign([[1] * 4, [2] * 4])
    psi.kernel.assign([[0.5]] * 4)
    # phi is 16 * 30,000 four times.
    logits = network([np.zeros((2, 8, 8, 1), "float32"), np.eye(2, dtype="float32")])
    np.testing.assert_allclose(logits, [[1.5 * 1_920_000], [2.5 * 1_920_000]], rtol=1e-6)


def test_projection_is_saved_and_loaded(tmp_path):
    network = networks.projection.discriminator((8, 8, 1), 3)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    inputs = inputs_of(network)
    np.testing.assert_array_equal(loaded(inputs), network(inputs))


def test_names_of_version_0_1():
    assert networks.maxout is networks.gan
    assert networks.improved is networks.sgan
    assert networks.srresnet is networks.srgan


@pytest.mark.parametrize(
    "shape, options, counts",
    [
        ((32, 32, 3), {}, (20_732_160, 20_683_776)),
        ((32, 32, 3), {"condition_dim": 10}, (20_781_952, 21_280_512)),
        ((256, 256, 3), {}, (23_057_952, 23_009_568)),
    ],
)
def test_published_sizes_of_r3gan(monkeypatch, shape, options, counts):
    # Drawing the weights would take seconds.
    zeros = keras.initializers.Zeros()
    monkeypatch.setattr(
        keras.initializers.VarianceScaling, "__call__", lambda _, *shape, **kwargs: zeros(*shape)
    )
    found = [
        sum(math.prod(weight.shape) for weight in build(shape, **options).trainable_weights)
        for build in (networks.r3gan.generator, networks.r3gan.discriminator)
    ]
    assert tuple(found) == counts


def r3gan(**options):
    options = {"widths": [16, 8], "blocks": 2, "seed": 0} | options
    build = networks.r3gan
    return build.generator((8, 8, 1), **options), build.discriminator((8, 8, 1), **options)


def test_each_block_of_r3gan_is_the_identity_at_first():
    for network in r3gan():
        sums = layers_of(network, keras.layers.Add)
        assert len(sums) == 4
        for each in sums:
            maps, outputs = each.input[0], each.output
            x = np.random.default_rng(0).normal(size=(2, *network.input.shape[1:]))
            before, after = keras.Model(network.input, [maps, outputs])(x.astype("float32"))
            np.testing.assert_array_equal(before, after)
            assert np.std(before) > 0.1


def test_r3gan_depends_on_its_inputs_at_first():
    x = np.random.default_rng(0).normal(size=(2, 64)).astype("float32")
    for network in r3gan():
        one, two = network(x.reshape(-1, *network.input.shape[1:]))[:2].numpy()
        assert np.abs(one - two).max() > 0.1
    generator, discriminator = r3gan(condition_dim=3)
    y = np.eye(3, dtype="float32")
    images = generator([np.tile(x[:1], (3, 1)), y]).numpy()
    logits = discriminator([np.tile(images[:1], (3, 1, 1, 1)), y]).numpy()
    assert len(np.unique(images[:, 0, 0, 0])) == len(np.unique(logits)) == 3


def test_r3gan_resamples_by_1331():
    """Each filter, found by its layer, against the weights 1, 3, 3, 1 along both sides."""
    generator, discriminator = r3gan()
    (up,) = layers_of(generator, keras.layers.UpSampling2D)
    (blur,) = layers_of(generator, keras.layers.DepthwiseConv2D)
    half, _ = layers_of(discriminator, keras.layers.DepthwiseConv2D)
    x = np.random.default_rng(0).normal(size=(1, 4, 4, 8)).astype("float32")
    # Row 2 i is (x[i - 1] + 3 x[i]) / 4, row 2 i + 1 is (3 x[i] + x[i + 1]) / 4; outside is 0.
    matrix = np.zeros((8, 4), "float32")
    for i in range(4):
        for j, weight in zip(range(2 * i - 1, 2 * i + 3), (1, 3, 3, 1), strict=True):
            if 0 <= j < 8:
                matrix[j, i] = weight / 4
    doubled = np.einsum("ai,bj,nijc->nabc", matrix, matrix, x)
    np.testing.assert_allclose(blur(up(x)), doubled, atol=1e-6)
    maps = np.random.default_rng(1).normal(size=(1, 8, 8, 8)).astype("float32")
    halved = np.einsum("ai,bj,nabc->nijc", matrix / 2, matrix / 2, maps)
    np.testing.assert_allclose(half(maps), halved, atol=1e-6)
    assert not blur.trainable_weights and not half.trainable_weights


def test_gains_of_r3gan():
    options = {"widths": [256], "blocks": 4, "seed": 0}
    discriminator = networks.r3gan.discriminator((8, 8, 1), **options)
    kernels = [weight.numpy() for weight in discriminator.trainable_weights]
    # sqrt(2 / 1.04) 4^(-1/4) = 0.981 over the root of the inputs: 256, and 9 times 16
    first, second, third = (k for k in kernels[1:6] if k.ndim == 4)
    assert first.std() == pytest.approx(0.981 / 16, rel=0.01)
    assert second.std() == pytest.approx(0.981 / 12, rel=0.01)
    assert not third.any()


@pytest.mark.parametrize(
    "widths, message",
    [([12], "multiples of 8"), ([], "multiples of 8"), ([8] * 5, "cannot be halved 4 times")],
)
def test_widths_of_r3gan_are_checked(widths, message):
    with pytest.raises(ValueError, match=message):
        networks.r3gan.generator((8, 8, 1), widths=widths)


def test_sizes_of_the_networks_of_next_frames():
    build = networks.next_frame
    assert build.generator().count_params() == 12_569_740
    judges = build.discriminators((32, 32, 3))
    assert sum(judge.count_params() for judge in judges) == 20_640_388
    for channels, generator, discriminators in ((3, 223_644, 2_128_548), (1, 203_188, 2_099_108)):
        assert build.generator(channels, width=16).count_params() == generator
        judges = build.discriminators((32, 32, channels), sizes=build.PUBLISHED)
        assert sum(judge.count_params() for judge in judges) == discriminators


@pytest.mark.parametrize("shape", [(24, 32, 1), (36, 36, 1)])
def test_next_frames_that_no_discriminator_can_judge(shape):
    with pytest.raises(ValueError, match=f"multiples of 8 and at least 32.*{shape[0]} x"):
        networks.next_frame.discriminators(shape)
