"""Images made what a feature network takes."""

import contextlib

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class Prepare(keras.layers.Layer):
    """Resizes images in [-1, 1], (N, H, W, 1 or 3), and scales them; gives (N, side, side, 3).

    Grey is copied into the three channels.

    - "tf" is what TensorFlow 1 called bilinear: pixel i of the result is at i * H / side, between
      two pixels, whose centres are not at their middles. It does not smooth before it shrinks.
    - "clean" is Pillow's bicubic on floats, which does, clipped to [0, 255] and not rounded. Parmar
      et al., "On Aliased Resizing and Surprising Subtleties in GAN Evaluation", 2022,
      arXiv:2104.11222.

    Args:
        side: The height and width to give.
        resize: "tf" or "clean".
        mean: What is subtracted from levels in [0, 255].
        scale: What they are divided by then.

    Raises:
        ValueError: If there is no such way to resize.
    """

    def __init__(self, side, resize, mean, scale, **options):
        super().__init__(**options)
        if resize not in ("tf", "clean"):
            raise ValueError(f"resize must be 'tf' or 'clean', but is {resize!r}.")
        self.side, self.resize, self.mean, self.scale = side, resize, mean, scale

    def call(self, images):
        """Returns the prepared images."""
        images = (ops.cast(images, "float32") + 1.0) * 127.5
        if images.shape[-1] is None:
            images = images * ops.ones((3,))  # copies grey, and keeps three channels
        elif images.shape[-1] == 1:
            images = ops.repeat(images, 3, axis=-1)
        size = (self.side, self.side)
        if self.resize == "tf":
            images = tf.raw_ops.ResizeBilinear(images=images, size=size)
        else:
            images = tf.image.resize(images, size, "bicubic", antialias=True)
            images = ops.clip(images, 0.0, 255.0)
        return (images - self.mean) / self.scale

    def compute_output_shape(self, input_shape):
        """Returns the shape of the result."""
        return (input_shape[0], self.side, self.side, 3)

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        options = {"side": self.side, "resize": self.resize, "mean": self.mean, "scale": self.scale}
        return super().get_config() | options


@contextlib.contextmanager
def in_float32():
    """A context, or decorator, in which layers compute in float32, whatever the policy is.

    So networks judge alike in a program that trains in half precision.
    """
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


def prepared(network, prepare, name):
    """Returns a frozen network with a name, for images of any size.

    Args:
        network: From what `prepare` gives.
        prepare: A layer, from images (N, H, W, 1 or 3).
        name: The name.
    """
    images = keras.Input((None, None, None), name="images")
    model = keras.Model(images, network(prepare(images)), name=name)
    model.trainable = False
    return model
