"""The scripts with models that predict frames."""

import runpy

import keras
import numpy as np
import pytest
from PIL import Image
from processes import ROOT, run

from kerasgan import models
from kerasgan.data import load_clips
from kerasgan.networks.next_frame import FACTORS


def darker():
    """Predicts that a frame is the one before it, two levels darker."""
    clip, made = keras.Input((None, None, 2)), []
    for factor in FACTORS:
        layer = keras.layers.Conv2D(1, 1)
        made.append(layer(keras.layers.AveragePooling2D(factor)(clip)))
        layer.set_weights([np.reshape([0.0, 1.0], (1, 1, 2, 1)), np.array([-2 / 127.5])])
    return models.NextFramePredictor((32, 32, 1), 2, keras.Model(clip, made))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "darker.keras"
    model = darker()
    model.compile()
    model.save(path)
    return path


def test_predicting_how_a_folder_of_frames_goes_on(model, tmp_path):
    (tmp_path / "clip").mkdir()
    for number in range(8, 12):  # 9 comes before 10
        Image.new("L", (19, 13), 10 * number).save(tmp_path / "clip" / f"{number}.png")
    arguments = [f"--input={tmp_path}/clip", "--count=3", f"--output={tmp_path}/next"]
    result = run("generate", f"--model={model}", *arguments, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "3 frames in" in result.stdout and "of the last 2 of 4" in result.stdout
    for number, level in enumerate((108, 106, 104)):
        with Image.open(tmp_path / "next" / f"0000{number}.png", formats=["PNG"]) as image:
            assert image.size == (19, 13) and image.getextrema() == (level, level)


def test_evaluating(model, tmp_path):
    result = run("evaluate", f"--model={model}", "--dataset=moving_digits", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "copy_moving_psnr" in result.stdout and "sharpness_difference" in result.stdout


def test_the_picture_of_a_comparison():
    script = runpy.run_path(str(ROOT / "scripts" / "compare_frames.py"))
    clips = load_clips("moving_digits", (32, 32, 1), split="test", limit=3, frames=2)
    picture = script["panel"]({"darker": darker()}, clips, 2)
    assert picture.shape == (14 + 4 * 66 - 2, 4 * 66 - 2, 1)
    cells = picture[14:78, :, 0]
    last, truth, made = (cells[:, 66 * i : 66 * i + 64].astype(int) for i in (1, 2, 3))
    np.testing.assert_array_equal(made, np.maximum(last - 2, 0))
    assert (truth != last).any()
    top, left, height, width = script["mover"](np.stack([last, truth])[..., None].astype("uint8"))
    assert (height, width) == (21, 21)
    steps = (last - truth) ** 2
    sums = [steps[y : y + 21, x : x + 21].sum() for y in range(64 - 20) for x in range(64 - 20)]
    assert steps[top : top + 21, left : left + 21].sum() == pytest.approx(max(sums), rel=1e-3)
