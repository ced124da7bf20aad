"""What training raises."""

import contextlib
import os

import tensorflow as tf

from kerasgan.callbacks import Checkpoint, Collapse
from kerasgan.data.sources import SourceError
from kerasgan.engine.checks import readable_errors

# What TensorFlow raises when it cannot write; h5py and Python raise OSError.
_CANNOT_WRITE = (
    tf.errors.OutOfRangeError,
    tf.errors.PermissionDeniedError,
    tf.errors.ResourceExhaustedError,
)


class RunError(ValueError):
    """Something about a run that the caller can mend, such as an argument or a folder.

    Arguments in the message have the form name=value.
    """


class TrainingStopped(RuntimeError):
    """Training that began and could not go on; the message says why, and from where to go on."""


@contextlib.contextmanager
def run_errors(*kinds):
    """A context that turns errors of these kinds into `RunError`s."""
    try:
        yield
    except kinds as error:
        raise RunError(error) from error


@contextlib.contextmanager
def failures(workdir):
    """Turns what ends training into a `TrainingStopped` that says from where to go on."""
    try:
        with readable_errors():
            yield
    except BrokenPipeError:
        raise  # of the standard output
    except KeyboardInterrupt as error:
        raise TrainingStopped(
            f"Interrupted; resume=True goes on. {_checkpoint_line(workdir)}"
        ) from error
    except SourceError as error:
        raise TrainingStopped(f"{error}. {_checkpoint_line(workdir)}") from error
    except (FloatingPointError, Collapse, ConnectionError) as error:
        raise TrainingStopped(f"{error} {_checkpoint_line(workdir)}") from error
    except (OSError, *_CANNOT_WRITE) as error:
        code = getattr(error, "errno", None)
        reason = os.strerror(code) if code else " ".join(str(error).split())
        reason = f"Cannot write into {workdir}: {reason}."
        raise TrainingStopped(f"{reason} {_checkpoint_line(workdir)}") from error


def _checkpoint_line(workdir):
    paths = Checkpoint(workdir / "checkpoints").paths()
    return f"The last good checkpoint is {paths[-1]}." if paths else "There is no checkpoint yet."
