"""SavedModels with named endpoints."""

import fnmatch
import os
import pathlib
import shutil

import keras
import tensorflow as tf

from kerasgan.engine.players import networks_of
from kerasgan.files import whole
from kerasgan.keras_compat import name_outputs

# What TensorFlow raises where Python raises an OSError.
_CANNOT_WRITE = (
    tf.errors.OutOfRangeError,
    tf.errors.PermissionDeniedError,
    tf.errors.ResourceExhaustedError,
)


class Exporting:
    """What an `AdversarialModel` makes, and the model that is served."""

    # How a user names the network that makes the images.
    sampler_code = "sampler"

    @property
    def sampler(self):
        """The network that `generate` and `export` use: the averaged generator if there is one."""
        return self.generator if self.ema is None else self.generator_ema

    def call(self, inputs, training=False):
        """Returns what the sampler makes of its inputs: `predict(latents)` gives float images."""
        made = self.apply(self.sampler, inputs, training)
        return tf.nest.map_structure(lambda images: tf.cast(images, "float32"), made)

    def endpoints(self):
        """Returns what `export` serves: name -> (function, its tensor specifications)."""
        return {}

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return {}

    def export(
        self, filepath, format="tf_saved_model", verbose=None, input_signature=None, **kwargs
    ):
        """Writes a SavedModel with named endpoints that need neither kerasgan nor Keras.

        Images are uint8 in [0, 255] on both sides of every endpoint. Called in Python an endpoint
        returns its tensor; of its signature the tensor is named: `images`, `logits`,
        `probabilities` or `latents`.

        Args:
            filepath: The folder to write. TensorFlow cannot load from paths with [...] in them.
            format: "tf_saved_model".
            verbose: Whether to print where the model was written.
            input_signature: Must be None: each endpoint has a signature of its own.
            **kwargs: None are known.

        Raises:
            ValueError: If another format or a signature is asked for. Single networks export to
                every format of Keras: `model.sampler.export(path, format="onnx")`.
        """
        if format != "tf_saved_model" or input_signature is not None or kwargs:
            raise ValueError(
                f"{type(self).__name__}.export writes a tf_saved_model of several endpoints with "
                f"signatures of their own; got {format=}, {input_signature=}, {kwargs}. For "
                "another format or signature, export the network that makes the images: "
                f"model.{self.sampler_code}.export(path, format=...)."
            )
        players = [getattr(self, name) for name in self.players]
        averages = [average for average, _ in self.averaged_networks()]
        networks = [each for player in players + averages for each in networks_of(player)]
        endpoints = self.endpoints()
        names = dict.fromkeys(endpoints, "images") | self.output_names()
        write_saved_model(filepath, endpoints, names, networks, verbose=bool(verbose))


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
