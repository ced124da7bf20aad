"""Trains on pictures that are read from a disk, as one of several workers or alone.

    python streaming.py FOLDER KIND...

FOLDER/pictures has two classes. Writes the weights and the logs as `worker.py` does.
"""

import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf
from as_worker import number, strategy  # first: it joins the cluster
from conformance import cases

from kerasgan import data

SIZE = 2 * cases.PART
STREAMS = {
    "dcgan": lambda images: images.stream(SIZE, seed=0, start_step=3),
    "sgan": lambda images: data.semi_supervised(images, 4, 0, SIZE, start_step=3),
}
noise = np.random.default_rng(1).normal(size=(SIZE, cases.LATENT_DIM)).astype("float32")


def given(count, seed=None):
    """The replica's share of the same latents in each step."""
    context = tf.distribute.get_replica_context()
    replica = int(tf.get_static_value(context.replica_id_in_sync_group))
    share = SIZE // strategy.num_replicas_in_sync
    return tf.constant(noise[share * replica : share * (replica + 1)])


found = {}
images = data.load_images(pathlib.Path(sys.argv[1], "pictures"), (8, 8, 1), stream=True)
for name in sys.argv[2:]:
    with strategy.scope():
        model = cases.from_networks(name, ema=0.5, seed=0)
        # The paper's optimizers divide by the size of the gradient, and hide its scale.
        model.compile(*(keras.optimizers.SGD(cases.rate(name)) for _ in cases.players(model)))
    model.sample_latent = given
    logs = model.fit(STREAMS[name](images), steps_per_epoch=5, verbose=0).history
    found |= {f"{name} weight {i}": weight for i, weight in enumerate(model.get_weights())}
    found |= {f"{name} log {key}": np.asarray(values) for key, values in logs.items()}
np.savez(pathlib.Path(sys.argv[1]) / f"{number}.npz", **found)
