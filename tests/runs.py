"""Scripts as a user runs them, each in a process of its own."""

import csv
import pathlib
import re
import subprocess
import sys

import keras
import numpy as np

import kerasgan  # noqa: F401 without it Keras does not know the classes in a file

ROOT = pathlib.Path(__file__).parent.parent


def command(script, *flags):
    return [sys.executable, str(ROOT / "scripts" / f"{script}.py"), *map(str, flags)]


def run(script, *flags, cwd):
    return subprocess.run(command(script, *flags), cwd=cwd, capture_output=True, text=True)


def refuses(result, *words):
    """One clear line on the standard error, exit code 2."""
    lines = [line for line in result.stderr.splitlines() if not re.match(r"[IWE]\d{4} |WARN", line)]
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    assert len(lines) == 1 and lines[0].startswith("error: "), result.stderr
    for word in words:
        assert word in lines[0]
    return True


def assert_equal_runs(one, other, epochs):
    a, b = (keras.models.load_model(workdir / "model.keras") for workdir in (one, other))
    for x, y in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)
    for x, y in zip(a.generator_optimizer.variables, b.generator_optimizer.variables, strict=True):
        np.testing.assert_array_equal(x, y)
    histories = [list(csv.DictReader((w / "history.csv").open())) for w in (one, other)]
    assert [int(row["epoch"]) for row in histories[1]] == list(range(epochs))
    assert histories[0] == histories[1]
