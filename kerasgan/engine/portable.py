"""Single endpoints in files that other runtimes serve: ONNX and LiteRT."""

import dataclasses
import json
import pathlib
import re
import tempfile

import tensorflow as tf

from kerasgan.engine.saved_model import write_saved_model
from kerasgan.files import whole

# The newest that tf2onnx 1.17 writes.
_OPSET = 18


@dataclasses.dataclass(frozen=True)
class Served:
    """An endpoint that a file is to hold.

    Attributes:
        name: What it is called.
        function: A function of tensors, which returns a tensor.
        signature: The specifications of its tensors, a list.
        output: The name of what it returns.
        networks: The `keras.Model`s whose weights it uses.
        facts: What to say of it, text by name.
    """

    name: str
    function: object
    signature: list
    output: str
    networks: list
    facts: dict

    def check(self, path, suffix):
        """Returns the path of the file.

        Raises:
            ValueError: If it has another suffix, or the endpoint draws random numbers.
        """
        path = pathlib.Path(path)
        if path.suffix != suffix:
            raise ValueError(f"{path} must end in {suffix}.")
        graph = self.traced().get_concrete_function().graph.as_graph_def()
        nodes = [*graph.node, *(n for each in graph.library.function for n in each.node_def)]
        if any("Random" in node.op for node in nodes):
            raise ValueError(
                f"The endpoint {self.name!r} draws random numbers, which such files cannot: export "
                "one that takes them, such as 'generate'."
            )
        return path

    def traced(self):
        """Returns the function as a `tf.function`."""
        return tf.function(self.function, input_signature=self.signature, autograph=False)

    def metadata(self):
        """Returns what the file says of itself, text by name."""
        return {"endpoint": self.name, "output": self.output} | self.facts


def write_onnx(path, served):
    """Writes an ONNX file.

    Args:
        path: The file, which ends in .onnx.
        served: A `Served`.

    Raises:
        ValueError: If the path has another suffix, or the endpoint draws random numbers.
        ImportError: If tf2onnx is not installed.
    """
    path = served.check(path, ".onnx")
    try:
        import onnx
        import tf2onnx
    except ImportError as error:
        raise ImportError("ONNX files need tf2onnx: pip install 'kerasgan[onnx]'.") from error
    model, _ = tf2onnx.convert.from_function(
        served.traced(), input_signature=served.signature, opset=_OPSET
    )
    graph, (made,) = model.graph, model.graph.output
    inputs = [tensor.name for tensor in graph.input]
    # Inputs and outputs share their names' space.
    name = f"output_{served.output}" if served.output in inputs else served.output
    for node in graph.node:
        node.output[:] = [name if output == made.name else output for output in node.output]
        node.input[:] = [name if input == made.name else input for input in node.input]
    made.name = name
    for tensor in [*graph.input, made]:
        axes = tensor.type.tensor_type.shape.dim
        for axis, known in zip(axes, ["batch", "height", "width"], strict=False):
            if not axis.HasField("dim_value"):
                axis.dim_param = known if known == "batch" else f"{known}_of_{tensor.name}"
    onnx.helper.set_model_props(model, served.metadata())
    with whole(path) as unfinished:
        unfinished.write_bytes(model.SerializeToString())


def write_litert(path, served, quantize=False):
    """Writes a LiteRT file, of TensorFlow Lite's own operations.

    Args:
        path: The file, which ends in .tflite.
        served: A `Served`. Its metadata are JSON, called "kerasgan".
        quantize: Whether weights are 8 bits wide; what is computed stays float32.

    Raises:
        ValueError: If the path has another suffix, the endpoint draws random numbers, or needs an
            operation that LiteRT lacks.
    """
    path = served.check(path, ".tflite")
    with tempfile.TemporaryDirectory() as folder:
        # Of a function alone the converter leaves the weights out in silence.
        write_saved_model(
            folder,
            {served.name: (served.function, served.signature)},
            {served.name: served.output},
            served.networks,
        )
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[served.name])
        if quantize:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        try:
            content = converter.convert()
        except Exception as error:  # of many classes
            missing = ", ".join(sorted(set(re.findall(r"'(tf\.\w+)' op", str(error)))))
            raise ValueError(
                f"LiteRT cannot do what {served.name!r} does: it lacks {missing or error}."
            ) from error
    with whole(path) as unfinished:
        unfinished.write_bytes(_with_metadata(content, served.metadata()))


def _with_metadata(content, facts):
    """Returns a .tflite file that says what it is."""
    from tensorflow.lite.python import schema_py_generated as schema
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = list(json.dumps(facts).encode())
    entry.name, entry.buffer = "kerasgan", len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or []), entry]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


FORMATS = {"onnx": write_onnx, "litert": write_litert}
