"""Exports a trained model as a SavedModel, which TensorFlow loads without kerasgan.

python scripts/export.py --model=runs/dcgan-digits --output=saved_model
"""

import common  # first: it quietens TensorFlow

import tensorflow as tf
from absl import flags

_MODEL = flags.DEFINE_string("model", None, "A run's folder, or a .keras file.", required=True)
_OUTPUT = flags.DEFINE_string("output", None, "The folder of the SavedModel.", required=True)


def main():
    """Loads and exports."""
    output = common.path(_OUTPUT.value)
    if output.exists() and (output.is_file() or any(output.iterdir())):
        raise common.UserError(f"--output={output} exists already: choose another one")
    model = common.load_model(common.path(_MODEL.value))
    with common.user_errors(OSError, ValueError):
        model.export(output)
    names = ", ".join(sorted(tf.saved_model.load(output).signatures))
    print(f"{output} serves {names}")


if __name__ == "__main__":
    common.run(main)
