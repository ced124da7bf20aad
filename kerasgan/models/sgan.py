"""Semi-supervised GANs: a discriminator that also learns the classes from a few labels."""

import types

import keras
import numpy as np
import tensorflow as tf

from kerasgan import losses, networks
from kerasgan.data import to_float
from kerasgan.engine import replicas
from kerasgan.engine.batches import batch_length, split
from kerasgan.engine.checks import check_weight
from kerasgan.engine.logs import logs
from kerasgan.keras_compat import layers_of
from kerasgan.layers import WeightNormalizedDense, initialize_from_data
from kerasgan.models.classifying import Classifying, check_class_outputs, check_number
from kerasgan.models.gan import GAN, uniform
from kerasgan.models.partly_labelled import PartlyLabelled, every_second
from kerasgan.optimizers import RootEpsilonAdam

_INITIALIZATION_IMAGES = 500


@keras.saving.register_keras_serializable("kerasgan")
class SemiSupervisedGAN(PartlyLabelled, Classifying, GAN):
    """Learns to classify from few labelled and many unlabelled images.

    Salimans et al., "Improved Techniques for Training GANs", 2016, arXiv:1606.03498, section 5.
    The discriminator has a logit l_k for each of K classes and none for "generated", so that
    D(x) = Z / (Z + 1) with log Z = LSE(l); the generator matches the mean of D's features f:

        L_D = E[LSE(l(x)) - l_y(x)] + w/2 (E[sp(-LSE(l(x_u)))] + E[sp(LSE(l(G(z))))])
        L_G = || E f(x_u) - E f(G(z)) ||^2

    Such a generator makes a good classifier rather than good images. Both networks are those of
    `kerasgan.networks.sgan`, latents are uniform in [0, 1], Adam has a learning rate of 3e-3,
    beta_1 = 0.5 and the authors' place for epsilon, on which it depends whether the generator can
    follow. `ema` keeps an average of both networks; `classify` and `evaluate` use it.

    `fit` takes batches of `((x_labelled, x_unlabelled), y_labelled)`, which
    `kerasgan.data.semi_supervised` makes. As in the authors' code the two updates of a step have
    unlabelled images and noise of their own: images 0, 2, 4 ... of x_unlabelled serve D's, images
    1, 3, 5 ... G's. `evaluate`, and validation, labelled images `(x, y)`,
    whose `accuracy` it reports. Other arguments are those of `GAN`.

    Args:
        num_classes: How many classes K; None takes it from the discriminator.
        unlabelled_weight: w.
        discriminator: A `keras.Model` from images to [class logits (N, K), features (N, ...)].
            Labelled, unlabelled and generated images go through it in one batch: it must not
            normalize over the batch.

    Raises:
        ValueError: As in `GAN`, and if the number of classes is missing or contradictory.
    """

    averaged = ("generator", "discriminator")
    takes_vectors = False
    draw_latents = uniform(0.0, 1.0)
    generated_classes = 0  # logits beside those of the K classes

    def __init__(self, *args, num_classes=None, unlabelled_weight=1.0, **kwargs):
        own_network = kwargs.get("discriminator") is not None or len(args) > 3
        self.num_classes = check_number("num_classes", num_classes, needed=not own_network)
        self.unlabelled_weight = check_weight("unlabelled_weight", unlabelled_weight)
        super().__init__(*args, **kwargs)
        logits, _ = self.discriminator.compute_output_spec(keras.Input(self.image_shape))
        self.num_classes = check_number("num_classes", logits.shape[1] - self.generated_classes)

    def check_outputs(self, outputs):
        """Raises a ValueError if the discriminator does not give class logits and features."""
        names = ["class logits", "features"]
        beside = self.generated_classes
        argument = "num_classes" + f" + {beside}" * bool(beside)
        logits = self.num_classes and self.num_classes + beside
        check_class_outputs(outputs, names, 0, logits, argument)

    # ------------------------------------------------------------------ the paper

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.sgan.generator(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        logits = self.num_classes + self.generated_classes
        return networks.sgan.discriminator(image_shape, logits, seed=seed)

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(RootEpsilonAdam(3e-3, beta_1=0.5) for _ in range(2))

    def evidence(self, class_logits):
        """Returns the logit of D(x), log Z = LSE(l), (N, 1)."""
        return tf.reduce_logsumexp(class_logits, axis=-1, keepdims=True)

    def logits(self, images, training=False):
        """Returns the logit of D(x), (N, 1)."""
        class_logits, _ = self.apply(self.discriminator, images, training)
        return self.evidence(class_logits)

    def train_step(self, data):
        """Updates D, then G on other unlabelled images and other noise."""
        (labelled, unlabelled), labels = self.unpack(data)
        for real in split(((labelled, every_second(unlabelled)), labels), self.discriminator_steps):
            fake = self.fake_batch(real, training=True)
            with tf.GradientTape() as tape:
                values = self.discriminator_losses(real, fake, training=True)
            self.update("discriminator", values["discriminator_loss"], tape)
        # The only image of an incomplete batch serves both: the mean of none is NaN.
        odd = tf.minimum(batch_length(unlabelled) - 1, 1)
        real = (labelled, every_second(unlabelled, odd)), labels
        with tf.GradientTape() as tape:
            fake = self.fake_batch(real, training=True)
            values |= self.generator_losses(real, fake, training=True)
        self.update("generator", values["generator_loss"], tape)
        self.update_averages(batch_length(labelled))
        values |= self.adapt_augment(batch_length(labelled), values)
        return self.log(batch_length(labelled), values)

    def fake_batch(self, real, training):
        """Returns as many generated images as there are unlabelled ones."""
        (_, unlabelled), _ = real
        return super().fake_batch(unlabelled, training)

    @logs(
        down=["discriminator_adversarial_loss", "discriminator_classification_loss"],
        up=["accuracy"],
    )
    def discriminator_losses(self, real, fake, training):
        """Returns D's loss by term, and its accuracies."""
        (labelled, unlabelled), labels = real
        network = self.discriminator if training else self.classifier
        class_logits, _ = self.apply(network, tf.concat([labelled, unlabelled, fake], 0), training)
        sizes = [batch_length(images) for images in (labelled, unlabelled, fake)]
        class_logits, *others = tf.split(class_logits, sizes)

        values = self.adversarial_terms(unlabelled, fake, *map(self.evidence, others), training)
        adversarial = 0.5 * self.unlabelled_weight * values["discriminator_adversarial_loss"]
        penalties = values["discriminator_loss"] - values["discriminator_adversarial_loss"]
        targets = tf.one_hot(labels, class_logits.shape[-1])
        classification = losses.cross_entropy(targets, class_logits)
        named = tf.argmax(class_logits[:, : self.num_classes], axis=-1, output_type="int32")
        return values | {
            "discriminator_loss": adversarial + classification + penalties,
            "discriminator_adversarial_loss": adversarial,
            "discriminator_classification_loss": classification,
            "accuracy": tf.reduce_mean(tf.cast(tf.equal(named, labels), "float32")),
        }

    def generator_losses(self, real, fake, training):
        """Returns the distance of the mean features."""
        (_, unlabelled), _ = real

        def mean_features(images):
            _, features = self.apply(self.discriminator, images, training)
            return replicas.mean(tf.reduce_mean(features, axis=0))

        loss = losses.feature_matching(mean_features(unlabelled), mean_features(fake))
        return {"generator_loss": loss + sum(self.generator.losses)}

    # ------------------------------------------------------------------ data

    def check_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not ((x_labelled, x_unlabelled), y_labelled)."""
        super().check_batch(x, y, name)
        if len(x[1]) < 2:
            raise ValueError(f"{name}: x_unlabelled must hold an image for each of two updates.")

    def prepare(self, x):
        """Lets the first unlabelled images set the scales of weight normalization."""
        if isinstance(x, types.GeneratorType):
            raise ValueError(
                "SemiSupervisedGAN needs data that can be read twice, such as a tf.data.Dataset, "
                "but x is a generator."
            )
        scales = [
            layer.scale
            for layer in layers_of(self.discriminator)
            if isinstance(layer, WeightNormalizedDense)
        ]
        if not scales or any((scale.numpy() != 1).any() for scale in scales):
            return  # nothing to set, or set before: the model was compiled anew
        images = np.concatenate(list(_unlabelled(x, _INITIALIZATION_IMAGES)))
        initialize_from_data(self.discriminator, to_float(images[:_INITIALIZATION_IMAGES]))
        if self.ema is not None:
            self.discriminator_ema.set_weights(self.discriminator.get_weights())

    # ------------------------------------------------------------------ classifying

    @property
    def classifier(self):
        """The network that classifies: the averaged discriminator if there is one."""
        return self.discriminator if self.ema is None else self.discriminator_ema

    def class_logits(self, images):
        """Returns the classifier's scores of the classes."""
        return self.apply(self.classifier, images)[0][:, : self.num_classes]

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "num_classes": self.num_classes,
            "unlabelled_weight": self.unlabelled_weight,
        }


@keras.saving.register_keras_serializable("kerasgan")
class KPlusOneGAN(SemiSupervisedGAN):
    """Learns to classify with one more class, "generated", that the generator avoids.

    Odena, "Semi-Supervised Learning with Generative Adversarial Networks", 2016, arXiv:1606.01583:
    the discriminator is a softmax over K + 1 classes, and the generator plays the game of `GAN`
    against the probability of the last, whose logit is l_g. With D(x) = 1 - p(g|x), whose logit
    is LSE(l_1 ... l_K) - l_g,

        L_D = -E[log p(y|x)] + w/2 (-E[log D(x_u)] - E[log(1 - D(G(z)))])
        L_G = -E[log D(G(z))]

    The paper leaves unlabelled images out of L_D (with w their weight is that of the generated
    ones) and has convolutional networks; here they are those of `SemiSupervisedGAN`, whose
    arguments these are.

    Args:
        discriminator: A `keras.Model` from images to [class logits (N, K + 1), features].
    """

    generated_classes = 1

    def evidence(self, class_logits):
        """Returns the logit of D(x), (N, 1)."""
        return super().evidence(class_logits[:, :-1]) - class_logits[:, -1:]

    def generator_losses(self, real, fake, training):
        """Returns G's loss in the adversarial game."""
        (_, unlabelled), _ = real
        relativistic = self.adversarial_loss.relativistic
        real_logits = self.logits(unlabelled, training) if relativistic else None
        loss = self.adversarial_loss.generator(self.logits(fake, training), real_logits)
        return {"generator_loss": loss + sum(self.generator.losses)}


def _unlabelled(x, count):
    """Yields batches of unlabelled images with at least `count` of them, if there are so many."""
    if isinstance(x, keras.utils.PyDataset):
        x = map(x.__getitem__, range(len(x)))
    elif not isinstance(x, tf.data.Dataset):
        x = [(x, None)]
    for (_, unlabelled), *_ in x:
        yield unlabelled
        count -= len(unlabelled)
        if count <= 0:
            return
