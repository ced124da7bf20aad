"""Where images are kept: in memory, on the disk, or decoded in a file that is read fast."""

import contextlib
import dataclasses
import math
import os
from pathlib import Path

import numpy as np
from absl import logging
from numpy.lib import format as npy

from kerasgan.data.memory import fills_half
from kerasgan.data.progress import progress_bar
from kerasgan.data.sources import Mapped

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_ROWS = 256  # at a time


@dataclasses.dataclass(frozen=True)
class Keeping:
    """Where images are kept: arguments of `load_images`.

    Attributes:
        stream: Whether on the disk, or None.
        cache_dir: A folder for decoded pixels, or None.
    """

    stream: bool | None = None
    cache_dir: str | None = None

    def on_disk(self, count, image_shape, name):
        """Whether so many images are read as they are needed; says so where it was not asked."""
        if self.stream is not None:
            return self.stream
        size = count * math.prod(image_shape)
        if not fills_half(3 * size):  # `Images` copies, and so does TensorFlow
            return False
        logging.warning(
            "%s: %d images of %s would take %.3g GiB of memory: they are read from the disk as "
            "they are needed.",
            *(name, count, tuple(image_shape), 3 * size / 2**30),
        )
        return True

    def cached(self, source, name):
        """Returns a source, or its decoded pixels if they are to be kept."""
        if self.cache_dir is None:
            return source
        return cached(source, Path(self.cache_dir).expanduser(), name)


def cached(source, folder, name):
    """Returns a source's images from a file, which is written first if it is not there.

    Args:
        source: A `Source`.
        folder: The folder of the file.
        name: What the file's name begins with.

    Raises:
        OSError: If the file cannot be written.
    """

    def rows(start):
        for first in range(start, len(source), _ROWS):
            yield source[first : first + _ROWS]

    digest = source.digest()
    path = write_rows(folder / f"{name}-{digest[:16]}", source.shape, rows)
    return Mapped(path, digest=digest)


def write_rows(path, shape, rows):
    """Writes a .npy file of uint8 rows, or the rest of one whose writing was interrupted.

    It takes its name when it is whole. Of several processes one writes, and the others wait.

    Args:
        path: The file, without its extension, to which the shape of the rows is added.
        shape: That of the array.
        rows: A function from the number of the first row to an iterator over arrays of rows.

    Returns:
        The path of the file.
    """
    sides = "x".join(map(str, shape))
    path = path.with_name(f"{path.name}-{sides}.npy")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{path.name}")
    with open(path.with_name(f".lock-{path.name}"), "a") as lock:
        if fcntl is not None:
            with contextlib.suppress(OSError):  # a disk without locks
                fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return path
        with open(unfinished, "ab") as file:
            if not file.tell():
                header = {"descr": "|u1", "fortran_order": False, "shape": tuple(shape)}
                npy.write_array_header_1_0(file, header)
                file.flush()
            with open(unfinished, "rb") as begun:
                npy.read_magic(begun)
                npy.read_array_header_1_0(begun)
                start = begun.tell()
            size = int(np.prod(shape[1:]))
            done = (file.tell() - start) // size
            file.truncate(start + done * size)  # a process was killed within a row
            progress = progress_bar(shape[0], "image")
            if done:
                progress.update(done, finalize=False)
            for part in rows(done):
                file.write(np.ascontiguousarray(part))
                done += len(part)
                progress.update(done)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    return path
