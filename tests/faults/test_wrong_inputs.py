"""Wrong inputs to the library and to the commands.

Each is refused by an error that names what was given and what is wanted, before anything is
trained or written.
"""

import functools
import re
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from processes import refuses, run

import kerasgan
import zoo
from kerasgan import (
    augment,
    callbacks,
    data,
    layers,
    losses,
    metrics,
    models,
    networks,
    training,
)
from kerasgan.models import holes, priors

SHAPE = (8, 8, 1)
IMAGES = np.zeros((6, *SHAPE), "uint8")
LABELS = np.arange(6) % 3
MASK = np.zeros(SHAPE[:2], bool)
FEATURES = np.random.default_rng(0).normal(size=(6, 3))


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


def net(takes, makes, **options):
    """A dense network of a shape, or of several in a list."""
    inputs = [keras.Input(shape) for shape in (takes if isinstance(takes, list) else [takes])]
    x = [keras.layers.Flatten()(each) for each in inputs]
    x = keras.layers.Concatenate()(x) if len(x) > 1 else x[0]
    outputs = [
        keras.layers.Reshape(shape)(keras.layers.Dense(int(np.prod(shape)))(x))
        for shape in (makes if isinstance(makes, list) else [makes])
    ]
    return keras.Model(
        inputs if isinstance(takes, list) else inputs[0],
        outputs if isinstance(makes, list) else outputs[0],
        **options,
    )


def gan_networks():
    return {"latent_dim": 4, "generator": net((4,), SHAPE), "discriminator": net(SHAPE, (1,))}


def bigan_networks():
    return net((4,), SHAPE), net(SHAPE, [(4,), (5,)]), net([SHAPE, (4,)], (1,))


def compiled(make):
    """Makes a model once, with the same options, and compiles it."""

    @functools.cache
    def made(**options):
        model = make(**options)
        model.compile()
        return model

    return made


@compiled
def dense():
    return models.GAN(**gan_networks())


@compiled
def labelled():
    generator, discriminator = net([(4,), (3,)], SHAPE), net([SHAPE, (3,)], (1,))
    return models.ConditionalGAN(None, 4, generator, discriminator, num_classes=3)


@compiled
def autoencoder():
    networks = net(SHAPE, (2,)), net((2,), SHAPE), net((2,), (1,))
    return models.AdversarialAutoencoder(SHAPE, priors.Gaussian(2), *networks)


@compiled
def bigan():
    return models.BiGAN(SHAPE, 4, *bigan_networks())


@compiled
def cogan():
    return models.CoGAN((16, 16, 1), latent_dim=4)


@compiled
def simgan(**options):
    images = keras.Input((None, None, 1))
    refiner, judge = (
        keras.Model(images, keras.layers.Conv2D(1, 1, activation=activation)(images))
        for activation in ("tanh", None)
    )
    return models.SimGAN(SHAPE, refiner, judge, **{"history_size": 0} | options)


@compiled
def context_encoder(**options):
    middle = (4, 4, 1)
    return models.ContextEncoder(
        generator=net(SHAPE, middle), discriminator=net(middle, (1,)), **options
    )


@compiled
def frames(**options):
    clip = keras.Input((16, 16, 2))
    made = [keras.layers.Conv2D(1, 1)(keras.layers.AveragePooling2D(k)(clip)) for k in (8, 4, 2, 1)]
    generator = keras.Model(clip, made)
    return models.NextFrameGAN((16, 16, 1), 2, generator, adversarial_weight=0.0, **options)


@compiled
def growing(**options):
    build, sizes = networks.progan, {"base": 16, "maximum": 4}
    generator = build.generator(SHAPE, 4, **sizes)
    discriminator = build.discriminator(SHAPE, **sizes)
    return models.ProgressiveGAN(None, 4, generator, discriminator, **options)


@compiled
def styles(**options):
    build, sizes = networks.stylegan2, {"base": 16, "maximum": 4}
    return models.StyleGAN2(
        mapping=networks.stylegan.mapping(4, 4, depth=1),
        synthesis=build.synthesis(SHAPE, 4, **sizes),
        discriminator=build.discriminator(SHAPE, **sizes),
        **options,
    )


@compiled
def r3gan(**options):
    return models.R3GAN(**gan_networks(), **options)


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
        lambda: models.GAN(SHAPE, generator=net((4,), (4, 4, 1)), latent_dim=4),
        r"\(4, 4, 1\).*\(8, 8, 1\)|\(8, 8, 1\).*\(4, 4, 1\)",
    ),
    "a discriminator of other images": (
        lambda: models.GAN(SHAPE, discriminator=net((4, 4, 1), (1,)), latent_dim=4),
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
        lambda: models.CycleGAN((32, 32, 1), *[net((32, 32, 1), (32, 32, 1), name="g")] * 2),
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
        "separate objects",
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
    # models of later papers
    "a prior of text": (
        lambda: models.AdversarialAutoencoder(SHAPE, prior="gaussian"),
        r"Prior.*Gaussian\(2\).*'gaussian'",
    ),
    "a prior of no dimension": (lambda: priors.Gaussian(0), "dim.*0"),
    "a prior of negative deviation": (lambda: priors.Gaussian(2, -1.0), "deviation.*-1.0"),
    "half a component": (lambda: priors.GaussianMixture(2.5), "num_components.*2.5"),
    "a mixture without radius": (lambda: priors.GaussianMixture(radius=0), "radius.*positive.*0"),
    "an autoencoder of nothing": (lambda: models.AdversarialAutoencoder(), "image_shape.*encoder"),
    "an encoder of other codes": (
        lambda: models.AdversarialAutoencoder(prior=priors.Gaussian(2), encoder=net(SHAPE, (3,))),
        r"encoder makes \[\(3,\)\].*must make \[\(2,\)\]",
    ),
    "augmented codes": (
        lambda: autoencoder().compile(augment=augment.DiffAugment()),
        "augment.*AdversarialAutoencoder sees codes",
    ),
    "images of another shape to encode": (
        lambda: autoencoder().encode(np.zeros((2, 9, 8, 1), "uint8")),
        r"8, 8, 1.*9, 8, 1",
    ),
    "one image to reconstruct": (
        lambda: autoencoder().reconstruct(IMAGES[0]),
        r"4 axes.*\(8, 8, 1\)",
    ),
    "codes of another length": (
        lambda: autoencoder().decode(np.zeros((2, 3), "float32")),
        r"\(count, 2\).*\(2, 3\)",
    ),
    "an autoencoder of unknown classes": (
        lambda: models.ConditionalAAE(SHAPE),
        "num_classes.*None",
    ),
    "a prior without components": (
        lambda: models.LabelledPriorAAE(SHAPE, prior=priors.Gaussian(2)),
        "component for each class.*Gaussian has none",
    ),
    "a BiGAN of nothing": (lambda: models.BiGAN(), "image_shape.*encoder"),
    "a BiGAN without latents": (lambda: models.BiGAN(SHAPE, latent_dim=0), "latent_dim.*0"),
    "an encoder of one output": (
        lambda: models.BiGAN(None, 4, net((4,), SHAPE), net(SHAPE, (4,)), net([SHAPE, (4,)], (1,))),
        r"encoder makes \[\(4,\)\].*must make \[\(4,\), \(None,\)\]",
    ),
    "a discriminator of images alone": (
        lambda: models.BiGAN(None, 4, *bigan_networks()[:2], net(SHAPE, (1,))),
        "discriminator must have 2 inputs.*has 1",
    ),
    "one optimizer for three networks": (
        lambda: bigan().compile(*[keras.optimizers.Adam()] * 3),
        "generator_optimizer, encoder_optimizer, discriminator_optimizer.*separate objects",
    ),
    "colours to encode": (
        lambda: bigan().encode(np.zeros((2, 8, 8, 3), "uint8")),
        r"8, 8, 1.*8, 8, 3",
    ),
    "features of int64": (lambda: bigan().features(IMAGES.astype("int64")), "uint8.*int64"),
    "ALI of 28 x 28": (lambda: models.ALI((28, 28, 1)), "32 x 32.*28 x 28"),
    "no samples": (lambda: models.BoundarySeekingGAN(SHAPE, num_samples=0), "num_samples.*0"),
    "a relativistic loss to seek a boundary": (
        lambda: models.BoundarySeekingGAN(**gan_networks()).compile(
            adversarial_loss="relativistic_average"
        ),
        "not relativistic.*RelativisticAverage",
    ),
    "a CoGAN of nothing": (lambda: models.CoGAN(), "image_shape"),
    "a CoGAN of 8 x 8": (lambda: models.CoGAN((8, 8, 1)), "8 x 8.*16, 28, 32"),
    "a CoGAN of odd sides": (lambda: models.CoGAN((17, 16, 1)), "17 x 16.*16, 28, 32"),
    "a CoGAN's latents of text": (
        lambda: models.CoGAN((16, 16, 1), latent_dim="x"),
        "latent_dim.*'x'",
    ),
    "a third domain": (lambda: cogan().sampler_of("c"), "'a' or 'b'.*'c'"),
    "one domain of two": (lambda: cogan().fit(np.zeros((4, 16, 16, 1), "uint8")), "domain B.*None"),
    "no pairs": (lambda: cogan().generate(0), "count.*0"),
    "adaptation to unknown classes": (
        lambda: models.DomainAdaptationCoGAN((16, 16, 1)),
        "num_classes.*None",
    ),
    "a SimGAN of nothing": (lambda: models.SimGAN(), "image_shape"),
    "no steps of the refiner": (lambda: simgan(generator_steps=0), "generator_steps.*0"),
    "a negative history": (lambda: simgan(history_size=-1), "history_size.*-1"),
    "half a start": (lambda: simgan(generator_start=0.5), "generator_start.*0.5"),
    "a negative weight of regularization": (
        lambda: simgan(regularization_weight=-1.0),
        "regularization_weight.*at least 0.*-1.0",
    ),
    "colours to refine": (
        lambda: simgan().refine(np.zeros((2, 8, 8, 3), "uint8")),
        r"width, 1\).*8, 8, 3",
    ),
    "synthetic images alone": (lambda: simgan().fit(IMAGES), "real images.*None"),
    "features of other images": (
        lambda: simgan(features=net((4, 4, 1), (3,))),
        r"features takes \(4, 4, 1\).*\(8, 8, 1\)",
    ),
    "a fill that is no colour": (lambda: context_encoder(fill=(2.0,)), r"fill.*1 numbers.*2\.0"),
    "fills of two channels": (lambda: context_encoder(fill=(0.0, 0.0)), r"fill.*1.*\(0\.0, 0\.0\)"),
    "holes of text": (
        lambda: models.ContextEncoder(SHAPE, holes="centre"),
        r"Centre\(\).*'centre'",
    ),
    "a negative content": (lambda: context_encoder(content_weight=-1), "content_weight.*-1"),
    "a generator of whole images": (
        lambda: models.ContextEncoder(
            generator=net(SHAPE, SHAPE), discriminator=net((4, 4, 1), (1,))
        ),
        r"\(8, 8, 1\).*must make \[\(4, 4, 1\)\]",
    ),
    "masks of other sides": (
        lambda: context_encoder().inpaint(IMAGES, np.zeros((4, 4), bool)),
        r"\(8, 8\).*\(4, 4\)",
    ),
    "masks of halves": (
        lambda: context_encoder().inpaint(IMAGES, np.full((8, 8), 0.5)),
        "True.*other values.*float64",
    ),
    "fewer masks than images": (
        lambda: context_encoder().inpaint(IMAGES, np.zeros((5, 8, 8), bool)),
        r"\(6, 8, 8\).*\(5, 8, 8\)",
    ),
    "a hole beside the middle": (
        lambda: context_encoder().inpaint(IMAGES, np.ones((8, 8), bool)),
        "missing.*makes the middle",
    ),
    "CC-GAN of unknown classes": (
        lambda: models.CCGAN(generator=net(SHAPE, SHAPE), discriminator=net(SHAPE, [(1,), (5,)])),
        "num_classes.*None",
    ),
    "a discriminator without features": (
        lambda: models.CCGAN(
            num_classes=3, generator=net(SHAPE, SHAPE), discriminator=net(SHAPE, (1,))
        ),
        r"\[logits \(N, 1\), features\].*\[\(None, 1\)\]",
    ),
    "a square of no side": (lambda: holes.RandomSquare(0), "side.*0"),
    "a negative overlap": (lambda: holes.Centre(-1), "overlap.*-1"),
    "no frames": (lambda: models.NextFrameGAN((16, 16, 1), frames=0), "frames.*0"),
    "frames of odd sides": (lambda: models.NextFrameGAN((12, 16, 1)), "multiples of 8.*12 x 16"),
    "nothing to learn frames by": (
        lambda: models.NextFrameGAN(
            (32, 32, 1), adversarial_weight=0.0, l1_weight=0.0, l2_weight=0.0, gdl_weight=0.0
        ),
        "weight.*not be 0",
    ),
    "a negative weight of gradients": (lambda: frames(gdl_weight=-1.0), "gdl_weight.*-1.0"),
    "a clip that is too short": (
        lambda: frames().predict_frames(np.zeros((1, 16, 16, 1), "uint8")),
        r"at least 2 frames.*\(1, 16, 16, 1\)",
    ),
    "no frames to predict": (
        lambda: frames().predict_frames(np.zeros((4, 16, 16, 1), "uint8"), 0),
        "count.*0",
    ),
    "a clip of other channels": (
        lambda: frames().predict_frames(np.zeros((4, 16, 16, 3), "uint8")),
        r"width, 1\).*16, 16, 3",
    ),
    "frames without the next": (
        lambda: frames().fit(np.zeros((4, 16, 16, 2), "uint8")),
        "next frames y.*NoneType",
    ),
    "fewer next frames": (
        lambda: frames().fit(np.zeros((4, 16, 16, 2), "uint8"), np.zeros((3, 16, 16, 1), "uint8")),
        "4 examples.*3 next",
    ),
    "stages of no image": (lambda: growing(stable_images=0), "stable_images.*0"),
    "a fade backwards": (lambda: growing(fade_images=-5), "fade_images.*-5"),
    "networks of one stage": (
        lambda: models.ProgressiveGAN(
            latent_dim=4, generator=net((4,), SHAPE), discriminator=net([SHAPE, (1,)], (1,))
        ),
        "2 stages.*generator makes 1",
    ),
    "images that do not grow": (lambda: models.ProgressiveGAN((9, 8, 1)), "9 x 8.*multiples of 4"),
    "mixing of 1.5": (lambda: models.StyleGAN(SHAPE, mixing=1.5), "mixing.*1.5"),
    "styles of nothing": (lambda: models.StyleGAN2(), "image_shape"),
    "a negative gamma": (lambda: styles(gamma=-1.0), "gamma.*-1.0"),
    "paths never": (lambda: styles(path_every=0), "path_every.*0"),
    "a layer too many to mix": (lambda: styles().mix([0], [1], 99), r"layer.*\[0, 4\].*99"),
    "a negative seed to mix": (lambda: styles().mix([-1], [1], 1), r"seed.*-1"),
    "styles of another length": (
        lambda: styles().synthesize(np.zeros((1, 2, 3), "float32")),
        r"\(N, 4, 4\).*\(1, 2, 3\)",
    ),
    "one gamma of two": (lambda: r3gan(gamma=(1.0,)), r"gamma.*two numbers.*\(1\.0,\)"),
    "a negative rate": (lambda: r3gan(learning_rate=(-1.0, 1.0)), r"learning_rate.*two.*-1\.0"),
    "a gamma of text": (lambda: r3gan(gamma="much"), "gamma.*two numbers.*'much'"),
    "widths of nine": (
        lambda: networks.r3gan.generator((16, 16, 1), 8, widths=(9,)),
        r"multiples of 8.*9",
    ),
    "R3GAN of unknown classes": (lambda: models.ConditionalR3GAN((16, 16, 1)), "num_classes=None"),
    "SNGAN of 30 x 30": (lambda: models.SNGAN((30, 30, 3)), "30 x 30.*multiples of 4"),
    "SNGAN without channels": (lambda: models.SNGAN((8, 8)), r"channels.*\(8, 8\)"),
    "SNGAN of negative classes": (
        lambda: models.ConditionalSNGAN((32, 32, 3), num_classes=-1),
        "num_classes.*-1",
    ),
    "negative codes": (lambda: models.InfoGAN((16, 16, 1), num_continuous=-1), "continuous.*-1"),
    "K+1 of unknown classes": (lambda: models.KPlusOneGAN(SHAPE), "num_classes.*None"),
    "1.5 steps of the critic": (
        lambda: models.WGANGP(**gan_networks(), discriminator_steps=1.5),
        "discriminator_steps.*1.5",
    ),
    "two sides for DualGAN": (lambda: models.DualGAN((32, 32)), r"channels.*\(32, 32\)"),
    "a half-life of 0": (lambda: models.HalfLife(0), "half-life.*0"),
    "ema of text": (lambda: models.GAN(**gan_networks(), ema="0.9"), r"ema.*\(0, 1\).*'0\.9'"),
    # holes and latents
    "a mask to complete of other sides": (
        lambda: dense().complete(IMAGES, np.zeros((4, 4), bool)),
        r"\(8, 8\).*\(4, 4\)",
    ),
    "completing without steps": (lambda: dense().complete(IMAGES, MASK, steps=0), "steps.*0"),
    "completing without starts": (
        lambda: dense().complete(IMAGES, MASK, restarts=0),
        "restarts.*0",
    ),
    "a negative weight to complete": (
        lambda: dense().complete(IMAGES, MASK, weight=-1.0),
        "weight.*at least 0.*-1.0",
    ),
    "no images at once": (lambda: dense().complete(IMAGES, MASK, batch_size=0), "batch_size.*0"),
    "a negative seed to complete": (lambda: dense().complete(IMAGES, MASK, seed=-1), "seed.*-1"),
    "one image to complete": (lambda: dense().complete(IMAGES[0], MASK), r"4 axes.*\(8, 8, 1\)"),
    "labels to complete out of range": (
        lambda: labelled().complete(IMAGES, MASK, [9] * 6),
        r"\[0, 3\).*9",
    ),
    "colours to invert": (
        lambda: dense().invert(np.zeros((2, 8, 8, 3), "uint8")),
        r"8, 8, 1.*8, 8, 3",
    ),
    "half a step to invert": (lambda: dense().invert(IMAGES, steps=2.5), "steps.*2.5"),
    "fewer labels to invert": (
        lambda: labelled().invert(IMAGES, labels=[0]),
        r"\(6,\).*\(1,\)",
    ),
    "no batch": (lambda: dense().generate(2, batch_size=0), "batch_size.*0"),
    "a seed to draw of text": (lambda: dense().generate(2, seed="x"), "seed.*'x'"),
    # augmentation and metrics in compile
    "an augmentation of text": (lambda: dense().compile(augment="color"), "DiffAugment.*'color'"),
    "metrics of text": (lambda: dense().compile(metrics=["frechet"]), "FrechetDistance.*'frechet'"),
    "a metric of Keras": (
        lambda: dense().compile(metrics=[keras.metrics.Mean()]),
        "FrechetDistance.*Mean",
    ),
    "a metric of colours": (
        lambda: dense().compile(metrics=[metrics.FrechetDistance(net((8, 8, 3), (3,)))]),
        r"3 channels.*\(8, 8, 1\)",
    ),
    "one metric twice": (
        lambda: dense().compile(metrics=[metrics.FrechetDistance(net(SHAPE, (3,)))] * 2),
        "'frechet_distance'.*another name",
    ),
    "a penalty of text": (
        lambda: models.WGANGP(**gan_networks()).compile(penalty="r9"),
        "Penalty.*'r9'",
    ),
    "an unknown policy": (lambda: augment.get("colour"), "color, translation.*'colour'"),
    "a policy of numbers": (lambda: augment.get(3), "color, translation.*3"),
    "an adaptive policy of text": (lambda: augment.get("adaptive:many"), "adaptive:50000.*many"),
    "an adaptive policy of no image": (lambda: augment.get("adaptive:0"), "images.*0"),
    "an empty policy": (lambda: augment.DiffAugment(""), "color, translation.*''"),
    "a probability of 1.5": (lambda: augment.AugmentationPipeline(1.5), r"\[0, 1\].*1\.5"),
    "a probability of text": (lambda: augment.AugmentationPipeline("often"), r"\[0, 1\].*'often'"),
    "a negative strength": (
        lambda: augment.AugmentationPipeline(0.5, color=-1.0),
        "color.*-1.0",
    ),
    "a target of 1": (lambda: augment.AdaptiveAugment(target=1.0), r"\(-1, 1\).*1\.0"),
    # losses and layers
    "a negative penalty": (lambda: losses.R1(-1.0), "weight.*-1.0"),
    "a penalty never": (lambda: losses.R1(1.0, every=0), "every.*0"),
    "an unknown penalty": (lambda: losses.get_penalty("r9"), "'r9'.*gradient_penalty"),
    "a penalty whose weight is text": (lambda: losses.get_penalty("r1:many"), "'r1:many'.*r1:0.1"),
    "gradients of no length": (lambda: losses.GradientPenalty(10.0, target=0.0), "target.*0.0"),
    "a decay of 2": (lambda: losses.LeCam(decay=2.0), r"\(0, 1\).*decay=2\.0"),
    "a negative drift": (lambda: losses.Drift(-0.1), "weight.*-0.1"),
    "weights clipped to 0": (lambda: losses.WeightClip(0.0), "limit.*0.0"),
    "targets in the wrong order": (lambda: losses.LeastSquares(a=1.0, b=0.0), "a=1.0, b=0.0"),
    "relative scores of nothing": (
        lambda: losses.RelativisticAverage().generator(np.zeros((2, 1), "float32")),
        "real_logits.*None",
    ),
    "a loss of no class": (lambda: losses.get({"class_name": "Nice"}), "Nice.*wasserstein"),
    "a maxout of no pieces": (lambda: layers.Maxout(4, pieces=0), "positive.*pieces=0"),
    "discrimination without kernels": (
        lambda: layers.MinibatchDiscrimination(0, 3),
        "positive.*kernels=0",
    ),
    "groups of nothing": (lambda: layers.MinibatchStandardDeviation(0), "group_size.*0"),
    "squares of no pixel": (lambda: layers.PixelShuffle(0), "factor.*0"),
    "channels that make no squares": (
        lambda: layers.PixelShuffle(2)(keras.Input((4, 4, 3))),
        "3 channels.*2 x 2",
    ),
    "a negative padding": (lambda: layers.ReflectionPadding2D(-1), "padding.*-1"),
    "a padding larger than the image": (
        lambda: layers.ReflectionPadding2D(9)(keras.Input((4, 4, 3))),
        "4 x 4.*9 pixels",
    ),
    "a spectral norm of no weights": (
        lambda: layers.SpectralNormalization(keras.layers.Flatten()),
        "Dense.*Flatten",
    ),
    "a gain below 0": (
        lambda: layers.EqualizedLearningRate(keras.layers.Dense(2), gain=-1.0),
        "gain.*positive.*-1.0",
    ),
    # metrics
    "features of other lengths": (
        lambda: metrics.frechet_distance(FEATURES, FEATURES[:, :2]),
        "3 and 2",
    ),
    "features that are NaN": (
        lambda: metrics.frechet_distance(FEATURES, FEATURES * np.nan),
        "b must be finite.*row 0",
    ),
    "features of one image": (
        lambda: metrics.frechet_distance(FEATURES[:1], FEATURES),
        "at least 2 rows.*1",
    ),
    "features of three axes": (
        lambda: metrics.frechet_distance(FEATURES[None], FEATURES),
        r"\(N, d\).*\(1, 6, 3\)",
    ),
    "features of text": (
        lambda: metrics.frechet_distance(FEATURES.astype(str), FEATURES),
        "real numbers.*str",
    ),
    "features by name": (lambda: metrics.FrechetDistance("inception"), "model.*'inception'"),
    "subsets larger than the data": (
        lambda: metrics.kernel_distance(FEATURES, FEATURES, subset_size=7),
        "2 to the 6.*7",
    ),
    "no subsets": (
        lambda: metrics.kernel_distance(FEATURES, FEATURES, subsets=0, subset_size=3),
        "subsets.*0",
    ),
    "no neighbours": (lambda: metrics.precision_recall(FEATURES, FEATURES, k=0), "k.*0"),
    "more neighbours than images": (
        lambda: metrics.precision_recall(FEATURES, FEATURES, k=6),
        "at least 7 rows.*6",
    ),
    "half a neighbour": (lambda: metrics.density_coverage(FEATURES, FEATURES, k=2.5), "k.*2.5"),
    "more splits than images": (
        lambda: metrics.inception_score(FEATURES, splits=7),
        "at least 7 rows.*6",
    ),
    "centres of another plane": (
        lambda: metrics.modes_covered(FEATURES, FEATURES[:, :2], 0.1),
        r"\(6, 3\).*\(6, 2\)",
    ),
    "floats to compare by patches": (
        lambda: metrics.sliced_wasserstein(*[np.zeros((2, 16, 16, 3))] * 2),
        "uint8.*float64.*to_uint8",
    ),
    "pictures too small for patches": (
        lambda: metrics.sliced_wasserstein(*[np.zeros((2, 16, 8, 3), "uint8")] * 2),
        "at least 16.*16 x 8",
    ),
    "sharpness of bytes": (lambda: metrics.sharpness(IMAGES), "floats.*uint8"),
    "a distance of one image": (
        lambda: metrics.mean_distance(np.zeros((1, 8, 8, 1), "float32")),
        r"at least 2.*\(1, 8, 8, 1\)",
    ),
    "pairs of other counts": (
        lambda: metrics.pixel_agreement(IMAGES, IMAGES[:2]),
        r"\(6, 8, 8, 1\).*\(2, 8, 8, 1\)",
    ),
    "moving pixels of other counts": (
        lambda: metrics.moving_psnr(*[np.zeros((n, *SHAPE), "float32") for n in (6, 6, 2)]),
        r"\(2, 8, 8, 1\).*\(6, 8, 8, 1\)",
    ),
    "an unknown classifier": (lambda: metrics.classifier("cifar10"), "mnist.*'cifar10'"),
    "an unknown layer": (lambda: metrics.classifier("mnist", "labels"), "'logits'.*'labels'"),
    # files and presets
    "an ONNX file called otherwise": (
        lambda: dense().export("model.tflite", format="onnx"),
        "model.tflite.*.onnx",
    ),
    "an unknown endpoint": (
        lambda: dense().export("model.onnx", format="onnx", endpoint="paint"),
        "'paint'.*generate",
    ),
    "a quantized SavedModel": (
        lambda: dense().export("served", quantize=True),
        "SavedModel.*quantize",
    ),
    "an HDF5 file": (lambda: dense().save("model.h5"), "model.keras.*model.weights.h5"),
    "no such preset": (lambda: models.GAN.from_preset("gan_mnits"), "'gan_mnits'.*gan_mnist"),
    "a preset of another class": (
        lambda: models.CycleGAN.from_preset("gan_mnist"),
        "is a GAN, and no CycleGAN",
    ),
    "a hub without a repository": (
        lambda: models.GAN.from_preset("hf://owner"),
        "'hf://owner'.*hf://owner/repository",
    ),
    "no run": (lambda: training.load_model("nowhere"), "nowhere.*.keras.*preset"),
    "a run on a hub": (lambda: training.load_model("hf://x/y"), "hf://x/y.*path on a disk"),
    "a film of nothing": (lambda: data.save_film("film.gif", []), "0 images.*film.gif"),
    "a film in MP4": (lambda: data.save_film("film.mp4", IMAGES), "film.mp4.*.gif"),
    "a picture of floats": (
        lambda: data.save_image("a.png", np.zeros(SHAPE)),
        "uint8.*float64",
    ),
    "a grid of one image": (lambda: data.image_grid(IMAGES[0]), r"\(N, H, W, C\).*\(8, 8, 1\)"),
    # more data
    "no such pairs": (lambda: data.load_pairs("/nowhere", (32, 32, 3)), "'/nowhere'.*photos"),
    "no such clips": (
        lambda: data.load_clips("/nowhere", (32, 32, 3)),
        "'/nowhere'.*moving_digits",
    ),
    "sides that are not reduced": (
        lambda: data.load_super_resolution("photos", (15, 16, 3), scale=4),
        r"multiples of 4.*\(15, 16\)",
    ),
    "no such split of fonts": (lambda: data.load_fonts(SHAPE, "dev"), "train.*'dev'"),
    "no such points": (lambda: data.load_points("line"), "'line'.*'ring'"),
    "no points": (lambda: data.load_points("ring", count=0), "count.*0"),
    "six channels of digits": (lambda: data.load_images("digits", (8, 8, 6)), "1 channels.*6"),
    "a shape of text": (lambda: data.load_images("digits", "8x8"), "channels.*'8x8'"),
    "images that are a number": (lambda: data.load_images(5), "__getitem__.*int"),
    "images that are words": (lambda: data.load_images(["a", "b"]), "Pillow image.*str"),
    "float images to keep": (
        lambda: data.Images(IMAGES.astype("float32")),
        "uint8.*float32",
    ),
    "fewer labels than images": (lambda: data.Images(IMAGES, LABELS[:2]), r"\(6,\).*\(2,\)"),
    "batches of nothing": (lambda: data.Images(IMAGES).dataset(0), "batch_size.*0"),
    "integers as floats": (lambda: data.to_float(np.zeros((2, 2), "int32")), "uint8.*int32"),
    "pixels as pixels": (lambda: data.to_uint8(IMAGES), "float.*uint8"),
    "domains of two shapes": (
        lambda: data.Unpaired(data.Images(IMAGES), data.Images(np.zeros((6, 9, 9, 1), "uint8"))),
        r"\(8, 8, 1\).*\(9, 9, 1\)",
    ),
    # more callbacks
    "a checkpoint never": (lambda: callbacks.Checkpoint("here", every=0), "every.*0"),
    "samples never": (lambda: callbacks.SampleGrid("here", every=0), "every.*0"),
    "no patience": (lambda: callbacks.GANHealth(IMAGES, patience=0), "patience.*0"),
    "measuring never": (lambda: callbacks.Measure(IMAGES, every=0), "every.*0"),
    "measuring nothing": (lambda: callbacks.Measure(IMAGES, count=0), "count.*0"),
    "a tracker of text": (lambda: callbacks.Track("wandb"), "log.*'wandb'"),
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


# Options of runs, which are flags of `kerasgan train` too: the recipe, the option, its value, and
# what the error tells beside name=value.
OPTIONS = [
    ("gan", "epochs", 0, r"\[1, "),
    ("gan", "epochs", 1.5, "no integer"),
    ("gan", "batch_size", "many", "no integer"),
    ("gan", "image_size", (8, 8, 8), r"\(height, width\)"),
    ("gan", "seed", 2**33, r"\[0, 4294967295\]"),
    ("gan", "ema", -0.5, "negative"),
    ("gan", "adversarial_loss", "nice", "wasserstein"),
    ("gan", "adversarial_loss", {}, "no text"),
    ("gan", "penalty", "r9", "gradient_penalty"),
    ("gan", "augment", "colour", "color, translation"),
    ("gan", "augment", 3, "no text"),
    ("gan", "metrics", "fid", "frechet, kernel"),
    ("gan", "metrics", "frechet,frechet", "twice"),
    ("gan", "metrics", ["frechet"], "no text"),
    ("gan", "metrics_every", 0, r"\[1, "),
    ("gan", "strategy", "horovod", "mirrored"),
    ("gan", "mixed_precision", "float16", "mixed_float16"),
    ("gan", "jit_compile", "yes", "False, True"),
    ("gan", "on_collapse", "pray", "rollback"),
    ("gan", "checkpoint_every", 0, r"\[1, "),
    ("gan", "limit", 0, r"\[1, "),
    ("gan", "freeze", -1, r"\[0, "),
    ("gan", "generator_learning_rate", -1.0, "negative"),
    ("gan", "fast", "very", "auto, off"),
    ("gan", "scale", 4, "gan takes none"),
    ("gan", "held_out", "digits", "not evaluated"),
    ("dcgan", "l1_weight", 1.0, "dcgan takes none"),
    ("cogan", "relation", "twins", "outlines, negatives"),
    ("simgan", "synthetic", "", "empty"),
    ("simgan", "padding", -1, r"\[0, "),
    ("next_frame", "frames", 0, r"\[1, "),
    ("next_frame", "gdl_weight", "much", "no number"),
    ("pix2pix", "direction", "there", "b_to_a"),
    ("pix2pix", "edges", "yes", "False, True"),
    ("srgan", "scale", 0, r"\[1, "),
    ("progan", "adversarial_weight", 1.0, "progan takes none"),
    ("stylegan", "content_weight", 2.0, "stylegan takes none"),
    ("stylegan2", "small", "yes", "False, True"),
    ("r3gan", "content_weight", 2.0, "r3gan takes none"),
    ("sngan", "frames", 2, "sngan takes none"),
    ("aae", "padding", 2, "aae takes none"),
    ("bigan", "direction", "a_to_b", "bigan takes none"),
    ("bgan", "edges", True, "bgan takes none"),
    ("ccgan", "relation", "outlines", "ccgan takes none"),
    ("context_encoder", "scale", 2, "context_encoder takes none"),
]


@pytest.mark.parametrize("recipe, name, value, words", OPTIONS)
def test_wrong_option(recipe, name, value, words, tmp_path):
    with pytest.raises(training.RunError) as info:
        training.train(zoo.RECIPES[recipe], workdir=tmp_path / "run", **{name: value})
    text = str(info.value)
    assert re.match(rf"{name}='?{re.escape(str(value))}", text) and re.search(words, text), text
    assert not list(tmp_path.iterdir())


# Command lines, each of which fails before it computes anything.
COMMANDS = [
    ("train", ["--model=biggan"], ["--model", "biggan", "dcgan"]),
    ("train", ["--epochs=0"], ["--epochs", "0"]),
    ("train", ["--image_size=8x8x8"], ["--image_size", "8x8x8", "HEIGHTxWIDTH"]),
    ("train", ["--dataset=mnits"], ["mnits"]),
    ("train", ["digits"], ["'digits'", "--name=value"]),
    ("generate", [], ["--model"]),
    ("generate", ["--model=nowhere"], ["nowhere", ".keras", "preset"]),
    ("generate", ["--model=gan_mnist", "--output=a.bmp"], ["a.bmp", ".png"]),
    ("generate", ["--model=gan_mnist", "--truncation=2"], ["--truncation", "2"]),
    ("generate", ["--model=gan_mnist", "--interpolate=3"], [".gif", ".webp"]),
    ("generate", ["--model=gan_mnist", "--labels=1"], ["--labels", "GAN"]),
    ("inpaint", ["--model=gan_mnist", "--input=nowhere"], ["nowhere"]),
    ("export", ["--model=gan_mnist", "--format=torch"], ["--format", "torch", "onnx"]),
    ("export", ["--model=nowhere", "--output=served"], ["nowhere"]),
    ("evaluate", ["--model=gan_mnist", "--dataset=digits", "--metrics=fid"], ["fid", "frechet"]),
    ("styles", ["--model=gan_mnist"], ["gan_mnist", "GAN"]),
    ("report", [], ["folders of runs"]),
    ("report", ["nowhere"], ["nowhere", "recipe.json"]),
    ("report", ["nowhere", "--output=page.pdf"], ["page.pdf", ".html"]),
    ("explore", ["--model=nowhere"], ["nowhere"]),
    ("convert", ["--input=nowhere.pth", "--output=a.keras"], ["nowhere.pth"]),
    ("reproduce", ["nowhere"], ["nowhere"]),
    ("compare", ["--run=biggan"], ["biggan", "dcgan"]),
]


@pytest.mark.parametrize("command, flags, words", COMMANDS)
def test_wrong_flags(command, flags, words, tmp_path):
    assert refuses(run(command, *flags, cwd=tmp_path), *words)
    assert not list(tmp_path.iterdir())


def test_there_are_many():
    assert len(CASES) + len(OPTIONS) + len(COMMANDS) >= 200
