"""What version 0.1 saved goes on working: models load, make the same images, and train on.

`tests/fixtures/make.py` made the files.
"""

import csv
import json
import shutil

import keras
import numpy as np
import pytest
from fixtures import make
from PIL import Image
from processes import run

MODELS = sorted(file.stem for file in (make.FOLDER / "models").glob("*.keras"))
TRAININGS = make.FOLDER / "trainings"
DRIVER = "../tests/fixtures/train_narrow"


def assert_same_pixels(found, expected, share=1.0):
    """Equal to within a level, as other CPUs round otherwise; `share` of the pixels."""
    assert found.dtype == expected.dtype == np.uint8
    assert found.shape == expected.shape
    assert np.mean(np.abs(found.astype(int) - expected) <= 1) >= share


def difference(images, others):
    """The mean absolute difference, in levels."""
    return np.mean(np.abs(images.astype(int) - others))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_makes_the_same_and_trains_on(name):
    model = keras.models.load_model(make.FOLDER / "models" / f"{name}.keras")
    with np.load(make.FOLDER / "models" / f"{name}.npz") as file:
        arrays = dict(file)
    assert_same_pixels(make.made(model, arrays), arrays["made"])
    assert_same_pixels(make.raw(model, arrays), arrays["raw"])
    np.testing.assert_allclose(make.scores(model, arrays), arrays["scores"], rtol=0, atol=1e-4)

    model.run_eagerly = True  # faster for a single step
    before = [weight.numpy() for weight in model.trainable_weights]
    make.train(model, arrays, 1)
    after = [weight.numpy() for weight in model.trainable_weights]
    assert any((a != b).any() for a, b in zip(before, after, strict=True))
    # Optimizers and seeds went on from where they were, but for rounding, of which Adam makes
    # more. What an average of weights is may change.
    step, error = (
        difference(images, arrays["trained"]) for images in (arrays["raw"], make.raw(model, arrays))
    )
    assert error < step / 10


@pytest.mark.parametrize("name", MODELS)
def test_files_keep_the_names_of_their_arrays(name, tmp_path):
    names = json.loads((make.FOLDER / "weights.json").read_text())
    # What was a layer of ours is one of Keras, whose class names its place; old files load.
    expected = {each.replace("instance_norm", "group_norm") for each in names[name]}
    make.build(name).save_weights(tmp_path / "model.weights.h5")
    assert expected <= set(make.weights(tmp_path / "model.weights.h5"))


@pytest.mark.parametrize("name", ["pix2pix", "cyclegan"])
def test_weights_with_names_of_layers_that_were_ours_load(name, tmp_path):
    old = keras.models.load_model(make.FOLDER / "models" / f"{name}.keras")
    old.save_weights(tmp_path / "model.weights.h5")
    assert any("instance_norm" in each for each in make.weights(tmp_path / "model.weights.h5"))
    new = make.build(name)
    new.load_weights(tmp_path / "model.weights.h5")
    for weight, other in zip(new.get_weights(), old.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, other)


def test_generate_makes_the_images_of_a_finished_run(tmp_path):
    finished = TRAININGS / "dcgan" / "finished"
    flags = [f"--model={finished}", "--count=10", "--seed=1", "--output=pictures"]
    result = run("generate", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    made = [np.asarray(Image.open(path)) for path in sorted((tmp_path / "pictures").iterdir())]
    with np.load(TRAININGS / "dcgan" / "pixels.npz") as expected:
        assert_same_pixels(np.stack(made)[..., None], expected["made"])


@pytest.mark.parametrize("name", ["dcgan", "wgan_gp"])
def test_a_stopped_run_resumes_to_what_an_unbroken_one_ended_with(name, tmp_path):
    """A run killed by SIGKILL, with a moving average, and one stopped by SIGTERM, without."""
    workdir = tmp_path / "run"
    shutil.copytree(TRAININGS / name / "stopped", workdir)
    flags = [*make.FLAGS, f"--model={name}", f"--workdir={workdir}", "--checkpoint_every=2"]
    result = run(DRIVER, *flags, "--resume", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    model = keras.models.load_model(workdir / "model.keras")
    with np.load(TRAININGS / name / "pixels.npz") as expected:
        assert_same_pixels(make.raw(model, {}), expected["raw"], share=0.99)
        if model.ema is None:
            assert_same_pixels(make.made(model, {}), expected["made"], share=0.99)
    expected, found = (history(path) for path in (TRAININGS / name, workdir))
    assert [row["epoch"] for row in found] == [0, 1]
    for row, straight in zip(found, expected, strict=True):
        for key, value in straight.items():
            assert row[key] == pytest.approx(value, rel=1e-3, abs=1e-3), key


def test_a_finished_run_is_trained_for_longer(tmp_path):
    workdir = tmp_path / "run"
    shutil.copytree(TRAININGS / "dcgan" / "finished", workdir)
    flags = [*make.FLAGS, "--model=dcgan", f"--workdir={workdir}"]
    result = run(DRIVER, *flags, "--epochs=3", "--resume", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert [row["epoch"] for row in history(workdir)] == [0, 1, 2]
    assert history(workdir)[:2] == history(TRAININGS / "dcgan")


def history(folder):
    """The rows of a run's history.csv, as numbers, without what was not measured."""
    with (folder / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [{key: float(value) for key, value in row.items() if value != "NA"} for row in rows]
