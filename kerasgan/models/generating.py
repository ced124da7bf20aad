"""What models have in common that make images, or other examples, of noise."""

import functools
import random

import numpy as np
import tensorflow as tf

from kerasgan.engine.batches import predict_in_batches
from kerasgan.engine.checks import check_integer
from kerasgan.networks.common import check_seed


class Generates:
    """A mixin for models of noise: `generate(count)`, grids and endpoints.

    A model has `sample_latent` and `examples`.
    """

    def generate(self, count, seed=None, batch_size=64):
        """Generates images.

        Args:
            count: How many images.
            seed: An integer in [0, 2**32) gives the same images each time, whatever the batch
                size.
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255], (count, *image_shape); of float32 if examples are
            no images.

        Raises:
            ValueError: If `count` or `batch_size` is not a positive integer, or `seed` is out of
                range.
        """
        count, batch_size, seed = self.check_request(count, batch_size, seed)
        return predict_in_batches(self.to_images, self.draw_inputs(count, seed), batch_size)

    def make_from(self, inputs, count, seed):
        """Returns `generate(count, seed)`: see `kerasgan.engine.measuring`."""
        return self.generate(count, seed=seed)

    def draw_inputs(self, count, seed):
        """Returns the inputs of `to_images` of which `generate(count, seed)` makes its images."""
        return [self.sample_latent(count, seed)]

    def edited(self, inputs, truncation=1.0, count=None):
        """Returns a function to images and its inputs, truncated, or those of a walk.

        Args:
            inputs: Those of `to_images`, as `draw_inputs` returns them.
            truncation: What latents are multiplied with; below 1 images differ less.
            count: The images of a walk from each image to the next, and back to the first: a
                multiple of the inputs; None walks nowhere.
        """
        return self.to_images, edited_latents(*inputs, truncation=truncation, count=count)

    def check_request(self, count, batch_size, seed):
        """Returns `generate`'s arguments as integers, the seed drawn if it is None.

        Raises:
            ValueError: As in `generate`.
        """
        seed = check_seed(random.randrange(2**31) if seed is None else seed)
        return check_integer("count", count), check_integer("batch_size", batch_size), seed

    @functools.cached_property
    def to_images(self):
        """The compiled function from latents, and what goes with them, to uint8 images.

        Unlike `predict` it runs on one device: each replica has its own moving averages in batch
        normalization, and the first one's are those that are saved and exported.
        """
        return tf.function(
            lambda *inputs: self.examples.from_float(self.sample(*inputs)),
            input_signature=self.to_images_signature(),
            autograph=False,
        )

    def to_images_signature(self):
        """Returns the tensor specifications of the inputs of `to_images`."""
        return [tf.TensorSpec((None, self.latent_dim), "float32", "latents")]

    def sample(self, latents):
        """Returns the images, float32 in [-1, 1], of latents."""
        return self.apply(self.sampler, latents)

    def grid(self, count=64, seed=0):
        """Returns `generate(count, seed)` in one picture, uint8 (H, W, C), as square as it gets."""
        return self.examples.picture(self.generate(count, seed))

    def endpoints(self):
        """Serves `generate`, `generate_n`, `sample_latent` and `discriminate`.

        `generate` takes latents. From a count and a seed, `generate_n` makes the images of
        `model.generate`, and `sample_latent` their latents.
        """

        def generate_n(count, seed):
            return self.to_images(*self.draw_inputs(count, seed))

        integers = [tf.TensorSpec((), "int32", "count"), tf.TensorSpec((), "int64", "seed")]
        # The first is what servers call when no endpoint is named.
        return {
            "generate": (self.to_images, self.to_images.input_signature),
            "generate_n": (generate_n, integers),
            "sample_latent": (self.sample_latent, integers),
            "discriminate": (self.score, self.score_signature()),
        }

    def score(self, images, *conditions):
        """Returns the discriminator's float32 logits for uint8 images, or other examples.

        Args:
            images: (N, *image_shape).
            *conditions: What the discriminator takes beside them.
        """
        inputs = [self.examples.to_float(images), *map(tf.convert_to_tensor, conditions)]
        return tf.cast(self.logits(inputs if conditions else inputs[0]), "float32")

    def score_signature(self):
        """Returns the tensor specifications of what `score` takes."""
        return [self.examples.spec()]

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        names = dict.fromkeys(["generate", "generate_n"], self.examples.name)
        return names | {"discriminate": "logits", "sample_latent": "latents"}


def edited_latents(latents, *others, truncation, count):
    """Returns latents, and what goes with them, as `Generates.edited` has them."""
    latents = truncation * np.asarray(latents)
    if count is None:
        return [latents, *others]
    others = [np.repeat(np.asarray(x), count // len(latents), axis=0) for x in others]
    return [slerp(latents, count), *others]


def slerp(latents, count):
    """Returns latents (count, dim) on great circles from each to the next, and back to the first.

    White, "Sampling Generative Networks", 2016, arXiv:1609.04468: between, they are as long as
    latents are, which on straight lines they are not.
    """
    places = np.arange(count) * len(latents) / count
    first, share = places.astype(int), (places % 1)[:, None]
    a, b = latents[first], latents[(first + 1) % len(latents)]
    lengths = np.linalg.norm(a, axis=1, keepdims=True) * np.linalg.norm(b, axis=1, keepdims=True)
    cosine = np.sum(a * b, axis=1, keepdims=True) / np.maximum(lengths, 1e-12)
    angle = np.maximum(np.arccos(np.clip(cosine, -1, 1)), 1e-6)
    between = (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)
    return between.astype("float32")
