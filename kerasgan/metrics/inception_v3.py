"""Inception as the Fréchet inception distance has it.

Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2015, arXiv:1512.00567,
in the version of December 2015 that Heusel et al. measured with (arXiv:1706.08500). Networks of
other libraries differ: batch normalization has a scale here, padding does not count in averages,
the last block's pool takes the maximum, and there are 1,008 logits. Only distances of its 2,048
features are called FID.
"""

import hashlib
import pathlib

import keras
from keras import layers, ops

from kerasgan.metrics.preparing import Prepare, in_float32, prepared
from kerasgan.torch_files import load_tensors, read_tensors

_SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
_SIDE = 299
LAYERS = 64, 192, 768, 2048, "logits", "logits_unbiased"


@in_float32()
def inception(path, layer=2048, resize="tf"):
    """Returns FID's Inception: images in [-1, 1], (N, H, W, 1 or 3), to float32 (N, 2048).

    Its weights are a file of 96 MB that is not ours to bring: pt_inception-2015-12-05-6726825d.pth,
    from the releases of mseitzer/pytorch-fid (fid_weights), or under another name of those of
    toshas/torch-fidelity (v0.2.0). It is read without PyTorch.

    Args:
        path: That file.
        layer: Which features, averaged over space: 64, 192, 768 or 2048 of them; or "logits", (N,
            1008), of which the inception score takes those without bias, "logits_unbiased".
        resize: To 299 x 299, "tf" as the first implementation, torch-fidelity and StyleGAN's have
            it, or "clean", see `Prepare`. Values compare only if they are of one way.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is another file, or there is no such layer or way to resize.
    """
    if layer not in LAYERS:
        raise ValueError(f"layer must be one of {', '.join(map(repr, LAYERS))}, but is {layer!r}.")
    prepare = Prepare(_SIDE, resize, 128.0, 128.0, name="prepare")
    digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    if digest != _SHA256:
        raise ValueError(
            f"{path} is not pt_inception-2015-12-05-6726825d.pth: its SHA-256 is {digest}, not "
            f"{_SHA256}."
        )
    network, outputs = build()
    load_tensors(network, read_tensors(path))
    if layer == "logits_unbiased":
        bias = network.get_layer("fc").bias
        bias.assign(ops.zeros_like(bias))
    network = keras.Model(network.input, outputs[layer], name="network")
    return prepared(network, prepare, f"inception_{layer}_{resize}_{digest[:8]}")


def build():
    """Returns the network without weights, (N, 299, 299, 3) to logits, and its outputs by name.

    Layers are called as in PyTorch's files.
    """
    pool = layers.MaxPooling2D(3, 2)
    images = keras.Input((_SIDE, _SIDE, 3))
    x = _conv(images, "Conv2d_1a_3x3", 32, 3, stride=2)
    x = _conv(x, "Conv2d_2a_3x3", 32, 3)
    x = _conv(x, "Conv2d_2b_3x3", 64, 3, padding="same")
    taps = [x := pool(x)]
    x = _conv(x, "Conv2d_3b_1x1", 80, 1)
    x = _conv(x, "Conv2d_4a_3x3", 192, 3)
    taps.append(x := pool(x))
    for name, width in (("Mixed_5b", 32), ("Mixed_5c", 64), ("Mixed_5d", 64)):
        x = _block_a(x, name, width)
    x = _block_b(x, "Mixed_6a")
    widths = {"Mixed_6b": 128, "Mixed_6c": 160, "Mixed_6d": 160, "Mixed_6e": 192}
    for name, width in widths.items():
        x = _block_c(x, name, width)
    taps.append(x)
    x = _block_d(x, "Mixed_7a")
    x = _block_e(x, "Mixed_7b", layers.AveragePooling2D)
    x = _block_e(x, "Mixed_7c", layers.MaxPooling2D)
    taps.append(x)
    features = [layers.GlobalAveragePooling2D()(each) for each in taps]
    logits = layers.Dense(1008, name="fc")(features[-1])
    network = keras.Model(images, logits, name="inception")
    return network, dict(zip(LAYERS, [*features, logits, logits], strict=True))


def _conv(x, name, width, kernel, stride=1, padding="valid"):
    """A convolution, batch normalization and ReLU."""
    options = {"strides": stride, "padding": padding, "use_bias": False}
    x = layers.Conv2D(width, kernel, **options, name=f"{name}.conv")(x)
    return layers.ReLU()(layers.BatchNormalization(epsilon=1e-3, name=f"{name}.bn")(x))


def _chain(x, name, *convolutions):
    """Convolutions one after the other, each (name, width, kernel), that keep the size."""
    for part, width, kernel in convolutions:
        x = _conv(x, f"{name}.branch{part}", width, kernel, padding="same")
    return x


def _pooled(x, name, width, pool=layers.AveragePooling2D):
    """A pool of 3 x 3 that keeps the size, and a convolution; averages leave padding out."""
    return _chain(pool(3, 1, "same")(x), name, ("_pool", width, 1))


def _block_a(x, name, width):
    branches = [
        _chain(x, name, ("1x1", 64, 1)),
        _chain(x, name, ("5x5_1", 48, 1), ("5x5_2", 64, 5)),
        _chain(x, name, ("3x3dbl_1", 64, 1), ("3x3dbl_2", 96, 3), ("3x3dbl_3", 96, 3)),
        _pooled(x, name, width),
    ]
    return layers.Concatenate()(branches)


def _block_b(x, name):
    double = _chain(x, name, ("3x3dbl_1", 64, 1), ("3x3dbl_2", 96, 3))
    branches = [
        _conv(x, f"{name}.branch3x3", 384, 3, stride=2),
        _conv(double, f"{name}.branch3x3dbl_3", 96, 3, stride=2),
        layers.MaxPooling2D(3, 2)(x),
    ]
    return layers.Concatenate()(branches)


def _block_c(x, name, width):
    row, column = (1, 7), (7, 1)
    branches = [
        _chain(x, name, ("1x1", 192, 1)),
        _chain(x, name, ("7x7_1", width, 1), ("7x7_2", width, row), ("7x7_3", 192, column)),
        _chain(
            *(x, name, ("7x7dbl_1", width, 1)),
            *(("7x7dbl_2", width, column), ("7x7dbl_3", width, row)),
            *(("7x7dbl_4", width, column), ("7x7dbl_5", 192, row)),
        ),
        _pooled(x, name, 192),
    ]
    return layers.Concatenate()(branches)


def _block_d(x, name):
    three = _chain(x, name, ("3x3_1", 192, 1))
    seven = _chain(x, name, ("7x7x3_1", 192, 1), ("7x7x3_2", 192, (1, 7)), ("7x7x3_3", 192, (7, 1)))
    branches = [
        _conv(three, f"{name}.branch3x3_2", 320, 3, stride=2),
        _conv(seven, f"{name}.branch7x7x3_4", 192, 3, stride=2),
        layers.MaxPooling2D(3, 2)(x),
    ]
    return layers.Concatenate()(branches)


def _block_e(x, name, pool):
    three = _chain(x, name, ("3x3_1", 384, 1))
    double = _chain(x, name, ("3x3dbl_1", 448, 1), ("3x3dbl_2", 384, 3))
    branches = [
        _chain(x, name, ("1x1", 320, 1)),
        _chain(three, name, ("3x3_2a", 384, (1, 3))),
        _chain(three, name, ("3x3_2b", 384, (3, 1))),
        _chain(double, name, ("3x3dbl_3a", 384, (1, 3))),
        _chain(double, name, ("3x3dbl_3b", 384, (3, 1))),
        _pooled(x, name, 192, pool),
    ]
    return layers.Concatenate()(branches)
