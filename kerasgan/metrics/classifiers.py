"""Small classifiers of small images, whose features judge generated ones without a download.

They are trained by `scripts/train_classifier.py`; kerasgan/metrics/weights/README.md has the
commands and the accuracies. Their features know digits, or clothes, and nothing else: distances
measured with them compare with no other network's, and none is called FID.
"""

import hashlib
import io
import pathlib

import keras
import numpy as np
from keras import layers

from kerasgan.metrics.preparing import in_float32

_WEIGHTS = pathlib.Path(__file__).parent / "weights"
_SIDES = {"digits": 8, "fashion_mnist": 28, "mnist": 28}
_CLASSES = 10
CLASSIFIERS = tuple(_SIDES)


@in_float32()
def classifier(name, layer="features"):
    """Returns a trained classifier: images in [-1, 1], (N, H, W, 1), to float32 (N, 64).

    Images of other sizes than those it was trained on, 28 x 28 or 8 x 8 for the digits inside
    scikit-learn, are resized to it. The model's name ends in the first 8 digits of the SHA-256 of
    the weights' file, so that a result says with which weights it was measured.

    Args:
        name: "mnist", "fashion_mnist" or "digits".
        layer: "features", of which there are 64, or "logits", (N, 10), as `inception_score` takes.

    Raises:
        ValueError: If there is no such classifier or layer.
    """
    if name not in _SIDES:
        raise ValueError(f"There are classifiers of {', '.join(_SIDES)}, but not of {name!r}.")
    if layer not in ("features", "logits"):
        raise ValueError(f"layer must be 'features' or 'logits', but is {layer!r}.")
    side = _SIDES[name]
    content = (_WEIGHTS / f"{name}.npz").read_bytes()
    network = build((side, side, 1), _CLASSES)
    load_weights(network, io.BytesIO(content))
    images = keras.Input((None, None, 1), name="images")
    x = Resizing(side, side, antialias=True, name="resize")(images)
    outputs = keras.Model(network.input, network.get_layer(layer).output, name="network")(x)
    digest = hashlib.sha256(content).hexdigest()[:8]
    model = keras.Model(images, outputs, name=f"{name}_{layer}_{digest}")
    model.trainable = False
    return model


@keras.saving.register_keras_serializable("kerasgan")
class Resizing(layers.Resizing):
    """Leaves images alone that have the size: to resize these takes a third of the time."""

    def call(self, images):
        """Returns the resized images."""
        return images if images.shape[1:3] == (self.height, self.width) else super().call(images)


def build(image_shape, num_classes):
    """Builds an untrained classifier, for images of any size.

    Args:
        image_shape: (height, width, channels).
        num_classes: Number of classes.

    Returns:
        A functional model: float32 images in [-1, 1], (batch, *image_shape), to float32 logits,
        (batch, num_classes). Its layer "features" has 64 outputs.
    """
    images = keras.Input(image_shape, name="images")
    x = images
    for width, kernel_size in ((32, 5), (64, 3), (128, 3)):
        x = layers.Conv2D(width, kernel_size, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(padding="same")(x)  # first: a quarter is left to normalize
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    x = layers.GlobalMaxPooling2D()(x)
    # Not relu: its inputs are positive, and half of the features would be 0 for every image.
    x = layers.Dense(64, activation="leaky_relu", name="features")(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(images, layers.Dense(num_classes, name="logits")(x), name="classifier")


def save_weights(network, file):
    """Writes a network's weights in half precision, in their order, and rounds its own to them.

    Args:
        network: The network.
        file: The path of the .npz file, or an open file.
    """
    arrays = [weights.astype("float16") for weights in network.get_weights()]
    np.savez_compressed(file, *arrays)
    network.set_weights(arrays)


def load_weights(network, file):
    """Gives a network the weights that `save_weights` wrote. No code in a file is run.

    Args:
        network: The network.
        file: The path of the .npz file, or an open file.

    Raises:
        ValueError: If the file holds other weights than the network's.
    """
    with np.load(file, allow_pickle=False) as arrays:
        network.set_weights([arrays[f"arr_{number}"] for number in range(len(arrays.files))])
