"""What several replicas of tf.distribute, or several workers, do together."""

import collections
import contextlib
import functools
import threading

import keras
import tensorflow as tf

from kerasgan.engine.batches import batch_length
from kerasgan.keras_compat import layers_of


class ReplicaSeedGenerator(keras.random.SeedGenerator):
    """A seed generator whose draws differ from replica to replica."""

    def next(self, ordered=True):
        """Returns a fresh seed, an integer tensor (2,)."""
        return _of_replica(super().next(ordered))


def seed_generator(seed):
    """Returns a seed generator whose draws differ between the replicas of the current strategy.

    Args:
        seed: An integer, or None.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return (ReplicaSeedGenerator if replicas > 1 else keras.random.SeedGenerator)(seed)


def _of_replica(seed):
    """Returns the seed of this replica.

    Each replica holds the same state of a generator. Folding the replica's number into the seed
    keeps the streams apart; adding it would not, as the neighbour's next draw would repeat this
    one.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return seed
    seed = tf.cast(seed, "int32")
    return tf.random.experimental.stateless_fold_in(seed, context.replica_id_in_sync_group)


_LOCK = threading.Lock()  # replicas are threads
_USES = collections.Counter()


@contextlib.contextmanager
def streams_apart(network):
    """A context in which what a network's layers draw, such as dropout, differs between replicas.

    The layers are a user's: after the context they are as they were.
    """
    drawn = (getattr(layer, "seed_generator", None) for layer in layers_of(network))
    generators = [each for each in drawn if type(each) is keras.random.SeedGenerator]
    with _LOCK:
        for generator in generators:
            _USES[id(generator)] += 1
            vars(generator)["next"] = functools.partial(_next_of_replica, generator)
    try:
        yield
    finally:
        with _LOCK:
            for generator in generators:
                _USES[id(generator)] -= 1
                if not _USES[id(generator)]:
                    del vars(generator)["next"]


def _next_of_replica(generator, ordered=True):
    return _of_replica(type(generator).next(generator, ordered))


def mean(value):
    """Returns the mean of a value over all replicas; gradients flow through it.

    A loss that is no mean over examples, such as a distance between means, needs it to be the loss
    of the whole batch and not of each replica's share.
    """
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return value
    return context.all_reduce(tf.distribute.ReduceOp.MEAN, value)


def total(count, updated):
    """Returns the sum of a count over all replicas, int64.

    Args:
        count: An integer tensor.
        updated: A variable. It is counted once this has been updated, and so not in a step that
            is refused.
    """
    with tf.control_dependencies([tf.identity(updated)]):
        count = tf.identity(tf.cast(count, "int64"))
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return count
    return context.all_reduce(tf.distribute.ReduceOp.SUM, count)


def on_whole_batch(function, batch):
    """Returns this replica's share of what a function makes of the batch of all replicas.

    The function must do the same on each replica, which all call it.
    """
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return function(batch)
    size = tf.shape(batch)[:1]
    before = context.all_gather(size, axis=0)[: context.replica_id_in_sync_group]
    start = tf.reduce_sum(before)
    return function(context.all_gather(batch, axis=0))[start : start + size[0]]


def restore_unless(keep, variables, before):
    """Gives variables the values that they had before, unless they are to keep their new ones.

    Args:
        keep: A boolean tensor, the same on every replica.
        variables: Keras variables.
        before: Their values then.
    """

    def restore(variable, value, keep):
        variable.assign(tf.where(keep, variable, value))

    def update(strategy, variables, before, keep):
        for variable, value in zip(variables, before, strict=True):
            strategy.extended.update(variable, restore, args=(value, keep))

    variables = [variable.value for variable in variables]
    tf.distribute.get_replica_context().merge_call(update, args=(variables, before, keep))


def overflowing_together(gradients):
    """Returns gradients that are not finite on any replica if they are not on one.

    Keras 3.15 asks the first replica alone whether the loss scale was too large.
    """
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return gradients
    present = [gradient for gradient in gradients if gradient is not None]
    finite = [tf.reduce_all(tf.math.is_finite(gradient)) for gradient in present]
    overflows = tf.cast(tf.logical_not(tf.reduce_all(finite)), "float32")
    overflows = context.all_reduce(tf.distribute.ReduceOp.SUM, overflows)
    poison = tf.where(overflows > 0, float("nan"), 0.0)
    return [
        None if gradient is None else gradient + tf.cast(poison, gradient.dtype)
        for gradient in gradients
    ]


def any_worker(strategy, flag):
    """Whether a flag is set in any of the processes that train together; all must ask."""
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return bool(flag)
    flags = strategy.run(lambda: tf.constant(float(flag)))
    return bool(strategy.reduce(tf.distribute.ReduceOp.SUM, flags, axis=None) > 0)


def check_options(strategy, options):
    """Raises a ValueError for a strategy, or options of `compile`, that do not work together."""
    if isinstance(strategy, tf.distribute.experimental.ParameterServerStrategy):
        raise ValueError(
            "Adversarial models do not train under ParameterServerStrategy: its workers take "
            "their steps apart, where two networks that play a game must move together. Use "
            "MirroredStrategy, or MultiWorkerMirroredStrategy on several machines."
        )
    replicas = strategy.num_replicas_in_sync
    if replicas > 1 and (options.get("jit_compile") or options.get("steps_per_execution", 1) > 1):
        raise ValueError(
            f"jit_compile and steps_per_execution do not work on {replicas} replicas with "
            "Keras 3.15: leave them at their defaults."
        )


def whole_batches(replicas, x, y, batch_size, options, seed):
    """Returns `fit`'s x, y and batch_size without an incomplete last batch.

    It may leave a replica without any example, and the batch normalization of nothing is NaN.

    Args:
        replicas: How many there are.
        x: As in `fit`, an array or a data set.
        y: As in `fit`.
        batch_size: As in `fit`.
        options: Other arguments of `fit`.
        seed: The seed of the order of arrays: workers, each of which takes its rows of a batch,
            must shuffle alike.

    Raises:
        ValueError: If a batch is too small, or `x` is another kind of data.
    """
    if isinstance(x, tf.data.Dataset):
        fixed = tf.nest.flatten(x.element_spec)[0].shape[0]  # all batches are of one size
        whole = fixed or int(batch_length(next(iter(x))))
        if whole < replicas:
            raise ValueError(f"Batches of {whole} leave some of {replicas} replicas none.")
        if fixed is None:
            x = x.filter(lambda *batch: batch_length(batch) == whole)
        return x, y, None
    arrays = tf.nest.flatten(x)
    if not all(hasattr(array, "dtype") for array in arrays):
        raise ValueError(
            f"On several replicas x must be an array or a tf.data.Dataset, got {type(x)}."
        )
    count = len(arrays[0])
    if options.get("validation_split"):
        raise ValueError("validation_split needs a single replica: give validation_data.")
    batch_size = batch_size or 32
    if batch_size < replicas:
        raise ValueError(f"batch_size={batch_size} leaves some of {replicas} replicas none.")
    if count < batch_size:
        raise ValueError(f"x holds {count} images, fewer than one batch of {batch_size}.")
    dataset = tf.data.Dataset.from_tensor_slices(x if y is None else (x, y))
    if options.get("shuffle", True):
        dataset = dataset.shuffle(count, seed=seed or 0)
    return dataset.batch(batch_size, drop_remainder=True), None, None
