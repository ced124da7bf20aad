"""InfoGAN: codes that the images can be read for."""

import keras
import numpy as np
import tensorflow as tf

from kerasgan import losses, networks, optimizers
from kerasgan.data import check_labels, image_grid
from kerasgan.models.classifying import Classifying, check_class_outputs, check_number
from kerasgan.models.gan import GAN


@keras.saving.register_keras_serializable("kerasgan")
class InfoGAN(Classifying, GAN):
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
        self.information_weight = information_weight
        self.continuous_weight = continuous_weight
        self.default_latent_dim = 62 + self.code_dim
        super().__init__(*args, **kwargs)
        if self.latent_dim <= self.code_dim:
            raise ValueError(
                f"latent_dim={self.latent_dim} leaves no noise beside {self.code_dim} codes."
            )

    @property
    def code_dim(self):
        """The length of the codes."""
        return self.num_categories + self.num_continuous

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

    def parts(self, latents):
        """Splits latents into noise, one-hot category and continuous codes."""
        noise = latents.shape[1] - self.code_dim
        return tf.split(latents, [noise, self.num_categories, self.num_continuous], axis=1)

    def fake_batch(self, real, training):
        """Returns generated images and their latents."""
        latents = self.sample_latent(tf.shape(real)[0], self.noise(training))
        return [self.imagine(latents, training), latents]

    def discriminator_losses(self, real, fake, training):
        """Returns D's and Q's loss by term, and D's accuracies."""
        fake_images, latents = fake
        real_logits = self.logits(real, training)
        fake_logits, *codes = self.apply(self.discriminator, fake_images, training)
        values = self.adversarial_terms(real, fake_images, real_logits, fake_logits, training)
        information = self.information(latents, codes)
        values["discriminator_loss"] -= self.weighted(information)
        return values | information

    def generator_losses(self, real, fake, training):
        """Returns G's loss by term."""
        fake_images, latents = fake
        fake_logits, *codes = self.apply(self.discriminator, fake_images, training)
        real_logits = self.reference_logits(real, training)
        adversarial = self.adversarial_loss.generator(fake_logits, real_logits)
        information = self.weighted(self.information(latents, codes))
        return {
            "generator_loss": adversarial - information + self.regularization(self.generator),
            "generator_adversarial_loss": adversarial,
        }

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

    def loss_names(self):
        """Returns the names of the logged losses, information bounds and accuracies."""
        names = [
            *super().loss_names(),
            "discriminator_adversarial_loss",
            "generator_adversarial_loss",
            "category_information",
        ]
        return names + ["continuous_information"] * bool(self.num_continuous)

    # ------------------------------------------------------------------ codes

    def generate(self, count, codes=None, seed=None, batch_size=64):
        """Generates images.

        Args:
            count: How many images.
            codes: Categories, integers (count,) in [0, num_categories), or a single one for all;
                or all codes as the network takes them, floats (count, num_categories +
                num_continuous): a one-hot category, then continuous codes. None, and continuous
                codes that are not given, are drawn at random.
            seed: An integer in [0, 2**32) gives the same images each time.
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255], (count, *image_shape).

        Raises:
            ValueError: If the codes are out of range or of another shape, or as in `GAN.generate`.
        """
        count, batch_size, seed = self.check_request(count, batch_size, seed)
        return self.render(self.draw_inputs(count, seed, codes), batch_size)

    def draw_inputs(self, count, seed, codes=None):
        """Returns the latents, with codes, of which `generate` makes its images."""
        latents = self.sample_latent(count, seed)
        return [latents if codes is None else self.with_codes(latents, codes)]

    def with_codes(self, latents, codes):
        """Returns latents whose codes are those given, as `generate` takes them."""
        noise, _, continuous = self.parts(latents)
        count = len(latents)
        codes = np.asarray([codes] * count if np.ndim(codes) == 0 else codes)
        if codes.ndim == 1:
            categories = check_labels(codes, self.num_categories, count, "codes")
            return tf.concat([noise, tf.one_hot(categories, self.num_categories), continuous], 1)
        if codes.shape != (count, self.code_dim) or not np.isfinite(codes).all():
            raise ValueError(
                f"codes must be categories, integers ({count},) in [0, {self.num_categories}), or "
                f"finite vectors ({count}, {self.code_dim}); they have shape {codes.shape}."
            )
        return tf.concat([noise, tf.cast(codes, "float32")], 1)

    def sample_labelled(self, count, seed):
        """Returns generated images, and their categories."""
        _, categories, _ = self.parts(self.sample_latent(count, seed))
        return self.generate(count, seed=seed), np.argmax(categories, axis=1)

    def grid(self, count=64, seed=0):
        """Returns a picture with a category in each row, a continuous code walking along it.

        The first continuous code goes from -2 to 2, as in the paper's figure 2, where all else
        stays; without continuous codes the columns have different noise. There are at most 16
        rows, and `count` images, rounded up to whole rows.
        """
        rows = min(self.num_categories, 16)
        columns = -(-count // rows)
        latents = self.sample_latent(columns, seed).numpy()
        if self.num_continuous:
            latents[:] = latents[0]
            latents[:, self.latent_dim - self.num_continuous] = np.linspace(-2, 2, columns)
        latents = np.tile(latents, (rows, 1))
        latents = self.with_codes(latents, np.arange(rows).repeat(columns))
        return image_grid(self.render([latents], 64), columns)

    def endpoints(self):
        """Serves `generate_from_codes` and `classify` too.

        `generate_from_codes` takes codes (N, num_categories + num_continuous) and a seed, and
        makes the images of `model.generate`; `classify` gives the probabilities of categories.
        """
        codes = tf.TensorSpec((None, self.code_dim), "float32", "codes")

        def generate_from_codes(codes, seed):
            noise, _, _ = self.parts(self.sample_latent(tf.shape(codes)[0], seed))
            return self.to_images(tf.concat([noise, codes], axis=1))

        served = super().endpoints()
        seed = tf.TensorSpec((), "int64", "seed")
        return served | {"generate_from_codes": (generate_from_codes, [codes, seed])}

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
