import json

import keras
import pytest

from kerasgan import callbacks
from kerasgan.training import RunError
from kerasgan.training.reporting import Report, gather, write_report


@pytest.fixture
def workdir(tmp_path):
    recorded = {"model": "gan", "dataset": "digits", "image_shape": [16, 16, 1], "examples": 1500}
    (tmp_path / "recipe.json").write_text(json.dumps(recorded | {"epochs": 4, "batch_size": 8}))
    (tmp_path / "history.csv").write_text("epoch,a,b\n0,1.0,NA\n1,nan,2.0\n")
    (tmp_path / "times.csv").write_text("epoch,seconds\n0,10\n1,20\n")
    return tmp_path


def test_what_a_page_shows_comes_from_the_files_of_a_run(workdir):
    run = gather(workdir, {"batch_size": 32})
    assert run.history == [{"epoch": 0, "a": 1.0}, {"epoch": 1, "b": 2.0}]
    assert run.facts["data"] == "digits, 1,500 examples of 16 x 16 x 1"
    assert (run.facts["epochs"], run.facts["steps took"]) == ("2 of 4", "0:00:30")
    assert run.facts["left"] == "about 0:00:30"
    assert run.chosen() == ["batch_size"]
    assert not run.samples and run.real is None and not run.warnings


def test_a_run_that_has_just_begun_has_a_page(workdir):
    (workdir / "history.csv").unlink()
    (workdir / "times.csv").unlink()
    Report(workdir, {}, callbacks.GANHealth(None)).on_epoch_end(0)
    assert "0 of 4 epochs" in (workdir / "report.html").read_text()


def test_edited_files_have_a_page(workdir):
    (workdir / "history.csv").write_text("epoch,a,b\n0,1.0,1e300\n1,inf,1e308\n2,-1e308,2.0\n")
    (workdir / "times.csv").write_text("epoch,seconds\n0,1e308\n1,-inf\n2,inf\n")
    (workdir / "warnings.txt").write_bytes(b"After \xff steps\n")
    write_report([workdir], workdir / "report.html")
    text = (workdir / "report.html").read_text()
    assert "After \ufffd steps" in text and "nan s" in text
    assert gather(workdir, {}).history == [
        {"epoch": 0, "a": 1.0},
        {"epoch": 1},
        {"epoch": 2, "b": 2.0},
    ]


def test_a_damaged_picture_is_named(workdir):
    (workdir / "samples").mkdir()
    (workdir / "samples" / "epoch-00001.png").write_bytes(b"\x89PNG")
    with pytest.raises(RunError, match="epoch-00001.png cannot be read"):
        write_report([workdir], workdir / "report.html")


def test_warnings_stay_when_a_run_goes_on(workdir):
    for message in ("After 1 step <x>", "After 9 steps y"):
        health = callbacks.GANHealth(None)
        writer = Report(workdir, {}, health)
        writer.on_epoch_end(0)
        health.messages.append(message)
        writer.on_epoch_end(1)
        writer.on_train_end()
    page = (workdir / "report.html").read_text()
    assert page.count('role="alert"') == 2
    assert "After 1 step &lt;x&gt;" in page and "After 9 steps y" in page


def test_a_page_that_cannot_be_written_does_not_end_training(workdir, caplog):
    (workdir / "report.html").mkdir()
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss="mse", run_eagerly=True)
    writer = Report(workdir, {}, callbacks.GANHealth(None))
    x = keras.ops.ones((2, 1))
    model.fit(x, x, epochs=2, verbose=0, callbacks=[writer])
    assert int(model.optimizer.iterations) == 2
    assert "report.html could not be written" in caplog.text
