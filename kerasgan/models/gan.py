"""The original generative adversarial network, from which noise-driven variants derive."""

import functools
import math
import random

import keras
import numpy as np
import tensorflow as tf

from kerasgan import networks
from kerasgan.data import check_image_shape, image_grid, to_uint8
from kerasgan.models.base import batch_length, check_integer
from kerasgan.models.checks import warn_of_bounded_logits
from kerasgan.models.game import Game
from kerasgan.models.shapes import input_shape_of, symbolic
from kerasgan.networks.common import check_seed


@keras.saving.register_keras_serializable("kerasgan")
class GAN(Game):
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
        image_shape = image_shape and check_image_shape(image_shape)

        if generator is not None:
            beside = self.generator_conditions()
            latents = input_shape_of(
                generator, "generator", latent_dim and (latent_dim,), "latent_dim", beside
            )
            if len(latents) != 1:
                raise ValueError(f"The generator must take latents (N, dim), it takes {latents}.")
            (latent_dim,) = latents
            made = generator(symbolic(latents, beside)).shape[1:]
            if image_shape not in (None, made):
                raise ValueError(f"image_shape is {image_shape}, but the generator makes {made}.")
            image_shape = made
        if discriminator is not None:
            beside = self.discriminator_conditions()
            image_shape = input_shape_of(
                discriminator, "discriminator", image_shape, "image_shape", beside
            )
            self.check_outputs(discriminator(symbolic(image_shape, beside)))
            warn_of_bounded_logits(discriminator, image_shape, beside, self.logits_count)
        if generator is None:
            generator = self.build_generator(image_shape, latent_dim, seed)
        if discriminator is None:
            discriminator = self.build_discriminator(image_shape, seed)
        super().__init__(
            generator,
            discriminator,
            image_shape,
            discriminator_steps=discriminator_steps,
            ema=ema,
            seed=seed,
            **kwargs,
        )
        self.latent_dim = latent_dim

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

    def fake_batch(self, real, training):
        """Returns as many generated examples as there are real ones, in the same form."""
        latents = self.sample_latent(batch_length(real), self.noise(training))
        return self.imagine(latents, training)

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
        return self.render(self.draw_inputs(count, seed), batch_size)

    def draw_inputs(self, count, seed):
        """Returns the inputs of `to_images` of which `generate(count, seed)` makes its images."""
        return [self.sample_latent(count, seed)]

    def check_request(self, count, batch_size, seed):
        """Returns `generate`'s arguments as integers, the seed drawn if it is None.

        Raises:
            ValueError: As in `generate`.
        """
        seed = check_seed(random.randrange(2**31) if seed is None else seed)
        return check_integer("count", count), check_integer("batch_size", batch_size), seed

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
        return self.apply(self.sampler, latents)

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

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return super().output_names() | {"sample_latent": "latents"}

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "latent_dim": self.latent_dim,
        }
