"""Kills one of two workers: the other must notice, and both must be able to go on.

    python tests/faults/kill_worker.py

Does so with either worker, prints how long the other needed, and ends with an error if it was more
than 120 s, if the other did not say why it ended, or if the training, started again, does not end
with the weights of one that was left alone, bit for bit.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from processes import ROOT, assert_equal_runs, command

EPOCHS = 6
FLAGS = [
    "--model=gan",
    "--image_size=8",
    "--batch_size=32",
    "--steps_per_epoch=40",
    f"--epochs={EPOCHS}",
    "--strategy=multi_worker",
    "--checkpoint_every=7",
    "--resume",
]
LAUNCH = [sys.executable, str(ROOT / "scripts" / "launch_local.py"), "--workers=2", "--"]


def main():
    """Trains once in peace, and once for each worker."""
    with tempfile.TemporaryDirectory() as folder:
        straight = pathlib.Path(folder, "straight")
        code, output, _ = train(straight)
        assert code == 0, output
        for victim in range(2):
            workdir = pathlib.Path(folder, f"victim-{victim}")
            code, output, seconds = train(workdir, victim)
            other = 1 - victim
            assert code, output
            line = re.search(rf"\[worker {other}\] error: Another worker is gone.*", output)
            assert line, output
            assert seconds < 120, f"it took {seconds:.0f} s"
            print(f"Worker {victim} killed; after {seconds:.0f} s: {line[0]}", flush=True)
            code, output, _ = train(workdir)
            assert code == 0 and output.count("Resuming after epoch") == 2, output
            # Within an epoch the workers' sums are saved as one, and halved again.
            assert_equal_runs(straight, workdir, EPOCHS, rounding=1e-5)
            print("Started again: all weights are equal, bit for bit.", flush=True)


def train(workdir, victim=None):
    """Trains with two workers, and kills one in the third epoch.

    Returns the exit code, what was printed, and how long it took to end after the kill.
    """
    _, *script = command("train", *FLAGS, f"--workdir={workdir}")
    process = subprocess.Popen(
        LAUNCH + script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines, killed = [], time.monotonic()
    for line in process.stdout:
        lines.append(line)
        if victim is not None and "Epoch 3/" in line:
            time.sleep(1)
            os.kill(worker_of(process.pid, victim), signal.SIGKILL)
            victim, killed = None, time.monotonic()
    return process.wait(), "".join(lines), time.monotonic() - killed


def worker_of(launcher, number):
    """The process of a launcher's worker (Linux)."""
    children = pathlib.Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
    for child in children:
        variables = pathlib.Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        for variable in variables:
            name, _, value = variable.partition(b"=")
            if name == b"TF_CONFIG" and json.loads(value)["task"]["index"] == number:
                return int(child)
    raise RuntimeError(f"The launcher has no worker {number}.")


if __name__ == "__main__":
    main()
