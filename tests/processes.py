"""Scripts as a user runs them, each in a process of its own."""

import atexit
import csv
import functools
import json
import os
import pathlib
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile

import keras
import numpy as np

import kerasgan  # noqa: F401 without it Keras does not know the classes in a file

ROOT = pathlib.Path(__file__).parent.parent
# Runs a script, whose name follows, with narrow networks.
NARROW = ROOT / "tests" / "scripts" / "narrow"
# What hangs is to fail, even on a busy machine.
TIMEOUT = 1200


def command(script, *flags):
    return [sys.executable, str(ROOT / "scripts" / f"{script}.py"), *map(str, flags)]


@functools.cache
def _forks():
    """The folder of the server that forks processes, which ends with this process."""
    folder = tempfile.mkdtemp()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    server = subprocess.Popen([sys.executable, ROOT / "tests/scripts/forks.py", folder], **pipes)
    atexit.register(_stop, server, folder)
    assert server.stdout.readline() == "ready\n"
    return folder


def _stop(server, folder):
    server.stdin.close()
    server.wait()
    shutil.rmtree(folder)


class Process:
    """A script's process, which has imported TensorFlow and kerasgan already.

    Args:
        script: A name in scripts/, or a path without .py.
        *flags: Its flags.
        cwd: The working directory.
        env: What is added to the environment.
        output: The file that is to have its standard output and error.
        errors: Another one for the standard error.
        forks: Whether the Python processes that the script starts are such ones, too.
    """

    def __init__(self, script, *flags, cwd, env=None, output, errors=None, forks=False):
        _, path, *flags = command(script, *flags)
        request = {
            "script": path,
            "flags": flags,
            "cwd": str(cwd),
            "env": dict(os.environ) | (env or {}),
            "executable": f"{_forks()}/python" if forks else None,
            "timeout": TIMEOUT,
        }
        self.args, self.returncode = [path, *flags], None
        with (
            socket.socket(socket.AF_UNIX) as server,
            open(os.devnull) as nothing,
            open(output, "w") as out,
            open(errors or os.devnull, "w") as err,
        ):
            server.connect(f"{_forks()}/socket")
            streams = [nothing.fileno(), out.fileno(), (err if errors else out).fileno()]
            socket.send_fds(server, [b"f"], streams)
            server.sendall(json.dumps(request).encode() + b"\n")
            self._answers = server.makefile()
        self.pid = int(self._answers.readline())

    def poll(self):
        """Returns the exit code, or None before there is one."""
        ended = self.returncode is not None or select.select([self._answers], [], [], 0)[0]
        return self.wait() if ended else None

    def wait(self):
        """Waits for its end, and returns the exit code."""
        if self.returncode is None:
            self.returncode = int(self._answers.readline())
            self._answers.close()
        return self.returncode


def run(script, *flags, cwd, env=None, forks=False):
    """Runs a script to its end."""
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder, name) for name in ("output", "errors")]
        paths = dict(zip(("output", "errors"), files, strict=True))
        process = Process(script, *flags, cwd=cwd, env=env, forks=forks, **paths)
        code = process.wait()
        texts = [file.read_text() for file in files]
    return subprocess.CompletedProcess(process.args, code, *texts)


def refuses(result, *words):
    """One clear line on the standard error, exit code 2."""
    lines = [line for line in result.stderr.splitlines() if not re.match(r"[IWE]\d{4} |WARN", line)]
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    assert len(lines) == 1 and lines[0].startswith("error: "), result.stderr
    for word in words:
        assert word in lines[0]
    return True


def assert_equal_runs(one, other, epochs, rounding=0.0):
    """All bits are equal; those of the logged means up to `rounding`, relative."""
    a, b = (keras.models.load_model(workdir / "model.keras") for workdir in (one, other))
    for x, y in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)
    for player in a.players:
        optimizers = (getattr(model, f"{player}_optimizer") for model in (a, b))
        for x, y in zip(*(each.variables for each in optimizers), strict=True):
            np.testing.assert_array_equal(x, y)
    histories = [list(csv.DictReader((w / "history.csv").open())) for w in (one, other)]
    assert [int(row["epoch"]) for row in histories[1]] == list(range(epochs))
    # Keras writes NA where an epoch has no value.
    values = [
        [[float(x.replace("NA", "nan") or "nan") for x in row.values()] for row in rows]
        for rows in histories
    ]
    np.testing.assert_allclose(*values, rtol=rounding)
