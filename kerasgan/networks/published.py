"""The generators of pix2pix and CycleGAN, of their authors' files of weights.

The files are those of junyanz/pytorch-CycleGAN-and-pix2pix. Each image is normalized by itself, as
the authors' code does it in use too; averages that a file holds are left out.
"""

import keras
import numpy as np
from keras import layers

from kerasgan.networks import resnet, unet
from kerasgan.torch_files import load_tensors

_AVERAGES = "running_mean", "running_var", "num_batches_tracked"
_PARTS = "weight", "bias"


def generator(tensors):
    """Returns the generator, and the shape of the images that it was made for.

    Args:
        tensors: Arrays by name, as `kerasgan.torch_files.read_tensors` returns them: of a U-Net of
            any depth (such as `unet_256`), or a residual network of any number of blocks (such as
            `resnet_9blocks`).

    Raises:
        ValueError: If they are of another network.
    """
    tensors = {
        name.removeprefix("module."): tensor  # which several GPUs prepend
        for name, tensor in tensors.items()
        if not name.endswith(_AVERAGES)
    }
    if "model.model.0.weight" in tensors:
        network, names, shape = _unet(tensors)
    elif "model.10.conv_block.1.weight" in tensors:
        network, names, shape = _resnet(tensors)
    else:
        raise ValueError(
            "These are no tensors of a generator of pix2pix or CycleGAN: there is neither a "
            "model.model.0.weight nor a model.10.conv_block.1.weight."
        )
    ours = [layer.name for layer in network.layers if layer.weights]
    renamed = {
        f"{name}.{part}": f"{our}.{part}"
        for our, name in zip(ours, names, strict=True)
        for part in _PARTS
    }
    load_tensors(network, {renamed.get(name, name): each for name, each in tensors.items()})
    return network, shape


def _unet(tensors):
    """Returns the U-Net, the names of its layers in the file, and the shape of images.

    Each level is a block within the one around it: LeakyReLU, convolution, normalization, the block
    within, ReLU, transposed convolution, normalization.
    """
    down, up, block = ["model.model.0"], ["model.model.3"], "model.model.1.model"
    while f"{block}.3.model.1.weight" in tensors:
        down += [f"{block}.1", f"{block}.2"]
        up = [f"{block}.5", f"{block}.6", *up]
        block += ".3.model"
    names = [*down, f"{block}.1", f"{block}.3", f"{block}.4", *up]
    width, channels = tensors[names[0] + ".weight"].shape[:2]
    output_channels = tensors[names[-1] + ".weight"].shape[1]
    depth = block.count("model") - 1
    for name in up[::2]:  # here the skipped connection is the second half
        weight = tensors[f"{name}.weight"]
        tensors[f"{name}.weight"] = np.roll(weight, len(weight) // 2, axis=0)
    shape = (2**depth, 2**depth, channels)
    return unet.generator(shape, output_channels, width, depth), names, shape


def _resnet(tensors):
    """Likewise of the residual network, its layers one after the other."""
    blocks = sum(name.endswith("conv_block.1.weight") for name in tensors)
    # With dropout, which is for training, a block's second convolution is one further.
    second = 6 if "model.10.conv_block.6.weight" in tensors else 5
    names = [f"model.{i}" for i in (1, 4, 7)]
    names += [f"model.{10 + i}.conv_block.{j}" for i in range(blocks) for j in (1, second)]
    names += [f"model.{10 + blocks + i}" for i in (0, 3, 7)]
    width, channels = tensors[names[0] + ".weight"].shape[:2]
    output_channels = len(tensors[names[-1] + ".bias"])
    network = resnet.generator(channels, output_channels, width, blocks)
    side = 256 if blocks > 6 else 128
    return _moved(network), names, (side, side, channels)


def _moved(network):
    """Returns a residual generator whose transposed convolutions are placed as PyTorch's.

    Keras' output 2 i + k of input i and kernel position k is PyTorch's 2 i + k - 1.
    """

    def clone(layer):
        config = layer.get_config()
        if isinstance(layer, layers.Conv2DTranspose):
            config["padding"] = "valid"
        return type(layer).from_config(config)

    def call(layer, *args, **kwargs):
        x = layer(*args, **kwargs)
        moved = isinstance(layer, layers.Conv2DTranspose)
        return layers.Cropping2D(((1, 0), (1, 0)))(x) if moved else x

    return keras.models.clone_model(network, clone_function=clone, call_function=call)
