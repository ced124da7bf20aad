"""What models have in common whose generators are told a style at each layer."""

import functools

import keras
import numpy as np
import tensorflow as tf

from kerasgan.data import check_image_shape, image_grid
from kerasgan.engine.batches import batch_length, predict_in_batches
from kerasgan.engine.checks import check_integer, warn_of_bounded_logits
from kerasgan.engine.examples import examples_of
from kerasgan.engine.players import Networks
from kerasgan.engine.shapes import check_network, input_shape_of
from kerasgan.models.completing import Completes
from kerasgan.models.gan import AlternatingGAN, HasLatents, normal
from kerasgan.models.generating import Generates
from kerasgan.networks.common import check_seed


class StyleBased(Completes, Generates, HasLatents, AlternatingGAN):
    """Generates images from noise by styles: `map`, `synthesize`, `mix`.

    Karras et al., "A Style-Based Generator Architecture for Generative Adversarial Networks", 2018,
    arXiv:1812.04948. A mapping network makes w of latents z. The synthesis network makes an image
    of w at each of its layers; the coarse layers, the first ones, decide what an image shows, the
    fine ones what it looks like.

    In training some images are made of two w, the second from a random layer on, with the
    probability `mixing`: neighbouring layers learn not to rely on each other. And the average of w
    is kept: truncation, w' = average + psi (w - average), makes images better and more alike.

    A variant builds networks in `build_mapping`, `build_synthesis` and `build_discriminator`.

    Args:
        image_shape: (height, width, channels); None takes it from the discriminator.
        latent_dim: The dimension of the latents; None is the mapping network's own, or 512.
        mapping: A `keras.Model` from latents (N, latent_dim) to w (N, style_dim); None builds the
            paper's.
        synthesis: A `keras.Model` from w at each layer, (N, layers, style_dim), to images; None
            builds the paper's.
        discriminator: A `keras.Model` from images to raw logits (N, 1); None builds the paper's.
        mixing: The probability of two w.
        ema: The decay of a moving average of the weights of the generator, in (0, 1), or a
            `HalfLife` in images; None keeps no average.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.
        **kwargs: `discriminator_steps`, as in `GAN`.

    Raises:
        ValueError: If an argument is out of range, no networks can be built for the image shape,
            or the networks fit neither each other nor the other arguments.
    """

    network_names = ("mapping", "synthesis", "discriminator")
    default_latent_dim = 512
    default_style_dim = 512
    draw_latents = normal()
    sampler_code = "sampler.layers[-1]"
    # w_average moves this part of the way in a step.
    average_rate = 0.005
    # How many layers truncation is for, the coarsest first; None is for all.
    truncated_layers = None

    def __init__(
        self,
        image_shape=None,
        latent_dim=None,
        mapping=None,
        synthesis=None,
        discriminator=None,
        *,
        mixing=0.9,
        ema=None,
        seed=None,
        **kwargs,
    ):
        if not 0 <= mixing <= 1:
            raise ValueError(f"mixing must be a probability, got {mixing!r}.")
        others = self.discriminator_conditions()
        if discriminator is not None:
            image_shape = input_shape_of(
                discriminator, "discriminator", image_shape, "image_shape", others
            )
        if image_shape is None:
            raise ValueError("Give an image_shape such as (64, 64, 3), or networks of your own.")
        shape = check_image_shape(image_shape)
        latents = None if latent_dim is None else (check_integer("latent_dim", latent_dim),)
        if mapping is not None:
            latents = input_shape_of(mapping, "mapping", latents, "latent_dim", ())
        (latent_dim,) = latents = latents or (self.default_latent_dim,)
        mapping = mapping or self.build_mapping(latent_dim, seed)
        (style_dim,) = tuple(mapping(keras.Input(latents)).shape[1:])
        synthesis = synthesis or self.build_synthesis(shape, style_dim, seed)
        discriminator = discriminator or self.build_discriminator(shape, seed)
        count, _ = input_shape_of(synthesis, "synthesis", None, "synthesis", ())
        styles = (count, style_dim)
        check_network(synthesis, "synthesis", [styles], self.made_shapes(shape), "mapping")
        warn_of_bounded_logits(discriminator, shape, others, self.logits_count)
        players = Networks([mapping, synthesis], "generator"), discriminator
        super().__init__(players, shape, ema=ema, seed=seed, **kwargs)
        self.mapping, self.synthesis = mapping, synthesis
        self.mixing, self.latent_dim = mixing, latent_dim
        self.layers_count, self.style_dim = styles
        self.w_average = self.add_state("w_average", "float32", "mean", (style_dim,))
        vars(self)["examples"] = examples_of(shape)

    # ------------------------------------------------------------------ what a variant may change

    def discriminator_conditions(self):
        """Returns the shapes of what the discriminator takes beside images."""
        return ()

    def made_shapes(self, image_shape):
        """Returns the shapes of what the synthesis network makes."""
        return [image_shape]

    def active_layers(self):
        """Returns how many of the synthesis network's layers are in use."""
        return self.layers_count

    # ------------------------------------------------------------------ the paper

    def check_batch(self, x, y, name):
        """Raises a ValueError if an array does not hold the images that the model makes."""
        self.examples.check(x, name)

    def fake_batch(self, real, training):
        """Returns as many generated images as there are real ones."""
        styles = self.draw_styles(batch_length(real), training)
        _, synthesis = (self.generator if training else self.sampler).layers
        return tf.cast(self.apply(synthesis, styles, training), "float32")

    def draw_styles(self, count, training, averaged=True):
        """Returns w at each layer, (N, layers, style_dim), of latents that are drawn.

        In training two w are mixed, and the average of w follows the first, unless these are not
        to be `averaged`.
        """
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        mapping, _ = (self.generator if training else self.sampler).layers
        w = self.apply(mapping, self.sample_latent(count, seeds), training)
        if not training:
            return self.at_layers(w)
        if averaged:
            average = self.w_average.value
            mean = tf.stop_gradient(tf.reduce_mean(tf.cast(w, "float32"), axis=0))
            self.w_average.assign(average + self.average_rate * (mean - average))
        other = self.apply(mapping, self.sample_latent(count, seeds), training)
        first = self.draw_crossover(seeds.next()) > tf.range(self.layers_count)
        return tf.where(first[:, None], self.at_layers(w), self.at_layers(other))

    def draw_crossover(self, seed):
        """Returns from which layer on the second w is used; the number of layers is never."""
        uniform = tf.random.stateless_uniform((2,), seed)
        layers = tf.cast(self.active_layers(), "float32")
        layer = 1 + tf.cast(tf.floor(uniform[1] * (layers - 1.0)), "int32")
        return tf.where(uniform[0] < self.mixing, layer, self.layers_count)

    def at_layers(self, w):
        """Returns w (N, style_dim) at each layer, (N, layers, style_dim)."""
        return tf.repeat(w[:, None], self.layers_count, axis=1)

    def truncated(self, w, psi):
        """Returns w (N, layers, style_dim) moved towards the average, by 1 - psi."""
        among = tf.range(self.layers_count) < (self.truncated_layers or self.layers_count)
        average = tf.cast(self.w_average, w.dtype)
        return tf.where(among[:, None], average + psi * (w - average), w)

    # ------------------------------------------------------------------ generating

    def generate(self, count, seed=None, batch_size=64, truncation=1.0):
        """Generates images.

        Args:
            count: How many images.
            seed: An integer in [0, 2**32) gives the same images each time, whatever the batch
                size.
            batch_size: How many images to compute at once.
            truncation: psi; below 1 images are better and more alike.

        Returns:
            A NumPy array of uint8 in [0, 255], (count, *image_shape).

        Raises:
            ValueError: If `count` or `batch_size` is not a positive integer, or `seed` is out of
                range.
        """
        count, batch_size, seed = self.check_request(count, batch_size, seed)
        return self.synthesize(self.map(self.sample_latent(count, seed), truncation), batch_size)

    def map(self, latents, truncation=1.0):
        """Returns w at each layer, float32 (N, layers, style_dim), of latents (N, latent_dim)."""
        return self._to_styles(tf.cast(latents, "float32"), float(truncation)).numpy()

    def synthesize(self, styles, batch_size=64):
        """Returns the images of w.

        Args:
            styles: w at each layer, (N, layers, style_dim), or of all layers, (N, style_dim).
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255], (N, *image_shape).

        Raises:
            ValueError: If `styles` have another shape.
        """
        styles = np.asarray(styles, "float32")
        if styles.ndim == 2 and styles.shape[1] == self.style_dim:
            styles = np.repeat(styles[:, None], self.layers_count, axis=1)
        if styles.ndim != 3 or styles.shape[1:] != (self.layers_count, self.style_dim):
            raise ValueError(
                f"styles must have the shape (N, {self.layers_count}, {self.style_dim}) or "
                f"(N, {self.style_dim}), got {styles.shape}."
            )
        return predict_in_batches(self._to_images_of_styles, [styles], batch_size)

    def mix(self, coarse_seeds, fine_seeds, layer, truncation=1.0):
        """Generates images whose coarse layers have one w, and the fine ones another.

        Args:
            coarse_seeds: Seeds of images whose w the layers before `layer` have: the image of a
                seed is `generate(1, seed)`.
            fine_seeds: Those whose w the layers from there on have.
            layer: The first of the fine layers, from 0 to the number of layers.
            truncation: psi.

        Returns:
            A NumPy array of uint8, (len(coarse_seeds), len(fine_seeds), *image_shape).

        Raises:
            ValueError: If there is no such layer, or a seed is out of range.
        """
        if not 0 <= layer <= self.layers_count:
            raise ValueError(f"layer must lie in [0, {self.layers_count}], got {layer!r}.")
        for seed in (*coarse_seeds, *fine_seeds):
            check_seed(seed)
        coarse, fine = (
            np.concatenate([self.map(self.sample_latent(1, seed), truncation) for seed in seeds])
            for seeds in (coarse_seeds, fine_seeds)
        )
        shape = len(coarse), len(fine)
        rows = np.repeat(coarse[:, :layer], shape[1], axis=0)
        columns = np.tile(fine[:, layer:], (shape[0], 1, 1))
        images = self.synthesize(np.concatenate([rows, columns], axis=1))
        return images.reshape(*shape, *images.shape[1:])

    def mixing_grid(self, coarse_seeds, fine_seeds, layer, truncation=1.0):
        """Returns a picture of what `mix` makes, uint8 (H, W, C).

        The images of the coarse seeds are on the left, those of the fine seeds above. Arguments are
        those of `mix`.
        """
        mixed = self.mix(coarse_seeds, fine_seeds, layer, truncation)
        left, above = (
            np.concatenate([self.generate(1, seed, truncation=truncation) for seed in seeds])
            for seeds in (coarse_seeds, fine_seeds)
        )
        white = np.full((1, *self.image_shape), 255, "uint8")
        rows = [np.concatenate([one[None], row]) for one, row in zip(left, mixed, strict=True)]
        return image_grid(np.concatenate([white, above, *rows]), 1 + len(above))

    def edited(self, inputs, truncation=1.0, count=None):
        """Returns a function from w to images and w, truncated, or on lines between images."""
        w = self.map(*inputs, truncation)
        return self._to_images_of_styles, [w if count is None else along_lines(w, count)]

    def interpolate(self, ends, count, truncation=1.0):
        """Returns images on straight lines in w from each image to the next, and back to the first.

        Args:
            ends: Latents (M, latent_dim), such as `sample_latent(M, seed)`.
            count: How many images.
            truncation: psi.

        Returns:
            A NumPy array of uint8, (count, *image_shape).
        """
        return self.synthesize(along_lines(self.map(ends, truncation), count))

    def sample(self, latents):
        """Returns the images, float32 in [-1, 1], of latents."""
        mapping, synthesis = self.sampler.layers
        return tf.cast(
            self.apply(synthesis, self.at_layers(self.apply(mapping, latents))), "float32"
        )

    def call(self, inputs, training=False):
        """Returns the images of latents: `predict(latents)` gives float images."""
        return self.sample(inputs)

    @functools.cached_property
    def _to_styles(self):
        return tf.function(self.styles_of, input_signature=self._map_signature(), autograph=False)

    def styles_of(self, latents, truncation):
        """Returns w at each layer, float32, of latents."""
        w = tf.cast(self.apply(self.sampler.layers[0], latents), "float32")
        return self.truncated(self.at_layers(w), truncation)

    @functools.cached_property
    def _to_images_of_styles(self):
        def images_of(styles):
            return self.examples.from_float(self.apply(self.sampler.layers[1], styles))

        shape = (None, self.layers_count, self.style_dim)
        signature = [tf.TensorSpec(shape, "float32", "styles")]
        return tf.function(images_of, input_signature=signature, autograph=False)

    def _map_signature(self):
        latents = tf.TensorSpec((None, self.latent_dim), "float32", "latents")
        return [latents, tf.TensorSpec((), "float32", "truncation")]

    def endpoints(self):
        """Serves `map`, from latents and psi to w at each layer, and `synthesize` of it, too."""
        return super().endpoints() | {
            "map": (self._to_styles, self._map_signature()),
            "synthesize": (self._to_images_of_styles, self._to_images_of_styles.input_signature),
        }

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return super().output_names() | {"map": "styles"}

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        arguments = {"image_shape": self.image_shape, "latent_dim": self.latent_dim}
        return super().get_config() | arguments | {"mixing": self.mixing}


def along_lines(w, count):
    """Returns w (count, ...) on straight lines from each to the next, and back to the first."""
    places = np.arange(count) * len(w) / count
    first = places.astype(int)
    share = (places % 1).reshape(-1, *[1] * (w.ndim - 1)).astype("float32")
    return (1 - share) * w[first] + share * w[(first + 1) % len(w)]
