"""Trains recipes' models for five steps, and more, as one of several workers or alone.

    python worker.py FOLDER RECIPE...

writes the weights, the logs and what was seen to 0.npz, 1.npz ..., by the worker's number, or to
alone.npz.
"""

import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf
from as_worker import number, seen, strategy  # first: it joins the cluster
from conformance import cases

from kerasgan import metrics

found = {}
for name in sys.argv[2:]:
    logs, weights = cases.train_with_given_latents(name, strategy, steps=5)
    found |= {f"{name} weight {i}": weight for i, weight in enumerate(weights)}
    found |= {f"{name} log {key}": np.asarray(values) for key, values in logs.items()}

with strategy.scope():
    model = cases.from_networks("pix2pix")
    model.compile()
x, y = cases.arrays("pix2pix", 5)[1]  # a worker's share of the last batch is empty
evaluated = model.evaluate(x, y, batch_size=4, return_dict=True, verbose=0)
found |= {f"evaluated {key}": value for key, value in evaluated.items()}

judge = metrics.classifier("digits")  # a share of the last batch is empty
with strategy.scope():
    distance = metrics.FrechetDistance(judge)
update = tf.function(lambda real, made: strategy.run(distance.update_state, args=(real, made)))
digits = np.random.default_rng(0).integers(0, 256, (2, 17, 8, 8, 1), dtype=np.uint8)
digits[1] //= 2
pairs = tf.data.Dataset.from_tensor_slices(tuple(digits)).batch(8)
for pair in strategy.experimental_distribute_dataset(pairs):
    update(*pair)
found["evaluated frechet_distance"] = distance.result()

# Each worker measures the whole of what is made, and all find the same.
outside = metrics.FrechetDistance(judge, name="outside")
with strategy.scope():
    model = cases.from_networks("dcgan", seed=0)
    inside = metrics.FrechetDistance(judge, name="inside")
    still = [keras.optimizers.SGD(0.0) for _ in range(2)]
    model.compile(*still, metrics=[inside, outside, metrics.PrecisionRecall(judge)])
x = digits[0, :, :, :, :1]
history = model.fit(x, batch_size=8, verbose=0).history
found |= {f"evaluated {key}": history[f"val_{key}"] for key in model.measured()}

found["seen"] = seen()
np.savez(pathlib.Path(sys.argv[1]) / f"{number}.npz", **found)
