"""Trains every recipe on its default data, and counts the warnings of a game that goes wrong.

    python tests/faults/healthy.py [--steps=600] [recipe ...]

Ends with an error if there is one.
"""

import argparse
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from processes import run

import zoo


def main():
    """Trains them one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("recipes", nargs="*", default=list(zoo.RECIPES))
    arguments = parser.parse_args()
    warned = []
    for name in arguments.recipes:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            flags = [f"--model={name}", "--epochs=1", f"--steps_per_epoch={arguments.steps}"]
            if zoo.RECIPES[name].small:
                flags.append("--small")
            result = run("train", *flags, "--workdir=run", cwd=folder)
        assert result.returncode == 0, result.stderr
        found = [line for line in result.stderr.splitlines() if " steps the " in line]
        warned += found
        print(
            f"{name}: {len(found)} warnings, {time.monotonic() - start:.0f} s", *found, flush=True
        )
    print(f"{len(arguments.recipes)} recipes, {arguments.steps} steps: {len(warned)} warnings.")
    sys.exit(bool(warned))


if __name__ == "__main__":
    main()
