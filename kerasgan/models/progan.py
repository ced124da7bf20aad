"""ProGAN: a Wasserstein GAN whose networks grow."""

import keras

from kerasgan import losses, networks, optimizers
from kerasgan.models.gan import GAN, normal
from kerasgan.models.growing import Grows


@keras.saving.register_keras_serializable("kerasgan")
class ProgressiveGAN(Grows, GAN):
    """Progressive growing of GANs.

    Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
    2017, arXiv:1710.10196: training begins with images of 4 x 4 pixels, and networks get layers for
    larger ones while it goes on, which fade in, as `Grows` says. One call of `fit` grows through
    all stages. The game is WGAN-GP's with one step of the critic for each of the generator's, and a
    penalty that keeps the critic's scores from drifting:

        L_D = E[D(G(z))] - E[D(x)] + 10 E[(||grad D(x^)|| - 1)^2] + 0.001 E[D(x)^2]
        L_G = -E[D(G(z))]

    Both networks have the equalized learning rate; the generator normalizes each pixel, and the
    critic is told how much the examples of a batch differ. Adam has a learning rate of 1e-3,
    beta_1 = 0 and beta_2 = 0.99. Latents are 512 numbers from N(0, 1), and images are not bounded
    by a tanh. The updates share one pass of the generator, where the authors' code draws latents
    for each.

    Both sides of images are halved down to a map from 4 to 32 pixels wide, where stage 0 is.
    Arguments are those of `GAN`, and:

    Args:
        generator: A `keras.Model` from latents to images of each stage, in a list; None builds
            the paper's.
        discriminator: A `keras.Model` from [images (N, *image_shape), fade (N, 1)] to logits (N, 1)
            of each stage, in a list; None builds the paper's.
        stable_images: How many real images each stage trains on when it has faded in.
        fade_images: How many real images it takes a stage to fade in.
        ema: As in `GAN`; the paper's is 0.999.

    Raises:
        ValueError: As in `GAN`, and if a number of images is not a positive integer, or a network
            does not make as many outputs as there are stages.
    """

    adversarial_loss = "wasserstein"
    penalty = losses.GradientPenalty(10.0) + losses.Drift(0.001)
    default_latent_dim = 512
    draw_latents = normal()
    takes_vectors = False

    def __init__(self, *args, stable_images=600_000, fade_images=600_000, ema=0.999, **kwargs):
        super().__init__(*args, ema=ema, **kwargs)
        self.set_growth(stable_images, fade_images)

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.progan.generator(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.progan.discriminator(image_shape, seed=seed)

    def discriminator_conditions(self):
        """Returns the shape of `fade`."""
        return ((1,),)

    def default_optimizers(self):
        """Returns Adam without momentum for both networks."""
        return tuple(optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99) for _ in self.players)
