"""What models of noise do by searching their latents: fill holes in images, and invert G."""

import functools
import math

import numpy as np
import tensorflow as tf

from kerasgan import losses
from kerasgan.data import (
    check_images,
    check_masks,
    comparison_grid,
    poisson_blend,
    to_float,
    to_uint8,
)
from kerasgan.engine.checks import check_integer
from kerasgan.networks.common import check_seed


class Completes:
    """A mixin for models whose images are differentiable in their latents: `complete`, `invert`.

    Yeh et al., "Semantic Image Inpainting with Deep Generative Models", 2016, arXiv:1607.07539. Of
    a picture y with a hole, the latents are sought whose image is like it around the hole, and
    likely by the discriminator:

        z* = argmin_z sum_pixels W |G(z) - y| + weight sp(-D(G(z)))

    with sp(l) = log(1 + exp(l)) and W as `kerasgan.losses.context_weights`. The hole is filled with
    G(z*), blended into y. Networks are in inference mode, and their weights are not touched.

    A model has what `Generates` and `HasLatents` have.
    """

    def complete(
        self,
        images,
        masks,
        *conditions,
        steps=500,
        weight=0.003,
        restarts=8,
        seed=0,
        batch_size=16,
    ):
        """Fills holes in images with what the generator makes for them.

        Args:
            images: uint8 in [0, 255] or float in [-1, 1], (N, *image_shape).
            masks: True, or 1, where pixels are missing, which then do not count: (H, W) for all
                images, or (N, H, W).
            *conditions: What the generator takes beside latents, such as labels.
            steps: How many steps of Adam, whose learning rate falls from 0.03 to 0 by a cosine.
            weight: The weight of the discriminator's term.
            restarts: How many latents the search begins with, drawn by the seed, the same ones for
                each image; the one that ends with the least loss counts.
            seed: An integer in [0, 2**32).
            batch_size: How many images to search for at once, each with all its restarts.

        Returns:
            A NumPy array of uint8 in [0, 255], (N, *image_shape): the images, missing pixels filled
            and the others as they were.

        Raises:
            ValueError: If the images or masks are of another shape, type or range, or an option is
                out of range.
        """
        options = steps, weight, restarts, seed, batch_size
        return self._completed(images, masks, conditions, *options)[-1]

    def completion_grid(
        self,
        images,
        masks,
        *conditions,
        steps=500,
        weight=0.003,
        restarts=8,
        seed=0,
        batch_size=16,
    ):
        """Returns a picture, a row for each image: with its hole, G(z*), completed, and itself.

        Arguments and errors are those of `complete`.

        Returns:
            One picture, uint8 (H, W, C).
        """
        options = steps, weight, restarts, seed, batch_size
        return comparison_grid([*self._completed(images, masks, conditions, *options), images])

    def invert(
        self, images, *conditions, steps=500, weight=0.003, restarts=8, seed=0, batch_size=16
    ):
        """Returns the latents that make images best, float32 (N, latent_dim).

        The search is that of `complete`, without a hole: W is 1 everywhere. A model with an
        encoder begins one of the restarts with the code of the image.

        Arguments and errors are those of `complete`.
        """
        self._check_images(images)
        images = to_float(images).numpy()
        seen = np.ones((len(images), *self.image_shape[:2], 1), "float32")
        drawn = self._first_latents(len(images), restarts, seed)
        starts = self.starts_of(images, drawn)
        return self._search(images, seen, starts, conditions, steps, weight, batch_size)

    # ------------------------------------------------------------------ what a variant may change

    def render(self, latents, *conditions):
        """Returns the images, float32 in [-1, 1], of latents, which gradients pass through."""
        return self.sample(latents, *conditions)

    def judge(self, images, latents, *conditions):
        """Returns the discriminator's logits of generated images, of their latents."""
        return self.logits(images)

    def starts_of(self, images, drawn):
        """Returns the latents (N, restarts, latent_dim) that inverting images begins with.

        Args:
            images: Float images.
            drawn: Draws, of that shape.
        """
        return drawn

    # ------------------------------------------------------------------ the search

    def _completed(self, images, masks, conditions, steps, weight, restarts, seed, batch_size):
        """Returns images with grey holes, what was made for them, and both blended, all uint8."""
        self._check_images(images)
        missing = check_masks(masks, self.image_shape, len(images))
        known = images if images.dtype == np.uint8 else to_uint8(images)
        known = np.where(missing, np.uint8(128), known)  # what is missing counts nowhere
        pixels = to_float(known).numpy()
        weights = losses.context_weights(missing).numpy()
        starts = self._first_latents(len(images), restarts, seed)
        latents = self._search(pixels, weights, starts, conditions, steps, weight, batch_size)
        made = [
            self._rendered(
                latents[i : i + batch_size], *(x[i : i + batch_size] for x in conditions)
            )
            for i in range(0, len(latents), batch_size)
        ]
        made = np.concatenate(made)
        blended = to_uint8(poisson_blend(pixels, made, missing)).numpy()
        return known, to_uint8(made).numpy(), np.where(missing, blended, known)

    def _check_images(self, images):
        if len(self.image_shape) != 3:
            raise ValueError(f"Latents are sought of images, but examples are {self.image_shape}.")
        check_images(images, self.image_shape, "images")

    def _first_latents(self, count, restarts, seed):
        """Returns draws (count, restarts, latent_dim), the same ones for each image."""
        drawn = self.sample_latent(check_integer("restarts", restarts), check_seed(seed))
        return np.broadcast_to(drawn, (count, *drawn.shape))

    def _search(self, images, weights, starts, conditions, steps, weight, batch_size):
        """Returns the latents of the least loss for each image, (N, latent_dim)."""
        if not 0 <= weight < math.inf:
            raise ValueError(f"weight must be a number of at least 0, got {weight!r}.")
        steps, weight = tf.constant(check_integer("steps", steps)), tf.constant(weight, "float32")
        batch_size, restarts = check_integer("batch_size", batch_size), starts.shape[1]
        found = []
        for i in range(0, len(images), batch_size):
            batch = [x[i : i + batch_size] for x in (images, weights, *conditions)]
            pixels, seen, *given = (tf.repeat(x, restarts, axis=0) for x in batch)
            first = tf.reshape(starts[i : i + batch_size], (-1, self.latent_dim))
            latents, loss = self._descend(pixels, seen, first, steps, weight, *given)
            best = tf.argmin(tf.reshape(loss, (-1, restarts)), axis=1)
            latents = tf.reshape(latents, (-1, restarts, self.latent_dim))
            found.append(tf.gather(latents, best, batch_dims=1).numpy())
        return np.concatenate(found)

    @functools.cached_property
    def _rendered(self):
        """The compiled function from latents, and conditions, to float images."""
        return tf.function(self.render, autograph=False, reduce_retracing=True)

    @functools.cached_property
    def _descend(self):
        """The compiled search, which returns latents, and their losses.

        It takes images, the weights of their pixels, latents, the number of steps, the weight of
        the discriminator's term, and conditions.
        """

        def search(images, weights, latents, steps, weight, *conditions):
            def loss_of(latents):  # (N,): each image has a search of its own
                made = self.render(latents, *conditions)
                prior = losses.prior_loss(self.judge(made, latents, *conditions))
                return losses.context_loss(images, made, weights) + weight * prior

            def step(i, latents, mean, square):
                with tf.GradientTape(watch_accessed_variables=False) as tape:
                    tape.watch(latents)
                    loss = loss_of(latents)
                gradient = tape.gradient(loss, latents)
                # Adam (Kingma and Ba, 2014), with beta_1 = 0.9 and beta_2 = 0.999.
                mean = 0.9 * mean + 0.1 * gradient
                square = 0.999 * square + 0.001 * tf.square(gradient)
                done = tf.cast(i, "float32")
                corrected = tf.sqrt(1 - 0.999 ** (done + 1)) / (1 - 0.9 ** (done + 1))
                rate = 0.015 * (1 + tf.cos(math.pi * done / tf.cast(steps, "float32")))
                change = rate * corrected * mean / (tf.sqrt(square) + 1e-8)
                return i + 1, self.nearest_latents(latents - change), mean, square

            zeros = tf.zeros_like(latents)
            state = tf.constant(0), latents, zeros, zeros
            _, latents, *_ = tf.while_loop(
                lambda i, *_: i < steps, step, state, parallel_iterations=1
            )
            return latents, loss_of(latents)

        return tf.function(search, autograph=False, reduce_retracing=True)
