"""The alternating game, and the original generative adversarial network."""

import functools
import math

import keras
import tensorflow as tf

from kerasgan import losses, networks
from kerasgan.engine.batches import batch_length, split
from kerasgan.engine.checks import check_integer, warn_of_bounded_logits
from kerasgan.engine.examples import check_example_shape, examples_of
from kerasgan.engine.logs import logs
from kerasgan.engine.model import AdversarialModel
from kerasgan.engine.shapes import input_shape_of, symbolic
from kerasgan.models.completing import Completes
from kerasgan.models.generating import Generates


class Uniform(functools.partial):
    """A function of a shape and a seed that draws uniform latents."""

    def __str__(self):
        """Returns the law in words."""
        low, high = self.keywords["minval"], self.keywords["maxval"]
        return f"uniform in [{low:.4g}, {high:.4g}]"

    def nearest(self, latents):
        """Returns latents moved to where draws lie: into the range."""
        return tf.clip_by_value(latents, self.keywords["minval"], self.keywords["maxval"])


class Normal(functools.partial):
    """A function of a shape and a seed that draws latents of N(0, 1)."""

    def __str__(self):
        """Returns the law in words."""
        return "normal, mean 0, deviation 1"

    def nearest(self, latents):
        """Returns latents moved to where draws lie: near the sphere of radius sqrt(latent_dim)."""
        return math.sqrt(latents.shape[1]) * tf.math.l2_normalize(latents, axis=1)


def uniform(low, high):
    """Returns `draw_latents` of a model whose latents are uniform in [low, high]."""
    return staticmethod(Uniform(tf.random.stateless_uniform, minval=low, maxval=high))


def normal():
    """Returns `draw_latents` of a model whose latents are those of N(0, 1)."""
    return staticmethod(Normal(tf.random.stateless_normal))


class HasLatents:
    """A mixin for models of latents: `sample_latent`.

    A model has `latent_dim`, `seed_generator` and `draw_latents`, a function of a shape
    (count, latent_dim) and a seed (2,), such as `uniform` and `normal` return.
    """

    def sample_latent(self, count, seed=None):
        """Returns latents (count, latent_dim), float32.

        Args:
            count: How many.
            seed: An integer gives the latents that `generate(count, seed)` uses; None draws the
                next of the training stream, different in each replica; a
                `keras.random.SeedGenerator` draws its next.
        """
        if seed is None:
            seed = self.seed_generator
        if isinstance(seed, keras.random.SeedGenerator):
            seed = seed.next()
        else:
            seed = tf.stack([tf.cast(seed, "int64"), 0])
        return self.draw_latents((count, self.latent_dim), seed)

    def input_ranges(self):
        """Says how latents are drawn, too."""
        return super().input_ranges() | {"latents": str(self.draw_latents)}

    def nearest_latents(self, latents):
        """Returns latents moved to where draws lie; as they are if `draw_latents` does not tell."""
        return getattr(self.draw_latents, "nearest", tf.identity)(latents)


class AlternatingGAN(AdversarialModel):
    """Alternating training of a generator G and a discriminator D, on batches of any structure.

    Goodfellow et al., 2014, arXiv:1406.2661, Algorithm 1. A variant says what an example is in
    `unpack` and `fake_batch`, which return a batch of any structure, the images first.

    Args:
        players: A generator and a discriminator, built `keras.Model`s.
        image_shape: The shape of the examples that the generator makes.
        discriminator_steps: The discriminator's updates before each of the generator's; None is
            the paper's.
        **kwargs: `ema` and `seed`, as in `AdversarialModel`.

    Raises:
        ValueError: If an argument is out of range.
    """

    default_discriminator_steps = 1
    discriminator_weight = 1.0  # of the adversarial loss in D's
    penalty = None

    def __init__(self, players, image_shape, *, discriminator_steps=None, **kwargs):
        steps = discriminator_steps
        if steps is None:
            steps = self.default_discriminator_steps
        self.discriminator_steps = check_integer("discriminator_steps", steps)
        super().__init__(players, image_shape, **kwargs)

    @property
    def least_batch(self):
        """The fewest examples that a batch to train on may hold: one for each update of D."""
        return self.discriminator_steps

    # ------------------------------------------------------------------ the paper

    def train_step(self, data):
        """Updates D on each part of the batch, then G: Algorithm 1."""
        batch, steps = self.unpack(data), self.discriminator_steps
        *parts, last = [batch] if steps == 1 else split(batch, steps)
        for real in parts:
            fake = self.fake_batch(real, training=True)
            with tf.GradientTape() as tape:
                values = self.discriminator_losses(real, fake, training=True)
            self.update("discriminator", values["discriminator_loss"], tape)

        # One pass of G serves the last update of D and the update of G.
        with tf.GradientTape() as generator_tape:
            fake = self.fake_batch(last, training=True)
        with tf.GradientTape() as tape:
            values = self.discriminator_losses(last, fake, training=True)
        self.update("discriminator", values["discriminator_loss"], tape)
        with generator_tape:  # which goes on recording
            values |= self.generator_losses(last, fake, training=True)
        self.update("generator", values["generator_loss"], generator_tape)
        self.update_averages(batch_length(batch))
        values |= self.adapt_augment(batch_length(last), values)
        return self.log(batch_length(last), values)

    def discriminator_losses(self, real, fake, training):
        """Returns D's loss by term, and its accuracies."""
        # Two passes: batch normalization must not mix real and generated statistics.
        real_logits = self.apply(self.discriminator, real, training)
        fake_logits = self.apply(self.discriminator, fake, training)
        return self.adversarial_terms(real, fake, real_logits, fake_logits, training)

    @logs(down=["discriminator_loss"], up=["real_accuracy", "fake_accuracy"])
    @logs(down=["discriminator_adversarial_loss", "discriminator_gradient_penalty"], when="penalty")
    def adversarial_terms(self, real, fake, real_logits, fake_logits, training, gradients=None):
        """Returns D's loss in the adversarial game by term, and its accuracies.

        Args:
            real: Real examples.
            fake: Generated ones.
            real_logits: Their logits.
            fake_logits: Likewise.
            training: Whether it is training.
            gradients: The gradients of the logits by the "real" and the "fake" images, by these
                names, where they are known.
        """
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        loss = self.discriminator_weight * loss
        real_accuracy, fake_accuracy = self.adversarial_loss.accuracy(real_logits, fake_logits)
        values = {
            "discriminator_loss": loss + sum(self.discriminator.losses),  # such as weight decay
            "discriminator_adversarial_loss": loss,
            "real_accuracy": real_accuracy,
            "fake_accuracy": fake_accuracy,
        }
        if self.penalty is not None:
            logits = real_logits, fake_logits
            penalty = self.penalize(real, fake, logits, training, gradients)
            values["discriminator_loss"] += penalty
            values["discriminator_gradient_penalty"] = penalty
        return values

    @logs(down=["generator_loss"])
    def generator_losses(self, real, fake, training):
        """Returns G's loss, by term where it has several."""
        relativistic = self.adversarial_loss.relativistic
        real_logits = self.apply(self.discriminator, real, training) if relativistic else None
        fake_logits = self.apply(self.discriminator, fake, training)
        loss = self.adversarial_loss.generator(fake_logits, real_logits)
        return {"generator_loss": loss + sum(self.generator.losses)}

    def logits(self, batch, training=False):
        """Returns the discriminator's logits, its first output, for a batch of its inputs."""
        return tf.nest.flatten(self.apply(self.discriminator, batch, training))[0]

    def logits_and_gradients(self, batch, training):
        """Returns D's logits, and their gradients with respect to the images."""
        # What comes with the images, such as labels, stays as it is.
        images, *others = tf.nest.flatten(batch)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            logits = self.logits(tf.nest.pack_sequence_as(batch, [images, *others]), training)
        return logits, tape.gradient(logits, images)

    def penalize(self, real, fake, logits, training, gradients=None):
        """Returns the penalties on D, added up; arguments are those of `adversarial_terms`."""
        values = []
        for part in self.penalty.parts:
            if isinstance(part, losses.LeCam):
                values.append(self.anchor(part, *logits, training))
            elif isinstance(part, losses.Drift):
                values.append(part(logits[0]))
            else:
                values.append(self.penalize_gradients(part, real, fake, training, gradients))
        return sum(values)

    def anchor(self, lecam, real_logits, fake_logits, training):
        """Returns LeCam's penalty on D's logits, and moves its averages in training."""
        averages = tf.identity(self.logit_averages.value)
        if training:
            self.logit_averages.assign(lecam.moved(averages, real_logits, fake_logits))
        return lecam(real_logits, fake_logits, averages, self.discriminator_updates)

    def penalize_gradients(self, penalty, real, fake, training, known=None):
        """Returns the penalty on D's gradients at the points that it chooses."""
        (images, *others), (fake_images, *_) = tf.nest.flatten(real), tf.nest.flatten(fake)
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        points = penalty.points(images, fake_images, seeds)

        def value():
            batch = tf.nest.pack_sequence_as(real, [points, *others])
            _, gradients = self.logits_and_gradients(batch, training)
            return penalty.at(self.images_seen)(gradients)

        if penalty.every == 1 or not training:
            for side, examples in (("real", images), ("fake", fake_images)):
                if known and points is examples:
                    return penalty.at(self.images_seen)(known[side])
            return value()
        return self.lazily(penalty.every, self.discriminator_updates, lambda due: value())

    def lazily(self, every, updates, value):
        """Returns a penalty in every so many steps, as many times as large, and 0 in the others.

        Args:
            every: In every how many steps.
            updates: How many steps there have been.
            value: A function of whether it is due that returns the penalty. On several replicas
                it is called in each step.
        """
        if every == 1:
            return value(True)
        due = updates % every == 0
        if self.distribute_strategy.num_replicas_in_sync > 1:
            # Replicas do not wait for each other in a branch, as what draws or counts there must.
            return tf.where(due, every * value(due), 0.0)
        return tf.cond(due, lambda: every * value(True), lambda: 0.0)

    @property
    def discriminator_updates(self):
        """How many steps D has taken."""
        return updates_of(self.discriminator_optimizer)

    @property
    def generator_updates(self):
        """How many steps G has taken."""
        return updates_of(self.generator_optimizer)

    # ------------------------------------------------------------------ compiling

    def default_penalty(self):
        """Returns the paper's penalty, or None."""
        return type(self).penalty

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        adversarial_loss=None,
        penalty=None,
        **kwargs,
    ):
        """Prepares the model for training.

        Args:
            generator_optimizer: A `keras.optimizers.Optimizer` or its name; None is the paper's.
            discriminator_optimizer: The same for the discriminator.
            adversarial_loss: A `kerasgan.losses.AdversarialLoss` or its name; None is the paper's.
            penalty: A `kerasgan.losses.Penalty` on the discriminator's gradients, or
                `kerasgan.losses.LeCam` or `Drift` on its logits, or a sum of them, such as
                `R1(0.1) + R2(0.1)`; None is the paper's.
            **kwargs: `augment`, such as `kerasgan.augment.DiffAugment()`, and the other arguments
                of `AdversarialModel.compile`.

        Raises:
            ValueError: If the optimizers are one object, the loss or penalty is unknown, or what
                the discriminator sees cannot be augmented.
        """
        if penalty is not None and not isinstance(penalty, losses.Regularizer):
            raise ValueError(
                f"penalty must be a kerasgan.losses.Penalty such as R1(10.0), got {penalty!r}."
            )
        self.penalty = penalty or self.default_penalty()
        super().compile((generator_optimizer, discriminator_optimizer), adversarial_loss, **kwargs)
        anchored = any(
            isinstance(each, losses.LeCam) for each in getattr(self.penalty, "parts", [])
        )
        if anchored and not hasattr(self, "logit_averages"):
            with self.distribute_strategy.scope():
                self.logit_averages = self.add_state("logit_averages", "float32", "mean", (2,))

    def compile_arguments(self):
        """Returns the arguments of `compile`, options of Keras aside, by name."""
        return super().compile_arguments() | {"penalty": self.penalty}

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"discriminator_steps": self.discriminator_steps}


def updates_of(optimizer):
    """Returns how many steps an optimizer has taken, an integer tensor."""
    return getattr(optimizer, "inner_optimizer", optimizer).iterations.value


@keras.saving.register_keras_serializable("kerasgan")
class GAN(Completes, Generates, HasLatents, AlternatingGAN):
    """Generates images from noise.

    Goodfellow et al., "Generative Adversarial Networks", 2014, arXiv:1406.2661, Algorithm 1, with
    the non-saturating loss that the paper recommends. The paper's momentum grows from 0.5 to 0.7
    over 250 epochs; here it stays at 0.5.

    Args:
        image_shape: (height, width, channels); or (d,), for vectors such as points of a plane, of
            which `generate` makes floats. None takes it from the networks, whose
            examples may be arrays of any shape.
        latent_dim: The dimension of the latents. None is the paper's, or the generator's own.
        generator: A `keras.Model` from latents (N, latent_dim) to images (N, *image_shape) in
            [-1, 1]; None builds the paper's.
        discriminator: A `keras.Model` from images to raw logits, (N, 1) or a map of patches; None
            builds the paper's.
        discriminator_steps: The discriminator's updates before each of the generator's. They
            share the incoming batch, so that each sees fresh images: with 5 steps and a batch of
            320 each update sees 64, and a batch with fewer images than steps is refused. None is
            the paper's.
        ema: The decay of a moving average of the generator's weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.

    Raises:
        ValueError: If an argument is out of range, no network can be built for the image shape,
            or the networks fit neither each other nor the other arguments.
    """

    default_latent_dim = 100
    # Whether the networks for vectors are those of `kerasgan.networks.points`.
    takes_vectors = True

    def __init__(
        self,
        image_shape=None,
        latent_dim=None,
        generator=None,
        discriminator=None,
        *,
        discriminator_steps=None,
        ema=None,
        seed=None,
        **kwargs,
    ):
        if image_shape is None and generator is None and discriminator is None:
            raise ValueError("Give an image_shape such as (64, 64, 3), or networks of your own.")
        if latent_dim is None and generator is None:
            latent_dim = self.default_latent_dim
        if latent_dim is not None:
            latent_dim = check_integer("latent_dim", latent_dim)
        own = generator is not None and discriminator is not None
        image_shape = image_shape and check_example_shape(image_shape, any_rank=own)

        if generator is not None:
            extra_shapes = self.generator_conditions()
            latents = input_shape_of(
                generator, "generator", latent_dim and (latent_dim,), "latent_dim", extra_shapes
            )
            if len(latents) != 1:
                raise ValueError(f"The generator must take latents (N, dim), it takes {latents}.")
            (latent_dim,) = latents
            made = keras.tree.flatten(generator(symbolic(latents, extra_shapes)))[-1].shape[1:]
            if image_shape not in (None, made):
                raise ValueError(f"image_shape is {image_shape}, but the generator makes {made}.")
            image_shape = made
        if discriminator is not None:
            extra_shapes = self.discriminator_conditions()
            image_shape = input_shape_of(
                discriminator, "discriminator", image_shape, "image_shape", extra_shapes
            )
            self.check_outputs(discriminator(symbolic(image_shape, extra_shapes)))
            warn_of_bounded_logits(discriminator, image_shape, extra_shapes, self.logits_count)
        builders = self.build_generator, self.build_discriminator
        if len(image_shape) != 3 and not own:
            self._check_vectors(image_shape)
            builders = networks.points.generator, networks.points.discriminator
        if generator is None:
            generator = builders[0](image_shape, latent_dim, seed=seed)
        if discriminator is None:
            discriminator = builders[1](image_shape, seed=seed)
        super().__init__(
            (generator, discriminator),
            image_shape,
            discriminator_steps=discriminator_steps,
            ema=ema,
            seed=seed,
            **kwargs,
        )
        self.latent_dim = latent_dim
        vars(self)["examples"] = examples_of(self.image_shape)

    def _check_vectors(self, shape):
        if not self.takes_vectors or len(shape) != 1:
            raise ValueError(
                f"{type(self).__name__} has no networks for examples of shape {tuple(shape)}: give "
                "a generator and a discriminator of your own."
            )

    # ------------------------------------------------------------------ what a variant may change

    def generator_conditions(self):
        """Returns the shapes of what the generator takes beside latents."""
        return ()

    def discriminator_conditions(self):
        """Returns the shapes of what the discriminator takes beside images."""
        return ()

    def check_outputs(self, outputs):
        """Raises a ValueError if a user's discriminator has other outputs than the variant needs.

        Args:
            outputs: What the discriminator makes of symbolic inputs.
        """

    # ------------------------------------------------------------------ the paper

    def build_generator(self, image_shape, latent_dim, seed):
        """Returns the paper's generator."""
        return networks.gan.generator(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.gan.discriminator(image_shape, seed=seed)

    def default_optimizers(self):
        """Returns stochastic gradient descent with momentum, the learning rate decaying."""

        def optimizer():
            decay = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 1 / 1.000004)
            return keras.optimizers.SGD(decay, momentum=0.5)

        return optimizer(), optimizer()

    # Noise of unit variance.
    draw_latents = uniform(-math.sqrt(3), math.sqrt(3))

    def check_batch(self, x, y, name):
        """Raises a ValueError if an array does not hold the examples that the model makes."""
        self.examples.check(x, name)

    def fake_batch(self, real, training):
        """Returns as many generated examples as there are real ones, in the same form."""
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        generator = self.generator if training else self.sampler
        latents = self.sample_latent(tf.shape(real)[0], seeds)
        return tf.cast(self.apply(generator, latents, training), "float32")

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        arguments = {"image_shape": self.image_shape, "latent_dim": self.latent_dim}
        return super().get_config() | arguments
