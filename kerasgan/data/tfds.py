"""Images of TensorFlow Datasets."""

import difflib
import functools
from pathlib import Path

import numpy as np

from kerasgan.data import decode, order
from kerasgan.data.cache import write_rows
from kerasgan.data.files import parallel, stack
from kerasgan.data.images import Images
from kerasgan.data.sources import Mapped


class DownloadError(RuntimeError):
    """A data set could not be downloaded or prepared; the message says what to do instead."""


def load_tfds(source, image_shape, split, data_dir, crop, limit, keeping):
    """Returns the `Images` of a builder; arguments are those of `load_images`, and a `Keeping`."""
    builder = prepare(source, data_dir)
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
    decode.check_channels(image_shape[2], stored_shape[2])
    dataset = builder.as_dataset(split=split).map(
        lambda example: (example[images_key], example[labels_key] if labels_key else 0)
    )
    count = builder.info.splits[split].num_examples
    if limit is not None:
        dataset, count = dataset.take(limit), min(count, limit)
    labels = []
    convert = functools.partial(decode.conform, image_shape=image_shape, crop=crop)
    each = map if stored_shape == image_shape else parallel

    def pixels(start=0):
        # Images of one size come faster out of tf.data in batches.
        rest = dataset.skip(start).batch(1 if None in stored_shape else 256)
        for batch in order.without_autotuning(rest).as_numpy_iterator():
            labels.extend(batch[1])
            yield from batch[0]

    if keeping.on_disk(count, image_shape, source):
        file = _decoded(builder, split, crop, keeping.cache_dir)
        shape = (count, *image_shape)
        images = Mapped(
            write_rows(file, shape, lambda start: (x[None] for x in each(convert, pixels(start))))
        )
        if labels_key is not None:
            undecoded = builder.as_dataset(
                split=split, decoders={images_key: tfds.decode.SkipDecoding()}
            )
            rows = order.without_autotuning(undecoded.take(count)).as_numpy_iterator()
            labels = [row[labels_key] for row in rows]
    else:
        images = stack(each(convert, pixels()), count, image_shape)
    if labels_key is None or set(labels) == {-1}:  # what TFDS says where labels are kept secret
        return Images(images, name=source)
    return Images(images, labels, features[labels_key].names, source)


def _decoded(builder, split, crop, cache_dir):
    """Returns the file for the decoded pixels of a split, without its extension."""
    name = "-".join([*builder.info.full_name.split("/"), split, *(() if crop else ("squashed",))])
    return Path(cache_dir or "~/.cache/kerasgan").expanduser() / name


def prepare(source, data_dir):
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
