"""Kills one training 20 times, and compares how it ends with the same training left alone.

    python tests/faults/kill.py [--kills=20] [--model=dcgan]

Each kill is a SIGKILL, every other one at a random moment, the others when a checkpoint is begun,
the first in the first epoch, the others spread over three quarters of training. Prints where
training went on and the counts, and ends with an error unless weights, optimizers and logs are
equal, bit for bit. The images of progan grow from epoch 12 to epoch 24.
"""

import argparse
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from processes import assert_equal_runs, command, run

EPOCHS = 30
FLAGS = [
    "--image_size=8",
    "--batch_size=32",
    "--steps_per_epoch=40",
    f"--epochs={EPOCHS}",
    "--resume",
]


def main():
    """Trains twice, once in peace."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--model", default="dcgan")
    arguments = parser.parse_args()
    kills, flags = arguments.kills, [*FLAGS, f"--model={arguments.model}"]
    with tempfile.TemporaryDirectory() as folder:
        straight, killed = pathlib.Path(folder, "straight"), pathlib.Path(folder, "killed")
        result = run("train", *flags, f"--workdir={straight}", cwd=folder)
        assert result.returncode == 0, result.stderr
        done = {"at a random moment": 0, "while writing": 0}
        starts = 0
        while True:
            starts += 1
            if start(flags, killed, kills, done):
                break
        assert sum(done.values()) == kills, f"there was time for {done} only"
        assert_equal_runs(straight, killed, EPOCHS)
    counts = ", ".join(f"{count} {when}" for when, count in done.items())
    print(f"{arguments.model}: {kills} SIGKILLs ({counts}), {starts} starts: all bits are equal.")


def start(flags, workdir, kills, done):
    """Starts or continues the training, and kills it if that is not done `kills` times yet.

    Returns whether it finished.
    """
    unfinished = workdir / "checkpoints" / "unfinished.weights.h5"
    unfinished.unlink(missing_ok=True)  # of an earlier kill
    process = subprocess.Popen(
        command("train", *flags, f"--workdir={workdir}", "--checkpoint_every=5"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines, made = [], sum(done.values())
    if made < kills:
        first = EPOCHS * 3 // 4 * made // kills
        for line in process.stdout:  # until it has trained as much
            lines.append(line)
            if line.startswith("Resuming "):
                print(line.partition(":")[0], flush=True)
            if line.startswith("Epoch ") and int(line.split()[1].split("/")[0]) > first:
                break
        if made % 2:
            while not unfinished.exists() and process.poll() is None:
                pass
        else:
            time.sleep(random.uniform(0, 2))
        if process.poll() is None:
            process.kill()
            process.wait()
            done["while writing" if unfinished.exists() else "at a random moment"] += 1
    rest, _ = process.communicate()
    if process.returncode > 0:
        raise SystemExit("".join(lines) + rest)
    return process.returncode == 0


if __name__ == "__main__":
    main()
