"""LSGAN on digits, MNIST, Fashion-MNIST, CIFAR-10 and CelebA.

`kerasgan train --model=lsgan --dataset=mnist --seed=0`, networks half as wide as the paper's, at
InfoGAN's learning rates: 11 epochs (5,148 steps of 128) in 57 minutes of a CPU core with AVX2 that
did other work too, 0.5 s a step where it did not. Nearly all of 64 samples read as digits. 10,000
images against the test images, on the features mnist_features_95d22598: Frechet distance 3.1,
kernel distance 1.2, precision 0.77, recall 0.84. The discriminator's accuracies rise to 0.94 and
0.95. The preset `lsgan_mnist` is of this command.

`kerasgan train --model=lsgan --seed=1` on digits, so too: 60 epochs (2,760 steps of 32) in four
minutes of one core. On the features digits_features_901d27aa, 297 images each: Frechet distance
12.3, precision 0.71, recall 0.81 (47.7, 0.61 and 0.32 with the paper's networks and learning rates
after 1,380 steps); D's accuracies are 0.96 and 0.98.

The paper trained on scenes of 112 x 112, and has no average of the generator's weights. CIFAR-10
and CelebA have its batch size; they, and Fashion-MNIST, are not measured.
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
        "digits": Settings((16, 16, 1), batch_size=32, epochs=60, small=True),
        "mnist": Settings((28, 28, 1), batch_size=128, epochs=11, small=True),
        "fashion_mnist": Settings((28, 28, 1), batch_size=128, epochs=11, small=True),
        "cifar10": Settings((32, 32, 3), batch_size=64, epochs=50),
        "celeb_a": Settings((64, 64, 3), batch_size=64, epochs=25),
    },
    own_data=Settings((112, 112, 3), batch_size=64, epochs=25, least_steps=200),
    options=_options,
    small=Small(_narrow, _faster),
)
