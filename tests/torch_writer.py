"""Writes what PyTorch writes, without PyTorch."""

import collections
import pickle
import sys
import types
import zipfile
from unittest import mock

import numpy as np

NAMES = {"f4": "FloatStorage", "f8": "DoubleStorage", "i8": "LongStorage", "i4": "IntStorage"}


def _module(name):
    module = types.ModuleType(name)
    for each in NAMES.values():
        setattr(module, each, type(each, (), {"__module__": name}))
    exec("def _rebuild_tensor_v2(*arguments): pass", vars(module))
    return module


MODULES = {"torch": _module("torch"), "torch._utils": _module("torch._utils")}


class Tensor:
    def __init__(self, key, array, change):
        self.array, self.change = array, change
        storage = getattr(MODULES["torch"], NAMES[array.dtype.str[1:]])
        self.storage = Storage(("storage", storage, key, "cpu", array.size, None))

    def __reduce__(self):
        strides = tuple(stride // self.array.itemsize for stride in self.array.strides)
        described = {"start": 0, "shape": self.array.shape, "strides": strides} | self.change
        rest = False, collections.OrderedDict()
        arguments = (self.storage, *described.values(), *rest)
        return MODULES["torch._utils"]._rebuild_tensor_v2, arguments


class Storage:
    def __init__(self, pid):
        self.pid = pid


class Pickler(pickle.Pickler):
    def persistent_id(self, obj):
        return obj.pid if isinstance(obj, Storage) else None


def write_tensors(path, tensors, change=(), extra=None, zipped=False):
    """Writes arrays by name; those that are not row by row stay so.

    Args:
        path: The file.
        tensors: The arrays.
        change: What to say of them that is not true: "start", "shape" or "strides".
        extra: Another thing to put beside them.
        zipped: Whether as an archive, as PyTorch does since version 1.6.
    """
    keys = {name: str(number) for number, name in enumerate(tensors)}
    state = collections.OrderedDict(
        (name, Tensor(keys[name], array, dict(change))) for name, array in tensors.items()
    )
    state._metadata = {"version": 1}  # as modules write it
    if extra is not None:
        state["extra"] = extra
    if zipped:
        with zipfile.ZipFile(path, "w") as archive, mock.patch.dict(sys.modules, MODULES):
            with archive.open(f"{path.stem}/data.pkl", "w") as file:
                Pickler(file, 2).dump(state)
            archive.writestr(f"{path.stem}/byteorder", "little")
            for name, array in tensors.items():
                archive.writestr(f"{path.stem}/data/{keys[name]}", array.tobytes("A"))
        return
    with path.open("wb") as file, mock.patch.dict(sys.modules, MODULES):
        for each in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, state):
            Pickler(file, 2).dump(each)
        Pickler(file, 2).dump(list(keys.values()))
        for array in tensors.values():
            file.write(np.int64(array.size).tobytes() + array.tobytes("A"))
