"""Image-to-image translation learnt from pairs."""

import keras
import tensorflow as tf

from kerasgan import networks, optimizers
from kerasgan.data import to_float
from kerasgan.models.image_to_image import ContentGAN, ContentModel
from kerasgan.models.translating import Translates


@keras.saving.register_keras_serializable("kerasgan")
class PairedTranslator(Translates, ContentModel):
    """The generator of `Pix2Pix` alone, which learns the L1 distance: the paper's baseline.

    Arguments are those of `Pix2Pix`, without what concerns a discriminator.
    """

    network_names = ("generator",)

    def __init__(
        self,
        input_shape=None,
        output_channels=None,
        generator=None,
        *,
        content_weight=100.0,
        ema=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(
            input_shape,
            output_channels,
            generator,
            content_weight=content_weight,
            ema=ema,
            seed=seed,
            **kwargs,
        )

    def default_optimizers(self):
        """Returns the paper's Adam."""
        return (optimizers.Adam(2e-4, beta_1=0.5),)


@keras.saving.register_keras_serializable("kerasgan")
class Pix2Pix(Translates, ContentGAN):
    """Translates images to other images, having seen pairs of both.

    Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2016,
    arXiv:1611.07004: a U-Net plays against a discriminator of 70 x 70 patches that sees the input
    too, and is to be close to the target,

        L_D = 1/2 (-E[log D(x, y)] - E[log(1 - D(x, G(x)))])
        L_G = -E[log D(x, G(x))] + 100 E|y - G(x)|

    with Adam, a learning rate of 2e-4 and beta_1 = 0.5, in batches of one. The only noise is
    dropout: `translate` leaves it out, and `generator(x, training=True)` samples with it. The
    paper normalizes by the statistics of the batch, in use too; with its batches of one that is
    the instance normalization that the networks have here, which larger batches do not change.

    `fit` takes (x, y): the inputs, and the images that they are to become.

    Args:
        input_shape: (height, width, channels) of the inputs. None takes it from the generator.
        output_channels: The channels of the images made. None takes them from the generator, or
            is 3.
        generator: A `keras.Model` from inputs to images of the same height and width in [-1, 1];
            None builds the paper's, for sides that are even.
        discriminator: A `keras.Model` from [images, inputs] to raw logits, (N, 1) or a map of
            patches; None builds the paper's, for sides of at least 32. `networks.patchgan` has
            other patches.
        content_weight: The weight of the L1 distance.
        adversarial_weight: The weight of the adversarial loss; 0 makes a `PairedTranslator`.
        ema: The decay of a moving average of the generator's weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.
        **kwargs: `discriminator_steps`, as in `GAN`.

    Raises:
        ValueError: If an argument is out of range, no network can be built for the shape, or the
            networks fit neither each other nor the other arguments.
    """

    content_model = PairedTranslator
    discriminator_weight = 0.5

    def __init__(
        self,
        input_shape=None,
        output_channels=None,
        generator=None,
        discriminator=None,
        *,
        content_weight=100.0,
        adversarial_weight=1.0,
        ema=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(
            input_shape,
            output_channels,
            generator,
            discriminator,
            content_weight=content_weight,
            adversarial_weight=adversarial_weight,
            ema=ema,
            seed=seed,
            **kwargs,
        )

    def build_discriminator(self, input_shape, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.patchgan.discriminator(image_shape[2], input_shape[2], seed=seed)

    def discriminator_conditions(self, input_shape):
        """Returns the shape of the inputs, which D sees beside the images."""
        return [input_shape]

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2))

    def score(self, images, inputs):
        """Returns the discriminator's float32 logits for uint8 images of uint8 inputs."""
        return tf.cast(self.logits([to_float(images), to_float(inputs)]), "float32")

    def endpoints(self):
        """Serves `translate`, and `discriminate`, which takes images and their inputs."""
        shapes = {"images": self.image_shape, "inputs": self.inputs_shape}
        specs = [tf.TensorSpec((None, *shape), "uint8", k) for k, shape in shapes.items()]
        return super().endpoints() | {"discriminate": (self.score, specs)}

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return {"discriminate": "logits"}
