import errno

import numpy as np
import pytest
from PIL import Image

from kerasgan import data
from kerasgan.files import whole

FULL = OSError(errno.ENOSPC, "No space left on device")


def test_what_fails_leaves_what_was_there(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with (
        pytest.raises(OSError, match="No space left on device: '.*/a.txt'"),
        whole(tmp_path / "a.txt") as unfinished,
    ):
        unfinished.write_text("ne")
        raise FULL
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"
    with pytest.raises(KeyboardInterrupt), whole(tmp_path / "folder") as unfinished:
        unfinished.mkdir()
        (unfinished / "part").touch()
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_what_is_whole_takes_its_name(tmp_path):
    (tmp_path / "link.txt").symlink_to("a.txt")
    for text in ("one", "two"):
        with whole(tmp_path / "link.txt") as unfinished:
            assert unfinished.suffix == ".txt"
            unfinished.write_text(text)
            assert text == "one" or (tmp_path / "a.txt").read_text() == "one"
    assert (tmp_path / "a.txt").read_text() == "two" and (tmp_path / "link.txt").is_symlink()
    with whole(tmp_path / "folder") as unfinished:
        unfinished.mkdir()
    assert (tmp_path / "folder").is_dir()


def test_the_longest_name(tmp_path):
    path = tmp_path / ("ä" * 125 + ".txt")  # 254 bytes
    with whole(path) as unfinished:
        unfinished.write_text("text")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_an_image_is_whole_or_not_there(tmp_path, monkeypatch):
    image = np.zeros((4, 4, 1), np.uint8)

    def save(self, path):
        path.write_bytes(b"\x89PNG")
        raise FULL

    data.save_image(tmp_path / "old.png", image)
    before = (tmp_path / "old.png").read_bytes()
    monkeypatch.setattr(Image.Image, "save", save)
    for name in ("old.png", "new.png"):
        with pytest.raises(OSError, match=f"No space left on device: '.*{name}'"):
            data.save_image(tmp_path / name, image)
    assert [path.name for path in tmp_path.iterdir()] == ["old.png"]
    assert (tmp_path / "old.png").read_bytes() == before
