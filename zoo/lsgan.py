"""LSGAN on digits, MNIST, Fashion-MNIST, CIFAR-10 and CelebA.

`kerasgan train --model=lsgan --dataset=mnist`: 2 epochs (1,874 steps of 64) in 16 minutes
on 2 CPU cores that also did other work. Most of 64 samples read as digits.

`kerasgan train --model=lsgan --seed=1` on digits: 30 epochs (1,380 steps of 32) in eight minutes of
a part of one core. On the features digits_features_901d27aa, 297 images each: Frechet distance
47.7, precision 0.61, recall 0.32; D's accuracies 0.79 and 0.80.

The paper trained on scenes of 112 x 112, and has no average of the generator's weights. The other
data sets have its batch size and are not measured.
"""

from kerasgan import models, networks
from zoo.recipe import Recipe, Settings, Small, adam


def _options(data, seed):
    # 1,024 latents, as in the paper, are three quarters of all weights at 28 x 28, and slow.
    return {"latent_dim": 100, "ema": 0.995}


def _narrow(data, seed):
    """Networks half as wide as the paper's."""
    options, shape, sizes = _options(data, seed), data.image_shape, {"width": 32, "seed": seed}
    return options | {
        "generator": networks.lsgan.generator(shape, options["latent_dim"], **sizes),
        "discriminator": networks.lsgan.discriminator(shape, **sizes),
    }


def _faster(steps):
    """The learning rates of InfoGAN: the generator's five times the discriminator's."""
    return adam(1e-3, 2e-4)


RECIPE = Recipe(
    name="lsgan",
    model=models.LSGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=32, epochs=30),
        "mnist": Settings((28, 28, 1), batch_size=128, epochs=11, small=True),
        "fashion_mnist": Settings((28, 28, 1), batch_size=128, epochs=11, small=True),
        "cifar10": Settings((32, 32, 3), batch_size=64, epochs=50),
        "celeb_a": Settings((64, 64, 3), batch_size=64, epochs=25),
    },
    own_data=Settings((112, 112, 3), batch_size=64, epochs=25, least_steps=200),
    options=_options,
    small=Small(_narrow, _faster),
)
