"""Pairs of images, and images of two domains, to translate from one to the other."""

import math
import os
from pathlib import Path

import numpy as np
import tensorflow as tf
from absl import logging
from scipy import ndimage

from kerasgan.data import decode, order
from kerasgan.data.augment import random_crop
from kerasgan.data.cache import Keeping
from kerasgan.data.files import (
    account,
    is_folder,
    picture_files,
    printable,
    read_files,
    some,
    source_path,
    split_folder,
    stack,
)
from kerasgan.data.images import Images
from kerasgan.data.loading import load_images
from kerasgan.data.photos import photo_patches
from kerasgan.data.pixels import check_image_shape, to_float
from kerasgan.data.progress import with_progress
from kerasgan.data.sources import PictureFiles, split_channels

# Isola et al., 2016: scaled to 286 pixels, of which a random square of 256 is cut out.
_JITTER = 286 / 256
_DIRECTIONS = ("a_to_b", "b_to_a")


class Pairs:
    """Images, each with the image that it is to be translated to.

    Attributes:
        inputs: `Images`.
        targets: `Images`, as many of the same height and width.
        image_shape: (height, width, channels) of the inputs that the pipelines yield.
        output_channels: The channels of the targets.
        name: What the pairs are called, for logs and errors.
    """

    def __init__(self, inputs, targets, crop=None, name="pairs"):
        """Takes the images.

        Args:
            inputs: `Images`.
            targets: `Images`, as many of the same height and width.
            crop: (height, width) to cut out of each pair for training, at a random place, mirrored
                half of the time; None trains on the images as they are.
            name: What to call the pairs.

        Raises:
            ValueError: If the images do not fit together, or are smaller than the crop.
        """
        if len(inputs) != len(targets) or inputs.image_shape[:2] != targets.image_shape[:2]:
            raise ValueError(
                f"{name}: inputs and targets must be as many, of one height and width, but are "
                f"{inputs.images.shape} and {targets.images.shape}."
            )
        _check_crop(crop, inputs, name)
        self.inputs, self.targets, self.crop, self.name = inputs, targets, crop, name
        self.image_shape = (*(crop or inputs.image_shape[:2]), inputs.image_shape[2])
        self.output_channels = targets.image_shape[2]

    def __len__(self):
        """Returns the number of pairs."""
        return len(self.inputs)

    @property
    def on_disk(self):
        """Whether images are read when they are needed."""
        return self.inputs.on_disk or self.targets.on_disk

    def digest(self):
        """Returns a text that tells these pairs from others."""
        return order.digest(self.inputs.images, self.targets.images)

    def steps_per_epoch(self, batch_size):
        """Returns how many full batches the pairs make; see `Images.steps_per_epoch`."""
        return order.steps_per_epoch(len(self), batch_size, self.name)

    def dataset(self, batch_size, *, shuffle_seed=None, drop_remainder=False):
        """Returns one pass over the pairs.

        Args:
            batch_size: Pairs in a batch.
            shuffle_seed: None keeps the order and cuts out the centre. An integer shuffles,
                and cuts and mirrors at random, anew in every pass, the same way in every run.
            drop_remainder: Whether to leave out a last batch that is not full.

        Returns:
            A finite `tf.data.Dataset` of (inputs, targets), float32 in [-1, 1].
        """
        sources = [self.inputs, self.targets]
        return _one_pass(sources, self.crop, batch_size, shuffle_seed, drop_remainder)

    def stream(self, batch_size, *, seed, start_step=0):
        """Returns an endless, shuffled, cut and mirrored stream that can start anywhere.

        As `Images.stream`; batch number k depends on `seed` and k only.

        Args:
            batch_size: Pairs in a batch.
            seed: Integer.
            start_step: Number of the first batch.

        Returns:
            An infinite `tf.data.Dataset` of (inputs, targets), float32 in [-1, 1].
        """
        steps = self.steps_per_epoch(batch_size)
        sources = [self.inputs, self.targets]
        return _endless(sources, self.crop, steps, batch_size, seed, start_step)


class Unpaired:
    """Images of two domains that do not belong together.

    Attributes:
        a: `Images` of domain A.
        b: `Images` of domain B, of the same shape; there may be more or fewer.
        image_shape: (height, width, channels) of what the pipelines yield.
        name: What the images are called, for logs and errors.
        relation: The function of images of A that makes those of B, where it is known, or None.
    """

    def __init__(self, a, b, crop=None, name="unpaired", relation=None):
        """Takes the images.

        Args:
            a: `Images` of domain A.
            b: `Images` of domain B.
            crop: As of `Pairs`, for each image by itself.
            name: What to call the images.
            relation: A function of uint8 images of A, (N, H, W, C), to their counterparts in B, by
                which generated pairs can be judged, or None.

        Raises:
            ValueError: If the shapes differ, or are smaller than the crop.
        """
        if a.image_shape != b.image_shape:
            raise ValueError(
                f"{name}: both domains must have one shape, but have {a.image_shape} and "
                f"{b.image_shape}."
            )
        _check_crop(crop, a, name)
        self.a, self.b, self.crop, self.name, self.relation = a, b, crop, name, relation
        self.image_shape = (*(crop or a.image_shape[:2]), a.image_shape[2])

    def __len__(self):
        """Returns the number of images of the larger domain."""
        return max(len(self.a), len(self.b))

    @property
    def on_disk(self):
        """Whether images are read when they are needed."""
        return self.a.on_disk or self.b.on_disk

    def digest(self):
        """Returns a text that tells these images from others."""
        return order.digest(self.a.images, self.b.images)

    def steps_per_epoch(self, batch_size):
        """Returns the full batches of the larger domain; the smaller comes around again."""
        smaller = min(len(self.a), len(self.b))
        order.steps_per_epoch(smaller, batch_size, self.name)
        return len(self) // batch_size

    def dataset(self, batch_size, *, shuffle_seed=None, drop_remainder=False):
        """Returns one pass over the smaller domain, beside as many images of the larger.

        Arguments and images are those of `Pairs.dataset`; domains are shuffled apart.
        """
        seeds = [None, None] if shuffle_seed is None else [shuffle_seed, shuffle_seed + 1]
        domains = [
            _one_pass([images], self.crop, batch_size, seed, drop_remainder)
            for images, seed in zip((self.a, self.b), seeds, strict=True)
        ]
        both = tf.data.Dataset.zip(*domains)

        def equal(a, b):  # the last batch of the smaller domain may be smaller
            count = tf.minimum(tf.shape(a)[0], tf.shape(b)[0])
            return a[:count], b[:count]

        return order.ready(both.map(equal))

    def stream(self, batch_size, *, seed, start_step=0, labels=False):
        """Returns an endless stream as `Pairs.stream` does; domains are shuffled apart.

        Args:
            batch_size: Images of each domain in a batch.
            seed: Integer.
            start_step: Number of the first batch.
            labels: Whether to yield ((a, b), the labels of a), the labels int32, (batch_size,).

        Raises:
            ValueError: If labels are wanted and domain A has none, or images are cut.
        """
        self.steps_per_epoch(batch_size)
        if labels:
            if self.crop is not None:
                raise ValueError(f"{self.name}: labels go with images that are not cut.")
            a = self.a.stream(batch_size, seed=seed, start_step=start_step, labels=True)
            b = self.b.stream(batch_size, seed=seed + 1, start_step=start_step)
            both = tf.data.Dataset.zip(a, b)
            return order.ready(both.map(lambda a, b: ((a[0], b), a[1])))
        domains = [
            _endless([images], self.crop, len(images) // batch_size, batch_size, each, start_step)
            for images, each in ((self.a, seed), (self.b, seed + 1))
        ]
        return order.ready(tf.data.Dataset.zip(*domains))


@decode.without_size_warnings()
def load_pairs(
    source,
    image_shape,
    *,
    split="train",
    data_dir=None,
    direction="a_to_b",
    edges=False,
    jitter=None,
    limit=None,
    stream=None,
    cache_dir=None,
):
    """Loads pairs of images, or prepares to read them from a disk.

    Args:
        source: One of

            - A folder of pictures that each show A on the left and B on the right.
            - A folder with the sub-folders `<split>A` and `<split>B`, or `A` and `B`, of pictures
              with equal names.
            - With `edges`, a folder of photographs: A is their edges.
            - `"photos"`: parts of the two photographs inside scikit-learn, A their edges.

            A folder with a sub-folder named like `split` is read there. Pictures are scaled until
            the shape is covered, and cut out at the centre. A pair is skipped with a warning if a
            picture is unreadable or both have other proportions, such as by their EXIF tags.
        image_shape: (height, width, channels) of the images.
        split: `"train"` or `"test"`.
        data_dir: Unused.
        direction: `"a_to_b"`, or `"b_to_a"` to make A of B.
        edges: Whether the pictures are photographs whose edges, black on white with one channel,
            are A.
        jitter: Whether to load pictures larger by 286 / 256, of which training cuts out a random
            part and mirrors it; None does so for `"train"`.
        limit: How many pairs to keep, from the first on; None keeps all.
        stream: As in `kerasgan.data.load_images`.
        cache_dir: Likewise.

    Returns:
        `Pairs`.

    Raises:
        ValueError: If an argument is wrong, there are no usable pairs, or they would not fit in
            memory.
    """
    if direction not in _DIRECTIONS:
        raise ValueError(f"direction must be one of {_DIRECTIONS}, got {direction!r}.")
    image_shape, shape, crop = _shapes(image_shape, split == "train" if jitter is None else jitter)
    root = source_path(source)
    if source == "photos":
        b = photo_patches(shape, split)[:limit]
        a = np.stack([edge_map(photo) for photo in b])
    elif not is_folder(root):
        raise ValueError(f"{source!r} must be a folder of pictures, or 'photos'.")
    else:
        a, b = _read_pairs(root, shape, split, edges, limit, Keeping(stream, cache_dir))
    sides = (a, b) if direction == "a_to_b" else (b, a)
    return Pairs(*map(Images, sides), crop=crop, name=printable(root.resolve().name))


def load_unpaired(
    source,
    image_shape,
    *,
    split="train",
    data_dir=None,
    jitter=None,
    limit=None,
    stream=None,
    cache_dir=None,
):
    """Loads images of two domains, or prepares to read them from a disk.

    Args:
        source: A folder with the sub-folders `trainA` and `trainB`, and `testA` and `testB` for
            the other split; the name of a TensorFlow Datasets builder with such splits, such as
            `"cycle_gan/horse2zebra"`; or `"photos"`: parts of the two photographs inside
            scikit-learn, a temple and a flower.
        image_shape: (height, width, channels) of the images.
        split: `"train"` or `"test"`.
        data_dir: Where TensorFlow Datasets keeps prepared data.
        jitter: As in `load_pairs`.
        limit: How many images of each domain to keep, from the first on; None keeps all.
        stream: As in `kerasgan.data.load_images`.
        cache_dir: Likewise.

    Returns:
        `Unpaired`.

    Raises:
        ValueError: As in `kerasgan.data.load_images`.
        DownloadError: Likewise.
    """
    _, shape, crop = _shapes(image_shape, split == "train" if jitter is None else jitter)
    if source == "photos":
        a, b = (Images(photo_patches(shape, split, [photo])[:limit]) for photo in (0, 1))
    else:
        if is_folder(source_path(source)):
            _check_domains(source_path(source), split)
        a, b = (
            load_images(
                source,
                shape,
                split=split + domain,
                data_dir=data_dir,
                limit=limit,
                stream=stream,
                cache_dir=cache_dir,
            )
            for domain in "AB"
        )
    return Unpaired(a, b, crop=crop, name=printable(Path(source).name))


def edge_map(photo):
    """Returns the edges of a photograph, dark on white, uint8 (H, W, 1).

    The length of the gradient of Gaussian-smoothed grey, one pixel wide in its deviation; black
    from the 98th percentile on, if that is 10 levels or more. (The edges of pix2pix' authors come
    from a network, HED.)

    Args:
        photo: uint8 (H, W, C).
    """
    grey = photo[..., :3].mean(axis=-1)
    strength = ndimage.gaussian_gradient_magnitude(grey, sigma=1.0)
    black = max(np.percentile(strength, 98), 10.0)  # what is flat stays white
    return np.rint(255 * (1 - np.minimum(strength / black, 1))).astype(np.uint8)[..., None]


def _shapes(image_shape, jitter):
    """Returns the checked shape, the shape to load, and what training is to cut out of it."""
    image_shape = check_image_shape(image_shape)
    decode.check_channels(image_shape[2])
    if not jitter:
        return image_shape, image_shape, None
    larger = [math.ceil(side * _JITTER) for side in image_shape[:2]]
    return image_shape, (*larger, image_shape[2]), image_shape[:2]


def _check_crop(crop, images, name):
    sides = images.image_shape[:2]
    if crop is not None and any(side > whole for side, whole in zip(crop, sides, strict=True)):
        raise ValueError(f"{name}: {crop} cannot be cut out of {sides}.")


def _check_domains(root, split):
    missing = [f"{split}{domain}" for domain in "AB" if not is_folder(root / f"{split}{domain}")]
    if missing:
        raise ValueError(
            f"The folder {root} must hold the sub-folders {split}A and {split}B, one for each "
            f"domain; {' and '.join(missing)} is missing."
        )


def _read_pairs(root, shape, split, edges, limit, keeping):
    """Returns two arrays of images out of a folder, or two sources."""
    folders = [root / f"{split}{domain}" for domain in "AB"]
    if not all(map(is_folder, folders)):
        root = split_folder(root, split)
        folders = [root / domain for domain in "AB"]
    channels, left_out, unit, turned = shape[2], {}, "files", []
    if all(map(is_folder, folders)):
        partners = _equal_names(*folders, left_out)
        files, unit = list(partners), "pairs"
        partners = {os.fspath(path): os.fspath(partner) for path, partner in partners.items()}

        def read(path):
            a, b, doubtful = decode.decode_pair((path, partners[os.fspath(path)]), shape, crop=True)
            if doubtful:
                turned.append(os.path.relpath(path, root))
            return a, b

    elif edges:
        files, channels = picture_files(root, left_out), 1

        def read(path):
            photo = decode.decode_file(path, shape, crop=True)
            return edge_map(photo), photo

    else:
        files = picture_files(root, left_out)

        def read(path):
            return decode.decode_halves(path, shape, crop=True)

    def read_both(path):
        return np.concatenate(read(path), axis=-1)

    count, both_shape = min(len(files), limit or len(files)), (*shape[:2], channels + shape[2])
    if keeping.on_disk(count, both_shape, printable(root)):
        # Each pair is read once before, as the pictures of one may not fit together.
        usable = read_files(files, lambda path: len(read(path)), root, left_out, limit, unit)
        usable = with_progress(usable, count, "pair")
        both = PictureFiles([path for path, _ in usable], read_both, both_shape, root)
        both = split_channels(keeping.cached(both, f"{root.name}-pairs"), channels)
    else:
        results = read_files(files, read_both, root, left_out, limit, unit)
        results = with_progress(results, count, "pair")
        both = stack((pair for _, pair in results), count, both_shape)
        both = both[..., :channels], both[..., channels:]
    if turned:
        logging.warning(
            "%s: one picture of %d pairs is turned by its EXIF tag and the other is not, or is "
            "otherwise; do they show the same? %s",
            *(printable(root), len(turned), some(sorted(turned))),
        )
    return both


def _equal_names(a, b, left_out):
    """Returns a dict from the files in a folder to those of the same names in another.

    Raises:
        ValueError: If a name is in one of them only, or twice in one.
    """
    named = [_by_name(folder, left_out) for folder in (a, b)]
    if alone := sorted(named[0].keys() ^ named[1].keys()):
        raise ValueError(
            f"Each picture in {a} needs one of the same name in {b}, and the other way around: "
            f"{len(alone)} are alone ({some(alone)}){account(left_out, a.parent)}."
        )
    return {path: named[1][name] for name, path in named[0].items()}


def _by_name(folder, left_out):
    """Returns a dict from names, without extensions, to the pictures in a folder."""
    named = {}
    for path in picture_files(folder, left_out):
        name = str(path.relative_to(folder).with_suffix(""))
        if name in named:
            raise ValueError(
                f"{folder} has more than one picture of the name {name!r}: {named[name].name} and "
                f"{path.name}."
            )
        named[name] = path
    return named


def _one_pass(sources, crop, batch_size, shuffle_seed, drop_remainder):
    """Returns batches, alike cut out of several `Images`, of one pass over them."""
    order.check_positive(batch_size=batch_size)
    count = len(sources[0])
    if drop_remainder:
        order.steps_per_epoch(count, batch_size, sources[0].name)
    indices = tf.data.Dataset.range(count)
    if shuffle_seed is None:
        examples = indices.map(
            lambda index: _centre(_gather(sources, index), crop),
            num_parallel_calls=order.PARALLEL_CALLS,
            deterministic=True,
        )
    else:
        indices = indices.shuffle(count, shuffle_seed, reshuffle_each_iteration=True)
        numbers = tf.data.Dataset.random(shuffle_seed, rerandomize_each_iteration=True)
        examples = _cut(sources, crop, tf.data.Dataset.zip(indices, numbers), shuffle_seed)
    return _batched(examples, batch_size, drop_remainder)


def _endless(sources, crop, steps, batch_size, seed, start_step):
    """Likewise of an endless stream."""
    indices = order.endless(len(sources[0]), steps, batch_size, seed, start_step).unbatch()
    numbers = tf.data.Dataset.counter(start_step * batch_size)
    examples = _cut(sources, crop, tf.data.Dataset.zip(indices, numbers), seed)
    return _batched(examples, batch_size, drop_remainder=True)


def _batched(examples, batch_size, drop_remainder):
    batches = examples.batch(batch_size, drop_remainder)

    def floats(*batch):
        batch = tuple(map(to_float, batch))
        return batch if len(batch) > 1 else batch[0]

    return order.ready(batches.map(floats))


def _gather(sources, index):
    return tuple(source.gather(index) for source in sources)


def _centre(images, crop):
    """Cuts the centre out of each image."""
    if crop is None:
        return images
    top, left = ((whole - side) // 2 for whole, side in zip(images[0].shape, crop, strict=False))
    return tuple(image[top : top + crop[0], left : left + crop[1]] for image in images)


def _cut(sources, crop, numbered, seed):
    """Cuts a random place out of the images of each index, mirrored half of the time.

    Args:
        sources: Several `Images`, of which the same place is cut out.
        crop: (height, width), or None for the images as they are.
        numbered: A data set of (index, number); the place depends on the number and the seed.
        seed: Integer.
    """

    def cut(index, number):
        images = _gather(sources, index)
        if crop is None:
            return images
        return random_crop(images, crop, tf.stack([tf.constant(seed, tf.int64), number]))

    return numbered.map(cut, num_parallel_calls=order.PARALLEL_CALLS, deterministic=True)
