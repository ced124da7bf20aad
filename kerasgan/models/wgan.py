"""Wasserstein GANs: the critic kept Lipschitz by clipping its weights, or by a penalty."""

import keras

from kerasgan import losses, networks, optimizers
from kerasgan.models.dcgan import DCGAN
from kerasgan.models.gan import GAN, normal


@keras.saving.register_keras_serializable("kerasgan")
class WGAN(DCGAN):
    """Wasserstein GAN with weight clipping.

    Arjovsky, Chintala and Bottou, "Wasserstein GAN", 2017, arXiv:1701.07875, Algorithm 1: DCGAN's
    networks with Gaussian latents, five steps of the critic for each of the generator, RMSProp
    with a learning rate of 5e-5, and the critic's weights clipped to [-clip, clip] after each
    step. Without momentum: the paper reports that Adam's makes training unstable. The authors'
    code also gives the critic 100 steps now and then; the paper's algorithm does not.

    `-discriminator_loss` estimates the Wasserstein distance up to a factor. Image sides are
    multiples of 4. Arguments are those of `GAN`, and:

    Args:
        clip: The largest absolute value of the critic's weights.

    Raises:
        ValueError: As in `GAN`, and if `clip` is not positive.
    """

    adversarial_loss = "wasserstein"
    default_discriminator_steps = 5
    draw_latents = normal()

    def __init__(self, *args, clip=0.01, **kwargs):
        super().__init__(*args, **kwargs)
        self.clip = clip
        self.constraints = {"discriminator": losses.WeightClip(clip)}

    def default_optimizers(self):
        """Returns RMSProp for both networks."""
        return tuple(keras.optimizers.RMSprop(5e-5, rho=0.99, epsilon=1e-8) for _ in range(2))

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"clip": self.clip}


@keras.saving.register_keras_serializable("kerasgan")
class WGANGP(GAN):
    """Wasserstein GAN with a gradient penalty.

    Gulrajani et al., "Improved Training of Wasserstein GANs", 2017, arXiv:1704.00028, Algorithm 1:
    convolutional networks of 5 x 5 kernels, 128 Gaussian latents, no normalization in the critic
    since the penalty is on single examples; five steps of the critic for each of the generator, a
    penalty of weight 10, Adam with a learning rate of 1e-4, beta_1 = 0.5 and beta_2 = 0.9.

    The networks are DCGAN's with these changes. At 32 x 32 x 3 they have the layers of the authors'
    convolutional networks for CIFAR-10 (critic: 1,033,345 weights, as theirs), without biases in
    the generator and initialized with N(0, 0.02); at 28 x 28 they have two halvings where the
    authors' have three. The paper's residual networks are not here.

    `-discriminator_adversarial_loss` estimates the Wasserstein distance. Image sides are
    multiples of 4. Arguments are those of `GAN`.
    """

    adversarial_loss = "wasserstein"
    penalty = losses.GradientPenalty(10.0)
    default_latent_dim = 128
    default_discriminator_steps = 5
    draw_latents = normal()

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the convolutional generator."""
        return networks.dcgan.generator(image_shape, latent_dim, kernel_size=5, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the convolutional critic, without normalization."""
        return networks.dcgan.discriminator(image_shape, kernel_size=5, normalize=False, seed=seed)

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9) for _ in range(2))
