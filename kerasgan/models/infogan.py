"""InfoGAN: latent codes recoverable from the images."""

import keras
import tensorflow as tf

from kerasgan import losses, networks, optimizers
from kerasgan.engine.checks import check_weight
from kerasgan.engine.logs import logs
from kerasgan.models.classifying import Classifying, check_class_outputs, check_number
from kerasgan.models.coding import GeneratesByCode
from kerasgan.models.gan import GAN


@keras.saving.register_keras_serializable("kerasgan")
class InfoGAN(GeneratesByCode, Classifying, GAN):
    """Finds the kinds of images, and how they vary, without labels.

    Chen et al., "InfoGAN: Interpretable Representation Learning by Information Maximizing
    Generative Adversarial Nets", 2016, arXiv:1606.03657, equation 6. Part of the latents are codes
    c, one category and some continuous numbers; Q, a head of the discriminator, reads them from
    the image; both networks maximise lambda times a lower bound of the mutual information

        L_I = E[log Q(c | G(z, c))] + H(c).

    Latents (N, latent_dim) end with the codes: noise uniform in [-1, 1], then a one-hot category,
    then continuous codes uniform in [-1, 1]. Q's Gaussian of a continuous code has variance 1. The
    networks are those of `kerasgan.networks.infogan`; Adam has beta_1 = 0.5 and learning rates of
    1e-3 (generator) and 2e-4. Image sides are multiples of 4. `category_information` and
    `continuous_information` are logged in nats; the first's limit is log(num_categories). Other
    arguments are those of `GAN`; labels are ignored.

    Args:
        latent_dim: The dimension of all latents; 62 of noise and the codes' by default.
        discriminator: A `keras.Model` from images to [logits, category logits
            (N, num_categories), continuous means (N, num_continuous)], the last only if there are
            continuous codes.
        num_categories: How many values the categorical code has.
        num_continuous: How many continuous codes there are.
        information_weight: lambda of the category.
        continuous_weight: lambda of the continuous codes, smaller, as the paper has it. With the 1
            of the authors' code they change the kind of image too, as from a 9 to a 5.

    Raises:
        ValueError: As in `GAN`, and if the codes leave no room for noise.
    """

    logits_count = 2
    takes_vectors = False

    def __init__(
        self,
        *args,
        num_categories=10,
        num_continuous=2,
        information_weight=1.0,
        continuous_weight=0.1,
        **kwargs,
    ):
        self.num_categories = check_number("num_categories", num_categories)
        self.num_continuous = check_number("num_continuous", num_continuous, 0)
        self.information_weight = check_weight("information_weight", information_weight)
        self.continuous_weight = check_weight("continuous_weight", continuous_weight)
        self.default_latent_dim = 62 + self.code_dim
        super().__init__(*args, **kwargs)
        if self.latent_dim <= self.code_dim:
            raise ValueError(
                f"latent_dim={self.latent_dim} leaves no noise beside {self.code_dim} codes."
            )

    def check_outputs(self, outputs):
        """Raises a ValueError if the discriminator does not give logits and Q's outputs."""
        names = ["logits", "category logits", "continuous means"]
        names = names if self.num_continuous else names[:2]
        check_class_outputs(outputs, names, 1, self.num_categories, "num_categories")
        if self.num_continuous:
            check_class_outputs(outputs, names, 2, self.num_continuous, "num_continuous")

    # ------------------------------------------------------------------ the paper

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.infogan.generator(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator, with Q."""
        return networks.infogan.discriminator(
            image_shape, self.num_categories, self.num_continuous, seed=seed
        )

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(optimizers.Adam(rate, 0.5) for rate in (1e-3, 2e-4))

    def draw_latents(self, shape, seed):
        """Returns noise of U[-1, 1], a one-hot category, and codes of U[-1, 1]."""
        noise, scores, continuous = self.parts(tf.random.stateless_uniform(shape, seed, -1.0, 1.0))
        categories = tf.argmax(scores, axis=1)  # any category, all as likely
        return tf.concat([noise, tf.one_hot(categories, self.num_categories), continuous], 1)

    def nearest_latents(self, latents):
        """Returns latents moved to where draws lie; a category may be a mixture of several."""
        noise, categories, continuous = self.parts(latents)
        low_high = [(noise, -1.0, 1.0), (categories, 0.0, 1.0), (continuous, -1.0, 1.0)]
        return tf.concat([tf.clip_by_value(*each) for each in low_high], axis=1)

    def fake_batch(self, real, training):
        """Returns generated images and their latents."""
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        generator = self.generator if training else self.sampler
        latents = self.sample_latent(tf.shape(real)[0], seeds)
        return [tf.cast(self.apply(generator, latents, training), "float32"), latents]

    @logs(down=["discriminator_adversarial_loss"])
    def discriminator_losses(self, real, fake, training):
        """Returns D's and Q's loss by term, and D's accuracies."""
        fake_images, latents = fake
        real_logits = self.logits(real, training)
        fake_logits, *codes = self.apply(self.discriminator, fake_images, training)
        values = self.adversarial_terms(real, fake_images, real_logits, fake_logits, training)
        information = self.information(latents, codes)
        values["discriminator_loss"] -= self.weighted(information)
        return values | information

    @logs(down=["generator_adversarial_loss"])
    def generator_losses(self, real, fake, training):
        """Returns G's loss by term."""
        fake_images, latents = fake
        fake_logits, *codes = self.apply(self.discriminator, fake_images, training)
        relativistic = self.adversarial_loss.relativistic
        real_logits = self.logits(real, training) if relativistic else None
        adversarial = self.adversarial_loss.generator(fake_logits, real_logits)
        information = self.weighted(self.information(latents, codes))
        return {
            "generator_loss": adversarial - information + sum(self.generator.losses),
            "generator_adversarial_loss": adversarial,
        }

    @logs(up=["category_information"])
    @logs(up=["continuous_information"], when="num_continuous")
    def information(self, latents, codes):
        """Returns L_I by code, in nats, for latents and what Q reads from their images."""
        _, categories, continuous = self.parts(latents)
        terms = {"category_information": losses.categorical_information(categories, codes[0])}
        if self.num_continuous:
            terms["continuous_information"] = losses.continuous_information(continuous, codes[1])
        return terms

    def weighted(self, information):
        """Returns lambda L_I, with the lambda of each code."""
        bound = self.information_weight * information["category_information"]
        if self.num_continuous:
            bound += self.continuous_weight * information["continuous_information"]
        return bound

    def class_logits(self, images):
        """Returns Q's scores of the categories."""
        return self.apply(self.discriminator, images)[1]

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "num_categories": self.num_categories,
            "num_continuous": self.num_continuous,
            "information_weight": self.information_weight,
            "continuous_weight": self.continuous_weight,
        }
