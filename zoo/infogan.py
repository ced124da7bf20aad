"""InfoGAN on digits, MNIST and Fashion-MNIST.

`python scripts/train.py --model=infogan --dataset=mnist`: 11 epochs, 5,148 steps of 128. Not
measured yet; the paper has a bound of the mutual information close to its limit, log 10 = 2.30
nats, and 5 % of the digits outside of their category's class.
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
