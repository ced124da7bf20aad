"""Deep convolutional GAN."""

import keras

from kerasgan import networks, optimizers
from kerasgan.models.gan import GAN, uniform


@keras.saving.register_keras_serializable("kerasgan")
class DCGAN(GAN):
    """The original game between convolutional networks.

    Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional
    Generative Adversarial Networks", 2015, arXiv:1511.06434: the networks of
    `kerasgan.networks.dcgan`, latents uniform in [-1, 1], Adam with a learning rate of 2e-4 and
    beta_1 = 0.5. Image sides are multiples of 4. Arguments are those of `GAN`.
    """

    draw_latents = uniform(-1.0, 1.0)

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.dcgan.generator(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.dcgan.discriminator(image_shape, seed=seed)

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999) for _ in range(2))
