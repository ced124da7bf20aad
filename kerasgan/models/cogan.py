"""CoGAN: pairs of images of two domains, learnt without any pair."""

import keras
import numpy as np
import tensorflow as tf

from kerasgan import losses, networks, optimizers
from kerasgan.data import check_image_shape, check_images, check_labels, image_grid, to_float
from kerasgan.engine.batches import batch_length, not_empty
from kerasgan.engine.checks import (
    check_integer,
    check_weight,
    checked_labels,
    warn_of_bounded_logits,
)
from kerasgan.engine.examples import examples_of
from kerasgan.engine.logs import logs
from kerasgan.engine.model import AdversarialModel
from kerasgan.engine.players import Networks
from kerasgan.engine.shapes import check_network, input_shape_of
from kerasgan.models.classifying import Classifying, check_number
from kerasgan.models.gan import HasLatents, normal
from kerasgan.models.generating import Generates
from kerasgan.models.two_players import TwoPlayers
from kerasgan.models.unpaired import TakesTwoDomains


@keras.saving.register_keras_serializable("kerasgan")
class CoGAN(Generates, HasLatents, TakesTwoDomains, TwoPlayers, AdversarialModel):
    """Generates pairs of images of two domains, having seen images of each, but no pairs.

    Liu & Tuzel, "Coupled Generative Adversarial Networks", 2016, arXiv:1606.07536: two games of
    `GAN`, one a domain, coupled by weights. The generators make both images of a pair of the same
    latents; their first layers, which decode what an image shows, are the same layers, and
    the last ones, which decode what it looks like, are each domain's own. The discriminators share
    their last layers, and have first ones of their own:

        L_D = 1/2 sum_i (-E[log D_i(x_i)] - E[log(1 - D_i(G_i(z)))])
        L_G = 1/2 sum_i -E[log D_i(G_i(z))]

    over the two domains i. The shared layers are networks by themselves, and so are those of each
    domain: G_A(z) is `generator_a(shared_generator(z))`, and D_A(x) is
    `shared_discriminator(discriminator_a(x))`. The networks are those of
    `kerasgan.networks.cogan`, with the weight decay of the authors' code; latents are 100 numbers
    from N(0, 1); Adam has a learning rate of 2e-4 and beta_1 = 0.5.

    `fit` takes (a, b): as many images of either domain, in no order.

    Args:
        image_shape: (height, width, channels) of the images of both domains. None takes it from
            `discriminator_a`.
        latent_dim: The dimension of the latents; None is the shared generator's own, or 100.
        shared_generator: A `keras.Model` from latents (N, latent_dim) to maps of any shape; None
            builds the paper's.
        generator_a: A `keras.Model` from these maps to images of A in [-1, 1]; None builds the
            paper's.
        generator_b: The same for B.
        discriminator_a: A `keras.Model` from images of A to maps of any shape; None builds the
            paper's.
        discriminator_b: A `keras.Model` from images of B to maps of the same shape; None builds the
            paper's.
        shared_discriminator: A `keras.Model` from these maps to raw logits (N, 1); None builds the
            paper's.
        ema: The decay of a moving average of the generators' weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.

    Raises:
        ValueError: If an argument is out of range, no network can be built for the shape, or the
            networks fit neither each other nor the other arguments.
    """

    network_names = (
        *("shared_generator", "generator_a", "generator_b"),
        *("discriminator_a", "discriminator_b", "shared_discriminator"),
    )
    default_latent_dim = 100
    draw_latents = normal()
    sampler_code = "sampler_of('a')"

    def __init__(
        self,
        image_shape=None,
        latent_dim=None,
        shared_generator=None,
        generator_a=None,
        generator_b=None,
        discriminator_a=None,
        discriminator_b=None,
        shared_discriminator=None,
        *,
        ema=None,
        seed=None,
        **kwargs,
    ):
        shape = image_shape
        if discriminator_a is not None:
            shape = input_shape_of(discriminator_a, "discriminator_a", shape, "image_shape", ())
        if shape is None:
            raise ValueError("Give an image_shape such as (28, 28, 1), or networks of your own.")
        shape = check_image_shape(shape)
        latents = None if latent_dim is None else (check_integer("latent_dim", latent_dim),)
        if shared_generator is not None:
            latents = input_shape_of(
                shared_generator, "shared_generator", latents, "latent_dim", ()
            )
        (latent_dim,) = latents = latents or (self.default_latent_dim,)

        build = networks.cogan
        if shared_generator is None:
            shared_generator = build.shared_generator(shape, latent_dim, seed=seed)
        generators = [
            given or build.generator(shape, name=f"generator_{domain}", seed=seed)
            for domain, given in (("a", generator_a), ("b", generator_b))
        ]
        discriminators = [
            given or build.discriminator(shape, name=f"discriminator_{domain}", seed=seed)
            for domain, given in (("a", discriminator_a), ("b", discriminator_b))
        ]
        shared_discriminator = shared_discriminator or self.build_shared_discriminator(shape, seed)

        maps = tuple(shared_generator(keras.Input(latents)).shape[1:])
        for domain, network in zip("ab", generators, strict=True):
            check_network(network, f"generator_{domain}", [maps], [shape], "shared_generator")
        maps = tuple(discriminators[0](keras.Input(shape)).shape[1:])
        check_network(discriminators[1], "discriminator_b", [shape], [maps], "image_shape")
        made = self.shared_outputs()
        check_network(shared_discriminator, "shared_discriminator", [maps], made, "discriminator_a")
        warn_of_bounded_logits(shared_discriminator, maps, (), self.logits_count)
        super().__init__(
            (
                Networks([shared_generator, *generators], "generator"),
                Networks([*discriminators, shared_discriminator], "discriminator"),
            ),
            shape,
            ema=ema,
            seed=seed,
            **kwargs,
        )
        self.shared_generator, (self.generator_a, self.generator_b) = shared_generator, generators
        self.discriminator_a, self.discriminator_b = discriminators
        self.shared_discriminator = shared_discriminator
        self.latent_dim = latent_dim
        vars(self)["examples"] = examples_of(shape)

    # ------------------------------------------------------------------ the paper

    def build_shared_discriminator(self, image_shape, seed):
        """Returns the paper's last layers of both discriminators."""
        return networks.cogan.shared_discriminator(image_shape, seed=seed)

    def shared_outputs(self):
        """Returns the shapes of what the shared discriminator makes."""
        return [(1,)]

    def default_optimizers(self):
        """Returns Adam for the generators and for the discriminators."""
        return tuple(optimizers.Adam(2e-4, beta_1=0.5) for _ in self.players)

    def train_step(self, data):
        """Updates the discriminators, then the generators, by one pass of the generators."""
        real = self.unpack(data)
        with tf.GradientTape() as generator_tape:
            fake = self.fake_batch(real, training=True)
        with tf.GradientTape() as tape:
            values = self.discriminator_losses(real, fake, training=True)
        self.update("discriminator", values["discriminator_loss"], tape)
        with generator_tape:  # which goes on recording
            values |= self.generator_losses(real, fake, training=True)
        self.update("generator", values["generator_loss"], generator_tape)
        self.update_averages(batch_length(real))
        values |= self.adapt_augment(batch_length(real), values)
        return self.log(batch_length(real), values)

    def fake_batch(self, real, training):
        """Returns [G_A(z), G_B(z)], of as many latents as there are images of a domain."""
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        return self.pairs(self.sample_latent(batch_length(real), seeds), training)

    def pairs(self, latents, training=False):
        """Returns [G_A(z), G_B(z)], float32 images in [-1, 1]: one z for both."""
        shared, *own = (self.generator if training else self.sampler).layers
        maps = self.apply(shared, latents, training)
        return [tf.cast(self.apply(network, maps, training), "float32") for network in own]

    def judged(self, images, training):
        """Returns the outputs of both discriminators for [a, b], each a list, logits first."""
        own, outputs = (self.discriminator_a, self.discriminator_b), []
        for network, images_of_domain in zip(own, images, strict=True):
            maps = self.apply(network, images_of_domain, training)
            outputs.append(tf.nest.flatten(self.apply(self.shared_discriminator, maps, training)))
        return outputs

    def logits(self, images, training=False):
        """Returns the logits of images of A, then of those of B, (2 N, 1), of [a, b]."""
        return _logits(self.judged(images, training))

    def discriminator_losses(self, real, fake, training):
        """Returns L_D, and D's accuracies over both domains."""
        return self.game(self.logits(real, training), self.logits(fake, training))

    @logs(down=["discriminator_loss"], up=["real_accuracy", "fake_accuracy"])
    def game(self, real_logits, fake_logits):
        """Returns L_D of the logits of both domains, and D's accuracies."""
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        real_accuracy, fake_accuracy = self.adversarial_loss.accuracy(real_logits, fake_logits)
        return {
            "discriminator_loss": loss + sum(self.discriminator.losses),  # weight decay
            "real_accuracy": real_accuracy,
            "fake_accuracy": fake_accuracy,
        }

    @logs(down=["generator_loss"])
    def generator_losses(self, real, fake, training):
        """Returns L_G."""
        relativistic = self.adversarial_loss.relativistic
        real_logits = self.logits(real, training) if relativistic else None
        loss = self.adversarial_loss.generator(self.logits(fake, training), real_logits)
        return {"generator_loss": loss + sum(self.generator.losses)}

    def augmented_networks(self):
        """Returns the discriminators' first layers, which see images."""
        return [self.discriminator_a, self.discriminator_b]

    # ------------------------------------------------------------------ generating

    def generate(self, count, seed=None, batch_size=64):
        """Generates pairs of images.

        Args:
            count: How many pairs.
            seed: An integer in [0, 2**32) gives the same pairs each time, whatever the batch size.
            batch_size: How many pairs to compute at once.

        Returns:
            Two NumPy arrays of uint8 in [0, 255], (count, *image_shape): images of A and of B.

        Raises:
            ValueError: If `count` or `batch_size` is not a positive integer, or `seed` is out of
                range.
        """
        return tuple(np.split(super().generate(count, seed, batch_size), 2, axis=2))

    def real_and_inputs(self, x, y):
        """Returns the images of domain B, and nothing."""
        return y, None

    def make_from(self, inputs, count, seed):
        """Returns the images of domain B of `generate(count, seed)`."""
        return self.generate(count, seed)[1]

    def sample(self, latents):
        """Returns pairs, A on the left and B on the right, float32 (N, H, 2 W, C) in [-1, 1]."""
        return tf.concat(self.pairs(latents), axis=2)

    def call(self, inputs, training=False):
        """Returns [G_A(z), G_B(z)], float images: so does `predict(latents)`."""
        return self.pairs(inputs, training)

    def sampler_of(self, domain):
        """Returns the generator of a domain, "a" or "b", a `keras.Model` that shares its weights.

        It is averaged if there is an average.

        Raises:
            ValueError: If there is no such domain.
        """
        if domain not in ("a", "b"):
            raise ValueError(f"domain must be 'a' or 'b', got {domain!r}.")
        shared, *own = self.sampler.layers
        return keras.Sequential([shared, own["ab".index(domain)]], name=f"generator_{domain}")

    def grid(self, count=64, seed=0):
        """Returns the pairs of `generate(count, seed)` in one picture, A on the left of each B."""
        return image_grid(np.concatenate(self.generate(count, seed), axis=2))

    def score(self, a, b):
        """Returns the float32 logits (N, 2) of uint8 images of A, and of as many of B."""
        logits = self.logits([to_float(a), to_float(b)])
        return tf.cast(tf.concat(tf.split(logits, 2), axis=1), "float32")

    def score_signature(self):
        """Returns the specifications of images of A and of B."""
        return [tf.TensorSpec((None, *self.image_shape), "uint8", domain) for domain in "ab"]

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        arguments = {"image_shape": self.image_shape, "latent_dim": self.latent_dim}
        return super().get_config() | arguments


@keras.saving.register_keras_serializable("kerasgan")
class DomainAdaptationCoGAN(Classifying, CoGAN):
    """Learns to classify images of domain B from labels of domain A alone.

    Liu & Tuzel, 2016, arXiv:1606.07536, section 4, unsupervised domain adaptation. The shared
    layers of the discriminators make class logits too, of features f, and their loss has two more
    terms: the cross-entropy of images of A, whose classes are known, and the distance of the
    features of generated pairs, which show the same in both domains,

        L_D + 10 (-E[log p(y | x_A)]) + 0.01 E||f_A(G_A(z)) - f_B(G_B(z))||^2

    with the weights of the authors' code, a sum over the features. The first layers of D_B, then
    the shared ones, classify images of B.

    `fit` takes batches of `((a, b), y)`, where y are the classes of a. `evaluate` and validation
    take images of B with their classes, `(b, y)`, and report how many are named right, `accuracy`,
    which in training is that of a.

    Args:
        num_classes: How many classes.
        shared_discriminator: A `keras.Model` from maps to [raw logits (N, 1), class logits
            (N, num_classes), features (N, d)]; None builds the paper's.
        class_weight: The weight of the cross-entropy.
        feature_weight: That of the distance of features.
        ema: The decay of a moving average of the weights of the generators, and of the
            discriminators, which `classify` uses; in (0, 1), or None.

    Other arguments and errors are those of `CoGAN`.
    """

    averaged = ("generator", "discriminator")

    def __init__(self, *args, num_classes=None, class_weight=10.0, feature_weight=0.01, **kwargs):
        self.num_classes = check_number("num_classes", num_classes)
        super().__init__(*args, **kwargs)
        self.class_weight = check_weight("class_weight", class_weight)
        self.feature_weight = check_weight("feature_weight", feature_weight)

    def build_shared_discriminator(self, image_shape, seed):
        """Returns the paper's last layers of both discriminators."""
        return networks.cogan.shared_discriminator(image_shape, self.num_classes, seed=seed)

    def shared_outputs(self):
        """Returns the shapes of logits, class logits and features."""
        return [(1,), (self.num_classes,), (None,)]

    # ------------------------------------------------------------------ the paper

    def unpack(self, data):
        """Returns ([a, b], the classes of a)."""
        (a, b), labels, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        images = super().unpack((a, b, sample_weight))
        return images, checked_labels(labels, self.num_classes)

    @logs(down=["discriminator_feature_loss"])
    def discriminator_losses(self, real, fake, training):
        """Returns the discriminators' loss by term, and the accuracies."""
        images, labels = real
        real, fake = self.judged(images, training), self.judged(fake, training)
        values = self.game(_logits(real), _logits(fake))
        (_, class_logits, _), _ = real
        (_, _, features_a), (_, _, features_b) = fake
        difference = tf.cast(features_a, "float32") - tf.cast(features_b, "float32")
        distance = tf.reduce_mean(tf.reduce_sum(tf.square(difference), axis=1))
        values |= self.classification(labels, class_logits)
        values["discriminator_feature_loss"] = self.feature_weight * distance
        values["discriminator_loss"] += (
            values["discriminator_classification_loss"] + values["discriminator_feature_loss"]
        )
        return values

    @logs(down=["discriminator_classification_loss"], up=["accuracy"])
    def classification(self, labels, class_logits):
        """Returns the weighted cross-entropy, and the share that is named right."""
        targets = tf.one_hot(labels, self.num_classes)
        named = tf.argmax(class_logits, axis=-1, output_type="int32")
        return {
            "discriminator_classification_loss": self.class_weight
            * losses.cross_entropy(targets, class_logits),
            "accuracy": tf.reduce_mean(tf.cast(tf.equal(named, labels), "float32")),
        }

    def generator_losses(self, real, fake, training):
        """Returns L_G."""
        images, _ = real
        return super().generator_losses(images, fake, training)

    def test_step(self, data):
        """Returns how well images of B are classified, changing nothing."""
        images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        if isinstance(images, (list, tuple)):
            raise ValueError("validation_split does not work here: give validation_data=(b, y).")
        size = batch_length(images)
        labels = not_empty(checked_labels(labels, self.num_classes))
        class_logits = self.class_logits(not_empty(to_float(images)))
        return self.log(size, self.classification(labels, class_logits))

    # ------------------------------------------------------------------ data

    def check_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not ((a, b), the classes of a)."""
        if not isinstance(x, (list, tuple)) or len(x) != 2:
            raise ValueError(
                f"{name} must be ((a, b), y), images of two domains and the classes of a; its "
                f"images are {type(x).__name__}."
            )
        super().check_batch(*x, name)
        check_labels(y, self.num_classes, len(x[0]), f"{name}: the labels of domain A")

    def check_held_out_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not labelled images of B."""
        check_images(x, self.image_shape, name)
        check_labels(y, self.num_classes, len(x), f"the labels of {name}")

    def real_and_inputs(self, x, y):
        """Returns the images of domain B, and nothing."""
        return (x[1] if isinstance(x, (list, tuple)) else x), None

    # ------------------------------------------------------------------ classifying

    def class_logits(self, images):
        """Returns the class logits of float images of B, averaged if there is an average."""
        _, own, shared = (self.discriminator if self.ema is None else self.discriminator_ema).layers
        return self.apply(shared, self.apply(own, images))[1]

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "num_classes": self.num_classes,
            "class_weight": self.class_weight,
            "feature_weight": self.feature_weight,
        }


def _logits(judged):
    """Returns the logits of A, then of B, (2 N, 1), of what `CoGAN.judged` returns."""
    return tf.concat([logits for logits, *_ in judged], axis=0)
