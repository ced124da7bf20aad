"""Adversarial autoencoders: codes that a discriminator cannot tell from a prior's."""

import keras
import tensorflow as tf

from kerasgan import losses, networks, optimizers
from kerasgan.data import check_image_shape, check_images, image_grid, to_float
from kerasgan.engine.batches import batch_length, predict_in_batches
from kerasgan.engine.checks import warn_of_bounded_logits
from kerasgan.engine.examples import examples_of
from kerasgan.engine.logs import logs
from kerasgan.engine.model import AdversarialModel
from kerasgan.engine.players import Networks
from kerasgan.engine.shapes import check_network, input_shape_of
from kerasgan.models.classifying import Classifying, check_number
from kerasgan.models.completing import Completes
from kerasgan.models.encoding import Encodes
from kerasgan.models.gan import HasLatents
from kerasgan.models.generating import Generates
from kerasgan.models.labelling import GeneratesByLabel
from kerasgan.models.partly_labelled import PartlyLabelled
from kerasgan.models.priors import Gaussian, GaussianMixture, Prior


@keras.saving.register_keras_serializable("kerasgan")
class AdversarialAutoencoder(Encodes, Completes, Generates, HasLatents, AdversarialModel):
    """Encodes images so that their codes are distributed like a prior, and decodes them.

    Makhzani et al., "Adversarial Autoencoders", 2015, arXiv:1511.05644, section 2. The encoder q
    and the decoder p make an autoencoder, and the encoder is the generator in a game against a
    discriminator D of codes, in which draws z of the prior are real. Each batch has three updates,
    in this order, each with an optimizer of its own:

        L_AE = E[(x - p(q(x)))^2]                of q and p
        L_D  = E[sp(-D(z))] + E[sp(D(q(x)))]     of D
        L_G  = E[sp(-D(q(x)))]                   of q

    with sp(l) = log(1 + exp(l)). The codes are computed anew for each, as the encoder has moved.
    Here the encoder is deterministic, as in most of the paper, the squares are a mean over pixels
    in [-1, 1], and Adam has a learning rate of 1e-3 for L_AE, and of 1e-4 with beta_1 = 0.5 for
    the others, where the paper has SGD with momentum in stages. `reconstruction_mse` is logged of
    pixels in [0, 1].

    Args:
        image_shape: (height, width, channels). None takes it from the encoder.
        prior: A `kerasgan.models.priors.Prior` of the codes; None is a `Gaussian(10)`.
        encoder: A `keras.Model` from images to codes (N, prior.dim); None builds the paper's.
        decoder: A `keras.Model` from codes to images in [-1, 1]; None builds the paper's.
        discriminator: A `keras.Model` from codes to raw logits (N, 1); None builds the paper's.
        ema: The decay of a moving average of the weights of the encoder and the decoder, in
            (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.
        others: Networks of further players of a variant, by the player's name.

    Raises:
        ValueError: If an argument is out of range, or the networks fit neither each other nor the
            other arguments.
    """

    players = ("autoencoder", "discriminator", "generator")
    averaged = ("autoencoder",)
    learning_rates = 1e-3, 1e-4  # of the autoencoder, and of all other players
    network_names = ("encoder", "decoder", "discriminator")

    def __init__(
        self,
        image_shape=None,
        prior=None,
        encoder=None,
        decoder=None,
        discriminator=None,
        *,
        ema=None,
        seed=None,
        others=(),
        **kwargs,
    ):
        prior = prior or self.default_prior()
        if not isinstance(prior, Prior):
            raise ValueError(f"prior must be a Prior such as Gaussian(2), got {prior!r}.")
        shape = image_shape
        if encoder is not None:
            shape = input_shape_of(encoder, "encoder", shape, "image_shape", ())
        if shape is None:
            raise ValueError("Give an image_shape such as (28, 28, 1), or an encoder of your own.")
        shape = check_image_shape(shape)
        codes = (prior.dim,)
        encoder = encoder or self.build_encoder(shape, prior.dim, seed)
        decoder = decoder or self.build_decoder(shape, prior.dim, seed)
        discriminator = discriminator or self.build_discriminator(prior.dim, seed)
        told, judged = [codes, *self.decoder_conditions()], self.discriminator_conditions()
        made = [codes, *self.encoder_outputs()]
        check_network(encoder, "encoder", [shape], made, "image_shape")
        check_network(decoder, "decoder", told, [shape], "prior")
        check_network(discriminator, "discriminator", [codes, *judged], [(1,)], "prior")
        warn_of_bounded_logits(discriminator, codes, judged, 1)
        trained = {
            "autoencoder": Networks([encoder, decoder], "autoencoder"),
            "discriminator": discriminator,
        } | dict(others)
        # The generator of codes is the encoder; so is what else has no network of its own.
        players = [trained.get(player, encoder) for player in self.players]
        super().__init__(players, shape, ema=ema, seed=seed, **kwargs)
        self.encoder, self.decoder, self.latent_dim = encoder, decoder, prior.dim
        vars(self)["prior"] = prior
        vars(self)["examples"] = examples_of(shape)

    # ------------------------------------------------------------------ what a variant may change

    def default_prior(self):
        """Returns the prior where none is given."""
        return Gaussian(10)

    def encoder_outputs(self):
        """Returns the shapes of what the encoder makes beside codes."""
        return ()

    def decoder_conditions(self):
        """Returns the shapes of what the decoder takes beside codes."""
        return ()

    def discriminator_conditions(self):
        """Returns the shapes of what the discriminator takes beside codes."""
        return ()

    def build_encoder(self, image_shape, latent_dim, seed):
        """Returns the paper's encoder."""
        return networks.aae.encoder(image_shape, latent_dim, seed=seed)

    def build_decoder(self, image_shape, latent_dim, seed):
        """Returns the paper's decoder."""
        return networks.aae.decoder(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, latent_dim, seed):
        """Returns the paper's discriminator."""
        return networks.aae.discriminator(latent_dim, seed=seed)

    def default_optimizers(self):
        """Returns Adam for each player."""
        autoencoder, others = self.learning_rates
        game = (optimizers.Adam(others, beta_1=0.5) for _ in self.players[1:])
        return optimizers.Adam(autoencoder), *game

    def compile(self, *, adversarial_loss=None, **kwargs):
        """Prepares the model for training.

        Args:
            adversarial_loss: A `kerasgan.losses.AdversarialLoss` or its name; None is the paper's.
            **kwargs: `autoencoder_optimizer`, `discriminator_optimizer`, `generator_optimizer` and
                so on for each of `players`, a `keras.optimizers.Optimizer` or its name each, None
                for the default; and the arguments of `AdversarialModel.compile`.

        Raises:
            ValueError: If two optimizers are one object, the loss is unknown, or there is an
                `augment`, as the discriminator sees no images.
        """
        given = [kwargs.pop(f"{player}_optimizer", None) for player in self.players]
        super().compile(given, adversarial_loss, **kwargs)

    def set_augment(self, augment):
        """Raises a ValueError if there is an augmentation."""
        if augment is not None:
            raise ValueError(
                "augment changes the images that a discriminator sees, but that of "
                f"{type(self).__name__} sees codes."
            )
        super().set_augment(augment)

    # ------------------------------------------------------------------ the paper

    def train_step(self, data):
        """Updates one player after the other: autoencoder, discriminator, generator."""
        real, values = self.unpack(data), {}
        for player in self.players:
            with tf.GradientTape() as tape:
                fake = self.fake_batch(real, training=True)  # anew: the encoder has moved
                values |= getattr(self, f"{player}_losses")(real, fake, training=True)
            self.update(player, values[f"{player}_loss"], tape)
        self.update_averages(batch_length(real))
        return self.log(batch_length(real), values)

    def fake_batch(self, real, training):
        """Returns the codes of images."""
        return self.codes(real, training)

    def autoencoder_losses(self, real, fake, training):
        """Returns L_AE."""
        return self.reconstruction_losses(real, fake, training)

    @logs(down=["autoencoder_loss", "reconstruction_mse"])
    def reconstruction_losses(self, images, inputs, training):
        """Returns L_AE of images, and of what the decoder is to make them of."""
        decoder = self.decoder if training else self.sampler
        mse = losses.l2(images, self.apply(decoder, inputs, training))
        loss = mse + sum(self.autoencoder.losses)  # such as weight decay
        return {"autoencoder_loss": loss, "reconstruction_mse": mse / 4}

    @logs(down=["discriminator_loss"], up=["real_accuracy", "fake_accuracy"])
    def discriminator_losses(self, real, fake, training):
        """Returns L_D, and D's accuracies on draws of the prior and on codes."""
        drawn = self.apply(self.discriminator, self.prior_batch(real, training), training)
        coded = self.apply(self.discriminator, self.judged(real, fake), training)
        loss = self.adversarial_loss.discriminator(drawn, coded)
        real_accuracy, fake_accuracy = self.adversarial_loss.accuracy(drawn, coded)
        return {
            "discriminator_loss": loss + sum(self.discriminator.losses),
            "real_accuracy": real_accuracy,
            "fake_accuracy": fake_accuracy,
        }

    @logs(down=["generator_loss"])
    def generator_losses(self, real, fake, training):
        """Returns L_G."""
        drawn = None
        if self.adversarial_loss.relativistic:
            drawn = self.apply(self.discriminator, self.prior_batch(real, training), training)
        coded = self.apply(self.discriminator, self.judged(real, fake), training)
        return {"generator_loss": self.adversarial_loss.generator(coded, drawn)}

    def prior_batch(self, real, training):
        """Returns draws of the prior, as the discriminator takes them, for a batch of images."""
        return self.drawn(batch_length(real), training)

    def drawn(self, count, training):
        """Returns draws of the prior, of the stream of training or of evaluation."""
        return self.sample_latent(
            count, self.seed_generator if training else self.evaluation_seed_generator
        )

    def judged(self, real, fake):
        """Returns codes as the discriminator takes them."""
        return fake

    def draw_latents(self, shape, seed):
        """Returns draws of the prior."""
        return self.prior.draw(shape[0], seed)

    def input_ranges(self):
        """Says that latents are draws of the prior."""
        prior = type(self.prior).__name__
        return super().input_ranges() | {"latents": f"draws of the prior, {prior}"}

    # ------------------------------------------------------------------ encoding and decoding

    @property
    def encoder_in_use(self):
        """The encoder, averaged if there is an average."""
        return (self.autoencoder if self.ema is None else self.autoencoder_ema).layers[0]

    @property
    def sampler(self):
        """The decoder, averaged if there is an average: it makes the images."""
        return (self.autoencoder if self.ema is None else self.autoencoder_ema).layers[1]

    def encoded(self, images, training=False):
        """Returns the outputs of the encoder, a list of float32 tensors, the codes first."""
        encoder = self.encoder if training else self.encoder_in_use
        outputs = tf.nest.flatten(self.apply(encoder, images, training))
        return [tf.cast(output, "float32") for output in outputs]

    def codes(self, images, training=False):
        """Returns the codes, float32 (N, latent_dim), of float images."""
        return self.encoded(images, training)[0]

    def walk(self, side=20, *labels):
        """Returns a picture of what is decoded at equal steps of the prior's probability.

        Of a Gaussian the first code goes along the rows and the second along the columns, the
        others being 0; of a mixture each component has a row.

        Args:
            side: How many images a row has.
            *labels: The class of all images, if the decoder takes classes.

        Returns:
            uint8 (H, W, C).
        """
        latents = self.prior.walk(side).reshape(-1, self.latent_dim)
        return image_grid(self.decode(latents, *([label] * len(latents) for label in labels)), side)

    def judge(self, images, latents, *labels):
        """Returns D's logits of codes: it sees no images."""
        return self.apply(self.discriminator, latents)

    def score(self, latents):
        """Returns the discriminator's float32 logits for codes."""
        return tf.cast(self.apply(self.discriminator, latents), "float32")

    def score_signature(self):
        """Returns the specifications of what the discriminator sees."""
        return [tf.TensorSpec((None, self.latent_dim), "float32", "latents")]

    # ------------------------------------------------------------------ health, serialization

    def examined(self):
        """The encoder, which is the game's generator."""
        return self.encoder_in_use

    def examined_pairs(self, real, fake):
        """Returns draws of the prior, and codes."""
        batches = self.prior_batch(real, training=False), self.judged(real, fake)
        return [tuple(tf.nest.flatten(batch)[0] for batch in batches)]

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        prior = keras.saving.serialize_keras_object(self.prior)
        return super().get_config() | {"image_shape": self.image_shape, "prior": prior}


class DecodesByLabel(GeneratesByLabel):
    """A mixin for adversarial autoencoders whose decoder is told the class.

    What is left for the codes is the style. A model has `num_classes`.
    """

    num_attributes = None

    def decoder_conditions(self):
        """Returns the shape of y."""
        return ((self.num_classes,),)

    def build_decoder(self, image_shape, latent_dim, seed):
        """Returns the paper's decoder."""
        return networks.aae.decoder(image_shape, latent_dim, self.num_classes, seed=seed)

    def decode(self, latents, labels, batch_size=64):
        """Returns the images of codes and classes, uint8 (N, *image_shape).

        Args:
            latents: Finite floats (N, latent_dim).
            labels: The classes, integers (N,) in [0, num_classes).
            batch_size: How many to compute at once.

        Raises:
            ValueError: If they are of another shape or type, or labels are out of range.
        """
        latents = self.check_latents(latents)
        inputs = [latents, self.check_labels(labels, len(latents))]
        return predict_in_batches(self.to_images, inputs, batch_size)

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"num_classes": self.num_classes}


@keras.saving.register_keras_serializable("kerasgan")
class ConditionalAAE(DecodesByLabel, AdversarialAutoencoder):
    """An adversarial autoencoder that tells style from class, with the class of each image.

    Makhzani et al., 2015, arXiv:1511.05644, section 4: the decoder takes a one-hot class beside
    the code. `fit`, `evaluate` and validation take images with labels, `(x, y)`.

    Args:
        num_classes: How many classes.
        decoder: A `keras.Model` from [codes, y (N, num_classes)] to images.

    Other arguments and errors are those of `AdversarialAutoencoder`.
    """

    def __init__(self, *args, num_classes=None, **kwargs):
        self.num_classes = check_number("num_classes", num_classes)
        super().__init__(*args, **kwargs)

    def unpack(self, data):
        """Returns a batch as [images, y]."""
        images, labels, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        return [super().unpack((images, None, sample_weight)), self.condition(labels)]

    def fake_batch(self, real, training):
        """Returns the codes of images."""
        images, _ = real
        return self.codes(images, training)

    def autoencoder_losses(self, real, fake, training):
        """Returns L_AE; the decoder is told y."""
        images, y = real
        return self.reconstruction_losses(images, [fake, y], training)

    def reconstruct(self, images, labels, batch_size=64):
        """Returns what the decoder makes of the codes and classes of images.

        Args:
            images: As in `encode`.
            labels: Their classes, integers (N,) in [0, num_classes).
            batch_size: How many to compute at once.

        Raises:
            ValueError: If the images or labels are not such.
        """
        check_images(images, self.image_shape, "images")
        labels = self.check_labels(labels, len(images))
        return predict_in_batches(self._reconstructed, [images, labels], batch_size)

    def _reconstructed(self, images, labels):
        return self.to_images(self.codes(to_float(images)), labels)

    def images_signature(self):
        """Returns the tensor specifications of images and labels."""
        _, labels = self.to_images_signature()
        return [*super().images_signature(), labels]


@keras.saving.register_keras_serializable("kerasgan")
class SemiSupervisedAAE(PartlyLabelled, Classifying, DecodesByLabel, AdversarialAutoencoder):
    """An adversarial autoencoder that learns to classify from few labelled images.

    Makhzani et al., 2015, arXiv:1511.05644, section 5. The encoder tells the class y, a softmax,
    beside the style z, and the decoder takes both; a second discriminator D_y sees to it that y
    looks like a one-hot class, all being as likely. Five updates a batch, each with an optimizer
    of its own: L_AE, in which the decoder is told the classes of labelled images and
    the softmax of others; L_D of both discriminators; L_G of the encoder, against both; and the
    cross-entropy of the labelled images, of the encoder too.

    `fit` takes batches of `((x_labelled, x_unlabelled), y_labelled)`, which
    `kerasgan.data.semi_supervised` makes; the game is played on the unlabelled images. `evaluate`
    and validation take labelled images, `(x, y)`, whose `accuracy` they report.

    Args:
        num_classes: How many classes.
        encoder: A `keras.Model` from images to [codes, class logits (N, num_classes)].
        decoder: A `keras.Model` from [codes, y (N, num_classes)] to images.
        label_discriminator: A `keras.Model` from y to raw logits (N, 1).

    Other arguments and errors are those of `AdversarialAutoencoder`.
    """

    players = ("autoencoder", "discriminator", "label_discriminator", "generator", "classifier")
    network_names = ("encoder", "decoder", "discriminator", "label_discriminator")
    partial = ("classifier",)  # whose loss does not depend on the codes

    def __init__(self, *args, num_classes=None, label_discriminator=None, seed=None, **kwargs):
        self.num_classes = classes = check_number("num_classes", num_classes)
        name = "label_discriminator"
        if label_discriminator is None:
            label_discriminator = networks.aae.discriminator(classes, name=name, seed=seed)
        check_network(label_discriminator, name, [(classes,)], [(1,)], "num_classes")
        warn_of_bounded_logits(label_discriminator, (classes,), (), 1)
        super().__init__(*args, seed=seed, others={name: label_discriminator}, **kwargs)

    def encoder_outputs(self):
        """Returns the shape of class logits."""
        return ((self.num_classes,),)

    def build_encoder(self, image_shape, latent_dim, seed):
        """Returns the paper's encoder."""
        return networks.aae.encoder(image_shape, latent_dim, self.num_classes, seed=seed)

    # ------------------------------------------------------------------ the paper

    def fake_batch(self, real, training):
        """Returns [codes, class logits] of the labelled images, then of the others."""
        images, _ = real
        return self.encoded(tf.concat(images, axis=0), training)

    def autoencoder_losses(self, real, fake, training):
        """Returns L_AE; the decoder is told y where it is known, else the encoder's softmax."""
        images, labels = real
        codes, _ = fake
        known = tf.one_hot(labels, self.num_classes)
        y = tf.concat([known, self.guessed(real, fake)], axis=0)
        return self.reconstruction_losses(tf.concat(images, axis=0), [codes, y], training)

    def prior_batch(self, real, training):
        """Returns a draw of the prior for each unlabelled image."""
        (_, unlabelled), _ = real
        return self.drawn(batch_length(unlabelled), training)

    def judged(self, real, fake):
        """Returns the codes of unlabelled images."""
        (labelled, _), _ = real
        codes, _ = fake
        return codes[batch_length(labelled) :]

    def guessed(self, real, fake):
        """Returns the probabilities of the classes of unlabelled images, which D_y sees."""
        (labelled, _), _ = real
        _, class_logits = fake
        return tf.nn.softmax(class_logits[batch_length(labelled) :])

    def class_batch(self, real, training):
        """Returns a one-hot class for each unlabelled image, all being as likely: D_y's prior."""
        (_, unlabelled), _ = real
        return tf.one_hot(self.drawn_classes(batch_length(unlabelled), training), self.num_classes)

    def drawn_classes(self, count, training):
        """Returns classes, int32 (count,), of the stream of training or of evaluation."""
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        limits = 0, self.num_classes
        return tf.random.stateless_uniform((count,), seeds.next(), *limits, "int32")

    @logs(down=["label_discriminator_loss"])
    def label_discriminator_losses(self, real, fake, training):
        """Returns L_D of D_y."""
        network = self.label_discriminator
        drawn = self.apply(network, self.class_batch(real, training), training)
        guessed = self.apply(network, self.guessed(real, fake), training)
        loss = self.adversarial_loss.discriminator(drawn, guessed)
        return {"label_discriminator_loss": loss + sum(network.losses)}

    def generator_losses(self, real, fake, training):
        """Returns L_G, against D and D_y."""
        values, drawn = super().generator_losses(real, fake, training), None
        network = self.label_discriminator
        if self.adversarial_loss.relativistic:
            drawn = self.apply(network, self.class_batch(real, training), training)
        guessed = self.apply(network, self.guessed(real, fake), training)
        loss = self.adversarial_loss.generator(guessed, drawn)
        return {"generator_loss": values["generator_loss"] + loss}

    @logs(down=["classifier_loss"], up=["accuracy"])
    def classifier_losses(self, real, fake, training):
        """Returns the cross-entropy of labelled images, and the share of them that is right."""
        _, labels = real
        _, class_logits = fake
        class_logits = class_logits[: batch_length(labels)]
        loss = losses.cross_entropy(tf.one_hot(labels, self.num_classes), class_logits)
        named = tf.argmax(class_logits, axis=-1, output_type="int32")
        accuracy = tf.reduce_mean(tf.cast(tf.equal(named, labels), "float32"))
        return {"classifier_loss": loss, "accuracy": accuracy}

    # ------------------------------------------------------------------ encoding

    def class_logits(self, images):
        """Returns the encoder's scores of the classes."""
        return self.encoded(images)[1]

    def _reconstructed(self, images):
        codes, class_logits = self.encoded(to_float(images))
        made = self.apply(self.sampler, [codes, tf.nn.softmax(class_logits)])
        return self.examples.from_float(made)


@keras.saving.register_keras_serializable("kerasgan")
class LabelledPriorAAE(PartlyLabelled, AdversarialAutoencoder):
    """An adversarial autoencoder that gives each class a part of the prior.

    Makhzani et al., 2015, arXiv:1511.05644, section 2.3: the discriminator is told the class
    beside the code, with one more for "unlabelled". A labelled image is compared with a draw of
    the component of its class, an unlabelled one with a draw of the whole mixture.

    `fit` takes batches of `((x_labelled, x_unlabelled), y_labelled)`, which
    `kerasgan.data.semi_supervised` makes. `evaluate` and validation take labelled images,
    `(x, y)`, and report as `component_accuracy` how many codes are nearest to the component of
    their class.

    Codes must follow the prior closely to be in their components: Adam's learning rate is 3e-4 for
    the autoencoder and 1e-3 for the others, and the noise of the discriminator is as wide as a
    petal, 0.05.

    Args:
        prior: A `kerasgan.models.priors.GaussianMixture` or `SwissRoll`, with a component for each
            class; None is a `GaussianMixture()`.
        discriminator: A `keras.Model` from [codes, y (N, num_classes + 1)] to raw logits (N, 1).

    Other arguments and errors are those of `AdversarialAutoencoder`; it raises a ValueError too
    if the prior has no components.
    """

    learning_rates = 3e-4, 1e-3

    def __init__(self, image_shape=None, prior=None, *args, **kwargs):
        prior = prior or self.default_prior()
        if prior.num_components is None:
            raise ValueError(
                "The prior must have a component for each class, such as GaussianMixture() or "
                f"SwissRoll(), but a {type(prior).__name__} has none."
            )
        self.num_classes = prior.num_components
        super().__init__(image_shape, prior, *args, **kwargs)

    def default_prior(self):
        """Returns the prior of the paper's figure 4."""
        return GaussianMixture()

    def discriminator_conditions(self):
        """Returns the shape of y."""
        return ((self.num_classes + 1,),)

    def build_discriminator(self, latent_dim, seed):
        """Returns the paper's discriminator."""
        return networks.aae.discriminator(latent_dim, self.num_classes + 1, noise=0.05, seed=seed)

    # ------------------------------------------------------------------ the paper

    def fake_batch(self, real, training):
        """Returns the codes of the labelled images, then of the others."""
        images, _ = real
        return self.codes(tf.concat(images, axis=0), training)

    def autoencoder_losses(self, real, fake, training):
        """Returns L_AE."""
        images, _ = real
        return self.reconstruction_losses(tf.concat(images, axis=0), fake, training)

    def prior_batch(self, real, training):
        """Returns draws of the components of the labels, then of all, and y."""
        (_, unlabelled), labels = real
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        own = self.prior.draw_of(labels, seeds.next())
        others = self.drawn(batch_length(unlabelled), training)
        return [tf.concat([own, others], axis=0), self.told(real)]

    def judged(self, real, fake):
        """Returns codes, and y."""
        return [fake, self.told(real)]

    def told(self, real):
        """Returns y: the one-hot class of labelled images, then "unlabelled", the last slot."""
        (_, unlabelled), labels = real
        none = tf.fill([batch_length(unlabelled)], self.num_classes)
        return tf.one_hot(tf.concat([labels, none], axis=0), self.num_classes + 1)

    @logs(up=["component_accuracy"])
    def generator_losses(self, real, fake, training):
        """Returns L_G, and the share of labelled codes that are nearest to their component."""
        _, labels = real
        nearest = self.prior.component_of(fake[: batch_length(labels)])
        accuracy = tf.reduce_mean(tf.cast(tf.equal(nearest, labels), "float32"))
        return super().generator_losses(real, fake, training) | {"component_accuracy": accuracy}

    def judge(self, images, latents):
        """Returns D's logits of codes of no class."""
        return self.score(latents, tf.fill([batch_length(latents)], self.num_classes))

    def score(self, latents, labels):
        """Returns the discriminator's float32 logits for codes.

        Args:
            latents: (N, 2).
            labels: int32 (N,); num_classes stands for "unlabelled".
        """
        inputs = [tf.cast(latents, "float32"), tf.one_hot(labels, self.num_classes + 1)]
        return tf.cast(self.apply(self.discriminator, inputs), "float32")

    def score_signature(self):
        """Returns the specifications of what the discriminator sees."""
        return [*super().score_signature(), tf.TensorSpec((None,), "int32", "labels")]
