"""SavedModels with named endpoints."""

import fnmatch
import os
import pathlib
import shutil

import keras
import tensorflow as tf

from kerasgan.files import whole
from kerasgan.keras_compat import name_outputs

# What TensorFlow raises where Python raises an OSError.
_CANNOT_WRITE = (
    tf.errors.OutOfRangeError,
    tf.errors.PermissionDeniedError,
    tf.errors.ResourceExhaustedError,
)


def write_saved_model(path, endpoints, output_names, networks, verbose=False):
    """Writes a SavedModel that `tf.saved_model.load` reads without kerasgan and without Keras.

    Args:
        path: The folder to write, or a URL such as gs://bucket/model. A SavedModel that is there
            already is replaced, on a disk once the new one is whole.
        endpoints: A dict, name -> (function, its list of `tf.TensorSpec`). The functions return a
            tensor, and use the weights of `networks` only.
        output_names: What signatures call those tensors, by endpoint.
        networks: The `keras.Model`s whose weights go with the endpoints.
        verbose: Whether to print the signatures.

    Raises:
        ValueError: If something that is not a SavedModel is in the way, or TensorFlow could not
            load what lies at such a path.
        OSError: If it cannot be written, such as on a full disk; nothing of it stays then, and a
            SavedModel that was there is as it was.
    """
    url = os.fspath(path)
    path = pathlib.Path(path).resolve()  # of a link, what it leads to
    _check_loadable(url if "://" in url else str(path))
    if path.is_file() or (
        path.is_dir() and any(path.iterdir()) and not tf.saved_model.contains_saved_model(path)
    ):
        raise ValueError(f"{path} exists and is no SavedModel: nothing was written over it.")
    archive = keras.export.ExportArchive()
    for network in networks:
        archive.track(network)
    named = {}
    for name, (function, signature) in endpoints.items():
        served = archive.add_endpoint(name, function, input_signature=signature)
        named[name] = _named(served, signature, output_names[name])
    # An endpoint that is called in Python returns the tensor itself.
    name_outputs(archive, named)
    if "://" in url:  # a bucket's folder, which cannot be renamed
        if tf.saved_model.contains_saved_model(url):
            tf.io.gfile.rmtree(url)
        archive.write_out(url, verbose=verbose)
        return
    try:
        with whole(path) as unfinished:
            unfinished.mkdir(parents=True)  # or Python's error, which says more than TensorFlow's
            archive.write_out(str(unfinished), verbose=verbose)
            if path.exists():
                shutil.rmtree(path)
    except _CANNOT_WRITE as error:
        reason = error.message.rpartition("}} ")[2]  # without the function's name
        raise OSError(f"{path} cannot be written: {reason}") from error


def _check_loadable(path):
    """Raises a ValueError for a path that TensorFlow cannot load from.

    It takes the path of the variables for a pattern: [v2] stands for one letter, v or 2.
    """
    if "\\" in path or not fnmatch.fnmatchcase(path, path):
        raise ValueError(
            f"TensorFlow cannot load a SavedModel from {path}: there must be no [...] and no "
            "backslash in its path. Nothing was written."
        )


def _named(function, signature, name):
    """Returns a function of tensors like another one, which returns its tensor by name."""

    @tf.function(input_signature=signature, autograph=False)
    def named(*tensors):
        return {name: function(*tensors)}

    return named
