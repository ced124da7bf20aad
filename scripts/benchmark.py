"""Measures how fast training is, and how near to what the machine can do.

    python scripts/benchmark.py [--cases=dcgan,pix2pix] [--against=path/to/torch_peers.py]

For each case, a recipe's model at its canonical size: the time of a step through `fit` and its
data, and that of the compiled step alone; the floating-point operations of a step, as convolutions
are usually computed, and which part of the machine's rate in products of large float32 matrices
that comes to; the time to the first step, and the peak of memory. With --against a PyTorch file
that builds steps of the same work is measured too. All of these take turns, a few steps of each at
a time. Times are medians, and comparisons are medians of those of turns that follow each other, as
a machine that others share is slower at times. Compare figures of one run only.
"""

from zoo import command_line  # first: it quietens TensorFlow

import contextlib
import functools
import importlib.util
import json
import math
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import time

from absl import flags
from measuring import differences, fitting, kernels, operations, usual_graph

_STARTED = time.perf_counter()

_AGAINST = flags.DEFINE_string(
    "against",
    None,
    "A Python file whose build(variant, wrap) returns a PyTorch step, its weights and its images.",
)
_CASES = flags.DEFINE_list("cases", None, "Which cases to measure. [default: all]")
_ROUNDS = flags.DEFINE_integer("rounds", 9, "How often to take turns.", lower_bound=1)
_STEPS = flags.DEFINE_integer("steps", 3, "The least steps in a turn.", lower_bound=2)
_SECONDS = flags.DEFINE_float("seconds", 1.0, "The least seconds in a turn.", lower_bound=0.0)
_MIXED_PRECISION = flags.DEFINE_enum(
    "mixed_precision",
    "float32",
    ["float32", "mixed_float16", "mixed_bfloat16"],
    "The precision that our networks compute in.",
)
_OUTPUT = flags.DEFINE_string("output", None, "A JSON file to write.")
_WORKER = flags.DEFINE_enum("worker", None, ["ours", "theirs"], "For the script's own use.")

_PEAK_SIDE = 2048


def cases():
    """Returns what to build for each case: (recipe, data, image shape, batch size, options)."""
    import keras
    from keras import layers

    from kerasgan import networks

    def dense(inputs, units, outputs, normalize):
        parts = [layers.Flatten()]
        for size in units:
            parts += [layers.Dense(size), *[layers.BatchNormalization()] * normalize]
            parts += [layers.LeakyReLU(0.2)]
        return keras.Sequential([keras.Input(inputs), *parts, *outputs])

    def mlp():
        pixels = [layers.Dense(784, "tanh"), layers.Reshape((28, 28, 1))]
        return {
            "generator": dense((100,), (256, 512, 1024), pixels, True),
            "discriminator": dense((28, 28, 1), (512, 256), [layers.Dense(1)], False),
        }

    def convolutional(shape, **options):
        return {
            "generator": networks.dcgan.generator(shape),
            "discriminator": networks.dcgan.discriminator(shape, **options),
        }

    large = functools.partial(convolutional, (64, 64, 3))
    unnormalized = functools.partial(convolutional, (32, 32, 1), normalize=False)

    return {
        "gan": ("gan", "digits", (28, 28, 1), 64, mlp),
        "dcgan": ("dcgan", "digits", (64, 64, 3), 64, dict),
        "lsgan": ("lsgan", "digits", (64, 64, 3), 64, large),
        "wgan_gp": ("wgan_gp", "digits", (32, 32, 1), 5 * 64, unnormalized),
        "pix2pix": ("pix2pix", "photos", (256, 256, 3), 1, dict),
        "cyclegan128": ("cyclegan", "photos", (128, 128, 3), 1, dict),
        "srgan": ("srgan", "photos", (96, 96, 3), 16, dict),
    }


def main():
    """Measures the cases one after the other, or is the worker that steps."""
    if _WORKER.value:
        (case,) = _CASES.value
        (ours if _WORKER.value == "ours" else theirs)(case)
        return
    from zoo import quiet  # noqa: F401 before TensorFlow

    known = list(cases())
    chosen = _CASES.value or known
    for case in chosen:
        if case not in known:
            raise command_line.UserError(f"--cases: {case!r} is none of {', '.join(known)}")
    if _AGAINST.value and not pathlib.Path(_AGAINST.value).is_file():
        raise command_line.UserError(f"--against={_AGAINST.value} is not a file")
    results = {"machine": machine(), "precision": _MIXED_PRECISION.value, "cases": {}}
    for case in chosen:
        results["cases"][case] = measure(case)
        print(table(results), flush=True)
    if _OUTPUT.value:
        with command_line.user_errors(OSError):
            pathlib.Path(_OUTPUT.value).write_text(json.dumps(results, indent=2) + "\n")


def measure(case):
    """Returns the figures of a case."""
    with contextlib.ExitStack() as stack:
        our = stack.enter_context(worker("ours", case))
        found = ask(our)
        their = None
        if _AGAINST.value:
            their = stack.enter_context(worker("theirs", case))
            peer = ask(their)
            weights = peer["weights"]
            if peer["batch_size"] != found["batch_size"]:
                raise SystemExit(
                    f"error: {case} has batches of {found['batch_size']}, not {peer['batch_size']}"
                )
            # Peers may leave out the biases before batch normalization, which do nothing.
            if any(abs(a / b - 1) > 2e-3 for a, b in zip(found["weights"], weights, strict=True)):
                raise SystemExit(f"error: {case} has {found['weights']} weights, not {weights}")
        turns = {"fit": our, "step": our, "product": our} | ({"theirs": their} if their else {})
        steps = {}
        for name, process in turns.items():
            once = statistics.median(ask(process, f"{name} {_STEPS.value}")["ms"])
            steps[name] = max(_STEPS.value, math.ceil(_SECONDS.value * 1e3 / once))
        times = {name: [] for name in turns}
        for _ in range(_ROUNDS.value):
            for name, process in turns.items():
                values = ask(process, f"{name} {steps[name]}")["ms"]
                times[name].append(statistics.median(values))
        found["peak_memory_mb"] = ask(our, "memory")["mb"]
    found |= {f"{name}_ms": statistics.median(values) for name, values in times.items()}

    def times_as_long(name, other):
        turns = zip(times[name], times[other], strict=True)
        return statistics.median(one / another for one, another in turns)

    found["images_per_second"] = found["batch_size"] / found["fit_ms"] * 1e3
    found["overhead"] = times_as_long("fit", "step") - 1
    product = 2 * _PEAK_SIDE**3
    found["peak"] = product / (found["product_ms"] / 1e3)
    found["of_peak"] = found["flops"] / product * times_as_long("product", "step")
    if their:
        found["ratio"] = times_as_long("theirs", "fit")
    return found


@contextlib.contextmanager
def worker(kind, case):
    """A process that steps when it is told to."""
    command = [sys.executable, __file__, f"--worker={kind}", f"--cases={case}"]
    command += [f"--against={_AGAINST.value or ''}"]
    command += [f"--mixed_precision={_MIXED_PRECISION.value}"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait()


def ask(process, what=None):
    """Tells a worker what to do, and returns what it answers."""
    if what is not None:
        print(what, file=process.stdin, flush=True)
    for line in process.stdout:
        if line.startswith("{"):
            return json.loads(line)
    raise SystemExit(f"error: a worker died: {' '.join(process.args)}")


def answer(**values):
    """Answers the main process."""
    print(json.dumps(values), flush=True)


def ours(case):
    """Builds one of our models, and steps when told to."""
    from zoo import quiet  # noqa: F401 before TensorFlow

    import keras
    import tensorflow as tf

    import zoo

    name, source, image_shape, batch_size, options = cases()[case]
    recipe = zoo.RECIPES[name]
    keras.config.set_dtype_policy(_MIXED_PRECISION.value)
    data = recipe.load(source, image_shape)
    model = recipe.model(data.image_shape, **own_options(case, data, options))
    recipe.compile(model, steps=10_000)
    stream = recipe.stream(data, batch_size, 0, 0)

    fit = fitting(model, stream)
    first = fit(2)[0] - _STARTED
    batch = next(iter(stream))
    step = tf.function(model.train_step).get_concrete_function(batch)
    usual = usual_graph(model, batch)
    flat = tf.nest.flatten(batch)
    matrix = tf.random.normal((_PEAK_SIDE, _PEAK_SIDE))
    product = tf.function(lambda: tf.matmul(matrix, matrix)[0, 0]).get_concrete_function()
    turns = {"step": lambda: step(*flat), "product": product}
    for turn in turns.values():
        turn()
    names = ("generator", "discriminator")
    if case.startswith("cyclegan"):  # two of each
        names = ("generator_ab", "discriminator_a")
    answer(
        batch_size=batch_size,
        weights=[count_weights(getattr(model, name)) for name in names],
        flops=operations(usual),
        kernels=kernels(usual),
        first_step_seconds=first,
    )
    for line in sys.stdin:
        what, *steps = line.split()
        if what == "memory":
            answer(mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        elif what == "fit":
            answer(ms=differences(fit(int(steps[0]) + 1)))
        else:
            times = [time.perf_counter()]
            for _ in range(int(steps[0])):
                tf.nest.map_structure(lambda value: value.numpy(), turns[what]())  # waits for it
                times.append(time.perf_counter())
            answer(ms=differences(times))


def count_weights(network):
    """Returns how many trainable weights a network has."""
    return sum(math.prod(weight.shape) for weight in network.trainable_weights)


def own_options(case, data, options):
    """Returns the arguments of the model beside its shape."""
    return {"output_channels": data.output_channels} if case == "pix2pix" else options()


def theirs(case):
    """Builds the PyTorch step of a case, and steps when told to."""
    spec = importlib.util.spec_from_file_location("peers", _AGAINST.value)
    peers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peers)
    step, weights, batch_size = peers.build(case, lambda network: network)
    for _ in range(2):
        step()
    answer(weights=list(weights.values()), batch_size=batch_size)
    for line in sys.stdin:
        times = [time.perf_counter()]
        for _ in range(int(line.split()[1])):
            step()
            times.append(time.perf_counter())
        answer(ms=differences(times))


def machine():
    """What the figures were measured on."""
    import keras
    import tensorflow as tf

    model = platform.processor() or platform.machine()
    information = pathlib.Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        model = next((line.split(": ")[1] for line in lines if "model name" in line), model)
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "gpus": len(tf.config.list_physical_devices("GPU")),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
    }


def table(results):
    """Returns the figures as a table in Markdown."""
    lines = [
        f"{results['machine']}; ours in {results['precision']}",
        "| case | ms a step | images/s | PyTorch, ms | times as fast | GFLOP a step "
        "| peak, GFLOP/s | of the peak | fit and data | first step, s | memory, MB |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for case, found in results["cases"].items():
        theirs = f"{found['theirs_ms']:.1f} | {found['ratio']:.2f}" if "ratio" in found else " | "
        lines.append(
            f"| {case} | {found['fit_ms']:.1f} | {found['images_per_second']:.1f} | {theirs} "
            f"| {found['flops'] / 1e9:.1f} | {found['peak'] / 1e9:.0f} | {found['of_peak']:.0%} "
            f"| {found['overhead']:+.1%} | {found['first_step_seconds']:.1f} "
            f"| {found['peak_memory_mb']:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    command_line.run(main)
