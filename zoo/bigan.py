"""BiGAN and ALI on digits, MNIST and Fashion-MNIST, ALI on CIFAR-10 too.

`kerasgan train --model=bigan`: 100 epochs (2,300 steps of 64) in three and a half minutes of one
core of a busy machine. Reconstructions of the 297 test images are 0.695 times as far away from them
as from other images. The nearest training image has a test image's class for 87.2 % by features,
90.9 % by codes, 94.9 % by pixels, and 94.3 % by the features of initial weights: as in the
authors' log on MNIST, features first become worse than those. Of noise (seed 0), 297 images against
the test images, on the features digits_features_901d27aa: Frechet distance 29.5, precision 0.73,
recall 0.52.

`kerasgan train --model=ali`, dense networks too: after 60 of its 100 epochs, in two and a half
minutes, the same ratio is 0.887, and 90.6 % by features (95.3 % by those of initial weights). The
paper's networks of convolutions, a quarter as wide, on digits of 32 x 32, had learnt nothing after
450 steps: D won. After all 100 epochs (seed 0), in 17 minutes of a part of one core, 297 images of
noise against the test images, on the features digits_features_901d27aa: Frechet distance 26.5,
precision 0.59, recall 0.64.

MNIST, Fashion-MNIST and CIFAR-10 are not measured yet. The authors' log of BiGAN on MNIST has
97.35 % by features after 400 epochs and a ratio of 0.62; raw pixels have 96.91 %.
"""

from kerasgan import models, networks, optimizers
from zoo.recipe import Recipe, Settings, Small


def _falling(steps):
    """The learning rate of the authors' code, which trains for 400 epochs."""
    return {
        f"{player}_optimizer": optimizers.Adam(optimizers.ExponentialFall(2e-4, steps), beta_1=0.5)
        for player in models.BiGAN.players
    }


def _small(data, seed):
    """BiGAN's networks of dense layers, with a Gaussian encoder, and D without normalization."""
    shape, dim, build = data.image_shape, models.ALI.default_latent_dim, networks.bigan
    return {
        "generator": build.generator(shape, dim, seed=seed),
        "encoder": build.encoder(shape, dim, gaussian=True, seed=seed),
        "discriminator": build.discriminator(shape, dim, normalize=False, seed=seed),
    }


RECIPE = Recipe(
    name="bigan",
    model=models.BiGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=64, epochs=100),
        "mnist": Settings((28, 28, 1), batch_size=128, epochs=100),
        "fashion_mnist": Settings((28, 28, 1), batch_size=128, epochs=100),
    },
    own_data=Settings((32, 32, 3), batch_size=128, epochs=100, least_steps=50),
    optimizers=_falling,
    held_out=lambda images, batch_size: images.dataset(batch_size),
    monitor="val_reconstruction_ratio",
)
ALI = Recipe(
    name="ali",
    model=models.ALI,
    data={
        "digits": Settings((16, 16, 1), batch_size=64, epochs=100, small=True),
        "mnist": Settings((28, 28, 1), batch_size=128, epochs=100, small=True),
        "fashion_mnist": Settings((28, 28, 1), batch_size=128, epochs=100, small=True),
        "cifar10": Settings((32, 32, 3), batch_size=100, epochs=100),
    },
    own_data=Settings((32, 32, 3), batch_size=100, epochs=100, small=True, least_steps=100),
    small=Small(_small),
    held_out=RECIPE.held_out,
    monitor=RECIPE.monitor,
)
