"""Folders of picture files, some of which may be broken, and the memory that pictures need."""

import itertools
import math
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from absl import logging

from kerasgan.data import decode


def split_folder(root, split):
    """Returns the sub-folder of a split, or the folder itself for training if it has no splits.

    Raises:
        ValueError: If there is no such split.
    """
    if (root / split).is_dir():
        return root / split
    if split != "train":
        raise ValueError(f"The folder {root} has no sub-folder {split!r} to take the split from.")
    if (root / "test").is_dir():
        raise ValueError(f"The folder {root} has a sub-folder 'test', but none named 'train'.")
    return root


def picture_files(root):
    """Returns the picture files in a folder or below it, sorted; hidden ones do not count.

    Raises:
        ValueError: If there are none.
    """
    files = sorted(
        path
        for path in root.rglob("*")
        if path.suffix.lower() in decode.EXTENSIONS
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    )
    if not files:
        raise ValueError(f"Found no {_looked_for(root)}.")
    return files


def read_files(files, read, root, broken=None):
    """Yields (file, what `read` makes of it) in order, reading ahead on all cores.

    Unreadable files are left out, and named in one warning at the end.

    Args:
        files: Paths.
        read: A function of a path. Whatever it raises makes the file an unreadable one.
        root: The folder that the files are in, for the messages.
        broken: A dict that receives the unreadable files and their errors.

    Raises:
        ValueError: After the last file, if none was readable.
    """

    def attempt(path):
        try:
            return read(path)
        except Exception as error:  # Pillow's decoders raise nearly anything on broken files.
            return error

    broken = {} if broken is None else broken
    found = False
    try:
        for path, result in zip(files, parallel(attempt, files), strict=True):
            if isinstance(result, Exception):
                broken[path] = result
            else:
                found = True
                yield path, result
    finally:
        if broken and found:
            names = ", ".join(str(path.relative_to(root)) for path in list(broken)[:5])
            names += ", ..." if len(broken) > 5 else ""
            path, error = next(iter(broken.items()))
            logging.warning(
                "Skipped %d unusable files in %s: %s; %s: %s",
                *(len(broken), root, names, path.name, error),
            )
    if not found:
        path, error = next(iter(broken.items()))
        raise ValueError(
            f"Found {len(files)} {_looked_for(root)}, but none is readable; {path.name}: {error}."
        )


def _looked_for(root):
    return f"pictures ({', '.join(sorted(decode.EXTENSIONS))}) in {root} or below it"


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


def check_memory(needed, what):
    """Raises a ValueError if so many bytes are not available."""
    available = _available_memory()
    if needed > available:
        raise ValueError(
            f"{what} need {needed / 2**30:.3g} GiB to load, but {available / 2**30:.3g} GiB of "
            "memory are available: choose a smaller image size or a limit."
        )


def _available_memory():
    """Returns the bytes that can be allocated, as far as the system tells."""
    try:  # Counts what the page cache would give up, which os.sysconf does not.
        meminfo = Path("/proc/meminfo").read_text()
        return 1024 * int(re.search(r"MemAvailable:\s+(\d+)", meminfo)[1])
    except OSError:
        if hasattr(os, "sysconf"):
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return math.inf
