"""R3GAN on digits, MNIST, Fashion-MNIST and CIFAR-10, and the same with classes.

`kerasgan train --model=r3gan`: the 1,500 digits of scikit-learn, 60 epochs (1,380 steps of 64), 13
minutes on 2 CPU cores that a dozen other processes shared. Most of 64 samples read as digits.
`kerasgan evaluate --metrics=frechet,precision_recall`: a Frechet distance of 13.8 from the 297 held
out digits (features of the package's classifier of digits, 297 images each), precision 0.72, recall
0.81; the discriminator's accuracies on held-out and generated digits are 0.57 and 0.64.

`kerasgan train --model=r3gan_conditional --seed=0` on the same digits: 60 epochs in five minutes of
one core. The package's classifier names 99.5 % of 1,000 digits as asked; 297 images against the
test images, on the features digits_features_901d27aa: Frechet distance 4.7, precision 0.89, recall
0.60; D's accuracies are 0.55 and 0.48.

`kerasgan train --model=r3gan --dataset=mnist --seed=0`: 12 epochs (11,250 steps of 64) in 83
minutes of a CPU core that did other work too, the preset `r3gan_mnist`. Nearly all of 64 samples
read as digits. 10,000 images against the test images, on the features mnist_features_95d22598:
Frechet distance 5.7, kernel distance 2.0, precision 0.77, recall 0.71. Fashion-MNIST is not
measured.

Where `small` is set, networks learn that a CPU can train: a block for each size of maps, 16
channels for the largest (8 beyond 32 x 32 pixels), and twice as many for each smaller one, up to
128. With `--nosmall` they are the paper's: 20.7 million weights each at 32 x 32, 23.1 million at
256 x 256 pixels. Those, and the settings for CIFAR-10, are for several GPUs, and not measured; the
paper has a Frechet distance of 1.96 on CIFAR-10 with classes, and of 2.75 on FFHQ at 256 x 256
(Inception). D and G each take half of a batch, so that 1,024 images are the paper's batch of 512.
"""

import dataclasses

from kerasgan import models, networks, optimizers
from zoo.recipe import FEW_PICTURES, Recipe, Settings, Small, labelled, num_classes


def _options(data, seed):
    """The paper's for CIFAR-10, and FFHQ at 64 x 64 and 256 x 256 pixels."""
    side = max(data.image_shape[:2])
    gamma = (0.05, 0.005) if side <= 32 else (2.0, 0.2) if side <= 64 else (150.0, 15.0)
    half_life = 5_000_000 if side <= 32 else 500_000
    return {
        "gamma": gamma,
        "ema": models.HalfLife(optimizers.Cosine(0, half_life, over=20_000_000)),
    }


def _small(data, seed, **condition):
    """Networks that a CPU trains."""
    shape = data.image_shape
    stages = len(networks.r3gan.widths(shape))
    finest = 16 if max(shape[:2]) <= 32 else 8
    widths = [min(finest * 2**i, 128) for i in reversed(range(stages))]
    options = {"widths": widths, "blocks": 1, "seed": seed} | condition
    return {
        "generator": networks.r3gan.generator(shape, **options),
        "discriminator": networks.r3gan.discriminator(shape, **options),
        "gamma": (1.0, 0.1) if max(shape[:2]) <= 32 else (2.0, 0.2),
        "learning_rate": (1e-3, 2e-4),
        "images": 320_000,
        "batch_size": 32,
        "ema": models.HalfLife(10_000),
    }


def _classes(data):
    return {"num_classes": num_classes(data)}


RECIPE = Recipe(
    name="r3gan",
    model=models.R3GAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=64, epochs=60, small=True),
        "mnist": Settings((28, 28, 1), batch_size=64, epochs=12, small=True),
        "fashion_mnist": Settings((28, 28, 1), batch_size=64, epochs=12, small=True),
        "stacked_mnist": Settings((28, 28, 3), batch_size=64, epochs=10, small=True),
        "cifar10": Settings((32, 32, 3), batch_size=1024, epochs=10_000),
    },
    own_data=FEW_PICTURES,
    options=_options,
    small=Small(_small),
)

CONDITIONAL = dataclasses.replace(
    RECIPE,
    name="r3gan_conditional",
    model=models.ConditionalR3GAN,
    options=lambda data, seed: _options(data, seed) | _classes(data),
    small=Small(
        lambda data, seed: _small(data, seed, condition_dim=num_classes(data)) | _classes(data)
    ),
    stream=labelled,
)
