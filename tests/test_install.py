import importlib.metadata
import os
import subprocess
import sys

import pytest
from processes import ROOT
from setuptools import find_packages


def test_the_package_is_found_beside_a_folder_of_its_name(tmp_path):
    try:
        importlib.metadata.distribution("kerasgan")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("kerasgan is not installed here")
    (tmp_path / "kerasgan").mkdir()  # as a clone is, seen from the folder above
    code = "import importlib.util; print(importlib.util.find_spec('kerasgan').origin)"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert found.stdout.strip().endswith("__init__.py"), found.stdout + found.stderr


def test_a_wheel_holds_every_module():
    """Folders without __init__.py are left out of it, which a clone imports all the same."""
    for path in [*(ROOT / "kerasgan").rglob("*.py"), *(ROOT / "zoo").rglob("*.py")]:
        assert (path.parent / "__init__.py").exists(), path
    listed = set(find_packages(ROOT, include=["kerasgan*", "zoo*"]))
    assert listed >= {"kerasgan.engine", "kerasgan.training", "zoo.commands"}
    assert {name.split(".")[0] for name in listed} == {"kerasgan", "zoo"}
