"""The scripts of the lecture companion write their pictures."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

ROOT = pathlib.Path(__file__).parent.parent
LECTURE = ROOT / "docs" / "lecture"
PICTURES = {path.stem: path for path in LECTURE.iterdir() if path.suffix in (".png", ".webp")}
SCRIPTS = sorted(path.stem for path in LECTURE.glob("[!_]*.py"))
# Half a minute of training is enough to see that a script runs.
SHORT = {"LECTURE_EPOCHS": "1", "LECTURE_FRAMES": "4", "LECTURE_STEPS": "5"}


def pixels(path):
    with Image.open(path, formats=["PNG", "WEBP"]) as picture:
        return np.asarray(picture.convert("RGB"))


def check(script, folder):
    environment = os.environ | SHORT | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}
    command = [sys.executable, str(LECTURE / f"{script}.py")]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    picture = pixels(folder / PICTURES[script].name)
    assert picture.std() > 10


def test_a_script_draws_its_picture(tmp_path):
    check("dirac", tmp_path)


@pytest.mark.large
@pytest.mark.parametrize("script", [script for script in SCRIPTS if script != "dirac"])
def test_each_script_draws_its_picture(script, tmp_path):
    check(script, tmp_path)


def test_each_script_has_a_small_picture_and_its_place_on_the_page():
    page = (LECTURE / "README.md").read_text()
    assert sorted(PICTURES) == SCRIPTS
    for script, picture in PICTURES.items():
        assert picture.stat().st_size < 300_000
        assert pixels(picture).std() > 10
        assert f"[{script}.py]({script}.py)" in page and f"]({picture.name})" in page
