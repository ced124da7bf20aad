"""Image-to-image translation learnt without pairs."""

import keras
import tensorflow as tf

from kerasgan import layers, losses, networks, optimizers
from kerasgan.data import check_image_shape
from kerasgan.engine import replicas
from kerasgan.engine.batches import batch_length
from kerasgan.engine.checks import check_integer, check_weight, warn_of_bounded_logits
from kerasgan.engine.logs import logs
from kerasgan.engine.model import AdversarialModel
from kerasgan.engine.players import Networks
from kerasgan.engine.shapes import check_made, check_scores, input_shape_of
from kerasgan.models.translating import TranslatesBothWays
from kerasgan.models.two_players import TwoPlayers
from kerasgan.models.unpaired import TakesTwoDomains
from kerasgan.networks.common import plain_instance_normalization


@keras.saving.register_keras_serializable("kerasgan")
class CycleGAN(TranslatesBothWays, TakesTwoDomains, TwoPlayers, AdversarialModel):
    """Translates images between two domains, having seen images of each, but no pairs.

    Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
    2017, arXiv:1703.10593: G_AB and G_BA play against a discriminator of each domain, and their
    cycle is to lead back to where it began,

        L_D = 1/2 E[(D_B(b) - 1)^2] + 1/2 E[D_B(G_AB(a))^2], and the same for D_A
        L_G = E[(D_B(G_AB(a)) - 1)^2] + E[(D_A(G_BA(b)) - 1)^2]
              + 10 (E|G_BA(G_AB(a)) - a| + E|G_AB(G_BA(b)) - b|)
              + 5 (E|G_AB(b) - b| + E|G_BA(a) - a|)

    in batches of one image of each domain, with Adam, a learning rate of 2e-4 and beta_1 = 0.5. As
    in the authors' code G is updated first, and D sees generated images out of a history of 50.
    `kerasgan.optimizers.LinearDecay` is their learning rate.

    `fit` takes (a, b): images of either domain.

    Args:
        input_shape: (height, width, channels) of the images of both domains. None takes it from
            the generators.
        generator_ab: A `keras.Model` from images of A to images of B in [-1, 1]; None builds the
            paper's, with 9 residual blocks from 256 x 256 on, else 6, for sides of multiples of 4.
        generator_ba: The same from B to A.
        discriminator_a: A `keras.Model` from images to raw logits, (N, 1) or a map of patches;
            None builds the paper's.
        discriminator_b: The same for images of B.
        adversarial_weight: The weight of the adversarial loss. 2, as the paper has twice the
            least-squares loss of Mao et al., which is `adversarial_loss`.
        cycle_weight: The weight of the cycle loss.
        identity_weight: The weight of the identity loss, as a part of the cycle's; 0 leaves it out.
        history_size: How many generated images of each domain to keep for its discriminator.
        ema: The decay of a moving average of the generators' weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.

    Raises:
        ValueError: If an argument is out of range, no network can be built for the shape, or the
            networks fit neither each other nor the other arguments.
    """

    adversarial_loss = "least_squares"
    network_names = ("generator_ab", "generator_ba", "discriminator_a", "discriminator_b")

    def __init__(
        self,
        input_shape=None,
        generator_ab=None,
        generator_ba=None,
        discriminator_a=None,
        discriminator_b=None,
        *,
        adversarial_weight=2.0,
        cycle_weight=10.0,
        identity_weight=0.5,
        history_size=50,
        ema=None,
        seed=None,
        **kwargs,
    ):
        shape = input_shape and check_image_shape(input_shape)
        for network in (generator_ab, generator_ba):
            if network is not None:
                shape = input_shape_of(network, "generator", shape, "input_shape", ())
        if shape is None or None in shape:
            raise ValueError("Give an input_shape such as (256, 256, 3).")
        generator_ab = generator_ab or self.build_generator(shape, "generator_ab", seed)
        generator_ba = generator_ba or self.build_generator(shape, "generator_ba", seed)
        discriminator_a = discriminator_a or self.build_discriminator(
            shape, "discriminator_a", seed
        )
        discriminator_b = discriminator_b or self.build_discriminator(
            shape, "discriminator_b", seed
        )
        for generator in (generator_ab, generator_ba):
            check_made(generator, shape, shape)
        for discriminator in (discriminator_a, discriminator_b):
            check_scores(discriminator, shape)
            warn_of_bounded_logits(discriminator, shape, (), self.logits_count)
        history_size = check_integer("history_size", history_size, 0, "an integer of at least 0")
        super().__init__(
            (
                Networks([generator_ab, generator_ba], "generator"),
                Networks([discriminator_a, discriminator_b], "discriminator"),
            ),
            shape,
            ema=ema,
            seed=seed,
            **kwargs,
        )
        self.generator_ab, self.generator_ba = generator_ab, generator_ba
        self.discriminator_a, self.discriminator_b = discriminator_a, discriminator_b
        self.adversarial_weight = check_weight("adversarial_weight", adversarial_weight)
        self.cycle_weight = check_weight("cycle_weight", cycle_weight)
        self.identity_weight = check_weight("identity_weight", identity_weight)
        self.history_size = history_size
        self.history_a, self.history_b = (
            layers.ImageHistory(history_size, seed, name=f"history_{domain}") for domain in "ab"
        )
        for history in (self.history_a, self.history_b):
            history.build((None, *shape))

    # ------------------------------------------------------------------ the paper

    @staticmethod
    def build_generator(shape, name, seed, width=64):
        """Returns the paper's generator, with its number of channels or another."""
        blocks = 9 if min(shape[:2]) >= 256 else 6
        return networks.resnet.generator(shape[2], shape[2], width, blocks, name, seed)

    @staticmethod
    def build_discriminator(shape, name, seed, width=64):
        """Returns the paper's discriminator, with its number of channels or another."""
        return networks.patchgan.discriminator(
            shape[2],
            width=width,
            normalization=plain_instance_normalization,
            bias=True,
            name=name,
            seed=seed,
        )

    def default_optimizers(self):
        """Returns Adam for both pairs of networks."""
        return tuple(optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2))

    def train_step(self, data):
        """Updates both generators, then both discriminators."""
        real = self.unpack(data)
        with tf.GradientTape() as tape:
            fake = self.fake_batch(real, training=True)
            values = self.generator_losses(real, fake, training=True)
        self.update("generator", values["generator_loss"], tape)

        histories = zip((self.history_a, self.history_b), fake, strict=True)
        fake = [replicas.on_whole_batch(history, images) for history, images in histories]
        with tf.GradientTape() as tape:
            values |= self.discriminator_losses(real, fake, training=True)
        self.update("discriminator", values["discriminator_loss"], tape)
        self.update_averages(batch_length(real))
        values |= self.adapt_augment(batch_length(real), values)
        return self.log(batch_length(real), values)

    def fake_batch(self, real, training):
        """Returns [G_BA(b), G_AB(a)] of [a, b]: images of A and of B."""
        a, b = real
        networks = self.generator_ba, self.generator_ab
        if not training:
            networks = self.sampler_of("b_to_a"), self.sampler_of("a_to_b")
        return [
            tf.cast(self.apply(network, images, training), "float32")
            for network, images in zip(networks, (b, a), strict=True)
        ]

    @logs(down=["generator_loss", "generator_adversarial_loss", "generator_cycle_loss"])
    @logs(down=["cycle_l1"])
    @logs(down=["generator_identity_loss"], when="identity_weight")
    def generator_losses(self, real, fake, training):
        """Returns the generators' loss by term, and the mean L1 distance of a cycle."""
        reference = [None, None]
        if self.adversarial_loss.relativistic:
            reference = self.scores(real, training)
        fooled = sum(map(self.adversarial_loss.generator, self.scores(fake, training), reference))
        cycle = sum(map(losses.l1, real, self.fake_batch(fake, training)))
        values = {
            "generator_adversarial_loss": self.adversarial_weight * fooled,
            "generator_cycle_loss": self.cycle_weight * cycle,
        }
        if self.identity_weight:
            identity = sum(map(losses.l1, real, self.fake_batch(real[::-1], training)))
            values["generator_identity_loss"] = self.cycle_weight * self.identity_weight * identity
        total = sum(values.values()) + sum(self.generator.losses)
        return values | {"generator_loss": total, "cycle_l1": cycle / 2}

    @logs(down=["discriminator_loss"], up=["real_accuracy", "fake_accuracy"])
    def discriminator_losses(self, real, fake, training):
        """Returns the discriminators' loss, and their mean accuracies."""
        scores = list(zip(self.scores(real, training), self.scores(fake, training), strict=True))
        loss = sum(self.adversarial_loss.discriminator(*each) for each in scores)
        accuracies = zip(*(self.adversarial_loss.accuracy(*each) for each in scores), strict=True)
        real_accuracy, fake_accuracy = (tf.reduce_mean(each) for each in accuracies)
        return {
            "discriminator_loss": loss + sum(self.discriminator.losses),
            "real_accuracy": real_accuracy,
            "fake_accuracy": fake_accuracy,
        }

    def scores(self, images, training):
        """Returns the logits of [a, b], each by the discriminator of its domain."""
        a, b = images
        return [
            self.apply(self.discriminator_a, a, training),
            self.apply(self.discriminator_b, b, training),
        ]

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "input_shape": self.image_shape,
            "adversarial_weight": self.adversarial_weight,
            "cycle_weight": self.cycle_weight,
            "identity_weight": self.identity_weight,
            "history_size": self.history_size,
        }


@keras.saving.register_keras_serializable("kerasgan")
class DualGAN(CycleGAN):
    """CycleGAN's game between Wasserstein critics and U-Nets.

    Yi et al., "DualGAN: Unsupervised Dual Learning for Image-to-Image Translation", 2017,
    arXiv:1704.02510: critics with clipped weights, a recovery loss of weight 500 and no identity
    loss, noise by dropout, RMSProp with a learning rate of 5e-5. The paper has two to four steps
    of the critics for each of the generators; here, as in the authors' code, there is one.

    Arguments are those of `CycleGAN`, and `clip`, as in `WGAN`.
    """

    adversarial_loss = "wasserstein"

    def __init__(
        self,
        *args,
        adversarial_weight=1.0,
        cycle_weight=500.0,
        identity_weight=0.0,
        history_size=0,
        clip=0.1,
        **kwargs,
    ):
        super().__init__(
            *args,
            adversarial_weight=adversarial_weight,
            cycle_weight=cycle_weight,
            identity_weight=identity_weight,
            history_size=history_size,
            **kwargs,
        )
        self.clip = clip
        self.constraints = {"discriminator": losses.WeightClip(clip)}

    @staticmethod
    def build_generator(shape, name, seed, width=64):
        """Returns the paper's generator, with its number of channels or another."""
        return networks.unet.generator(shape, shape[2], width, name=name, seed=seed)

    def default_optimizers(self):
        """Returns RMSProp for both pairs of networks."""
        return tuple(keras.optimizers.RMSprop(5e-5, rho=0.9, epsilon=1e-8) for _ in range(2))

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"clip": self.clip}
