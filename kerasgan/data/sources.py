"""Images that are read by their numbers when they are needed, and not held in memory.

A source is indexed as an array is: by an integer, a slice, or an array of integers.
"""

import functools
import hashlib
import mmap
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from absl import logging

from kerasgan.data import decode
from kerasgan.data.files import printable, reason
from kerasgan.data.pixels import check_range, to_uint8

# How many items of a sequence its digest looks at.
_SAMPLED = 64
# How many rows of a file are looked at together.
_CHECKED = 256
# How many rows of a file are read before its pages are given back: the system may map a huge page,
# 2 MiB, for each.
_AT_ONCE = 32
# What TensorFlow puts before the text of a `SourceError` that it passes on.
MARK = "SourceError: "


class SourceError(RuntimeError):
    """An image that was there when it was counted cannot be read any more."""


@functools.cache
def _pool():
    return ThreadPoolExecutor(os.cpu_count())


def read_file(read, path):
    """Returns what a function reads of a file.

    Raises:
        SourceError: If the file is gone.
        Exception: Whatever the function raises on a broken file.
    """
    try:
        return read(path)
    except (FileNotFoundError, PermissionError) as error:
        path = printable(error.filename or path)  # of a pair it may be the other one
        raise SourceError(f"{path} is gone: {reason(error)}") from error


class Source:
    """The base class: a subclass reads one image.

    Attributes:
        shape: (count, height, width, channels).
        dtype: uint8.
    """

    dtype = np.dtype("uint8")

    def __init__(self, count, image_shape):
        self.shape = (count, *image_shape)

    @property
    def ndim(self):
        """4."""
        return len(self.shape)

    def __len__(self):
        """Returns the number of images."""
        return self.shape[0]

    def __getitem__(self, index):
        """Returns the image of a number, or those of several, which all cores read, stacked."""
        numbers = np.arange(len(self))[index]
        if numbers.ndim == 0:
            return self.read(int(numbers))
        images = np.empty((len(numbers), *self.shape[1:]), np.uint8)
        for place, image in enumerate(_pool().map(self.read, numbers.tolist())):
            images[place] = image
        return images

    def read(self, number):
        """Returns an image, uint8 (height, width, channels).

        Raises:
            SourceError: If it is gone.
        """
        raise NotImplementedError

    def digest(self):
        """Returns a text that tells these images from others."""
        raise NotImplementedError


class PictureFiles(Source):
    """Pictures in files.

    A file that turns out to be broken is told of once, and the next picture of its class is shown
    in its place, whenever it is asked for: what is trained on does not depend on when training was
    interrupted.

    Args:
        files: Paths.
        read: A function from a path to an image, or an exception.
        image_shape: (height, width, channels).
        root: The folder that the files are in.
        labels: The class of each file, or None.
    """

    def __init__(self, files, read, image_shape, root, labels=None):
        super().__init__(len(files), image_shape)
        # A path takes four times the memory of its text, and there may be millions.
        self._files = [os.fspath(path) for path in files]
        self._read, self._labels = read, labels
        self._broken = set()
        state = hashlib.blake2b(digest_size=16)
        for path in self._files:
            name = os.fsencode(os.path.relpath(path, root))
            state.update(b"%b\0%d\n" % (name, os.stat(path).st_size))
        self._digest = state.hexdigest()

    def read(self, number):
        """Returns an image, as in `Source`."""
        try:
            return read_file(self._read, self._files[number])
        except SourceError:
            raise
        except Exception as error:  # Pillow's decoders raise nearly anything on broken files.
            return self.read(self._next(number, error))

    def _next(self, number, error):
        """Returns the next number of the class, a file of the first being broken."""
        if number not in self._broken:
            self._broken.add(number)
            path = printable(self._files[number])
            logging.warning(
                "%s is unusable (%s): another picture is taken for it.", path, reason(error)
            )
        alike = np.arange(len(self))
        if self._labels is not None:
            alike = np.flatnonzero(self._labels == self._labels[number])
        if self._broken.issuperset(alike.tolist()):
            raise SourceError(f"no picture like {printable(self._files[number])} is usable")
        return int(alike[(np.searchsorted(alike, number) + 1) % len(alike)])

    def digest(self):
        """Returns a digest of the files' names and sizes."""
        return self._digest


class Mapped(Source):
    """The rows of a .npy file that the system maps into memory as they are needed.

    Args:
        path: The file: images, (count, height, width[, channels]), uint8 in [0, 255] or float in
            [-1, 1].
        image_shape: (height, width, channels) wanted; None is that of the file.
        crop: As in `kerasgan.data.load_images`.
        limit: How many rows to take; None takes all.
        digest: That of the `Source` that the rows were read from, if that is known.
    """

    def __init__(self, path, image_shape=None, crop=True, limit=None, digest=None):
        self._path, self._digest = path, digest
        file = np.load(path, mmap_mode="r")
        self._map, self._read = file.base, 0
        rows = file[:limit]
        self._rows = rows[..., None] if rows.ndim == 3 else rows
        decode.check_channels((image_shape or self._rows.shape[1:])[2], self._rows.shape[3])
        self._convert = functools.partial(
            decode.conform, image_shape=image_shape or self._rows.shape[1:], crop=crop
        )
        super().__init__(len(rows), image_shape or self._rows.shape[1:])
        self._plain = self._rows.dtype == np.uint8 and self._rows.shape == self.shape

    def __getitem__(self, index):
        """Returns rows, as in `Source`."""
        return self._copy(index) if self._plain else super().__getitem__(index)

    def read(self, number):
        """Returns an image, as in `Source`."""
        image = self._copy(number)
        return self._convert(image if image.dtype == np.uint8 else to_uint8(image).numpy())

    def _copy(self, index):
        """Returns rows as an array of their own, and gives back the pages of the file."""
        if not np.ndim(index):
            rows = np.array(self._rows[index])
            self._give_back(len(rows) if isinstance(index, slice) else 1)
            return rows
        index = np.asarray(index)
        rows = np.empty((len(index), *self._rows.shape[1:]), self._rows.dtype)
        for start in range(0, len(index), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            rows[part] = self._rows[index[part]]
            self._give_back(_AT_ONCE)
        return rows

    def _give_back(self, count):
        """Counts rows that have been read, and gives back the pages of the file at times."""
        self._read += count
        if self._read >= _AT_ONCE and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
            self._read = 0

    def check(self, name):
        """Checks the values of floats as `check_images` does; it reads the file once, in parts.

        Args:
            name: What to call the rows in errors.

        Raises:
            ValueError: If one is NaN, infinite, or out of range.
        """
        if self._rows.dtype == np.uint8:
            return
        parts = [self._rows[i : i + _CHECKED] for i in range(0, len(self), _CHECKED)]
        # NaN stays NaN in NumPy's minimum and maximum.
        low = float(np.min([part.min() for part in parts]))
        high = float(np.max([part.max() for part in parts]))
        check_range(low, high, self._rows.dtype.name, name)

    def digest(self):
        """Returns the digest of the source, or one of the file's size and some of its rows."""
        if self._digest is not None:
            return self._digest
        return _digest_of_some(self, os.stat(self._path).st_size)


class Sequence(Source):
    """The images of any object with `__len__` and `__getitem__`.

    Args:
        items: The object. An item is an image: a Pillow image, or an array (height, width[,
            channels]), uint8 in [0, 255] or float in [-1, 1]; or a tuple whose first is one; or a
            dict that has it by `key`.
        image_shape: (height, width, channels) wanted; None is that of the first item.
        crop: As in `kerasgan.data.load_images`.
        key: The key of the image in dicts.
        limit: How many items to take, from the first on; None takes all.

    Raises:
        ValueError: If the first item is none, or cannot become an image of `image_shape`.
    """

    def __init__(self, items, image_shape=None, crop=True, key="image", limit=None):
        self._items, self._key, self._crop = items, key, crop
        first = self._image(0)
        image_shape = image_shape or first.shape
        decode.check_channels(image_shape[2], first.shape[2])
        super().__init__(min(len(items), limit or len(items)), image_shape)

    def _image(self, number):
        item = self._items[number]
        if isinstance(item, dict):
            item = item[self._key]
        elif isinstance(item, (tuple, list)):
            item = item[0]
        return decode.of_any(item)

    def read(self, number):
        """Returns an image, as in `Source`."""
        try:
            return decode.conform(self._image(number), self.shape[1:], self._crop)
        except Exception as error:  # whatever an object of others raises
            name = type(self._items).__name__
            raise SourceError(f"item {number} of {name} is unusable: {reason(error)}") from error

    def digest(self):
        """Returns a digest of how many items there are, and of some of them."""
        return _digest_of_some(self, len(self))


class Channels(Source):
    """Some channels of another source.

    Args:
        source: The other one.
        read: Its `read`, or a function that does the same.
        channels: A slice.
    """

    def __init__(self, source, read, channels):
        *sides, number = source.shape[1:]
        super().__init__(len(source), (*sides, len(range(number)[channels])))
        self._source, self._read, self._channels = source, read, channels

    def read(self, number):
        """Returns an image, as in `Source`."""
        return self._read(number)[..., self._channels]

    def digest(self):
        """Returns a digest of the other source, and of which channels these are."""
        return f"{self._source.digest()} {self._channels}"


def split_channels(source, first):
    """Returns two sources: of the first channels of one, and of the others.

    An image is read once for both if it is asked of the second soon after the first.
    """
    read = functools.lru_cache(maxsize=16 * (os.cpu_count() or 1))(source.read)
    parts = slice(None, first), slice(first, None)
    return tuple(Channels(source, read, channels) for channels in parts)


def _digest_of_some(source, size):
    state = hashlib.blake2b(f"{source.shape} {size}".encode(), digest_size=16)
    for number in np.unique(np.linspace(0, len(source) - 1, _SAMPLED).astype(int)).tolist():
        state.update(np.ascontiguousarray(source[number]))
    return state.hexdigest()
