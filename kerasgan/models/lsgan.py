"""Least squares GAN."""

import keras

from kerasgan import networks
from kerasgan.models.dcgan import DCGAN


@keras.saving.register_keras_serializable("kerasgan")
class LSGAN(DCGAN):
    """The least-squares game.

    Mao et al., "Least Squares Generative Adversarial Networks", 2016, arXiv:1611.04076: the
    networks of `kerasgan.networks.lsgan` with 1,024 latents uniform in [-1, 1], the loss of
    equation 9, and DCGAN's Adam, which the paper uses beside a five times larger learning rate
    for scenes. Image sides are multiples of 4. Arguments are those of `GAN`.
    """

    adversarial_loss = "least_squares"
    default_latent_dim = 1024

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.lsgan.generator(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.lsgan.discriminator(image_shape, seed=seed)
