"""Trains recipes' models up to an epoch of five steps, as one of several workers or alone.

    python elastic_worker.py FOLDER EPOCHS RECIPE...

goes on from FOLDER/RECIPE, where the checkpoints are, and writes the weights and what was seen to
FOLDER/0.npz, 1.npz ..., by the worker's number, or to FOLDER/alone.npz.
"""

import json
import os
import pathlib
import sys
import tempfile

import numpy as np
import tensorflow as tf

if "TF_CONFIG" in os.environ:
    number = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
    strategy = tf.distribute.MultiWorkerMirroredStrategy()  # before anything else is computed
else:
    number, strategy = "alone", tf.distribute.OneDeviceStrategy("CPU:0")

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from conformance import cases

from kerasgan import callbacks, data


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

images = data.Images(np.arange(40, dtype="uint8").reshape(40, 1, 1, 1))
stream = images.stream(8, seed=0, start_step=5 * (epochs - 1))
batches = iter(strategy.experimental_distribute_dataset(stream))
shares = [strategy.experimental_local_results(next(batches)) for _ in range(5)]
found["seen"] = data.to_uint8(np.concatenate(shares, axis=1)).numpy().reshape(5, -1)
np.savez(folder / f"{number}.npz", **found)
