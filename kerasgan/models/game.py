"""The alternating game of one generator and one discriminator."""

import keras
import tensorflow as tf

from kerasgan import losses
from kerasgan.models.base import AdversarialModel, batch_length, check_integer
from kerasgan.models.checks import ensure


class Game(AdversarialModel):
    """Algorithm 1 of Goodfellow et al., 2014, arXiv:1406.2661, whatever the examples are.

    A variant says what an example is in `unpack` and `fake_batch`, which return a batch of any
    structure whose first tensor is the images, and changes the losses.

    Args:
        generator: A built `keras.Model`.
        discriminator: A built `keras.Model`, or None.
        image_shape: (height, width, channels) of the images that the generator makes.
        discriminator_steps: The discriminator's updates before each of the generator's; None is
            the paper's.
        ema: As in `AdversarialModel`.
        seed: Likewise.

    Raises:
        ValueError: If an argument is out of range.
    """

    default_discriminator_steps = 1
    discriminator_weight = 1.0  # of the adversarial loss in D's
    penalty = None

    def __init__(
        self, generator, discriminator, image_shape, *, discriminator_steps=None, **kwargs
    ):
        steps = discriminator_steps
        if steps is None:
            steps = self.default_discriminator_steps
        self.discriminator_steps = check_integer("discriminator_steps", steps)
        super().__init__(generator, discriminator, image_shape, **kwargs)

    @property
    def least_batch(self):
        """The fewest examples that a batch to train on may hold: one for each update of D."""
        return self.discriminator_steps

    # ------------------------------------------------------------------ the paper

    def train_step(self, data):
        """Updates D on each part of the batch, then G once: Algorithm 1."""
        *parts, last = self.split(self.unpack(data))
        for real in parts:
            self.train_discriminator(real, self.fake_batch(real, training=True))
        with self.tape(self.generator) as tape:
            # One pass of G serves the last update of D and the update of G.
            fake = self.fake_batch(last, training=True)
            values = self.train_discriminator(last, tf.nest.map_structure(tf.stop_gradient, fake))
            values |= self.generator_losses(last, fake, training=True)
        self.minimize(values["generator_loss"], tape, self.generator, self.generator_optimizer)
        self.update_ema()
        return self.log(batch_length(last), **values)

    def imagine(self, inputs, training):
        """Returns the generator's images in float32, whatever a user's network computes in.

        In training they are the generator's, else those of the `sampler`.
        """
        network = self.generator if training else self.sampler
        return tf.cast(self.apply(network, inputs, training), "float32")

    def noise(self, training):
        """Returns the seed generator of training, or that of evaluation."""
        return self.seed_generator if training else self.evaluation_seed_generator

    def discriminator_losses(self, real, fake, training):
        """Returns D's loss by term, and its accuracies."""
        # Two passes: batch normalization must not mix real and generated statistics.
        real_logits = self.logits(real, training)
        fake_logits = self.logits(fake, training)
        return self.adversarial_terms(real, fake, real_logits, fake_logits, training)

    def adversarial_terms(self, real, fake, real_logits, fake_logits, training):
        """Returns D's loss in the adversarial game by term, and its accuracies."""
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        loss = self.discriminator_weight * loss
        values = {
            "discriminator_loss": loss + self.regularization(self.discriminator),
            "discriminator_adversarial_loss": loss,
        }
        if self.penalty is not None:
            penalty = self.penalize(real, fake, training)
            values["discriminator_loss"] += penalty
            values["discriminator_gradient_penalty"] = penalty
        accuracies = self.adversarial_loss.accuracy(real_logits, fake_logits)
        return values | dict(zip(("real_accuracy", "fake_accuracy"), accuracies, strict=True))

    def generator_losses(self, real, fake, training):
        """Returns G's loss, by term where it has several."""
        real_logits = self.reference_logits(real, training)
        fake_logits = self.logits(fake, training)
        loss = self.adversarial_loss.generator(fake_logits, real_logits)
        return {"generator_loss": loss + self.regularization(self.generator)}

    def reference_logits(self, real, training):
        """Returns the logits of real examples for G's loss, or None if the game needs none."""
        return self.logits(real, training) if self.adversarial_loss.relativistic else None

    def penalize(self, real, fake, training):
        """Returns the penalty on D's gradients at the points that the penalty chooses."""
        # What comes with the images, such as labels, stays as it is.
        (images, *others), (fake_images, *_) = tf.nest.flatten(real), tf.nest.flatten(fake)
        points = self.penalty.points(images, fake_images, self.noise(training))
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(points)
            logits = self.logits(tf.nest.pack_sequence_as(real, [points, *others]), training)
        return self.penalty(tape.gradient(logits, points))

    def split(self, batch):
        """Returns `discriminator_steps` equal parts of a batch.

        Raises:
            InvalidArgumentError: When a batch has fewer images than there are steps.
        """
        steps = self.discriminator_steps
        least = tf.reduce_min([batch_length(x) for x in tf.nest.flatten(batch)])
        found = f"each of discriminator_steps={steps} takes images of its own, but a batch holds"

        def part(x, i):
            length = batch_length(x) // steps
            return x[i * length : (i + 1) * length]

        with tf.control_dependencies([ensure(least >= steps, found, least)]):
            return [tf.nest.map_structure(lambda x, i=i: part(x, i), batch) for i in range(steps)]

    # ------------------------------------------------------------------ compiling

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
            discriminator_optimizer: Likewise.
            adversarial_loss: A `kerasgan.losses.AdversarialLoss` or its name; None is the paper's.
            penalty: A `kerasgan.losses.Penalty` on the discriminator's gradients; None is the
                paper's.
            **kwargs: `run_eagerly`, `steps_per_execution`, `jit_compile`, `auto_scale_loss`.

        Raises:
            ValueError: If the optimizers are one object, or the loss or penalty is unknown.
        """
        if penalty is not None and not isinstance(penalty, losses.Penalty):
            raise ValueError(
                f"penalty must be a kerasgan.losses.Penalty such as R1(10.0), got {penalty!r}."
            )
        self.penalty = penalty or type(self).penalty
        super().compile(generator_optimizer, discriminator_optimizer, adversarial_loss, **kwargs)

    def get_compile_config(self):
        """Returns the arguments of `compile`, or None before it was called."""
        config = super().get_compile_config()
        penalty = self.penalty and keras.saving.serialize_keras_object(self.penalty)
        return config and config | {"penalty": penalty}

    def loss_names(self):
        """Returns the names of the logged losses and accuracies."""
        names = super().loss_names()
        if self.penalty is not None:
            names += ["discriminator_adversarial_loss", "discriminator_gradient_penalty"]
        return names

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"discriminator_steps": self.discriminator_steps}
