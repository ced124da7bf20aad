"""What a run writes down while it trains: curves, history.csv, times, the best model."""

import math
import time

import keras

from kerasgan.files import whole
from kerasgan.training.errors import RunError
from kerasgan.training.history import numbers, read_history, write_history


class Curves(keras.callbacks.TensorBoard):
    """Keras' TensorBoard, with a value an epoch.

    Keras 3.15 also makes a summary of each value after each step, which nobody records, but which
    takes a twentieth of the time of a small model.
    """

    def on_train_batch_begin(self, batch, logs=None):
        """Does nothing."""

    def on_train_batch_end(self, batch, logs=None):
        """Likewise."""


class CSVHistory(keras.callbacks.CSVLogger):
    """Keras' CSVLogger, but with the columns that the file has already, if any."""

    def __init__(self, path, rows):
        super().__init__(path, append=True)
        self.names = [name for name in rows[0] if name != "epoch"] if rows else None

    def on_train_begin(self, logs=None):
        """Opens the file."""
        super().on_train_begin(logs)
        self.keys = self.names


class Times(keras.callbacks.Callback):
    """Writes times.csv: the seconds that the steps of each epoch took, without what follows them.

    Of an epoch that was interrupted only the steps since then count.

    Args:
        path: The file.
        epochs: How many epochs are done, whose rows stay.
    """

    def __init__(self, path, epochs):
        super().__init__()
        self.path = path
        rows = {row["epoch"]: row for row in read_history(path) or ()}
        self.rows = [rows.get(i, {"epoch": i, "seconds": math.nan}) for i in range(epochs)]

    def on_epoch_begin(self, epoch, logs=None):
        """Starts the clock."""
        self._begun = self._seen = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        """Looks at it."""
        self._seen = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Writes the file."""
        self.rows.append({"epoch": epoch, "seconds": f"{self._seen - self._begun:.3f}"})
        write_history(self.path, self.rows)


def check_monitor(monitor, model, held_out):
    """Raises a RunError if no such value is logged.

    Args:
        monitor: A name, or None.
        model: The compiled model.
        held_out: Whether the model is evaluated after each epoch.
    """
    known = list(model.logged())
    if held_out:
        known += [f"val_{name}" for name in model.logged(held_out=True)]
    else:
        known += [f"val_{name}" for name in model.measured()]
    if monitor is not None and monitor not in known:
        raise RunError(f"monitor={monitor}: there are {', '.join(known)}")


def best_model(workdir, monitor, model, history):
    """Returns the callback that keeps the best model, which is to beat those of `history`."""
    direction = model.logged(held_out=True)[monitor.removeprefix("val_")]
    best, worst = (min, math.inf) if direction == "down" else (max, -math.inf)
    return keras.callbacks.ModelCheckpoint(
        workdir / "best.keras",
        monitor=monitor,
        mode=best.__name__,
        save_best_only=True,
        # Not None, which a first NaN would take the place of.
        initial_value_threshold=best(numbers(history, monitor), default=worst),
    )


class CurvesPicture(keras.callbacks.Callback):
    """Draws the values of history.csv over the epochs, curves.png beside it.

    Args:
        path: The file history.csv, which another callback has written before.
        every: Draw after each so many epochs, and after the last.
    """

    def __init__(self, path, every=1):
        super().__init__()
        self.path, self.every = path, every

    def on_epoch_end(self, epoch, logs=None):
        """Draws them when it is due."""
        done = epoch + 1
        if done % self.every == 0 or done == self.params["epochs"]:
            draw_curves(read_history(self.path), self.path.with_name("curves.png"))


def draw_curves(rows, path):
    """Draws the values of each column over the epochs: a panel for losses, one for other values.

    A value on held-out data is a dashed line in the colour of its value in training, or has a panel
    of its own if it is not computed in training.

    Args:
        rows: What `read_history` returns.
        path: The picture to write.
    """
    from matplotlib.figure import Figure  # takes half a second

    trained = [name for name in rows[0] if name != "epoch" and not name.startswith("val_")]
    groups = [[n for n in trained if n.endswith("loss")], [n for n in trained if n[-4:] != "loss"]]
    alone = [name for name in rows[0] if name[:4] == "val_" and name[4:] not in trained]
    groups = [names for names in groups if names] + [[name[4:]] for name in alone]
    figure = Figure(figsize=(8, 3 * len(groups)), layout="constrained")
    for axes, names in zip(figure.subplots(len(groups), squeeze=False)[:, 0], groups, strict=True):
        for i, name in enumerate(names):
            for column, style in ((name, "-"), (f"val_{name}", "--")):
                points = [(row["epoch"] + 1, *numbers([row], column)) for row in rows]
                points = [point for point in points if len(point) == 2]
                if points:
                    style = style if len(points) > 1 else "."
                    axes.plot(*zip(*points, strict=True), style, c=f"C{i}", label=column)
        axes.set_xlabel("epoch")
        if axes.lines:  # what could not be measured yet has none
            axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    with whole(path) as unfinished:
        figure.savefig(unfinished)
