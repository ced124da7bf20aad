"""Progressive growing on digits, MNIST, Fashion-MNIST, CIFAR-10, CelebA-HQ and one's own.

`kerasgan train --model=progan`: the 1,500 digits of scikit-learn, 60 epochs (2,760 steps of 32) of
4, 8 and 16 pixels in 14 minutes of a part of one core. About half of 64 samples read as digits. On
the features digits_features_901d27aa, 297 images each: Frechet distance 17.4, precision 0.68,
recall 0.82; D's accuracies are 0.75 and 0.77. Of Fashion-MNIST four of six epochs were trained, in
which the last stage has just faded in; the rest, MNIST and others are not measured.

What a CPU trains (`small`) has 16 channels in the largest maps, twice as many in each smaller ones,
up to 64, and 40,000 images for each half of a stage (15,000 of digits), where the paper has
600,000. With `--nosmall` networks and schedules are the paper's, for GPUs, and not measured: 23.1
million weights each at 1,024 x 1,024 pixels, 1.3 million for CIFAR-10, where the paper has an
Inception score of 8.80. Batches there shrink as images grow, which these do not.
"""

from kerasgan import models, networks
from zoo.recipe import Recipe, Settings, Small


def _networks(data, seed, latent_dim, base, maximum):
    shape, sizes = data.image_shape, {"base": base, "maximum": maximum, "seed": seed}
    return {
        "generator": networks.progan.generator(shape, latent_dim, **sizes),
        "discriminator": networks.progan.discriminator(shape, **sizes),
    }


def _narrow(images):
    """Networks that a CPU trains, and half of how many images each stage takes."""

    def options(data, seed):
        base = 8 * max(data.image_shape[:2])
        growth = {"stable_images": images, "fade_images": images}
        return _networks(data, seed, 64, base, 64) | growth

    return Small(options)


def _published(data, seed):
    """The networks and the schedule for CIFAR-10, and the paper's for all else."""
    if max(data.image_shape[:2]) > 32:
        return {}
    growth = {"stable_images": 400_000, "fade_images": 400_000}
    return _networks(data, seed, 128, 4096, 128) | growth


RECIPE = Recipe(
    name="progan",
    model=models.ProgressiveGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=32, epochs=60, small=_narrow(15_000)),
        "mnist": Settings((32, 32, 1), batch_size=32, epochs=5, small=_narrow(40_000)),
        "fashion_mnist": Settings((32, 32, 1), batch_size=32, epochs=5, small=_narrow(40_000)),
        "cifar10": Settings((32, 32, 3), batch_size=64, epochs=400),
        "celeb_a_hq/1024": Settings((1024, 1024, 3), batch_size=16, epochs=400),
    },
    own_data=Settings((64, 64, 3), 32, epochs=30, least_steps=300, small=_narrow(40_000)),
    options=_published,
)
