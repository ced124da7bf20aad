"""Boundary-seeking GANs on digits, MNIST and Fashion-MNIST.

`kerasgan train --model=bgan` makes binary images, of images that a threshold makes binary;
`kerasgan train --model=continuous_bgan` makes others. The networks are half as wide as the paper's,
the binary game has 10 samples a latent instead of 20, and the generator learns faster than the
discriminator; `--nosmall --epochs=100` trains as the paper does.

`kerasgan train --model=bgan --epochs=40 --seed=0`: 920 steps of 64 on the digits of scikit-learn in
five minutes of a busy machine. On draws, not on means: the digits' classifier names 1,000 of them
with a mean confidence of 0.89, and the entropy of their classes is 2.23 of 2.30 nats. Of 10 samples
a latent 8.5 are effective, and the discriminator's loss is 1.10. 297 draws against as many images
of the test split, made binary, on the features digits_features_901d27aa: Frechet distance 27.0,
precision 0.70, recall 0.88. At the paper's learning rates (50 epochs, seed 1) the discriminator
won: its loss was 0.13, and samples were noise in the form of strokes.

`kerasgan train --model=continuous_bgan --seed=0`: 100 epochs in two minutes of a part of one core.
297 images each, on the same features: Frechet distance 71.7, precision 0.77, recall 0.32; D is
right on 0.99 of the generated images.

The 100 epochs of the binary recipe, MNIST and Fashion-MNIST are not measured yet.
"""

import dataclasses

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


RECIPE = Recipe(
    name="bgan",
    model=models.BoundarySeekingGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=64, epochs=100, small=True),
        "mnist": Settings((28, 28, 1), batch_size=64, epochs=15, small=True),
        "fashion_mnist": Settings((28, 28, 1), batch_size=64, epochs=15, small=True),
    },
    own_data=Settings((32, 32, 3), batch_size=64, epochs=50, small=True, least_steps=100),
    small=Small(lambda data, seed: _half(data, seed, binary=True) | {"num_samples": 10}, _faster),
)
CONTINUOUS = dataclasses.replace(
    RECIPE,
    name="continuous_bgan",
    model=models.ContinuousBoundarySeekingGAN,
    small=Small(lambda data, seed: _half(data, seed, binary=False), _faster),
)
