"""Generating images with small models, as a user runs it."""

import os

import keras
import numpy as np
import pytest
from processes import refuses, run
from test_labelled_scripts import SHAPE, dense, picture

from kerasgan import models


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model of two latents, and its SavedModel; its images show them."""
    folder = tmp_path_factory.mktemp("generate")
    model = models.GAN(
        generator=dense([(2,)], SHAPE, np.linspace(-0.5, 0.5, 128).reshape(2, 64)),
        discriminator=dense([SHAPE], (1,), np.zeros((64, 1))),
    )
    model.save(folder / "model.keras")
    model.export(folder / "served")
    return folder


@pytest.mark.parametrize("source", ["model.keras", "served"])
def test_images_are_those_of_the_model_however_they_are_computed(folder, tmp_path, source):
    flags = [f"--model={folder / source}", "--count=7", "--seed=3", "--batch_size=2"]
    assert run("generate", *flags, "--output=many", cwd=tmp_path).returncode == 0
    expected = keras.models.load_model(folder / "model.keras").generate(7, seed=3)[..., 0]
    for i, image in enumerate(expected):
        np.testing.assert_array_equal(picture(tmp_path / "many" / f"{i:05d}.png"), image)


@pytest.mark.parametrize(
    "flags, words",
    [
        (["--count=1000000000", "--output=x.png"], ["1000000000 images", "GiB of memory"]),
        (["--count=1000000000", "--output=x"], ["1000000000"]),
        (["--count=9999999999999"], ["--count", "2147483647"]),
        (["--count=50000000", "--batch_size=50000000", "--output=x"], ["--batch_size", "memory"]),
        (["--batch_size=-1"], ["--batch_size"]),
        (["--output=" + "x" * 300], ["too long"]),
        (["--output=link.png"], ["link.png", "exists"]),
    ],
)
def test_what_cannot_be_is_told_in_one_line(folder, tmp_path, flags, words):
    (tmp_path / "link.png").symlink_to("nowhere.png")
    for source in ("model.keras", "served"):
        result = run("generate", f"--model={folder / source}", *flags, cwd=tmp_path)
        assert refuses(result, *words)
        assert os.listdir(tmp_path) == ["link.png"]


def test_a_damaged_saved_model_is_told_in_one_line(folder, tmp_path):
    (tmp_path / "served").mkdir()
    for content in (b"", b"garbage", (folder / "served" / "saved_model.pb").read_bytes()[:3000]):
        (tmp_path / "served" / "saved_model.pb").write_bytes(content)
        assert refuses(run("generate", "--model=served", cwd=tmp_path), "served cannot be loaded")
