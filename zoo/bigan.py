"""BiGAN on digits, MNIST and Fashion-MNIST.

`kerasgan train --model=bigan`: BIGAN_DIGITS
"""

from kerasgan import models, optimizers
from zoo.recipe import Recipe, Settings


def _falling(steps):
    """The learning rate of the authors' code, which trains for 400 epochs."""
    return {
        f"{player}_optimizer": optimizers.Adam(optimizers.ExponentialFall(2e-4, steps), beta_1=0.5)
        for player in models.BiGAN.players
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
