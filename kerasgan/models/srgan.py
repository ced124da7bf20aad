"""Single-image super-resolution with an adversarial loss."""

import keras
import tensorflow as tf

from kerasgan import networks, optimizers
from kerasgan.data import to_float
from kerasgan.models.image_to_image import ContentGAN, ContentModel
from kerasgan.models.upscaling import Upscales


@keras.saving.register_keras_serializable("kerasgan")
class SRResNet(Upscales, ContentModel):
    """Makes pictures larger: the generator of `SRGAN` alone, as its training begins.

    Ledig et al., 2016, arXiv:1609.04802, section 2.2: L_G = L_content(y, G(x)), with the squared
    distance of pixels. Arguments are those of `SRGAN`, without what concerns a discriminator.
    """

    network_names = ("generator", "features")

    def __init__(
        self,
        image_shape=(96, 96, 3),
        scale=4,
        generator=None,
        features=None,
        *,
        content_weight=1.0,
        ema=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(
            image_shape,
            scale,
            generator,
            features=features,
            content_weight=content_weight,
            ema=ema,
            seed=seed,
            **kwargs,
        )

    def default_optimizers(self):
        """Returns the paper's Adam."""
        return (optimizers.Adam(1e-4),)


@keras.saving.register_keras_serializable("kerasgan")
class SRGAN(Upscales, ContentGAN):
    """Makes pictures larger, with the detail that they might have had.

    Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial
    Network", 2016, arXiv:1609.04802: SRResNet plays against a discriminator of high-resolution
    images, and is to be close to the true one,

        L_D = -E[log D(y)] - E[log(1 - D(G(x)))]
        L_G = L_content(y, G(x)) - 1e-3 E[log D(G(x))]

    with Adam and a learning rate of 1e-4. The content loss is the squared distance of VGG-19's
    features (`features=kerasgan.networks.vgg.features()`), or of the pixels (SRGAN-MSE).
    Its training begins with the generator alone: `SRResNet`.

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
        adversarial_weight: The weight of the adversarial loss; 0 makes an `SRResNet`.
        ema: The decay of a moving average of the generator's weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights and of everything drawn in training,
            or None.
        **kwargs: `discriminator_steps`, as in `GAN`.

    Raises:
        ValueError: If an argument is out of range, or the networks fit neither each other nor the
            other arguments.
    """

    network_names = ("generator", "discriminator", "features")
    content_model = SRResNet

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
        super().__init__(
            image_shape,
            scale,
            generator,
            discriminator,
            features=features,
            content_weight=content_weight,
            adversarial_weight=adversarial_weight,
            ema=ema,
            seed=seed,
            **kwargs,
        )

    def build_discriminator(self, input_shape, image_shape, seed):
        """Returns the paper's discriminator."""
        return networks.srgan.discriminator(image_shape, seed=seed)

    def default_optimizers(self):
        """Returns Adam for both networks."""
        return tuple(optimizers.Adam(1e-4) for _ in range(2))

    def judged(self, batch):
        """Returns the images: the discriminator does not see the inputs."""
        images, _ = batch
        return images

    def score(self, images):
        """Returns the discriminator's float32 logits for uint8 images."""
        return tf.cast(self.logits(to_float(images)), "float32")

    def endpoints(self):
        """Serves `upscale`, and `discriminate`."""
        images = tf.TensorSpec((None, *self.image_shape), "uint8", "images")
        return super().endpoints() | {"discriminate": (self.score, [images])}

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return {"discriminate": "logits"}
