"""Arrays in .npy and .npz files, which may be broken or huge: headers come first."""

import contextlib
import io
import math
import os
import zipfile

import numpy as np
from numpy.lib import format as npy

from kerasgan.data.files import printable, reason
from kerasgan.data.memory import check_memory

_READ_HEADER = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_MOST_OF_A_HEADER = 2**16  # bytes; one that promises gigabytes is not read
_CHUNK = 2**20


def stored_arrays(path):
    """Returns a dict from the names of the arrays in a file to its members; a .npy has "x": None.

    Raises:
        ValueError: If the file is not readable.
    """
    with _named(path), open(path, "rb") as file:
        if file.read(len(npy.MAGIC_PREFIX)) == npy.MAGIC_PREFIX:
            return {"x": None}
        with zipfile.ZipFile(file) as archive:
            return {name.removesuffix(".npy"): name for name in archive.namelist()}


class StoredArray:
    """An array of numbers in a file.

    Attributes:
        shape: Its shape; no side is 0.
        dtype: Its type.
    """

    def __init__(self, path, member):
        """Reads the header.

        Args:
            path: The file.
            member: As `stored_arrays` has it.

        Raises:
            ValueError: If the header is not readable, or promises more than the file holds, or the
                elements are no numbers.
        """
        self._path, self._member = path, member
        with self._open() as (file, size):
            start = io.BytesIO(file.read(_MOST_OF_A_HEADER))
            version = npy.read_magic(start)
            if version not in _READ_HEADER:
                raise ValueError(f"version {version} of the format is unknown")
            self.shape, self._fortran_order, self.dtype = _READ_HEADER[version](start)
            self._start = start.tell()
            if self.dtype.hasobject:
                raise ValueError("Python objects are not loaded (allow_pickle=False)")
            if self.dtype.kind not in "biufc" or self.dtype.subdtype is not None:
                raise ValueError(f"it holds {self.dtype}, which are no numbers")
            if any(side < 1 for side in self.shape):
                raise ValueError(f"its shape, {self.shape}, has no elements")
            if math.prod(self.shape) * self.dtype.itemsize > size - self._start:
                raise ValueError("it holds fewer elements than its header says")

    def read(self, limit=None):
        """Returns the array, or its first `limit` rows.

        Raises:
            ValueError: If the file is broken, or the array would not fit in memory.
        """
        rows = self.shape[:1] if limit is None else tuple(min(limit, n) for n in self.shape[:1])
        # The last axis of an array in Fortran's order is the outer one: all is read.
        shape = self.shape[::-1] if self._fortran_order else (*rows, *self.shape[1:])
        # Three times: `Images` copies, and so does TensorFlow.
        needed = 3 * math.prod(shape) * self.dtype.itemsize
        check_memory(needed, f"{math.prod(rows)} rows of {printable(self._path)}")
        with self._open() as (file, _):
            array = np.empty(shape, self.dtype)
            file.seek(self._start)
            _fill(array.reshape(-1).view(np.uint8), file)
        array = array.T[: rows[0]] if self._fortran_order else array
        return np.ascontiguousarray(array, self.dtype.newbyteorder("="))

    @contextlib.contextmanager
    def _open(self):
        """Opens the file or its member, and yields it and its size; names it in errors."""
        with _named(self._path), contextlib.ExitStack() as stack:
            file = stack.enter_context(open(self._path, "rb"))
            if self._member is None:
                yield file, os.fstat(file.fileno()).st_size
            else:
                archive = stack.enter_context(zipfile.ZipFile(file))
                size = archive.getinfo(self._member).file_size
                yield stack.enter_context(archive.open(self._member)), size


def _fill(buffer, file):
    """Reads bytes until the buffer is full.

    Raises:
        EOFError: If the file is too short.
    """
    view, filled = memoryview(buffer), 0
    while filled < len(view):
        count = file.readinto(view[filled : filled + _CHUNK])
        if not count:
            raise EOFError("it ends too early")
        filled += count


@contextlib.contextmanager
def _named(path):
    """Makes a ValueError that names the file of whatever NumPy and zipfile raise about it."""
    try:
        yield
    except Exception as error:  # They raise a dozen classes on broken files.
        raise ValueError(f"{printable(path)} is not readable: {reason(error)}") from error
