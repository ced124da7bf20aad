"""A training that is killed goes on to the same bits, whatever it reads its data from."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf
from faults import on_source
from processes import assert_equal_runs, run

from kerasgan.training import inputs, options

TRAINER = pathlib.Path(on_source.__file__).with_suffix("")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Data of all kinds."""
    folder = tmp_path_factory.mktemp("data")
    on_source.write(folder)
    return folder


def skip_without_data(kind):
    if kind == "tfds" and not (on_source.TFDS / "mnist").is_dir():
        pytest.skip(f"no prepared MNIST in {on_source.TFDS}; set KERASGAN_TFDS")


@pytest.mark.parametrize("kind", on_source.KINDS)
def test_data_that_are_loaded_anew_go_on_with_the_same_batches(folder, kind):
    skip_without_data(kind)
    recipe, source, given = on_source.arguments(kind, folder)
    chosen = options.resolve(recipe, given, {})

    def load():
        return inputs.load(recipe, chosen, source, "train")

    def batches(data, first, count):
        stream = recipe.stream(data, chosen["batch_size"], 0, first).take(count)
        return [tf.nest.flatten(batch) for batch in stream.as_numpy_iterator()]

    whole, again = load(), load()
    assert whole.digest() == again.digest() and whole.on_disk == (kind != "memory")
    expected = batches(whole, 0, 5)
    for batch, same in zip(batches(again, 3, 2), expected[3:], strict=True):
        for a, b in zip(batch, same, strict=True):
            np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(*expected[:2], strict=True))


@pytest.mark.large
@pytest.mark.parametrize("kind", on_source.KINDS)
def test_a_training_that_is_killed_goes_on_to_the_same_bits(folder, tmp_path, kind):
    skip_without_data(kind)
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    result = run(TRAINER, kind, folder, straight, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    result = run(TRAINER, kind, folder, killed, 3, cwd=tmp_path)  # within the second epoch
    assert result.returncode == -9, result.stderr
    result = run(TRAINER, kind, folder, killed, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Resuming after epoch 1, step 1" in result.stdout
    assert_equal_runs(straight, killed, on_source.EPOCHS)


@pytest.mark.parametrize("name", ["healthy", "kill", "soak"])
def test_the_programs_start(name, tmp_path):
    result = run(TRAINER.with_name(name), "--help", cwd=tmp_path)
    assert result.returncode == 0 and "--" in result.stdout, result.stderr
