"""Checkpoints that survive being killed."""

import errno
import hashlib
import os
import pathlib
import re
import shutil
import warnings
from typing import NamedTuple

import keras
import numpy as np
from absl import logging

_SUFFIX = ".weights.h5"
_NAME = re.compile(r"epoch-(\d+)(?:-step-(\d+))?" + re.escape(_SUFFIX))
# Where an HDF5 file tells its own length, as eight bytes.
_LENGTH = 40


def local(directory):
    """Returns a directory's path.

    Raises:
        ValueError: If it is a URL: a folder of its name would be made on this machine.
    """
    if "://" in os.fspath(directory):
        raise ValueError(f"{directory!r} must be a folder on a disk, not a URL.")
    return pathlib.Path(directory)


class Position(NamedTuple):
    """How far training is: whole epochs, and steps of the one after them."""

    epoch: int = 0
    step: int = 0


class Checkpoint(keras.callbacks.Callback):
    """Saves the whole state of training at the end of each epoch, and within epochs if asked to.

    A checkpoint is a Keras weights file with the networks, their moving average, both
    optimizers, every seed and the means that are being logged: training continued from it, on the
    same stream of data, ends with the weights of training that was never interrupted, bit for bit.
    It is written to a temporary file that then takes its name, so that a checkpoint is whole or
    not there. Its name says how far training was: `epoch-00003.weights.h5`,
    `epoch-00003-step-00000200.weights.h5`. Behind the HDF5 file, where no reader of HDF5 looks,
    stands the SHA-256 of what is before it.

    Args:
        directory: Where to keep the checkpoints; created if missing.
        keep: How many of the newest to keep, at least 1.
        every: Save also after each so many steps of an epoch; None saves at its end only.

    Raises:
        ValueError: If `keep` or `every` is not positive, or `directory` is a URL.
        FloatingPointError: When a weight is NaN or infinite at the time of saving. The older
            checkpoints stay.
    """

    def __init__(self, directory, keep=3, every=None):
        super().__init__()
        for name, value in (("keep", keep), ("every", every)):
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1, got {value!r}.")
        self.directory, self.keep, self.every = local(directory), keep, every
        self.position = Position()
        self._means = None

    def on_epoch_begin(self, epoch, logs=None):
        """Takes up the epoch that `restore` found begun."""
        if self._means is not None and epoch == self.position.epoch:
            for variable, value in zip(_means(self.model), self._means, strict=True):
                variable.assign(value)  # Keras has just reset it
        elif epoch != self.position.epoch or not self.position.step:
            self.position = Position(epoch)
        self._means = None
        self._first_step = self.position.step

    def on_train_batch_end(self, batch, logs=None):
        """Counts the step `batch`, from 0, and saves the state when it is due."""
        before, step = self.position.step, self._first_step + batch + 1
        self.position = self.position._replace(step=step)
        last = batch + 1 == self.params["steps"]  # the end of the epoch saves that
        if self.every and before // self.every < step // self.every and not last:
            self.save()

    def on_epoch_end(self, epoch, logs=None):
        """Saves the state after `epoch`, counted from 0."""
        self.position = Position(epoch + 1)
        self.save()

    def save(self):
        """Saves the state now."""
        epoch, step = self.position
        where = f"epoch {epoch}" + f", step {step}" * bool(step)
        for weight in self.model.weights:
            if not np.isfinite(weight.numpy()).all():
                raise FloatingPointError(
                    f"Training stopped after {where}: the weight {weight.path} is not finite. No "
                    "checkpoint was written."
                )
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.path()
        unfinished = self.directory / f"unfinished{_SUFFIX}"
        self._check_space()
        try:
            self.model.save_weights(unfinished)
            _seal(unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        # What is left of later epochs belongs to a training that was begun anew.
        paths = self.paths()
        kept = paths[: paths.index(path) + 1][-self.keep :]
        for other in set(paths) - set(kept):
            other.unlink()

    def _check_space(self):
        """Raises the error of a full disk if there is no room for a checkpoint.

        HDF5 would raise it too, but may crash when the process ends.
        """
        weights = 4 * self.model.count_params()  # the least that it takes
        needed = max([weights, *(path.stat().st_size for path in self.paths())])
        if shutil.disk_usage(self.directory).free < needed:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.directory))

    def path(self):
        """Returns the file of the position that training is at, whether or not it is there."""
        epoch, step = self.position
        return self.directory / f"epoch-{epoch:05d}{f'-step-{step:08d}' * bool(step)}{_SUFFIX}"

    def paths(self):
        """Returns the checkpoints, oldest first."""
        if not self.directory.exists():
            return []
        return sorted(filter(_position, self.directory.iterdir()), key=_position)

    def newest(self):
        """Returns the `Position` of the newest checkpoint; (0, 0) when there is none."""
        return max(map(_position, self.paths()), default=Position())

    def restore(self, model):
        """Loads the newest good checkpoint into a compiled model.

        Training goes on with the rest of the epoch that was begun, if any, and with this callback:
        `fit(initial_epoch=epoch, epochs=epoch + 1, steps_per_epoch=all_steps - step)`. A checkpoint
        that is damaged, or of another model, is skipped with a warning.

        Args:
            model: A model built and compiled like the one that was saved.

        Returns:
            The `Position` (epoch, step); (0, 0) when there is no checkpoint.

        Raises:
            ValueError: If there are checkpoints, and none can be loaded. The model is as it was.
        """
        paths = self.paths()
        before = [(variable, variable.numpy()) for variable in _variables(model)] if paths else []
        for path in reversed(paths):
            try:
                _check(path)
                with warnings.catch_warnings():
                    warnings.simplefilter("error", UserWarning)  # of what Keras could not load
                    model.load_weights(path)
            except Exception as error:  # what h5py raises depends on what is damaged
                logging.warning(
                    "Skipping the checkpoint %s: %s", path, " ".join(f"{error}".split())
                )
                for variable, value in before:  # it may have been loaded in part
                    variable.assign(value)
                continue
            self.position = _position(path)
            self._means = None
            if self.position.step:
                self._means = [variable.numpy() for variable in _means(model)]
            return self.position
        if paths:
            raise ValueError(f"None of the {len(paths)} checkpoints in {self.directory} loads.")
        return Position()


def _seal(path):
    """Adds the checksum of a file to its end, and waits until all is on the disk."""
    with path.open("r+b") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        file.seek(0, os.SEEK_END)
        file.write(digest)
        file.flush()
        os.fsync(file.fileno())


def _check(path):
    """Raises a ValueError if a checkpoint's checksum is wrong; those of version 0.1 have none."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(_LENGTH)
        if int.from_bytes(file.read(8), "little") == size:
            return
        file.seek(0)
        digest = hashlib.sha256()
        rest = max(size - digest.digest_size, 0)
        while part := file.read(min(rest, 2**20)):
            digest.update(part)
            rest -= len(part)
        if file.read() != digest.digest():
            raise ValueError("it is damaged: its checksum is wrong")


def _variables(model):
    """All that a checkpoint holds."""
    optimizers = [x for x in vars(model).values() if isinstance(x, keras.optimizers.Optimizer)]
    return [
        *model.variables,
        *model.augment_variables,
        *(variable for optimizer in optimizers for variable in optimizer.variables),
        *_means(model),
    ]


def _means(model):
    """The variables of the running means that a model logs."""
    return [variable for metric in model.metrics for variable in metric.variables]


def _position(path):
    """The position in a checkpoint's name, or None for another file."""
    match = _NAME.fullmatch(path.name)
    return match and Position(int(match[1]), int(match[2] or 0))
