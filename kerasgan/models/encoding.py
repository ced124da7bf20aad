"""What models have in common that encode images."""

import numpy as np
import tensorflow as tf

from kerasgan.data import check_images, image_grid, scatter, to_float, to_uint8
from kerasgan.engine.batches import predict_in_batches
from kerasgan.engine.examples import examples_of


class Encodes:
    """A mixin for models with an encoder: `encode`, `decode`, `reconstruct` and their endpoints.

    A model has `codes`, and what `Generates` has.
    """

    def codes(self, images, training=False):
        """Returns the codes, float32 (N, latent_dim), of float images."""
        raise NotImplementedError

    def check_batch(self, x, y, name):
        """Raises a ValueError if an array does not hold images."""
        check_images(x, self.image_shape, name)

    def encode(self, images, batch_size=256):
        """Returns the codes of images, a float32 array (N, latent_dim).

        Args:
            images: uint8 in [0, 255] or float in [-1, 1], (N, *image_shape).
            batch_size: How many images to compute at once.

        Raises:
            ValueError: If the images are of another shape, type or range.
        """
        check_images(images, self.image_shape, "images")
        return predict_in_batches(self._encoded, [images], batch_size)

    def decode(self, latents, batch_size=64):
        """Returns the images of codes, uint8 (N, *image_shape).

        Args:
            latents: Finite floats (N, latent_dim).
            batch_size: How many to compute at once.

        Raises:
            ValueError: If they are of another shape or type.
        """
        return predict_in_batches(self.to_images, [self.check_latents(latents)], batch_size)

    def reconstruct(self, images, batch_size=64):
        """Returns what the decoder makes of the codes of images, uint8 (N, *image_shape).

        Arguments and errors are those of `encode`.
        """
        check_images(images, self.image_shape, "images")
        return predict_in_batches(self._reconstructed, [images], batch_size)

    def check_latents(self, latents):
        """Returns codes as float32.

        Raises:
            ValueError: If they are no finite floats (N, latent_dim).
        """
        examples_of((self.latent_dim,)).check(latents, "latents")
        return tf.cast(latents, "float32")

    def _encoded(self, images):
        return self.codes(to_float(images))

    def _reconstructed(self, images):
        return self.to_images(self._encoded(images))

    def starts_of(self, images, drawn):
        """Returns latents to begin inverting images with: the code of each, then draws."""
        return np.concatenate([self.encode(images)[:, None], drawn[:, 1:]], axis=1)

    # ------------------------------------------------------------------ pictures

    def comparison(self, images, *labels):
        """Returns a picture, uint8 (H, W, C): a row of images above a row of reconstructions.

        Args:
            images: As in `encode`; a few.
            *labels: Further arguments of `reconstruct`.
        """
        made = self.reconstruct(images, *labels)
        rows = [to_uint8(to_float(images)).numpy(), made]
        return image_grid(tf.concat(rows, axis=0).numpy(), columns=len(images))

    def map_of_codes(self, images, labels, seed=0):
        """Returns a picture of the codes of images, coloured by class, over draws of the prior.

        Args:
            images: As in `encode`.
            labels: Their classes, integers (N,).
            seed: The seed of the draws, of which there are as many, in grey.

        Returns:
            uint8 (H, W, 3), of the first two axes of the codes.
        """
        codes = self.encode(images)
        return scatter(codes, labels, behind=self.sample_latent(len(codes), seed).numpy())

    # ------------------------------------------------------------------ serving

    def endpoints(self):
        """Serves `encode`, `decode` and `reconstruct` too; `decode` is `generate`."""
        served, images = super().endpoints(), self.images_signature()
        return served | {
            "encode": (self._encoded, images[:1]),
            "decode": served["generate"],
            "reconstruct": (self._reconstructed, images),
        }

    def images_signature(self):
        """Returns the tensor specifications of what `reconstruct` takes."""
        return [self.examples.spec()]

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return super().output_names() | {"encode": "latents"}
