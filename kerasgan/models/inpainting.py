"""What models have in common whose generator fills holes."""

import functools

import numpy as np
import tensorflow as tf

from kerasgan.data import check_images, check_masks, comparison_grid, to_float, to_uint8
from kerasgan.engine.batches import predict_in_batches
from kerasgan.engine.checks import ensure, readable_errors
from kerasgan.engine.logs import logs
from kerasgan.metrics import hole_l1, hole_psnr


class Inpaints:
    """A mixin for models whose generator fills holes: `inpaint`, its measures and its endpoint.

    A model has `holes`, a `kerasgan.models.holes.Holes`; `fill`, the value in [-1, 1] of each
    channel of missing pixels as the generator sees them; `image_shape` and `sampler`.
    """

    # ------------------------------------------------------------------ holes in training

    def drawn_holes(self, count, training):
        """Returns which pixels are missing, of the stream of training or of evaluation."""
        seeds = self.seed_generator if training else self.evaluation_seed_generator
        return self.draw_holes(count, seeds.next())

    def draw_holes(self, count, seed):
        """Returns which pixels are missing, booleans (count, H, W, 1), by a seed (2,)."""
        return self.holes.draw(count, self.image_shape, seed)

    def with_holes(self, images, missing):
        """Returns float images as the generator sees them."""
        return tf.where(missing, tf.constant(self.fill, "float32"), images)

    @logs(down=["hole_l1"], up=["hole_psnr"], held_out=True)
    def hole_measures(self, images, made, missing):
        """Returns how far what was made is from the images, inside of the holes alone."""
        return {
            "hole_l1": tf.reduce_mean(hole_l1(images, made, missing)),
            "hole_psnr": tf.reduce_mean(hole_psnr(images, made, missing)),
        }

    # ------------------------------------------------------------------ filling

    def inpaint(self, images, masks, batch_size=64):
        """Fills holes in images.

        Args:
            images: uint8 in [0, 255] or float in [-1, 1], (N, *image_shape).
            masks: True, or 1, where pixels are missing, which then do not count: (H, W) for all
                images, or (N, H, W).
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255], (N, *image_shape): the images, missing pixels filled
            and the others as they were.

        Raises:
            ValueError: If the images or masks are of another shape, type or range, or pixels are
                missing that the generator does not make, such as at the edge where it makes the
                middle.
        """
        images, missing = self._checked(images, masks)
        with readable_errors():
            return predict_in_batches(self.to_filled, [images, missing[..., 0]], batch_size)

    def inpainting_grid(self, images, masks, batch_size=64):
        """Returns a picture, a row for each image: with its hole, what is made, filled, and itself.

        Arguments and errors are those of `inpaint`.

        Returns:
            One picture, uint8 (H, W, C).
        """
        images, missing = self._checked(images, masks)
        shown = to_uint8(self.with_holes(to_float(images), missing)).numpy()
        with readable_errors():
            made = predict_in_batches(self._made, [images, missing[..., 0]], batch_size)
        return comparison_grid([shown, made, np.where(missing, made, images), images])

    def _checked(self, images, masks):
        """Returns uint8 images, and which pixels are missing, booleans (N, H, W, 1)."""
        check_images(images, self.image_shape, "images")
        missing = check_masks(masks, self.image_shape, len(images))
        images = np.asarray(images)
        return images if images.dtype == np.uint8 else to_uint8(images).numpy(), missing

    @functools.cached_property
    def to_filled(self):
        """The compiled function from uint8 images and masks (N, H, W) to filled uint8 images."""

        def filled(images, masks):
            # LiteRT cannot choose between bytes.
            made, known = (tf.cast(x, "int32") for x in (self._made(images, masks), images))
            return tf.cast(tf.where(masks[..., None], made, known), "uint8")

        return tf.function(
            filled,
            input_signature=[
                tf.TensorSpec((None, *self.image_shape), "uint8", "images"),
                tf.TensorSpec((None, *self.image_shape[:2]), "bool", "masks"),
            ],
            autograph=False,
        )

    def _made(self, images, masks):
        """Returns uint8 images with what the generator makes in its place."""
        images, missing = to_float(images), tf.convert_to_tensor(masks)[..., None]
        made = self.holes.paste(tf.ones_like(self.holes.part(missing)), tf.zeros_like(missing))
        message = "pixels are missing that the generator does not make: it makes the middle"
        with tf.control_dependencies([ensure(tf.reduce_all(made | ~missing), message)]):
            seen = self.with_holes(images, self.holes.hide(missing))
        return to_uint8(self.holes.paste(self.fillings(seen), images))

    def fillings(self, images, training=False):
        """Returns what the generator makes, float32, of images with holes."""
        generator = self.generator if training else self.sampler
        return tf.cast(self.apply(generator, images, training), "float32")

    # ------------------------------------------------------------------ what is compared with it

    def real_and_inputs(self, x, y):
        """Returns the images, twice: as they are, and to make holes in."""
        return x, x

    def make_from(self, inputs, count, seed):
        """Returns the images filled, holes drawn by the seed."""
        return self.inpaint(inputs, self.draw_holes(count, (seed, 0)).numpy())

    def grid(self, images, seed=0):
        """Returns `inpainting_grid` of images, holes drawn by the seed.

        Args:
            images: uint8 in [0, 255] or float in [-1, 1], (N, *image_shape).
            seed: An integer.

        Returns:
            One picture, uint8 (H, W, C).
        """
        return self.inpainting_grid(images, self.draw_holes(len(images), (seed, 0)).numpy())

    def endpoints(self):
        """Serves `inpaint`, of images and masks, and `discriminate`, of what the generator makes.

        Masks are booleans (N, H, W), True where pixels are missing.
        """
        shape = (None, *self.holes.part_shape(self.image_shape))
        return {
            "inpaint": (self.to_filled, self.to_filled.input_signature),
            "discriminate": (self.score, [tf.TensorSpec(shape, "uint8", "images")]),
        }

    def score(self, images):
        """Returns the discriminator's float32 logits for uint8 images, of what is made."""
        return tf.cast(self.logits(to_float(images)), "float32")

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return {"discriminate": "logits"}
