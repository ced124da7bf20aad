"""Conditional GAN on digits, MNIST and Fashion-MNIST.

Not measured yet.
"""

import keras

from kerasgan import models
from zoo.recipe import Recipe, Settings, labelled, num_classes


def _adam():
    """Adam instead of the paper's SGD, the generator's faster, or the discriminator wins."""
    return {
        name: keras.optimizers.Adam(rate, beta_1=0.5, epsilon=1e-8)
        for name, rate in (("generator_optimizer", 1e-3), ("discriminator_optimizer", 2e-4))
    }


RECIPE = Recipe(
    model=models.ConditionalGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=32, epochs=100),
        "mnist": Settings((28, 28, 1), batch_size=100, epochs=40),
        "fashion_mnist": Settings((28, 28, 1), batch_size=100, epochs=40),
    },
    own_data=Settings((32, 32, 3), batch_size=100, epochs=100),
    options=lambda data, seed: {"num_classes": num_classes(data), "ema": 0.999},
    optimizers=_adam,
    stream=labelled,
)
