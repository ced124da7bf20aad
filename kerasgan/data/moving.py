"""Clips that are made as they are needed: what moves in them goes straight on, and is reflected."""

import numpy as np

from kerasgan.data import decode
from kerasgan.data.photos import photos
from kerasgan.data.sources import Source

_LENGTH = 10  # frames of a clip
_SIDE = 64  # of a frame, at least
_DIGIT = 28  # the side of a digit
_SPLITS = {"train": (0, 500), "test": (1, 100)}  # the seed, and how many clips there are


class Moving(Source):
    """Frames of clips, clip after clip, each made by its number.

    Args:
        count: How many clips.
        frame_shape: (height, width, channels).
        seed: An integer.
        name: What they are called.
    """

    def __init__(self, count, frame_shape, seed, name):
        super().__init__(count * _LENGTH, frame_shape)
        self._seed, self._name = seed, name

    def read(self, number):
        """Returns a frame, as in `Source`."""
        clip, time = divmod(number, _LENGTH)
        return self.frame(np.random.default_rng([self._seed, clip]), time)

    def frame(self, random, time):
        """Returns a frame of a clip.

        Args:
            random: The clip's own source of random numbers, at its beginning.
            time: The number of the frame in the clip.
        """
        raise NotImplementedError

    def digest(self):
        """Returns a text that tells these frames from others."""
        return f"{self._name} {self.shape} {self._seed}"


class MovingDigits(Moving):
    """Two digits that move over a black ground; where both are, the lighter pixel shows."""

    def __init__(self, digits, *args):
        super().__init__(*args)
        self._digits = digits

    def frame(self, random, time):
        """Returns a frame, as in `Moving`."""
        height, width, channels = self.shape[1:]
        frame = np.zeros((height, width, 1), np.uint8)
        for number in random.integers(len(self._digits), size=2):
            room = height - _DIGIT, width - _DIGIT
            y, x = _place(random, room, (2.0, 5.0), time)
            part = frame[y : y + _DIGIT, x : x + _DIGIT]
            np.maximum(part, self._digits[number], out=part)
        return decode.conform(frame, (height, width, channels), crop=False)


class PanningPhotos(Moving):
    """What a camera sees that moves over a photograph."""

    def __init__(self, pictures, *args):
        super().__init__(*args)
        self._pictures = pictures

    def frame(self, random, time):
        """Returns a frame, as in `Moving`."""
        height, width, _ = self.shape[1:]
        photo = self._pictures[random.integers(len(self._pictures))]
        room = photo.shape[0] - height, photo.shape[1] - width
        y, x = _place(random, room, (1.0, 4.0), time)
        part = np.ascontiguousarray(photo[y : y + height, x : x + width])
        return decode.conform(part, self.shape[1:], crop=False)


def moving_digits(image_shape, split, limit):
    """Returns the frames of the clips "moving_digits", a `Moving`, and the clips' lengths.

    Srivastava et al., "Unsupervised Learning of Video Representations using LSTMs", 2015,
    arXiv:1502.04681, had digits of MNIST move so. Arguments are those of `load_clips`.
    """
    from sklearn.datasets import load_digits

    seed, count = _split("moving_digits", split, limit)
    part = slice(None, -297) if split == "train" else slice(-297, None)
    small = np.rint(load_digits().images[part, ..., None] * (255 / 16)).astype(np.uint8)
    digits = [decode.resize(digit, (_DIGIT, _DIGIT)) for digit in small]
    shape = (*(max(_SIDE, side) for side in image_shape[:2]), image_shape[2])
    return MovingDigits(digits, count, shape, seed, "moving_digits"), [_LENGTH] * count


def panning_photos(image_shape, split, limit):
    """Returns the frames of the clips "photos", a `Moving`, and the clips' lengths.

    Arguments are those of `load_clips`.

    Raises:
        ValueError: If frames are larger than the photographs.
    """
    seed, count = _split("photos", split, limit)
    pictures = photos(split)
    shape = (*(max(_SIDE, side) for side in image_shape[:2]), image_shape[2])
    rows, columns, _ = pictures[0].shape
    if shape[0] > rows or shape[1] > columns:
        raise ValueError(
            f"'photos' has at most {rows} x {columns} pixels in the split {split!r}, but "
            f"{shape[0]} x {shape[1]} are wanted."
        )
    return PanningPhotos(pictures, count, shape, seed, "photos"), [_LENGTH] * count


def _split(name, split, limit):
    """Returns the seed of a split, and how many clips are wanted.

    Raises:
        ValueError: If there is no such split.
    """
    if split not in _SPLITS:
        raise ValueError(f"{name!r} has the splits 'train' and 'test', but not {split!r}.")
    seed, count = _SPLITS[split]
    return seed, min(count, limit or count)


def _place(random, room, speeds, time):
    """Returns where something is, (y, x), that began at a random place in a random direction.

    Args:
        random: A `numpy.random.Generator`.
        room: The largest y and x.
        speeds: The range of its speed, in pixels a frame.
        time: The number of the frame.
    """
    start = random.uniform(0, room)
    angle, speed = random.uniform(0, 2 * np.pi), random.uniform(*speeds)
    room = np.maximum(room, 1e-6)
    way = (start + speed * time * np.array([np.sin(angle), np.cos(angle)])) % (2 * room)
    return np.rint(np.minimum(way, 2 * room - way)).astype(int)
