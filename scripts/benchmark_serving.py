"""Measures how fast an exported model is served: its SavedModel, in turn with ONNX Runtime.

    python scripts/benchmark_serving.py [--model=dcgan_mnist] [--against=onnxruntime]

The endpoint of each runs in a process of its own that has not loaded kerasgan: requests one after
the other, and requests of several clients at once, threads of that process. Latencies are medians
and 95th percentiles of all requests of all turns; images a second are medians over the turns.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import contextlib
import statistics
import tempfile

import numpy as np
from absl import flags
from measuring import machine, write
from workers import ask, worker

from kerasgan.training import folder, loading

_MODEL = flags.DEFINE_string(
    "model", "dcgan_mnist", "A run's folder, a .keras file, or a preset's name or folder."
)
_ENDPOINT = flags.DEFINE_string(
    "endpoint", None, "Which endpoint to measure. [default: the first that takes no seed]"
)
_AGAINST = flags.DEFINE_enum("against", None, ["onnxruntime"], "What to compare with.")
_BATCHES = flags.DEFINE_multi_integer("batch", [1, 16, 64], "Images in a request.", lower_bound=1)
_CLIENTS = flags.DEFINE_integer("clients", 8, "How many clients at once.", lower_bound=1)
_ROUNDS = flags.DEFINE_integer("rounds", 5, "How often to take turns.", lower_bound=1)
_SECONDS = flags.DEFINE_float("seconds", 2.0, "How long a turn takes.", lower_bound=0.0)
_OUTPUT = flags.DEFINE_string("output", None, "A JSON file to write.")


@command_line.run_errors()
def main():
    """Exports, serves, asks."""
    path = folder.path_of(_MODEL.value)
    model = loading.load_model(path)
    with tempfile.TemporaryDirectory() as root:
        with command_line.user_errors(ValueError, ImportError):
            endpoint = model.choose_endpoint(_ENDPOINT.value)
            served = {"tensorflow": [f"{root}/saved_model", endpoint]}
            model.export(f"{root}/saved_model")
            if _AGAINST.value:
                served["onnxruntime"] = [f"{root}/model.onnx"]
                model.export(f"{root}/model.onnx", format="onnx", endpoint=endpoint)
        np.savez(f"{root}/inputs.npz", **draw(model, endpoint, max(_BATCHES.value)))
        results = {"machine": machine(), "model": str(path), "endpoint": endpoint}
        results |= {"clients": _CLIENTS.value, "runtimes": measure(f"{root}/inputs.npz", served)}
    print(table(results))
    write(results, _OUTPUT.value)


def draw(model, endpoint, count):
    """Returns inputs of an endpoint by name; pictures of any size as large as those trained on."""
    generator, drawn = np.random.default_rng(0), {}
    for spec in model.endpoints()[endpoint][1]:
        sides = [None, *getattr(model, "inputs_shape", model.image_shape)]
        shape = [count, *(a or b for a, b in zip(spec.shape[1:], sides[1:], strict=False))]
        values = generator.uniform(-1, 1, shape)
        if spec.dtype.is_integer:  # pixels, or the first label
            values = (values + 1) * 127.5 * (spec.dtype == "uint8")
        drawn[spec.name] = values.astype(spec.dtype.as_numpy_dtype)
    return drawn


def measure(inputs, served):
    """Returns the figures of each runtime.

    Args:
        inputs: The file of the inputs.
        served: What a worker is told of a model beside them, by runtime.
    """
    found = {runtime: {"batches": {}} for runtime in served}
    with contextlib.ExitStack() as stack:
        processes = {}
        for runtime, arguments in served.items():
            process = worker("serving_worker", runtime, inputs, *arguments)
            processes[runtime] = stack.enter_context(process)
            found[runtime] |= ask(processes[runtime])
        for batch in _BATCHES.value:
            for process in processes.values():
                ask(process, f"alone {batch} 0")  # the first requests choose kernels
            times, rates = ({runtime: [] for runtime in served} for _ in range(2))
            for _ in range(_ROUNDS.value):
                for runtime, process in processes.items():
                    request = f"{batch} {_SECONDS.value}"
                    times[runtime] += ask(process, f"alone {request}")["ms"]
                    answered = ask(process, f"together {request} {_CLIENTS.value}")
                    rates[runtime].append(answered["rate"])
            for runtime in served:
                found[runtime]["batches"][batch] = {
                    "median_ms": statistics.median(times[runtime]),
                    "percentile_95_ms": float(np.percentile(times[runtime], 95)),
                    "images_per_second": statistics.median(rates[runtime]),
                }
        for runtime, process in processes.items():
            found[runtime] |= ask(process, "memory")
    return found


def table(results):
    """Returns the figures as a table in Markdown."""
    lines = [
        f"{results['machine']}; {results['endpoint']} of {results['model']}",
        "| runtime | images a request | median, ms | 95th percentile, ms "
        f"| images/s, {results['clients']} clients | memory, MB |",
        "|---|---|---|---|---|---|",
    ]
    for runtime, found in results["runtimes"].items():
        for batch, values in found["batches"].items():
            lines.append(
                f"| {runtime} | {batch} | {values['median_ms']:.2f} "
                f"| {values['percentile_95_ms']:.2f} | {values['images_per_second']:,.0f} "
                f"| {found['mb']:,.0f} |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    command_line.run(main)
