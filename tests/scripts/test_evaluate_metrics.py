"""`kerasgan evaluate --metrics --neighbours`, as a user runs it."""

import json
import re

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image
from processes import refuses, run
from pytest import approx

import kerasgan
from kerasgan import data, metrics, models

SHAPE = (8, 8, 1)
DIGITS = ["--dataset=digits", "--batch_size=40", "--count=100", "--seed=5"]


def picture(path):
    with Image.open(path, formats=["PNG"]) as file:
        return np.asarray(file)[..., None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of a model of noise, and a folder of the first digits of the test split."""
    root = tmp_path_factory.mktemp("evaluated")
    keras.utils.set_random_seed(0)
    generator = [keras.Input((5,)), layers.Dense(64, "tanh"), layers.Reshape(SHAPE)]
    discriminator = [keras.Input(SHAPE), layers.Flatten(), layers.Dense(1)]
    model = models.GAN(None, None, *map(keras.Sequential, (generator, discriminator)))
    model.compile()
    (root / "run").mkdir()
    (root / "mine").mkdir()
    model.save(root / "run" / "model.keras")
    model.export(root / "run" / "saved_model")
    (root / "run" / "metrics.json").write_text('{"written_by": "kerasgan evaluate"}')  # earlier
    for i, image in enumerate(data.load_images("digits", split="test", limit=50).images):
        data.save_image(root / "mine" / f"{i:02d}.png", image)
    return root


def values(result, head):
    """The values of the table under a line."""
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    found = [
        re.fullmatch(r"  (\w+) +(\S+)  (less|more) is better", line)
        for line in lines[lines.index(head) + 1 :]
    ]
    return {match[1]: float(match[2]) for match in found if match}


def test_a_run_and_its_saved_model_are_measured(folder):
    names = "frechet,kernel,precision_recall,density_coverage"
    found = run("evaluate", "--model=run", *DIGITS, f"--metrics={names}", cwd=folder)
    head = (
        "100 generated images against 100 of digits, features digits_features_901d27aa, resized to "
        "8 x 8 (bilinear, antialiased):"
    )
    table = values(found, head)
    assert found.stdout.startswith("297 test images of digits:\n")  # and the losses, as ever
    assert "\b" not in found.stdout  # no bar is drawn into a pipe

    model = keras.models.load_model(folder / "run" / "model.keras")
    judge = metrics.classifier("digits")
    made = [model.generate(n, seed=5 + i) for i, n in ((0, 40), (40, 40), (80, 20))]
    pair = [
        metrics.extract_features(judge, images)
        for images in (data.load_images("digits", split="test").images[:100], np.concatenate(made))
    ]
    expected = {"frechet_distance": metrics.frechet_distance(*pair)}
    expected["kernel_distance"] = metrics.kernel_distance(*pair)[0]
    expected |= dict(zip(("precision", "recall"), metrics.precision_recall(*pair), strict=True))
    expected |= dict(zip(("density", "coverage"), metrics.density_coverage(*pair), strict=True))
    assert table == approx(expected, rel=1e-3)

    written = json.loads((folder / "run" / "metrics.json").read_text())
    assert written.pop("values") == approx(expected, rel=1e-4)
    printed = re.findall(r"^  (\w+) (\S+)$", found.stdout, re.MULTILINE)
    assert written.pop("test") == {name: approx(float(x), abs=1e-4) for name, x in printed}
    assert written == {
        "written_by": "kerasgan evaluate",
        "kerasgan": kerasgan.__version__,
        "model": "run",
        "dataset": "digits",
        "seed": 5,
        "real": 100,
        "generated": 100,
        "features": judge.name,
        "resizing": "resized to 8 x 8 (bilinear, antialiased)",
    }

    # The results of another model are beside it.
    served = ["--model=run/saved_model", "--metrics=frechet"]
    served = values(run("evaluate", *served, *DIGITS, cwd=folder), head)
    assert served == {"frechet_distance": approx(table["frechet_distance"], rel=1e-3)}
    assert (folder / "run" / "saved_model.metrics.json").exists()


def test_folders_of_pictures_and_the_nearest_of_others(folder):
    flags = ["--model=mine", "--dataset=digits", "--features=digits", "--metrics=frechet"]
    found = run("evaluate", *flags, "--neighbours=near/own.png", cwd=folder)
    assert found.returncode == 0, found.stderr
    assert "50 generated images against 297 of digits" in found.stdout
    flags[1] = "--dataset=mine"
    found = run("evaluate", *flags, "--neighbours=near.png", cwd=folder)
    assert "50 generated images against 50 of mine" in found.stdout
    assert re.search(r"frechet_distance +\S+e-\d\d|frechet_distance +0 ", found.stdout)
    shown = picture(folder / "near.png")
    for row in range(10):  # what was copied lies beside its copy
        cells = shown[row * 10 : row * 10 + 8]
        np.testing.assert_array_equal(cells[:, :8], picture(folder / "mine" / f"{row:02d}.png"))
        np.testing.assert_array_equal(cells[:, 10:18], cells[:, :8])
        assert (cells[:, 20:28] != cells[:, :8]).any()
    own = picture(folder / "near" / "own.png")
    np.testing.assert_array_equal(own[:8, :8], shown[:8, :8])
    assert (own[:8, 10:18] != own[:8, :8]).any()  # test images are not among the training images


def test_wrong_input_is_told_in_one_line(folder, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model.keras").touch()
    (tmp_path / "run" / "metrics.json").write_text('{"mine": 1}')
    (tmp_path / "near.png").touch()
    (tmp_path / "sizes").mkdir()
    for size in (8, 9):
        data.save_image(tmp_path / "sizes" / f"{size}.png", np.zeros((size, size, 1), "uint8"))
    run_, pictures = f"--model={folder}/run", f"--model={folder}/mine"
    for flags, words in [
        (["--model=run", "--metrics=frechet"], ["metrics.json", "no earlier result"]),
        ([run_, "--metrics=beauty"], ["--metrics='beauty'", "precision_recall"]),
        ([run_, "--features=mnist"], ["--features is for --metrics"]),
        ([run_, "--neighbours=near.png"], ["near.png exists already"]),
        ([run_, "--neighbours=near.gif"], ["near.gif must be a .png or .jpg"]),
        ([pictures], ["mine is no run", "--metrics"]),
        ([pictures, "--metrics=kernel", "--classifier=x.keras"], ["no --classifier"]),
        ([pictures, "--metrics=kernel", "--direction=b_to_a"], ["no --direction"]),
        (["--model=sizes", "--metrics=frechet"], ["sizes", "--image_size"]),
        ([pictures, "--metrics=precision_recall", "--count=3"], ["at least 4 rows"]),
    ]:
        assert refuses(run("evaluate", "--dataset=digits", *flags, cwd=tmp_path), *words), flags
    assert json.loads((tmp_path / "run" / "metrics.json").read_text()) == {"mine": 1}
    scaled = ["--model=sizes", "--metrics=kernel", "--image_size=8"]
    assert run("evaluate", "--dataset=digits", *scaled, cwd=tmp_path).returncode == 0
