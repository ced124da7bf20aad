"""Super-resolution."""

import keras
import numpy as np
import tensorflow as tf

from kerasgan import losses, networks, optimizers
from kerasgan.data import check_image_shape, check_images, in_tiles, to_uint8
from kerasgan.metrics import least_side, psnr, sharpness, ssim
from kerasgan.models.base import batch_length, not_empty
from kerasgan.models.image_to_image import ImageToImage


@keras.saving.register_keras_serializable("kerasgan")
class SRGAN(ImageToImage):
    """Makes pictures larger, with the detail that they might have had.

    Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial
    Network", 2016, arXiv:1609.04802: SRResNet plays against a discriminator of high-resolution
    images, and is to be close to the true one,

        L_D = -E[log D(y)] - E[log(1 - D(G(x)))]
        L_G = L_content(y, G(x)) - 1e-3 E[log D(G(x))]

    with Adam and a learning rate of 1e-4. The content loss is the squared distance of VGG-19's
    features (`features=kerasgan.networks.vgg.features()`), or of the pixels (SRGAN-MSE).
    `adversarial_weight=0` is the paper's SRResNet, with which its training begins.

    `fit` takes (x, y): images, and the same images larger by `scale`. `evaluate` takes pictures of
    any size, measures PSNR and SSIM as the literature does, and leaves the discriminator out, which
    knows one size.

    Args:
        image_shape: (height, width, channels) of the high-resolution images y that `fit` takes,
            multiples of `scale`.
        scale: 2, 4 or 8.
        generator: A `keras.Model` from images of any size in [-1, 1] to images `scale` times as
            large; None builds the paper's.
        discriminator: A `keras.Model` from images of `image_shape` to raw logits; None builds the
            paper's.
        features: A `keras.Model` from images in [-1, 1] to the features in which the content is
            compared, never trained; None compares pixels.
        content_weight: The weight of the content loss.
        adversarial_weight: The weight of the adversarial loss; 0 leaves the discriminator out.
        ema: The decay of a moving average of the generator's weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.
        **kwargs: `discriminator_steps`, as in `GAN`.

    Raises:
        ValueError: If an argument is out of range, or the networks fit neither each other nor the
            other arguments.
    """

    network_names = ("generator", "discriminator", "features")
    measure_names = ("psnr", "ssim", "sharpness")
    held_out_names = ("ssim", "sharpness")  # a hundredth of a step

    def __init__(
        self,
        image_shape=(96, 96, 3),
        scale=4,
        generator=None,
        discriminator=None,
        features=None,
        *,
        content_weight=1.0,
        adversarial_weight=1e-3,
        ema=None,
        seed=None,
        **kwargs,
    ):
        height, width, channels = image_shape = check_image_shape(image_shape)
        if generator is None:
            generator = networks.srresnet.generator(scale, channels, seed=seed)
        if height % scale or width % scale:
            raise ValueError(f"The sides of {image_shape} must be multiples of {scale=}.")
        input_shape = (height // scale, width // scale, channels)
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
        self.scale, self.features = scale, features
        if features is not None:
            features.trainable = False
            self.paper_content_loss = losses.perceptual

    # ------------------------------------------------------------------ the paper

    paper_content_loss = staticmethod(losses.l2)

    def build_discriminator(self, input_shape, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.srresnet.discriminator(image_shape, seed=seed)

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(optimizers.Adam(1e-4) for _ in range(2))

    def logits(self, batch, training=False):
        """Returns the discriminator's logits for [images, ...]: it does not see the inputs."""
        return super().logits(batch[0], training)

    def content(self, images, generated):
        """Returns the distance of pixels, or of features."""
        if self.features is not None:
            images, generated = (self.apply(self.features, each) for each in (images, generated))
        return super().content(images, generated)

    def measures(self, images, generated):
        """Returns PSNR in dB, of at most 100 for an image: equal ones have no finite mean."""
        values = tf.minimum(psnr(images, generated, self.scale), 100.0)
        return {"psnr": tf.reduce_mean(values)}

    def test_step(self, data):
        """Returns the content loss and the measures of whole pictures, changing nothing."""
        images, inputs = self.unpack(data)
        size = batch_length(inputs)
        images = not_empty(images, self.image_shape)
        inputs = not_empty(inputs, self.inputs_shape)
        generated = tf.cast(self.apply(self.sampler, inputs), "float32")
        content = self.content_weight * self.content(images, generated)
        return self.log(
            size,
            generator_content_loss=content,
            **self.measures(images, generated),
            ssim=tf.reduce_mean(ssim(images, generated, self.scale)),
            sharpness=tf.reduce_mean(sharpness(generated)),
        )

    # ------------------------------------------------------------------ data

    def check_held_out(self, x, y, name):
        """Raises a ValueError if that is no such data, or its images are too small to measure."""
        self._check_first(self._check_measurable, x, y, name)

    def _check_measurable(self, x, y, name):
        self.check_held_out_batch(x, y, name)
        (height, width), least = y.shape[1:3], least_side(self.scale)
        if min(height, width) < least:
            raise ValueError(
                f"{name}: the images y must have at least {least} x {least} pixels to be measured, "
                f"but have {height} x {width}."
            )

    def check_held_out_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not images and the same, larger by the scale."""
        channels = self.image_shape[2]
        check_images(x, (None, None, channels), f"{name}: the inputs x")
        height, width = (side * self.scale for side in x.shape[1:3])
        check_images(y, (height, width, channels), f"{name}: the images y")

    # ------------------------------------------------------------------ images out

    def upscale(self, image, tile=256, margin=48):
        """Makes a picture of any size larger.

        Args:
            image: uint8 in [0, 255] or float in [-1, 1], (H, W, channels), or several of one size,
                (N, H, W, channels).
            tile: The side, in pixels, of the parts in which a large picture is computed.
            margin: How much more of the picture each part sees on each side. A pixel of the paper's
                network depends on the 40 around it, so that the parts do not show.

        Returns:
            A NumPy array of uint8 in [0, 255], (scale H, scale W, channels), or several.

        Raises:
            ValueError: If the image has another type, range or number of channels.
        """
        image = np.asarray(image)
        images = image[None] if image.ndim == 3 else image
        check_images(images, (None, None, self.image_shape[2]), "image")
        if images.dtype != np.uint8:
            images = to_uint8(images).numpy()
        made = [in_tiles(self.to_images, each, self.scale, tile, margin) for each in images]
        return made[0] if image.ndim == 3 else np.stack(made)

    def score(self, images):
        """Returns the discriminator's float32 logits for uint8 images."""
        return super().score([images])

    def endpoints(self):
        """Serves `upscale`, and `discriminate`."""
        return {"upscale": (self.to_images, self.to_images.input_signature)} | super().endpoints()

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"scale": self.scale, "image_shape": self.image_shape}
