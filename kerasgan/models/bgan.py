"""Boundary-seeking GANs: generators of binary images, and of others."""

import keras
import tensorflow as tf

from kerasgan import networks, optimizers
from kerasgan.engine import replicas
from kerasgan.engine.batches import batch_length, split
from kerasgan.engine.checks import check_integer
from kerasgan.engine.logs import logs
from kerasgan.models.gan import GAN, uniform


class _BoundarySeeking(GAN):
    """What both kinds have in common."""

    default_latent_dim = 64
    draw_latents = uniform(0.0, 1.0)
    binary = False  # whether the generator makes the logits of pixels

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.bgan.generator(image_shape, latent_dim, binary=self.binary, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.bgan.discriminator(image_shape, seed=seed)

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(optimizers.Adam(1e-4, beta_1=0.5) for _ in self.players)


@keras.saving.register_keras_serializable("kerasgan")
class BoundarySeekingGAN(_BoundarySeeking):
    """Generates binary images, which no gradient passes through.

    Hjelm et al., "Boundary-Seeking Generative Adversarial Networks", 2017, arXiv:1702.08431,
    Algorithm 1. The generator makes logits eta of pixels, of which M images s^m are drawn for each
    latent, each pixel being 1 with probability sigmoid(eta). At its best the discriminator's logit
    l(s) is log p(s) / g(s), so that exp l(s) is the weight by which a draw of the generator stands
    for one of the data. The generator makes the heavy ones of each latent's draws likelier:

        w^m = exp l(s^m) / sum_k exp l(s^k)
        L_G = -E_z[sum_m w^m log g(s^m | z)],  log g(s|z) = -sum_pixels[(1 - s) eta + sp(-eta)]
        L_D = E[sp(-l(x))] + E[sp(l(s))], over all M samples

    with sp(l) = log(1 + exp(l)). The weights are constants of L_G: nothing passes through D to G.
    One pass of both networks serves both updates.

    What a model sees and makes is binary: each pixel of an image, uint8 or in [-1, 1], is 1, that
    is white, where it is above the middle, else 0 (the paper has MNIST as others have binarized
    it, by one draw a pixel: a threshold leaves the digits sharp). `generate` draws one sample a
    latent, uint8 0 or 255 by pixel; `predict`, and the generator, give logits of pixels, and
    `complete` fills holes with the means of draws. The networks are those of
    `kerasgan.networks.bgan`, latents are uniform in [0, 1), and Adam has a learning rate of 1e-4
    and beta_1 = 0.5.

    Logged are `effective_samples`, the mean of 1 / sum_m (w^m)^2, from 1, where one draw has all
    the weight, to M, where all have the same; and `log_partition`, the mean over latents of
    log(mean_m exp l(s^m)), which is 0 at the equilibrium.

    Args:
        generator: A `keras.Model` from latents (N, latent_dim) to logits of pixels
            (N, *image_shape); None builds the paper's.
        num_samples: M.

    Other arguments are those of `GAN`.

    Raises:
        ValueError: As in `GAN`, and if `num_samples` is not a positive integer.
    """

    takes_vectors = False
    binary = True

    def __init__(self, *args, num_samples=20, **kwargs):
        super().__init__(*args, **kwargs)
        self.num_samples = check_integer("num_samples", num_samples)

    def compile(self, *args, **kwargs):
        """Prepares the model for training; arguments are those of `GAN.compile`.

        Raises:
            ValueError: As there, and if the loss is a relativistic one.
        """
        super().compile(*args, **kwargs)
        if self.adversarial_loss.relativistic:
            raise ValueError(
                "BoundarySeekingGAN weighs samples by the discriminator's logits of them alone: "
                "give an adversarial_loss that is not relativistic, such as 'non_saturating', "
                f"but not {type(self.adversarial_loss).__name__}."
            )

    # ------------------------------------------------------------------ the paper

    def train_step(self, data):
        """Updates D on each part of the batch, and G by the pass of D's last update."""
        batch = self.unpack(data)
        *parts, last = split(batch, self.discriminator_steps)
        for real in parts:
            with tf.GradientTape() as tape:
                fake = self.fake_batch(real, training=True)
                values = self.discriminator_losses(real, fake, training=True)
            self.update("discriminator", values["discriminator_loss"], tape)
        with tf.GradientTape(persistent=True) as tape:
            fake = self.fake_batch(last, training=True)
            values = self.discriminator_losses(last, fake, training=True)
            values |= self.generator_losses(last, fake, training=True)
        for player in ("discriminator", "generator"):
            self.update(player, values[f"{player}_loss"], tape)
        self.update_averages(batch_length(batch))
        values |= self.adapt_augment(batch_length(last), values)
        return self.log(batch_length(last), values)

    def unpack(self, data):
        """Returns a batch's images, float32 of -1 and 1."""
        return _as_images(super().unpack(data) > 0)

    def fake_batch(self, real, training):
        """Returns M samples of each latent, eta, and D's logits of real images and of samples.

        The shapes are (N, M, *image_shape), (N, *image_shape), (N, 1) and (N M, 1).
        """
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        generator = self.generator if training else self.sampler
        count = batch_length(real)
        latents = self.sample_latent(count, seeds)
        eta = tf.cast(self.apply(generator, latents, training), "float32")
        thresholds = self.draw_thresholds((count, self.num_samples), seeds.next())
        samples = _as_images(thresholds <= tf.sigmoid(eta)[:, None])
        real_logits = self.logits(real, training)
        fake_logits = self.logits(tf.reshape(samples, (-1, *self.image_shape)), training)
        return samples, eta, real_logits, fake_logits

    def draw_thresholds(self, counts, seed):
        """Returns U[0, 1) for each pixel of images (*counts, *image_shape), by a seed (2,)."""
        return tf.random.stateless_uniform((*counts, *self.image_shape), seed)

    def discriminator_losses(self, real, fake, training):
        """Returns L_D by term, and D's accuracies."""
        samples, _, real_logits, fake_logits = fake
        # A penalty on gradients has as many generated images as real ones.
        return self.adversarial_terms(real, samples[:, 0], real_logits, fake_logits, training)

    @logs(down=["generator_loss"], up=["effective_samples", "log_partition"])
    def generator_losses(self, real, fake, training):
        """Returns L_G, and how the weights are distributed."""
        samples, eta, _, fake_logits = fake
        by_sample = tf.reshape(fake_logits, (batch_length(eta), self.num_samples, -1))
        log_weights = tf.reduce_mean(tf.cast(by_sample, "float32"), axis=2)  # over patches
        weights = tf.stop_gradient(tf.nn.softmax(log_weights, axis=1))
        bits, eta = (samples + 1) / 2, eta[:, None]
        log_g = -_sum_of_pixels((1 - bits) * eta + tf.nn.softplus(-eta))
        loss = -tf.reduce_mean(tf.reduce_sum(weights * log_g, axis=1))
        return {
            "generator_loss": loss + sum(self.generator.losses),
            "effective_samples": tf.reduce_mean(1 / tf.reduce_sum(weights**2, axis=1)),
            "log_partition": tf.reduce_mean(_log_mean_exp(log_weights)),
        }

    # ------------------------------------------------------------------ generating

    def draw_inputs(self, count, seed):
        """Returns the latents, and the thresholds, of which `generate` makes its images."""
        thresholds = self.draw_thresholds((count,), tf.stack([tf.cast(seed, "int64"), 1]))
        return [*super().draw_inputs(count, seed), thresholds]

    def to_images_signature(self):
        """Returns the specifications of latents and thresholds."""
        thresholds = tf.TensorSpec((None, *self.image_shape), "float32", "thresholds")
        return [*super().to_images_signature(), thresholds]

    def sample(self, latents, thresholds):
        """Returns one sample of each latent, white where sigmoid(eta) reaches the threshold."""
        return _as_images(thresholds <= tf.sigmoid(super().sample(latents)))

    def render(self, latents):
        """Returns the means of the draws of latents, which gradients pass through."""
        return 2 * tf.sigmoid(super().sample(latents)) - 1

    # ------------------------------------------------------------------ what is compared with it

    def score(self, images):
        """Returns the discriminator's float32 logits for images, which are made binary.

        Args:
            images: (N, *image_shape).
        """
        return tf.cast(self.logits(_as_images(self.examples.to_float(images) > 0)), "float32")

    def real_and_inputs(self, x, y):
        """Returns the images, made binary, and nothing."""
        return self.examples.from_float(self.unpack(x)).numpy(), None

    def examined_pairs(self, real, fake):
        """Returns real images, and one sample of each latent."""
        return [(real, fake[0][:, 0])]

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"num_samples": self.num_samples}


@keras.saving.register_keras_serializable("kerasgan")
class ContinuousBoundarySeekingGAN(_BoundarySeeking):
    """Generates images whose discriminator cannot decide.

    Hjelm et al., "Boundary-Seeking Generative Adversarial Networks", 2017, arXiv:1702.08431,
    section 3, for pixels that gradients pass through. The discriminator's loss is that of `GAN`;
    the generator seeks the boundary of its decision, as in the authors' code:

        L_G = E[(l(G(z)) - log Z)^2]

    where log Z is a moving average of log(E[exp l(G(z))]) over batches, of decay 0.995 and 0 at
    first, which is logged as `log_partition`. `adversarial_loss` of `compile` is the
    discriminator's alone. Networks, latents and optimizers are those of `BoundarySeekingGAN`, but
    the generator makes pixels in [-1, 1]; arguments and errors are those of `GAN`.
    """

    decay = 0.995

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.log_partition = self.add_state("log_partition", "float32", "mean")

    @logs(down=["generator_loss"], up=["log_partition"])
    def generator_losses(self, real, fake, training):
        """Returns L_G and log Z, which moves in training."""
        logits = tf.cast(self.logits(fake, training), "float32")
        log_partition = tf.identity(self.log_partition.value)
        loss = tf.reduce_mean(tf.square(logits - log_partition))
        if training:
            found = self.estimate(tf.stop_gradient(logits))
            self.log_partition.assign(self.decay * log_partition + (1 - self.decay) * found)
        return {
            "generator_loss": loss + sum(self.generator.losses),
            "log_partition": log_partition,
        }

    def estimate(self, logits):
        """Returns log(E[exp l]) over the batch of all replicas."""
        alike = replicas.on_whole_batch(
            lambda x: tf.zeros_like(x) + _log_mean_exp(tf.reshape(x, (1, -1))), logits
        )
        return tf.reduce_mean(alike)


def _as_images(white):
    """Returns binary images in the range of all images: 1 where a pixel is white, else -1."""
    return tf.where(white, 1.0, -1.0)


def _sum_of_pixels(values):
    """Returns the sums (N, M) over the pixels of (N, M, ...)."""
    return tf.reduce_sum(values, axis=list(range(2, values.shape.rank)))


def _log_mean_exp(values):
    """Returns log(mean exp) over the last axis."""
    count = tf.cast(tf.shape(values)[-1], "float32")
    return tf.reduce_logsumexp(values, axis=-1) - tf.math.log(count)
