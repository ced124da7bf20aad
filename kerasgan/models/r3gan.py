"""R3GAN: the relativistic game of pairs with penalties on both sides, and modern networks."""

import keras
import tensorflow as tf

from kerasgan import losses, networks, optimizers
from kerasgan.engine.batches import batch_length, split
from kerasgan.engine.checks import check_integer
from kerasgan.models.cgan import ConditionalGAN
from kerasgan.models.gan import GAN, normal


@keras.saving.register_keras_serializable("kerasgan")
class R3GAN(GAN):
    """The regularized relativistic GAN.

    Huang et al., "The GAN is dead; long live the GAN! A Modern GAN Baseline", 2024,
    arXiv:2501.05441. D and G play `kerasgan.losses.RelativisticPairing`, and D has the penalties R1
    and R2:

        L_D = E[sp(-(D(x) - D(G(z))))] + gamma / 2 (E||grad D(x)||^2 + E||grad D(G(z))||^2)
        L_G = E[sp(-(D(G(z)) - D(x)))]

    D is updated first, then G, each with real images and latents of its own: the first half of a
    batch is D's, the second half G's. So a batch of 128 is the paper's of 64, and an epoch shows
    each player half of the images. The paper's numbers all follow a `kerasgan.optimizers.Cosine`:
    gamma, the learning rates and Adam's beta_2, from 0.9 to 0.99.

    Latents are Gaussian, and images are not bounded by a tanh. Arguments are those of `GAN`, and:

    Args:
        gamma: The weight of R1 and R2 at first and at last. The paper's is (0.05, 0.005) for
            CIFAR-10, (2, 0.2) for 64 x 64 and (150, 15) for 256 x 256 pixels of FFHQ: too small a
            weight lets training diverge.
        learning_rate: The learning rate at first and at last.
        images: After how many images, of those that D sees, all numbers are the last ones.
        batch_size: How many images an update has, by which `default_optimizers` counts its steps.

    Raises:
        ValueError: As in `GAN`, and if `gamma` or `learning_rate` is no pair of numbers that are
            not negative, or `images` or `batch_size` is not positive.
    """

    adversarial_loss = "relativistic_pairing"
    default_latent_dim = 64
    draw_latents = normal()
    takes_vectors = False
    takers = "the {} updates"

    def __init__(
        self,
        *args,
        gamma=(0.05, 0.005),
        learning_rate=(2e-4, 5e-5),
        images=20_000_000,
        batch_size=512,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        for name, ends in (("gamma", gamma), ("learning_rate", learning_rate)):
            if len(ends) != 2 or not min(ends) >= 0:
                raise ValueError(f"{name} must be two numbers that are not negative, got {ends!r}.")
        self.gamma, self.learning_rate = tuple(gamma), tuple(learning_rate)
        self.images = check_integer("images", images)
        self.batch_size = check_integer("batch_size", batch_size)

    @property
    def least_batch(self):
        """The fewest examples that a batch to train on may hold: one for each update."""
        return self.discriminator_steps + 1

    # ------------------------------------------------------------------ the paper

    def train_step(self, data):
        """Updates D, then G, each with its own part of the batch."""
        *parts, last = split(self.unpack(data), self.least_batch, self.takers)
        for real in parts:
            fake = self.fake_batch(real, training=True)
            with tf.GradientTape() as tape:
                values = self.discriminator_losses(real, fake, training=True)
            self.update("discriminator", values["discriminator_loss"], tape)
        with tf.GradientTape() as tape:
            fake = self.fake_batch(last, training=True)
            values |= self.generator_losses(last, fake, training=True)
        self.update("generator", values["generator_loss"], tape)
        self.update_averages(batch_length(parts) * self.discriminator_steps)
        values |= self.adapt_augment(batch_length(parts), values)
        return self.log(batch_length(last), values)

    def discriminator_losses(self, real, fake, training):
        """Returns D's loss by term, and its accuracies; gradients come with the logits."""
        real_logits, at_real = self.logits_and_gradients(real, training)
        fake_logits, at_fake = self.logits_and_gradients(fake, training)
        gradients = {"real": at_real, "fake": at_fake}
        return self.adversarial_terms(real, fake, real_logits, fake_logits, training, gradients)

    def default_penalty(self):
        """Returns R1 + R2, of equal weights."""
        weight = optimizers.Cosine(*self.gamma, over=self.images)
        return losses.R1(weight) + losses.R2(weight)

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.r3gan.generator(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.r3gan.discriminator(image_shape, seed=seed)

    def default_optimizers(self):
        """Returns Adam without momentum for both networks."""
        steps = self.images / self.batch_size

        def adam():
            rate = optimizers.Cosine(*self.learning_rate, over=steps)
            beta_2 = optimizers.Cosine(0.9, 0.99, over=steps)
            return optimizers.Adam(rate, beta_1=0.0, beta_2=beta_2)

        return adam(), adam()

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        names = "gamma", "learning_rate", "images", "batch_size"
        return super().get_config() | {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable("kerasgan")
class ConditionalR3GAN(R3GAN, ConditionalGAN):
    """R3GAN whose networks are told the class, or the attributes, of the image.

    The generator takes latents beside an embedding of y, the discriminator's logit is an inner
    product with one; a pair of a real and a generated image has one y. Arguments are those of
    `R3GAN` and `ConditionalGAN`, and so is what `fit` takes.
    """

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.r3gan.generator(
            image_shape, latent_dim, condition_dim=self.condition_dim, seed=seed
        )

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.r3gan.discriminator(
            image_shape, condition_dim=self.condition_dim, seed=seed
        )
