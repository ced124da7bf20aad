"""Pictures beside smaller versions of themselves."""

import functools
import itertools
import math
import os

import numpy as np
import tensorflow as tf
from absl import logging

from kerasgan.data import decode, order
from kerasgan.data.augment import random_crop
from kerasgan.data.cache import Keeping
from kerasgan.data.files import (
    is_folder,
    picture_files,
    printable,
    read_files,
    reason,
    source_path,
    split_folder,
)
from kerasgan.data.photos import photos
from kerasgan.data.pixels import check_image_shape, to_float
from kerasgan.data.progress import with_progress
from kerasgan.data.sources import SourceError, read_file


class OnDisk:
    """Pictures of any sizes that are read when they are needed; indexed as a list is.

    Attributes:
        shapes: Their (height, width, channels).
    """

    def __init__(self, shapes, read):
        """Takes the shapes, and a function from a number to a picture."""
        self.shapes, self._read = shapes, read

    def __len__(self):
        """Returns the number of pictures."""
        return len(self.shapes)

    def __getitem__(self, number):
        """Returns a picture, uint8 (height, width, channels)."""
        return self._read(int(number))


class SuperResolution:
    """Pictures of any sizes and their reductions, in memory or on a disk.

    Reductions are made by Pillow's bicubic filter, which widens with the factor so that nothing
    aliases: like MATLAB's `imresize`, with which the literature's were made, up to rounding.

    Attributes:
        high: The pictures, a list of uint8 (H, W, channels), cut to multiples of `scale`; or as
            `OnDisk`.
        low: Their reductions, a list of uint8 (H / scale, W / scale, channels), or likewise.
        image_shape: (height, width, channels) of the high-resolution images to train on.
        scale: The factor.
        name: What the pictures are called, for logs and errors.
    """

    def __init__(self, pictures, image_shape, scale=4, name="pictures"):
        """Takes the pictures.

        Args:
            pictures: uint8 arrays (H, W, channels) of any sizes, or `OnDisk`.
            image_shape: (height, width, channels) to cut out for training.
            scale: The factor.
            name: What to call the pictures.

        Raises:
            ValueError: If there is no picture, one is smaller than `scale`, or the sides of
                `image_shape` are not multiples of `scale`.
        """
        if not len(pictures):
            raise ValueError(f"{name}: there are no pictures.")
        if any(side % scale for side in image_shape[:2]):
            raise ValueError(
                f"{name}: the sides to train on must be multiples of {scale}, but are "
                f"{image_shape[:2]}."
            )
        self.on_disk = isinstance(pictures, OnDisk)
        shapes = pictures.shapes if self.on_disk else [picture.shape for picture in pictures]
        least = min(min(shape[:2]) for shape in shapes)
        if least < scale:
            raise ValueError(f"{name}: a side of {least} pixels cannot be {scale} times smaller.")
        self.image_shape, self.scale, self.name = tuple(image_shape), scale, name
        self.shapes = [(h - h % scale, w - w % scale, channels) for h, w, channels in shapes]
        small = [(h // scale, w // scale, channels) for h, w, channels in self.shapes]

        def high(number):
            height, width, _ = self.shapes[number]
            return pictures[number][:height, :width]

        def low(number):
            return decode.resize(self.high[number], small[number][:2])

        if self.on_disk:
            # A picture is read once for both.
            self.high = OnDisk(self.shapes, functools.lru_cache(maxsize=16)(high))
            self.low = OnDisk(small, low)
        else:
            self.high = list(map(high, range(len(shapes))))
            self.low = list(map(low, range(len(shapes))))

    def __len__(self):
        """Returns the number of pictures."""
        return len(self.high)

    def digest(self):
        """Returns a text that tells these pictures from others."""
        if self.on_disk:
            return order.digest(np.array(self.shapes), self.high[0], self.high[len(self) - 1])
        return order.digest(*self.high)

    def steps_per_epoch(self, batch_size):
        """Returns how many batches of training images the pictures would be cut up into.

        Args:
            batch_size: Images in a batch.

        Raises:
            ValueError: If `batch_size` is not positive or exceeds the number of such images.
        """
        return order.steps_per_epoch(int(sum(self._cuts())), batch_size, self.name)

    def _cuts(self):
        """Returns how many training images each picture would be cut up into."""
        height, width, _ = self.image_shape
        return [(shape[0] // height) * (shape[1] // width) for shape in self.shapes]

    def dataset(self, batch_size=1):
        """Returns one pass over the whole pictures, for evaluation.

        Pictures that are too small for `kerasgan.metrics.ssim` are left out, with a warning.

        Args:
            batch_size: Pictures in a batch: 1, unless they are of one size.

        Returns:
            A finite `tf.data.Dataset` of (low, high), float32 in [-1, 1],
            (batch, H / scale, W / scale, channels) and (batch, H, W, channels).

        Raises:
            ValueError: If the pictures cannot be batched, or all are too small.
        """
        order.check_positive(batch_size=batch_size)
        least = 11 + 2 * self.scale  # SSIM's window, inside of a border
        numbers = [number for number, x in enumerate(self.shapes) if min(x[:2]) >= least]
        small = (
            f"{self.name}: {len(self) - len(numbers)} of {len(self)} pictures cannot be measured: "
            f"a side has fewer than {least} pixels."
        )
        if not numbers:
            raise ValueError(small)
        if len(numbers) < len(self):
            logging.warning("%s They are left out.", small)
        sizes = {self.shapes[number] for number in numbers}
        if batch_size > 1 and len(sizes) > 1:
            raise ValueError(
                f"{self.name}: pictures of {len(sizes)} sizes make no batches of {batch_size}."
            )
        shape = (None, None, self.image_shape[2])
        examples = tf.data.Dataset.from_generator(
            lambda: ((self.low[number], self.high[number]) for number in numbers),
            output_signature=2 * (tf.TensorSpec(shape, tf.uint8),),
        ).apply(tf.data.experimental.assert_cardinality(len(numbers)))
        return order.ready(examples.batch(batch_size).map(_floats))

    def stream(self, batch_size, *, seed, start_step=0):
        """Returns an endless stream of random cuts, mirrored half of the time.

        Batch number k depends on `seed` and k only. Larger pictures are cut from more often.

        Args:
            batch_size: Images in a batch.
            seed: Integer.
            start_step: Number of the first batch.

        Returns:
            An infinite `tf.data.Dataset` of (low, high), float32 in [-1, 1], (batch_size, height /
            scale, width / scale, channels) and (batch_size, *image_shape).
        """
        steps = self.steps_per_epoch(batch_size)
        cuts = self._cuts()
        owners = tf.constant(np.repeat(np.arange(len(self)), cuts))
        kind = _Read if self.on_disk else _Ragged
        low, high = (kind(pictures) for pictures in (self.low, self.high))
        crop = tuple(side // self.scale for side in self.image_shape[:2])

        def cut(index, number):
            picture = owners[index]
            key = tf.stack([tf.constant(seed, tf.int64), number])
            return random_crop((low[picture], high[picture]), crop, key, (1, self.scale))

        indices = order.endless(sum(cuts), steps, batch_size, seed, start_step).unbatch()
        numbers = tf.data.Dataset.counter(start_step * batch_size)
        examples = tf.data.Dataset.zip(indices, numbers).map(
            cut, num_parallel_calls=order.PARALLEL_CALLS, deterministic=True
        )
        return order.ready(examples.batch(batch_size, drop_remainder=True).map(_floats))


class _Ragged:
    """Pictures of different sizes that a graph can index."""

    def __init__(self, pictures):
        with tf.device("CPU:0"):
            self.channels = pictures[0].shape[-1]
            self.pixels = tf.constant(np.concatenate([x.ravel() for x in pictures]))
            self.shapes = tf.constant([x.shape for x in pictures])
            self.starts = tf.constant(np.cumsum([0] + [x.size for x in pictures]))

    def __getitem__(self, index):
        pixels = self.pixels[self.starts[index] : self.starts[index + 1]]
        return tf.ensure_shape(tf.reshape(pixels, self.shapes[index]), (None, None, self.channels))


class _Read:
    """Pictures on a disk that a graph can index."""

    def __init__(self, pictures):
        self.pictures = pictures

    def __getitem__(self, index):
        pixels = tf.numpy_function(self.pictures.__getitem__, [index], tf.uint8, stateful=False)
        return tf.ensure_shape(pixels, (None, None, self.pictures.shapes[0][2]))


@decode.without_size_warnings()
def load_super_resolution(
    source,
    image_shape=(96, 96, 3),
    *,
    split="train",
    data_dir=None,
    scale=4,
    limit=None,
    stream=None,
    cache_dir=None,
):
    """Loads pictures for super-resolution, or prepares to read them from a disk.

    Args:
        source: A folder with pictures of any size; if it holds a folder named like `split`, that
            one is read. Or `"photos"`: parts of the two photographs inside scikit-learn.
        image_shape: (height, width, channels) of the high-resolution images to train on; grey
            pictures become colours, or the other way around. Pictures that are smaller are left
            out of training.
        split: `"train"` or `"test"`.
        data_dir: Unused.
        scale: The factor.
        limit: How many pictures to keep, from the first on; None keeps all.
        stream: Whether to read pictures from the disk as they are needed, rather than to hold them
            in memory. None does so, and says so, if they would take half of the memory that is
            free.
        cache_dir: Unused: pictures of any sizes are decoded anew each time.

    Returns:
        `SuperResolution`.

    Raises:
        ValueError: If an argument is wrong, there are no usable pictures, or they would not fit in
            memory.
    """
    image_shape = check_image_shape(image_shape)
    decode.check_channels(image_shape[2])
    if source == "photos":
        return SuperResolution(photos(split)[:limit], image_shape, scale, source)
    root = source_path(source)
    if not is_folder(root):
        raise ValueError(f"{source!r} must be a folder of pictures, or 'photos'.")
    name, root = printable(root.resolve().name), split_folder(root, split)
    left_out = {}
    files = picture_files(root, left_out)
    # The pictures, a copy for tf.data, and the reductions of both.
    count = min(len(files), limit or len(files))
    sizes = itertools.islice(decode.sizes(files), limit)
    pixels = sum(math.prod(size) for size in sizes)
    read = functools.partial(_read, channels=image_shape[2], least=scale)
    if Keeping(stream).on_disk(1, (pixels, image_shape[2]), name):

        def shape(path):
            return read(path).shape  # each is decoded once before: a broken one has no part

        found = with_progress(read_files(files, shape, root, left_out, limit), count)
        found, shapes = zip(*((os.fspath(path), shape) for path, shape in found), strict=True)

        def again(number):
            try:
                return _like(read_file(read, found[number]), shapes[number])
            except SourceError:
                raise
            except Exception as error:  # Pillow's decoders raise nearly anything on broken files.
                path = printable(found[number])
                raise SourceError(f"{path} is unusable now: {reason(error)}") from error

        pictures = OnDisk(list(shapes), again)
        return SuperResolution(pictures, image_shape, scale, name)
    found = with_progress(read_files(files, read, root, left_out, limit), count)
    return SuperResolution([picture for _, picture in found], image_shape, scale, name)


def _read(path, channels, least):
    """Reads a picture.

    Raises:
        ValueError: If it is no picture, or a side has fewer pixels than `least`.
    """
    picture = decode.decode_whole(path, channels)
    if min(picture.shape[:2]) < least:
        raise ValueError(f"a side has fewer than {least} pixels")
    return picture


def _like(picture, shape):
    """Returns a picture of a shape; raises a ValueError if it has another one."""
    if picture.shape != shape:
        raise ValueError(f"its shape was {shape} and is {picture.shape}")
    return picture


def _floats(low, high):
    return to_float(low), to_float(high)
