import keras
import numpy as np
import pytest

from kerasgan.layers import Maxout


def test_against_constants():
    layer = Maxout(units=2, pieces=2)
    layer.build((None, 2))
    # Pieces of unit 0: x and y; of unit 1: -x and x + y + 1.
    layer.linear.kernel.assign([[1, 0, -1, 1], [0, 1, 0, 1]])
    layer.linear.bias.assign([0, 0, 0, 1])
    output = layer(np.array([[3, 1], [-4, 2]], "float32"))
    np.testing.assert_allclose(output, [[3, 5], [2, 4]])


def test_serialization_keeps_the_outputs(tmp_path):
    inputs = keras.Input((5,))
    model = keras.Model(inputs, Maxout(3, 4, kernel_initializer="ones")(inputs))
    assert model.count_params() == 5 * 12 + 12
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
    np.testing.assert_array_equal(loaded(x), model(x))
    assert loaded.output_shape == (None, 3)


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="pieces=0"):
        Maxout(3, 0)
