"""`kerasgan reproduce`, as a user runs it, and what scripts/make_preset.py writes."""

import json
import pathlib

import keras
import numpy as np
import pytest
from keras import layers
from processes import refuses, run

from kerasgan import models
from kerasgan.engine import presets
from zoo import reproducing, results
from zoo.presets import PRESETS

SHAPE = (8, 8, 1)
CARD = {
    "train": "kerasgan train --model=cgan --dataset=digits --image_size=8 --epochs=1 "
    "--steps_per_epoch=2 --batch_size=20",
    "evaluate": "kerasgan evaluate --dataset=digits --metrics=frechet --classifier=digits "
    "--count=50",
    "minutes": 0.1,
    "tolerance": {"frechet_distance": 1e9},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a preset, whose card lacks the values."""
    root = tmp_path_factory.mktemp("reproduced")
    inputs = [keras.Input((3,)), keras.Input((10,))]
    x = layers.Dense(64, use_bias=False)(layers.Concatenate()(inputs))
    generator = keras.Model(inputs, layers.Reshape(SHAPE)(x))
    images = [keras.Input(SHAPE), keras.Input((10,))]
    x = layers.Dense(1)(layers.Concatenate()([layers.Flatten()(images[0]), images[1]]))
    discriminator = keras.Model(images, x)
    model = models.ConditionalGAN(generator=generator, discriminator=discriminator, num_classes=10)
    model.save_to_preset(root / "tiny", CARD)
    return root


def describe(folder, **facts):
    presets.describe(folder, presets.metadata(folder) | facts)


def test_a_preset_is_measured_and_compared_with_its_card(folder):
    card = folder / "tiny"
    refused = run("reproduce", "tiny", "--evaluate_only", cwd=folder, forks=True)
    assert refuses(refused, "tiny", "'measured'")

    describe(card, measured={"frechet_distance": 1.0, "as_asked": 2.0})
    result = run("reproduce", "tiny", "--evaluate_only", cwd=folder, forks=True)
    assert result.returncode == 1
    assert result.stderr.endswith("frechet_distance, as_asked: not as on the card of tiny\n")
    written = json.loads((folder / "reproduced" / "tiny" / "values.json").read_text())
    found = written["values"] | {"as_asked": written["judged"]["as_asked"]}
    assert found["frechet_distance"] > 10 and 0 <= found["as_asked"] <= 0.5
    rows = [line.split() for line in result.stdout.splitlines()[-2:]]
    assert [(row[0], float(row[2]), row[3]) for row in rows] == [
        (name, pytest.approx(value, abs=1e-4), "NOT") for name, value in found.items()
    ]

    describe(card, measured=found)
    result = run("reproduce", "tiny", "--evaluate_only", cwd=folder, forks=True)
    assert result.returncode == 0, result.stderr


def test_a_preset_is_trained_anew(folder):
    describe(folder / "tiny", measured={"frechet_distance": 1.0})
    result = run("reproduce", "tiny", "--output=anew", cwd=folder, forks=True)
    assert result.returncode == 0, result.stderr
    model = models.ConditionalGAN.from_preset(folder / "anew" / "preset")
    trained = keras.models.load_model(folder / "anew" / "run" / "model.keras")
    made = [each.generate(4, labels=3, seed=1).astype(int) for each in (model, trained)]
    assert np.abs(made[0] - made[1]).max() <= 1
    assert "  frechet_distance " in result.stdout and "minutes; on the card 0.1" in result.stdout


def test_data_are_where_the_flag_says_and_files_of_others_stay(folder):
    describe(folder / "tiny", measured={"frechet_distance": 1.0})
    flags = "reproduce", "tiny", "--evaluate_only"
    result = run(*flags, "--dataset=nowhere", cwd=folder, forks=True)
    assert result.returncode == 2 and "nowhere" in result.stderr.splitlines()[0]
    (folder / "mine").mkdir()
    (folder / "mine" / "values.json").write_text('{"mine": 1}')
    refused = run(*flags, "--output=mine", cwd=folder, forks=True)
    assert refuses(refused, "values.json", "no earlier result")
    assert (folder / "mine" / "values.json").read_text() == '{"mine": 1}'


def test_wrong_names(tmp_path):
    assert refuses(run("reproduce", cwd=tmp_path, forks=True), "name of one preset")
    assert refuses(run("reproduce", "none", cwd=tmp_path, forks=True), "no preset 'none'")


def test_values_are_near_a_card_or_not():
    lines, far = reproducing.differences(
        {"a": 1.0, "b": 2.0, "c": 3.0}, {"a": 1.4, "b": 2.6, "c": 9.0}, {"a": 0.5, "b": 0.5}
    )
    assert far == ["b"] and len(lines) == 4
    assert lines[1].split() == ["a", "1.0000", "1.4000", "within", "0.5"]
    assert lines[2].split() == ["b", "2.0000", "2.6000", "NOT", "within", "0.5"]
    assert lines[3].split() == ["c", "3.0000", "9.0000"]


def test_the_page_of_results_is_that_of_the_cards():
    page = pathlib.Path(__file__).parents[2] / "docs" / "results.md"
    assert page.read_text(encoding="utf-8") == results.text()


def test_each_preset_is_made_as_its_card_says():
    for name, card in models.AdversarialModel.presets.items():
        preset = PRESETS[name]
        for part in ("description", "data", "limits", "train", "evaluate", "tolerance", "picture"):
            assert card[part] == getattr(preset, part), (name, part)
        assert card["measured"].keys() >= preset.tolerance.keys(), name
