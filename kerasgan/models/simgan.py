"""SimGAN: synthetic images made to look like real ones."""

import functools

import keras
import tensorflow as tf

from kerasgan import layers, losses, networks
from kerasgan.data import check_image_shape, comparison_grid, to_float, to_uint8
from kerasgan.engine import replicas
from kerasgan.engine.batches import batch_length, split
from kerasgan.engine.checks import check_integer, check_weight, warn_of_bounded_logits
from kerasgan.engine.images import apply_padded, predict_images
from kerasgan.engine.logs import logs
from kerasgan.engine.model import AdversarialModel
from kerasgan.engine.shapes import check_made, check_scores, input_shape_of, open_shape
from kerasgan.models.two_players import TwoPlayers
from kerasgan.models.unpaired import TakesTwoDomains


@keras.saving.register_keras_serializable("kerasgan")
class SimGAN(TakesTwoDomains, TwoPlayers, AdversarialModel):
    """Refines synthetic images, which then look real and still show the same.

    Shrivastava et al., "Learning from Simulated and Unsupervised Images through Adversarial
    Training", 2016, arXiv:1612.07828. The generator R, the paper's refiner, changes a synthetic
    image x, and is to keep near it; the discriminator D tells refined patches from those of real
    images y, and half of the refined images that it sees are old ones. With sums over the patches
    of a map and the pixels of an image, and means over a batch,

        L_R = E[sum -log D(R(x))] + lambda E[sum |psi(R(x)) - psi(x)|]
        L_D = E[sum -log D(y)] + E[sum -log(1 - D(R(x)))]

    R begins alone, with the second term of its loss, then D does; after that each step has
    `generator_steps` updates of R and `discriminator_steps` of D. A batch is divided into as many
    parts as the larger of both numbers, a part for each update. The optimizer is gradient descent
    at a rate of 1e-3; the paper's batches have 512 images. It tells neither lambda nor the size of
    the history: those here are of an often used port.

    `fit` takes (synthetic, real): images of either kind, which do not belong together. Labels of
    the synthetic images are labels of the refined ones.

    Args:
        image_shape: (height, width, channels) of the images of both kinds. None takes it from the
            generator.
        generator: A `keras.Model` from images to images of the same shape in [-1, 1]; None builds
            the paper's refiner.
        discriminator: A `keras.Model` from images to raw logits, (N, 1) or a map of patches; None
            builds the paper's.
        features: A `keras.Model` psi from images to the features that R is to keep, such as an
            average over some pixels; None keeps the pixels.
        regularization_weight: lambda, the weight of the distance of features.
        generator_steps: R's updates in a step.
        discriminator_steps: D's.
        generator_start: How many steps, of `generator_steps` updates, R takes alone at first.
        discriminator_start: How many D then takes alone.
        history_size: How many refined images to keep for D; 0 shows it new ones only.
        ema: The decay of a moving average of the generator's weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.

    Raises:
        ValueError: If an argument is out of range, or the networks fit neither each other nor the
            other arguments.
    """

    network_names = ("generator", "discriminator", "features")
    domains = "synthetic images", "real images"
    takers = "the {} updates of a network in a step"

    def __init__(
        self,
        image_shape=None,
        generator=None,
        discriminator=None,
        features=None,
        *,
        regularization_weight=0.5,
        generator_steps=2,
        discriminator_steps=1,
        generator_start=1000,
        discriminator_start=200,
        history_size=25_600,
        ema=None,
        seed=None,
        **kwargs,
    ):
        shape = image_shape and check_image_shape(image_shape)
        if generator is not None:
            shape = input_shape_of(generator, "generator", shape, "image_shape", ())
        if shape is None or None in shape:
            raise ValueError("Give an image_shape such as (35, 55, 1).")
        generator = generator or networks.simgan.refiner(shape[2], seed=seed)
        discriminator = discriminator or networks.simgan.discriminator(shape[2], seed=seed)
        check_made(generator, shape, shape)
        check_scores(discriminator, shape)
        warn_of_bounded_logits(discriminator, shape, (), self.logits_count)
        if features is not None:
            input_shape_of(features, "features", shape, "image_shape", ())
            features.trainable = False
        self.generator_steps = check_integer("generator_steps", generator_steps)
        self.discriminator_steps = check_integer("discriminator_steps", discriminator_steps)
        wanted = 0, "an integer of at least 0"
        self.generator_start = check_integer("generator_start", generator_start, *wanted)
        self.discriminator_start = check_integer(
            "discriminator_start", discriminator_start, *wanted
        )
        self.history_size = check_integer("history_size", history_size, *wanted)
        super().__init__((generator, discriminator), shape, ema=ema, seed=seed, **kwargs)
        self.features = features
        self.regularization_weight = check_weight("regularization_weight", regularization_weight)
        self.steps = self.add_state("steps", "int64", "only_first_replica")
        if self.history_size:
            self.refined_history = layers.SampledHistory(history_size, seed, name="refined_history")
            self.refined_history.build((None, *shape))

    @property
    def least_batch(self):
        """The fewest images of a kind that a batch to train on may hold: one for each update."""
        return max(self.generator_steps, self.discriminator_steps)

    # ------------------------------------------------------------------ the paper

    def default_optimizers(self):
        """Returns the paper's gradient descent for both networks."""
        return tuple(keras.optimizers.SGD(1e-3) for _ in self.players)

    def train_step(self, data):
        """Updates R, then D, each on its parts of the batch: Algorithm 1."""
        parts = split(self.unpack(data), self.least_batch, self.takers)
        r_turn, d_turn = self.turns()
        for real in parts[: self.generator_steps]:
            with tf.GradientTape() as tape:
                refined = self.fake_batch(real, training=True)
                values = self.generator_losses(real, refined, training=True)
            self.update_in_turn(r_turn, "generator", values["generator_loss"], tape)
        for real in parts[: self.discriminator_steps]:
            refined = self.new_and_old(real, store=d_turn)
            with tf.GradientTape() as tape:
                values |= self.discriminator_losses(real, refined, training=True)
            self.update_in_turn(d_turn, "discriminator", values["discriminator_loss"], tape)
        self.steps.assign_add(1)
        self.update_averages(self.discriminator_steps * batch_length(real))
        values |= self.adapt_augment(batch_length(real), values)
        return self.log(batch_length(real), values)

    def turns(self):
        """Returns whether R, and whether D, is updated in this step, boolean tensors."""
        begun = self.steps - self.generator_start
        return (begun < 0) | (begun >= self.discriminator_start), begun >= 0

    def update_in_turn(self, turn, player, loss, tape):
        """Takes a step of a player's optimizer as `update` does, and back unless it is its turn.

        Replicas do not wait for each other in a branch.
        """
        optimizer = getattr(self, f"{player}_optimizer")
        state = [*getattr(self, player).trainable_variables, *optimizer.variables]
        before = [tf.identity(each.value) for each in state]
        self.update(player, loss, tape)
        replicas.restore_unless(turn, state, before)

    def fake_batch(self, real, training):
        """Returns R(x)."""
        synthetic, _ = real
        refiner = self.generator if training else self.sampler
        return tf.cast(self.apply(refiner, synthetic, training), "float32")

    def new_and_old(self, real, store):
        """Returns as many refined images as there are synthetic ones, half of them old.

        Args:
            real: A batch, as `unpack` returns it.
            store: Whether to put the new ones into the history.
        """
        if not self.history_size:
            return self.fake_batch(real, training=True)
        synthetic, _ = real
        # Every second one: all replicas together take the same as one device does.
        new = self.fake_batch([synthetic[::2], None], training=True)
        old = replicas.on_whole_batch(lambda images: self.refined_history(images, store=store), new)
        return tf.concat([new, old[: batch_length(synthetic) // 2]], axis=0)

    @logs(down=["discriminator_loss"], up=["real_accuracy", "fake_accuracy"])
    def discriminator_losses(self, real, refined, training):
        """Returns L_D, and D's accuracies over all patches."""
        _, images = real
        logits = [self.apply(self.discriminator, each, training) for each in (images, refined)]
        loss = _size(logits[0]) * self.adversarial_loss.discriminator(*logits)
        real_accuracy, fake_accuracy = self.adversarial_loss.accuracy(*logits)
        return {
            "discriminator_loss": loss + sum(self.discriminator.losses),
            "real_accuracy": real_accuracy,
            "fake_accuracy": fake_accuracy,
        }

    @logs(down=["generator_loss", "generator_adversarial_loss", "generator_regularization_loss"])
    @logs(down=["refinement_l1"])
    def generator_losses(self, real, refined, training):
        """Returns L_R by term, and the mean distance of pixels, E|R(x) - x|."""
        synthetic, images = real
        relativistic = self.adversarial_loss.relativistic
        real_logits = self.apply(self.discriminator, images, training) if relativistic else None
        logits = self.apply(self.discriminator, refined, training)
        adversarial = _size(logits) * self.adversarial_loss.generator(logits, real_logits)
        kept, changed = synthetic, refined
        if self.features is not None:
            kept, changed = (self.apply(self.features, each) for each in (synthetic, refined))
        distance = self.regularization_weight * _size(kept) * losses.l1(kept, changed)
        # At first the distance alone counts.
        played = 1.0 if not training else tf.cast(self.steps >= self.generator_start, "float32")
        return {
            "generator_loss": played * adversarial + distance + sum(self.generator.losses),
            "generator_adversarial_loss": adversarial,
            "generator_regularization_loss": distance,
            "refinement_l1": losses.l1(synthetic, refined),
        }

    def examined_pairs(self, real, fake):
        """Returns real images and refined ones, whose diversity is compared."""
        _, images = real
        return [(images, fake)]

    # ------------------------------------------------------------------ images out

    @functools.cached_property
    def to_images(self):
        """The compiled function from uint8 images (N, H, W, C) to refined ones."""
        network = self._accelerated[self.sampler]
        return tf.function(
            lambda images: to_uint8(apply_padded(network, to_float(images))),
            input_signature=[
                tf.TensorSpec(open_shape(network, self.image_shape), "uint8", "images")
            ],
            autograph=False,
        )

    def refine(self, images, batch_size=64):
        """Refines synthetic images.

        Args:
            images: uint8 in [0, 255] or float in [-1, 1], (N, H, W, channels). The paper's refiner
                takes any H and W.
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255] of the same shape.

        Raises:
            ValueError: If the images have another type, range or number of channels.
        """
        return predict_images(self.to_images, images, batch_size)

    def score(self, images):
        """Returns the discriminator's float32 logits of uint8 images."""
        return tf.cast(self.apply(self.discriminator, to_float(images)), "float32")

    def real_and_inputs(self, x, y):
        """Returns the real images and the synthetic ones."""
        return y, x

    def make_from(self, inputs, count, seed):
        """Returns the refined synthetic images."""
        return self.refine(inputs)

    def grid(self, synthetic, real):
        """Returns a picture, a row for each example: a synthetic image, refined, and a real one.

        Args:
            synthetic: Synthetic images, uint8 or float in [-1, 1], (N, H, W, C).
            real: As many real images, of their own.

        Returns:
            One picture, uint8 (H, W, C).
        """
        self.check_held_out_batch(synthetic, real, "examples")
        return comparison_grid([synthetic, self.refine(synthetic), real])

    def endpoints(self):
        """Serves `refine` and `discriminate`."""
        images = tf.TensorSpec((None, *self.image_shape), "uint8", "images")
        return {
            "refine": (self.to_images, self.to_images.input_signature),
            "discriminate": (self.score, [images]),
        }

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return {"discriminate": "logits"}

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "image_shape": self.image_shape,
            "regularization_weight": self.regularization_weight,
            "generator_steps": self.generator_steps,
            "discriminator_steps": self.discriminator_steps,
            "generator_start": self.generator_start,
            "discriminator_start": self.discriminator_start,
            "history_size": self.history_size,
        }


def _size(batch):
    """Returns how many numbers an example of a batch has, by which a mean becomes a sum."""
    return tf.cast(tf.reduce_prod(tf.shape(batch)[1:]), "float32")
