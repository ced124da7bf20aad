"""Clips of videos: windows of a few frames and the one that comes next."""

import functools
import os
import re

import numpy as np
import tensorflow as tf

from kerasgan.data import decode, order
from kerasgan.data.cache import Keeping
from kerasgan.data.files import (
    is_folder,
    natural,
    picture_files,
    printable,
    read_files,
    reason,
    some,
    source_path,
    split_folder,
    stack,
)
from kerasgan.data.images import Images
from kerasgan.data.moving import moving_digits, panning_photos
from kerasgan.data.pixels import check_image_shape, to_float
from kerasgan.data.progress import with_progress
from kerasgan.data.sources import PictureFiles
from kerasgan.data.videos import count_frames, frame_size, read_frames, video_files

# Sides of frames are multiples of it, as the networks halve them three times.
_MULTIPLE = 8
_MADE = {"moving_digits": moving_digits, "photos": panning_photos}


class Clips:
    """Clips, and windows of `frames` frames and the one after them, in memory or on a disk.

    A window is given as (frames, next frame), (height, width, frames * channels) and (height,
    width, channels): the frames' channels one after the other, those of the newest frame last.

    Attributes:
        images: `Images` of all frames, clip after clip.
        lengths: How many frames each clip has.
        frames: How many frames come before the one to predict.
        image_shape: (height, width, channels) of the frames to train on.
        name: What the clips are called, for logs and errors.
    """

    tries = 25

    def __init__(self, images, lengths, crop=None, frames=4, motion=0.005, name="clips"):
        """Takes the frames.

        Args:
            images: `Images` of all frames, clip after clip.
            lengths: How many frames each clip has.
            crop: (height, width) to cut out for training, where something moves: of up to 25
                random places the first at which the mean squared difference of the last two
                frames, in [-1, 1], is more than `motion`; else the last. None trains on whole
                frames.
            frames: How many frames come before the one to predict.
            motion: As said.
            name: What to call the clips.

        Raises:
            ValueError: If the crop does not fit into the frames, or no clip is long enough.
        """
        sides = images.image_shape[:2]
        crop = tuple(crop or sides)
        if any(side > whole for side, whole in zip(crop, sides, strict=True)):
            raise ValueError(
                f"{name}: {crop[0]} x {crop[1]} pixels to train on cannot be cut out of frames of "
                f"{sides[0]} x {sides[1]}."
            )
        order.check_positive(frames=frames)
        if max(lengths) <= frames:
            raise ValueError(
                f"{name}: a clip must have at least {frames + 1} frames, {frames} and the next "
                f"one, but the longest of {len(lengths)} has {max(lengths)}."
            )
        self.images, self.lengths, self.crop = images, list(lengths), crop
        self.frames, self.motion, self.name = frames, motion, name
        self.image_shape = (*crop, images.image_shape[2])

    def __len__(self):
        """Returns the number of windows."""
        return sum(max(0, length - self.frames) for length in self.lengths)

    @property
    def on_disk(self):
        """Whether frames are read when they are needed."""
        return self.images.on_disk

    def digest(self):
        """Returns a text that tells these clips from others."""
        return order.digest(self.images.images, np.array(self.lengths))

    def clip(self, number):
        """Returns the frames of a clip, uint8 (count, height, width, channels)."""
        start = sum(self.lengths[:number])
        return np.asarray(self.images.images[start : start + self.lengths[number]])

    def steps_per_epoch(self, batch_size):
        """Returns how many full batches the windows make; see `Images.steps_per_epoch`."""
        return order.steps_per_epoch(len(self), batch_size, self.name)

    def dataset(self, batch_size):
        """Returns one pass over the clips in whole frames, of windows that do not overlap.

        Args:
            batch_size: Windows in a batch.

        Returns:
            A finite `tf.data.Dataset` of (frames, next frame), float32 in [-1, 1].
        """
        order.check_positive(batch_size=batch_size)
        starts = tf.data.Dataset.from_tensor_slices(self._starts(self.frames + 1))
        windows = starts.batch(batch_size).map(
            lambda starts: self._split(self._windows(starts)),
            num_parallel_calls=order.PARALLEL_CALLS,
            deterministic=True,
        )
        return order.ready(windows)

    def stream(self, batch_size, *, seed, start_step=0):
        """Returns an endless, shuffled stream of windows, cut where something moves.

        As `Images.stream`; batch number k depends on `seed` and k only.

        Args:
            batch_size: Windows in a batch.
            seed: Integer.
            start_step: Number of the first batch.

        Returns:
            An infinite `tf.data.Dataset` of (frames, next frame), float32 in [-1, 1].
        """
        steps, starts = self.steps_per_epoch(batch_size), tf.constant(self._starts(1))

        def cut(indices, number):
            windows = self._windows(tf.gather(starts, indices))
            key = tf.stack([tf.constant(seed, tf.int64), number])
            return self._split(moving_parts(windows, self.crop, key, self.motion, self.tries))

        indices = order.endless(len(self), steps, batch_size, seed, start_step)
        numbers = tf.data.Dataset.counter(start_step)
        windows = tf.data.Dataset.zip(indices, numbers).map(
            cut, num_parallel_calls=order.PARALLEL_CALLS, deterministic=True
        )
        return order.ready(windows)

    def _starts(self, step):
        """Returns the number of the first frame of each window, int64."""
        firsts = np.cumsum([0, *self.lengths[:-1]])
        return np.concatenate(
            [
                first + np.arange(0, length - self.frames, step)
                for first, length in zip(firsts, self.lengths, strict=True)
                if length > self.frames
            ]
        ).astype(np.int64)

    def _windows(self, starts):
        """Returns the uint8 windows (N, frames + 1, H, W, C) that begin with these frames."""
        numbers = starts[:, None] + tf.range(self.frames + 1, dtype=tf.int64)
        frames = self.images.gather(tf.reshape(numbers, [-1]))
        return tf.reshape(frames, (-1, self.frames + 1, *self.images.image_shape))

    def _split(self, windows):
        """Returns (frames, next frame) of windows (N, frames + 1, H, W, C)."""
        height, width, channels = windows.shape[2:]
        windows = to_float(windows)
        frames = tf.transpose(windows[:, :-1], (0, 2, 3, 1, 4))
        frames = tf.reshape(frames, (-1, height, width, self.frames * channels))
        return frames, windows[:, -1]


def moving_parts(windows, crop, seed, motion, tries):
    """Cuts a part out of the frames of each window, where something moves.

    Args:
        windows: uint8 (N, count, H, W, C).
        crop: (height, width) of the parts.
        seed: An integer tensor (2,), which decides.
        motion: As in `Clips`.
        tries: How many places to look at.

    Returns:
        uint8 (N, count, height, width, C).
    """
    (height, width), (_, count, rows, columns, channels) = crop, windows.shape
    number = tf.shape(windows)[0]
    draws = tf.random.stateless_uniform((number, tries, 2), seed)
    room = tf.constant([rows - height + 1, columns - width + 1], tf.float32)
    places = tf.cast(draws * room, tf.int32)
    steps = to_float(windows[:, -1]) - to_float(windows[:, -2])
    # Sums over the pixels above and to the left of each, of which four make that of a part.
    sums = tf.cumsum(tf.cumsum(tf.reduce_sum(steps**2, axis=-1), axis=1), axis=2)
    sums = tf.pad(sums, [[0, 0], [1, 0], [1, 0]])

    def corners(down, right):
        return tf.gather_nd(sums, places + [down, right], batch_dims=1)

    totals = corners(height, width) - corners(0, width) - corners(height, 0) + corners(0, 0)
    moves = totals > motion * height * width * channels
    moves = tf.concat([moves[:, :-1], tf.ones((number, 1), bool)], axis=1)
    chosen = tf.gather(places, tf.argmax(moves, axis=1), axis=1, batch_dims=1)
    parts = tf.gather(windows, chosen[:, :1] + tf.range(height), axis=2, batch_dims=1)
    parts = tf.gather(parts, chosen[:, 1:] + tf.range(width), axis=3, batch_dims=1)
    return tf.ensure_shape(parts, (None, count, height, width, channels))


@decode.without_size_warnings()
def load_clips(
    source,
    image_shape=(32, 32, 3),
    *,
    split="train",
    data_dir=None,
    frames=4,
    limit=None,
    stream=None,
    cache_dir=None,
):
    """Loads clips of videos, or prepares to read their frames from a disk.

    Args:
        source: One of

            - A folder of clips, each a sub-folder with its frames, pictures of one size whose
              names are numbered: 9.png comes before 10.png. If it holds a folder named like
              `split`, that one is read. Frames have the size of the first clip's: others are
              scaled until they cover it. Of sides that are no multiples of 8 the middle is taken.
            - A video file, such as .mp4, or a folder of them without sub-folders, each a clip, in
              memory (`pip install 'kerasgan[video]'`). A file has no splits, all of it is read.
            - `"moving_digits"`: two digits of scikit-learn, each going straight on until it is
              reflected at an edge, in clips of ten frames of 64 x 64: 500, and 100 with other
              digits as the test split. They are always the same ones.
            - `"photos"`: a window that goes over one of the two photographs inside scikit-learn in
              the same way; the test split is of other parts of them.
        image_shape: (height, width, channels) of the parts to train on.
        split: `"train"` or `"test"`.
        data_dir: Unused.
        frames: How many frames come before the one to predict.
        limit: How many clips to keep, from the first on; None keeps all.
        stream: As in `kerasgan.data.load_images`.
        cache_dir: Likewise.

    Returns:
        `Clips`.

    Raises:
        ImportError: If imageio-ffmpeg, which video files need, is not installed.
        ValueError: If an argument is wrong, the folder holds no such clips, a frame is unreadable,
            or all would not fit in memory.
    """
    image_shape = check_image_shape(image_shape)
    decode.check_channels(image_shape[2])
    keeping = Keeping(stream, cache_dir)
    if source in _MADE:
        made, lengths = _MADE[source](image_shape, split, limit)
        if not keeping.on_disk(len(made), made.shape[1:], source):
            made = made[:]
        return Clips(Images(made, name=source), lengths, image_shape[:2], frames, name=source)
    root = source_path(source)
    if not root.exists():
        known = " or ".join(map(repr, _MADE))
        raise ValueError(f"{source!r} must be a folder of clips, a video file, or {known}.")
    name = printable(root.resolve().name)
    if is_folder(root):
        root = split_folder(root, split)
    videos = video_files(root)[:limit]
    if videos or not is_folder(root):
        images, lengths = _of_videos(videos, image_shape[2], keeping, root)
        return Clips(Images(images, name=name), lengths, image_shape[:2], frames, name=name)
    clips = _clips_of(root)[:limit]
    files, lengths = [path for clip in clips for path in clip], [len(clip) for clip in clips]
    size = _size(clips)
    shape = _middle(size, image_shape[2])
    read = functools.partial(_read, size=size, shape=shape)
    left_out = {}
    if keeping.on_disk(len(files), shape, name):
        found = read_files(files, decode.readable, root, left_out)
        list(with_progress(found, len(files), "frame"))
        labels = np.repeat(np.arange(len(clips)), lengths)
        images = keeping.cached(PictureFiles(files, read, shape, root, labels), f"{name}-{split}")
    else:
        found = with_progress(read_files(files, read, root, left_out), len(files), "frame")
        images = stack((image for _, image in found), len(files), shape)
    for path, error in left_out.items():
        raise ValueError(
            f"{printable(path)} is unreadable ({reason(error)}), and a clip without one of its "
            "frames shows another motion: repair it, or take its clip away."
        )
    return Clips(Images(images, name=name), lengths, image_shape[:2], frames, name=name)


def _of_videos(files, channels, keeping, root):
    """Returns the frames of video files, as those of folders, and how many each file has.

    Raises:
        ImportError, ValueError: As `load_clips`.
    """
    if not files:
        raise ValueError(f"{printable(root)} is neither a folder nor a video file.")
    if keeping.stream or keeping.cache_dir:
        raise ValueError(
            f"{printable(root)}: frames of video files are kept in memory; for frames that stay on "
            "a disk write those of each video into a folder: ffmpeg -i video.mp4 folder/%06d.png"
        )
    size = frame_size(files[0])
    shape, lengths = _middle(size, channels), [count_frames(path) for path in files]
    found = (
        _fitting(frame, size, shape)
        for path, length in zip(files, lengths, strict=True)
        for frame in read_frames(path, length)
    )
    return stack(with_progress(found, sum(lengths), "frame"), sum(lengths), shape), lengths


def _clips_of(root):
    """Returns the frames of each clip in a folder, a list of lists of paths.

    Raises:
        ValueError: If there are no clips, or they hold other folders.
    """
    clips = {}
    for path in picture_files(root):
        clips.setdefault(path.parent, []).append(path)
    wrong = [path for path in clips if path.parent != root]
    if wrong:
        found = some([os.path.relpath(path, root) for path in wrong])
        raise ValueError(
            f"{printable(root)} must hold a sub-folder of numbered frames for each clip, but "
            f"pictures lie in {found}."
        )
    unnumbered = [
        path for clip in clips.values() for path in clip if not re.search(r"\d", path.stem)
    ]
    if unnumbered:
        found = some([os.path.relpath(path, root) for path in unnumbered])
        raise ValueError(
            f"The frames of a clip must have numbers in their names, but not: {found}."
        )
    return [sorted(clips[each], key=natural) for each in sorted(clips, key=natural)]


def _size(clips):
    """Returns the height and width of the first frame, which others have too.

    Raises:
        ValueError: If the frames of a clip have several sizes, as other pictures have.
    """
    first = None
    for clip in clips:
        sizes = set(decode.sizes(clip))
        if len(sizes) > 1:
            found = " and ".join(f"{height} x {width}" for height, width in sorted(sizes)[:2])
            raise ValueError(
                f"{printable(clip[0].parent)} is no clip: its pictures have several sizes, such "
                f"as {found}."
            )
        first = first or next(iter(sizes), None)
    return first or (_MULTIPLE, _MULTIPLE)  # all are broken, which reading them will tell


def _middle(size, channels):
    """Returns the shape of what is taken of frames.

    Raises:
        ValueError: If there is too little to take.
    """
    if min(size) < _MULTIPLE:
        raise ValueError(f"A frame must have at least {_MULTIPLE} pixels a side, not {size}.")
    return (*(side - side % _MULTIPLE for side in size), channels)


def _read(path, size, shape):
    return _fitting(decode.decode_whole(path, shape[2]), size, shape)


def _fitting(frame, size, shape):
    """Returns the middle of a frame, uint8 of a shape, scaled first if it has another size."""
    if frame.shape[:2] != size:
        return decode.conform(frame, shape, crop=True)
    top, left = ((whole - side) // 2 for whole, side in zip(size, shape, strict=False))
    middle = frame[top : top + shape[0], left : left + shape[1]]
    return decode.conform(middle, shape, crop=False)
