"""Base classes of image-to-image models, learnt from pairs."""

import functools
import inspect

import keras
import tensorflow as tf

from kerasgan import losses
from kerasgan.data import check_images, comparison_grid, to_float, to_uint8
from kerasgan.engine.batches import batch_length
from kerasgan.engine.checks import check_weight, warn_of_bounded_logits
from kerasgan.engine.images import apply_padded, predict_images
from kerasgan.engine.logs import logs
from kerasgan.engine.model import AdversarialModel
from kerasgan.engine.shapes import check_made, check_scores, open_shape
from kerasgan.models.gan import AlternatingGAN


class ImageToImage(AdversarialModel):
    """A generator that makes an image of an image, and is told how far it is from the true one.

    Batches are [images y, inputs x]. A variant derives from `ContentModel`, or with a
    discriminator from `ContentGAN`.

    Args:
        players: The networks of `self.players`, as in `AdversarialModel`.
        image_shape: (height, width, channels) of the images y that `fit` takes.
        input_shape: Those of the inputs x.
        content_weight: The weight of the content loss.
        **kwargs: As in `AdversarialModel`.
    """

    scale = 1  # how much larger the images are than the inputs
    paper_content_loss = staticmethod(losses.l1)

    def __init__(self, players, image_shape, *, input_shape, content_weight, **kwargs):
        check_made(players[0], input_shape, image_shape)
        super().__init__(players, image_shape, **kwargs)
        self.inputs_shape = tuple(input_shape)
        self.content_weight = check_weight("content_weight", content_weight)

    # ------------------------------------------------------------------ the paper

    def content(self, images, generated):
        """Returns the content loss, unweighted."""
        return self.content_loss(images, generated)

    def measures(self, images, generated):
        """Returns what is logged beside the losses, by name."""
        raise NotImplementedError

    def fake_batch(self, real, training):
        """Returns [G(x), x]."""
        _, inputs = real
        generator = self.generator if training else self.sampler
        return [tf.cast(self.apply(generator, inputs, training), "float32"), inputs]

    # ------------------------------------------------------------------ data

    def unpack(self, data):
        """Returns [images, inputs], float32 in [-1, 1]."""
        inputs, images, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        return [to_float(images), super().unpack((inputs, None, sample_weight))]

    def check_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not inputs and their images."""
        check_images(x, self.inputs_shape, f"{name}: the inputs x")
        check_images(y, self.image_shape, f"{name}: the images y")
        if len(x) != len(y):
            raise ValueError(f"{name} has {len(x)} inputs x, but {len(y)} images y.")

    # ------------------------------------------------------------------ images out

    @functools.cached_property
    def to_images(self):
        """The compiled function from uint8 inputs (N, H, W, C) to uint8 images.

        Of any height and width, if the generator takes any; where it wants multiples of something,
        or larger sides, the inputs are continued by their mirror image, and the rest is cut off.
        """
        network = self._accelerated[self.sampler]
        shape = open_shape(network, self.inputs_shape)
        return tf.function(
            lambda inputs: to_uint8(apply_padded(network, to_float(inputs), self.scale)),
            input_signature=[tf.TensorSpec(shape, "uint8", "images")],
            autograph=False,
        )

    def real_and_inputs(self, x, y):
        """Returns the images and their inputs."""
        return y, x

    def make_from(self, inputs, count, seed):
        """Returns what is made of the inputs."""
        return predict_images(self.to_images, inputs, batch_size=8)

    def grid(self, inputs, images):
        """Returns a picture with a row for each example: the input, what is made of it, the image.

        Args:
            inputs: Inputs x, uint8 or float in [-1, 1], (N, H, W, C).
            images: Their images y.

        Returns:
            One picture, uint8 (H, W, C).
        """
        self.check_held_out_batch(inputs, images, "examples")
        columns = [inputs, predict_images(self.to_images, inputs, batch_size=8), images]
        return comparison_grid(columns, self.scale)

    # ------------------------------------------------------------------ serialization

    def compile_arguments(self):
        """Returns the arguments of `compile`, options of Keras aside, by name."""
        return super().compile_arguments() | {"content_loss": self.content_loss}

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"content_weight": self.content_weight}


class ContentModel(ImageToImage):
    """A generator alone, which learns the content.

        L_G = content_weight L_content(y, G(x))

    Arguments are those of `ImageToImage`.
    """

    players = ("generator",)
    discriminator = discriminator_optimizer = None

    def train_step(self, data):
        """Updates G."""
        real = self.unpack(data)
        with tf.GradientTape() as tape:
            fake = self.fake_batch(real, training=True)
            values = self.generator_losses(real, fake, training=True)
        self.update("generator", values["generator_loss"], tape)
        self.update_averages(batch_length(real))
        return self.log(batch_length(real), values)

    @logs(down=["generator_loss", "generator_content_loss"])
    def generator_losses(self, real, fake, training):
        """Returns G's loss by term, and the measures."""
        (images, _), (generated, _) = real, fake
        content = self.content_weight * self.content(images, generated)
        return {
            "generator_loss": content + sum(self.generator.losses),
            "generator_content_loss": content,
        } | self.measures(images, generated)

    def compile(self, generator_optimizer=None, content_loss=None, **kwargs):
        """Prepares the model for training.

        Args:
            generator_optimizer: A `keras.optimizers.Optimizer` or its name; None is the paper's.
            content_loss: A function (images, generated images) -> scalar, such as
                `kerasgan.losses.l1` and `kerasgan.losses.l2`; None is the paper's.
            **kwargs: `run_eagerly`, `steps_per_execution`, `jit_compile`, `auto_scale_loss`.

        Raises:
            ValueError: As in `GAN.compile`.
        """
        self.content_loss = content_loss or self.paper_content_loss
        super().compile((generator_optimizer,), **kwargs)

    def compile_from_config(self, config):
        """Compiles the model as it was; files of version 0.1 tell of a discriminator too."""
        absent = {"discriminator_optimizer", "adversarial_loss", "penalty"}
        super().compile_from_config({k: v for k, v in config.items() if k not in absent})


class ContentGAN(AlternatingGAN, ImageToImage):
    """The alternating game, beside a loss of the content.

        L_G = adversarial_weight L_adversarial + content_weight L_content(y, G(x))

    Without an adversarial weight there is no game: the class makes a model of `content_model`.

    Args:
        players: A generator, a built `keras.Model`, and a discriminator, or None for the paper's.
        image_shape: (height, width, channels) of the images y.
        input_shape: Those of the inputs x.
        adversarial_weight: The weight of the adversarial loss.
        seed: As in `AdversarialModel`.
        **kwargs: As in `ImageToImage` and `AlternatingGAN`.
    """

    content_model = None

    def __new__(cls, *args, **kwargs):
        """Returns a model of the class, or without an adversarial weight of `content_model`."""
        if kwargs.get("adversarial_weight") != 0:
            return super().__new__(cls, *args, **kwargs)
        given = inspect.signature(cls.__init__).bind(None, *args, **kwargs).arguments
        given |= given.pop("kwargs", {})
        for name in ("self", "adversarial_weight", "discriminator_steps"):
            given.pop(name, None)
        if given.pop("discriminator", None) is not None:
            raise ValueError("adversarial_weight=0 leaves the discriminator out: give none.")
        return cls.content_model(**given)

    def __init__(self, players, image_shape, *, input_shape, adversarial_weight, seed, **kwargs):
        generator, discriminator = players
        if discriminator is None:
            discriminator = self.build_discriminator(input_shape, image_shape, seed)
        players = generator, discriminator
        super().__init__(players, image_shape, input_shape=input_shape, seed=seed, **kwargs)
        extra_shapes = self.discriminator_conditions(input_shape)
        check_scores(discriminator, image_shape, extra_shapes)
        warn_of_bounded_logits(discriminator, image_shape, extra_shapes, self.logits_count)
        self.adversarial_weight = check_weight("adversarial_weight", adversarial_weight)

    # ------------------------------------------------------------------ the paper

    def build_discriminator(self, input_shape, image_shape, seed):
        """Returns the paper's discriminator."""
        raise NotImplementedError

    def discriminator_conditions(self, input_shape):
        """Returns the shapes of what the discriminator takes beside images."""
        return ()

    def judged(self, batch):
        """Returns what of a batch the discriminator takes."""
        return batch

    def discriminator_losses(self, real, fake, training):
        """Returns D's loss by term, and its accuracies."""
        return super().discriminator_losses(self.judged(real), self.judged(fake), training)

    @logs(down=["generator_adversarial_loss", "generator_content_loss"])
    def generator_losses(self, real, fake, training):
        """Returns G's loss by term, and the measures."""
        (images, _), (generated, _) = real, fake
        content = self.content_weight * self.content(images, generated)
        relativistic = self.adversarial_loss.relativistic
        real_logits = self.logits(self.judged(real), training) if relativistic else None
        fake_logits = self.logits(self.judged(fake), training)
        adversarial = self.adversarial_loss.generator(fake_logits, real_logits)
        adversarial = self.adversarial_weight * adversarial
        return {
            "generator_loss": content + adversarial + sum(self.generator.losses),
            "generator_content_loss": content,
            "generator_adversarial_loss": adversarial,
        } | self.measures(images, generated)

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        adversarial_loss=None,
        content_loss=None,
        **kwargs,
    ):
        """Prepares the model for training.

        Args:
            generator_optimizer: A `keras.optimizers.Optimizer` or its name; None is the paper's.
            discriminator_optimizer: The same for the discriminator.
            adversarial_loss: A `kerasgan.losses.AdversarialLoss` or its name; None is the paper's.
            content_loss: A function (images, generated images) -> scalar, such as
                `kerasgan.losses.l1` and `kerasgan.losses.l2`; None is the paper's.
            **kwargs: `penalty`, `augment` and the others, as in `GAN.compile`.

        Raises:
            ValueError: As in `GAN.compile`.
        """
        self.content_loss = content_loss or self.paper_content_loss
        super().compile(generator_optimizer, discriminator_optimizer, adversarial_loss, **kwargs)

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"adversarial_weight": self.adversarial_weight}
