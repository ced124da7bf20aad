"""Two processes that train together train what one process trains."""

import pathlib
import shutil

import numpy as np
import pytest
from PIL import Image
from processes import run

import zoo

WORKER = pathlib.Path(__file__).with_name("worker")


# Two players of one network each, with batch normalization; players of two networks.
REPRESENTATIVES = ["dcgan", "cyclegan"]


def train(folder, names, worker=WORKER):
    """Returns what one process ends with, and what each of two workers does."""
    launcher = "launch_local", "--workers=2", "--"
    for script, *flags in ([worker], [*launcher, f"{worker}.py"]):
        result = run(script, *flags, folder, *names, cwd=folder, forks=True)
        assert result.returncode == 0, result.stdout + result.stderr
    return [np.load(folder / f"{name}.npz") for name in ("alone", 0, 1)]


@pytest.mark.large
def test_training_of_two_workers_goes_on_with_one_and_with_four(tmp_path):
    """In the sixth to the tenth step, of equal data, with given latents."""
    script = f"{WORKER.with_name('elastic_worker')}.py"

    def train(name, workers, epochs):
        folder = tmp_path / name
        command = "launch_local", f"--workers={workers}", "--", script
        result = run(*command, folder, epochs, *REPRESENTATIVES, cwd=tmp_path, forks=True)
        assert result.returncode == 0, result.stdout + result.stderr
        return [np.load(folder / f"{number}.npz") for number in range(workers)]

    (tmp_path / "straight").mkdir()
    result = run(
        script.removesuffix(".py"), tmp_path / "straight", 2, *REPRESENTATIVES, cwd=tmp_path
    )
    assert result.returncode == 0, result.stdout + result.stderr
    straight = np.load(tmp_path / "straight" / "alone.npz")
    (tmp_path / "two").mkdir()
    train("two", 2, epochs=1)
    for workers in (1, 4):
        shutil.copytree(tmp_path / "two", tmp_path / str(workers))
        found = train(str(workers), workers, epochs=2)
        seen = np.concatenate([values["seen"] for values in found], axis=1)
        np.testing.assert_array_equal(seen, straight["seen"])
        for values in found:
            for key in straight.files[:-1]:
                np.testing.assert_allclose(values[key], straight[key], rtol=0, atol=1e-4)


def assert_equal(name, found):
    alone, first, second = (
        {key: values[key] for key in values if key.split()[0] == name} for values in found
    )
    assert alone and alone.keys() == first.keys() == second.keys()
    for key, value in alone.items():
        assert np.isfinite(first[key]).all()
        np.testing.assert_array_equal(first[key], second[key])
        if "weight" in key:
            np.testing.assert_allclose(first[key], value, rtol=0, atol=1e-4)
        elif "loss" in key:
            np.testing.assert_allclose(first[key].ravel(), value, rtol=1e-4, atol=1e-4)


def test_two_workers_equal_one_process(tmp_path):
    found = train(tmp_path, REPRESENTATIVES)
    for name in REPRESENTATIVES:
        assert_equal(name, found)
    assert_shared(found)


@pytest.mark.large
def test_two_workers_equal_one_process_with_every_recipe(tmp_path):
    found = train(tmp_path, sorted(zoo.RECIPES))
    for name in zoo.RECIPES:
        assert_equal(name, found)


@pytest.mark.large
def test_two_workers_equal_one_process_on_pictures_that_are_streamed(tmp_path):
    generator = np.random.default_rng(0)
    for i in range(20):
        path = tmp_path / "pictures" / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(generator.integers(0, 256, (8, 8), dtype=np.uint8)).save(path)
    names = ["dcgan", "sgan"]
    found = train(tmp_path, names, WORKER.with_name("streaming"))
    for name in names:
        assert_equal(name, found)


def assert_shared(found):
    """The workers share an epoch, and an evaluation."""
    alone, first, second = found
    np.testing.assert_array_equal(np.sort(alone["seen"], axis=None), np.arange(40))
    shares = np.concatenate([first["seen"], second["seen"]], axis=1)
    np.testing.assert_array_equal(shares, alone["seen"])
    keys = [key for key in alone if key.startswith("evaluated")]
    assert keys
    for key in keys:
        np.testing.assert_allclose(first[key], alone[key], rtol=1e-5)
        np.testing.assert_allclose(second[key], alone[key], rtol=1e-5)
