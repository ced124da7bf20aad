"""What the scripts share, in this process."""

import os
import pathlib
import sys
import zipfile

import keras
import pytest

from kerasgan.training import RunError, folder
from kerasgan.training.loading import load_keras
from zoo import command_line


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The members of a small .keras file."""
    file = tmp_path_factory.mktemp("saved") / "model.keras"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_paths():
    assert folder.path_of("~/runs") == pathlib.Path.home() / "runs"
    for text, words in [
        ("gs://bucket/run", "URL"),
        ("a\0b", "'a\\x00b'"),
        ("a\udcff", "UTF-8"),
        ("~nobody-of-this-name/run", "no such user"),
    ]:
        with pytest.raises(RunError) as info:
            folder.path_of(text)
        assert words in str(info.value)


@pytest.mark.parametrize("text", ["0", "64x", "4x4x4", "-3", "big", "9" * 5000, "1000000000"])
def test_sizes_that_are_none(text):
    with pytest.raises(command_line.UserError, match="--image_size"):
        command_line.parse_size(text)


@pytest.mark.parametrize(
    "name, content",
    [
        ("config.json", None),
        ("config.json", b"{{"),
        ("config.json", b"[1, 2]"),
        ("config.json", b"\xff\xfe{"),
        ("model.weights.h5", None),
        ("model.weights.h5", b"garbage"),
    ],
)
def test_damaged_models(saved, tmp_path, name, content):
    members = saved | {name: content}
    members = {name: content for name, content in members.items() if content is not None}
    file = write(tmp_path / "damaged.keras", members)
    with pytest.raises(RunError, match="damaged.keras"):
        load_keras(file)


def test_models_with_a_damaged_byte(saved, tmp_path):
    file = write(tmp_path / "model.keras", saved)
    assert isinstance(load_keras(file), keras.Sequential)
    content = bytearray(file.read_bytes())
    (weight,) = (i for i in [content.find(b"\x89HDF")] if i > 0)
    content[weight + 2000] ^= 1
    file.write_bytes(content)
    with pytest.raises(RunError, match="model.keras is damaged: model.weights.h5"):
        load_keras(file)


def test_what_is_no_file_to_load(tmp_path):
    os.mkfifo(tmp_path / "pipe.keras")  # which would wait for ever
    (tmp_path / "folder.keras").mkdir()
    (tmp_path / "link.keras").symlink_to("nowhere")
    (tmp_path / "text.keras").write_text("hello")
    for name in ("pipe", "folder", "link", "text", "nothing"):
        with pytest.raises(RunError, match=f"{name}.keras"):
            load_keras(tmp_path / f"{name}.keras")


def test_what_is_in_the_way_of_an_output(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    command_line.check_new(tmp_path / "new", folder=False)
    command_line.check_new(tmp_path / "empty", folder=True)
    for name, is_folder in (("file", True), ("file", False), ("empty", False), ("link", True)):
        with pytest.raises(command_line.UserError, match=f"{name} exists already"):
            command_line.check_new(tmp_path / name, is_folder)


def test_folders_that_stay_empty_are_taken_away(tmp_path):
    with pytest.raises(OSError), command_line.new_folder(tmp_path / "a" / "b"):
        raise OSError
    assert not list(tmp_path.iterdir())
    with pytest.raises(OSError), command_line.new_folder(tmp_path / "a" / "b"):
        (tmp_path / "a" / "mine").touch()
        raise OSError
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "mine"]


@pytest.mark.parametrize(
    "error, line",
    [
        (
            PermissionError(13, "Permission denied", "a.png"),
            "[Errno 13] Permission denied: 'a.png'",
        ),
        (command_line.UserError("two\nlines"), "two lines"),
        (MemoryError(), "there is not enough memory"),
        (command_line.UserError("x" * 9999), "x" * 600 + " ..."),
    ],
)
def test_errors_are_one_line(error, line, monkeypatch, capsys):
    def main():
        raise error

    monkeypatch.setattr(sys, "argv", ["script.py"])
    with pytest.raises(SystemExit) as info:
        command_line.run(main)
    assert info.value.code == 2
    assert capsys.readouterr().err == f"error: {line}\n"
