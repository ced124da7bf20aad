"""PyTorch's files of weights, read without PyTorch.

Such a file is a pickle, and unpickling runs what the file asks for. Here it may ask for tensors and
dictionaries of them, and anything else is refused.
"""

import collections
import pathlib
import pickle
import zipfile

import keras
import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C  # of files before version 1.6, whose tensors follow the pickles
# What unpickling a broken file raises; it may ask for memory without end too.
_BROKEN = (
    *(pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError),
    *(KeyError, IndexError, OverflowError, MemoryError, zipfile.BadZipFile, NotImplementedError),
)
_TYPES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "LongStorage": "<i8"}


def read_tensors(path):
    """Returns the tensors of a file, a dictionary of arrays by name.

    Args:
        path: A state dictionary that `torch.save` wrote.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it holds anything else.
    """
    path = pathlib.Path(path)
    with path.open("rb") as file:
        try:
            read = _read_zip if zipfile.is_zipfile(file) else _read_in_turn
            file.seek(0)
            tensors, storages = read(file)
            return {name: _view(storages, *each) for name, each in tensors.items()}
        except _BROKEN as error:
            raise ValueError(
                f"{path} is no file of tensors that PyTorch wrote: {error}."
            ) from error


def _read_zip(file):
    """Returns the tensors, and the storages by key, of an archive, as PyTorch writes since 1.6."""
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(names) != 1:
            raise ValueError("it holds no data.pkl")
        root = names[0].removesuffix("data.pkl")
        order = f"{root}byteorder"
        if order in archive.namelist() and archive.read(order) != b"little":
            raise ValueError("its numbers are big-endian")
        with archive.open(names[0]) as pickled:
            tensors = _Reader(pickled).load()
        storages = {}
        for key, (dtype, count) in _numbers(tensors).items():
            entry = archive.getinfo(f"{root}data/{key}")
            if entry.file_size != count * np.dtype(dtype).itemsize:
                raise ValueError(f"tensor {key} has another length than it says")
            storages[key] = np.frombuffer(archive.read(entry), dtype)
    return tensors, storages


def _read_in_turn(file):
    """Likewise of pickles and numbers one after the other, as PyTorch wrote before."""
    size = file.seek(0, 2)
    file.seek(0)
    if _Reader(file).load() != _MAGIC:
        raise ValueError("it does not begin as such a file does")
    for _ in ("version", "system"):
        _Reader(file).load()
    tensors = _Reader(file).load()
    storages, numbers = {key: None for key in _Reader(file).load()}, _numbers(tensors)
    for key in storages:
        dtype, count = numbers[key]
        if int.from_bytes(file.read(8), "little") != count:
            raise ValueError(f"tensor {key} has another length than it says")
        length = count * np.dtype(dtype).itemsize
        if file.tell() + length > size:
            raise ValueError(f"it ends within tensor {key}")
        storages[key] = np.frombuffer(file.read(length), dtype)
    return tensors, storages


def _numbers(tensors):
    """Returns the kind and the count of each storage's numbers, by key."""
    return {each.key: (each.dtype, each.count) for each, *_ in tensors.values()}


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
