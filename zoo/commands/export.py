"""Exports a trained model as a SavedModel, which TensorFlow loads without kerasgan.

kerasgan export --model=runs/dcgan-digits --output=saved_model
"""

from zoo import quiet  # noqa: F401 before TensorFlow

import tensorflow as tf
from absl import flags

from kerasgan.training import folder, loading
from zoo import command_line

_MODEL = flags.DEFINE_string(
    "model", None, "A run's folder, a .keras file, or a preset's name or folder.", required=True
)
_OUTPUT = flags.DEFINE_string("output", None, "The folder of the SavedModel.", required=True)


@command_line.run_errors()
def main():
    """Loads and exports."""
    output = folder.path_of(_OUTPUT.value)
    command_line.check_new(output, folder=True)
    model = loading.load_model(folder.path_of(_MODEL.value))
    with command_line.user_errors(ValueError), command_line.new_folder(output.parent):
        model.export(output)
    names = ", ".join(sorted(tf.saved_model.load(output).signatures))
    print(f"{output} serves {names}")
