"""Context-conditional GANs: a discriminator of filled holes that also learns the classes."""

import keras
import tensorflow as tf

from kerasgan import losses, networks, optimizers
from kerasgan.data import check_image_shape
from kerasgan.engine.batches import batch_length
from kerasgan.engine.checks import warn_of_bounded_logits
from kerasgan.engine.logs import logs
from kerasgan.engine.model import AdversarialModel
from kerasgan.engine.players import Networks
from kerasgan.engine.shapes import check_network, input_shape_of, symbolic
from kerasgan.models.classifying import Classifying, check_number
from kerasgan.models.holes import RandomSquare, check_holes
from kerasgan.models.inpainting import Inpaints
from kerasgan.models.partly_labelled import PartlyLabelled, every_second


@keras.saving.register_keras_serializable("kerasgan")
class CCGAN(PartlyLabelled, Classifying, Inpaints, AdversarialModel):
    """Learns to classify from few labelled images and many with holes, which it fills.

    Denton, Gross and Fergus, "Semi-Supervised Learning with Context-Conditional Generative
    Adversarial Networks", 2016, arXiv:1611.06430. The generator G fills a square hole, m being 0
    there and else 1, and the discriminator D tells the composite from the image: only in the hole
    it can find a difference. D's features f, through a head C, also tell the classes:

        x_I = m x_u + (1 - m) G(m x_u)
        L_D = -E[0.9 log D(x_u) + 0.1 log(1 - D(x_u))] - E[log(1 - D(x_I))]     of D
        L_G = -E[log D(x_I)]                                                    of G
        L_C = -E[log p(y | C(f(x)))]                                            of D and C

    updated in this order, each with an optimizer of its own. As in the authors' code the real ones
    have a label of 0.9. The networks are those of `kerasgan.networks.ccgan`; Adam has a learning
    rate of 2e-4 and beta_1 = 0.5. The paper also cuts images out at random, and mirrors them.

    `fit` takes batches of `((x_labelled, x_unlabelled), y_labelled)`, which
    `kerasgan.data.semi_supervised` makes. `evaluate`, and validation, labelled images `(x, y)`:
    they report `accuracy`, and of holes that are filled `hole_l1` and `hole_psnr`, as
    `ContextEncoder` does, though G learns no distance.

    Args:
        image_shape: (height, width, channels). None takes it from the generator.
        num_classes: How many classes; None takes it from the head.
        holes: Which pixels are missing: None is a `kerasgan.models.holes.RandomSquare()`.
        generator: A `keras.Model` from images with holes to images in [-1, 1]; None builds the
            paper's.
        discriminator: A `keras.Model` from images to [raw logits (N, 1), features (N, ...)]; None
            builds the paper's.
        head: A `keras.Model` from features to scores of the classes (N, num_classes); None builds
            the paper's.
        ema: The decay of a moving average of all networks' weights, in (0, 1), or None. `classify`,
            `inpaint` and `evaluate` use it.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.

    Raises:
        ValueError: If an argument is out of range, the number of classes is missing, or the
            networks fit neither each other nor the other arguments.
    """

    players = ("generator", "discriminator", "classifier")
    averaged = ("generator", "classifier")
    partial = ("classifier",)  # on the weights of D's logits L_C does not depend
    network_names = ("generator", "discriminator", "head")
    adversarial_loss = losses.NonSaturating(label_smoothing=0.1)

    def __init__(
        self,
        image_shape=None,
        num_classes=None,
        holes=None,
        generator=None,
        discriminator=None,
        head=None,
        *,
        ema=None,
        seed=None,
        **kwargs,
    ):
        shape, build = image_shape, networks.ccgan
        if generator is not None:
            shape = input_shape_of(generator, "generator", shape, "image_shape", ())
        if shape is None:
            raise ValueError("Give an image_shape such as (64, 64, 3), or a generator of your own.")
        shape = check_image_shape(shape)
        generator = generator or build.generator(shape, seed=seed)
        discriminator = discriminator or build.discriminator(shape, seed=seed)
        check_network(generator, "generator", [shape], [shape], "image_shape")
        input_shape_of(discriminator, "discriminator", shape, "image_shape", ())
        made = discriminator(symbolic(shape, ()))
        if not isinstance(made, (list, tuple)) or len(made) != 2 or made[0].shape[1:] != (1,):
            raise ValueError(
                "The discriminator must make [logits (N, 1), features], in a list, but makes "
                f"{[tuple(each.shape) for each in tf.nest.flatten(made)]}."
            )
        features = made[1].shape[1:]
        if head is None:
            num_classes = check_number("num_classes", num_classes)
            head = build.head(features, num_classes, seed=seed)
        check_network(head, "head", [features], [(num_classes,)], "the features' shape")
        warn_of_bounded_logits(discriminator, shape, (), self.logits_count)
        classifier = Networks([discriminator, head], "classifier")
        players = generator, discriminator, classifier
        super().__init__(players, shape, ema=ema, seed=seed, **kwargs)
        self.head = head
        self.num_classes = check_number("num_classes", head.output_shape[1])
        self.fill = (0.0,) * shape[2]
        vars(self)["holes"] = check_holes(holes or RandomSquare())  # not tracked by Keras

    # ------------------------------------------------------------------ the paper

    def default_optimizers(self):
        """Returns the paper's Adam for each player."""
        return tuple(optimizers.Adam(2e-4, beta_1=0.5) for _ in self.players)

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        classifier_optimizer=None,
        adversarial_loss=None,
        **kwargs,
    ):
        """Prepares the model for training.

        Args:
            generator_optimizer: A `keras.optimizers.Optimizer` or its name; None is the paper's.
            discriminator_optimizer: The same for the discriminator.
            classifier_optimizer: The same for the discriminator and the head, for L_C.
            adversarial_loss: A `kerasgan.losses.AdversarialLoss` or its name; None is the paper's.
            **kwargs: As in `AdversarialModel.compile`.

        Raises:
            ValueError: If two optimizers are one object, or the loss is unknown.
        """
        given = generator_optimizer, discriminator_optimizer, classifier_optimizer
        super().compile(given, adversarial_loss, **kwargs)

    def train_step(self, data):
        """Updates D and G on images with holes, then D and the head on labelled images."""
        real = self.unpack(data)
        values = self.play(real)
        with tf.GradientTape() as tape:
            values |= self.classifier_losses(real, None, training=True)
        self.update("classifier", values["classifier_loss"], tape)
        (_, unlabelled), _ = real
        self.update_averages(batch_length(unlabelled))
        values |= self.adapt_augment(batch_length(unlabelled), values)
        return self.log(batch_length(unlabelled), values)

    def play(self, real):
        """Updates D, then G on the same composites."""
        with tf.GradientTape() as generator_tape:
            fake = self.fake_batch(real, training=True)
        with tf.GradientTape() as tape:
            values = self.discriminator_losses(real, fake, training=True)
        self.update("discriminator", values["discriminator_loss"], tape)
        with generator_tape:  # which goes on recording
            values |= self.generator_losses(real, fake, training=True)
        self.update("generator", values["generator_loss"], generator_tape)
        return values

    def fake_batch(self, real, training):
        """Returns composites of unlabelled images, all that G makes, and what is missing."""
        (_, images), _ = real
        missing = self.drawn_holes(batch_length(images), training)
        made = self.fillings(self.with_holes(images, missing), training)
        return [tf.where(missing, made, images), made, missing]

    @logs(down=["discriminator_loss"], up=["real_accuracy", "fake_accuracy"])
    def discriminator_losses(self, real, fake, training):
        """Returns L_D, of the first of `fake`, and D's accuracies."""
        (_, images), _ = real
        # Two passes: batch normalization must not mix real and generated statistics.
        logits = self.logits(images, training), self.logits(fake[0], training)
        real_accuracy, fake_accuracy = self.adversarial_loss.accuracy(*logits)
        loss = self.adversarial_loss.discriminator(*logits)
        return {
            "discriminator_loss": loss + sum(self.discriminator.losses),
            "real_accuracy": real_accuracy,
            "fake_accuracy": fake_accuracy,
        }

    @logs(down=["generator_loss"])
    def generator_losses(self, real, fake, training):
        """Returns L_G, of the first of `fake`; in evaluation also how holes are filled."""
        (_, images), _ = real
        relativistic = self.adversarial_loss.relativistic
        real_logits = self.logits(images, training) if relativistic else None
        loss = self.adversarial_loss.generator(self.logits(fake[0], training), real_logits)
        values = {"generator_loss": loss + sum(self.generator.losses)}
        return values if training else values | self.hole_measures(images, *fake[1:])

    @logs(down=["classifier_loss"], up=["accuracy"])
    def classifier_losses(self, real, fake, training):
        """Returns L_C, and how many labelled images are named right."""
        (images, _), labels = real
        players = self.classifier if training else self.classifier_in_use
        scores = self.class_scores(players, images, training)
        named = tf.argmax(scores, axis=-1, output_type="int32")
        loss = losses.cross_entropy(tf.one_hot(labels, self.num_classes), scores)
        return {
            "classifier_loss": loss + sum(players.losses),
            "accuracy": tf.reduce_mean(tf.cast(tf.equal(named, labels), "float32")),
        }

    def logits(self, images, training=False):
        """Returns D's logits (N, 1)."""
        return self.apply(self.discriminator, images, training)[0]

    # ------------------------------------------------------------------ classifying

    @property
    def classifier_in_use(self):
        """D and the head, averaged if there is an average."""
        return self.classifier if self.ema is None else self.classifier_ema

    def class_scores(self, classifier, images, training=False):
        """Returns the scores of classes (N, num_classes) by D and the head of `Networks`."""
        discriminator, head = classifier.layers
        _, features = self.apply(discriminator, images, training)
        return self.apply(head, features, training)

    def class_logits(self, images):
        """Returns the scores of the classes (N, num_classes) for float images, in inference."""
        return self.class_scores(self.classifier_in_use, images)

    # ------------------------------------------------------------------ data, serialization

    def real_and_inputs(self, x, y):
        """Returns the images, in training the unlabelled ones, twice: to make holes in, too."""
        images, _ = super().real_and_inputs(x, y)
        return images, images

    def examined_pairs(self, real, fake):
        """Returns unlabelled images, and all that G makes of them."""
        (_, images), _ = real
        return [(images, fake[1])]

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "image_shape": self.image_shape,
            "num_classes": self.num_classes,
            "holes": keras.saving.serialize_keras_object(self.holes),
        }


@keras.saving.register_keras_serializable("kerasgan")
class CCGAN2(CCGAN):
    """CC-GAN whose generator is also to make whole images.

    Denton, Gross and Fergus, 2016, arXiv:1611.06430, section 3.2, CC-GAN^2: after the updates of D
    and G on composites come those on all that G makes, x_I = G(m x_u). As in the authors' code each
    update has other images and other holes (images 0, 2, 4 ... of x_unlabelled serve D's, images
    1, 3, 5 ... G's), and real ones have a label of 1. Losses and accuracies that are logged are
    those of composites.

    Arguments and errors are those of `CCGAN`.
    """

    adversarial_loss = losses.NonSaturating()

    def play(self, real):
        """Updates D and G on composites, then on all that G makes."""
        (labelled, unlabelled), labels = real
        # The only image of an incomplete batch serves both: the mean of none is NaN.
        odd = tf.minimum(batch_length(unlabelled) - 1, 1)
        of_d, of_g = (((labelled, every_second(unlabelled, i)), labels) for i in (0, odd))
        values = {}
        for first in (0, 1):  # of a composite and all that G makes
            fake = self.fake_batch(of_d, training=True)[first:]
            with tf.GradientTape() as tape:
                found = self.discriminator_losses(of_d, fake, training=True)
            self.update("discriminator", found["discriminator_loss"], tape)
            with tf.GradientTape() as tape:
                fake = self.fake_batch(of_g, training=True)[first:]
                found |= self.generator_losses(of_g, fake, training=True)
            self.update("generator", found["generator_loss"], tape)
            values = found | values
        return values
