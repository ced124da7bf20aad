"""DCGAN on digits, MNIST, Fashion-MNIST, CIFAR-10 and CelebA.

RESULTS
"""

from kerasgan import models
from zoo.recipe import Recipe, Settings

RECIPE = Recipe(
    model=models.DCGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=32, epochs=40),
        "mnist": Settings((28, 28, 1), batch_size=64, epochs=3),
        "fashion_mnist": Settings((28, 28, 1), batch_size=64, epochs=10),
        "cifar10": Settings((32, 32, 3), batch_size=128, epochs=50),
        "celeb_a": Settings((64, 64, 3), batch_size=128, epochs=25),
    },
    own_data=Settings((64, 64, 3), batch_size=64, epochs=25),
    options={"ema": 0.995},
)
