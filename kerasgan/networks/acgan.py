"""The networks of the auxiliary classifier GAN on CIFAR-10.

Odena, Olah and Shlens, "Conditional Image Synthesis with Auxiliary Classifier GANs", 2016,
arXiv:1610.09585, appendix: a generator of transposed 5 x 5 convolutions with 384, 192 and 96
channels, a discriminator of six 3 x 3 convolutions, every other of stride 2, with dropout. The
paper's generator does not come to 32 x 32 as printed; here its first map is 4 x 4, as in all
ports, and batch-normalized like the others. At 32 x 32 x 3, 100 latents and 10 classes 2,988,384
trained weights in the generator and 1,663,883 in the discriminator.
"""

import keras
from keras import layers

from kerasgan.data import check_image_shape
from kerasgan.networks import dcgan
from kerasgan.networks.common import batch_normalization, normal, seeds


def generator(image_shape, num_classes, latent_dim=100, width=96, seed=None):
    """Returns the generator, [latents, one-hot classes] to images in [-1, 1].

    Args:
        image_shape: (height, width, channels); see Raises.
        num_classes: How many classes.
        latent_dim: The dimension of the latents.
        width: Channels of the last hidden map, doubled at each map before it.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `kerasgan.networks.dcgan.generator`, whose layers these are.
    """
    latents = keras.Input((latent_dim,), name="latents")
    classes = keras.Input((num_classes,), name="classes")
    x = layers.Concatenate()([latents, classes])
    images = dcgan.generator(image_shape, latent_dim + num_classes, width, 5, seed)(x)
    return keras.Model([latents, classes], images, name="generator")


def discriminator(image_shape, num_classes, width=16, dropout=0.5, seed=None):
    """Returns the discriminator, images in [-1, 1] to logits (N, 1) and class logits.

    Args:
        image_shape: (height, width, channels) of any sides.
        num_classes: How many classes.
        width: Channels of the first of six maps, doubled at each map after it.
        dropout: The share of each map that is dropped in training.
        seed: An integer seed of the weights and of dropout, or None.

    Raises:
        ValueError: If `image_shape` is not three positive integers.
    """
    image_shape = check_image_shape(image_shape)
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    x = images
    for i in range(6):
        x = layers.Conv2D(
            width * 2**i,
            3,
            strides=1 + (i + 1) % 2,
            padding="same",
            use_bias=i == 0,
            kernel_initializer=normal(seed),
        )(x)
        if i > 0:
            x = batch_normalization(seed)(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.Dropout(dropout, seed=next(seed))(x)
    x = layers.Flatten()(x)
    outputs = [
        layers.Dense(units, kernel_initializer=normal(seed), name=name)(x)
        for units, name in ((1, "source"), (num_classes, "class"))
    ]
    outputs = [layers.Activation("linear", dtype="float32")(output) for output in outputs]
    return keras.Model(images, outputs, name="discriminator")
