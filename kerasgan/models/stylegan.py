"""StyleGAN, whose networks grow, and StyleGAN2, whose do not."""

import keras
import tensorflow as tf

from kerasgan import losses, networks, optimizers
from kerasgan.engine.averages import HalfLife
from kerasgan.engine.batches import batch_length
from kerasgan.engine.checks import check_integer
from kerasgan.engine.logs import logs
from kerasgan.models.growing import Grows
from kerasgan.models.styles import StyleBased
from kerasgan.networks.common import halvings

_HALF_LIFE = HalfLife(10_000)
_PENALTY_EVERY = 16  # of D's steps


@keras.saving.register_keras_serializable("kerasgan")
class StyleGAN(Grows, StyleBased):
    """The style-based generator, grown.

    Karras et al., "A Style-Based Generator Architecture for Generative Adversarial Networks", 2018,
    arXiv:1812.04948. Latents become w in eight layers; the image begins as a constant, and after
    each convolution comes noise, and an adaptive instance normalization by an affine function of w.
    The game is the non-saturating one with R1 of weight 10, as for FFHQ, and networks grow as those
    of `ProgressiveGAN`, from 8 x 8 pixels on:

        L_D = E[sp(D(G(z)))] + E[sp(-D(x))] + 10 / 2 E[||grad D(x)||^2]
        L_G = E[sp(-D(G(z)))],   sp(l) = log(1 + exp(l))

    Adam has a learning rate of 1e-3, beta_1 = 0 and beta_2 = 0.99; the authors' grows to 3e-3 for
    images of more than 64 x 64 pixels. The average of the generator has a half-life of 10,000
    images. Truncation is for the first 8 layers.

    Arguments are those of `StyleBased`, where the synthesis network makes the images of each stage
    and the discriminator takes [images, fade] and makes the logits of each, and:

    Args:
        stable_images: As in `ProgressiveGAN`.
        fade_images: As in `ProgressiveGAN`.

    Raises:
        ValueError: As in `StyleBased`, and if a number of images is not a positive integer.
    """

    adversarial_loss = "non_saturating"
    penalty = losses.R1(10.0)
    first_stage = 1
    truncated_layers = 8

    def __init__(self, *args, stable_images=600_000, fade_images=600_000, ema=_HALF_LIFE, **kwargs):
        super().__init__(*args, ema=ema, **kwargs)
        self.set_growth(stable_images, fade_images)

    def active_layers(self):
        """Returns how many of the synthesis network's layers the stage has."""
        return 2 * (tf.cast(tf.math.ceil(self.level()), "int32") + 1)

    def made_shapes(self, image_shape):
        """Returns the shapes of the images of each stage."""
        (height, width, channels), last = image_shape, halvings(image_shape)
        return [(height >> i, width >> i, channels) for i in range(last, -1, -1)]

    def discriminator_conditions(self):
        """Returns the shape of `fade`."""
        return ((1,),)

    def build_mapping(self, latent_dim, seed):
        """Returns the paper's mapping network."""
        return networks.stylegan.mapping(latent_dim, self.default_style_dim, seed=seed)

    def build_synthesis(self, image_shape, style_dim, seed):
        """Returns the paper's synthesis network."""
        return networks.stylegan.synthesis(image_shape, style_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.stylegan.discriminator(image_shape, seed=seed)

    def default_optimizers(self):
        """Returns Adam without momentum for both players."""
        return tuple(optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99) for _ in self.players)


@keras.saving.register_keras_serializable("kerasgan")
class StyleGAN2(StyleBased):
    """The style-based generator of the second paper.

    Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2019, arXiv:1912.04958.
    Styles scale the weights of convolutions, and nothing is normalized; no network grows. Two
    penalties are lazy, computed in some steps with a weight as many times as large: R1 in every
    16th of D's, and in every 4th of G's that of the length of paths,

        path_weight E[(||J^T y|| - a)^2],   J = dG(w) / dw,   y ~ N(0, 1) / sqrt(H W),

    on half a batch, where a is a moving average of the length ||J^T y||, the root of the mean over
    layers of squared norms.

    Adam has beta_1 = 0; its learning rate of 2e-3, and its beta_2 of 0.99, are to the power of
    k / (k + 1) for a penalty in every k-th step, as in section 3.1. The average of the generator
    has a half-life of 10,000 images.

    Arguments are those of `StyleBased`, and:

    Args:
        gamma: The weight of R1. The paper's is 10 for images of 1,024 x 1,024 pixels; Karras et
            al., 2020, arXiv:2006.06676, have 0.0002 pixels / batch size, and 0.01 for CIFAR-10.
        path_weight: The weight of the penalty of paths; 0 leaves it out.
        path_every: In which of G's steps it is computed.

    Raises:
        ValueError: As in `StyleBased`, and if `gamma` or `path_weight` is negative, or
            `path_every` is not a positive integer.
    """

    adversarial_loss = "non_saturating"
    path_rate = 0.01  # the average of lengths moves this part of the way

    def __init__(self, *args, gamma=10.0, path_weight=2.0, path_every=4, ema=_HALF_LIFE, **kwargs):
        super().__init__(*args, ema=ema, **kwargs)
        for name, weight in (("gamma", gamma), ("path_weight", path_weight)):
            if not weight >= 0:
                raise ValueError(f"{name} must not be negative, got {weight!r}.")
        self.gamma, self.path_weight = gamma, path_weight
        self.path_every = check_integer("path_every", path_every)
        self.path_length = self.add_state("path_length", "float32", "mean")

    @logs(down=["generator_adversarial_loss", "path_length_penalty"], when="path_weight")
    def generator_losses(self, real, fake, training):
        """Returns G's loss, by term."""
        values = super().generator_losses(real, fake, training)
        if not self.path_weight:
            return values
        values["generator_adversarial_loss"] = values["generator_loss"]
        count = tf.maximum(batch_length(real) // 2, 1)
        styles = self.draw_styles(count, training, averaged=False)  # once a step is enough
        values["path_length_penalty"] = self.lazily(
            self.path_every if training else 1,
            self.generator_updates,
            lambda due: self.penalize_paths(styles, training, due),
        )
        values["generator_loss"] += values["path_length_penalty"]
        return values

    def penalize_paths(self, styles, training, due):
        """Returns the penalty on how far images move with w; the average moves if it is due."""
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        _, synthesis = (self.generator if training else self.sampler).layers
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(styles)
            images = tf.cast(self.apply(synthesis, styles, training), "float32")
            pixels = self.image_shape[0] * self.image_shape[1]
            noise = tf.random.stateless_normal(tf.shape(images), seeds.next()) / pixels**0.5
            along = tf.reduce_sum(images * noise)
        squares = tf.square(tf.cast(tape.gradient(along, styles), "float32"))
        lengths = tf.sqrt(tf.reduce_mean(tf.reduce_sum(squares, axis=2), axis=1) + 1e-12)
        before = self.path_length.value
        average = before + self.path_rate * (tf.reduce_mean(lengths) - before)
        if training:
            self.path_length.assign(tf.where(due, tf.stop_gradient(average), before))
        return self.path_weight * tf.reduce_mean(tf.square(lengths - average))

    def default_penalty(self):
        """Returns R1 in every 16th step."""
        return losses.R1(self.gamma, every=_PENALTY_EVERY)

    def build_mapping(self, latent_dim, seed):
        """Returns the paper's mapping network."""
        return networks.stylegan.mapping(latent_dim, self.default_style_dim, seed=seed)

    def build_synthesis(self, image_shape, style_dim, seed):
        """Returns the paper's synthesis network."""
        return networks.stylegan2.synthesis(image_shape, style_dim, seed=seed)

    def build_discriminator(self, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.stylegan2.discriminator(image_shape, seed=seed)

    def default_optimizers(self):
        """Returns Adam without momentum for both players, slower for their lazy penalties."""
        lazy = self.path_every if self.path_weight else 1, _PENALTY_EVERY
        shares = [every / (every + 1) if every > 1 else 1.0 for every in lazy]
        return tuple(optimizers.Adam(2e-3 * c, beta_1=0.0, beta_2=0.99**c) for c in shares)

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        names = "gamma", "path_weight", "path_every"
        return super().get_config() | {name: getattr(self, name) for name in names}
