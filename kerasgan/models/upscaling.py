"""What models have in common that make pictures larger."""

import numpy as np
import tensorflow as tf

from kerasgan import losses, networks
from kerasgan.data import check_image_shape, check_images, in_tiles, to_uint8
from kerasgan.engine.batches import batch_length, not_empty
from kerasgan.engine.first_batches import check_first
from kerasgan.engine.logs import logs
from kerasgan.metrics import least_side, psnr, sharpness, ssim


class Upscales:
    """Super-resolution: `upscale`, its endpoint and its measures.

    Args:
        image_shape: (height, width, channels) of the high-resolution images.
        scale: How much larger they are.
        generator: A `keras.Model`, or None.
        others: The networks of the other players.
        features: A `keras.Model`, or None.
        seed: As in `SRGAN`.
        **kwargs: As in `ImageToImage`.
    """

    paper_content_loss = staticmethod(losses.l2)

    def __init__(self, image_shape, scale, generator, *others, features, seed, **kwargs):
        height, width, channels = image_shape = check_image_shape(image_shape)
        if generator is None:
            generator = networks.srgan.generator(scale, channels, seed=seed)
        if height % scale or width % scale:
            raise ValueError(f"The sides of {image_shape} must be multiples of {scale=}.")
        input_shape = (height // scale, width // scale, channels)
        super().__init__(
            (generator, *others), image_shape, input_shape=input_shape, seed=seed, **kwargs
        )
        self.scale, self.features = scale, features
        if features is not None:
            features.trainable = False
            self.paper_content_loss = losses.perceptual

    def content(self, images, generated):
        """Returns the distance of pixels, or of features."""
        if self.features is not None:
            images, generated = (self.apply(self.features, each) for each in (images, generated))
        return super().content(images, generated)

    @logs(up=["psnr"])
    def measures(self, images, generated):
        """Returns PSNR in dB, of at most 100 for an image: equal ones have no finite mean."""
        values = tf.minimum(psnr(images, generated, self.scale), 100.0)
        return {"psnr": tf.reduce_mean(values)}

    @logs(up=["ssim", "sharpness"], held_out=True)  # they take a hundredth of a step
    def test_step(self, data):
        """Returns the content loss and the measures of whole pictures, changing nothing."""
        images, inputs = self.unpack(data)
        size = batch_length(inputs)
        images = not_empty(images, self.image_shape)
        inputs = not_empty(inputs, self.inputs_shape)
        generated = tf.cast(self.apply(self.sampler, inputs), "float32")
        content = self.content_weight * self.content(images, generated)
        values = {
            "generator_content_loss": content,
            "ssim": tf.reduce_mean(ssim(images, generated, self.scale)),
            "sharpness": tf.reduce_mean(sharpness(generated)),
        }
        return self.log(size, values | self.measures(images, generated))

    # ------------------------------------------------------------------ data

    def check_held_out(self, x, y, name, count=1):
        """Raises a ValueError if that is no such data, or its images are too small to measure."""
        return check_first(self._check_measurable, x, y, name, count)

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

    def upscale(self, image, tile=256, margin=48, verbose=False):
        """Makes a picture of any size larger.

        Args:
            image: uint8 in [0, 255] or float in [-1, 1], (H, W, channels), or several of one size,
                (N, H, W, channels).
            tile: The side, in pixels, of the parts in which a large picture is computed.
            margin: How much more of the picture each part sees on each side. A pixel of the paper's
                network depends on the 40 around it, so that the parts do not show.
            verbose: Whether to show how much of a picture is done.

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
        made = [
            in_tiles(self.to_images, each, self.scale, tile, margin, verbose) for each in images
        ]
        return made[0] if image.ndim == 3 else np.stack(made)

    def endpoints(self):
        """Serves `upscale`."""
        return {"upscale": (self.to_images, self.to_images.input_signature)}

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"scale": self.scale, "image_shape": self.image_shape}
