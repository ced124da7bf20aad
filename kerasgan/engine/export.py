"""What a model makes, and the files from which others serve it."""

import tensorflow as tf

import kerasgan
from kerasgan.engine import portable
from kerasgan.engine.players import networks_of
from kerasgan.engine.saved_model import write_saved_model


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

    def input_ranges(self):
        """Returns what to say of the inputs of endpoints, text by name, for files' metadata."""
        return {"images": "uint8 in [0, 255]"}

    def export(
        self,
        filepath,
        format="tf_saved_model",
        verbose=None,
        input_signature=None,
        *,
        endpoint=None,
        **kwargs,
    ):
        """Writes what the model makes for servers that need neither kerasgan nor Keras.

        Images are uint8 in [0, 255] on both sides of every endpoint. A SavedModel has all
        endpoints: called in Python one returns its tensor; of its signature the tensor is named:
        `images`, `logits`, `probabilities` or `latents`. Files of the other formats hold one, whose
        inputs and output have the same names, and as metadata the endpoint, its ranges and the
        latents' law. They compute in float32 whatever the model's precision is, cannot draw random
        numbers, and take any number of images; ONNX calls `output_images` what is made of `images`.

        Args:
            filepath: The folder of a SavedModel, or the file: .onnx, or .tflite of LiteRT.
                TensorFlow cannot load from paths with [...] in them.
            format: "tf_saved_model", "onnx" or "litert".
            verbose: Whether to print where a SavedModel was written.
            input_signature: Must be None: each endpoint has a signature of its own.
            endpoint: Which one a file holds; None is the first that takes no seed.
            **kwargs: `quantize=True` of LiteRT: weights 8 bits wide.

        Raises:
            ValueError: If the format, the endpoint or another argument is unknown, or the endpoint
                draws random numbers, or cannot be written in the format.
            ImportError: If the format's converter is not installed.
        """
        endpoints = self.endpoints()
        names = dict.fromkeys(endpoints, "images") | self.output_names()
        if input_signature is not None:
            raise ValueError(f"Each endpoint has a signature of its own; got {input_signature=}.")
        if format == "tf_saved_model":
            if endpoint is not None or kwargs:
                raise ValueError(f"A SavedModel has all endpoints; got {endpoint=}, {kwargs}.")
            write_saved_model(
                filepath, endpoints, names, self.served_networks(), verbose=bool(verbose)
            )
            return
        if format not in portable.FORMATS:
            known = "tf_saved_model", *portable.FORMATS
            raise ValueError(
                f"{type(self).__name__}.export knows the formats {', '.join(known)}, but not "
                f"{format!r}. Single networks export to every format of Keras: "
                f"model.{self.sampler_code}.export(path, format=...)."
            )
        endpoint = self.choose_endpoint(endpoint)
        plain = self.in_single_precision()
        function, signature = plain.endpoints()[endpoint]
        names_of_inputs = [spec.name for spec in signature]
        ranges = {k: v for k, v in self.input_ranges().items() if k in names_of_inputs}
        served = portable.Served(
            name=endpoint,
            function=function,
            signature=list(signature),
            output=names[endpoint],
            networks=plain.served_networks(),
            facts={"model": type(self).__name__, "kerasgan": kerasgan.__version__} | ranges,
        )
        portable.FORMATS[format](filepath, served, **kwargs)

    def choose_endpoint(self, name=None):
        """Returns the name of an endpoint: the first that takes no seed, if none is given.

        Raises:
            ValueError: If there is no such endpoint.
        """
        endpoints = self.endpoints()
        if name is None:
            takes = {each: [spec.name for spec in specs] for each, (_, specs) in endpoints.items()}
            name = next(each for each in takes if "seed" not in takes[each])
        if name not in endpoints:
            raise ValueError(f"There is no endpoint {name!r}: {', '.join(endpoints)}.")
        return name

    def served_networks(self):
        """Returns the networks whose weights endpoints use."""
        players = [getattr(self, name) for name in self.players]
        averages = [average for average, _ in self.averaged_networks()]
        return [each for player in players + averages for each in networks_of(player)]
