"""Context encoders on photographs, digits, MNIST, Fashion-MNIST and folders of pictures.

`kerasgan train --model=context_encoder --dataset=mnist --epochs=3
--mixed_precision=mixed_bfloat16 --seed=0`, the middle 14 x 14 pixels of 28 x 28 missing: 2,811
steps of 64 in three and a half minutes of a busy machine. Of the 10,000 test images filled pixels
are wrong by 0.171 in the mean, of [0, 1], or 12.5 dB (0.167 and 12.6 dB an epoch before). Those of
the training image, of 20,000, whose other pixels are nearest are wrong by 0.233 (of the first 1,000
test images), black by 0.368. Strokes go on where they must; where they may go several ways they are
grey.

`kerasgan train --model=context_encoder --dataset=facades --image_size=64 --epochs=6
--mixed_precision=mixed_bfloat16 --seed=0`, a folder of 400 photographs of facades and 100 to test
on, the middle 28 x 28 pixels of 64 x 64 missing: 600 steps in three and a half minutes. 0.117 and
17.1 dB of the test images; a harmonic filling, which shows nothing, has 0.114 and 17.5 dB. Windows
go on, with a grain. So few photographs are soon known by heart: the loss of training images is a
sixth of the others'. The paper, which also cuts out and mirrors at random, has 18.6 dB after 14,900
photographs of streets.

The photographs inside scikit-learn (`--epochs=8`, 400 steps) are too few to measure by, and much of
their test split is sky. Digits, Fashion-MNIST and images of 128 x 128 are not measured.
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
