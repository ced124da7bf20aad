"""What models have in common whose latents end with codes."""

import numpy as np
import tensorflow as tf

from kerasgan.data import check_labels, image_grid
from kerasgan.engine.batches import predict_in_batches


class GeneratesByCode:
    """A mixin for models of noise and codes: `generate(count, codes=)`, grids and endpoints.

    Latents are noise, a one-hot category of `num_categories`, and `num_continuous` numbers.
    """

    @property
    def code_dim(self):
        """The length of the codes."""
        return self.num_categories + self.num_continuous

    def parts(self, latents):
        """Splits latents into noise, one-hot category and continuous codes."""
        noise = latents.shape[1] - self.code_dim
        return tf.split(latents, [noise, self.num_categories, self.num_continuous], axis=1)

    def generate(self, count, codes=None, seed=None, batch_size=64):
        """Generates images.

        Args:
            count: How many images.
            codes: Categories, integers (count,) in [0, num_categories), or a single one for all;
                or all codes as the network takes them, floats (count, num_categories +
                num_continuous): a one-hot category, then continuous codes. None, and continuous
                codes that are not given, are drawn at random.
            seed: An integer in [0, 2**32) gives the same images each time.
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255], (count, *image_shape).

        Raises:
            ValueError: If the codes are out of range or of another shape, or as in `GAN.generate`.
        """
        count, batch_size, seed = self.check_request(count, batch_size, seed)
        return predict_in_batches(self.to_images, self.draw_inputs(count, seed, codes), batch_size)

    def draw_inputs(self, count, seed, codes=None):
        """Returns the latents, with codes, of which `generate` makes its images."""
        latents = self.sample_latent(count, seed)
        return [latents if codes is None else self.with_codes(latents, codes)]

    def with_codes(self, latents, codes):
        """Returns latents whose codes are those given, as `generate` takes them."""
        noise, _, continuous = self.parts(latents)
        count = len(latents)
        codes = np.asarray([codes] * count if np.ndim(codes) == 0 else codes)
        if codes.ndim == 1:
            categories = check_labels(codes, self.num_categories, count, "codes")
            return tf.concat([noise, tf.one_hot(categories, self.num_categories), continuous], 1)
        if codes.shape != (count, self.code_dim) or not np.isfinite(codes).all():
            raise ValueError(
                f"codes must be categories, integers ({count},) in [0, {self.num_categories}), or "
                f"finite vectors ({count}, {self.code_dim}); they have shape {codes.shape}."
            )
        return tf.concat([noise, tf.cast(codes, "float32")], 1)

    def sample_labelled(self, count, seed):
        """Returns generated images, and their categories."""
        _, categories, _ = self.parts(self.sample_latent(count, seed))
        return self.generate(count, seed=seed), np.argmax(categories, axis=1)

    def grid(self, count=64, seed=0):
        """Returns a picture with a category in each row, a continuous code walking along it.

        The first continuous code goes from -2 to 2, as in the paper's figure 2, where all else
        stays; without continuous codes the columns have different noise. There are at most 16
        rows, and `count` images, rounded up to whole rows.
        """
        rows = min(self.num_categories, 16)
        columns = -(-count // rows)
        latents = self.sample_latent(columns, seed).numpy()
        if self.num_continuous:
            latents[:] = latents[0]
            latents[:, self.latent_dim - self.num_continuous] = np.linspace(-2, 2, columns)
        latents = np.tile(latents, (rows, 1))
        latents = self.with_codes(latents, np.arange(rows).repeat(columns))
        return image_grid(predict_in_batches(self.to_images, [latents], 64), columns)

    def input_ranges(self):
        """Says what codes are, too."""
        codes = f"{self.num_categories} numbers of a category, one of them 1"
        codes += f", then {self.num_continuous} in [-1, 1]" * bool(self.num_continuous)
        latents = f"noise, uniform in [-1, 1], then codes: {codes}"
        return super().input_ranges() | {"latents": latents, "codes": codes}

    def endpoints(self):
        """Serves `generate_from_codes` and `classify` too.

        `generate_from_codes` takes codes (N, num_categories + num_continuous) and a seed, and
        makes the images of `model.generate`; `classify` gives the probabilities of categories.
        """
        codes = tf.TensorSpec((None, self.code_dim), "float32", "codes")

        def generate_from_codes(codes, seed):
            noise, _, _ = self.parts(self.sample_latent(tf.shape(codes)[0], seed))
            return self.to_images(tf.concat([noise, codes], axis=1))

        served = super().endpoints()
        seed = tf.TensorSpec((), "int64", "seed")
        return served | {"generate_from_codes": (generate_from_codes, [codes, seed])}
