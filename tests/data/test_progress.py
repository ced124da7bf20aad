import types

import numpy as np
import pytest

from kerasgan.data import in_tiles, progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests set."""
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(progress, "time", types.SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def each_takes(clock, seconds, count):
    for item in range(count):
        clock.now += seconds
        yield item


def test_what_takes_long_is_shown_and_what_does_not_is_not(clock, capsys):
    assert list(progress.with_progress(each_takes(clock, 0.6, 3), 3)) == [0, 1, 2]
    assert capsys.readouterr().out == ""
    assert list(progress.with_progress(each_takes(clock, 0.6, 4), 6, "frame")) == [0, 1, 2, 3]
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 1 and shown[0].startswith("6/6") and shown[0].endswith("s/frame")


def test_a_terminal_has_a_bar(clock, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    def function(part):
        clock.now += 3.0
        return part

    images = np.zeros((8, 8, 1), np.uint8)
    in_tiles(function, images, tile=4, margin=0, verbose=True)
    shown = capsys.readouterr().out
    assert "2/4" in shown and "4/4" in shown and "\x1b" in shown
