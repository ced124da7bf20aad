"""Wrong inputs to the library: each is refused by an error that names what was given and wanted."""

import re
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasgan
from kerasgan import callbacks, data, layers, losses, metrics, models, networks

SHAPE = (8, 8, 1)
IMAGES = np.zeros((6, *SHAPE), "uint8")
LABELS = np.arange(6) % 3


def gan(**options):
    model = models.GAN(SHAPE, latent_dim=4, **options)
    model.compile()
    return model


def conditional():
    model = models.ConditionalGAN(SHAPE, num_classes=3, latent_dim=4)
    model.compile()
    return model


def semi_supervised():
    model = models.SemiSupervisedGAN(SHAPE, num_classes=3)
    model.compile()
    return model


def pix2pix():
    shape = (None, None, 1)
    images = keras.Input(shape)
    generator = keras.Model(images, keras.layers.Conv2D(3, 1, activation="tanh")(images))
    model = models.Pix2Pix((32, 32, 1), output_channels=3, generator=generator)
    model.compile()
    return model


def srgan():
    model = models.SRGAN(SHAPE[:2] + (3,), scale=2, adversarial_weight=0.0)
    model.compile()
    return model


def network(inputs, outputs, **options):
    images = keras.Input(inputs)
    x = keras.layers.Dense(int(np.prod(outputs)))(keras.layers.Flatten()(images))
    return keras.Model(images, keras.layers.Reshape(outputs)(x), **options)


class Untold(keras.Model):
    """A network whose shapes are not known."""

    def call(self, images):
        return images


CASES = {
    # what models are made of
    "an image shape of two sides": (lambda: models.DCGAN((28, 28)), r"\(28, 28\)"),
    "no channels": (lambda: models.DCGAN((28, 28, 0)), r"positive.*\(28, 28, 0\)"),
    "sides that do not halve": (lambda: models.DCGAN((30, 30, 1)), "30 x 30.*multiples of 4"),
    "a negative latent_dim": (lambda: models.GAN(SHAPE, latent_dim=-3), "latent_dim.*-3"),
    "a latent_dim of text": (lambda: models.GAN(SHAPE, latent_dim="many"), "latent_dim.*'many'"),
    "ema of 1": (lambda: models.GAN(SHAPE, ema=1.0), r"ema.*\(0, 1\).*1\.0"),
    "a negative seed": (lambda: models.GAN(SHAPE, seed=-1), "seed.*-1"),
    "a seed of text": (lambda: models.GAN(SHAPE, seed="lucky"), "seed.*'lucky'"),
    "no steps of the discriminator": (
        lambda: models.WGAN(SHAPE, discriminator_steps=0),
        "discriminator_steps.*0",
    ),
    "nothing to build networks for": (lambda: models.GAN(), "image_shape"),
    "a generator of other images": (
        lambda: models.GAN(SHAPE, generator=network((4,), (4, 4, 1)), latent_dim=4),
        r"\(4, 4, 1\).*\(8, 8, 1\)|\(8, 8, 1\).*\(4, 4, 1\)",
    ),
    "a discriminator of other images": (
        lambda: models.GAN(SHAPE, discriminator=network((4, 4, 1), (1,)), latent_dim=4),
        r"4, 4, 1.*8, 8, 1|8, 8, 1.*4, 4, 1",
    ),
    "no classes": (lambda: models.ConditionalGAN(SHAPE, num_classes=0), "num_classes.*0"),
    "classes and attributes": (
        lambda: models.ConditionalGAN(SHAPE, num_classes=3, num_attributes=3),
        "num_classes.*num_attributes",
    ),
    "AC-GAN of unknown classes": (lambda: models.ACGAN((16, 16, 1)), "num_classes"),
    "InfoGAN of no category": (
        lambda: models.InfoGAN((16, 16, 1), num_categories=0),
        "num_categories.*0",
    ),
    "odd sides of a U-Net": (lambda: networks.unet.generator((33, 32, 3)), "33 x 32"),
    "a U-Net too deep": (lambda: networks.unet.generator((32, 32, 3), depth=9), "32 x 32.*9"),
    "a generator that does not tell its channels": (
        lambda: models.Pix2Pix((32, 32, 1), generator=Untold()),
        "output_channels.*untold",
    ),
    "two generators of one name": (
        lambda: models.CycleGAN((32, 32, 1), *[network((32, 32, 1), (32, 32, 1), name="g")] * 2),
        "'g'.*name=",
    ),
    "no such receptive field": (
        lambda: networks.patchgan.discriminator(3, receptive_field=71),
        "71",
    ),
    "a scale of 3": (lambda: models.SRGAN(SHAPE, scale=3), "scale.*3"),
    "no units": (lambda: layers.WeightNormalizedDense(0), "units.*0"),
    # compiling
    "an unknown loss": (lambda: gan().compile(adversarial_loss="nice"), "nice.*wasserstein"),
    "an unknown optimizer": (lambda: gan().compile("adamant"), "adamant"),
    "one optimizer for two networks": (
        lambda: gan().compile(*[keras.optimizers.Adam()] * 2),
        "two objects",
    ),
    "Keras' own arguments": (lambda: gan().compile(optimizer="adam"), "optimizer.*generator_opt"),
    # training
    "images of another shape": (
        lambda: gan().fit(np.zeros((6, 9, 8, 1), "uint8")),
        r"\(6, 9, 8, 1\).*\(8, 8, 1\)|8, 8, 1.*9, 8, 1",
    ),
    "images in [0, 255] as floats": (
        lambda: gan().fit(np.full((6, *SHAPE), 255.0)),
        r"255.*\[-1, 1\]|\[-1, 1\].*255",
    ),
    "images of int64": (lambda: gan().fit(IMAGES.astype("int64")), "int64.*uint8|uint8.*int64"),
    "NaN among the images": (lambda: gan().fit(np.full((6, *SHAPE), np.nan)), "finite.*NaN"),
    "one image alone": (lambda: gan().fit(IMAGES[0]), r"\(8, 8, 1\)"),
    "a list": (lambda: gan().fit([[1, 2], [3, 4]]), "list"),
    "a path": (lambda: gan().fit("pictures/"), "pictures|str"),
    "nothing": (lambda: gan().fit(None), "None"),
    "an empty array": (lambda: gan().fit(IMAGES[:0]), r"\(0, 8, 8, 1\)|empty|no image"),
    "an empty data set": (
        lambda: gan().fit(tf.data.Dataset.from_tensor_slices(IMAGES).batch(2).take(0)),
        "empty",
    ),
    "images that are not in batches": (
        lambda: gan().fit(tf.data.Dataset.from_tensor_slices(IMAGES)),
        r"\(8, 8, 1\)",
    ),
    "an endless data set": (
        lambda: gan().fit(tf.data.Dataset.from_tensor_slices(IMAGES).batch(2).repeat()),
        "endless.*steps_per_epoch",
    ),
    "weights of samples": (
        lambda: gan().fit(IMAGES, IMAGES, sample_weight=np.ones(6), verbose=0),
        "sample_weight",
    ),
    "no labels": (lambda: conditional().fit(IMAGES), "label"),
    "labels out of range": (lambda: conditional().fit(IMAGES, LABELS + 1), r"\[0, 3\).*\[1, 3\]"),
    "too few labels": (lambda: conditional().fit(IMAGES, LABELS[:4]), "4.*6|6.*4"),
    "labels of halves": (lambda: conditional().fit(IMAGES, LABELS / 2), "float64"),
    "images alone for two streams": (
        lambda: semi_supervised().fit(IMAGES, LABELS),
        "x_labelled, x_unlabelled",
    ),
    "pairs of other channels": (
        lambda: pix2pix().fit(np.zeros((2, 32, 32, 3), "uint8"), np.zeros((2, 32, 32, 3), "uint8")),
        "32, 32, 3.*32, 32, 1|32, 32, 1.*32, 32, 3",
    ),
    "as many inputs, fewer targets": (
        lambda: pix2pix().fit(np.zeros((2, 32, 32, 1), "uint8"), np.zeros((1, 32, 32, 3), "uint8")),
        "2.*1",
    ),
    "low pictures of another scale": (
        lambda: srgan().fit(np.zeros((2, 3, 4, 3), "uint8"), np.zeros((2, 8, 8, 3), "uint8")),
        "3, 4, 3",
    ),
    "pictures too small to measure": (
        lambda: srgan().evaluate(
            np.zeros((2, 4, 9, 3), "uint8"), np.zeros((2, 8, 18, 3), "uint8"), verbose=0
        ),
        "15 x 15.*8 x 18",
    ),
    "endless held-out data": (
        lambda: gan().fit(
            IMAGES,
            validation_data=tf.data.Dataset.from_tensor_slices(IMAGES).batch(2).repeat(),
        ),
        "validation_data.*endless.*validation_steps",
    ),
    # making images
    "a negative count": (lambda: gan().generate(-1), "count.*-1"),
    "half an image": (lambda: gan().generate(1.5), "count.*1.5"),
    "a seed that is too large": (lambda: gan().generate(1, seed=2**40), str(2**40)),
    "a label that is none": (lambda: conditional().generate(2, labels=7), "7.*2|2.*7"),
    "three labels for two images": (
        lambda: conditional().generate(2, labels=[0, 1, 2]),
        "3.*2|2.*3",
    ),
    "floats in [0, 255] to translate": (
        lambda: pix2pix().translate(np.full((1, 32, 32, 1), 200.0)),
        r"200.*\[-1, 1\]|\[-1, 1\].*200",
    ),
    "no such direction": (
        lambda: models.CycleGAN((32, 32, 3)).translate(np.zeros((1, 32, 32, 3), "uint8"), "there"),
        "there.*a_to_b|a_to_b.*there",
    ),
    "a grey picture to enlarge": (
        lambda: srgan().upscale(np.zeros((9, 9, 1), "uint8")),
        "9, 9, 1",
    ),
    "another format to export": (lambda: gan().export("here", format="torch"), "but not 'torch'"),
    # data
    "no such data set": (lambda: data.load_images("mnits"), "mnits.*mnist"),
    "no such folder": (lambda: data.load_images("/nowhere/at/all"), "/nowhere/at/all"),
    "no such split": (lambda: data.load_images("digits", split="dev"), "train.*dev"),
    "a limit of 0": (lambda: data.load_images("digits", limit=0), "limit.*0"),
    "batches larger than the data": (
        lambda: data.load_images("digits", limit=9).stream(10, seed=0),
        "10.*9",
    ),
    "a step before the first": (
        lambda: data.load_images("digits", limit=9).stream(3, seed=0, start_step=-1),
        "start_step.*-1",
    ),
    "labels where there are none": (
        lambda: data.Images(IMAGES).dataset(2, labels=True),
        "no labels",
    ),
    "more labels than images": (
        lambda: data.semi_supervised(data.Images(IMAGES, LABELS), labels_per_class=5),
        "labels_per_class=5.*2",
    ),
    # the rest
    "a label smoothing of 2": (lambda: losses.NonSaturating(label_smoothing=2.0), "2.0"),
    "no such loss": (lambda: losses.get(types), "module"),
    "pictures of two sizes": (
        lambda: metrics.psnr(np.zeros((1, 8, 8, 3), "float32"), np.zeros((1, 8, 9, 3), "float32")),
        "8, 9, 3.*8, 8, 3",
    ),
    "bytes to measure": (
        lambda: metrics.ssim(np.zeros((1, 16, 16, 3), "uint8"), np.zeros((1, 16, 16, 3), "uint8")),
        r"uint8.*to_float",
    ),
    "checkpoints in a bucket": (lambda: callbacks.Checkpoint("gs://here/run"), "gs://here"),
    "samples in a bucket": (lambda: callbacks.SampleGrid("gs://here/run"), "gs://here"),
    "no checkpoints kept": (lambda: callbacks.Checkpoint("here", keep=0), "keep.*0"),
    "looking never": (lambda: callbacks.GANHealth(IMAGES, every=0), "every.*0"),
}


@pytest.mark.parametrize("name", CASES)
def test_wrong_input(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    attempt, pattern = CASES[name]
    with pytest.raises((ValueError, TypeError, kerasgan.data.DownloadError)) as info:
        attempt()
    assert re.search(pattern, str(info.value), re.DOTALL), info.value
    frames = [str(entry.path) for entry in info.traceback]
    assert "/tensorflow/" not in frames[-1], frames[-1]
    assert not list(tmp_path.iterdir())
