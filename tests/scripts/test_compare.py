"""`kerasgan compare`, as a user runs it."""

import csv
import re

import pytest
from PIL import Image
from processes import refuses, run

FLAGS = ["--dataset=digits", "--metrics=frechet,precision_recall", "--count=100", "--output=out"]
GAN = "--run=gan --epochs=2 --steps_per_epoch=2 --batch_size=20"


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """The folder of two settings with a seed, what was printed, and that of a second run."""
    folder = tmp_path_factory.mktemp("compared")
    flags = [*FLAGS, "--seeds=1", GAN, f"{GAN} --generator_learning_rate=0.01"]
    return folder / "out", *(run("compare", *flags, cwd=folder, forks=True) for _ in range(2))


def test_a_table_has_a_row_a_setting(compared):
    folder, first, _ = compared
    assert first.returncode == 0, first.stderr
    table = (folder / "table.md").read_text()
    assert first.stdout.endswith(table)
    names, _, *rows, _, facts = table.splitlines()
    assert names == "| run | seeds | frechet_distance | precision | recall | minutes |"
    assert [row.split(" | ")[:2] for row in rows] == [
        [f"| {GAN.removeprefix('--run=')}", "1"],
        [f"| {GAN.removeprefix('--run=')} --generator_learning_rate=0.01", "1"],
    ]
    distances = [float(row.split(" | ")[2]) for row in rows]
    assert distances[0] != distances[1] and min(distances) > 0
    assert re.fullmatch(
        "dataset digits, features digits_features_901d27aa, generated 100, real 100", facts
    )
    with Image.open(folder / "curves.png", formats=["PNG"]) as picture:
        assert len(picture.convert("RGB").getcolors(10**6)) > 100


def test_runs_are_those_of_the_commands(compared):
    folder, first, _ = compared
    runs = sorted(path.name for path in folder.iterdir() if path.is_dir())
    assert runs == [
        "gan-epochs=2-steps_per_epoch=2-batch_size=20",
        "gan-epochs=2-steps_per_epoch=2-batch_size=20-generator_learning_rate=0.01",
    ]
    assert first.stdout.count("\nkerasgan evaluate --dataset=digits --metrics=frechet") == 2
    with (folder / runs[0] / "seed0" / "times.csv").open() as file:
        times = list(csv.DictReader(file))
    assert [row["epoch"] for row in times] == ["0", "1"]
    assert all(float(row["seconds"]) > 0 for row in times)


def test_what_is_done_is_not_done_again(compared):
    folder, _, second = compared
    assert second.stdout == (folder / "table.md").read_text()


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ([], "give what to compare"),
        (["--run=gan", "--run=gan"], "one --run is there twice"),
        (["--run=gna"], "'gna' is none of gan, dcgan"),
        (["--run=gan --seed=3"], "--seed=3 is no flag of train that runs may differ in"),
        (["--run=gan epochs"], "epochs is no flag of train"),
        (["--run=gan '"], "No closing quotation"),
    ],
)
def test_wrong_settings_are_one_line(tmp_path, runs, words):
    assert refuses(run("compare", *FLAGS, *runs, cwd=tmp_path), words)
    assert not list(tmp_path.iterdir())


def test_a_failing_run_ends_it(tmp_path):
    result = run("compare", *FLAGS, "--run=gan --batch_size=1600", cwd=tmp_path, forks=True)
    assert result.returncode == 2
    first, last = result.stderr.splitlines()[-2:]
    assert first.startswith("error: ") and "1600" in first
    assert last.startswith("error: it ended with code 2: kerasgan train --dataset=digits")
