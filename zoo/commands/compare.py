"""Compares recipes, losses or options: trains each with several seeds, and draws up a table.

kerasgan compare --dataset=mnist --seeds=3 --run=dcgan --run="dcgan --penalty=r1:0.1" --run=wgan_gp

A --run is the name of a recipe and flags of `kerasgan train`. Each is trained on the same data with
the seeds 0, 1 and so on, and measured by --metrics after its epochs, and at its end on --count
images. The folder --output then holds the runs, table.md with the mean and the standard deviation
of each value over the seeds, and curves.png with the first metric over the minutes of training.

The same command goes on where it was stopped. What is measured is that of `kerasgan evaluate`.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

import os
import pathlib
import shlex

from absl import flags

import zoo
from zoo import command_line, comparison

_RUN = flags.DEFINE_multi_string(
    "run", None, 'A recipe and flags of train, such as "dcgan --penalty=r1:0.1"; often.'
)
_DATASET = flags.DEFINE_string("dataset", "digits", "What all are trained and measured on.")
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Where tensorflow_datasets keeps its data.")
_SEEDS = flags.DEFINE_integer("seeds", 3, "How many trainings of each.", lower_bound=1)
_METRICS = flags.DEFINE_string(
    "metrics", "frechet,precision_recall", "What to measure; the first is drawn."
)
_METRICS_EVERY = flags.DEFINE_integer(
    "metrics_every", 1, "Measure after each so many epochs.", lower_bound=1
)
_FEATURES = flags.DEFINE_string(
    "features", None, "Whose features are compared. [default: as of evaluate]"
)
_COUNT = flags.DEFINE_integer(
    "count", 10_000, "How many images to measure at the end, at most.", lower_bound=1
)
_OUTPUT = flags.DEFINE_string("output", "comparison", "The folder for runs, table and curves.")

# What is the same for all runs.
_SHARED = ("model", "dataset", "data_dir", "workdir", "seed", "resume")
_MEASURING = ("metrics", "metrics_every", "features")


def main():
    """Trains, measures, and draws up the table anew after each training."""
    runs = [Run(text) for text in _RUN.value or ()]
    if not runs:
        raise command_line.UserError('give what to compare: --run=dcgan --run="dcgan --ema=0"')
    if len({run.folder for run in runs}) < len(runs):
        raise command_line.UserError(f"one --run is there twice: {', '.join(_RUN.value)}")
    output = pathlib.Path(_OUTPUT.value).expanduser()
    folders = {run.text: run.folder for run in runs}
    for seed in range(_SEEDS.value):
        for run in runs:
            run.train(output, seed)
            table = comparison.table(output, folders, _SEEDS.value)
    comparison.draw(output, folders, _SEEDS.value)
    print(table)


class Run:
    """A recipe and its flags.

    Args:
        text: Both, as on a command line.

    Raises:
        UserError: If the text is none, or has a flag that all runs share.
    """

    def __init__(self, text):
        with command_line.user_errors(ValueError):
            self.model, *self.flags = shlex.split(text) or [""]
        if self.model not in zoo.RECIPES:
            raise command_line.UserError(
                f"--run={text!r}: {self.model!r} is none of {', '.join(zoo.RECIPES)}"
            )
        self.text = text
        for flag in self.flags:
            name = flag.lstrip("-").partition("=")[0]
            if not flag.startswith("--") or name in (*_SHARED, *_MEASURING):
                raise command_line.UserError(
                    f"--run={text!r}: {flag} is no flag of train that runs may differ in"
                )
        self.folder = "-".join([self.model, *(flag.strip("-") for flag in self.flags)])
        self.folder = self.folder.replace(os.sep, "_")

    def train(self, output, seed):
        """Trains with a seed, and measures, what of both is not done yet.

        Raises:
            UserError: If that fails, after what the command says of it.
        """
        workdir = output / self.folder / f"seed{seed}"
        given = {"dataset": _DATASET.value, "data_dir": _DATA_DIR.value}
        measuring = {"metrics": _METRICS.value, "features": _FEATURES.value}
        if not comparison.trained(workdir):
            every = {"metrics_every": _METRICS_EVERY.value, "seed": seed, "workdir": workdir}
            command_line.kerasgan(
                "train", given | measuring | every | {"model": self.model}, *self.flags, "--resume"
            )
        if not (workdir / "metrics.json").exists():
            command_line.kerasgan(
                "evaluate", given | measuring | {"count": _COUNT.value, "model": workdir}
            )
