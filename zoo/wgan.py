"""RESULTS."""

from kerasgan import models
from zoo.recipe import Recipe, Settings

# 64 images for each of the critic's five steps.
RECIPE = Recipe(
    model=models.WGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=320, epochs=400),
        "mnist": Settings((28, 28, 1), batch_size=320, epochs=20),
        "fashion_mnist": Settings((28, 28, 1), batch_size=320, epochs=20),
        "cifar10": Settings((32, 32, 3), batch_size=320, epochs=100),
        "celeb_a": Settings((64, 64, 3), batch_size=320, epochs=50),
    },
    own_data=Settings((64, 64, 3), batch_size=320, epochs=50),
)
