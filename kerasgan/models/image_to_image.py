"""What models have in common that make an image of an image."""

import functools

import keras
import numpy as np
import tensorflow as tf

from kerasgan import losses
from kerasgan.data import check_images, image_grid, to_float, to_uint8
from kerasgan.models.base import check_integer
from kerasgan.models.checks import warn_of_bounded_logits
from kerasgan.models.game import Game
from kerasgan.models.shapes import check_made, check_scores, open_shape

# The largest multiple of pixels that a network may want its images' sides to be.
_LARGEST_MULTIPLE = 1024
# And the largest that it may want them to have at least, beside that.
_LARGEST_LEAST = 128


class ImageToImage(Game):
    """The game of a generator that makes an image of an image, beside a loss of its content.

        L_G = adversarial_weight L_adversarial + content_weight L_content(y, G(x))

    Batches are [images y, inputs x]. Without an adversarial weight there is no discriminator, and
    the generator learns the content alone.

    Args:
        generator: A built `keras.Model` from inputs to images.
        discriminator: A built `keras.Model`; None builds the paper's, if it has a weight.
        input_shape: (height, width, channels) of the inputs x that `fit` takes.
        image_shape: Those of the images y.
        content_weight: The weight of the content loss.
        adversarial_weight: The weight of the adversarial loss.
        seed: As in `AdversarialModel`.
        **kwargs: As in `Game`.
    """

    paper_content_loss = staticmethod(losses.l1)

    def __init__(
        self,
        generator,
        discriminator,
        input_shape,
        image_shape,
        *,
        content_weight,
        adversarial_weight,
        seed,
        **kwargs,
    ):
        check_made(generator, input_shape, image_shape)
        if discriminator is None and adversarial_weight:
            discriminator = self.build_discriminator(input_shape, image_shape, seed)
        if discriminator is not None:
            beside = self.discriminator_conditions(input_shape)
            check_scores(discriminator, image_shape, beside)
            warn_of_bounded_logits(discriminator, image_shape, beside, self.logits_count)
        super().__init__(generator, discriminator, image_shape, seed=seed, **kwargs)
        self.inputs_shape = tuple(input_shape)
        self.content_weight, self.adversarial_weight = content_weight, adversarial_weight

    # ------------------------------------------------------------------ the paper

    def build_discriminator(self, input_shape, image_shape, seed):
        """Returns the paper's discriminator."""
        raise NotImplementedError

    def discriminator_conditions(self, input_shape):
        """Returns the shapes of what the discriminator takes beside images."""
        return ()

    def content(self, images, generated):
        """Returns the content loss, unweighted."""
        return self.content_loss(images, generated)

    def measures(self, images, generated):
        """Returns what is logged beside the losses, by name."""
        raise NotImplementedError

    def fake_batch(self, real, training):
        """Returns [G(x), x]."""
        _, inputs = real
        return [self.imagine(inputs, training), inputs]

    def train_discriminator(self, real, fake):
        """Takes one step of D, if there is one; returns its losses and accuracies."""
        return {} if self.discriminator is None else super().train_discriminator(real, fake)

    def discriminator_losses(self, real, fake, training):
        """Returns D's loss by term, and its accuracies, if there is a D."""
        if self.discriminator is None:
            return {}
        return super().discriminator_losses(real, fake, training)

    def generator_losses(self, real, fake, training):
        """Returns G's loss by term, and the measures."""
        (images, _), (generated, _) = real, fake
        terms = {"generator_content_loss": self.content_weight * self.content(images, generated)}
        if self.discriminator is not None:
            loss = super().generator_losses(real, fake, training)["generator_loss"]
            terms["generator_adversarial_loss"] = self.adversarial_weight * loss
        total = sum(terms.values()) + self.regularization(self.generator)
        return terms | {"generator_loss": total} | self.measures(images, generated)

    def loss_names(self):
        """Returns the names of the logged losses, accuracies and measures."""
        names = ["generator_loss"]
        if self.discriminator is not None:
            names = [*super().loss_names(), "generator_adversarial_loss"]
        return [*names, "generator_content_loss", *self.measure_names]

    # ------------------------------------------------------------------ compiling

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
            discriminator_optimizer: Likewise.
            adversarial_loss: A `kerasgan.losses.AdversarialLoss` or its name; None is the paper's.
            content_loss: A function (images, generated images) -> scalar, such as
                `kerasgan.losses.l1` and `kerasgan.losses.l2`; None is the paper's.
            **kwargs: `penalty`, `run_eagerly`, `steps_per_execution`, `jit_compile`,
                `auto_scale_loss`, as in `GAN.compile`.

        Raises:
            ValueError: As in `GAN.compile`.
        """
        self.content_loss = content_loss or self.paper_content_loss
        super().compile(generator_optimizer, discriminator_optimizer, adversarial_loss, **kwargs)

    def get_compile_config(self):
        """Returns the arguments of `compile`, or None before it was called."""
        config = super().get_compile_config()
        return config and config | {
            "content_loss": keras.saving.serialize_keras_object(self.content_loss)
        }

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
        network = self.accelerated(self.sampler)
        shape = open_shape(network, self.inputs_shape)
        return tf.function(
            lambda inputs: to_uint8(whole(network, to_float(inputs), self.scale)),
            input_signature=[tf.TensorSpec(shape, "uint8", "images")],
        )

    scale = 1  # how much larger the images are than the inputs

    def grid(self, inputs, images):
        """Returns panels, a row for each example: the input, what is made of it, the image.

        Args:
            inputs: Inputs x, uint8 or float in [-1, 1], (N, H, W, C).
            images: Their images y.

        Returns:
            One picture, uint8 (H, W, C).
        """
        self.check_held_out_batch(inputs, images, "examples")
        columns = [inputs, render(self.to_images, inputs, batch_size=8), images]
        return panels(columns, self.scale)

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        config = super().get_config() | {
            "content_weight": self.content_weight,
            "adversarial_weight": self.adversarial_weight,
        }
        del config["image_shape"]  # a variant takes its own arguments instead
        return config


def render(function, images, batch_size):
    """Returns the uint8 images that a compiled function makes of images, in batches.

    Args:
        function: A `tf.function` of uint8 images, with an input signature.
        images: uint8 in [0, 255] or float in [-1, 1], (N, H, W, C).
        batch_size: How many images to compute at once.

    Raises:
        ValueError: If the images are not what the function takes.
    """
    check_images(images, function.input_signature[0].shape[1:], "images")
    batch_size = check_integer("batch_size", batch_size)
    images = np.asarray(images)
    if images.dtype != np.uint8:
        images = to_uint8(images).numpy()
    starts = range(0, len(images), batch_size)
    batches = [images[start : start + batch_size] for start in starts]
    return np.concatenate([function(batch).numpy() for batch in batches])


def whole(network, inputs, scale=1):
    """Returns what a network in inference makes of inputs of any size."""
    sides = _multiple_and_least(network, scale)
    height, width = tf.shape(inputs)[1], tf.shape(inputs)[2]
    images = network(_mirrored(_mirrored(inputs, *sides, 1), *sides, 2), training=False)
    return tf.cast(images, "float32")[:, : height * scale, : width * scale]


@tf.autograph.experimental.do_not_convert
def _multiple_and_least(network, scale):
    """Returns of which number the sides of inputs must be multiples, and the least they may be."""
    _, *sides, channels = getattr(network, "input_shape", None) or (None, 1, 1, 1)
    if None not in sides:
        return 1, 1
    least = multiple = _multiple(network, scale, channels)
    # Padding by reflection does not show its least side in shapes.
    with tf.init_scope():
        while not _takes(network, least, channels) and least < _LARGEST_LEAST:
            least *= 2
    return multiple, least


def _takes(network, side, channels):
    try:
        network(tf.zeros((1, side, side, channels)), training=False)
    except (tf.errors.InvalidArgumentError, ValueError):
        return False
    return True


def _multiple(network, scale, channels):
    """Returns the least power of two of whose multiples the sides of inputs must be."""
    multiple = 1
    while multiple <= _LARGEST_MULTIPLE:
        sides = (3 * multiple, 5 * multiple)
        inputs = keras.KerasTensor((1, *sides, channels))
        try:
            made = network.compute_output_spec(inputs).shape[1:3]
        except ValueError:  # maps that are to be joined have different sizes, or none is left
            made = None
        if made == tuple(scale * side for side in sides):
            return multiple
        multiple *= 2
    raise ValueError(
        f"The network {network.name!r} does not make images {scale} times as large as its inputs, "
        f"for sides of any multiple of up to {_LARGEST_MULTIPLE}."
    )


def _mirrored(images, multiple, least, axis):
    """Continues images along an axis, by their mirror image, to the next multiple from `least`."""
    if least == 1:
        return images
    side = tf.shape(images)[axis]
    places = tf.range(tf.maximum(-(-side // multiple) * multiple, least)) % (2 * side)
    return tf.gather(images, tf.minimum(places, 2 * side - 1 - places), axis=axis)


def panels(columns, scale=1):
    """Arranges images in rows: image i of each column.

    Args:
        columns: Arrays of images, uint8 or float in [-1, 1], of as many images each: grey, grey
            and alpha, RGB or RGBA. The first may be smaller than the others by a factor `scale`.
        scale: The factor.

    Returns:
        One picture, uint8 (H, W, C), with colours if a column has them, and alpha likewise.
    """
    columns = [np.asarray(x if x.dtype == np.uint8 else to_uint8(x)) for x in columns]
    columns[0] = columns[0].repeat(scale, axis=1).repeat(scale, axis=2)
    channels = [images.shape[-1] for images in columns]
    colours = 3 if max(channels) > 2 else 1
    alpha = any(number % 2 == 0 for number in channels)
    images = np.stack([_with_channels(each, colours, alpha) for each in columns], axis=1)
    return image_grid(images.reshape(-1, *images.shape[2:]), columns=len(columns))


def _with_channels(images, colours, alpha):
    """Returns uint8 images with so many channels of colour, and opaque alpha if they had none."""
    opacity = np.full_like(images[..., :1], 255)
    if images.shape[-1] % 2 == 0:
        images, opacity = images[..., :-1], images[..., -1:]
    if images.shape[-1] < colours:
        images = images.repeat(colours, axis=-1)
    return np.concatenate([images, opacity], axis=-1) if alpha else images
