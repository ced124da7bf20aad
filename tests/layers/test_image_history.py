import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers import ImageHistory, SampledHistory


def numbered(start, count):
    """Images of one pixel, each its number."""
    return np.arange(start, start + count, dtype="float32").reshape(-1, 1, 1, 1)


def numbers(images):
    return np.asarray(images).ravel().astype(int).tolist()


def test_the_first_images_are_stored_and_returned():
    history = ImageHistory(4, seed=0)
    assert numbers(history(numbered(1, 3))) == [1, 2, 3]
    assert numbers(history.images) == [1, 2, 3, 0]
    # One more finds a place; the other two of this batch are only returned.
    assert numbers(history(numbered(4, 3))) == [4, 5, 6]
    assert numbers(history.images) == [1, 2, 3, 4]
    assert int(history.count) == 4


def test_then_half_of_the_images_are_exchanged_for_stored_ones():
    history = ImageHistory(50, seed=0)
    history(numbered(0, 50))
    exchanged = 0
    for step in range(200):
        before = set(numbers(history.images))
        new = numbered(1000 + 10 * step, 10)
        shown = numbers(history(new))
        after = set(numbers(history.images))
        assert len(after) == 50
        for image, given in zip(shown, numbers(new), strict=True):
            if image == given:
                assert given not in after
            else:
                exchanged += 1
                assert image in before - after and given in after
    assert 900 < exchanged < 1100


def test_each_place_is_as_likely():
    history = ImageHistory(5, seed=1)
    history(numbered(0, 5))
    counts = np.zeros(5)
    for step in range(500):
        before = numbers(history.images)
        history(numbered(10 + step, 1))
        counts += np.array(before) != numbers(history.images)
    assert (counts > 30).all() and 200 < counts.sum() < 300


def test_of_a_batch_that_is_too_large_the_rest_is_returned():
    history = ImageHistory(2, seed=0)
    assert numbers(history(numbered(1, 5))) == [1, 2, 3, 4, 5]
    assert numbers(history.images) == [1, 2]
    assert numbers(history(numbered(6, 5)))[2:] == [8, 9, 10]


def test_no_history():
    history = ImageHistory(0)
    assert numbers(history(numbered(1, 2))) == [1, 2]


def test_in_a_graph_with_batches_of_any_size():
    history = ImageHistory(3, seed=0)
    history.build((None, 1, 1, 1))
    call = tf.function(history, input_signature=[tf.TensorSpec((None, 1, 1, 1))])
    assert numbers(call(numbered(1, 2))) == [1, 2]
    assert numbers(call(numbered(3, 1))) == [3]
    assert numbers(history.images) == [1, 2, 3]


@pytest.mark.parametrize("kind", [ImageHistory, SampledHistory])
def test_replicas_that_are_given_the_same_keep_the_same(kind, mirrored):
    with mirrored.scope():
        history = kind(3, seed=0)
        history.build((None, 1, 1, 1))
    alone = kind(3, seed=0)
    call = tf.function(lambda images: mirrored.run(history, (images,)))
    for step in range(6):
        images = numbered(10 * step, 2)
        shown = [
            numbers(each) for each in mirrored.experimental_local_results(call(tf.constant(images)))
        ]
        assert shown[0] == shown[1] == numbers(alone(images))
    copies = mirrored.experimental_local_results(history.images.value)
    assert numbers(copies[0]) == numbers(copies[1]) == numbers(alone.images)


def test_saved_and_loaded_it_goes_on_alike(tmp_path):
    def build():
        inputs = keras.Input((1, 1, 1))
        return keras.Model(inputs, ImageHistory(4, seed=0)(inputs))

    model = build()
    for step in range(5):
        model(numbered(10 * step, 3))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert numbers(loaded.layers[-1].images) == numbers(model.layers[-1].images)
    assert loaded.layers[-1].size == 4


def test_no_gradient_flows():
    history = ImageHistory(2, seed=0)
    images = tf.constant(numbered(1, 2))
    with tf.GradientTape() as tape:
        tape.watch(images)
        shown = tf.reduce_sum(history(images)[:1] ** 2)
    assert tape.gradient(shown, images) is None


@pytest.mark.parametrize("dtype", ["mixed_float16", "float32"])
def test_images_are_kept_in_full_precision(dtype):
    keras.config.set_dtype_policy(dtype)
    history = ImageHistory(2)
    image = np.full((1, 1, 1, 1), 1 / 3, "float32")
    assert history(image).dtype == "float32"
    np.testing.assert_array_equal(history.images[:1], image)


# ---------------------------------------------------------------------- half of them old


def test_new_images_are_returned_as_long_as_there_are_no_old_ones():
    history = SampledHistory(6, seed=0)
    assert numbers(history(numbered(1, 3))) == [1, 2, 3]
    assert numbers(history.images) == [1, 2, 3, 0, 0, 0] and int(history.count) == 3
    assert set(numbers(history(numbered(4, 2)))) <= {1, 2, 3}
    assert numbers(history.images) == [1, 2, 3, 4, 5, 0] and int(history.count) == 5


def test_a_sampled_history_fills_up_and_exchanges_as_many_as_there_are_new_ones():
    history = SampledHistory(50, seed=0)
    history.build((None, 1, 1, 1))
    for push in range(1, 8):
        before = set(numbers(history.images)[: int(history.count)])
        shown = numbers(history(numbered(8 * push, 8)))
        assert set(shown) <= (before or set(range(8, 16)))
        assert int(history.count) == min(8 * push, 50)
    for step in range(100):
        before, new = numbers(history.images), numbers(numbered(1000 + 10 * step, 10))
        shown = numbers(history(numbered(1000 + 10 * step, 10)))
        after = numbers(history.images)
        assert set(shown) <= set(before)  # never the new ones
        assert set(new) <= set(after) and len(set(before) & set(after)) == 40


def test_what_a_sampled_history_shows_is_as_likely():
    history, counts = SampledHistory(5, seed=1), np.zeros(5)
    history(numbered(0, 5))
    for _ in range(200):
        shown = numbers(history(numbered(10, 5), store=False))
        counts += np.bincount(shown, minlength=5)
    assert (counts > 150).all() and counts.sum() == 1000
    assert numbers(history.images) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("first", [0, 2])
def test_nothing_is_stored_unless_it_is_to_be(first):
    history = SampledHistory(4, seed=0)
    history.build((None, 1, 1, 1))
    history(numbered(1, first))
    call = tf.function(history.call)
    call(numbered(5, 3), tf.constant(False))
    assert int(history.count) == first
    assert numbers(history.images) == [*range(1, first + 1), 0, 0, 0, 0][:4]
    call(numbered(5, 3), tf.constant(True))
    assert int(history.count) == min(first + 3, 4)


def test_of_a_batch_larger_than_a_sampled_history_the_rest_is_not_stored():
    history = SampledHistory(2, seed=0)
    assert numbers(history(numbered(1, 5))) == [1, 2, 3, 4, 5]
    assert numbers(history.images) == [1, 2]
    assert set(numbers(history(numbered(6, 5)))) <= {1, 2}
    assert sorted(numbers(history.images)) == [6, 7]


def test_a_sampled_history_passes_no_gradient():
    history = SampledHistory(2, seed=0)
    images = tf.constant(numbered(1, 2))
    with tf.GradientTape() as tape:
        tape.watch(images)
        shown = tf.reduce_sum(history(images) ** 2)
    assert tape.gradient(shown, images) is None
