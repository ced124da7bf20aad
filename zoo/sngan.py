"""SNGAN, and the conditional one with a projection, on digits, MNIST, Fashion-MNIST and CIFAR-10.

`kerasgan train --model=sngan` on digits: 130 epochs (1,170 steps of 5 x 32) of networks of 32
channels, in 20 minutes on 2 CPU cores that did much other work. Most of 64 samples read as digits,
blurred ones. By the features of the package's classifier of digits the Frechet distance of 297
generated images to the 297 test images is 23.5, precision 0.62 and recall 0.70; after 270 steps of
networks twice as wide it was 43.0, 0.63 and 0.48.

`kerasgan train --model=conditional_sngan --seed=0` on digits: 130 epochs in seven minutes of a part
of one core; by the same measure 23.2, 0.62 and 0.82. Nothing else is measured.

Miyato et al. report an Inception Frechet distance of 21.7 on CIFAR-10, without classes.
"""

import dataclasses

import keras

from kerasgan import models, networks
from zoo.recipe import Recipe, Settings, Small, adam, labelled, num_classes


def _falling(steps):
    """The paper's learning rates, which fall to 0 over all steps, of which D takes five in each."""
    rates = (
        keras.optimizers.schedules.PolynomialDecay(2e-4, count, end_learning_rate=0.0)
        for count in (steps, 5 * steps)
    )
    return adam(*rates, beta_1=0.0, beta_2=0.9)


def _options(data, seed):
    return {"ema": 0.999}


def _small(data, seed):
    """Networks of 64 channels in the place of 256 and 128, of 32 for digits."""
    return _options(data, seed) | _narrow(data, seed)


def _conditional_options(data, seed):
    return {"ema": 0.999, "num_classes": num_classes(data)}


def _conditional_small(data, seed):
    options = _conditional_options(data, seed)
    return options | _narrow(data, seed, condition_dim=options["num_classes"])


def _narrow(data, seed, **condition):
    shape = data.image_shape
    options = {"width": 32 if max(shape) <= 16 else 64, "seed": seed} | condition
    return {
        "generator": networks.sngan.generator(shape, **options),
        "discriminator": networks.sngan.discriminator(shape, **options),
    }


# Images for the five steps of the discriminator: 64 for each, but 32 of digits.
SNGAN = Recipe(
    name="sngan",
    model=models.SNGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=160, epochs=130, small=True),
        "mnist": Settings((28, 28, 1), batch_size=320, epochs=30, small=True),
        "fashion_mnist": Settings((28, 28, 1), batch_size=320, epochs=30, small=True),
        "cifar10": Settings((32, 32, 3), batch_size=320, epochs=320),
    },
    own_data=Settings((32, 32, 3), batch_size=320, epochs=100, small=True, least_steps=100),
    options=_options,
    small=Small(_small),
    optimizers=_falling,
)
CONDITIONAL = dataclasses.replace(
    SNGAN,
    name="conditional_sngan",
    model=models.ConditionalSNGAN,
    options=_conditional_options,
    small=Small(_conditional_small),
    stream=labelled,
)
