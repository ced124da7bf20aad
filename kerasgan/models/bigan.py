"""BiGAN: a generator and an encoder that are each other's inverse, learnt by one discriminator."""

import keras
import tensorflow as tf

from kerasgan import networks, optimizers
from kerasgan.data import check_image_shape, check_images, to_float
from kerasgan.engine.batches import batch_length, predict_in_batches
from kerasgan.engine.checks import check_integer, warn_of_bounded_logits
from kerasgan.engine.examples import examples_of
from kerasgan.engine.logs import logs
from kerasgan.engine.model import AdversarialModel
from kerasgan.engine.shapes import check_network, input_shape_of
from kerasgan.models.completing import Completes
from kerasgan.models.encoding import Encodes
from kerasgan.models.gan import HasLatents, normal, uniform
from kerasgan.models.generating import Generates


@keras.saving.register_keras_serializable("kerasgan")
class BiGAN(Encodes, Completes, Generates, HasLatents, AdversarialModel):
    """Generates images of latents, and learns what latents, and features, images have.

    Donahue et al., "Adversarial Feature Learning", 2016, arXiv:1605.09782. The discriminator D
    tells pairs (x, E(x)) of an image and its code from pairs (G(z), z) of latents and their image;
    generator and encoder both make it take each for the other:

        L_D  = E[sp(-D(x, E(x)))] + E[sp(D(G(z), z))]
        L_GE = E[sp(D(x, E(x)))] + E[sp(-D(G(z), z))]

    with sp(l) = log(1 + exp(l)): labels are flipped in both terms. G's gradient comes from the
    second one of L_GE, E's from the first. At its best E inverts G.
    As in the authors' code one pass of the three networks serves all updates. The networks are
    those of `kerasgan.networks.bigan`; latents are uniform in [-1, 1]; Adam has a learning rate of
    2e-4 and beta_1 = 0.5.

    In evaluation `reconstruction_error` is the mean of ||x - G(E(x))||, of pixels in [0, 1], and
    `reconstruction_ratio` that, divided by the same of another image's reconstruction. An inverse
    that is learnt by a game alone keeps what an image shows rather than its pixels.

    Args:
        image_shape: (height, width, channels). None takes it from the encoder.
        latent_dim: The dimension of the latents; None is the generator's own, or 50.
        generator: A `keras.Model` from latents to images in [-1, 1]; None builds the paper's.
        encoder: A `keras.Model` from images to [codes (N, latent_dim), features (N, ...)]; None
            builds the paper's.
        discriminator: A `keras.Model` from [images, latents] to raw logits (N, 1); None builds the
            paper's.
        ema: The decay of a moving average of the generator's and the encoder's weights, in (0, 1),
            or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.

    Raises:
        ValueError: If an argument is out of range, or the networks fit neither each other nor the
            other arguments.
    """

    players = ("generator", "encoder", "discriminator")
    averaged = ("generator", "encoder")
    network_names = players
    default_latent_dim = 50
    draw_latents = uniform(-1.0, 1.0)

    def __init__(
        self,
        image_shape=None,
        latent_dim=None,
        generator=None,
        encoder=None,
        discriminator=None,
        *,
        ema=None,
        seed=None,
        **kwargs,
    ):
        shape = image_shape
        if encoder is not None:
            shape = input_shape_of(encoder, "encoder", shape, "image_shape", ())
        if shape is None:
            raise ValueError("Give an image_shape such as (28, 28, 1), or an encoder of your own.")
        shape = check_image_shape(shape)
        latents = None if latent_dim is None else (check_integer("latent_dim", latent_dim),)
        if generator is not None:
            latents = input_shape_of(generator, "generator", latents, "latent_dim", ())
        (latent_dim,) = latents = latents or (self.default_latent_dim,)
        generator = generator or self.build_generator(shape, latent_dim, seed)
        encoder = encoder or self.build_encoder(shape, latent_dim, seed)
        discriminator = discriminator or self.build_discriminator(shape, latent_dim, seed)
        check_network(generator, "generator", [latents], [shape], "latent_dim")
        check_network(encoder, "encoder", [shape], self.encoder_outputs(latents), "image_shape")
        check_network(discriminator, "discriminator", [shape, latents], [(1,)], "image_shape")
        warn_of_bounded_logits(discriminator, shape, [latents], self.logits_count)
        super().__init__((generator, encoder, discriminator), shape, ema=ema, seed=seed, **kwargs)
        self.latent_dim = latent_dim
        vars(self)["examples"] = examples_of(shape)

    def encoder_outputs(self, latents):
        """Returns the shapes of what the encoder makes, of the latents' shape."""
        return [latents, (None,)]

    # ------------------------------------------------------------------ the paper

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.bigan.generator(image_shape, latent_dim, seed=seed)

    def build_encoder(self, image_shape, latent_dim, seed):
        """Returns the paper's encoder."""
        return networks.bigan.encoder(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, latent_dim, seed):
        """Returns the paper's discriminator."""
        return networks.bigan.discriminator(image_shape, latent_dim, seed=seed)

    def default_optimizers(self):
        """Returns Adam for each network."""
        return tuple(optimizers.Adam(2e-4, beta_1=0.5) for _ in self.players)

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        encoder_optimizer=None,
        adversarial_loss=None,
        **kwargs,
    ):
        """Prepares the model for training.

        Args:
            generator_optimizer: A `keras.optimizers.Optimizer` or its name; None is the paper's.
            discriminator_optimizer: The same for the discriminator.
            encoder_optimizer: The same for the encoder.
            adversarial_loss: A `kerasgan.losses.AdversarialLoss` or its name, whose loss of the
                discriminator G and E minimise with the two sides exchanged; None is the paper's.
            **kwargs: As in `AdversarialModel.compile`.

        Raises:
            ValueError: If two optimizers are one object, or the loss is unknown.
        """
        given = generator_optimizer, encoder_optimizer, discriminator_optimizer
        super().compile(given, adversarial_loss, **kwargs)

    def train_step(self, data):
        """Updates D, G and E by one pass of the three."""
        real = self.unpack(data)
        with tf.GradientTape(persistent=True) as tape:
            fake = self.fake_batch(real, training=True)
            values = self.discriminator_losses(real, fake, training=True)
            values |= self.generator_losses(real, fake, training=True)
            values |= self.encoder_losses(real, fake, training=True)
        for player in ("discriminator", "generator", "encoder"):
            self.update(player, values[f"{player}_loss"], tape)
        self.update_averages(batch_length(real))
        values |= self.adapt_augment(batch_length(real), values)
        return self.log(batch_length(real), values)

    def fake_batch(self, real, training):
        """Returns generated images, and D's logits of (x, E(x)) and of (G(z), z)."""
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        generator = self.generator if training else self.sampler
        latents = self.sample_latent(batch_length(real), seeds)
        made = tf.cast(self.apply(generator, latents, training), "float32")
        codes = self.drawn_codes(real, training)
        return [made, *self.scores([real, codes], [made, latents], training)]

    def drawn_codes(self, images, training):
        """Returns the codes that D sees, of float images."""
        return self.codes(images, training)

    def scores(self, real_pair, fake_pair, training):
        """Returns D's logits of pairs of each kind."""
        # Two passes: batch normalization must not mix their statistics.
        return [self.logits(pair, training) for pair in (real_pair, fake_pair)]

    def logits(self, pair, training=False):
        """Returns D's logits (N, 1) of [images, latents]."""
        return self.apply(self.discriminator, pair, training)

    @logs(down=["discriminator_loss"], up=["real_accuracy", "fake_accuracy"])
    def discriminator_losses(self, real, fake, training):
        """Returns L_D, and D's accuracies on pairs of each kind."""
        _, real_logits, fake_logits = fake
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        real_accuracy, fake_accuracy = self.adversarial_loss.accuracy(real_logits, fake_logits)
        return {
            "discriminator_loss": loss + sum(self.discriminator.losses),  # such as weight decay
            "real_accuracy": real_accuracy,
            "fake_accuracy": fake_accuracy,
        }

    def flipped_loss(self, fake):
        """Returns L_GE: D's loss, its two sides exchanged."""
        _, real_logits, fake_logits = fake
        return self.adversarial_loss.discriminator(fake_logits, real_logits)

    @logs(down=["generator_loss"])
    def generator_losses(self, real, fake, training):
        """Returns L_GE, for the generator."""
        return {"generator_loss": self.flipped_loss(fake) + sum(self.generator.losses)}

    @logs(down=["encoder_loss"])
    @logs(down=["reconstruction_error", "reconstruction_ratio"], held_out=True)
    def encoder_losses(self, real, fake, training):
        """Returns L_GE, for the encoder; in evaluation also how well it inverts the generator."""
        values = {"encoder_loss": self.flipped_loss(fake) + sum(self.encoder.losses)}
        if training:
            return values
        made = tf.cast(self.apply(self.sampler, self.codes(real)), "float32")

        def distance(images):
            squares = tf.reduce_sum(tf.square(images - made), axis=[1, 2, 3])
            return tf.reduce_mean(tf.sqrt(squares)) / 2  # of pixels in [0, 1]

        error, other = distance(real), distance(tf.roll(real, 1, axis=0))
        return values | {"reconstruction_error": error, "reconstruction_ratio": error / other}

    # ------------------------------------------------------------------ encoding, completing

    def judge(self, images, latents):
        """Returns D's logits of (G(z), z)."""
        return self.logits([images, latents])

    @property
    def encoder_in_use(self):
        """The encoder, averaged if there is an average."""
        return self.encoder if self.ema is None else self.encoder_ema

    def codes(self, images, training=False):
        """Returns E(x), float32 (N, latent_dim), of float images."""
        encoder = self.encoder if training else self.encoder_in_use
        return tf.cast(self.apply(encoder, images, training)[0], "float32")

    def features(self, images, batch_size=256):
        """Returns the features of images, the layer below their codes, a float32 array (N, ...).

        Args:
            images: uint8 in [0, 255] or float in [-1, 1], (N, *image_shape).
            batch_size: How many images to compute at once.

        Raises:
            ValueError: If the images are of another shape, type or range.
        """
        check_images(images, self.image_shape, "images")
        return predict_in_batches(self._features, [images], batch_size)

    def _features(self, images):
        return tf.cast(self.apply(self.encoder_in_use, to_float(images))[-1], "float32")

    def score_signature(self):
        """Returns the specifications of what the discriminator sees."""
        return [*super().score_signature(), *self.to_images_signature()]

    def endpoints(self):
        """Serves `features` too."""
        return super().endpoints() | {"features": (self._features, [self.examples.spec()])}

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return super().output_names() | {"features": "features"}

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        arguments = {"image_shape": self.image_shape, "latent_dim": self.latent_dim}
        return super().get_config() | arguments


@keras.saving.register_keras_serializable("kerasgan")
class ALI(BiGAN):
    """BiGAN's game with codes that are drawn, and pairs of both kinds in one batch.

    Dumoulin et al., "Adversarially Learned Inference", 2016, arXiv:1606.00704: the encoder makes a
    Gaussian of each image, z = mean + deviation * e with e from N(0, 1), and the discriminator,
    whose dropout and normalization see real and generated pairs together, judges draws of it.
    `encode`, and so `reconstruct`, take the mean. The networks are those of
    `kerasgan.networks.ali`, for 32 x 32 pixels; latents are 64 numbers from N(0, 1); Adam has a
    learning rate of 1e-4 and beta_1 = 0.5.

    Args:
        encoder: A `keras.Model` from images to [means, logarithms of standard deviations, each
            (N, latent_dim), features (N, ...)].

    Other arguments and errors are those of `BiGAN`.
    """

    default_latent_dim = 64
    draw_latents = normal()

    def encoder_outputs(self, latents):
        """Returns the shapes of what the encoder makes, of the latents' shape."""
        return [latents, latents, (None,)]

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.ali.generator(image_shape, latent_dim, seed=seed)

    def build_encoder(self, image_shape, latent_dim, seed):
        """Returns the paper's encoder."""
        return networks.ali.encoder(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, latent_dim, seed):
        """Returns the paper's discriminator."""
        return networks.ali.discriminator(image_shape, latent_dim, seed=seed)

    def default_optimizers(self):
        """Returns Adam for each network."""
        return tuple(optimizers.Adam(1e-4, beta_1=0.5) for _ in self.players)

    def drawn_codes(self, images, training):
        """Returns a draw of each image's Gaussian."""
        encoder = self.encoder if training else self.encoder_in_use
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        mean, log_deviation, _ = self.apply(encoder, images, training)
        noise = self.sample_latent(batch_length(images), seeds)  # of N(0, 1), as the latents are
        return tf.cast(mean, "float32") + tf.exp(tf.cast(log_deviation, "float32")) * noise

    def scores(self, real_pair, fake_pair, training):
        """Returns D's logits of pairs of each kind, by one pass."""
        pairs = [tf.concat(parts, axis=0) for parts in zip(real_pair, fake_pair, strict=True)]
        return tf.split(self.logits(pairs, training), 2)
