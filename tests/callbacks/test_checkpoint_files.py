"""The files of checkpoints, when they cannot be written."""

import pathlib

import numpy as np
import pytest

from kerasgan import callbacks, models


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(tmp_path, monkeypatch):
    model = models.DCGAN((8, 8, 1), seed=0)
    model.compile()
    checkpoint = callbacks.Checkpoint(tmp_path)
    checkpoint.set_model(model)
    checkpoint.on_epoch_end(0)
    (path,) = tmp_path.iterdir()
    before = path.read_bytes()

    def fails(file):
        pathlib.Path(file).write_bytes(b"half")
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(model, "save_weights", fails)
        with pytest.raises(OSError, match="No space"):
            checkpoint.on_epoch_end(0)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before

    other = models.DCGAN((8, 8, 1), seed=1)
    other.compile()
    assert checkpoint.restore(other) == (1, 0)
    for a, b in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
