"""Spectrally normalized GANs, without classes and with a projection of them."""

import keras

from kerasgan import networks, optimizers
from kerasgan.models.cgan import ConditionalGAN
from kerasgan.models.gan import GAN, normal


class SpectralGame:
    """A mixin of what both have: networks, the hinge game, five steps of D for one of G, Adam."""

    adversarial_loss = "hinge"
    takes_vectors = False
    default_latent_dim = 128
    default_discriminator_steps = 5
    draw_latents = normal()

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.sngan.generator(
            image_shape, latent_dim, condition_dim=self.condition_dim, seed=seed
        )

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.sngan.discriminator(
            image_shape, condition_dim=self.condition_dim, seed=seed
        )

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9) for _ in range(2))


@keras.saving.register_keras_serializable("kerasgan")
class SNGAN(SpectralGame, GAN):
    """The hinge game between residual networks, the discriminator's spectrally normalized.

    Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018,
    arXiv:1802.05957: the networks of `kerasgan.networks.sngan`, 128 Gaussian latents, five steps
    of D for each of G, Adam with a learning rate of 2e-4, beta_1 = 0 and beta_2 = 0.9. The paper
    lets the learning rate fall to 0 over 50,000 steps of G, as the recipe does over its own. Its
    generator learns from a batch of its own, of twice as many images, before D's steps; here from
    that of D's last step.

    Image sides are multiples of 4. Arguments are those of `GAN`.
    """

    condition_dim = None


@keras.saving.register_keras_serializable("kerasgan")
class ConditionalSNGAN(SpectralGame, ConditionalGAN):
    """`SNGAN` that is told the class: in the generator's normalization, and by a projection.

    Miyato and Koyama, "cGANs with Projection Discriminator", 2018, arXiv:1802.05637: the logit of
    an image x of class y is y^T V phi(x) + psi(phi(x)), and the gains and biases of the generator's
    normalization are y's. The paper draws the classes of generated images uniformly; here they are
    those of the batch, as in `ConditionalGAN`, whose arguments these are.
    """
