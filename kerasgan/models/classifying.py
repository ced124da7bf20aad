"""What discriminators that know classes have in common."""

import tensorflow as tf

from kerasgan.data import check_images, to_float
from kerasgan.engine.batches import predict_in_batches
from kerasgan.engine.checks import check_integer


class Classifying:
    """A mixin for models whose discriminator tells classes: `classify` and its endpoint."""

    def class_logits(self, images):
        """Returns the scores of the classes (N, num_classes) for float images, in inference."""
        raise NotImplementedError

    def classify(self, images, batch_size=256):
        """Returns class probabilities, a float32 array (N, num_classes).

        Args:
            images: uint8 in [0, 255] or float in [-1, 1], (N, *image_shape).
            batch_size: How many images to compute at once.

        Raises:
            ValueError: If the images are of another shape, type or range.
        """
        check_images(images, self.image_shape, "images")
        return predict_in_batches(self._probabilities, [images], batch_size)

    def _probabilities(self, images):
        logits = self.class_logits(to_float(images))
        return tf.nn.softmax(tf.cast(logits, "float32"))

    def endpoints(self):
        """Serves `classify` too, from images to class probabilities."""
        images = tf.TensorSpec((None, *self.image_shape), "uint8", "images")
        return super().endpoints() | {"classify": (self._probabilities, [images])}

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return super().output_names() | {"classify": "probabilities"}


def check_number(name, number, least=2, needed=True):
    """Returns a number of classes, or of such, as an int; None if it may be missing.

    Raises:
        ValueError: If it is not an integer of at least `least`.
    """
    if number is None and not needed:
        return None
    return check_integer(name, number, least, f"an integer of at least {least}")


def check_class_outputs(outputs, names, index, number, argument="num_classes"):
    """Returns how many classes, or codes, a user's discriminator tells.

    Args:
        outputs: Its symbolic outputs.
        names: What they must be, in order.
        index: Which of them tells the classes.
        number: The number that the user gave, or None.
        argument: The argument that it was given as.

    Raises:
        ValueError: If the outputs are not as many, or the number is another one.
    """
    shapes = [tuple(x.shape) for x in outputs] if isinstance(outputs, (list, tuple)) else [outputs]
    if len(shapes) != len(names) or len(shapes[index]) != 2:
        raise ValueError(
            f"The discriminator must give [{', '.join(names)}], in a list; it gives {outputs}."
        )
    found = shapes[index][-1]
    if number not in (None, found):
        raise ValueError(
            f"The discriminator gives {found} {names[index]}, but {argument}={number}."
        )
    return found
