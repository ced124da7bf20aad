"""Checkpoints that survive being killed."""

import os
import pathlib

import keras
import numpy as np
from absl import logging

_SUFFIX = ".weights.h5"


class Checkpoint(keras.callbacks.Callback):
    """Saves the whole state of training at the end of each epoch.

    A checkpoint is a Keras weights file with the networks, their moving average, both
    optimizers and every seed: training continued from it, on the same stream of data, ends with
    the weights of training that was never interrupted, bit for bit. It is written to a temporary
    file that then takes its name, so that a checkpoint is whole or not there.

    Args:
        directory: Where to keep the checkpoints; created if missing.
        keep: How many of the newest to keep, at least 1.

    Raises:
        ValueError: If `keep` is not positive.
        FloatingPointError: At the end of an epoch after which a weight is NaN or infinite.
            The older checkpoints stay.
    """

    def __init__(self, directory, keep=3):
        super().__init__()
        if keep < 1:
            raise ValueError(f"keep must be at least 1, got {keep!r}.")
        self.directory, self.keep = pathlib.Path(directory), keep

    def on_epoch_end(self, epoch, logs=None):
        """Saves the state after `epoch`, counted from 0."""
        for weight in self.model.weights:
            if not np.isfinite(weight.numpy()).all():
                raise FloatingPointError(
                    f"Training stopped after epoch {epoch + 1}: the weight {weight.path} is not "
                    "finite. No checkpoint was written."
                )
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / f"epoch-{epoch + 1:05d}{_SUFFIX}"
        unfinished = self.directory / f"unfinished{_SUFFIX}"
        self.model.save_weights(unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
        # What is left of later epochs belongs to a training that was begun anew.
        kept = [other for other in self.paths() if other <= path][-self.keep :]
        for other in set(self.paths()) - set(kept):
            other.unlink()

    def paths(self):
        """Returns the checkpoints, oldest first."""
        return sorted(self.directory.glob(f"epoch-*{_SUFFIX}"))

    def restore(self, model):
        """Loads the newest readable checkpoint into a compiled model.

        Args:
            model: A model built and compiled like the one that was saved.

        Returns:
            How many epochs are done, for `fit(initial_epoch=...)`; 0 when there is no checkpoint.

        Raises:
            ValueError: If there are checkpoints, and none can be loaded.
        """
        paths = self.paths()
        for path in reversed(paths):
            try:
                model.load_weights(path)
            except (OSError, KeyError, ValueError) as error:
                logging.warning("Skipping the checkpoint %s: %s", path, error)
            else:
                return int(path.name.removeprefix("epoch-").removesuffix(_SUFFIX))
        if paths:
            raise ValueError(f"None of the {len(paths)} checkpoints in {self.directory} loads.")
        return 0
