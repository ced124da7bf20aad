"""Two processes that train together train what one process trains."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from processes import ROOT, TIMEOUT

import zoo

WORKER = pathlib.Path(__file__).with_name("worker.py")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What one process ends with, and what each of two workers does."""
    folder = tmp_path_factory.mktemp("workers")
    launcher = [ROOT / "scripts" / "launch_local.py", "--workers=2", "--"]
    for command in ([WORKER, folder], [*launcher, WORKER, folder]):
        result = subprocess.run(
            [sys.executable, *map(str, command)],
            env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
        assert result.returncode == 0, result.stdout + result.stderr
    return [np.load(folder / f"{name}.npz") for name in ("alone", 0, 1)]


@pytest.mark.parametrize("name", sorted(zoo.RECIPES))
def test_two_workers_equal_one_process(name, found):
    alone, first, second = (
        {key: values[key] for key in values if key.split()[0] == name} for values in found
    )
    assert alone.keys() == first.keys() == second.keys()
    for key, value in alone.items():
        assert np.isfinite(first[key]).all()
        np.testing.assert_array_equal(first[key], second[key])
        if "weight" in key:
            np.testing.assert_allclose(first[key], value, rtol=0, atol=1e-4)
        elif "loss" in key:
            np.testing.assert_allclose(first[key].ravel(), value, rtol=1e-4, atol=1e-4)


def test_workers_share_an_epoch_and_an_evaluation(found):
    alone, first, second = found
    np.testing.assert_array_equal(np.sort(alone["seen"], axis=None), np.arange(40))
    shares = np.concatenate([first["seen"], second["seen"]], axis=1)
    np.testing.assert_array_equal(shares, alone["seen"])
    keys = [key for key in alone if key.startswith("evaluated")]
    assert keys
    for key in keys:
        np.testing.assert_allclose(first[key], alone[key], rtol=1e-5)
        np.testing.assert_allclose(second[key], alone[key], rtol=1e-5)
