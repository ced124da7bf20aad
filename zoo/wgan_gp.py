"""WGAN-GP on digits, MNIST, Fashion-MNIST, CIFAR-10 and CelebA.

`kerasgan train --model=wgan_gp --dataset=mnist`: 10 epochs (2,400 steps of 5 x 50, as in
the paper) in 16 minutes on 2 CPU cores that also did other work. Most of 64 samples read as digits;
the estimated distance, `-discriminator_adversarial_loss`, falls from 14.6 in the first epoch to
2.0 in the last.

`kerasgan train --model=wgan_gp --seed=1` on digits: 300 epochs (1,200 steps of 5 x 64) in fourteen
minutes of a part of one core. On the features digits_features_901d27aa, 297 images each: Frechet
distance 17.0, precision 0.66, recall 0.89.

The authors trained for 200,000 steps. The other data sets have their batch for CIFAR-10, 5 x 64,
and are not measured.
"""

from kerasgan import models
from zoo.recipe import Recipe, Settings

# 64 images for each of the critic's five steps; the paper's MNIST has 50.
RECIPE = Recipe(
    name="wgan_gp",
    model=models.WGANGP,
    data={
        "digits": Settings((16, 16, 1), batch_size=320, epochs=300),
        "mnist": Settings((28, 28, 1), batch_size=250, epochs=10),
        "fashion_mnist": Settings((28, 28, 1), batch_size=250, epochs=10),
        "stacked_mnist": Settings((28, 28, 3), batch_size=320, epochs=20),
        "cifar10": Settings((32, 32, 3), batch_size=320, epochs=100),
        "celeb_a": Settings((64, 64, 3), batch_size=320, epochs=50),
    },
    own_data=Settings((64, 64, 3), batch_size=320, epochs=50, least_steps=100),
)
