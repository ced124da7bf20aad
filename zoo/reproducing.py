"""Presets, from their commands: trained, saved, measured."""

import json
import shlex

from kerasgan.training import loading
from zoo import command_line, comparison, measuring

_FACTS = ("dataset", "features", "real", "generated")
_OF_THE_GAME = ("loss", "real_accuracy", "fake_accuracy")


def train(command, output, more):
    """Trains what is not trained yet, and saves it.

    Args:
        command: `kerasgan train` and its flags.
        output: A folder, a `pathlib.Path`, for the run and the preset.
        more: Further flags by name.

    Returns:
        The folder of the preset, and the minutes that training took.
    """
    run, folder = output / "run", output / "preset"
    flags = [*shlex.split(command)[2:], *command_line.flags_of(more)]  # the last one wins
    command_line.kerasgan("train", {"workdir": run}, *flags, "--resume")
    if not folder.exists():
        loading.load_model(run).save_to_preset(folder)
    return folder, sum(comparison.seconds(run)) / 60


def measure(command, folder, output, more):
    """Measures a preset.

    Args:
        command: `kerasgan evaluate` and its flags.
        folder: The folder of the preset.
        output: The .json file for the values.
        more: Further flags by name.

    Returns:
        The values by name, and what they are measured with.

    Raises:
        UserError: If the file is there, and is no earlier result.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    measuring.check_earlier(output)
    output.unlink(missing_ok=True)
    flags = [*shlex.split(command)[2:], *command_line.flags_of(more)]
    command_line.kerasgan("evaluate", {"model": folder, "output": output}, *flags)
    found = json.loads(output.read_text(encoding="utf-8"))
    values = {
        # Those of the game say nothing of how good images are.
        name: value
        for name, value in found["test"].items()
        if not name.endswith(_OF_THE_GAME)
    }
    values |= found["values"] | found.get("bicubic", {}) | found.get("judged", {})
    return (
        {name: round(value, 4) for name, value in values.items()},
        {name: found[name] for name in _FACTS if name in found},
    )


def differences(card, found, tolerance):
    """Compares values with a card's.

    Args:
        card: The card's values by name.
        found: The values by name.
        tolerance: How far a value may be from the card's, by name; others may be anything.

    Returns:
        Lines of a table, and the names of the values that are too far.
    """
    lines, far = [f"{'':26} {'card':>10} {'here':>10}"], []
    for name, value in card.items():
        said = ""
        if name in tolerance:
            if abs(found[name] - value) > tolerance[name]:
                far.append(name)
            said = f"   {'NOT ' if name in far else ''}within {tolerance[name]:.3g}"
        lines.append(f"  {name:24} {value:10.4f} {found[name]:10.4f}{said}")
    return lines, far
