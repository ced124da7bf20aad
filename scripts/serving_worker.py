"""Serves when benchmark_serving.py tells it to, which runs it, without kerasgan.

    python scripts/serving_worker.py tensorflow INPUTS FOLDER ENDPOINT
    python scripts/serving_worker.py onnxruntime INPUTS FILE

INPUTS is an .npz file of the endpoint's inputs by name, as many as the largest batch.
"""

import concurrent.futures
import sys
import time

import numpy as np
from measuring import differences
from workers import answer, attend, peak


def tensorflow(folder, endpoint):
    """Returns a function of an endpoint's inputs by name, of a SavedModel."""
    import tensorflow as tf

    served = tf.saved_model.load(folder)

    def call(inputs):  # holds the SavedModel, without which its signatures do not work
        made = served.signatures[endpoint](**{k: tf.constant(v) for k, v in inputs.items()})
        return next(iter(made.values())).numpy()

    return call


def onnxruntime(file):
    """Returns likewise of an ONNX file."""
    import onnxruntime as ort

    session = ort.InferenceSession(file, providers=ort.get_available_providers())
    return lambda inputs: session.run(None, inputs)[0]


def main(runtime, inputs, *served):
    """Loads, and answers."""
    with np.load(inputs) as stored:
        inputs = dict(stored)
    call = {"tensorflow": tensorflow, "onnxruntime": onnxruntime}[runtime](*served)

    def ask(batch, seconds):
        """Returns the milliseconds of each request, one after the other, for some seconds."""
        given = {name: values[:batch] for name, values in inputs.items()}
        times = [time.perf_counter()]
        while len(times) < 3 or times[-1] < times[0] + seconds:
            call(given)
            times.append(time.perf_counter())
        return differences(times)

    def rate(batch, seconds, clients):
        """Returns how many images a second clients are given, each of which waits for its own."""
        start = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(clients) as pool:
            requests = pool.map(lambda _: len(ask(batch, seconds)), range(clients))
        return batch * sum(requests) / (time.perf_counter() - start)

    answer(without_kerasgan="kerasgan" not in sys.modules)
    attend(
        alone=lambda *request: {"ms": ask(*request)},
        together=lambda *request: {"rate": rate(*request)},
        memory=peak,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
