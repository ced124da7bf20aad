"""A run's folder: who may write it, and what is in its small files."""

import contextlib
import json
import os
import pathlib

from absl import logging

from kerasgan.files import whole
from kerasgan.training.errors import RunError, run_errors

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# What is read of a run whatever its options are, and what it is called in an error.
_READ = {
    "model": (str, "text"),
    "epochs": (int, "number"),
    "trained_epochs": (int, "number"),
    "examples": (int, "number"),
    "image_shape": (list, "list"),
    "versions": (dict, "dict"),
}
# What a folder holds before anything is written that is worth keeping.
_EMPTY = {"lock", ".unfinished-recipe.json"}


def path_of(path):
    """Returns a path on a disk, of text or a path; ~ is the user's home.

    Raises:
        RunError: If it is none that TensorFlow can use.
    """
    text = os.fspath(path)
    if "://" in text:
        raise RunError(f"{text} is a URL, but must be a path on a disk")
    try:
        check_text(text)
    except ValueError as error:
        raise RunError(f"{text!r} is no path: {error}") from error
    try:
        return pathlib.Path(text).expanduser()
    except RuntimeError as error:
        raise RunError(f"{text}: there is no such user") from error


def check_text(text):
    """Raises a ValueError if text cannot name a file."""
    if not isinstance(text, str) or not text:
        raise ValueError("it is empty" if text == "" else "it is no text")
    if "\0" in text:
        raise ValueError("it holds a zero byte")
    if text != text.encode(errors="ignore").decode():
        raise ValueError("it is not UTF-8, which TensorFlow needs")


@contextlib.contextmanager
def locked(folder):
    """A context in which no other process trains into a folder.

    The system gives the lock back however this process ends.

    Raises:
        RunError: If another process does.
    """
    with (folder / "lock").open("a") as file:
        try:
            if fcntl is None:
                raise OSError("this system has no flock")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunError(
                f"another training writes into {folder}: wait for its end, or choose another "
                "workdir"
            ) from error
        except OSError as error:
            logging.warning(
                "%s cannot be locked (%s): let no other training write there.", folder, error
            )
        yield


def is_new(folder):
    """Whether there is nothing in a folder yet."""
    return not folder.exists() or {path.name for path in folder.iterdir()} <= _EMPTY


def write(path, text):
    """Writes a file, which takes its name when it is whole."""
    with whole(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="")


def write_options(folder, options):
    """Writes recipe.json."""
    write(folder / "recipe.json", json.dumps(options, indent=2) + "\n")


def read_options(path):
    """Returns the options in recipe.json, or {} if there is none.

    Args:
        path: A run's folder, or a file in it.

    Raises:
        RunError: If the file cannot be read.
    """
    file = (path if path.is_dir() else path.parent) / "recipe.json"
    with run_errors(OSError):
        if not file.exists():
            return {}
    try:
        options = json.loads(file.read_text(encoding="utf-8"))
        json.dumps(options, ensure_ascii=False).encode()  # escapes may hide what is not UTF-8
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{file} cannot be read: {error}") from error
    if not isinstance(options, dict):
        raise RunError(f"{file} cannot be read: it holds no options")
    for name, (kind, called) in _READ.items():
        value = options.get(name, kind())
        if not isinstance(value, kind) or (kind is int and not 0 <= value < 2**31):
            raise RunError(f"{file} cannot be read: {name}={value!r} is no {called}")
    return options
