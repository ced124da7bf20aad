"""Deterministic, seekable shuffling of example indices."""

import hashlib
import os

import numpy as np
import tensorflow as tf

# Fixed, as nothing tunes them: see `without_autotuning`.
PARALLEL_CALLS = min(8, os.cpu_count() or 1)
PREFETCHED = 2


def check_positive(**arguments):
    """Raises a ValueError if a number is less than 1."""
    for name, value in arguments.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, but is {value}.")


def steps_per_epoch(count, batch_size, name):
    """Returns how many full batches `count` examples make.

    Raises:
        ValueError: If `batch_size` is not positive or exceeds the number of examples.
    """
    check_positive(batch_size=batch_size)
    if batch_size > count:
        raise ValueError(f"batch_size={batch_size} exceeds the {count} images of {name!r}.")
    return count // batch_size


def digest(*arrays):
    """Returns a digest of arrays, or sources: of their shapes, types, and what is in them."""
    state = hashlib.blake2b(digest_size=16)
    for array in arrays:
        if not isinstance(array, np.ndarray):  # a source
            state.update(array.digest().encode())
            continue
        state.update(f"{array.shape} {array.dtype}".encode())
        state.update(np.ascontiguousarray(array))
    return state.hexdigest()


def endless(count, steps, batch_size, seed, start_step):
    """Returns the endless stream of shuffled batches that `Images.stream` describes.

    Args:
        count: How many examples there are.
        steps: How many batches an epoch has.
        batch_size: How many examples a batch has.
        seed: Integer.
        start_step: Number of the first batch.

    Raises:
        ValueError: If `start_step` is negative.
    """
    if start_step < 0:
        raise ValueError(f"start_step must not be negative, but is {start_step}.")
    first_epoch, first_step = divmod(start_step, steps)

    @tf.autograph.experimental.do_not_convert
    def epoch_batches(epoch):
        # Not index_shuffle: on up to 65,536 images it repeats its orders every 256 epochs.
        order = tf.random.experimental.stateless_shuffle(
            tf.range(count, dtype=tf.int64), seed=tf.stack([tf.constant(seed, tf.int64), epoch])
        )
        batches = tf.reshape(order[: steps * batch_size], (steps, batch_size))
        skipped = tf.where(epoch == first_epoch, first_step, 0)
        return tf.data.Dataset.from_tensor_slices(batches[skipped:])

    indices = tf.data.Dataset.counter(first_epoch).flat_map(epoch_batches)
    return indices.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))


def without_autotuning(dataset):
    """Returns a data set whose passes end with their last batch.

    TensorFlow's thread that tunes a pipeline sleeps 10 ms, 20 ms and so on up to a minute, and the
    end of each pass waits until it wakes up.

    Args:
        dataset: A `tf.data.Dataset`; its other options stay.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def ready(dataset):
    """Returns a data set that prefetches, and whose batches workers share: there are no files."""
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return without_autotuning(dataset.prefetch(PREFETCHED).with_options(options))
