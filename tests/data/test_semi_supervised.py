import itertools

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.data import Images, labelled_subset, semi_supervised

CLASSES = 3


def numbered(count=60, **options):
    """Images of 2x2 whose pixels are the image's number, and whose class is its rest by 3."""
    numbers = np.arange(count, dtype=np.uint8)
    pixels = np.broadcast_to(numbers[:, None, None, None], (count, 2, 2, 1))
    return Images(pixels, numbers % CLASSES, **options)


def numbers(images):
    """The numbers of `numbered` images, of floats."""
    return np.rint((np.asarray(images)[:, 0, 0, 0] + 1) * 127.5).astype(int).tolist()


def read(batch):
    """A batch as numbers: labelled, unlabelled at even places, and at odd ones; and its labels."""
    (labelled, unlabelled), labels = batch
    unlabelled = numbers(unlabelled)
    return numbers(labelled), unlabelled[::2], unlabelled[1::2], np.asarray(labels).tolist()


def take(dataset, count=-1):
    return [read(batch) for batch in dataset.take(count)]


def joined(batches):
    """The numbers and labels of all batches, one after another."""
    return [list(itertools.chain(*part)) for part in zip(*batches, strict=True)]


# --- The labelled images --------------------------------------------------------------------------


def test_each_class_has_equally_many_labelled_images():
    held = numbered(class_names=list("abc"), name="numbered")
    subset = labelled_subset(held, 7, seed=0)
    assert np.bincount(subset.labels).tolist() == [7, 7, 7]
    chosen = subset.images[:, 0, 0, 0]
    assert len(set(chosen.tolist())) == 21
    np.testing.assert_array_equal(chosen % CLASSES, subset.labels)
    assert (subset.class_names, subset.name) == (["a", "b", "c"], "numbered")


def test_the_seed_draws_the_labelled_images():
    def chosen(seed):
        return labelled_subset(numbered(), 7, seed).images[:, 0, 0, 0].tolist()

    assert chosen(1) == chosen(1)
    assert len({tuple(sorted(chosen(seed))) for seed in range(5)}) == 5
    assert set().union(*map(chosen, range(20))) == set(range(60))


def test_labels_are_numbers_of_classes():
    labels = np.where(np.arange(60) < 40, np.arange(60) % CLASSES, -1)
    with pytest.raises(ValueError, match="but one is -1"):
        semi_supervised((numbered().images, labels), 2)


# --- One pass -------------------------------------------------------------------------------------


def check_spec(dataset, batch_size):
    images = [tf.TensorSpec((count, 2, 2, 1)) for count in (batch_size, 2 * batch_size)]
    assert dataset.element_spec == (tuple(images), tf.TensorSpec((batch_size,), tf.int32))


def test_a_pass_shows_every_unlabelled_image_twice_and_few_labelled_ones():
    dataset = semi_supervised(numbered(), 4, seed=0, batch_size=6)
    check_spec(dataset, 6)
    assert dataset.cardinality() == 10
    labelled, even, odd, labels = joined(take(dataset))
    assert sorted(even) == sorted(odd) == list(range(60))
    assert labels == [number % CLASSES for number in labelled]
    # 12 labelled images, each shown once in two batches
    assert np.bincount([number % CLASSES for number in set(labelled)]).tolist() == [4, 4, 4]
    rounds = [labelled[start : start + 12] for start in range(0, 60, 12)]
    assert all(set(shown) == set(labelled) for shown in rounds)
    assert len(set(map(tuple, rounds))) == 5


def test_passes_are_shuffled_anew_and_alike_in_each_run():
    def passes(seed):
        dataset = semi_supervised(numbered(), 4, seed, batch_size=6)
        return [joined(take(dataset)) for _ in range(2)]

    first, second = passes(1)
    assert passes(1) == [first, second]
    assert set(first[0]) == set(second[0])
    assert all(a != b for a, b in zip(first, second, strict=True))
    other, _ = passes(7)
    assert set(other[0]) != set(first[0])
    assert all(a != b for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("start_step", [None, 0])
def test_the_three_orders_are_drawn_apart(start_step):
    dataset = semi_supervised(numbered(), 20, 0, batch_size=60, start_step=start_step)
    ((labelled, even, odd, _),) = take(dataset, 1)
    assert sorted(labelled) == sorted(even) == sorted(odd) == list(range(60))
    places = labelled_subset(numbered(), 20, 0).images[:, 0, 0, 0].tolist()
    orders = [places.index(number) for number in labelled], even, odd
    assert len(set(map(tuple, orders))) == 3


@pytest.mark.parametrize("start_step", [None, 0])
@pytest.mark.parametrize("batch_size", [8, 9, 10])
def test_few_labelled_images_fill_a_batch_in_equal_shares(start_step, batch_size):
    dataset = semi_supervised(numbered(), 1, 0, batch_size, start_step)
    for labelled, even, odd, labels in take(dataset, 4):
        assert len(labelled) == len(even) == len(odd) == batch_size
        assert labels == [number % CLASSES for number in labelled]
        counts = np.bincount(labels)
        assert len(counts) == len(set(labelled)) == 3
        # 9 or 12 copies, of which at most 2 are left out
        assert counts.min() >= 2 and counts.max() <= 4


# --- The stream -----------------------------------------------------------------------------------


def test_a_stream_starts_anywhere():
    def stream(start, count):
        return take(semi_supervised(numbered(), 4, 5, 7, start_step=start), count)

    whole = stream(0, 20)
    for start in (1, 7, 8, 17):
        assert stream(start, 3) == whole[start : start + 3]
    other = take(semi_supervised(numbered(), 4, 9, 7, start_step=0), 20)
    assert all(a != b for a, b in zip(joined(other), joined(whole), strict=True))


def test_a_stream_is_endless_and_its_epochs_show_every_unlabelled_image_twice():
    dataset = semi_supervised(numbered(), 4, 0, 6, start_step=0)
    check_spec(dataset, 6)
    assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY
    batches = take(dataset, 20)
    first, second = joined(batches[:10]), joined(batches[10:])
    for labelled, even, odd, labels in (first, second):
        assert sorted(even) == sorted(odd) == list(range(60))
        assert sorted(np.bincount(labelled).tolist())[-12:] == [5] * 12
        assert labels == [number % CLASSES for number in labelled]
    assert first[1] != second[1] and first[2] != second[2]
    assert set(first[0]) == set(second[0])


def test_both_modes_use_the_same_labelled_images():
    used = [
        set(joined(take(semi_supervised(numbered(), 4, 3, 6, start_step), 10))[0])
        for start_step in (None, 0, 123)
    ]
    assert used[0] == used[1] == used[2]


def test_replicas_share_the_same_global_batches(mirrored):
    def stream():
        return semi_supervised(numbered(), 4, 0, 6, start_step=0)

    batches = iter(mirrored.experimental_distribute_dataset(stream()))
    for expected in take(stream(), 3):
        (labelled, unlabelled), labels = next(batches)
        parts = map(mirrored.experimental_local_results, (labelled, unlabelled, labels))
        (*labelled,), (*unlabelled,), (*labels,) = parts
        # A replica's share, too, has an image of either order at every other place.
        assert [len(part) for part in (*labelled, *unlabelled, *labels)] == [3, 3, 6, 6, 3, 3]
        labelled, unlabelled, labels = map(np.concatenate, (labelled, unlabelled, labels))
        assert read(((labelled, unlabelled), labels)) == expected


# --- What it takes --------------------------------------------------------------------------------


def as_floats(images):
    return images.astype("float32") / 127.5 - 1


@pytest.mark.parametrize(
    "convert",
    [
        lambda x, y: (x, y),
        lambda x, y: [x, y.tolist()],
        lambda x, y: (as_floats(x), y.astype("int64")),
        lambda x, y: (tf.constant(x), tf.constant(y)),
        lambda x, y: tf.data.Dataset.from_tensor_slices((x, y)),
        lambda x, y: tf.data.Dataset.from_tensor_slices((x, y)).batch(7),
        lambda x, y: tf.data.Dataset.from_tensor_slices((as_floats(x), y)).batch(60),
    ],
    ids=["arrays", "list", "floats", "tensors", "unbatched", "batched", "batched_floats"],
)
def test_data_sets_of_all_kinds(convert):
    held = numbered()
    found = take(semi_supervised(convert(held.images, held.labels), 4, 0, 6, start_step=0), 3)
    assert found == take(semi_supervised(held, 4, 0, 6, start_step=0), 3)


def test_floats_in_the_usual_range_of_other_code_are_warned_of():
    images = numbered().images / 255.0
    with pytest.warns(UserWarning, match=r"expected in \[-1, 1\]") as caught:
        semi_supervised((images, np.arange(60) % 3), 4, 0, 6)
    assert caught[0].filename == __file__


def slices(*arrays):
    return tf.data.Dataset.from_tensor_slices(arrays)


@pytest.mark.parametrize(
    "dataset, message",
    [
        (Images(numbered().images, name="bare"), "'bare' has no labels"),
        ((numbered().images, None), "has no labels"),
        ((numbered().images, np.arange(59)), r"\(60,\), but are int64, \(59,\)"),
        ((numbered().images, np.arange(60) / 60), "must be integers"),
        ((numbered().images[..., 0], np.arange(60)), r"uint8, \(60, 2, 2\)"),
        ((numbered().images * 1.0, np.arange(60)), r"\[-1, 1\], but is float64 in \[0, 59\]"),
        ((numbered().images.astype("int32"), np.arange(60)), "dtype int32"),
        (numbered().images, "a pair of arrays, got array"),
        (None, "a pair of arrays, got None"),
        ("digits", "a pair of arrays, got 'digits'"),
        (numbered().dataset(4), r"\(image, label\)"),
        (numbered().dataset(4).map(lambda x: {"x": x, "y": 0}), r"\(image, label\)"),
        (numbered().dataset(4).map(lambda x: ((x, x), 0)), r"\(image, label\)"),
        (numbered().dataset(4).map(lambda x: (x, 0, 1)), r"\(image, label\)"),
        (numbered().dataset(4, labels=True).repeat(), "endless"),
        (numbered().stream(4, seed=0, labels=True), "endless"),
        (numbered().dataset(4, labels=True).take(0), "empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_data_sets_that_will_not_do(dataset, message):
    with pytest.raises(ValueError, match=message):
        semi_supervised(dataset, 4, 0, 6)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"labels_per_class": 21}, "labels_per_class=21 exceeds the 20 images of class 0 of"),
        ({"labels_per_class": 0}, "labels_per_class must be at least 1, but is 0"),
        ({"batch_size": 0}, "batch_size must be at least 1, but is 0"),
        ({"batch_size": 61}, "batch_size=61 exceeds the 60 images of 'images'"),
        ({"start_step": -1}, "start_step must not be negative, but is -1"),
    ],
)
def test_nonsense_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        semi_supervised(numbered(), **{"labels_per_class": 4, "batch_size": 6} | options)


def test_a_class_without_images_is_named():
    held = numbered(class_names=list("abcd"), name="numbered")
    with pytest.raises(ValueError, match="the 0 images of class 3 of 'numbered'"):
        labelled_subset(held, 4, 0)
