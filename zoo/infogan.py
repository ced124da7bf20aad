"""InfoGAN on digits, MNIST and Fashion-MNIST.

Not measured yet.
"""

from kerasgan import models
from zoo.recipe import Recipe, Settings

RECIPE = Recipe(
    model=models.InfoGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=64, epochs=100),
        "mnist": Settings((28, 28, 1), batch_size=128, epochs=11),
        "fashion_mnist": Settings((28, 28, 1), batch_size=128, epochs=11),
    },
    own_data=Settings((32, 32, 3), batch_size=128, epochs=50),
)
