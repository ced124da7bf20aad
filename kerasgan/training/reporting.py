"""report.html, the page of a run."""

import datetime
import re

import keras
import numpy as np
from absl import logging

from kerasgan import report
from kerasgan.training import folder
from kerasgan.training.errors import RunError, run_errors
from kerasgan.training.history import number, numbers, read_history

_WARNINGS = "warnings.txt"
_SAMPLES = re.compile(r"epoch-(\d+)\.png")
# What the page says elsewhere, or nobody chooses.
_FACTS = {"versions", "digest", "examples", "replicas", "trained_epochs"}


def write_report(workdirs, path, defaults=()):
    """Writes a page of one or several runs.

    Args:
        workdirs: The folders of the runs, a list.
        path: The .html file to write.
        defaults: The options that each run would have if nobody had chosen any; a list, or empty.

    Raises:
        RunError: If a folder holds no run, or a file in it that the page shows is damaged.
    """
    defaults = defaults or [{}] * len(workdirs)
    runs = [gather(*each) for each in zip(workdirs, defaults, strict=True)]
    with run_errors(report.PictureError):
        text = report.page(runs)
    folder.write(path, text)


def gather(workdir, defaults):
    """Returns the `kerasgan.report.Run` of a run's folder.

    Raises:
        RunError: If the folder holds no run, or recipe.json is damaged.
    """
    options = folder.read_options(workdir)
    if not options:
        raise RunError(f"{workdir} holds no run: there is no recipe.json")
    rows = read_history(workdir / "history.csv") or []
    history = [
        {"epoch": row["epoch"]}
        | {k: v for k in row if k != "epoch" and _can_be_drawn(v := number(row[k]))}
        for row in rows
    ]
    samples = workdir / "samples"
    pictures = [(_SAMPLES.fullmatch(path.name), path) for path in samples.glob("epoch-*.png")]
    pictures = sorted((int(match[1]), path) for match, path in pictures if match)
    real, warnings = samples / "real.png", workdir / _WARNINGS
    return report.Run(
        name=workdir.resolve().name,
        facts=_facts(workdir, options, rows),
        epochs=options.get("epochs", 0),
        history=history,
        samples=pictures,
        real=real if real.exists() else None,
        options={name: value for name, value in options.items() if name not in _FACTS},
        defaults=defaults,
        warnings=warnings.read_text("utf-8", "replace").splitlines() if warnings.exists() else [],
    )


def _facts(workdir, options, rows):
    """Returns what the heading of a run says, text by what it is."""
    shape = " x ".join(str(side) for side in options.get("image_shape", ()))
    done, epochs = len(rows), options.get("epochs", 0)
    seconds = numbers(read_history(workdir / "times.csv") or [], "seconds")
    facts = {
        "model": options.get("model"),
        "data": f"{options.get('dataset')}, {options.get('examples', 0):,} examples of {shape}",
        "epochs": f"{done} of {epochs}",
    }
    if seconds:
        facts["steps took"] = _duration(sum(seconds))
        if done < epochs:
            facts["left"] = f"about {_duration((epochs - done) * sum(seconds) / len(seconds))}"
    versions = options.get("versions", {})
    facts["with"] = ", ".join(f"{name} {version}" for name, version in versions.items())
    return facts


def _can_be_drawn(value):
    """Whether a value, or None, is one that float32 holds; a file that was edited has others."""
    return value is not None and abs(value) <= float(np.finfo("float32").max)


def _duration(seconds):
    if not abs(seconds) < datetime.timedelta.max.total_seconds():  # of a file that was edited
        return f"{seconds:.3g} s"
    return str(datetime.timedelta(seconds=round(seconds)))


class Report(keras.callbacks.Callback):
    """Writes report.html of a run after each epoch, when all else has been written.

    A page that cannot be written is told of, and never ends training.

    Args:
        workdir: The run's folder.
        defaults: The options that it would have if nobody had chosen any.
        health: The `GANHealth` whose warnings the page shows.
    """

    def __init__(self, workdir, defaults, health):
        super().__init__()
        self.workdir, self.defaults, self.health = workdir, defaults, health
        self._told = 0

    def on_epoch_end(self, epoch, logs=None):
        """Writes the page."""
        self._write()

    def on_train_end(self, logs=None):
        """Writes what the end of training was warned of."""
        if len(self.health.messages) > self._told:
            self._write()

    def _write(self):
        try:
            self._keep_warnings()
            write_report([self.workdir], self.workdir / "report.html", [self.defaults])
        except Exception as error:  # whatever it is, training goes on
            logging.warning("report.html could not be written: %s", error)

    def _keep_warnings(self):
        """Adds the new warnings to a file, which a run that goes on finds."""
        new = self.health.messages[self._told :]
        if new:
            with (self.workdir / _WARNINGS).open("a", encoding="utf-8") as file:
                file.writelines(f"{message}\n" for message in new)
            self._told += len(new)
