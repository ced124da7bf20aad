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
            lambda: networks.maxout.generator((28, 28, 1)),
            lambda: networks.maxout.discriminator((28, 28, 1)),
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
    ],
    ids=["dcgan", "maxout", "lsgan", "wgan_gp"],
)
def test_published_sizes(generator, discriminator, counts):
    assert (trainable(generator()), trainable(discriminator())) == counts


@pytest.mark.parametrize("network", [networks.dcgan, networks.lsgan, networks.maxout])
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


@pytest.mark.parametrize("network", [networks.dcgan, networks.lsgan, networks.maxout])
@pytest.mark.parametrize("image_shape", [(28, 28), (28, 28, 5), (0, 28, 1), 28, "28x28x1"])
def test_malformed_shapes_are_refused(network, image_shape):
    with pytest.raises(ValueError, match="1 to 4"):
        network.generator(image_shape)


@pytest.mark.parametrize("network", [networks.dcgan, networks.lsgan, networks.maxout])
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
