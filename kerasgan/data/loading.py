"""Where images come from."""

import contextlib
import functools
import os

import numpy as np
from absl import logging

from kerasgan.data import decode, order
from kerasgan.data.arrays import StoredArray, stored_arrays
from kerasgan.data.cache import Keeping
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
from kerasgan.data.fonts import load_fonts
from kerasgan.data.images import Images
from kerasgan.data.photos import photo_patches
from kerasgan.data.pixels import check_image_shape, check_images, check_spec, to_uint8
from kerasgan.data.progress import with_progress
from kerasgan.data.sources import Mapped, PictureFiles, Sequence
from kerasgan.data.stacked import load_stacked
from kerasgan.data.tfds import load_tfds


@decode.without_size_warnings()
def load_images(
    source,
    image_shape=None,
    *,
    split="train",
    data_dir=None,
    crop=True,
    limit=None,
    stream=None,
    cache_dir=None,
):
    """Loads images of one shape, or prepares to read them from a disk.

    Args:
        source: One of

            - `"digits"`: the 1,797 handwritten digits, 8x8 grey, inside scikit-learn; the last 297
              are the test split.
            - `"photos"`: parts of the two photographs inside scikit-learn, 64x64 unless
              `image_shape` says otherwise.
            - `"fonts"`: 10,000 printed digits, and 2,000 others as the test split: see
              `kerasgan.data.load_fonts`.
            - `"stacked_mnist"`: three random digits of MNIST, of both its splits, as the channels
              of an image, to see which of the 1,000 triples a generator makes: 128,000, and
              26,000 others as the test split.
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
            - Any object with `__len__` and `__getitem__`, such as a Hugging Face data set: its
              items are images (of Pillow, or arrays as above), tuples (image, label), or dicts with
              "image" and perhaps "label". It is always read as it is needed, but for the labels.
        image_shape: (height, width, channels) wanted; channels are 1 (grey), 2 (grey, alpha),
            3 (RGB) or 4 (RGBA). Transparency becomes white unless there is an alpha channel.
            Arrays may have more channels, of any meaning, which are only resized. None keeps the
            images' own shape, if they have a common one.
        split: `"train"` or `"test"`; for TensorFlow Datasets, any of its split expressions.
        data_dir: Where TensorFlow Datasets keeps prepared data. What is there is not downloaded.
        crop: How to resize (bicubic, antialiased): True scales until `image_shape` is covered and
            cuts out the centre; False squashes.
        limit: How many images to keep, from the first on; None keeps all.
        stream: Whether to read images from the disk as they are needed, in the same order and to
            the same pixels, rather than to hold them in memory. None does so, and says so, if they
            would take half of the memory that is free. A file that proves broken later is told of,
            and another picture of its class is shown in its place. Data sets of TensorFlow
            Datasets are decoded into `cache_dir` then; an .npz file cannot be streamed.
        cache_dir: A folder for the decoded pixels of what is streamed, from where they are read
            faster. They are written first, which goes on after an interruption. None decodes
            pictures anew each time.

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
    if not isinstance(source, (str, os.PathLike)):
        return _load_sequence(source, image_shape, crop, limit, cache_dir)
    if not str(source):
        raise ValueError("source must name a data set, a folder or a file, but is empty.")
    if source == "digits":
        return _load_digits(image_shape, split, crop, limit)
    if source == "photos":
        return Images(photo_patches(image_shape or (64, 64, 3), split)[:limit], name="photos")
    if source == "fonts":
        return load_fonts(image_shape, split, limit)
    if source == "stacked_mnist":
        return load_stacked(image_shape, split, data_dir, crop, limit)
    path, kept = source_path(source), Keeping(stream, cache_dir)
    if is_folder(path):
        return _load_folder(path, image_shape, split, crop, limit, kept)
    if path.is_file():
        return _load_numpy(path, image_shape, split, crop, limit, kept)
    return load_tfds(str(source), image_shape, split, data_dir, crop, limit, kept)


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


def _load_folder(root, image_shape, split, crop, limit, keeping):
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
    decode.check_channels(image_shape[2])
    read = functools.partial(decode.decode_file, image_shape=image_shape, crop=crop)
    count, kept = min(len(files), limit or len(files)), []
    streams = keeping.on_disk(count, image_shape, name)

    def usable(read):
        results = read_files(files, read, root, left_out, limit)
        for path, found in with_progress(results, count):
            kept.append(path)
            yield found

    images = list(usable(decode.readable)) if streams else stack(usable(read), count, image_shape)
    labels, shown = None, None
    check = decode.readable if streams else read
    classes = _class_folders(root, files, left_out, check)
    if classes is not None:
        class_names = sorted(set(classes.values()))
        seen = {classes[path] for path in classes if path not in left_out}
        if unseen := set(class_names) - seen:
            logging.warning(
                "%s: no picture of the class %s is usable.",
                name,
                " or ".join(map(repr, sorted(unseen))),
            )
        if split != "train" and not domains and is_folder(whole / "train"):
            class_names = _classes_like(whole / "train", class_names, root, check)
        numbers = {each: number for number, each in enumerate(class_names)}
        labels = np.array([numbers[classes[path]] for path in kept])
        shown = [printable(each.removeprefix(split) if domains else each) for each in class_names]
    if streams:
        images = PictureFiles(images, read, image_shape, root, labels)
        images = keeping.cached(images, f"{name}-{split}{'' if crop else '-squashed'}")
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


def _load_numpy(path, image_shape, split, crop, limit, keeping):
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
    wanted, count = image_shape or shape[1:], min(shape[0], limit or shape[0])
    decode.check_channels(wanted[2], shape[3])
    if path.suffix == ".npy" and keeping.on_disk(count, wanted, path.name):
        images = Mapped(path, image_shape, crop, limit)
        images.check(name)
        return Images(keeping.cached(images, path.stem), labels, name=path.stem)
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


def _load_sequence(items, image_shape, crop, limit, cache_dir):
    if not hasattr(items, "__len__") or not hasattr(items, "__getitem__") or not len(items):
        raise ValueError(
            "source must be a name, a path, or an object with __len__ and __getitem__ that is not "
            f"empty, but is {type(items).__name__}."
        )
    name = type(items).__name__
    images = Sequence(items, image_shape, crop, limit=limit)
    first, labels = items[0], None
    key = "label" if isinstance(first, dict) else 1
    labelled = key in first if isinstance(first, dict) else isinstance(first, (tuple, list))
    if labelled:
        labels = [items[number][key] for number in range(len(images))]
    return Images(Keeping(cache_dir=cache_dir).cached(images, name), labels, name=name)


def _conform_all(images, image_shape, crop):
    """Brings an array of images to `image_shape`, None meaning its own."""
    if image_shape in (None, images.shape[1:]):
        return images
    convert = functools.partial(decode.conform, image_shape=image_shape, crop=crop)
    return stack(parallel(convert, images), len(images), image_shape)
