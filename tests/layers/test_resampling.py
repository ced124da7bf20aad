import keras
import numpy as np

from kerasgan.layers import PixelShuffle, ReflectionPadding2D


def test_reflection_padding_against_numpy():
    images = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    padded = ReflectionPadding2D(3)(images)
    np.testing.assert_array_equal(
        padded, np.pad(images, [(0, 0), (3, 3), (3, 3), (0, 0)], mode="reflect")
    )


def test_reflection_padding_does_not_repeat_the_border():
    row = np.array([1.0, 2.0, 3.0], "float32").reshape(1, 1, 3, 1).repeat(3, axis=1)
    assert np.asarray(ReflectionPadding2D(1)(row))[0, 1, :, 0].tolist() == [2, 1, 2, 3, 2]


def test_pixel_shuffle_against_its_definition():
    maps = np.arange(1 * 2 * 3 * 8, dtype="float32").reshape(1, 2, 3, 8)
    shuffled = np.asarray(PixelShuffle(2)(maps))
    assert shuffled.shape == (1, 4, 6, 2)
    for y in range(4):
        for x in range(6):
            for c in range(2):
                channel = (y % 2 * 2 + x % 2) * 2 + c
                assert shuffled[0, y, x, c] == maps[0, y // 2, x // 2, channel]


def test_shapes_known_and_unknown_and_serialization(tmp_path):
    inputs = keras.Input((None, 8, 12))
    model = keras.Model(inputs, PixelShuffle(2)(ReflectionPadding2D(2)(inputs)))
    assert model.output_shape == (None, None, 24, 3)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(1, 5, 8, 12)).astype("float32")
    np.testing.assert_array_equal(loaded(x), model(x))
