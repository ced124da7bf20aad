"""Scripts as a user runs them, each in a process of its own."""

import csv
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


def run(script, *flags, cwd):
    options = {"capture_output": True, "text": True, "timeout": TIMEOUT}
    return subprocess.run(command(script, *flags), cwd=cwd, **options)


_FORKS = """
import json, os, runpy, sys
import tensorflow, kerasgan, zoo
script, folder, *cases = json.loads(sys.argv[1])
sys.path.insert(0, os.path.dirname(script))
codes = []
for i, flags in enumerate(cases):
    child = os.fork()
    if not child:
        for stream, name in (1, "stdout"), (2, "stderr"):
            os.dup2(os.open(f"{folder}/{i}.{name}", os.O_CREAT | os.O_WRONLY), stream)
        sys.argv = [script, *flags]
        runpy.run_path(script, run_name="__main__")
        sys.exit()
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(codes))
"""


def run_each(script, cases, cwd):
    """Runs a script with each list of flags; the processes share the time that imports take."""
    _, path = command(script)
    with tempfile.TemporaryDirectory() as folder:
        arguments = json.dumps([path, folder, *cases])
        forks = [sys.executable, "-c", _FORKS, arguments]
        done = subprocess.run(forks, cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT)
        assert done.returncode == 0, done.stderr
        codes = json.loads(done.stdout.splitlines()[-1])
        for i, (flags, code) in enumerate(zip(cases, codes, strict=True)):
            texts = [
                pathlib.Path(folder, f"{i}.{name}").read_text() for name in ("stdout", "stderr")
            ]
            yield subprocess.CompletedProcess([path, *flags], code, *texts)


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
