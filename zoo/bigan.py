"""BiGAN on digits, MNIST and Fashion-MNIST.

`kerasgan train --model=bigan`: BIGAN_DIGITS
"""

from kerasgan import models, networks, optimizers
from zoo.recipe import Recipe, Settings


def _falling(steps):
    """The learning rate of the authors' code, which trains for 400 epochs."""
    return {
        f"{player}_optimizer": optimizers.Adam(optimizers.ExponentialFall(2e-4, steps), beta_1=0.5)
        for player in models.BiGAN.players
    }


def _small(data, seed):
    """Half as many channels as the paper's, a quarter for digits."""
    options = {"width": 8 if data.name == "digits" else 16, "seed": seed}
    return {
        player: getattr(networks.ali, player)(data.image_shape, **options)
        for player in models.ALI.players
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
        "digits": Settings((32, 32, 1), batch_size=50, epochs=60, small=True),
        "mnist": Settings((32, 32, 1), batch_size=100, epochs=15, small=True),
        "fashion_mnist": Settings((32, 32, 1), batch_size=100, epochs=15, small=True),
        "cifar10": Settings((32, 32, 3), batch_size=100, epochs=100),
    },
    own_data=Settings((32, 32, 3), batch_size=100, epochs=100, small=True, least_steps=100),
    small=_small,
    held_out=RECIPE.held_out,
    monitor=RECIPE.monitor,
)
