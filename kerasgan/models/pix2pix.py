"""Image-to-image translation learnt from pairs."""

import keras
import tensorflow as tf

from kerasgan import losses, networks, optimizers
from kerasgan.data import check_image_shape
from kerasgan.metrics import sharpness
from kerasgan.models.image_to_image import ImageToImage, render
from kerasgan.models.shapes import input_shape_of


@keras.saving.register_keras_serializable("kerasgan")
class Pix2Pix(ImageToImage):
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
        adversarial_weight: The weight of the adversarial loss; 0 leaves the discriminator out.
        ema: The decay of a moving average of the generator's weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.
        **kwargs: `discriminator_steps`, as in `GAN`.

    Raises:
        ValueError: If an argument is out of range, no network can be built for the shape, or the
            networks fit neither each other nor the other arguments.
    """

    measure_names = ("l1", "sharpness")

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
        input_shape = input_shape and check_image_shape(input_shape)
        if generator is not None:
            input_shape = input_shape_of(generator, "generator", input_shape, "input_shape", ())
        if input_shape is None or None in input_shape:
            raise ValueError("Give an input_shape such as (256, 256, 3).")
        if generator is None:
            generator = networks.unet.generator(input_shape, output_channels or 3, seed=seed)
        if output_channels is None:
            shape = getattr(generator, "output_shape", None)
            if shape is None:
                raise ValueError(
                    f"Give output_channels: the generator {generator.name!r} does not tell them."
                )
            output_channels = shape[-1]
        image_shape = (*input_shape[:2], output_channels)
        super().__init__(
            generator,
            discriminator,
            input_shape,
            image_shape,
            content_weight=content_weight,
            adversarial_weight=adversarial_weight,
            ema=ema,
            seed=seed,
            **kwargs,
        )

    # ------------------------------------------------------------------ the paper

    discriminator_weight = 0.5

    def build_discriminator(self, input_shape, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.patchgan.discriminator(image_shape[2], input_shape[2], seed=seed)

    def discriminator_conditions(self, input_shape):
        """Returns the shape of the inputs, which D sees beside the images."""
        return [input_shape]

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2))

    def measures(self, images, generated):
        """Returns E|y - G(x)|, and the sharpness of G(x)."""
        sharp = tf.reduce_mean(sharpness(generated))
        return {"l1": losses.l1(images, generated), "sharpness": sharp}

    # ------------------------------------------------------------------ images out

    def translate(self, images, batch_size=8):
        """Translates images.

        Args:
            images: uint8 in [0, 255] or float in [-1, 1], (N, H, W, channels). The paper's
                generator takes any H and W.
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255], (N, H, W, output_channels).

        Raises:
            ValueError: If the images have another type, range or number of channels.
        """
        return render(self.to_images, images, batch_size)

    def score(self, images, inputs):
        """Returns the discriminator's float32 logits for uint8 images of uint8 inputs."""
        return super().score([images, inputs])

    def endpoints(self):
        """Serves `translate`, and `discriminate`, which takes images and their inputs."""
        served = {"translate": (self.to_images, self.to_images.input_signature)}
        if self.discriminator is not None:
            shapes = {"images": self.image_shape, "inputs": self.inputs_shape}
            specs = [tf.TensorSpec((None, *shape), "uint8", k) for k, shape in shapes.items()]
            served["discriminate"] = (self.score, specs)
        return served

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "input_shape": self.inputs_shape,
            "output_channels": self.image_shape[2],
        }
