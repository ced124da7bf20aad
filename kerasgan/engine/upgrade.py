"""Weights files of version 0.1."""

import contextlib
import pathlib
import shutil
import tempfile

import h5py

from kerasgan.keras_compat import layers_of
from kerasgan.layers import InstanceNormalization

# Keras names a layer's place in a file by its class: the networks' instance normalization was one
# of ours, and is Keras' group normalization now.
_OLD, _NEW = "instance_normalization", "group_normalization"


@contextlib.contextmanager
def upgraded(path, model):
    """Yields the path of a file with the weights of another one, as a model names them now.

    Args:
        path: A .weights.h5 file of this version, or of version 0.1.
        model: The model that is to load it.
    """
    old = [] if _has_old_layers(model) else _old_places(path)
    if not old:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, pathlib.Path(path).name)
        shutil.copyfile(path, copy)
        with h5py.File(copy, "r+") as file:
            for place in old:
                file.move(place, place.replace(_OLD, _NEW))
        yield copy


def _has_old_layers(model):
    """Whether a model was loaded from a .keras file of version 0.1, which names its classes."""
    return any(isinstance(layer, InstanceNormalization) for layer in layers_of(model))


def _old_places(path):
    found = []
    with h5py.File(path) as file:
        file.visit(lambda place: found.append(place) if _OLD in place.split("/")[-1] else None)
    return found
