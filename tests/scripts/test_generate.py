"""Generating images with small models, as a user runs it."""

import os

import keras
import numpy as np
import pytest
from PIL import Image, ImageSequence
from processes import refuses, run
from test_labelled_scripts import SHAPE, dense, picture

from kerasgan import models
from kerasgan.models.generating import slerp


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


@pytest.mark.parametrize(("source", "output"), [("model.keras", "many"), ("served", "all.npy")])
def test_images_are_those_of_the_model_however_they_are_computed(folder, tmp_path, source, output):
    flags = [f"--model={folder / source}", "--count=7", "--seed=3", "--batch_size=2"]
    assert run("generate", *flags, f"--output={output}", cwd=tmp_path).returncode == 0
    expected = keras.models.load_model(folder / "model.keras").generate(7, seed=3)
    if output == "all.npy":
        np.testing.assert_array_equal(np.load(tmp_path / output), expected)
        return
    for i, image in enumerate(expected[..., 0]):
        np.testing.assert_array_equal(picture(tmp_path / "many" / f"{i:05d}.png"), image)


def test_a_saved_model_draws_all_that_it_takes(tmp_path):
    model = models.BoundarySeekingGAN(
        generator=dense([(2,)], SHAPE, np.ones((2, 64))),
        discriminator=dense([SHAPE], (1,), np.zeros((64, 1))),
    )
    model.export(tmp_path / "served")
    result = run(
        "generate", "--model=served", "--count=5", "--output=all.npy", "--seed=3", cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "all.npy"), model.generate(5, seed=3))


def frames(path):
    """The pictures of a film."""
    with Image.open(path, formats=["GIF", "WEBP"]) as film:
        return [np.asarray(each.convert("L")) for each in ImageSequence.Iterator(film)]


@pytest.mark.parametrize("source", ["model.keras", "served"])
def test_a_film_goes_around_from_image_to_image(folder, tmp_path, source):
    flags = [f"--model={folder / source}", "--count=3", "--seed=3", "--interpolate=4"]
    result = run("generate", *flags, "--output=walk.webp", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    film = frames(tmp_path / "walk.webp")
    assert len(film) == 12
    model = keras.models.load_model(folder / "model.keras")
    np.testing.assert_array_equal(film[::4], model.generate(3, seed=3)[..., 0])
    latents = slerp(model.sample_latent(3, 3).numpy(), 12)
    np.testing.assert_array_equal(film, model.to_images(latents)[..., 0])
    assert run("generate", *flags, "--output=walk.gif", cwd=tmp_path).returncode == 0
    assert len(frames(tmp_path / "walk.gif")) == 12


def test_points_between_latents_are_as_long_as_latents():
    a, b = np.array([[3.0, 0.0]]), np.array([[0.0, 3.0]])
    made = slerp(np.concatenate([a, b]), 4)
    half = 3 / np.sqrt(2)
    np.testing.assert_allclose(made, [[3, 0], [half, half], [0, 3], [half, half]], atol=1e-5)
    same = slerp(np.ones((2, 5)), 6)  # no angle between them
    np.testing.assert_allclose(same, np.ones((6, 5)), atol=1e-5)


def test_truncated_latents_make_images_that_differ_less(folder, tmp_path):
    flags = [f"--model={folder / 'model.keras'}", "--count=9", "--seed=3"]
    spread = []
    for share in (1.0, 0.5, 0.0):
        options = [f"--truncation={share}", f"--output=at-{share:.0%}"]
        assert run("generate", *flags, *options, cwd=tmp_path).returncode == 0
        made = [picture(path) for path in sorted((tmp_path / f"at-{share:.0%}").iterdir())]
        spread.append(np.std(np.stack(made).astype(float), axis=0).mean())
    assert spread[0] > 1.3 * spread[1] and spread[2] == 0


def test_jpeg(folder, tmp_path):
    flags = [f"--model={folder / 'model.keras'}", "--count=4", "--seed=3"]
    assert run("generate", *flags, "--output=grid.jpg", cwd=tmp_path).returncode == 0
    assert run("generate", *flags, "--output=each", "--format=jpg", cwd=tmp_path).returncode == 0
    expected = keras.models.load_model(folder / "model.keras").generate(4, seed=3)[..., 0]
    for path, image in zip(sorted((tmp_path / "each").iterdir()), expected, strict=True):
        assert path.suffix == ".jpg"
        with Image.open(path, formats=["JPEG"]) as opened:
            assert np.abs(np.asarray(opened).astype(int) - image).mean() < 8
    with Image.open(tmp_path / "grid.jpg", formats=["JPEG"]) as opened:
        assert opened.size == (18, 18)


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
        (["--interpolate=4", "--output=x.png"], ["x.png", ".gif", "--interpolate"]),
        (["--output=x.gif"], ["x.gif", ".png, .jpg or .npy"]),
        (["--truncation=1.5"], ["--truncation"]),
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
