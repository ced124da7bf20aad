"""Pictures of styles of a small model, as a user makes them."""

import keras
import numpy as np
import pytest
from keras.models import load_model
from PIL import Image
from processes import refuses, run

from kerasgan import models, networks
from zoo.measuring import class_changes

SHAPE = (8, 8, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("styles")
    sizes = {"base": 32, "maximum": 8, "seed": 0}
    model = models.StyleGAN2(
        SHAPE,
        mapping=networks.stylegan.mapping(5, 7, 2, seed=0),
        synthesis=networks.stylegan2.synthesis(SHAPE, 7, **sizes),
        discriminator=networks.stylegan2.discriminator(SHAPE, **sizes),
    )
    for layer in model.sampler.layers[-1].layers:
        if layer.name.startswith("learned_noise"):
            layer.strength.assign([0.5])
    model.save(folder / "model.keras")
    models.GAN(SHAPE, 2).save(folder / "gan.keras")
    return folder


def cells(path, columns):
    picture = np.asarray(Image.open(path, formats=["PNG"]))
    rows = [picture[i : i + 8] for i in range(0, len(picture), 10)]
    assert len({row.shape for row in rows}) == 1 and rows[0].shape[1] == 10 * columns - 2
    return [[row[:, j : j + 8] for j in range(0, row.shape[1], 10)] for row in rows]


def test_it_shows_mixing_truncation_and_noise(folder):
    flags = [
        "--classifier=digits",
        "--rows=2",
        "--columns=3",
        "--seed=4",
        f"--output={folder}/made",
    ]
    result = run("styles", f"--model={folder}/model.keras", *flags, cwd=folder)
    assert result.returncode == 0, result.stderr
    assert "Of 1000 images" in result.stdout
    model = load_model(folder / "model.keras")
    mixing = cells(folder / "made" / "mixing.png", 4)
    one = model.generate(1, seed=4)[0, ..., 0]
    np.testing.assert_array_equal(mixing[1][0], one)
    np.testing.assert_array_equal(mixing[0][3], model.generate(1, seed=8)[0, ..., 0])
    np.testing.assert_array_equal(mixing[2][1], model.mix([5], [6], layer=2)[0, 0, ..., 0])
    truncation = cells(folder / "made" / "truncation.png", 7)
    np.testing.assert_array_equal(truncation[0][-1], one)
    np.testing.assert_array_equal(truncation[0][3], truncation[1][3])  # both are the average
    noise = cells(folder / "made" / "noise.png", 5)
    np.testing.assert_array_equal(noise[0][0], one)
    assert (noise[0][1] != noise[0][2]).any()
    assert noise[0][4].max() == 255


def test_truncation_and_walks_are_those_of_styles(folder):
    model = load_model(folder / "model.keras")
    model.w_average.assign(np.linspace(-1, 1, 7))
    model.save(folder / "moved.keras")
    model.export(folder / "served")
    latents = model.sample_latent(2, seed=3)
    expected = {
        "--truncation=0.5": model.generate(2, seed=3, truncation=0.5),
        "--interpolate=3": model.interpolate(latents, 6),
    }
    for source in ("moved.keras", "served"):
        for flag, images in expected.items():
            output = folder / f"{source}{flag}{'.gif' if 'inter' in flag else '.npy'}"
            flags = [flag, f"--model={folder / source}", "--count=2", "--seed=3"]
            result = run("generate", *flags, f"--output={output}", cwd=folder)
            assert result.returncode == 0, result.stderr
            if output.suffix == ".npy":
                np.testing.assert_array_equal(np.load(output), images)
            else:
                with Image.open(output, formats=["GIF"]) as film:
                    assert film.n_frames == 6
                    film.seek(4)
                    shown = np.asarray(film.convert("L"))
                assert np.abs(shown.astype(int) - images[4, ..., 0]).max() <= 2


def test_classes_change_with_the_styles_that_decide_them():
    class Styled:
        def sample_latent(self, count, seed):
            return np.random.default_rng(seed).integers(0, 2, (count, 1))

        def map(self, latents):
            return np.repeat(latents[:, None].astype("float32"), 2, axis=1)

        def synthesize(self, styles):  # the first layer alone decides
            return np.broadcast_to(255 * styles[:, :1, None], (len(styles), 4, 4, 1)).astype(
                "uint8"
            )

    images = keras.Input((4, 4, 1))
    outputs = keras.layers.Concatenate()([1 - images[:, 0, 0], 1 + images[:, 0, 0]])
    coarse, fine = class_changes(Styled(), keras.Model(images, outputs), 1, seed=0, count=100)
    assert 0.4 < coarse < 0.6 and fine == 0


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--model={}/gan.keras"], ["GAN", "no styles", "stylegan2"]),
        (["--model={}/model.keras", "--layer=9"], ["layer", "[0, 4]", "9"]),
        (["--model={}/model.keras", "--output={}"], ["{}"]),
    ],
)
def test_what_cannot_be_shown_is_one_line(folder, flags, told, tmp_path):
    flags = [f"--output={tmp_path}/made", *(flag.format(folder) for flag in flags)]
    assert refuses(run("styles", *flags, cwd=tmp_path), *(word.format(folder) for word in told))
    assert not (tmp_path / "made").exists()
