"""Checkpoints and exits on SIGTERM."""

import signal
import threading

import keras
from absl import logging

from kerasgan.engine import replicas


class Preemption(keras.callbacks.Callback):
    """On SIGTERM, saves a checkpoint at the end of the step and ends the process.

    Clusters send SIGTERM some time before they take a machine away. The exit code says that
    training is not finished, and goes on from the checkpoint when it is started again.

    Args:
        checkpoint: The `Checkpoint`, which must come before this callback.
        exit_code: The process's exit code; 75 is the system's EX_TEMPFAIL.

    Raises:
        SystemExit: At the end of the step in which the signal came, or, after the last epoch, at
            the end of `fit`.
    """

    def __init__(self, checkpoint, exit_code=75):
        super().__init__()
        self.checkpoint, self.exit_code = checkpoint, exit_code
        self._asked, self._previous = threading.Event(), None

    @property
    def asked(self):
        """Whether the signal has come, to this worker or another; all ask after the same step."""
        return replicas.any_worker(self.model.distribute_strategy, self._asked.is_set())

    def on_train_begin(self, logs=None):
        """Listens, until `fit` ends."""
        self._asked.clear()
        self._previous = signal.signal(signal.SIGTERM, lambda *_: self._asked.set())
        self.model.after_fit.callback(self._give_back)  # an exception would end `fit` untold

    def on_train_batch_end(self, batch, logs=None):
        """Saves and exits if the signal has come; after an epoch's last step, at its end."""
        if batch + 1 != self.params["steps"] and self.asked:
            self.checkpoint.save()
            self._exit()

    def on_epoch_end(self, epoch, logs=None):
        """Exits if the signal has come: the checkpoint is there already."""
        if self.asked:
            self._exit()

    def on_train_end(self, logs=None):
        """Leaves the signal to whoever had it before, and exits if it came after the last epoch."""
        self._give_back()
        if self.asked:
            self._exit()

    def _give_back(self):
        if self._previous is not None:
            signal.signal(signal.SIGTERM, self._previous)
            self._previous = None

    def _exit(self):
        self._give_back()
        paths = self.checkpoint.paths()
        logging.warning("Stopped by SIGTERM; saved %s.", paths[-1] if paths else "nothing")
        raise SystemExit(self.exit_code)
