import os
import pathlib

import numpy as np
import pytest
from PIL import Image

from kerasgan.data import files, load_images, load_pairs, load_super_resolution, load_unpaired

SHAPE = (4, 4, 1)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with one picture, which is the current one."""
    monkeypatch.chdir(tmp_path)
    picture("good.png")
    return tmp_path


def picture(path, level=7):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (4, 4), level).save(path)


def text(path):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("text")


def loaded(folder="."):
    return load_images(pathlib.Path(folder), SHAPE)


def test_all_files_used_is_nothing_to_tell(here, caplog):
    text(".hidden.txt"), text(".git/config"), picture(".git/x.png")
    assert len(loaded()) == 1
    assert not caplog.records


def test_one_line_tells_what_is_left_out(here, caplog):
    for name in ("a.txt", "b/c.TXT", "d.csv", "LICENSE", "e.heic", "f/g.svg", "broken.png"):
        text(name)
    picture("b/more.png")
    assert len(loaded()) == 2
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    start = "Using 2 of 9 files in .; left out: "
    assert record.message.startswith(start) and "\n" not in record.message
    for part in (
        "4 not a picture (.csv, .txt, no extension)",
        "2 of a format that is not read (.heic, .svg)",
        "1 unusable (broken.png: cannot identify",
    ):
        assert part in record.message


def test_a_limit_is_told(here, caplog):
    text("bad.png"), picture("more.png")
    assert len(load_images(here, SHAPE, limit=1)) == 1
    assert f"Using 1 of 3 files (limit=1) in {here}; left out: 1 unusable" in caplog.text


def test_all_loaders_tell(tmp_path, caplog):
    for side in ("", "A/", "B/", "trainA/", "trainB/"):
        picture(tmp_path / f"{side}1.png")
        text(tmp_path / f"{side}a.heic")
    for load in (load_pairs, load_unpaired, load_super_resolution):
        caplog.clear()
        load(tmp_path, (4, 4, 1), **({"scale": 2} if load is load_super_resolution else {}))
        assert "of a format that is not read (.heic)" in caplog.text, load


def test_a_folder_without_pictures_says_what_is_there(tmp_path):
    text(tmp_path / "a.heic")
    with pytest.raises(ValueError, match=r"Found no .*; left out: 1 of a format that .*\(.heic\)"):
        loaded(tmp_path)


# --- Links ----------------------------------------------------------------------------------------


def test_linked_folders_count_like_others(tmp_path, caplog):
    for name, level in (("oak", 1), ("deep/yew", 3)):
        picture(tmp_path / "disk" / name / "1.png", level)
    data = tmp_path / "data"
    picture(data / "pine" / "1.png", 2)
    (data / "oak").symlink_to(tmp_path / "disk" / "oak")
    (data / "yew").mkdir()
    (data / "yew" / "linked").symlink_to("../../disk/deep")
    (data / "again").symlink_to(tmp_path / "disk" / "oak")
    (tmp_path / "root").symlink_to(data)
    for folder in (data, tmp_path / "root"):
        images = loaded(folder)
        assert images.class_names == ["again", "oak", "pine", "yew"]
        assert images.images[:, 0, 0, 0].tolist() == [1, 1, 2, 3]
    assert not caplog.records


def test_circles_of_links_end(tmp_path, caplog):
    picture(tmp_path / "a" / "1.png")
    picture(tmp_path / "b" / "2.png")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(".")
    (tmp_path / "b" / "a").symlink_to("../a")
    images = loaded(tmp_path)
    assert (len(images), images.class_names) == (3, ["a", "b"])  # b/a is a way to a/1.png
    assert "4 folders linked in a circle (" in caplog.text


def test_links_to_nothing_are_told(here, caplog):
    os.symlink("nowhere.png", "gone.png")
    os.symlink("self.png", "self.png")
    os.mkfifo("pipe.png")
    assert len(loaded()) == 1
    assert "2 neither a file nor a folder (" in caplog.text and "gone.png" in caplog.text
    assert "self.png" in caplog.text


# --- Runs, and folders that are closed ------------------------------------------------------------


def test_runs_are_no_pictures(tmp_path, caplog):
    for name in ("a/1", "b/2"):
        picture(tmp_path / f"{name}.png")
    for run, beside in (
        ("runs/gan-1", "checkpoints"),
        ("runs/gan-2", "samples"),
        ("a/x", "samples"),
    ):
        text(tmp_path / run / "recipe.json")
        picture(tmp_path / run / beside / "grid.png", 99)
        picture(tmp_path / run / "more" / "grid.png", 99)
    images = loaded(tmp_path)
    assert (len(images), images.class_names, images.images.max()) == (2, ["a", "b"], 7)
    assert "3 folders made by training (" in caplog.text and "runs/gan-2" in caplog.text
    assert len(loaded(tmp_path / "runs" / "gan-1" / "checkpoints")) == 1


def test_a_run_around_its_data_set_is_no_class(tmp_path, caplog):
    picture(tmp_path / "a" / "1.png")
    text(tmp_path / "recipe.json")
    for name in ("samples/1.png", "checkpoints/x.png"):
        picture(tmp_path / name)
    images = loaded(tmp_path)
    assert (len(images), images.class_names) == (1, ["a"])
    assert "2 folders made by training (" in caplog.text


def test_recipes_and_samples_alone_are_no_run(tmp_path):
    picture(tmp_path / "samples" / "1.png")
    picture(tmp_path / "b" / "1.png")
    text(tmp_path / "b" / "recipe.json")
    assert loaded(tmp_path).class_names == ["b", "samples"]


def test_closed_folders_are_told(tmp_path, caplog, monkeypatch):
    for name in ("a", "b"):
        picture(tmp_path / name / "1.png")
    scandir = os.scandir

    def closed(path):
        if pathlib.Path(path).name == "b":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert loaded(tmp_path).class_names == ["a"]
    assert "Using 1 of 1 files" in caplog.text
    assert "1 folder not readable (b)" in caplog.text
    for load in (load_images, load_pairs, load_super_resolution):
        with pytest.raises(ValueError, match="/b is not readable"):
            load(tmp_path / "b", (4, 4, 1))


def test_closed_files_are_told(here, caplog, monkeypatch):
    picture("closed.png")
    opened = Image.open

    def closed(path, **options):
        if path.name == "closed.png":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, **options)

    monkeypatch.setattr(Image, "open", closed)
    assert len(loaded()) == 1
    assert "1 unusable (closed.png: Permission denied)" in caplog.text


# --- Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [load_images, load_pairs, load_unpaired, load_super_resolution])
@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "~no-such-user/a", "loop"])
def test_impossible_paths_are_refused(tmp_path, monkeypatch, load, name):
    monkeypatch.chdir(tmp_path)
    os.symlink("loop", "loop")
    with pytest.raises(ValueError, match="is not readable: ") as caught:
        load(name, (4, 4, 3))
    assert "\n" not in str(caught.value) and "\0" not in str(caught.value)


@pytest.mark.parametrize("load", [load_images, load_pairs, load_super_resolution])
@pytest.mark.parametrize("split", ["a\0b", "x" * 300])
def test_impossible_splits_are_refused(here, load, split):
    with pytest.raises(ValueError, match="is not readable: "):
        load(here, (4, 4, 3), split=split)


def test_names_that_are_not_unicode(tmp_path, caplog):
    folder = tmp_path / os.fsdecode(b"pets-\xff")
    picture(folder / os.fsdecode(b"caf\xe9") / os.fsdecode(b"\xe9.png"), 1)
    picture(folder / "caf\u00e9" / "a\nb.png", 2)
    text(folder / os.fsdecode(b"caf\xe9") / os.fsdecode(b"broken-\xe9.png"))
    images = loaded(folder)
    assert images.images[:, 0, 0, 0].tolist() == [2, 1]
    assert images.class_names == ["café", r"caf\udce9"]
    assert images.name == r"pets-\udcff"
    (record,) = caplog.records
    assert r"caf\udce9/broken-\udce9.png" in record.message
    record.message.encode()
    with pytest.raises(ValueError, match="none is usable") as caught:
        text(folder / "x" / "a\nb.png")
        loaded(folder / "x")
    assert "\n" not in str(caught.value)
    str(caught.value).encode()


def test_reading_goes_on_in_order(tmp_path):
    for number in range(40):
        picture(tmp_path / f"{number:02d}.png", number)
    found = files.read_files(
        files.picture_files(tmp_path), lambda path: np.asarray(Image.open(path)).max(), tmp_path
    )
    assert [int(level) for _, level in found] == list(range(40))
