"""Makes a preset of the package: trains, saves, measures, writes the card and docs/results.md.

    python scripts/make_preset.py --preset=dcgan_mnist [--data_dir=/a/disk/tfds]

zoo/presets.py says how. Training goes on where it was stopped. What is measured are the weights in
half precision that the package holds. A preset that is there is replaced when the new one is done.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import pathlib
import shlex
import shutil

from absl import flags

import zoo
from kerasgan.data import save_image
from kerasgan.engine import presets
from kerasgan.training import inputs, loading
from zoo import reproducing, results
from zoo.presets import PRESETS

_PRESET = flags.DEFINE_enum("preset", None, list(PRESETS), "Which.", required=True)
_OUTPUT = flags.DEFINE_string("output", "runs/presets", "The folder for the trainings.")
_DATASET = flags.DEFINE_string("dataset", None, "Where the data are. [default: by name]")
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Where tensorflow_datasets keeps its data.")
_HARDWARE = flags.DEFINE_string("hardware", "2 CPU cores", "What it was trained on.")

_DOCS = pathlib.Path(__file__).parent.parent / "docs"


@command_line.run_errors()
def main():
    """Trains, saves, measures, describes."""
    name, preset = _PRESET.value, PRESETS[_PRESET.value]
    output = pathlib.Path(_OUTPUT.value).expanduser() / name
    more = {"dataset": _DATASET.value, "data_dir": _DATA_DIR.value}
    folder, minutes = reproducing.train(preset.train, output, more)
    measured, facts = reproducing.measure(preset.evaluate, folder, output / "values.json", more)
    picture = output / "samples.png"
    picture.unlink(missing_ok=True)
    if preset.picture:
        command_line.kerasgan(
            "generate", {"model": folder, "output": picture}, *shlex.split(preset.picture)[2:]
        )
    else:
        save_image(picture, shown(loading.load_model(folder), preset.evaluate, more))
    made = presets.BUILT_IN / name
    if made.exists():
        shutil.rmtree(made)
    shutil.copytree(folder, made)
    shutil.copy(picture, made)
    facts = {
        "description": preset.description,
        "data": preset.data,
        "limits": preset.limits,
        "train": preset.train,
        "minutes": round(minutes, 1),
        "hardware": _HARDWARE.value,
        "evaluate": preset.evaluate,
        "measured": measured,
        "measured_with": facts,
        "tolerance": preset.tolerance,
        "picture": preset.picture,
    } | presets.metadata(folder)
    presets.describe(made, facts)
    results.write(_DOCS / "results.md")
    print(f"{made}: {measured}")


def shown(model, command, more):
    """Returns a picture of what a model makes of the data that it is measured on.

    Args:
        model: The model.
        command: `kerasgan evaluate` and its flags.
        more: Further flags by name.
    """
    recipe = next(each for each in zoo.RECIPES.values() if each.model is type(model))
    given = dict(flag.removeprefix("--").split("=", 1) for flag in shlex.split(command)[2:])
    given |= {name: value for name, value in more.items() if value is not None}
    options = {name: given[name] for name in recipe.load_options if name in given}
    split = inputs.test_split(given["dataset"])
    held_out = recipe.load(given["dataset"], model.image_shape, split=split, **options)
    return model.grid(*next(recipe.examples(held_out).take(1).as_numpy_iterator()))


if __name__ == "__main__":
    command_line.run(main)
