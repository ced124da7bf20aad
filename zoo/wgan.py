"""WGAN on digits, MNIST, Fashion-MNIST, CIFAR-10 and CelebA.

`kerasgan train --model=wgan --dataset=mnist`: 40 epochs (7,480 steps of 5 x 64, as in the
paper) in 28 minutes on 2 CPU cores that also did other work. More than half of 64 samples read as
digits, the rest as strokes; the estimated distance, `-discriminator_loss`, falls from 0.25 in the
second epoch to 0.04 in the last, and is still falling.

`kerasgan train --model=wgan --seed=0` on digits: 400 epochs (1,600 steps of 5 x 64) in 20 minutes
of a part of one core. On the features digits_features_901d27aa, 297 images each: Frechet distance
30.3, precision 0.52, recall 0.58.

The paper has no figure for images; its authors trained for about 200,000 steps. The other data
sets have its batch and are not measured.
"""

from kerasgan import models
from zoo.recipe import Recipe, Settings

# 64 images for each of the critic's five steps.
RECIPE = Recipe(
    name="wgan",
    model=models.WGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=320, epochs=400),
        "mnist": Settings((28, 28, 1), batch_size=320, epochs=40),
        "fashion_mnist": Settings((28, 28, 1), batch_size=320, epochs=20),
        "cifar10": Settings((32, 32, 3), batch_size=320, epochs=100),
        "celeb_a": Settings((64, 64, 3), batch_size=320, epochs=50),
    },
    own_data=Settings((64, 64, 3), batch_size=320, epochs=50, least_steps=100),
)
