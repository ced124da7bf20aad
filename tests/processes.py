"""Scripts as a user runs them, each in a process of its own."""

import csv
import functools
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import keras
import numpy as np

import kerasgan  # noqa: F401 without it Keras does not know the classes in a file

ROOT = pathlib.Path(__file__).parent.parent
# What hangs is to fail, even on a busy machine.
TIMEOUT = 1200


def command(script, *flags):
    return [sys.executable, str(ROOT / "scripts" / f"{script}.py"), *map(str, flags)]


# Processes that only differ in what they run share the time that imports take.
_FORKS = """
import json, os, runpy, signal, sys
import tensorflow, kerasgan, zoo
sys.path.remove("")
for line in sys.stdin:
    script, flags, cwd, folder, timeout = json.loads(line)
    child = os.fork()
    if not child:
        os.chdir(cwd)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for stream, name in (1, "stdout"), (2, "stderr"):
            os.dup2(os.open(f"{folder}/{name}", os.O_CREAT | os.O_WRONLY), stream)
        signal.alarm(timeout)
        sys.path.insert(0, os.path.dirname(script))
        sys.argv = [script, *flags]
        runpy.run_path(script, run_name="__main__")
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@functools.cache
def _forks():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", _FORKS], cwd=ROOT, **pipes)


def run(script, *flags, cwd):
    """Runs a script to its end."""
    _, path, *flags = command(script, *flags)
    with tempfile.TemporaryDirectory() as folder:
        request = [path, flags, str(cwd), folder, TIMEOUT]
        print(json.dumps(request), file=_forks().stdin, flush=True)
        code = int(_forks().stdout.readline())
        texts = [pathlib.Path(folder, name).read_text() for name in ("stdout", "stderr")]
    return subprocess.CompletedProcess([path, *flags], code, *texts)


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
    for x, y in zip(a.generator_optimizer.variables, b.generator_optimizer.variables, strict=True):
        np.testing.assert_array_equal(x, y)
    histories = [list(csv.DictReader((w / "history.csv").open())) for w in (one, other)]
    assert [int(row["epoch"]) for row in histories[1]] == list(range(epochs))
    # Keras writes NA where an epoch has no value.
    values = [
        [[float(x.replace("NA", "nan") or "nan") for x in row.values()] for row in rows]
        for rows in histories
    ]
    np.testing.assert_allclose(*values, rtol=rounding)
