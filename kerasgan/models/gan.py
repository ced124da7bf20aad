"""The original generative adversarial network, from which noise-driven variants derive."""

import functools
import math
import numbers
import random

import keras
import numpy as np
import tensorflow as tf

from kerasgan import losses, networks
from kerasgan.data import check_image_shape, image_grid, to_uint8
from kerasgan.models.base import AdversarialModel, batch_length
from kerasgan.networks.common import check_seed


@keras.saving.register_keras_serializable("kerasgan")
class GAN(AdversarialModel):
    """Generates images from noise.

    Goodfellow et al., "Generative Adversarial Networks", 2014, arXiv:1406.2661, Algorithm 1, with
    the non-saturating loss that the paper recommends. The paper's momentum grows from 0.5 to 0.7
    over 250 epochs; here it stays at 0.5.

    Args:
        image_shape: (height, width, channels), 1 to 4 channels. None takes it from the networks.
        latent_dim: The dimension of the latents. None is the paper's, or the generator's own.
        generator: A `keras.Model` from latents (N, latent_dim) to images (N, *image_shape) in
            [-1, 1]; None builds the paper's.
        discriminator: A `keras.Model` from images to raw logits, (N, 1) or a map of patches; None
            builds the paper's.
        discriminator_steps: The discriminator's updates before each of the generator's. They
            share the incoming batch, so that each sees fresh images: with 5 steps and a batch of
            320 each update sees 64. None is the paper's.
        ema: The decay of a moving average of the generator's weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.

    Raises:
        ValueError: If an argument is out of range, no network can be built for the image shape,
            or the networks fit neither each other nor the other arguments.
    """

    default_latent_dim = 100
    default_discriminator_steps = 1
    penalty = None

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
        steps = discriminator_steps
        if steps is None:
            steps = self.default_discriminator_steps
        steps = _positive("discriminator_steps", steps)
        if image_shape is None and generator is None and discriminator is None:
            raise ValueError("Give an image_shape such as (64, 64, 3), or networks of your own.")
        if latent_dim is None and generator is None:
            latent_dim = self.default_latent_dim
        if latent_dim is not None:
            latent_dim = _positive("latent_dim", latent_dim)
        image_shape = image_shape and check_image_shape(image_shape)

        if generator is not None:
            beside = self.generator_conditions()
            latents = _input_shape(
                generator, "generator", latent_dim and (latent_dim,), "latent_dim", beside
            )
            if len(latents) != 1:
                raise ValueError(f"The generator must take latents (N, dim), it takes {latents}.")
            (latent_dim,) = latents
            made = generator(_symbolic(latents, beside)).shape[1:]
            if image_shape not in (None, made):
                raise ValueError(f"image_shape is {image_shape}, but the generator makes {made}.")
            image_shape = made
        if discriminator is not None:
            beside = self.discriminator_conditions()
            image_shape = _input_shape(
                discriminator, "discriminator", image_shape, "image_shape", beside
            )
            self.check_outputs(discriminator(_symbolic(image_shape, beside)))
        if generator is None:
            generator = self.build_generator(image_shape, latent_dim, seed)
        if discriminator is None:
            discriminator = self.build_discriminator(image_shape, seed)
        super().__init__(generator, discriminator, image_shape, ema=ema, seed=seed, **kwargs)
        self.latent_dim = latent_dim
        self.discriminator_steps = steps

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
        return networks.maxout.generator(image_shape, latent_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.maxout.discriminator(image_shape, seed=seed)

    def default_optimizers(self):
        """Returns stochastic gradient descent with momentum, the learning rate decaying."""

        def optimizer():
            decay = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 1 / 1.000004)
            return keras.optimizers.SGD(decay, momentum=0.5)

        return optimizer(), optimizer()

    def draw_latents(self, shape, seed):
        """Returns uniform noise of unit variance."""
        return tf.random.stateless_uniform(shape, seed, -math.sqrt(3), math.sqrt(3))

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

    def train_discriminator(self, real, fake):
        """Takes one step of D; returns its losses and accuracies."""
        with self.tape(self.discriminator) as tape:
            values = self.discriminator_losses(real, fake, training=True)
        self.minimize(
            values["discriminator_loss"], tape, self.discriminator, self.discriminator_optimizer
        )
        return values

    def test_step(self, data):
        """Returns the losses and accuracies on held-out images, changing nothing."""
        real = self.unpack(data)
        size = batch_length(real)
        # A replica's share of the last batch may be empty, which gradients do not take: a blank
        # example stands in, and counts for nothing.
        real = tf.nest.map_structure(
            lambda x: tf.pad(x, [[0, tf.cast(size == 0, "int32")]] + [[0, 0]] * (len(x.shape) - 1)),
            real,
        )
        fake = self.fake_batch(real, training=False)
        values = self.discriminator_losses(real, fake, training=False)
        return self.log(size, **values, **self.generator_losses(real, fake, training=False))

    def fake_batch(self, real, training):
        """Returns as many generated examples as there are real ones, in the same form."""
        latents = self.sample_latent(batch_length(real), self.noise(training))
        return self.imagine(latents, training)

    def imagine(self, inputs, training):
        """Returns the generator's images in float32, whatever a user's network computes in."""
        return tf.cast(self.generator(inputs, training=training), "float32")

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
        real_logits = None
        if self.adversarial_loss.relativistic:
            real_logits = self.logits(real, training)
        fake_logits = self.logits(fake, training)
        loss = self.adversarial_loss.generator(fake_logits, real_logits)
        return {"generator_loss": loss + self.regularization(self.generator)}

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

        An incomplete last batch with fewer images than steps has its images in several parts.
        """

        def part(x, i):
            size = tf.shape(x)[0]
            length = tf.maximum(size // self.discriminator_steps, 1)
            start = i * length % size
            return x[start : start + length]

        return [
            tf.nest.map_structure(lambda x, i=i: part(x, i), batch)
            for i in range(self.discriminator_steps)
        ]

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

    # ------------------------------------------------------------------ generating

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

    def generate(self, count, seed=None, batch_size=64):
        """Generates images.

        Args:
            count: How many images.
            seed: An integer in [0, 2**32) gives the same images each time, whatever the batch
                size.
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255], (count, *image_shape).

        Raises:
            ValueError: If `count` or `batch_size` is not a positive integer, or `seed` is out of
                range.
        """
        count, batch_size, seed = self.check_request(count, batch_size, seed)
        return self.render([self.sample_latent(count, seed)], batch_size)

    def check_request(self, count, batch_size, seed):
        """Returns `generate`'s arguments as integers, the seed drawn if it is None.

        Raises:
            ValueError: As in `generate`.
        """
        seed = check_seed(random.randrange(2**31) if seed is None else seed)
        return _positive("count", count), _positive("batch_size", batch_size), seed

    def render(self, inputs, batch_size):
        """Returns the uint8 images of the inputs of `to_images`, in batches, as a NumPy array."""
        starts = range(0, len(inputs[0]), batch_size)
        batches = [[x[start : start + batch_size] for x in inputs] for start in starts]
        return np.concatenate([self.to_images(*batch).numpy() for batch in batches])

    @functools.cached_property
    def to_images(self):
        """The compiled function from latents, and what goes with them, to uint8 images.

        Unlike `predict` it runs on one device: each replica has its own moving averages in batch
        normalization, and the first one's are those that are saved and exported.
        """
        return tf.function(
            lambda *inputs: to_uint8(self.sample(*inputs)),
            input_signature=self.to_images_signature(),
        )

    def to_images_signature(self):
        """Returns the tensor specifications of the inputs of `to_images`."""
        return [tf.TensorSpec((None, self.latent_dim), "float32", "latents")]

    def sample(self, latents):
        """Returns the images, float32 in [-1, 1], of latents."""
        return self.sampler(latents, training=False)

    def grid(self, count=64, seed=0):
        """Returns `generate(count, seed)` in one picture, uint8 (H, W, C), as square as it gets."""
        return image_grid(self.generate(count, seed))

    def endpoints(self):
        """Serves `generate`, `generate_n`, `sample_latent` and `discriminate`.

        `generate` takes latents. From a count and a seed, `generate_n` makes the images of
        `model.generate`, and `sample_latent` their latents.
        """

        def generate_n(count, seed):
            return self.to_images(self.sample_latent(count, seed))

        integers = [tf.TensorSpec((), "int32", "count"), tf.TensorSpec((), "int64", "seed")]
        # The first is what servers call when no endpoint is named.
        return {
            "generate": (self.to_images, self.to_images.input_signature),
            "generate_n": (generate_n, integers),
            "sample_latent": (self.sample_latent, integers),
        } | super().endpoints()

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "latent_dim": self.latent_dim,
            "discriminator_steps": self.discriminator_steps,
        }


def _positive(name, value):
    """Returns a positive integer as an int."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(f"{name} must be a positive integer, got {value!r}.")
    return int(value)


def _input_shape(network, name, given, argument, beside):
    """Returns the shape of a user's network's first input: its own, or the one given beside it.

    Args:
        network: The network.
        name: What it is called, for errors.
        given: The shape that the user gave, or None.
        argument: The argument that it was given as.
        beside: The shapes of its other inputs.
    """
    if not isinstance(network, keras.Model):
        raise ValueError(f"{name} must be a keras.Model, got {network!r}.")
    own = getattr(network, "input_shape", None)  # subclassed models do not know theirs
    if isinstance(own, (list, dict)) or (own is not None and beside):
        shapes = own if isinstance(own, list) else [own]
        if len(shapes) != 1 + len(beside):
            wanted = "one input" if not beside else f"{1 + len(beside)} inputs, in a list"
            raise ValueError(f"The {name} must have {wanted}, it has {len(shapes)}.")
        own, *others = shapes
        if [other[1:] for other in others] != list(beside):
            raise ValueError(
                f"The {name} takes {[other[1:] for other in others]} beside its first input, but "
                f"must take {list(beside)}."
            )
    if own is None and given is None:
        raise ValueError(
            f"The {name} does not tell what it takes: give {argument}, or start it with "
            "keras.Input."
        )
    if own is None or (None in own[1:] and given is not None):
        return given
    if given not in (None, own[1:]):
        raise ValueError(f"The {name} takes {own[1:]}, but {argument} says {given}.")
    return own[1:]


def _symbolic(shape, beside):
    """Symbolic inputs of a network that takes one shape, or several in a list."""
    inputs = [keras.Input(each) for each in (shape, *beside)]
    return inputs if beside else inputs[0]
