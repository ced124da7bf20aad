"""The script that trains classifiers, as a user runs it."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from PIL import Image
from processes import refuses, run

from kerasgan import data
from kerasgan.metrics import classifiers

# What a user has who has Keras, but not kerasgan.
JUDGE = """
import sys
import keras
import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
images = np.rint(digits.images[-297:, ..., None] * 255 / 16) / 127.5 - 1
model = keras.models.load_model(sys.argv[1])
logits = model(images.astype("float32")).numpy()
assert logits.dtype == "float32" and logits.shape == (297, 10), logits
assert (logits.min(axis=1) < 0).any()
assert model.get_layer("features").output.shape == (None, 64)
assert "kerasgan" not in sys.modules
print(f"{np.mean(logits.argmax(axis=1) == digits.target[-297:]):.2%}")
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two epochs of digits."""
    file = tmp_path_factory.mktemp("trained") / "new" / "digits.keras"
    result = run("train_classifier", "--epochs=2", f"--output={file}", cwd=file.parent.parent)
    assert result.returncode == 0, result.stderr
    return file, result


def test_the_file_classifies_as_well_without_kerasgan(trained, tmp_path):
    file, result = trained
    code = [sys.executable, "-c", JUDGE, str(file)]
    found = subprocess.run(code, cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    line = result.stdout.splitlines()[-1]
    assert line == f"Test accuracy {found.stdout.strip()} on 297 images: {file}"
    assert float(found.stdout.strip().rstrip("%")) > 80


def test_a_file_is_not_overwritten(trained):
    file, _ = trained
    before = file.read_bytes()
    assert refuses(run("train_classifier", f"--output={file}", cwd=file.parent), "exists")
    assert file.read_bytes() == before


def write_pictures(root, folders):
    pixels = np.random.default_rng(0).integers(0, 256, (4, 10, 12), dtype=np.uint8)
    for folder in folders:
        (root / folder).mkdir(parents=True)
        for i, picture in enumerate(pixels):
            Image.fromarray(picture).save(root / folder / f"{i}.png")


def test_own_pictures(tmp_path):
    write_pictures(tmp_path / "own", ["train/cat", "train/dog", "test/cat", "test/dog"])
    flags = ["--dataset=own", "--image_size=8x9", "--batch_size=4", "--epochs=1"]
    result = run("train_classifier", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    model = keras.models.load_model(tmp_path / "runs" / "classifier-own.keras")
    assert model.input_shape == (None, 8, 9, 3)  # as train.py trains on own pictures
    assert model.output_shape == (None, 2)


def test_wrong_input_is_told_in_one_line(tmp_path):
    write_pictures(tmp_path / "unlabelled", ["train", "test"])
    write_pictures(tmp_path / "other", ["train/cat", "train/dog", "test/cat", "test/eel"])
    images = np.zeros((4, 8, 8, 1), np.uint8)
    labels = {"y_train": [0, 0, 1, 1], "y_test": [0, 1, 2, 2]}
    np.savez(tmp_path / "more.npz", x_train=images, x_test=images, **labels)
    before = sorted(tmp_path.iterdir())
    for flags, words in [
        (["--dataset=unlabelled"], ["unlabelled", "no labels"]),
        (["--dataset=other"], ["dog", "eel"]),
        (["--dataset=more.npz"], ["from 0 to 2", "to 1"]),
        (["--output=model.h5"], ["model.h5", ".keras"]),
    ]:
        assert refuses(run("train_classifier", *flags, cwd=tmp_path), *words)
    assert sorted(tmp_path.iterdir()) == before


def test_weights_alone_are_what_the_metrics_bring(tmp_path):
    file = tmp_path / "digits.npz"
    result = run("train_classifier", "--epochs=1", f"--output={file}", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    network = classifiers.build((8, 8, 1), 10)
    classifiers.load_weights(network, file)
    test = data.load_images("digits", split="test")
    logits = network(test.images.astype("float32") / 127.5 - 1).numpy()
    accuracy = np.mean(logits.argmax(axis=1) == test.labels)
    line = result.stdout.splitlines()[-1]
    assert line == f"Test accuracy {accuracy:.2%} on 297 images: {file}"
