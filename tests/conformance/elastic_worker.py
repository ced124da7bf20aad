"""Trains recipes' models up to an epoch of five steps, as one of several workers or alone.

    python elastic_worker.py FOLDER EPOCHS RECIPE...

goes on from FOLDER/RECIPE, where the checkpoints are, and writes the weights and what was seen to
FOLDER/0.npz, 1.npz ..., by the worker's number, or to FOLDER/alone.npz.
"""

import pathlib
import sys
import tempfile

import numpy as np
from as_worker import number, seen, strategy  # first: it joins the cluster
from conformance import cases

from kerasgan import callbacks


class ChiefsCheckpoint(callbacks.Checkpoint):
    """All workers go on from one folder, and save; only what the first saves is kept there."""

    def on_train_begin(self, logs=None):
        if number not in ("alone", 0):
            self.directory = pathlib.Path(tempfile.mkdtemp(dir=folder))


found = {}
folder, epochs = pathlib.Path(sys.argv[1]), int(sys.argv[2])
for name in sys.argv[3:]:
    checkpoint = ChiefsCheckpoint(folder / name)
    arguments = {"steps": 5, "epochs": epochs, "checkpoint": checkpoint}
    _, weights = cases.train_with_given_latents(name, strategy, **arguments)
    found |= {f"{name} weight {i}": weight for i, weight in enumerate(weights)}

found["seen"] = seen(start_step=5 * (epochs - 1))
np.savez(folder / f"{number}.npz", **found)
