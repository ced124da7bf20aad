"""The scripts with models that know classes, as a user runs them."""

import csv
import json
import re

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image
from processes import NARROW, refuses, run
from test_scripts import TINY

import kerasgan
from kerasgan import models

SHAPE = (8, 8, 1)
# What the classifier below takes each digit for: 5 and 6 for one another, 7 for 8.
NAMED = [0, 1, 2, 3, 4, 6, 5, 8, 8, 9]


def picture(path):
    with Image.open(path, formats=["PNG"]) as file:
        return np.asarray(file)


def dense(inputs, outputs, weights):
    """A network that multiplies its flattened inputs with weights."""
    inputs = [keras.Input(shape) for shape in inputs]
    x = [layers.Flatten()(x) for x in inputs]
    x = layers.Concatenate()(x) if len(x) > 1 else x[0]
    x = layers.Dense(weights.shape[1], use_bias=False)(x)
    network = keras.Model(inputs if inputs[1:] else inputs[0], layers.Reshape(outputs)(x))
    network.set_weights([weights])
    return network


@pytest.fixture(scope="module")
def painter(tmp_path_factory):
    """The run of a model whose pixel 3 + k is bright in images of class k, and a classifier."""
    folder = tmp_path_factory.mktemp("painter")
    painted = 0.25 * np.eye(13, 64)
    model = models.ConditionalGAN(
        generator=dense([(3,), (10,)], SHAPE, painted),
        discriminator=dense([SHAPE, (10,)], (1,), np.linspace(-0.1, 0.1, 74)[:, None]),
        num_classes=10,
    )
    model.compile()
    (folder / "run").mkdir()
    model.save(folder / "run" / "model.keras")
    model.export(folder / "run" / "saved_model")
    dense([SHAPE], (10,), painted.T[:, 3:] @ np.eye(10)[NAMED]).save(folder / "judge.keras")
    return folder, model


def test_train_by_class(tmp_path):
    flags = [*TINY, "--model=cgan", "--epochs=1", "--workdir=run"]
    result = run("train", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    model = keras.models.load_model(tmp_path / "run" / "model.keras")
    assert isinstance(model, models.ConditionalGAN) and model.num_classes == 10
    grid = picture(tmp_path / "run" / "samples" / "epoch-00001.png")
    assert grid.shape == (10 * 8 + 9 * 2, 7 * 8 + 6 * 2)  # a row for each digit
    eights = model.generate(7, labels=8, seed=0)  # the grid's latents
    np.testing.assert_array_equal(
        grid[8 * 10 : 8 * 10 + 8], kerasgan.data.image_grid(eights, 7)[..., 0]
    )


def test_train_semi_supervised(tmp_path):
    result = run(
        NARROW, "train", *TINY, "--model=sgan", "--epochs=2", "--workdir=run", cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    with (tmp_path / "run" / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    test = kerasgan.data.load_images("digits", SHAPE, split="test")
    model = keras.models.load_model(tmp_path / "run" / "model.keras")
    accuracy = np.mean(model.classify(test.images).argmax(axis=1) == test.labels)
    assert float(rows[1]["val_accuracy"]) == pytest.approx(accuracy, abs=1e-6)
    assert 0 <= float(rows[0]["val_accuracy"]) <= 1

    # The best of all epochs, those before and after an interruption.
    flags = [*TINY, "--model=sgan", "--epochs=4", "--workdir=run", "--resume"]
    result = run(NARROW, "train", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    with (tmp_path / "run" / "history.csv").open() as file:
        best = max(float(row["val_accuracy"]) for row in csv.DictReader(file))
    model = keras.models.load_model(tmp_path / "run" / "best.keras")
    accuracy = np.mean(model.classify(test.images).argmax(axis=1) == test.labels)
    assert accuracy == pytest.approx(best, abs=1e-6)

    model.save(tmp_path / "judge.keras")
    flags = ["--model=run", "--dataset=digits", "--classifier=judge.keras"]
    refused = run("evaluate", *flags, cwd=tmp_path)
    assert refuses(refused, "--classifier", "by class or code", "SemiSupervisedGAN")


def test_evaluate_with_a_classifier(painter):
    folder, model = painter
    flags = ["--model=run", "--dataset=digits", "--classifier=judge.keras", "--count=25"]
    result = run("evaluate", *flags, "--seed=4", "--output=values.json", cwd=folder)
    assert result.returncode == 0, result.stderr
    first, *measures, judged, as_asked, assigned, _ = result.stdout.splitlines()

    assert first == "297 test images of digits:"
    test = kerasgan.data.load_images("digits", split="test")
    expected = model.evaluate(test.images, test.labels, batch_size=100, verbose=0, return_dict=True)
    found = {name: float(value) for name, value in map(str.split, measures)}
    assert found == pytest.approx(expected, abs=1e-3)

    assert judged == "25 generated images, as the classifier names them:"
    _, asked = model.sample_labelled(25, seed=4)
    counts = np.bincount(asked, minlength=10)
    assert 0 in counts and 0 < counts[7] != counts[8] > 0  # the seed was chosen so

    whole, by_class = parse(as_asked, "as asked")
    right = [label for label in range(10) if counts[label] and NAMED[label] == label]
    assert whole == pytest.approx(100 * counts[right].sum() / 25, abs=0.01)
    expected = {label: (label, 100.0 if label in right else 0.0) for label in range(10)}
    assert by_class == expected
    # 7 or 8, whichever was asked for more often, is given 8, and the other one what is left.
    whole, by_class = parse(assigned, "as best assigned")
    loser = 7 if counts[7] < counts[8] else 8
    assert whole == pytest.approx(100 - 100 * counts[loser] / 25, abs=0.01)
    written = json.loads((folder / "values.json").read_text())
    assert written["judged"] == {
        "as_asked": counts[right].sum() / 25,
        "as_best_assigned": 1 - counts[loser] / 25,
    }
    assert written["test"] == pytest.approx(found, abs=1e-3) and written["values"] == {}
    there = {label: pair for label, pair in by_class.items() if counts[label] and label != loser}
    assert there == {label: (NAMED[label], 100.0) for label in there}
    assert len(by_class) == 10 and by_class[loser][1] == 0


def parse(line, head):
    """The share of all images, and label -> (name, share)."""
    whole, by_class = re.fullmatch(rf"  {head} ([\d.]+)%; (.*)", line).groups()
    parts = re.findall(r"(\d+) as (\d+) ([\d.]+)%", by_class)
    return float(whole), {int(label): (int(name), float(share)) for label, name, share in parts}


def test_generate_by_label(painter, tmp_path):
    folder, model = painter
    expected = kerasgan.data.image_grid(model.generate(5, [3, 7, 3, 7, 3], seed=2))[..., 0]
    for source in ("run", "run/saved_model"):
        flags = [f"--model={folder / source}", "--labels=3,7", "--count=5", "--seed=2"]
        output = tmp_path / f"{len(source)}.png"
        result = run("generate", *flags, "--batch_size=2", f"--output={output}", cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        np.testing.assert_array_equal(picture(output), expected)
        refused = run("generate", f"--model={folder / source}", "--labels=1,99", cwd=tmp_path)
        assert refuses(refused, "labels", "[0, 10)" if source == "run" else "99")


def test_wrong_input_is_told_in_one_line(painter, tmp_path):
    folder, _ = painter
    models.GAN(
        generator=dense([(3,)], SHAPE, np.zeros((3, 64))),
        discriminator=dense([SHAPE], (1,), np.zeros((64, 1))),
    ).save(tmp_path / "gan.keras")
    np.savez(tmp_path / "unlabelled.npz", x=np.zeros((128, 8, 8, 1), np.uint8))
    judge = f"--classifier={folder / 'run' / 'model.keras'}"
    for script, flags, words in [
        ("generate", [f"--model={folder / 'run'}", "--labels=cat"], ["--labels", "'cat'"]),
        ("generate", ["--model=gan.keras", "--labels=1"], ["gan.keras", "GAN", "no --labels"]),
        ("train", ["--model=cgan", "--dataset=unlabelled.npz"], ["unlabelled", "no labels"]),
        (
            "evaluate",
            [f"--model={folder / 'run'}", "--dataset=digits", judge],
            ["model.keras takes", "(8, 8, 1)"],
        ),
    ]:
        assert refuses(run(script, *flags, cwd=tmp_path), *words)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["gan.keras", "unlabelled.npz"]
