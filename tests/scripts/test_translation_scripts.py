"""The scripts with models that make images of images, as a user runs them."""

import csv
import json
import re
import shutil

import keras
import numpy as np
import pytest
from PIL import Image
from processes import NARROW, refuses, run

from kerasgan import data, models


def network(channels=3, output_channels=3, scale=1, sign=1.0, name=None):
    """A generator that repeats pixels, or their negatives."""
    images = keras.Input((None, None, channels))
    x = keras.layers.UpSampling2D(scale)(images) if scale > 1 else images
    kernel = keras.initializers.Constant(sign / channels)
    x = keras.layers.Conv2D(output_channels, 1, use_bias=False, kernel_initializer=kernel)(x)
    return keras.Model(images, x, name=name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Models in files, and the pictures of a user."""
    folder = tmp_path_factory.mktemp("translation")
    judges = {f"discriminator_{x}": network(3, 1, name=f"discriminator_{x}") for x in "ab"}
    cyclegan = models.CycleGAN(
        (16, 16, 3),
        network(sign=-1.0, name="generator_ab"),
        network(name="generator_ba"),
        **judges,
        history_size=1,
    )
    srgan = models.SRGAN((16, 16, 3), 2, network(scale=2), adversarial_weight=0.0)
    simgan = models.SimGAN((16, 16, 3), network(sign=-1.0), network(3, 1), history_size=0)
    for name, model in (("cyclegan", cyclegan), ("srgan", srgan), ("simgan", simgan)):
        model.compile()
        model.save(folder / f"{name}.keras")
        model.export(folder / name)
    (folder / "half.keras").write_bytes((folder / "srgan.keras").read_bytes()[:999])
    pictures = folder / "pictures"
    (pictures / "more").mkdir(parents=True)
    Image.new("L", (40, 24), 200).save(pictures / "grey.png")
    Image.new("RGB", (30, 20), (90, 90, 90)).save(pictures / "more" / "one.jpg")
    Image.new("RGB", (20, 20), (60, 60, 60)).save(pictures / "more" / "one.png")
    (pictures / "broken.jpg").write_bytes(b"no picture")
    return folder


def found(folder):
    """(width, height, red) of the pictures in a folder."""
    pictures = {}
    for path in sorted(folder.rglob("*.png")):
        with Image.open(path, formats=["PNG"]) as image:
            pictures[str(path.relative_to(folder))] = (*image.size, image.getpixel((3, 3))[0])
    return pictures


def test_translating_a_folder_of_pictures(folder, tmp_path):
    arguments = [f"--input={folder}/pictures", f"--output={tmp_path}/made"]
    result = run("generate", f"--model={folder}/cyclegan.keras", *arguments, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "3 pictures in" in result.stdout and "4/4" in result.stdout
    assert "\b" not in result.stdout  # no bar is drawn into a pipe
    assert "broken.jpg" in result.stderr
    # Scaled to the side of 16 that the model was trained on, and negative.
    assert found(tmp_path / "made") == {
        "grey.png": (27, 16, 55),
        "more/one.png": (24, 16, 165),
        "more/one.png.png": (16, 16, 195),
    }
    assert refuses(
        run("generate", f"--model={folder}/cyclegan.keras", *arguments, cwd=tmp_path), "exists"
    )


def test_translating_back_with_a_saved_model_at_any_size(folder, tmp_path):
    result = run(
        "generate",
        f"--model={folder}/cyclegan",
        "--direction=b_to_a",
        f"--input={folder}/pictures",
        f"--output={tmp_path}/made",
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert found(tmp_path / "made")["grey.png"] == (40, 24, 200)


@pytest.mark.parametrize("model, size", [("simgan", (40, 24)), ("simgan.keras", (27, 16))])
def test_refining_a_folder_of_pictures(folder, tmp_path, model, size):
    result = run(
        "generate",
        f"--model={folder}/{model}",
        f"--input={folder}/pictures",
        f"--output={tmp_path}/made",
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert found(tmp_path / "made")["grey.png"] == (*size, 55)


@pytest.mark.parametrize("model", ["srgan", "srgan.keras"])
def test_making_a_folder_of_pictures_larger(folder, tmp_path, model):
    result = run(
        "generate",
        f"--model={folder}/{model}",
        f"--input={folder}/pictures",
        f"--output={tmp_path}/made",
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert found(tmp_path / "made")["grey.png"] == (80, 48, 200)
    assert found(tmp_path / "made")["more/one.png"] == (60, 40, 90)


def test_evaluation_of_super_resolution_beside_bicubic(folder, tmp_path):
    result = run("evaluate", f"--model={folder}/srgan.keras", "--dataset=photos", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    values = {
        name: float(value)
        for name, value in (line.rsplit(maxsplit=1) for line in result.stdout.splitlines()[1:])
    }
    assert 15 < values["  psnr"] < values["  bicubic psnr"] < 45  # it only repeats grey pixels
    assert values["  bicubic sharpness"] < values["  sharpness of the targets"]


def test_a_classifier_judges_translations(folder, tmp_path):
    rng = np.random.default_rng(0)
    # A is dark, B bright; the classifier tells which.
    for domain, level in (("A", 40), ("B", 210)):
        (tmp_path / "set" / f"test{domain}").mkdir(parents=True)
        for i in range(3):
            pixels = np.uint8(level + rng.integers(-20, 20, (16, 16, 3)))
            data.save_image(tmp_path / "set" / f"test{domain}" / f"{i}.png", pixels)
    images = keras.Input((16, 16, 3))
    classifier = keras.Model(
        images, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(images))
    )
    classifier.set_weights([np.array([[-1, 1]] * 3), np.zeros(2)])
    classifier.save(tmp_path / "judge.keras")
    result = run(
        "evaluate",
        f"--model={folder}/cyclegan.keras",
        f"--dataset={tmp_path}/set",
        f"--classifier={tmp_path}/judge.keras",
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert "3 images of A: 100.00% A; translated: 100.00% B" in result.stdout
    assert "3 images of B: 100.00% B; translated: 0.00% A" in result.stdout  # it changes nothing


def test_super_resolution_from_pre_training_to_the_game(tmp_path):
    small = ["--image_size=32", "--epochs=1", "--steps_per_epoch=2", "--batch_size=2"]
    result = run(NARROW, "train", "--model=srresnet", *small, "--workdir=first", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "discriminator" not in result.stdout
    flags = ["--model=srgan", *small, "--pretrained=first", "--workdir=then"]
    result = run(NARROW, "train", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    first, then = (keras.models.load_model(tmp_path / x / "model.keras") for x in ("first", "then"))
    distances = [
        np.abs(a - b).max()
        for a, b in zip(first.generator.get_weights(), then.generator.get_weights(), strict=True)
    ]
    # Two steps of Adam with a rate of 1e-4 from there; batch statistics move faster.
    assert 0 < np.median(distances) < 1e-3
    with (tmp_path / "then" / "history.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert float(row["val_psnr"]) > 5 and float(row["discriminator_loss"]) > 0
    with Image.open(tmp_path / "then" / "samples" / "epoch-00001.png", formats=["PNG"]) as panels:
        assert panels.size == (3 * 32 + 4, 4 * 32 + 6)
    assert refuses(
        run(
            "train",
            "--model=srgan",
            *small,
            "--small=false",
            "--pretrained=first",
            "--workdir=other",
            cwd=tmp_path,
        ),
        "holds another generator",
    )


def test_pix2pix_on_a_folder_of_pairs(tmp_path):
    rng = np.random.default_rng(0)
    for split in ("train", "test"):
        (tmp_path / "pairs" / split).mkdir(parents=True)
        for i in range(3):
            pixels = rng.integers(0, 256, (40, 80, 3), dtype=np.uint8)
            data.save_image(tmp_path / "pairs" / split / f"{i}.png", pixels)
    flags = [
        "--model=pix2pix",
        "--dataset=pairs",
        "--direction=b_to_a",
        "--image_size=32",
        "--small",
        "--epochs=1",
        "--workdir=run",
    ]
    result = run(NARROW, "train", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    recipe = json.loads((tmp_path / "run" / "recipe.json").read_text())
    assert recipe["direction"] == "b_to_a" and recipe["small"]
    with Image.open(tmp_path / "run" / "samples" / "epoch-00001.png", formats=["PNG"]) as panels:
        assert panels.size == (3 * 32 + 4, 3 * 32 + 4)
        shown = np.asarray(panels)[:32, :32]
    with Image.open(tmp_path / "pairs" / "test" / "0.png", formats=["PNG"]) as picture:
        right = picture.crop((40, 0, 80, 40)).resize((32, 32), Image.Resampling.BICUBIC)
        np.testing.assert_array_equal(shown, np.asarray(right))
    (row,) = csv.DictReader((tmp_path / "run" / "history.csv").open())
    assert float(row["val_l1"]) > 0
    # The file is evaluated as its run was.
    for model in ("run", "run/model.keras"):
        result = run("evaluate", f"--model={model}", "--dataset=pairs", cwd=tmp_path)
        assert f"  l1 {float(row['val_l1']):.4f}" in result.stdout, result.stderr
    # A file alone does not know.
    shutil.copy(tmp_path / "run" / "model.keras", tmp_path / "alone.keras")
    evaluate = ["evaluate", "--model=alone.keras", "--dataset=pairs"]
    for direction, same in (("b_to_a", True), ("a_to_b", False)):
        result = run(*evaluate, f"--direction={direction}", cwd=tmp_path)
        assert (f"  l1 {float(row['val_l1']):.4f}" in result.stdout) == same, result.stderr
        assert result.returncode == 0


def test_what_was_trained_on_edges_is_given_edges(tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "mine").mkdir()
    photo = Image.fromarray(rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)).resize((16, 16))
    photo.save(tmp_path / "mine" / "photo.png")
    model = models.Pix2Pix((16, 16, 1), 3, network(1, 3), adversarial_weight=0.0)
    model.compile()
    model.save(tmp_path / "model.keras")
    options = {"model": "pix2pix", "direction": "a_to_b", "edges": True, "dataset": "mine"}
    (tmp_path / "recipe.json").write_text(json.dumps(options))
    flags = ["--model=model.keras", "--input=mine", "--output=made"]
    result = run("generate", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    with Image.open(tmp_path / "made" / "photo.png", formats=["PNG"]) as made:
        expected = model.translate(data.edge_map(np.asarray(photo))[None])[0]
        np.testing.assert_array_equal(np.asarray(made), expected)


@pytest.mark.parametrize(
    "script, flags, words",
    [
        ("generate", ["--model=cyclegan.keras"], ["CycleGAN", "--input"]),
        ("generate", ["--model=cyclegan.keras", "--input=none", "--output=x"], ["--input=none"]),
        ("generate", ["--model=srgan.keras", "--input=pictures", "--output=x.png"], ["a folder"]),
        ("train", ["--model=dcgan", "--direction=b_to_a"], ["--direction", "dcgan takes none"]),
        ("train", ["--model=wgan", "--small"], ["wgan has no small networks"]),
        (
            "train",
            ["--model=srresnet", "--small", "--discriminator_learning_rate=1e-4"],
            ["--discriminator_learning_rate", "no discriminator"],
        ),
        (
            "evaluate",
            ["--model=cyclegan.keras", "--dataset=x", "--direction=b_to_a"],
            ["--direction is for pix2pix", "CycleGAN"],
        ),
        ("export", ["--model=half.keras", "--output=x"], ["half.keras is incomplete"]),
        ("train", ["--model=dcgan", "--held_out=pictures"], ["--held_out", "dcgan is not"]),
        ("train", ["--model=cyclegan", "--dataset=pictures"], ["trainA and trainB"]),
        ("train", ["--model=pix2pix", "--dataset=mnist"], ["must be a folder of pictures"]),
    ],
)
def test_wrong_input_is_told_in_one_line(folder, script, flags, words):
    assert refuses(run(script, *flags, cwd=folder), *words)


def test_training_on_refined_images(folder, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (80, 16, 16, 1), dtype=np.uint8)
    np.savez(tmp_path / "made.npz", x_train=images, y_train=np.arange(80) % 10)
    flags = ["--dataset=digits", "--synthetic=made.npz", "--epochs=1"]
    refused = run("train_on_refined", f"--model={folder}/srgan.keras", *flags, cwd=tmp_path)
    assert refuses(refused, "holds a SRResNet, but no SimGAN")
    model = models.SimGAN((16, 16, 1), network(1, 1), network(1, 1), history_size=0)
    model.save(tmp_path / "simgan.keras")
    result = run("train_on_refined", "--model=simgan.keras", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "80 refined images, changed by 0.000" in result.stdout
    one, other = re.findall(r"trained on .* images: (.*%) of 297 real ones right", result.stdout)
    assert one == other  # this refiner changes nothing
