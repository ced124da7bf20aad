"""Auxiliary classifier GAN: the discriminator also tells the class."""

import keras
import tensorflow as tf

from kerasgan import losses, networks, optimizers
from kerasgan.engine.checks import check_weight
from kerasgan.engine.logs import logs
from kerasgan.models.cgan import ConditionalGAN
from kerasgan.models.classifying import Classifying, check_class_outputs, check_number
from kerasgan.models.gan import uniform


@keras.saving.register_keras_serializable("kerasgan")
class ACGAN(Classifying, ConditionalGAN):
    """Generates images of a wanted class that a classifier inside the discriminator recognises.

    Odena, Olah and Shlens, "Conditional Image Synthesis with Auxiliary Classifier GANs", 2016,
    arXiv:1610.09585, section 3. D tells the source and the class, G is told the class; both
    maximise the likelihood of the right class, w of it,

        L_C = E[log P(C = c | x)] + E[log P(C = c | G(z, c))]

    with the game of `GAN` for the source. The networks are those of `kerasgan.networks.acgan`,
    latents are uniform in [-1, 1], Adam has a learning rate of 2e-4 and beta_1 = 0.5. Image sides
    are multiples of 4. Other arguments, and what `fit` takes, are those of `ConditionalGAN`.

    Args:
        generator: A `keras.Model` from [latents, one-hot classes] to images.
        discriminator: A `keras.Model` from images to [logits, class logits (N, num_classes)].
        num_classes: How many classes.
        classification_weight: w.

    Raises:
        ValueError: As in `GAN`, and if `num_classes` is missing.
    """

    logits_count = 2
    draw_latents = uniform(-1.0, 1.0)

    def __init__(self, *args, num_classes=None, classification_weight=1.0, **kwargs):
        check_number("num_classes", num_classes)
        self.classification_weight = check_weight("classification_weight", classification_weight)
        super().__init__(*args, num_classes=num_classes, **kwargs)

    def discriminator_conditions(self):
        """Returns nothing: the discriminator must find the class itself."""
        return ()

    def check_outputs(self, outputs):
        """Raises a ValueError if the discriminator does not tell the source and the class."""
        check_class_outputs(outputs, ["logits", "class logits"], 1, self.num_classes)

    # ------------------------------------------------------------------ the paper

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.acgan.generator(image_shape, self.num_classes, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.acgan.discriminator(image_shape, self.num_classes, seed=seed)

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2))

    @logs(
        down=["discriminator_adversarial_loss", "discriminator_classification_loss"],
        up=["accuracy"],
    )
    def discriminator_losses(self, real, fake, training):
        """Returns D's loss by term, and its accuracies."""
        (real_images, classes), (fake_images, _) = real, fake
        real_logits, real_classes = self.apply(self.discriminator, real_images, training)
        fake_logits, fake_classes = self.apply(self.discriminator, fake_images, training)
        values = self.adversarial_terms(
            real_images, fake_images, real_logits, fake_logits, training
        )
        classification = self.classification_weight * (
            losses.cross_entropy(classes, real_classes)
            + losses.cross_entropy(classes, fake_classes)
        )
        return values | {
            "discriminator_loss": values["discriminator_loss"] + classification,
            "discriminator_classification_loss": classification,
            "accuracy": tf.reduce_mean(keras.metrics.categorical_accuracy(classes, real_classes)),
        }

    @logs(down=["generator_adversarial_loss", "generator_classification_loss"])
    def generator_losses(self, real, fake, training):
        """Returns G's loss by term."""
        fake_images, classes = fake
        fake_logits, fake_classes = self.apply(self.discriminator, fake_images, training)
        relativistic = self.adversarial_loss.relativistic
        real_logits = self.logits(real[0], training) if relativistic else None
        adversarial = self.adversarial_loss.generator(fake_logits, real_logits)
        classification = self.classification_weight * losses.cross_entropy(classes, fake_classes)
        return {
            "generator_loss": adversarial + classification + sum(self.generator.losses),
            "generator_adversarial_loss": adversarial,
            "generator_classification_loss": classification,
        }

    # ------------------------------------------------------------------ classifying

    def class_logits(self, images):
        """Returns the discriminator's scores of the classes."""
        return self.apply(self.discriminator, images)[1]

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"classification_weight": self.classification_weight}
