"""Conditional GAN: both networks are told the class, or the attributes, of the image."""

import keras
import tensorflow as tf

from kerasgan import networks
from kerasgan.models.classifying import check_number
from kerasgan.models.gan import GAN
from kerasgan.models.labelling import GeneratesByLabel


@keras.saving.register_keras_serializable("kerasgan")
class ConditionalGAN(GeneratesByLabel, GAN):
    """Generates images of a wanted class, or with wanted attributes.

    Mirza and Osindero, "Conditional Generative Adversarial Nets", 2014, arXiv:1411.1784,
    equation 2: the original game, with y given to both networks,

        min_G max_D E[log D(x|y)] + E[log(1 - D(G(z|y)|y))].

    y is a one-hot class, or any vector of attributes; the labels of a batch serve its real images
    and the generated ones. The networks are those of `kerasgan.networks.cgan`; latents and
    optimizers are those of `GAN`. `kerasgan.networks.projection` builds the discriminator of
    Miyato and Koyama, 2018, arXiv:1802.05637, for the argument `discriminator`.

    `fit`, `evaluate` and validation take images with labels, `(x, y)`: integers (N,) in
    [0, num_classes), or float attributes (N, num_attributes). Other arguments are those of `GAN`.

    Args:
        generator: A `keras.Model` from [latents, y (N, num_classes or num_attributes)] to images.
        discriminator: A `keras.Model` from [images, y] to logits.
        num_classes: How many classes. Give this or `num_attributes`.
        num_attributes: How many attributes an image has.

    Raises:
        ValueError: As in `GAN`, and if not exactly one of `num_classes` and `num_attributes` is
            given.
    """

    takes_vectors = False

    def __init__(self, *args, num_classes=None, num_attributes=None, **kwargs):
        if (num_classes is None) == (num_attributes is None):
            raise ValueError(
                "Give either num_classes, for labels, or num_attributes, for vectors; got "
                f"{num_classes=}, {num_attributes=}."
            )
        self.num_classes = check_number("num_classes", num_classes, needed=False)
        self.num_attributes = check_number("num_attributes", num_attributes, 1, needed=False)
        super().__init__(*args, **kwargs)

    def generator_conditions(self):
        """Returns the shape of y."""
        return ((self.condition_dim,),)

    def discriminator_conditions(self):
        """Returns the shape of y."""
        return ((self.condition_dim,),)

    # ------------------------------------------------------------------ the paper

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.cgan.generator(image_shape, self.condition_dim, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.cgan.discriminator(image_shape, self.condition_dim, seed=seed)

    def unpack(self, data):
        """Returns a batch as [images, y]."""
        images, labels, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        return [super().unpack((images, None, sample_weight)), self.condition(labels)]

    def fake_batch(self, real, training):
        """Returns generated images with the real ones' y, as [images, y]."""
        _, condition = real
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        generator = self.generator if training else self.sampler
        latents = self.sample_latent(tf.shape(condition)[0], seeds)
        made = self.apply(generator, [latents, condition], training)
        return [tf.cast(made, "float32"), condition]

    def judge(self, images, latents, labels):
        """Returns D's logits of generated images, with their y if D is told it."""
        y = self.condition(labels)
        return self.logits([images, y] if self.discriminator_conditions() else images)

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "num_classes": self.num_classes,
            "num_attributes": self.num_attributes,
        }
