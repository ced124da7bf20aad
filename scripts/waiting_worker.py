"""Does what users wait for when benchmark_waiting.py tells it to, which runs it.

    python scripts/waiting_worker.py kerasgan TASK FILE SIZE...
    python scripts/waiting_worker.py eager TASK FILE
    python scripts/waiting_worker.py compiled TASK FILE

The first writes a file of its network's weights, its inputs, and what it made of them. The others
do the same work by PyTorch, and say how far what they made is off.
"""

from zoo import command_line  # noqa: F401 first: it quietens TensorFlow

import functools
import sys
import time

import numpy as np
from workers import answer, attend, peak, repeated


def generate(count):
    """Returns a network, inputs by name, and the function that is waited for: 64 x 64 by DCGAN."""
    from kerasgan import models

    model = models.DCGAN((64, 64, 3), seed=0)
    vary(model.generator, 1.0)
    latents = model.sample_latent(count, seed=1).numpy()
    return model.generator, {"latents": latents}, lambda: model.generate(count, seed=1)


def upscale(height, width):
    """Returns likewise: a picture made four times as large by the small SRResNet."""
    from kerasgan import models, networks

    model = models.SRResNet(generator=networks.srgan.generator(width=32, blocks=8, seed=0))
    vary(model.generator, 0.5)
    picture = pixels(0, (height, width, 3))
    return model.generator, {"picture": picture}, lambda: model.upscale(picture)


def evaluate(count):
    """Returns likewise: the Fréchet distance of images from others, by a classifier's features."""
    from kerasgan import metrics
    from zoo import measuring

    network = metrics.classifier("mnist")
    real, made = (pixels(seed, (count, 28, 28, 1)) // (1 + seed) for seed in (0, 1))

    def measure():
        values = measuring.compare("frechet", network, real, lambda i, j: made[i:j], count, 100)
        return values["frechet_distance"][0]

    return network, {"real": real, "generated": made}, measure


def pixels(seed, shape):
    """Returns uint8 noise."""
    return np.random.default_rng(seed).integers(0, 256, shape, "uint8")


def vary(network, gain):
    """Draws weights by which images differ: those that networks begin with make grey.

    Args:
        network: The network.
        gain: How much larger values are after a layer; residual ones add up.
    """
    generator = np.random.default_rng(0)

    def draw(weight):
        if weight.ndim < 2 or weight.shape[:-1] == (1, 1):
            return generator.uniform(0.5, 1.0, weight.shape)
        return generator.normal(0.0, gain * np.prod(weight.shape[:-1]) ** -0.5, weight.shape)

    network.set_weights([draw(weight) for weight in network.get_weights()])


def ours(task, file, *sizes):
    """Returns a function that does a task, after it was done once, and what to say of that."""
    from zoo import quiet  # noqa: F401 before TensorFlow

    tasks = {"generate": generate, "upscale": upscale, "evaluate": evaluate}
    network, inputs, wait = tasks[task](*map(int, sizes))
    first, made = timed(wait)
    weights = {f"weight_{i:03d}": weight for i, weight in enumerate(network.get_weights())}
    np.savez(file, made=made, **inputs, **weights)
    return wait, {"first": first}


def theirs(task, file, compiled):
    """Returns likewise for PyTorch's way."""
    import torch
    import waiting_peers

    with np.load(file) as stored:
        values = dict(stored)
    weights = [values.pop(name) for name in sorted(values) if name.startswith("weight_")]
    expected = values.pop("made").astype("float64")
    network = waiting_peers.load(waiting_peers.NETWORKS[task](), weights)
    network = torch.compile(network) if compiled else network
    wait = functools.partial(waiting_peers.WAYS[task], network, **values)
    first, made = timed(wait)
    off = np.abs(made - expected).max() / np.abs(expected).max()
    return wait, {"first": first, "off": float(off)}


def timed(function):
    """Returns how many seconds a function takes, and what it returns."""
    start = time.perf_counter()
    made = function()
    return time.perf_counter() - start, made


if __name__ == "__main__":
    way, task, file, *sizes = sys.argv[1:]
    if way == "kerasgan":
        wait, found = ours(task, file, *sizes)
    else:
        wait, found = theirs(task, file, way == "compiled")
    answer(**found)
    attend(wait=repeated(wait), memory=peak)
