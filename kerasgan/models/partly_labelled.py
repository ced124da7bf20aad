"""What models have in common that learn from a few labelled images beside many others."""

import keras
import tensorflow as tf

from kerasgan.data import check_images, check_labels, to_float
from kerasgan.engine.batches import batch_length
from kerasgan.engine.checks import checked_labels


class PartlyLabelled:
    """A mixin for models that `fit` takes batches of `((x_labelled, x_unlabelled), y_labelled)`.

    `kerasgan.data.semi_supervised` makes them. `evaluate`, and validation, take labelled images
    `(x, y)`. A model has `num_classes`.
    """

    def unpack(self, data):
        """Returns ((labelled images, unlabelled images), labels)."""
        (labelled, unlabelled), labels, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        labelled = super().unpack((labelled, None, sample_weight))
        return (labelled, to_float(unlabelled)), checked_labels(labels, self.num_classes)

    def test_step(self, data):
        """Returns the losses and accuracies on held-out labelled images, changing nothing."""
        images, labels, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        if isinstance(images, (list, tuple)):
            raise ValueError("validation_split does not work here: give validation_data=(x, y).")
        return super().test_step(((images, images), labels, sample_weight))

    def check_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not ((x_labelled, x_unlabelled), y_labelled)."""
        if not isinstance(x, (list, tuple)) or len(x) != 2:
            raise ValueError(
                f"{name} must be ((x_labelled, x_unlabelled), y_labelled), as "
                f"kerasgan.data.semi_supervised makes it; its images are {type(x).__name__}."
            )
        labelled, unlabelled = x
        check_images(labelled, self.image_shape, f"{name}: x_labelled")
        check_images(unlabelled, self.image_shape, f"{name}: x_unlabelled")
        check_labels(y, self.num_classes, len(labelled), f"{name}: y_labelled")

    def check_held_out_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not labelled images."""
        check_images(x, self.image_shape, name)
        check_labels(y, self.num_classes, len(x), f"the labels of {name}")

    def real_and_inputs(self, x, y):
        """Returns the images, in training the unlabelled ones, and nothing."""
        return (x[1] if isinstance(x, (list, tuple)) else x), None


def every_second(images, start=0):
    """Returns images[start::2], which TensorFlow's slices do many times more slowly."""
    return tf.gather(images, tf.range(start, batch_length(images), 2))
