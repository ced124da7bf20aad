"""Boundary-seeking GANs on digits, MNIST and Fashion-MNIST.

`kerasgan train --model=bgan` makes binary images, of images that a threshold makes binary;
`kerasgan train --model=continuous_bgan` makes others. The networks are half as wide as the paper's,
the binary game has 10 samples a latent instead of 20, and the generator learns faster than the
discriminator; `--nosmall --epochs=100` trains as the paper does. Not measured yet.
"""

from kerasgan import models, networks
from zoo.recipe import Recipe, Settings, Small, adam


def _half(data, seed, binary):
    """Networks half as wide as the paper's."""
    build, sizes = networks.bgan, {"width": 32, "units": 512, "seed": seed}
    return {
        "generator": build.generator(data.image_shape, binary=binary, **sizes),
        "discriminator": build.discriminator(data.image_shape, **sizes),
    }


def _faster(steps):
    """A generator that learns faster than the discriminator, which else wins on few images."""
    return adam(1e-3, 2e-4, beta_1=0.5)


_DATA = {
    "digits": Settings((16, 16, 1), batch_size=64, epochs=100, small=True),
    "mnist": Settings((28, 28, 1), batch_size=64, epochs=15, small=True),
    "fashion_mnist": Settings((28, 28, 1), batch_size=64, epochs=15, small=True),
}
_OWN_DATA = Settings((32, 32, 3), batch_size=64, epochs=50, small=True, least_steps=100)

RECIPE = Recipe(
    name="bgan",
    model=models.BoundarySeekingGAN,
    data=_DATA,
    own_data=_OWN_DATA,
    small=Small(lambda data, seed: _half(data, seed, binary=True) | {"num_samples": 10}, _faster),
)
CONTINUOUS = Recipe(
    name="continuous_bgan",
    model=models.ContinuousBoundarySeekingGAN,
    data=_DATA,
    own_data=_OWN_DATA,
    small=Small(lambda data, seed: _half(data, seed, binary=False), _faster),
)
