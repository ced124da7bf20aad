"""Trains a preset anew, and compares it with its card.

kerasgan reproduce dcgan_mnist
kerasgan reproduce dcgan_mnist --evaluate_only

A preset is the name of one in the package, or the folder of one. Its card, README.md in that
folder, says within which tolerance another training ends. With --evaluate_only the weights of the
preset are measured, in a minute or a few; the values are those of the card but for rounding. Where
a value is too far from the card's, it ends with code 1.

The folder --output then holds the run, the preset, and values.json. The same command goes on where
it was stopped. Where the data are in a folder, --dataset says in which.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

import pathlib
import sys

from absl import flags

from kerasgan.engine import presets
from kerasgan.models import AdversarialModel
from zoo import command_line, reproducing

_EVALUATE_ONLY = flags.DEFINE_bool("evaluate_only", False, "Measure the preset as it is.")
_OUTPUT = flags.DEFINE_string(
    "output", None, "The folder for the run and the values. [default: reproduced/<preset>]"
)
_DATASET = flags.DEFINE_string("dataset", None, "Where the data are. [default: as on the card]")
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Where tensorflow_datasets keeps its data.")
# How far from the card's a value of the same weights may be, as a share of it: processors round
# differently.
_ROUNDING = 0.01


@command_line.run_errors()
def main(arguments):
    """Trains, measures, compares."""
    if len(arguments) != 1:
        raise command_line.UserError("give the name of one preset, such as dcgan_mnist")
    preset = arguments[0]
    with command_line.user_errors(ValueError, OSError):
        folder = presets.find(preset, AdversarialModel)
        card = presets.metadata(folder)
    for name in ("train", "minutes", "evaluate", "measured", "tolerance"):
        if name not in card:
            raise command_line.UserError(f"the card of {preset} does not tell its {name!r}")
    output = pathlib.Path(_OUTPUT.value or f"reproduced/{folder.name}").expanduser()
    more = {"dataset": _DATASET.value, "data_dir": _DATA_DIR.value}
    if _EVALUATE_ONLY.value:
        tolerance = {name: _ROUNDING * abs(value) for name, value in card["measured"].items()}
    else:
        tolerance = card["tolerance"]
        folder, minutes = reproducing.train(card["train"], output, more)
        print(f"{minutes:.1f} minutes; on the card {card['minutes']}")
    found, _ = reproducing.measure(card["evaluate"], folder, output / "values.json", more)
    lines, far = reproducing.differences(card["measured"], found, tolerance)
    print("\n".join(lines))
    if far:
        print(f"{', '.join(far)}: not as on the card of {preset}", file=sys.stderr)
        sys.exit(1)
