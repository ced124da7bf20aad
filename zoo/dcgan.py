"""DCGAN on digits, MNIST, Fashion-MNIST, CIFAR-10 and CelebA.

`kerasgan train --model=dcgan --dataset=mnist --mixed_precision=mixed_bfloat16`: 40 epochs (37,480
steps of 64), about an hour of the time of a CPU core with instructions for bfloat16; in float32 a
step takes twice as long. Most of 64 samples read as digits; the discriminator's accuracies are
0.75 and 0.74. 10,000 images against the test images, on the features mnist_features_95d22598:
Frechet distance 6.8, kernel distance 2.9, precision 0.70, recall 0.84. The preset `dcgan_mnist` is
this training. The paper's networks, with batch normalization in both and no penalty, had 52.7,
17.1, 0.57 and 0.70 after 3 epochs (2,811 steps).

`kerasgan train`: 80 epochs (3,680 steps of 32) on the 1,500 digits of scikit-learn in 65 s on 2
idle CPU cores, starting included; blurred digits, nearly all of which can be read; the
discriminator's accuracies are 0.66 and 0.71. 297 images against as many of the test split, on the
features digits_features_901d27aa: Frechet distance 10.4, precision 0.67, recall 0.93 (56.0, 0.63
and 0.07 without penalty and with batch normalization). docs/quality.md has what else was tried.

`kerasgan train --dataset=horse2zebra/trainA --image_size=64`, 250 photographs of horses, networks
of half the paper's width, with `DiffAugment`: 30 epochs of 300 steps of 32, 0.18 s a step on two
idle cores, 27 minutes. Horses on meadows in most of 64 samples, none sharp; the discriminator's
accuracies stay between 0.75 and 0.90. Without augmentation they go to 1.00, and samples get worse
again after 2,400 steps.

The paper trained on 64 x 64 images with batches of 128; half of that gives MNIST twice the updates.
It has no average of the generator's weights, which makes samples steadier. CIFAR-10, CelebA and
stacked MNIST have the paper's settings; they, and Fashion-MNIST, are not measured.
"""

from kerasgan import models, networks, optimizers
from zoo.recipe import FEW_PICTURES, Recipe, Settings, Small, adam


def _half_width(data, seed):
    """Networks half as wide as the paper's, a step of which takes a quarter of the time."""
    return _networks(data, seed, width=32) | {"ema": 0.995}


def _networks(data, seed, width, normalize=True):
    shape, options = data.image_shape, {"width": width, "seed": seed}
    return {
        "generator": networks.dcgan.generator(shape, **options),
        "discriminator": networks.dcgan.discriminator(shape, normalize=normalize, **options),
    }


def _penalized(width):
    """Networks where R1 takes the place of D's batch normalization, and how they train."""
    return Small(
        lambda data, seed: _networks(data, seed, width, normalize=False) | {"ema": 0.999},
        _falling,
        penalty="r1:2",
    )


def _falling(steps):
    """Adam without momentum, from a learning rate that R1 allows down to a twentieth of it."""
    rates = (optimizers.Cosine(1e-3, 5e-5, over=steps) for _ in range(2))
    return adam(*rates, beta_1=0.0, beta_2=0.99)


RECIPE = Recipe(
    name="dcgan",
    model=models.DCGAN,
    data={
        # Of 1,500 images D learns less by heart if they are moved.
        "digits": Settings((16, 16, 1), 32, 80, small=_penalized(32), augment="translation"),
        "mnist": Settings((28, 28, 1), batch_size=64, epochs=40, small=_penalized(64)),
        "fashion_mnist": Settings((28, 28, 1), batch_size=64, epochs=40, small=_penalized(64)),
        # 128,000 stacks and the paper's networks, as where others report modes.
        "stacked_mnist": Settings((28, 28, 3), batch_size=64, epochs=10),
        "cifar10": Settings((32, 32, 3), batch_size=128, epochs=50),
        "celeb_a": Settings((64, 64, 3), batch_size=128, epochs=25),
    },
    own_data=FEW_PICTURES,
    options=lambda data, seed: {"ema": 0.995},
    small=Small(_half_width),
)
