"""A run's history.csv, which its user may have edited."""

import csv
import io
import itertools
import math
import re

from absl import logging

from kerasgan.training.folder import write

_DECIMAL_COMMA = re.compile(r"^\s*(-?\d+),(\d+(?:[eE][-+]?\d+)?)\s*$")


def read_history(path):
    """Returns the rows of history.csv, which a user may have edited, or None if it makes no sense.

    Separators may be commas, semicolons (then with decimal commas) or tabs; there may be empty
    lines, columns of the user's, and epochs such as 2.0.

    Returns:
        A list of dicts, the epoch an integer and all else text.

    Raises:
        OSError: If the system refuses to read it.
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
    rows = [row for row in rows if any(value.strip() for value in row)]
    if not rows:  # separators alone
        return None
    names, *rows = rows
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
    """Returns the integer of a text such as 2 or 2.0, which counts epochs from 0."""
    value = float(text)
    if not value.is_integer() or not 0 <= value < 2**31:
        raise ValueError
    return int(value)


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


def number(text):
    """Returns the number in a text, or None for NaN and what is none, such as Keras' NA."""
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


def numbers(rows, name):
    """Returns the numbers in a column."""
    values = (number(row.get(name, "")) for row in rows)
    return [value for value in values if value is not None]
