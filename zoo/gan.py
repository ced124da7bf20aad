"""The original GAN on digits, MNIST and Fashion-MNIST.

`kerasgan train --model=gan --dataset=mnist`: 40 epochs (24,000 steps of 100) in 23 minutes
on 2 CPU cores that also did other work. Nearly all of 64 samples read as digits; the
discriminator's accuracies fall from 0.95 on generated and 0.89 on real images in the second epoch
to 0.71 and 0.64, and are still on their way to 0.5. Trained again, in 27 minutes of one core, the
preset `gan_mnist` has a Frechet distance of 16.9 on the features mnist_features_95d22598 (10,000
images against the test images), precision 0.80, recall 0.69.

The paper trained for hundreds of epochs with SGD and momentum, which is what `compile()` takes
by default; the recipe has Adam, and an average of the generator's weights. The paper's measure, a
Parzen window estimate, was not made. Fashion-MNIST is not measured.

`kerasgan train --model=gan`: 100 epochs on the digits of scikit-learn. 297 images against as many
of the test split, on the features digits_features_901d27aa: Frechet distance 8.4, precision 0.61,
recall 0.88.
"""

from kerasgan import models
from zoo.recipe import Recipe, Settings, adam


def _adam(steps):
    """Adam instead of the paper's SGD, which needs hundreds of epochs."""
    return adam(2e-4, 2e-4)


RECIPE = Recipe(
    name="gan",
    model=models.GAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=32, epochs=100),
        "mnist": Settings((28, 28, 1), batch_size=100, epochs=40),
        "fashion_mnist": Settings((28, 28, 1), batch_size=100, epochs=40),
    },
    own_data=Settings((32, 32, 3), batch_size=100, epochs=100, least_steps=50),
    options=lambda data, seed: {"ema": 0.999},
    optimizers=_adam,
)
