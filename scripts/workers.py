"""Processes that a script starts, and that do what it tells them, one after the other, in turn.

A worker imports neither kerasgan nor TensorFlow here: some are to do without.
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import time

from measuring import differences


@contextlib.contextmanager
def worker(name, *arguments):
    """Runs a script beside this one, which `ask` talks with until the context ends."""
    command = [sys.executable, str(pathlib.Path(__file__).with_name(f"{name}.py")), *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait()


def ask(process, what=None):
    """Tells a worker what to do, and returns what it answers."""
    if what is not None:
        print(what, file=process.stdin, flush=True)
    for line in process.stdout:
        if line.startswith("{"):
            return json.loads(line)
    raise SystemExit(f"error: a worker died: {' '.join(process.args)}")


def answer(**values):
    """Answers who asked."""
    print(json.dumps(values), flush=True)


def attend(**turns):
    """Does what is asked until nobody asks any more.

    Args:
        **turns: Functions of numbers, which return values by name.
    """
    for line in sys.stdin:
        name, *numbers = line.split()
        answer(**turns[name](*map(json.loads, numbers)))


def repeated(function):
    """Returns a turn that calls a function so many times; it returns the milliseconds of each."""

    def turn(count):
        times = [time.perf_counter()]
        for _ in range(count):
            function()
            times.append(time.perf_counter())
        return {"ms": differences(times)}

    return turn


def memory():
    """Returns the megabytes of this process, by the names that Linux has for them.

    `VmRSS` is what is resident, `RssAnon` without mapped files, `VmHWM` the most at any time.
    """
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    values = dict(line.split(":") for line in lines)
    return {key: int(values[key].split()[0]) / 1024 for key in ("RssAnon", "VmRSS", "VmHWM")}


def peak():
    """Returns a turn's answer: the most memory that this process has had."""
    return {"mb": memory()["VmHWM"]}
