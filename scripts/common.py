"""What the scripts share: the command line's manners, and loading models."""

import json
import os
import pathlib
import sys
import warnings
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported

import contextlib

from absl import app, flags, logging

# The largest number that flags take: TensorFlow counts in 32 bits.
MOST = 2**31 - 1
# How much of an error is shown, in characters.
_LONGEST = 600


class UserError(Exception):
    """Something the user can mend: told in one line, with exit code 2."""


@contextlib.contextmanager
def user_errors(*kinds):
    """Turns errors of these kinds into `UserError`s."""
    try:
        yield
    except kinds as error:
        raise UserError(error) from error


@contextlib.contextmanager
def loading(path):
    """Turns whatever is raised on damaged files into a `UserError` that names the file."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error


def check_new(output, folder):
    """Raises a UserError if something is in the way of --output; an empty folder is in no folder's.

    Args:
        output: The path.
        folder: Whether it is to be a folder.
    """
    if folder and output.is_dir() and not any(output.iterdir()):
        return
    if output.exists() or output.is_symlink():
        raise UserError(f"--output={output} exists already: choose another one")


@contextlib.contextmanager
def folder(path):
    """Makes a folder, and takes away what is empty of it if what follows fails."""
    made = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # something is in it
            for each in made:
                each.rmdir()
        raise


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
    try:
        model = keras.models.model_from_json(config.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{config} cannot be read: {error!r}") from error
    if not isinstance(model, kerasgan.models.AdversarialModel):
        raise UserError(f"{config} holds no model of kerasgan")
    with user_errors(ValueError):
        checkpoint.restore(model)
    print(f"Using {checkpoint.path()}", flush=True)
    return model


def load_keras(file):
    """Loads what is in a .keras file."""
    import keras

    if not file.is_file():
        raise UserError(f"{file} is no file" if file.exists() else f"There is no file {file}")
    with loading(file), file.open("rb") as opened:
        if not zipfile.is_zipfile(opened):
            raise UserError(f"{file} is incomplete, or no .keras file")
        with zipfile.ZipFile(opened) as archive:
            damaged = archive.testzip()  # Keras does not look at the checksums
        if damaged is not None:
            raise UserError(f"{file} is damaged: {damaged} in it has another checksum")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("default")
            model = keras.models.load_model(file)
    for warning in told:  # of what is loaded all the same
        logging.warning("%s: %s", file, warning.message)
    return model


def path(text):
    """Returns the path that a flag names; ~ is the user's home."""
    if "://" in text:
        raise UserError(f"{text} is a URL, but must be a path on a disk")
    if "\0" in text or text != text.encode(errors="ignore").decode():
        raise UserError(f"{text!r} is no path in UTF-8, which TensorFlow needs")
    try:
        return pathlib.Path(text).expanduser()
    except RuntimeError as error:
        raise UserError(f"{text}: there is no such user") from error


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
    if len(sides) > 2 or not all(
        side.isdecimal() and len(side) < 10 and int(side) > 0 for side in sides
    ):
        raise UserError(
            f"--image_size must be a number such as 64, or HEIGHTxWIDTH such as 64x96; got {text!r}"
        )
    return int(sides[0]), int(sides[-1])


def test_split(dataset):
    """The split that a data set is evaluated on: of a folder without a test split, all of it."""
    root = path(dataset)
    held_out = any((root / name).is_dir() for name in ("test", "testA"))
    return "train" if root.is_dir() and not held_out else "test"


def slug(dataset):
    """The name of a data set, or of the folder or file it is in."""
    return path(dataset).stem or "data"


def run(main, command=False):
    """Runs a script's main function.

    Wrong flags, `UserError`s, files that cannot be read or written and a lack of memory end in one
    line on the standard error and exit code 2; `--help` prints the script's flags and exits with 0.

    Args:
        main: A function without arguments, or of a list with the rest of the command line.
        command: Whether there is such a rest, after `--`.
    """
    rest = []

    def parse(arguments):
        if {"--help", "-h", "--helpfull"} & set(arguments):
            app.usage(writeto_stdout=True)
            sys.exit(0)
        with user_errors(flags.Error, UnicodeError):  # of --flagfile
            rest.extend(flags.FLAGS(arguments)[1:])
        if rest and not command:
            raise UserError(f"unknown argument {rest[0]!r}; flags look like --name=value")

    def quietly(_):
        if not flags.FLAGS["verbosity"].present:
            logging.set_verbosity(logging.WARNING)  # TensorFlow tells much of exporting
        main(*[rest] * command)
        sys.stdout.flush()

    try:
        app.run(quietly, flags_parser=parse)
    except (UserError, OSError, MemoryError) as error:
        line = " ".join(str(error).split()) or "there is not enough memory"
        line = line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."
        print(f"error: {line}", file=sys.stderr)
        try:
            sys.stdout.flush()
        except OSError:  # Python would try once more, and say so
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
