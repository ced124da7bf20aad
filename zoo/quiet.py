"""Imports TensorFlow without what it says of CPUs, and of GPUs where there are none.

These lines come from C++ before TensorFlow reads TF_CPP_MIN_LOG_LEVEL, or as an error which is none
without a GPU. All else that is written to the standard error meanwhile is shown.
"""

from zoo import command_line  # noqa: F401 first: it quietens TensorFlow

import contextlib
import os
import pathlib
import subprocess
import sys

# A process of its own shows the rest even if TensorFlow ends this one.
_FILTER = r"""
import re, sys
noise = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog\(\) is called"
    rb"|I\d{4} .*\] oneDNN custom operations are on\."
    rb"|I\d{4} .*\] Could not find cuda drivers on your machine"
    rb"|E\d{4} .*\] failed call to cuInit: .*\(303\)"  # there is no driver
)
for line in sys.stdin.buffer:
    if not noise.match(line):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
"""


@contextlib.contextmanager
def without_noise():
    """Leaves such lines out of what is written to the standard error's file descriptor."""
    command = [sys.executable, "-I", "-S", "-c", _FILTER]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
    except OSError:  # then the lines are shown
        yield
        return
    stderr = os.dup(2)
    with process:  # at whose end the pipe is closed, and all is shown
        os.dup2(process.stdin.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)


if not pathlib.Path("/dev/nvidiactl").exists():  # else it may be why a GPU is not used
    with without_noise():
        import tensorflow as tf

        tf.config.list_physical_devices()
