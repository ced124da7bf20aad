"""Progressive growing on digits, MNIST, Fashion-MNIST, CIFAR-10, CelebA and CelebA-HQ.

`kerasgan train --model=progan`: MEASURED.
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
        base = 16 * max(data.image_shape[:2])
        growth = {"stable_images": images, "fade_images": images}
        return _networks(data, seed, 64, base, 64) | growth

    return Small(options)


def _of_cifar10(data, seed):
    """The paper's networks and schedule for CIFAR-10."""
    growth = {"stable_images": 400_000, "fade_images": 400_000}
    return _networks(data, seed, 128, 4096, 128) | growth


_CIFAR10 = Small(_of_cifar10)

RECIPE = Recipe(
    name="progan",
    model=models.ProgressiveGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=32, epochs=60, small=_narrow(15_000)),
        "mnist": Settings((32, 32, 1), batch_size=32, epochs=5, small=_narrow(40_000)),
        "fashion_mnist": Settings((32, 32, 1), batch_size=32, epochs=5, small=_narrow(40_000)),
        "cifar10": Settings((32, 32, 3), batch_size=64, epochs=400, small=_CIFAR10),
        "celeb_a": Settings((128, 128, 3), batch_size=16, epochs=60),
    },
    own_data=Settings((64, 64, 3), batch_size=16, epochs=50, small=_narrow(30_000)),
)
