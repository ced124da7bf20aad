"""Context encoders on photographs, digits, MNIST, Fashion-MNIST and folders of pictures.

`kerasgan train --model=context_encoder`: not measured yet.
"""

import tensorflow as tf

from kerasgan import models, networks
from zoo.recipe import Recipe, Settings, Small


def _centre(images, seed):
    """The hole in the middle, whose frame is to images as in the paper, 4 pixels to 128."""
    return {"holes": models.holes.Centre(overlap=images.image_shape[0] // 32)}


def _small(images, seed):
    """Networks half as wide as the paper's, with a bottleneck for images of up to 64 pixels."""
    options, build = _centre(images, seed), networks.context_encoder
    part = options["holes"].part_shape(images.image_shape)
    bottleneck = 512 if min(images.image_shape[:2]) > 32 else 256
    sizes = {"width": 32, "seed": seed}
    return options | {
        "generator": build.generator(images.image_shape, part, bottleneck=bottleneck, **sizes),
        "discriminator": build.discriminator(part, **sizes),
    }


RECIPE = Recipe(
    name="context_encoder",
    model=models.ContextEncoder,
    data={
        "photos": Settings((64, 64, 3), batch_size=64, epochs=20, small=True, least_steps=50),
        "digits": Settings((16, 16, 1), batch_size=64, epochs=50, small=True),
        "mnist": Settings((28, 28, 1), batch_size=64, epochs=10, small=True),
        "fashion_mnist": Settings((28, 28, 1), batch_size=64, epochs=10, small=True),
    },
    own_data=Settings((128, 128, 3), batch_size=64, epochs=100, small=True, least_steps=100),
    options=_centre,
    small=Small(_small),
    arguments=("ema", "content_weight", "adversarial_weight"),
    held_out=lambda images, batch_size: images.dataset(batch_size),
    monitor="val_hole_l1",
    examples=lambda images: tf.data.Dataset.zip((images.dataset(8),)),
)
