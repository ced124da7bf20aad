"""Runs a script as several workers on this machine, to try out distributed training.

    python scripts/launch_local.py --workers=2 -- scripts/train.py --strategy=multi_worker

Each worker is a process of its own, and finds the others on this machine through TF_CONFIG. What
the workers print is shown with their numbers. SIGINT and SIGTERM are passed on to all. When a
worker fails the others notice, and end too; those that have not after two minutes are killed. The
exit code is that of the first that failed, or 0.
"""

from zoo import command_line  # first: it quietens TensorFlow

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

from absl import flags

_WORKERS = flags.DEFINE_integer("workers", 2, "How many workers.", lower_bound=1)

# Longer than the workers need to notice that one of them is gone.
_GRACE_SECONDS = 120


def main(command):
    """Starts the workers, and waits for them."""
    if not command:
        raise command_line.UserError(
            "give a script and its flags: launch_local.py --workers=2 -- scripts/train.py ..."
        )
    workers, asked = [], []

    def forward(number, frame):
        asked.append(time.monotonic())
        for worker in workers:
            worker.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, forward)
    try:
        start(command, _WORKERS.value, workers)
        printers = [
            threading.Thread(target=show, args=(i, worker.stdout), daemon=True)
            for i, worker in enumerate(workers)
        ]
        for printer in printers:
            printer.start()
        code = wait(workers, asked)
        for printer in printers:
            printer.join()
    finally:
        for worker in workers:
            worker.kill()
    if code:
        sys.exit(code)


def start(command, count, workers):
    """Starts the workers, and adds their processes to `workers`."""
    addresses = [f"localhost:{port}" for port in free_ports(count)]
    for i in range(count):
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": i}}
        workers.append(
            subprocess.Popen(
                [sys.executable, "-u", *command],
                env=os.environ | {"TF_CONFIG": json.dumps(task)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        )


def free_ports(count):
    """Returns ports that nobody listens on."""
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def show(number, lines):
    """Prints a worker's lines."""
    for line in lines:
        with contextlib.suppress(BrokenPipeError):  # the worker must not wait for a reader
            print(f"[worker {number}] {line}", end="", flush=True)


def wait(workers, asked):
    """Waits for all workers; returns the exit code of the first that failed, or 0.

    Args:
        workers: Their processes.
        asked: The times of the signals that were passed on; from the first on, or the first
            failure, there is a limit.
    """
    running, code = dict(enumerate(workers)), 0
    while running:
        time.sleep(0.1)
        for number, worker in list(running.items()):
            if worker.poll() is None:
                continue
            del running[number]
            if worker.returncode and not code:
                # Of a signal, as shells have it.
                code = worker.returncode if worker.returncode > 0 else 128 - worker.returncode
                asked.append(time.monotonic())
                with contextlib.suppress(BrokenPipeError):
                    print(f"Worker {number} failed with exit code {code}.", flush=True)
        if asked and time.monotonic() > asked[0] + _GRACE_SECONDS:
            for worker in running.values():
                worker.kill()
    return code


if __name__ == "__main__":
    command_line.run(main, command=True)
