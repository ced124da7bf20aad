"""SavedModels with named endpoints.

This module knows functions and networks, and no model: each variant names its endpoints, and
`Model.export` calls `write_saved_model`.
"""

import os
import pathlib
import shutil

import keras
import tensorflow as tf


def write_saved_model(path, endpoints, networks, verbose=False):
    """Writes a SavedModel that `tf.saved_model.load` reads without kerasgan and without Keras.

    Args:
        path: The folder to write, or a URL such as gs://bucket/model. A SavedModel that is there
            already is replaced, on a disk once the new one is whole.
        endpoints: A dict, name -> (function, its list of `tf.TensorSpec`). The functions use the
            weights of `networks` only.
        networks: The `keras.Model`s whose weights go with the endpoints.
        verbose: Whether to print the signatures.

    Raises:
        ValueError: If something that is not a SavedModel is in the way.
    """
    url = os.fspath(path)
    path = pathlib.Path(path).resolve()  # of a link, what it leads to
    if path.is_file() or (
        path.is_dir() and any(path.iterdir()) and not tf.saved_model.contains_saved_model(path)
    ):
        raise ValueError(f"{path} exists and is no SavedModel: nothing was written over it.")
    archive = keras.export.ExportArchive()
    for network in networks:
        archive.track(network)
    for name, (function, signature) in endpoints.items():
        archive.add_endpoint(name, function, input_signature=signature)
    if "://" in url:  # a bucket's folder, which cannot be renamed
        if tf.saved_model.contains_saved_model(url):
            tf.io.gfile.rmtree(url)
        archive.write_out(url, verbose=verbose)
        return
    unfinished = path.with_name(f"{path.name}.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)  # a process was killed here
    archive.write_out(str(unfinished), verbose=verbose)
    if path.exists():
        shutil.rmtree(path)
    unfinished.replace(path)
