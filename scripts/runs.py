"""A run's folder: who may write it, and what is in its small files."""

import csv
import hashlib
import io
import itertools
import json
import os
import re
import signal

import common
import numpy as np
from absl import logging

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# What a folder holds before anything is written that is worth keeping.
_EMPTY = {"lock", ".unfinished-recipe.json"}
_DECIMAL_COMMA = re.compile(r"^\s*(-?\d+),(\d+(?:[eE][-+]?\d+)?)\s*$")
# Open files, whose locks the system releases when the process ends, however it does.
_locks = []


def end_on_sigterm():
    """Lets SIGTERM end the process at once, with the exit code that says: start it again.

    That is safe at any time: files take their names when they are whole. Within `fit`,
    `kerasgan.callbacks.Preemption` listens in the place of this.
    """

    def end(*_):
        os.write(2, b"Stopped by SIGTERM; --resume goes on.\n")
        os._exit(75)  # an exception could be lost, such as within a callback from C

    signal.signal(signal.SIGTERM, end)


def lock(folder):
    """Keeps other processes from training into a folder, until this one ends.

    Raises:
        UserError: If another process does.
    """
    file = (folder / "lock").open("a")
    try:
        if fcntl is None:
            raise OSError("this system has no flock")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise common.UserError(
            f"another training writes into {folder}: wait for its end, or choose another --workdir"
        ) from error
    except OSError as error:
        logging.warning(
            "%s cannot be locked (%s): let no other training write there.", folder, error
        )
    _locks.append(file)


def is_new(folder):
    """Whether there is nothing in a folder yet."""
    return not folder.exists() or {path.name for path in folder.iterdir()} <= _EMPTY


def write(path, text):
    """Writes a file, which takes its name when it is whole."""
    from kerasgan.files import whole  # not above: `end_on_sigterm` is called before

    with whole(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="")


def write_options(folder, options):
    """Writes recipe.json."""
    write(folder / "recipe.json", json.dumps(options, indent=2) + "\n")


def fingerprint(arrays):
    """Returns a digest of arrays: of their shapes, their types, and what is in them."""
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(f"{array.shape} {array.dtype}".encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


# ---------------------------------------------------------------------- history.csv


def read_history(path):
    """Returns the rows of history.csv, which a user may have edited, or None if it makes no sense.

    Separators may be commas, semicolons (then with decimal commas) or tabs; there may be empty
    lines, columns of the user's, and epochs such as 2.0.

    Returns:
        A list of dicts, the epoch an integer and all else text.
    """
    if not path.exists():
        return []
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    text = text.strip()
    if not text:
        return []
    separator = max(",;\t", key=text.partition("\n")[0].count)
    lines = io.StringIO(text, newline="")
    try:
        rows = list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    except csv.Error:
        return None
    names, *rows = [row for row in rows if any(value.strip() for value in row)]
    names = [name.strip() for name in names]
    if rows and len(rows[-1]) < len(names) and rows[-1][0].isdecimal():
        rows.pop()  # a process was killed while it wrote
    if len(set(names)) < len(names) or any(len(row) != len(names) for row in rows):
        return None
    if separator == ";":
        rows = [[_DECIMAL_COMMA.sub(r"\1.\2", value) for value in row] for row in rows]
    rows = [dict(zip(names, row, strict=True)) for row in rows]
    try:
        return [{"epoch": _whole(row.pop("epoch"))} | row for row in rows]
    except (KeyError, ValueError):
        return None


def _whole(text):
    """Returns the integer of a text such as 2 or 2.0."""
    if not float(text).is_integer():
        raise ValueError
    return int(float(text))


def write_history(path, rows):
    """Writes history.csv, or removes what is there of epochs that are all trained again.

    A file that `read_history` makes no sense of is kept under another name.

    Args:
        path: The file.
        rows: A list of dicts, or None.
    """
    if rows is None:
        kept = next(
            name
            for number in itertools.count(1)
            if not (name := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists()
        )
        path.rename(kept)
        logging.warning("%s has no rows of epochs that can be read: it is now %s.", path, kept.name)
    elif not rows:
        path.unlink(missing_ok=True)
    else:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        write(path, text.getvalue())


def numbers(rows, name):
    """Returns the values of a column, but for those that are no numbers, such as Keras' NA."""
    values = []
    for row in rows:
        try:
            values.append(float(row.get(name, "")))
        except ValueError:
            continue
    return values
