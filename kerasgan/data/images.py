"""Images held in memory, the pipelines over them, and where they come from."""

import contextlib
import difflib
import functools
import itertools

import numpy as np
import tensorflow as tf
from absl import logging

from kerasgan.data import decode, order
from kerasgan.data.arrays import StoredArray, stored_arrays
from kerasgan.data.files import (
    OTHER_FORMAT,
    is_folder,
    parallel,
    picture_files,
    printable,
    read_files,
    some,
    source_path,
    split_folder,
    stack,
)
from kerasgan.data.pixels import check_image_shape, check_images, check_spec, to_float, to_uint8


class DownloadError(RuntimeError):
    """A data set could not be downloaded or prepared; the message says what to do instead."""


class Images:
    """Decoded images of one shape, in memory, and the pipelines over them.

    Attributes:
        images: uint8 array, (count, height, width, channels), in [0, 255]; read-only.
        pixels: The same as a tensor in the host's memory, from which tf.data gathers.
        labels: int32 array, (count,), or None.
        class_names: List with a name for each label, or None.
        name: What the images are called, for logs and errors.
    """

    def __init__(self, images, labels=None, class_names=None, name="images"):
        """Takes a copy of the images.

        Args:
            images: uint8 array, (count, height, width, channels).
            labels: Integers from 0 on, (count,), or None.
            class_names: A name for each label, or None. Without names, there are as many classes
                as the largest label says; a warning names those that have no image.
            name: What to call the images.

        Raises:
            ValueError: If the images are not uint8 of rank 4 or there are none, or the labels are
                not one integer for each image, of a class that has a name if names are given.
        """
        images = np.asarray(images)
        if images.ndim != 4 or images.dtype != np.uint8 or not len(images):
            raise ValueError(
                f"{name}: images must be uint8, (count, height, width, channels), at least one, "
                f"but are {images.dtype.name}, {images.shape}."
            )
        if labels is not None:
            labels = np.asarray(labels)
            _check_labels(labels, len(images), class_names, name)
        # All pipelines share these tensors, and the arrays are views of them. They stay in the
        # host's memory, where tf.data gathers from them, also when there is a GPU.
        with tf.device("CPU:0"):
            self.pixels = tf.constant(images)
            self._labels = None if labels is None else tf.constant(labels.astype(np.int32))
        self.images = np.asarray(self.pixels)
        self.labels = None if labels is None else np.asarray(self._labels)
        self.class_names = None if class_names is None else list(class_names)
        self.name = name

    def __len__(self):
        """Returns the number of images."""
        return len(self.images)

    @property
    def image_shape(self):
        """(height, width, channels)."""
        return self.images.shape[1:]

    @property
    def num_classes(self):
        """How many classes there are; None without labels."""
        if self.labels is None:
            return None
        return len(self.class_names or ()) or int(self.labels.max()) + 1

    def digest(self):
        """Returns a text that tells these images and labels from others."""
        return order.digest(self.images, *([] if self.labels is None else [self.labels]))

    def steps_per_epoch(self, batch_size):
        """Returns how many full batches the images make.

        Args:
            batch_size: Images in a batch.

        Raises:
            ValueError: If `batch_size` is not positive or exceeds the number of images.
        """
        return order.steps_per_epoch(len(self), batch_size, self.name)

    def dataset(self, batch_size, *, shuffle_seed=None, labels=False, drop_remainder=False):
        """Returns one pass over the images.

        Args:
            batch_size: Images in a batch.
            shuffle_seed: None keeps the order. An integer shuffles all images, anew in every
                pass, the same way in every run.
            labels: Whether to yield `(images, labels)`, the labels int32, (batch,).
            drop_remainder: Whether to leave out a last batch that is not full.

        Returns:
            A finite `tf.data.Dataset` of float32 images in [-1, 1],
            (batch, height, width, channels).

        Raises:
            ValueError: If labels are wanted and there are none, or no batch can be made.
        """
        order.check_positive(batch_size=batch_size)
        if drop_remainder:
            self.steps_per_epoch(batch_size)
        indices = tf.data.Dataset.range(len(self))
        if shuffle_seed is not None:
            indices = indices.shuffle(len(self), shuffle_seed, reshuffle_each_iteration=True)
        return self._batches(indices.batch(batch_size, drop_remainder), labels)

    def stream(self, batch_size, *, seed, start_step=0, labels=False):
        """Returns an endless, shuffled stream that can start anywhere.

        Batch number k depends on `seed` and k only, so that a stream from `start_step=k` goes on
        exactly where another stopped, at no cost. An epoch has `steps_per_epoch(batch_size)` full
        batches; it shows no image twice and has its own order.

        Args:
            batch_size: Images in a batch.
            seed: Integer.
            start_step: Number of the first batch.
            labels: Whether to yield `(images, labels)`, the labels int32, (batch_size,).

        Returns:
            An infinite `tf.data.Dataset` of float32 images in [-1, 1],
            (batch_size, height, width, channels).

        Raises:
            ValueError: If labels are wanted and there are none, `batch_size` exceeds the number of
                images, or `start_step` is negative.
        """
        steps = self.steps_per_epoch(batch_size)
        indices = order.endless(len(self), steps, batch_size, seed, start_step)
        return self._batches(indices, labels)

    def _batches(self, indices, with_labels):
        """Maps batches of indices to batches of images: one gather and one cast a batch."""
        if with_labels and self.labels is None:
            raise ValueError(f"{self.name!r} has no labels.")

        @tf.autograph.experimental.do_not_convert
        def gather(batch):
            images = to_float(tf.gather(self.pixels, batch))
            return (images, tf.gather(self._labels, batch)) if with_labels else images

        batches = indices.map(gather, num_parallel_calls=order.PARALLEL_CALLS, deterministic=True)
        return order.ready(batches)


@decode.without_size_warnings()
def load_images(source, image_shape=None, *, split="train", data_dir=None, crop=True, limit=None):
    """Loads images of one shape into memory.

    Args:
        source: One of

            - `"digits"`: the 1,797 handwritten digits, 8x8 grey, inside scikit-learn; the last 297
              are the test split.
            - A folder with pictures (BMP, GIF, JPEG, PNG, TIFF, WebP, and AVIF if Pillow reads it)
              at any depth, of any size and mode. If it holds a folder named like `split`, that one
              is read. If each picture lies in a sub-folder, the sub-folders are the classes, those
              of the training split for all splits; so are the folders `<split>A` and `<split>B` of
              data sets for translation. Links are followed. A warning says how many files are
              used, and why others are not: those that are unreadable, are of other formats, or have
              more than 100 megapixels. Hidden files do not count, nor do the folders of runs.
            - A `.npz` or `.npy` file with images, (count, height, width[, channels]), uint8 in
              [0, 255] or float in [-1, 1], under `x_<split>`, `x`, `images`, or alone; labels, if
              any, from 0 on, under `y_<split>`, `y` or `labels`.
            - The name of a TensorFlow Datasets builder with one image feature, such as `"mnist"`.
        image_shape: (height, width, channels) wanted; channels are 1 (grey), 2 (grey, alpha),
            3 (RGB) or 4 (RGBA). Transparency becomes white unless there is an alpha channel.
            None keeps the images' own shape, if they have a common one.
        split: `"train"` or `"test"`; for TensorFlow Datasets, any of its split expressions.
        data_dir: Where TensorFlow Datasets keeps prepared data. What is there is not downloaded.
        crop: How to resize (bicubic, antialiased): True scales until `image_shape` is covered and
            cuts out the centre; False squashes.
        limit: How many images to keep, from the first on; None keeps all.

    Returns:
        An `Images`.

    Raises:
        ValueError: If an argument is wrong, the source does not exist or has no usable images, or
            they would not fit in memory.
        DownloadError: If TensorFlow Datasets cannot download or prepare the data.
    """
    if image_shape is not None:
        image_shape = check_image_shape(image_shape)
    if limit is not None:
        order.check_positive(limit=limit)
    if not str(source):
        raise ValueError("source must name a data set, a folder or a file, but is empty.")
    if source == "digits":
        return _load_digits(image_shape, split, crop, limit)
    path = source_path(source)
    if is_folder(path):
        return _load_folder(path, image_shape, split, crop, limit)
    if path.is_file():
        return _load_numpy(path, image_shape, split, crop, limit)
    return _load_tfds(str(source), image_shape, split, data_dir, crop, limit)


def _check_labels(labels, count, class_names, name):
    """Checks that labels are one class number for each image, and tells of numbers without any."""
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"{name}: labels must be integers, ({count},), but are {labels.dtype.name}, "
            f"{labels.shape}."
        )
    low, high = int(labels.min()), int(labels.max())
    most = len(class_names) if class_names else np.iinfo(np.int32).max
    if low < 0 or high >= most:
        raise ValueError(
            f"{name}: labels must lie in [0, {most}), but one is {low if low < 0 else high}."
        )
    present = set(np.unique(labels).tolist())
    if class_names or len(present) == high + 1:
        return
    missing = (str(label) for label in range(high) if label not in present)
    examples = list(itertools.islice(missing, 6))
    logging.warning(
        "%s: %d of the %d classes, counted from 0, have no image: %s.",
        *(name, high + 1 - len(present), high + 1, some(examples)),
    )


def _load_digits(image_shape, split, crop, limit):
    from sklearn.datasets import load_digits

    splits = {"train": slice(None, -297), "test": slice(-297, None)}
    if split not in splits:
        raise ValueError(f"'digits' has the splits 'train' and 'test', but not {split!r}.")
    digits = load_digits()
    images = np.rint(digits.images[splits[split]][:limit, ..., None] * (255 / 16)).astype(np.uint8)
    labels = digits.target[splits[split]][:limit]
    class_names = [str(name) for name in digits.target_names]
    return Images(_conform_all(images, image_shape, crop), labels, class_names, "digits")


def _load_folder(root, image_shape, split, crop, limit):
    name, whole, left_out = printable(root.resolve().name), root, {}
    domains = [root / f"{split}{domain}" for domain in "AB"]
    if all(map(is_folder, domains)):
        files = [path for domain in domains for path in picture_files(domain, left_out)]
    else:
        domains, root = [], split_folder(root, split)
        files = picture_files(root, left_out)
    if image_shape is None:
        sizes, channels = decode.survey(files)
        if len(sizes) > 1:
            raise ValueError(
                f"The pictures in {root} have {len(sizes)} different sizes; choose one with "
                "image_shape (--image_size)."
            )
        # No size at all: none is readable, as decoding will find, and say why.
        image_shape = (*next(iter(sizes), (1, 1)), channels)
    read = functools.partial(decode.decode_file, image_shape=image_shape, crop=crop)
    kept = []

    def pixels():
        for path, image in read_files(files, read, root, left_out, limit):
            kept.append(path)
            yield image

    images = stack(pixels(), min(len(files), limit or len(files)), image_shape)
    classes = _class_folders(root, files, left_out, read)
    if classes is None:
        return Images(images, name=name)
    class_names = sorted(set(classes.values()))
    if unseen := set(class_names) - {classes[path] for path in classes if path not in left_out}:
        logging.warning(
            "%s: no picture of the class %s is usable.",
            name,
            " or ".join(map(repr, sorted(unseen))),
        )
    if split != "train" and not domains and is_folder(whole / "train"):
        class_names = _classes_like(whole / "train", class_names, root, read)
    numbers = {each: number for number, each in enumerate(class_names)}
    labels = np.array([numbers[classes[path]] for path in kept])
    shown = [printable(each.removeprefix(split) if domains else each) for each in class_names]
    return Images(images, labels, shown, name)


def _class_folders(root, files, left_out, read):
    """Returns the class of each picture: the sub-folder that it lies in.

    Unusable pictures have one too, and those of formats that are not read, so that all splits of a
    data set number the classes alike, whatever is the matter with the pictures of a class.

    Args:
        root: The folder.
        files: The pictures in it.
        left_out: What is not among these, and why.
        read: A function that reads a picture, or raises an exception.

    Returns:
        A dict from paths to names; None if a usable picture lies in no sub-folder.
    """

    def usable(path):
        with contextlib.suppress(Exception):  # reading the data set has told of it
            read(path)
            return True

    if any(usable(path) for path in files if path.parent == root):
        return None
    others = [path for path, why in left_out.items() if why == OTHER_FORMAT]
    return {path: path.relative_to(root).parts[0] for path in files + others if path.parent != root}


def _classes_like(training, class_names, root, read):
    """Returns the classes of the training split, which number those of another split too.

    Raises:
        ValueError: If the other split, in `root`, has a class that they lack.
    """
    left_out = {}
    classes = _class_folders(training, picture_files(training, left_out), left_out, read)
    if classes is None:
        return class_names  # there are none
    known = sorted(set(classes.values()))
    if unknown := sorted(set(class_names) - set(known)):
        raise ValueError(f"{root} has the classes {unknown}, but {training} has only {known}.")
    return known


def _load_numpy(path, image_shape, split, crop, limit):
    if path.suffix not in (".npy", ".npz"):
        raise ValueError(f"{path} must be a folder, or a .npy or .npz file.")
    arrays = stored_arrays(path)
    images_key, labels_key = _numpy_keys(path, list(arrays), split)
    name = f"{path.name}[{images_key!r}]"
    stored = StoredArray(path, arrays[images_key])
    shape = stored.shape if len(stored.shape) != 3 else (*stored.shape, 1)
    check_spec(shape, stored.dtype, (None, None, None), name)
    check_image_shape(shape[1:])
    labels = None
    if labels_key is not None:
        stored_labels = StoredArray(path, arrays[labels_key])
        if stored_labels.shape[:1] != shape[:1]:
            count = stored_labels.shape[0] if stored_labels.shape else "no list of"
            raise ValueError(f"{name} has {shape[0]} images but {count} labels.")
        labels = stored_labels.read(limit)
        labels = labels.squeeze(1) if labels.shape[1:] == (1,) else labels
    images = stored.read(limit)
    images = images.reshape(len(images), *shape[1:])
    check_images(images, (None, None, None), name)
    if images.dtype != np.uint8:
        images = to_uint8(images).numpy()
    return Images(_conform_all(images, image_shape, crop), labels, name=path.stem)


def _numpy_keys(path, keys, split):
    """Chooses the array of images and that of labels, or None; an unmarked array is training."""
    unmarked = ["x", "images"] if split == "train" else []
    if split == "train" and len(keys) == 1 and not keys[0].startswith("x_"):
        unmarked = keys
    wanted = [f"x_{split}", *unmarked]
    images_key = next((key for key in wanted if key in keys), None)
    if images_key is None:
        raise ValueError(
            f"{path} has no images for the split {split!r}: it holds {some(keys) or 'nothing'}, "
            f"but not {' or '.join(wanted)}."
        )
    wanted = [f"y_{split}"] if images_key == f"x_{split}" else ["y", "labels"]
    return images_key, next((key for key in wanted if key in keys), None)


def _load_tfds(source, image_shape, split, data_dir, crop, limit):
    builder = _prepare_tfds(source, data_dir)
    import tensorflow_datasets as tfds

    features = builder.info.features
    if not isinstance(features, tfds.features.FeaturesDict):
        features = {}

    def named(kind):
        return [key for key, feature in features.items() if isinstance(feature, kind)]

    images_keys, labels_keys = named(tfds.features.Image), named(tfds.features.ClassLabel)
    if len(images_keys) != 1 or features[images_keys[0]].np_dtype != np.uint8:
        raise ValueError(
            f"The data set {source!r} must have exactly one image feature, and that of uint8, but "
            f"its features are {builder.info.features}."
        )
    images_key = images_keys[0]
    labels_key = labels_keys[0] if len(labels_keys) == 1 else None
    stored_shape = features[images_key].shape
    image_shape = image_shape or stored_shape
    if None in image_shape:
        raise ValueError(
            f"The images of {source!r} have no common size {stored_shape}; choose one with "
            "image_shape (--image_size)."
        )
    dataset = builder.as_dataset(split=split).map(
        lambda example: (example[images_key], example[labels_key] if labels_key else 0)
    )
    count = builder.info.splits[split].num_examples
    if limit is not None:
        dataset, count = dataset.take(limit), min(count, limit)
    labels = []

    def pixels():
        # Images of one size come faster out of tf.data in batches.
        batches = order.without_autotuning(dataset.batch(1 if None in stored_shape else 256))
        for batch in batches.as_numpy_iterator():
            labels.extend(batch[1])
            yield from batch[0]

    convert = functools.partial(decode.conform, image_shape=image_shape, crop=crop)
    each = map if stored_shape == image_shape else parallel
    images = stack(each(convert, pixels()), count, image_shape)
    if labels_key is None or set(labels) == {-1}:  # what TFDS says where labels are kept secret
        return Images(images, name=source)
    return Images(images, labels, features[labels_key].names, source)


def _prepare_tfds(source, data_dir):
    """Returns the builder, its data prepared."""
    accepted = (
        f"{source!r} is no such folder or file, nor 'digits', nor the name of a TensorFlow "
        "Datasets builder"
    )
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ValueError(f"{accepted} (tensorflow_datasets is not installed).") from error
    try:
        builder = tfds.builder(source, data_dir=data_dir)
    except (AssertionError, ValueError) as error:
        names = tfds.list_builders(with_community_datasets=False)
        near = difflib.get_close_matches(source, [*names, "digits"])
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        # TFDS lists all its builders in the error: its first line will do.
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise ValueError(f"{accepted} ({reason}){hint or '.'}") from None
    tfds.disable_progress_bar()
    try:
        builder.download_and_prepare()
    except Exception as error:  # The network, the disk, a manual download, a missing package ...
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise DownloadError(
            f"Could not download and prepare {source!r} in {builder.data_dir} "
            f"({type(error).__name__}: {reason}). Set data_dir to a folder where "
            "tensorflow_datasets has prepared it, or use a folder of images, or 'digits'."
        ) from error
    return builder


def _conform_all(images, image_shape, crop):
    """Brings an array of images to `image_shape`, None meaning its own."""
    if image_shape in (None, images.shape[1:]):
        return images
    convert = functools.partial(decode.conform, image_shape=image_shape, crop=crop)
    return stack(parallel(convert, images), len(images), image_shape)
