import numpy as np
import pytest

from kerasgan import data
from kerasgan.data import stacked
from kerasgan.data.images import Images


def digits(count=50):
    """Grey images, each filled with its number, of class number % 10."""
    numbers = np.arange(count)
    images = np.broadcast_to(numbers[:, None, None, None], (count, 4, 4, 1)).astype(np.uint8)
    return Images(images, numbers % 10)


@pytest.fixture
def loaded(monkeypatch):
    monkeypatch.setattr(stacked, "load_tfds", lambda *arguments: digits())
    return lambda **options: data.load_images("stacked_mnist", (4, 4, 3), **options)


def test_channels_are_digits_and_labels_their_number(loaded):
    images = loaded(limit=500)
    pixels = images.images[:]
    assert pixels.shape == (500, 4, 4, 3) and images.num_classes == 1000
    assert (pixels == pixels[:, :1, :1]).all()
    expected = pixels[:, 0, 0] % 10 @ np.array([100, 10, 1])
    np.testing.assert_array_equal(images.labels, expected)
    assert len(np.unique(pixels[:, 0, 0], axis=0)) > 490  # of 125,000 triples


def test_images_are_the_same_each_time_and_the_splits_differ(loaded):
    one, same, test = loaded(limit=9), loaded(limit=9), loaded(limit=9, split="test")
    assert np.array_equal(one.images[:], same.images[:]) and one.digest() == same.digest()
    assert not np.array_equal(one.images[:], test.images[:]) and one.digest() != test.digest()
    assert len(loaded()) == 128_000 and len(loaded(split="test")) == 26_000


def test_batches_are_streamed(loaded):
    images = loaded(limit=8)
    batch = next(images.stream(4, seed=0).as_numpy_iterator())
    numbers = {tuple(image[0, 0]) for image in images.images[:]}
    assert {tuple(image[0, 0]) for image in data.to_uint8(batch).numpy()} <= numbers


def test_wrong_arguments_are_told(loaded):
    with pytest.raises(ValueError, match="3 channels, a digit each, but image_shape is"):
        data.load_images("stacked_mnist", (28, 28, 1))
    with pytest.raises(ValueError, match="'train' and 'test', but not 'validation'"):
        loaded(split="validation")
