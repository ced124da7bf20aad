import keras
import numpy as np
import pytest
from PIL import Image

from kerasgan.metrics.preparing import Prepare, prepared


def floats(levels):
    return (np.asarray(levels) / 127.5 - 1).astype("float32")


def test_the_way_of_tensorflow_1():
    row = floats([0, 1, 2, 3]).reshape(1, 1, 4, 1)
    found = np.asarray(Prepare(8, "tf", 0.0, 1.0)(np.repeat(row, 4, axis=1)))
    assert found.shape == (1, 8, 8, 3)
    np.testing.assert_allclose(found[0, 5, :, 1], [0, 0.5, 1, 1.5, 2, 2.5, 3, 3], atol=1e-4)
    columns = np.swapaxes(np.repeat(row, 4, axis=1), 1, 2)
    found = np.asarray(Prepare(8, "tf", 0.0, 1.0)(columns))
    np.testing.assert_allclose(found[0, :, 0, 0], [0, 0.5, 1, 1.5, 2, 2.5, 3, 3], atol=1e-4)


@pytest.mark.parametrize("sides, side", [((10, 12), 33), ((64, 43), 22), ((30, 29), 30)])
def test_the_clean_way_is_that_of_pillow(sides, side):
    levels = np.random.default_rng(0).integers(0, 256, (*sides, 3), dtype=np.uint8)
    found = Prepare(side, "clean", 0.0, 1.0)(floats(levels)[None])
    planes = [Image.fromarray(levels[..., c].astype("float32")) for c in range(3)]
    planes = [plane.resize((side, side), Image.Resampling.BICUBIC) for plane in planes]
    expected = np.stack([np.asarray(plane) for plane in planes], axis=-1).clip(0, 255)
    np.testing.assert_allclose(found[0], expected, atol=0.02)


def test_levels_are_scaled_and_grey_is_copied():
    grey = floats(np.full((2, 4, 4, 1), 200))
    network = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten()])
    for resize in ("tf", "clean"):
        model = prepared(network, Prepare(8, resize, 128.0, 64.0), "name")
        assert model.name == "name" and not model.trainable
        for images in (grey, np.repeat(grey, 3, axis=3)):
            np.testing.assert_allclose(model(images), np.full((2, 192), 72 / 64), rtol=1e-5)
            np.testing.assert_allclose(model.predict(images, verbose=0)[0], 72 / 64, rtol=1e-5)


def test_a_layer_is_rebuilt():
    layer = Prepare(8, "clean", 1.0, 2.0)
    assert Prepare.from_config(layer.get_config()).get_config() == layer.get_config()
    with pytest.raises(ValueError, match="'tf' or 'clean', but is 'torch'"):
        Prepare(8, "torch", 0.0, 1.0)
