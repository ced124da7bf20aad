import time

import numpy as np

from kerasgan.data import in_tiles, progress


def slowly(count):
    for item in range(count):
        time.sleep(0.05)
        yield item


def test_what_takes_long_is_shown_and_what_does_not_is_not(monkeypatch, capsys):
    assert list(progress.with_progress(slowly(3), 3)) == [0, 1, 2]
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(progress, "_PATIENCE", 0.07)
    assert list(progress.with_progress(slowly(4), 6, "frame")) == [0, 1, 2, 3]
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 1 and shown[0].startswith("6/6") and shown[0].endswith("s/frame")


def test_a_terminal_has_a_bar(monkeypatch, capsys):
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    images = np.zeros((8, 8, 1), np.uint8)
    in_tiles(lambda part: part + slowly(2).__next__(), images, tile=4, margin=0, verbose=True)
    shown = capsys.readouterr().out
    assert "1/4" in shown and "4/4" in shown and "\x1b" in shown
