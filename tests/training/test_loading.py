"""Presets in the place of runs."""

import keras
import numpy as np
import pytest
from keras import layers

from kerasgan import models
from kerasgan.engine import presets
from kerasgan.training import RunError, loading
from zoo import measuring


@pytest.fixture
def saved(tmp_path):
    """A model, and the folder of its preset."""
    generator = keras.Sequential([keras.Input((3,)), layers.Dense(16), layers.Reshape((4, 4, 1))])
    discriminator = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(1)])
    gan = models.GAN(None, None, generator, discriminator)
    gan.save_to_preset(tmp_path / "presets" / "squares")
    return gan, tmp_path / "presets" / "squares"


def test_presets_are_loaded_by_folder_and_name(saved, monkeypatch):
    gan, folder = saved
    monkeypatch.setattr(presets, "BUILT_IN", folder.parent)
    for path in (folder, "squares"):
        made = loading.load_model(path).generate(4, seed=1).astype(int)
        assert np.abs(made - gan.generate(4, seed=1)).max() <= 1
    assert not measuring.holds_pictures(folder)


def test_a_damaged_preset_is_told(saved):
    _, folder = saved
    (folder / "model.weights.h5").write_bytes(b"damaged")
    with pytest.raises(RunError, match="squares cannot be loaded: "):
        loading.load_model(folder)


def test_what_is_nothing_is_told(tmp_path):
    with pytest.raises(RunError, match="nor a run's folder .* nor a preset"):
        loading.load_model(tmp_path / "none")
