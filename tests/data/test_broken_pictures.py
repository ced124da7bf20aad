"""Pictures that are broken, or vanish, where they are streamed from a disk."""

import numpy as np
import pytest
import tensorflow as tf
from faults import on_source

from kerasgan.data.sources import SourceError
from kerasgan.engine.checks import readable_errors
from kerasgan.training import inputs, options

# Each kind, and the file of it that something happens to.
FILES = {
    "folder": "classes/a/04.png",
    "semi-supervised": "classes/a/04.png",
    "pairs": "pairs/trainB/2.png",
    "domains": "pairs/trainB/2.png",
    "super-resolution": "pictures/2.png",
}


@pytest.fixture(params=FILES)
def kind(request):
    """Each kind of data that is streamed from pictures."""
    return request.param


@pytest.fixture
def victim(tmp_path, kind):
    """A picture among others."""
    on_source.write(tmp_path)
    return tmp_path / FILES[kind]


def load(kind, folder):
    """The data, and a function from the first step to batches of two epochs."""
    recipe, source, given = on_source.arguments(kind, folder)
    chosen = options.resolve(recipe, given, {})
    data = inputs.load(recipe, chosen, source, "train")

    def batches(first=0):
        with readable_errors():
            stream = recipe.stream(data, chosen["batch_size"], 0, first).take(4 - first)
            return [tf.nest.flatten(batch) for batch in stream.as_numpy_iterator()]

    return data, batches


def assert_told(caplog, name, times=1):
    told = [record for record in caplog.records if name in record.getMessage()]
    assert len(told) == times, caplog.text


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-40])


def test_no_picture_is_found_before_training(kind, victim, tmp_path, caplog):
    whole, _ = load(kind, tmp_path)
    victim.write_bytes(b"no picture")
    data, batches = load(kind, tmp_path)
    # Both domains have as many as the larger one.
    assert len(data) == len(whole) - (kind != "domains")
    assert_told(caplog, victim.name)
    assert len(batches()) == 4
    assert_told(caplog, victim.name)


def test_a_picture_that_is_cut_short_is_told_of_and_resuming_is_exact(
    kind, victim, tmp_path, caplog
):
    cut_short(victim)
    _, batches = load(kind, tmp_path)
    expected = batches()
    assert_told(caplog, victim.name)
    _, again = load(kind, tmp_path)
    for batch, same in zip(again(first=3), expected[3:], strict=True):
        for a, b in zip(batch, same, strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_picture_that_breaks_later(kind, victim, tmp_path, caplog):
    _, batches = load(kind, tmp_path)
    cut_short(victim)
    if kind == "super-resolution":  # of one size or another: none takes its place
        with pytest.raises(SourceError, match=f"{victim.name} is unusable now: "):
            batches()
    else:
        assert len(batches()) == 4
        assert_told(caplog, victim.name)


def test_a_picture_that_vanishes_is_one_line(kind, victim, tmp_path):
    _, batches = load(kind, tmp_path)
    victim.unlink()
    with pytest.raises(SourceError) as told:
        batches()
    assert str(told.value) == f"{victim} is gone: No such file or directory"
