"""Context-conditional GANs on digits, MNIST and Fashion-MNIST.

`kerasgan train --model=ccgan`: not measured yet.
"""

import dataclasses

import tensorflow as tf

from kerasgan import data, models, networks
from zoo.recipe import Recipe, Settings, Small, num_classes


def _labels(images, batch_size, seed, start_step):
    """Ten labelled images a class, or of large data sets 1 in 60: 100 of Fashion-MNIST."""
    count = max(10, len(images) // (60 * num_classes(images)))
    return data.semi_supervised(images, count, seed, batch_size, start_step)


def _classes(images, seed):
    return {"num_classes": num_classes(images), "ema": 0.999}


def _small(images, seed):
    """Narrow networks that halve images down to 2 x 2, in steps for images of up to 32 pixels."""
    build, shape = networks.ccgan, images.image_shape
    steps = 4 if min(shape[:2]) > 16 else 3
    return _classes(images, seed) | {
        "generator": build.generator(shape, (32, 64, 128)[: steps - 1], seed=seed),
        "discriminator": build.discriminator(shape, (32, 64, 128, 128)[:steps], seed=seed),
    }


CCGAN = Recipe(
    name="ccgan",
    model=models.CCGAN,
    data={
        "digits": Settings((16, 16, 1), batch_size=50, epochs=50, small=True),
        "mnist": Settings((28, 28, 1), batch_size=50, epochs=10, small=True),
        "fashion_mnist": Settings((28, 28, 1), batch_size=50, epochs=20, small=True),
    },
    own_data=Settings((64, 64, 3), batch_size=50, epochs=100, least_steps=50),
    options=_classes,
    small=Small(_small),
    stream=_labels,
    held_out=lambda images, batch_size: images.dataset(batch_size, labels=True),
    monitor="val_accuracy",
    examples=lambda images: tf.data.Dataset.zip((images.dataset(8),)),
)
CCGAN2 = dataclasses.replace(CCGAN, name="ccgan2", model=models.CCGAN2)
