"""What the scripts share: the command line's manners, and loading models."""

import json
import os
import pathlib
import sys
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported

import contextlib

from absl import app, flags, logging


class UserError(Exception):
    """Something the user can mend: told in one line, with exit code 2."""


@contextlib.contextmanager
def user_errors(*kinds):
    """Turns errors of these kinds into `UserError`s."""
    try:
        yield
    except kinds as error:
        raise UserError(error) from error


def load_model(path):
    """Loads the newest model of a run's folder, or the model of a .keras file."""
    import kerasgan

    file = path / "model.keras" if path.is_dir() else path
    if path.is_dir() and (model := load_checkpoint(path)):
        return model
    if not file.is_file() or file.suffix != ".keras":
        raise UserError(
            f"{path} is neither a .keras file nor a run's folder with a model.keras or checkpoints "
            "in it"
        )
    model = load_keras(file)
    if not isinstance(model, kerasgan.models.AdversarialModel):
        raise UserError(f"{file} holds a {type(model).__name__}, not a model of kerasgan")
    return model


def load_checkpoint(folder):
    """Loads the newest good checkpoint of a run's folder; None where model.keras is to be used."""
    import keras
    import kerasgan

    recipe, config, file = recipe_of(folder), folder / "config.json", folder / "model.keras"
    checkpoint = kerasgan.callbacks.Checkpoint(folder / "checkpoints")
    newest = checkpoint.newest()
    if not any(newest) or (file.exists() and newest <= (recipe.get("trained_epochs", 0), 0)):
        return None
    if not config.exists():  # a run of version 0.1
        if not file.exists():
            raise UserError(
                f"{folder} holds checkpoints of an older version only: continue the run with "
                "train.py --resume, which saves its model"
            )
        if newest != (recipe.get("epochs"), 0):
            print(f"Using {file}, which may be older than {checkpoint.paths()[-1]}", flush=True)
        return None
    with user_errors(OSError, ValueError, TypeError):
        model = keras.models.model_from_json(config.read_text(encoding="utf-8"))
        checkpoint.restore(model)
    print(f"Using {checkpoint.path()}", flush=True)
    return model


def load_keras(file):
    """Loads what is in a .keras file."""
    import keras

    if file.is_file() and not zipfile.is_zipfile(file):
        raise UserError(f"{file} is incomplete, or no .keras file")
    with user_errors(OSError, ValueError, TypeError):
        return keras.models.load_model(file)


def path(text):
    """Returns the path that a flag names; ~ is the user's home."""
    if "://" in text:
        raise UserError(f"{text} is a URL, but must be a path on a disk")
    return pathlib.Path(text).expanduser()


def recipe_of(model):
    """Returns the options of the run whose folder, or a .keras file in it, is given; or {}."""
    file = (model if model.is_dir() else model.parent) / "recipe.json"
    try:
        recipe = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{file} cannot be read: {error}") from error
    if not isinstance(recipe, dict):
        raise UserError(f"{file} cannot be read: it holds no options")
    return recipe


def parse_size(text):
    """Returns (height, width) of the value of --image_size: a side, or HEIGHTxWIDTH."""
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.isdecimal() and int(side) > 0 for side in sides):
        raise UserError(
            f"--image_size must be a number such as 64, or HEIGHTxWIDTH such as 64x96; got {text!r}"
        )
    return int(sides[0]), int(sides[-1])


def test_split(dataset):
    """The split that a data set is evaluated on: of a folder without a test split, all of it."""
    folder = pathlib.Path(dataset).expanduser()
    held_out = any((folder / name).is_dir() for name in ("test", "testA"))
    return "train" if folder.is_dir() and not held_out else "test"


def slug(dataset):
    """The name of a data set, or of the folder or file it is in."""
    return pathlib.PurePath(dataset).stem or "data"


def run(main, command=False):
    """Runs a script's main function.

    Wrong flags and `UserError`s end in one line on the standard error and exit code 2; `--help`
    prints the script's flags and exits with 0.

    Args:
        main: A function without arguments, or of a list with the rest of the command line.
        command: Whether there is such a rest, after `--`.
    """
    rest = []

    def parse(arguments):
        if {"--help", "-h", "--helpfull"} & set(arguments):
            app.usage(writeto_stdout=True)
            sys.exit(0)
        with user_errors(flags.Error):
            rest.extend(flags.FLAGS(arguments)[1:])
        if rest and not command:
            raise UserError(f"unknown argument {rest[0]!r}; flags look like --name=value")

    def quietly(_):
        if not flags.FLAGS["verbosity"].present:
            logging.set_verbosity(logging.WARNING)  # TensorFlow tells much of exporting
        main(*[rest] * command)

    try:
        app.run(quietly, flags_parser=parse)
    except UserError as error:
        line = " ".join(str(error).split())
        print(f"error: {line}", file=sys.stderr)
        sys.exit(2)
