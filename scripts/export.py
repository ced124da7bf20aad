"""Exports a trained model as a SavedModel, which TensorFlow loads without kerasgan.

python scripts/export.py --model=runs/dcgan-digits --output=saved_model
"""

import common  # first: it quietens TensorFlow
import quiet  # noqa: F401 before TensorFlow

import tensorflow as tf
from absl import flags

_MODEL = flags.DEFINE_string("model", None, "A run's folder, or a .keras file.", required=True)
_OUTPUT = flags.DEFINE_string("output", None, "The folder of the SavedModel.", required=True)


def main():
    """Loads and exports."""
    output = common.path(_OUTPUT.value)
    common.check_new(output, folder=True)
    model = common.load_model(common.path(_MODEL.value))
    with common.user_errors(ValueError), common.folder(output.parent):
        model.export(output)
    names = ", ".join(sorted(tf.saved_model.load(output).signatures))
    print(f"{output} serves {names}")


if __name__ == "__main__":
    common.run(main)
