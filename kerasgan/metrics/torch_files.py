"""PyTorch's files of weights, read without PyTorch.

Such a file is a pickle, and unpickling runs what the file asks for. Here it may ask for tensors and
dictionaries of them, and anything else is refused.
"""

import collections
import pathlib
import pickle

import keras
import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C  # of files before version 1.6, whose tensors follow the pickles
# What unpickling a broken file raises; it may ask for memory without end too.
_BROKEN = (
    *(pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError),
    *(KeyError, IndexError, OverflowError, MemoryError),
)
_TYPES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "LongStorage": "<i8"}


def read_tensors(path):
    """Returns the tensors of a file, a dictionary of arrays by name.

    Args:
        path: A state dictionary that `torch.save` wrote, in the format before version 1.6.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it holds anything else.
    """
    path = pathlib.Path(path)
    with path.open("rb") as file:
        try:
            if _Reader(file).load() != _MAGIC:
                raise ValueError("it does not begin as such a file does")
            for _ in ("version", "system"):
                _Reader(file).load()
            tensors = _Reader(file).load()
            storages = {key: None for key in _Reader(file).load()}
            numbers = {each.key: (each.dtype, each.count) for each, *_ in tensors.values()}
            for key in storages:
                dtype, count = numbers[key]
                if int.from_bytes(file.read(8), "little") != count:
                    raise ValueError(f"tensor {key} has another length than it says")
                length = count * np.dtype(dtype).itemsize
                if file.tell() + length > path.stat().st_size:
                    raise ValueError(f"it ends within tensor {key}")
                storages[key] = np.frombuffer(file.read(length), dtype)
            return {name: _view(storages, *each) for name, each in tensors.items()}
        except _BROKEN as error:
            raise ValueError(
                f"{path} is no file of tensors that PyTorch wrote before version 1.6, or with "
                f"_use_new_zipfile_serialization=False: {error}."
            ) from error


_Storage = collections.namedtuple("_Storage", "dtype key count")


class _Reader(pickle.Unpickler):
    """Unpickles tensors as (storage, first number, shape, strides), and nothing else."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, start, shape, strides, *_: (storage, start, shape, strides)
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid):
        _, dtype, key, _, count, *_ = pid
        return _Storage(dtype, key, count)


def _view(storages, storage, start, shape, strides):
    """Returns a tensor, an array.

    Raises:
        ValueError: If it reaches out of its storage.
    """
    numbers = storages[storage.key]
    steps = [(side - 1) * stride for side, stride in zip(shape, strides, strict=True)]
    if min(start, *shape, *strides, 0) < 0 or start + sum(steps) >= len(numbers):
        raise ValueError(f"a tensor {shape} is larger than its storage")
    strides = [stride * numbers.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(numbers[start:], shape, strides, writeable=False)


def load_tensors(network, tensors):
    """Gives a network of Keras layers the tensors of PyTorch's layers of the same names.

    Args:
        network: Its convolutions, depthwise and not, dense layers and batch normalizations are
            called as PyTorch's are.
        tensors: Arrays, by the name of the layer and of the weight.

    Raises:
        ValueError: If a tensor is missing, has another shape, or belongs to no layer.
    """
    left = {name for name in tensors if not name.endswith("num_batches_tracked")}
    for layer in network.layers:
        names = [f"{layer.name}.{weight}" for weight in _weights(layer)]
        if missing := set(names) - left:
            raise ValueError(f"There is no tensor {', '.join(sorted(missing))}.")
        layer.set_weights([_transposed(layer, tensors[name]) for name in names])
        left -= set(names)
    if left:
        raise ValueError(f"No layer of {network.name!r} takes {', '.join(sorted(left)[:5])}.")


def _weights(layer):
    """Returns what PyTorch calls a layer's weights, in Keras' order."""
    if isinstance(layer, keras.layers.BatchNormalization):
        return ["weight", "bias", "running_mean", "running_var"]
    return ["weight", "bias"][: len(layer.weights)]


def _transposed(layer, tensor):
    """Returns a tensor in the order of axes that Keras has."""
    if tensor.ndim == 4:
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        return tensor.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
    return tensor.T
