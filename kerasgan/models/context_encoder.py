"""Context encoders: what is missing in an image, of what is around it."""

import keras
import numpy as np
import tensorflow as tf

from kerasgan import networks, optimizers
from kerasgan.data import check_image_shape, check_images
from kerasgan.engine.batches import batch_length
from kerasgan.engine.checks import check_weight, warn_of_bounded_logits
from kerasgan.engine.logs import logs
from kerasgan.engine.shapes import check_network, check_scores, input_shape_of
from kerasgan.models.gan import AlternatingGAN
from kerasgan.models.holes import Centre, check_holes
from kerasgan.models.inpainting import Inpaints


@keras.saving.register_keras_serializable("kerasgan")
class ContextEncoder(Inpaints, AlternatingGAN):
    """Fills holes in images.

    Pathak et al., "Context Encoders: Feature Learning by Inpainting", 2016, arXiv:1604.07379. The
    generator F sees an image x whose hole is filled with one colour, and makes what is missing; the
    discriminator D sees what was made alone, or the same part of x:

        L_D = E[sp(-D(x))] + E[sp(D(F(x)))]
        L_F = 0.999 E[W (x - F(x))^2] + 0.001 E[sp(-D(F(x)))]

    with sp(l) = log(1 + exp(l)), the mean over all pixels of that part, and W as of the authors'
    code: 10 for known pixels in the frame of the middle, else 1. Holes are drawn in each step. The
    networks are those of `kerasgan.networks.context_encoder`; Adam has beta_1 = 0.5 and learning
    rates of 2e-3 (generator) and 2e-4.

    `fit` and `evaluate` take images; labels are ignored. `evaluate` reports `hole_l1`, of pixels in
    [0, 1], and `hole_psnr` in dB, both of missing pixels alone.

    Args:
        image_shape: (height, width, channels). None takes it from the generator.
        holes: Which pixels are missing: None is `kerasgan.models.holes.Centre()`, of which the
            generator makes the middle half; of a `RandomRegion()` it makes the whole image, and
            `inpaint` fills any hole.
        generator: A `keras.Model` from images with holes to images in [-1, 1], or to their middle
            half; None builds the paper's.
        discriminator: A `keras.Model` from what the generator makes to raw logits, (N, 1) or a map
            of patches; None builds the paper's.
        content_weight: The weight of the squared distance.
        adversarial_weight: The weight of the adversarial loss.
        fill: The value of missing pixels as the generator sees them, a number in [-1, 1] for each
            channel; None is the mean colour of ImageNet.
        ema: The decay of a moving average of the generator's weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.
        **kwargs: `discriminator_steps`, as in `GAN`.

    Raises:
        ValueError: If an argument is out of range, or the networks fit neither each other nor the
            other arguments.
    """

    def __init__(
        self,
        image_shape=None,
        holes=None,
        generator=None,
        discriminator=None,
        *,
        content_weight=0.999,
        adversarial_weight=0.001,
        fill=None,
        seed=None,
        **kwargs,
    ):
        shape, holes = image_shape, check_holes(holes or Centre())
        if generator is not None:
            shape = input_shape_of(generator, "generator", shape, "image_shape", ())
        if shape is None:
            raise ValueError("Give an image_shape such as (64, 64, 3), or a generator of your own.")
        shape = check_image_shape(shape)
        part = holes.part_shape(shape)
        generator = generator or networks.context_encoder.generator(shape, part, seed=seed)
        discriminator = discriminator or networks.context_encoder.discriminator(part, seed=seed)
        check_network(generator, "generator", [shape], [part], "image_shape")
        check_scores(discriminator, part)
        warn_of_bounded_logits(discriminator, part, (), self.logits_count)
        super().__init__((generator, discriminator), shape, seed=seed, **kwargs)
        vars(self)["holes"] = holes  # not tracked by Keras
        self.fill = check_fill(fill, shape[2])
        self.content_weight = check_weight("content_weight", content_weight)
        self.adversarial_weight = check_weight("adversarial_weight", adversarial_weight)

    def default_optimizers(self):
        """Returns the paper's Adam for both networks."""
        return tuple(optimizers.Adam(rate, beta_1=0.5) for rate in (2e-3, 2e-4))

    # ------------------------------------------------------------------ the paper

    def fake_batch(self, real, training):
        """Returns what is made of images with holes, and which pixels are missing of that part."""
        missing = self.drawn_holes(batch_length(real), training)
        made = self.fillings(self.with_holes(real, missing), training)
        return [made, self.holes.part(missing)]

    def discriminator_losses(self, real, fake, training):
        """Returns L_D by term, and D's accuracies."""
        made, _ = fake
        return super().discriminator_losses(self.holes.part(real), made, training)

    @logs(down=["generator_loss", "generator_content_loss", "generator_adversarial_loss"])
    def generator_losses(self, real, fake, training):
        """Returns L_F by term; in evaluation also the measures."""
        target, (made, missing) = self.holes.part(real), fake
        weights = tf.where(missing, 1.0, self.holes.known_weight)
        content = tf.reduce_mean(weights * tf.square(target - made))
        relativistic = self.adversarial_loss.relativistic
        real_logits = self.logits(target, training) if relativistic else None
        adversarial = self.adversarial_loss.generator(self.logits(made, training), real_logits)
        content, adversarial = self.content_weight * content, self.adversarial_weight * adversarial
        values = {
            "generator_loss": content + adversarial + sum(self.generator.losses),
            "generator_content_loss": content,
            "generator_adversarial_loss": adversarial,
        }
        return values if training else values | self.hole_measures(target, made, missing)

    # ------------------------------------------------------------------ data, serialization

    def check_batch(self, x, y, name):
        """Raises a ValueError if an array does not hold images."""
        check_images(x, self.image_shape, name)

    def examined_pairs(self, real, fake):
        """Returns the part of images that is made, and what is made."""
        return [(self.holes.part(real), fake[0])]

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "image_shape": self.image_shape,
            "holes": keras.saving.serialize_keras_object(self.holes),
            "content_weight": self.content_weight,
            "adversarial_weight": self.adversarial_weight,
            "fill": self.fill,
        }


def check_fill(fill, channels):
    """Returns the value of missing pixels as the generator sees them, a tuple of floats.

    Args:
        fill: A number in [-1, 1] for each channel; None is the mean colour of ImageNet, as in
            networks of Caffe, or its mean where images are not RGB.
        channels: How many there are.

    Raises:
        ValueError: If they are not as many, or out of range.
    """
    if fill is None:
        colour = np.array([117.0, 104.0, 123.0]) / 127.5 - 1  # RGB, as in the authors' code
        return tuple(map(float, colour if channels == 3 else [colour.mean()] * channels))
    values = np.asarray(fill, "float64")
    if values.shape != (channels,) or not (np.abs(values) <= 1).all():
        raise ValueError(f"fill must be {channels} numbers in [-1, 1], got {fill!r}.")
    return tuple(map(float, values))
