"""Filling holes with small models, as a user runs it."""

import numpy as np
import pytest
from PIL import Image
from processes import refuses, run
from test_labelled_scripts import SHAPE, dense, picture

from kerasgan import models
from kerasgan.data import centre_mask


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two models, three pictures, a mask."""
    folder = tmp_path_factory.mktemp("inpaint")
    patterns = np.random.default_rng(0).uniform(-0.2, 0.2, (12, 64))
    models.GAN(
        generator=dense([(2,)], SHAPE, patterns[:2]),
        discriminator=dense([SHAPE], (1,), np.zeros((64, 1))),
    ).save(folder / "gan.keras")
    models.ConditionalGAN(
        generator=dense([(2,), (10,)], SHAPE, patterns),
        discriminator=dense([SHAPE, (10,)], (1,), np.zeros((74, 1))),
        num_classes=10,
    ).save(folder / "cgan.keras")
    half = SHAPE[0] // 2, SHAPE[1] // 2, 1
    models.ContextEncoder(
        holes=models.holes.Centre(overlap=1),
        generator=dense([SHAPE], half, np.full((64, 16), 0.01)),
        discriminator=dense([half], (1,), np.zeros((16, 1))),
    ).save(folder / "encoder.keras")
    (folder / "pictures" / "more").mkdir(parents=True)
    for i, name in enumerate(["a.png", "b.bmp", "more/c.png"]):
        pixels = np.random.default_rng(i).integers(0, 256, SHAPE[:2], dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "pictures" / name)
    mask = np.zeros((16, 16), np.uint8)  # resized to the pictures' size
    mask[:4, 8:] = 255
    Image.fromarray(mask).save(folder / "mask.png")
    return folder


def inpaint(folder, tmp_path, model, *flags):
    options = [f"--model={folder / model}", f"--input={folder / 'pictures'}"]
    return run("inpaint", *options, *flags, cwd=tmp_path)


def test_pictures_are_filled_and_elsewhere_as_they_were(folder, tmp_path):
    corner = np.zeros(SHAPE[:2], bool)
    corner[:2, 4:] = True
    masks = {str(folder / "mask.png"): corner, "centre": centre_mask(SHAPE)}
    for mask, hole in masks.items():
        flags = [f"--mask={mask}", "--steps=3", "--restarts=2", f"--output={hole.sum()}"]
        result = inpaint(folder, tmp_path, "gan.keras", *flags)
        assert result.returncode == 0, result.stderr
        assert result.stdout.endswith(f"3 pictures in {hole.sum()}\n")
        for i, name in enumerate(["a.png", "b.png", "more/c.png"]):
            filled = picture(tmp_path / str(hole.sum()) / name)
            pixels = np.random.default_rng(i).integers(0, 256, SHAPE[:2], dtype=np.uint8)
            np.testing.assert_array_equal(filled[~hole], pixels[~hole])
            assert (filled[hole] != pixels[hole]).mean() > 0.8


def test_a_context_encoder_fills_the_hole_that_it_knows(folder, tmp_path):
    result = inpaint(folder, tmp_path, "encoder.keras", "--output=filled")
    assert result.returncode == 0, result.stderr
    filled = picture(tmp_path / "filled" / "a.png")
    pixels = np.random.default_rng(0).integers(0, 256, SHAPE[:2], dtype=np.uint8)
    hole = centre_mask(SHAPE, margin=1)
    np.testing.assert_array_equal(filled != pixels, hole)


def test_one_picture_of_all_steps_for_models_of_classes(folder, tmp_path):
    flags = ["--mask=random", "--labels=3", "--steps=2", "--count=2", "--output=sheet.png"]
    result = inpaint(folder, tmp_path, "cgan.keras", *flags)
    assert result.returncode == 0, result.stderr
    sheet = picture(tmp_path / "sheet.png")
    assert sheet.shape == (2 * 8 + 2, 4 * 8 + 6)
    grey = (sheet[:8, :8] == 128).mean()
    assert 0.15 < grey < 0.4  # a fifth to three tenths


@pytest.mark.parametrize(
    "model, flags, words",
    [
        ("gan.keras", ["--mask=middle"], ["--mask=middle", "centre, random or a picture"]),
        ("gan.keras", ["--labels=3"], ["a GAN", "no --labels"]),
        ("cgan.keras", [], ["a ConditionalGAN", "wants --labels"]),
        ("cgan.keras", ["--labels=3,4"], ["2 of 3 pictures"]),
        ("cgan.keras", ["--labels=11"], ["[0, 10)"]),
        ("gan.keras", ["--output=x.gif"], ["x.gif", ".png or .jpg"]),
        ("encoder.keras", [], ["a ContextEncoder", "searches nothing", "--steps"]),
    ],
)
def test_what_cannot_be_is_told_in_one_line(folder, tmp_path, model, flags, words):
    assert refuses(inpaint(folder, tmp_path, model, "--steps=1", *flags), *words)
    assert not any(tmp_path.iterdir())
