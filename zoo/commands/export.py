"""Exports a trained model as a SavedModel, ONNX or LiteRT, which load without kerasgan.

kerasgan export --model=runs/dcgan-digits --output=saved_model
kerasgan export --model=dcgan_mnist --format=onnx --output=dcgan.onnx
kerasgan export --model=dcgan_mnist --format=litert --endpoint=discriminate --output=judge.tflite

A SavedModel has all endpoints; a file of ONNX or LiteRT one, that draws no random numbers. They
need `pip install 'kerasgan[onnx]'`; LiteRT's converter comes with TensorFlow.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

import tensorflow as tf
from absl import flags

from kerasgan.training import folder, loading
from zoo import command_line

_MODEL = flags.DEFINE_string(
    "model", None, "A run's folder, a .keras file, or a preset's name or folder.", required=True
)
_OUTPUT = flags.DEFINE_string(
    "output",
    None,
    "The folder of the SavedModel, or the file: .onnx, or .tflite of LiteRT.",
    required=True,
)
_FORMAT = flags.DEFINE_enum(
    "format", "tf_saved_model", ["tf_saved_model", "onnx", "litert"], "What to write."
)
_ENDPOINT = flags.DEFINE_string(
    "endpoint", None, "Which one a file holds. [default: the first that takes no seed]"
)
_QUANTIZE = flags.DEFINE_bool("quantize", False, "Weights of LiteRT 8 bits wide.")


@command_line.run_errors()
def main():
    """Loads and exports."""
    output = folder.path_of(_OUTPUT.value)
    to_folder = _FORMAT.value == "tf_saved_model"
    command_line.check_new(output, folder=to_folder)
    model = loading.load_model(folder.path_of(_MODEL.value))
    more = {"quantize": True} if _QUANTIZE.value else {}
    if _QUANTIZE.value and _FORMAT.value != "litert":
        raise command_line.UserError("--quantize is for --format=litert")
    with (
        command_line.user_errors(ValueError, ImportError),
        command_line.new_folder(output.parent),
    ):
        model.export(output, format=_FORMAT.value, endpoint=_ENDPOINT.value, **more)
    if to_folder:
        names = ", ".join(sorted(tf.saved_model.load(output).signatures))
        print(f"{output} serves {names}")
    else:
        print(output)
