"""Two processes that train together train what one process trains."""

import pathlib

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
