"""Folders of picture files: which are read, and which are left out and why."""

import itertools
import math
import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from absl import logging

from kerasgan.data import decode
from kerasgan.data.memory import check_memory

# Why a file or a folder is left out, where it is not an error that says so.
OTHER_FORMAT = "of a format that is not read"
_NO_PICTURE = "not a picture"
_NO_FILE = "neither a file nor a folder"
_CLOSED = "not readable"
_CIRCLE = "linked in a circle"
_RUN = "made by training"
_FOLDERS = frozenset({_CLOSED, _CIRCLE, _RUN})

_OTHER_EXTENSIONS = frozenset(
    {".apng", ".avif", ".exr", ".heic", ".heif", ".ico", ".jfif", ".jp2", ".jpe", ".jxl"}
    | {".pbm", ".pgm", ".ppm", ".psd", ".svg", ".tga"}
    | {".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2"}  # of cameras
)
_FOLDERS_OF_A_RUN = frozenset({"checkpoints", "logs", "samples", "saved_model"})


def source_path(source):
    """Returns the path that a source names, which may not exist.

    Raises:
        ValueError: If the system refuses to look there: it is no possible path, or not permitted.
    """
    try:
        path = Path(source).expanduser()
    except RuntimeError as error:  # no such user
        raise ValueError(f"{source!r} is not readable: {error}") from error
    is_folder(path)
    return path


def is_folder(path):
    """Whether there is a folder.

    Raises:
        ValueError: As of `source_path`.
    """
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise ValueError(f"{str(path)!r} is not readable: {reason(error)}") from error


def split_folder(root, split):
    """Returns the sub-folder of a split, or the folder itself for training if it has no splits.

    Raises:
        ValueError: If there is no such split.
    """
    if is_folder(root / split):
        return root / split
    if split != "train":
        raise ValueError(f"The folder {root} has no sub-folder {split!r} to take the split from.")
    if is_folder(root / "test"):
        raise ValueError(f"The folder {root} has a sub-folder 'test', but none named 'train'.")
    return root


def picture_files(root, left_out=None):
    """Returns the picture files in a folder or below it, sorted.

    Linked folders count as any others, unless they lead around in a circle. Hidden files and
    folders do not count. Folders of runs, which hold recipe.json, are left out.

    Args:
        root: The folder.
        left_out: A dict that receives the other files and folders, and why they are left out.

    Raises:
        ValueError: If there are none, or the folder cannot be read.
    """
    left_out = {} if left_out is None else left_out
    files = sorted(_walk(root, left_out))
    if root in left_out:
        raise ValueError(f"The folder {printable(root)} is not readable.")
    if not files:
        raise ValueError(f"Found no {_looked_for(root)}{account(left_out, root)}.")
    return files


def natural(path):
    """Returns what to sort a path by: its name, numbers in it by their values."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _walk(root, left_out):
    """Yields the picture files in a folder or below it, and notes what else is there."""
    folders = [(root, ())]
    while folders:
        folder, around = folders.pop()
        try:
            here = os.stat(folder)
            with os.scandir(folder) as entries:
                entries = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError:
            left_out[folder] = _CLOSED
            continue
        here = here.st_dev, here.st_ino
        names = {entry.name for entry in entries}
        of_a_run = "recipe.json" in names and not names.isdisjoint({"checkpoints", "samples"})
        if here in around or (of_a_run and around):
            left_out[folder] = _CIRCLE if here in around else _RUN
            continue
        for entry in entries:
            path = folder / entry.name
            kind = _kind(entry)
            if kind != "folder":
                if kind is None:
                    yield path
                else:
                    left_out[path] = kind
            elif of_a_run and entry.name in _FOLDERS_OF_A_RUN:
                left_out[path] = _RUN
            else:
                folders.append((path, (*around, here)))


def _kind(entry):
    """Returns "folder", None for a picture that is read, or why anything else is left out."""
    try:
        if entry.is_dir():
            return "folder"
        if not entry.is_file():
            return _NO_FILE
    except OSError:
        return _CLOSED
    extension = Path(entry.name).suffix.lower()
    if extension in decode.EXTENSIONS:
        return None
    return OTHER_FORMAT if extension in _OTHER_EXTENSIONS else _NO_PICTURE


def read_files(files, read, root, left_out=None, limit=None, unit="files"):
    """Yields (file, what `read` makes of it) in order, reading ahead on all cores.

    Unreadable files are left out. One warning at the end says how many files are used, and what is
    left out and why.

    Args:
        files: Paths.
        read: A function of a path. Whatever it raises makes the file an unusable one.
        root: The folder that the files are in, for the messages.
        left_out: As of `picture_files`, with what that has left out already; it receives the
            unusable files and their errors.
        limit: How many files to use, from the first on; None uses all.
        unit: What to call the files; "files" counts what is left out already.

    Raises:
        ValueError: After the last file, if none was usable.
    """

    def attempt(path):
        try:
            return read(path)
        except Exception as error:  # Pillow's decoders raise nearly anything on broken files.
            return error

    left_out = {} if left_out is None else left_out
    count = len(files)
    if unit == "files":
        count += sum(why not in _FOLDERS for why in left_out.values())
    used = 0
    try:
        for path, result in zip(files, parallel(attempt, files), strict=True):
            if isinstance(result, Exception):
                left_out[path] = result
                continue
            used += 1
            yield path, result
            if used == limit:
                break
    finally:
        if used and left_out:
            logging.warning(
                "Using %d of %d %s%s in %s%s.",
                *(used, count, unit, f" (limit={limit})" if used == limit else ""),
                *(printable(root), account(left_out, root)),
            )
    if not used:
        raise ValueError(
            f"Found {len(files)} {_looked_for(root)}, but none is usable{account(left_out, root)}."
        )


def _looked_for(root):
    return f"pictures ({', '.join(sorted(decode.EXTENSIONS))}) in {printable(root)} or below it"


def account(left_out, root):
    """Returns what is left out and why, to end a sentence with; "" if nothing is."""
    groups = {}
    for path, why in left_out.items():
        groups.setdefault("unusable" if isinstance(why, Exception) else why, []).append(path)
    parts = []
    for why, paths in groups.items():
        names = [str(path.relative_to(root)) for path in paths]
        if why in (_NO_PICTURE, OTHER_FORMAT):
            examples = some(sorted({path.suffix.lower() or "no extension" for path in paths}))
        elif why == "unusable":
            examples = f"{printable(names[0])}: {reason(left_out[paths[0]])}"
            examples += f"; {some(names[1:])}" if len(names) > 1 else ""
        else:
            examples = some(names)
        folders = f"folder{'s' if len(paths) > 1 else ''} " if why in _FOLDERS else ""
        parts.append(f"{len(paths)} {folders}{why} ({examples})")
    return f"; left out: {', '.join(parts)}" if parts else ""


def some(names):
    """Returns a list of up to five names."""
    return ", ".join(map(printable, names[:5])) + (", ..." if len(names) > 5 else "")


def printable(text):
    """Returns a text or a path without line breaks, or bytes of names that are not UTF-8."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(text)
    )


def reason(error):
    """Returns what an error says, in one line."""
    text = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
    return printable(text.splitlines()[0][:300].rstrip("."))


def parallel(function, items):
    """Maps in order on all cores (Pillow releases the GIL), a few items a core ahead at most."""
    items, most = iter(items), 4 * (os.cpu_count() or 1)
    with ThreadPoolExecutor() as pool:
        while ahead := list(itertools.islice(items, most)):
            yield from pool.map(function, ahead)


def stack(images, count, image_shape):
    """Fills one array with the first `count` images, or with all if there are fewer.

    Raises:
        ValueError: If they would not fit in memory.
    """
    # Three times: `Images` copies, and so does TensorFlow.
    check_memory(3 * count * math.prod(image_shape), f"{count} images of shape {image_shape}")
    stacked = np.empty((count, *image_shape), np.uint8)
    filled = 0
    for filled, image in zip(range(1, count + 1), images, strict=False):
        stacked[filled - 1] = image
    return stacked[:filled]
