"""Measures how the cost of a training step grows with the batch, the resolution and the replicas.

    python scripts/sweep.py [--model=dcgan] --output=scaling.png

Replicas are logical devices that share the machine's cores: what more of them cost is what
tf.distribute costs. Each point is the median of some steps through `fit`, in a process of its own.
"""

from zoo import command_line  # first: it quietens TensorFlow

import json
import pathlib
import statistics
import subprocess
import sys

from absl import flags
from measuring import differences, fitting, operations, usual_graph

_MODEL = flags.DEFINE_string("model", "dcgan", "A recipe of the zoo.")
_BATCHES = flags.DEFINE_list("batches", "2,4,8,16,32,64", "Batch sizes.")
_SIZES = flags.DEFINE_list("sizes", "32,64,128", "Sides of the images, in pixels.")
_REPLICAS = flags.DEFINE_list("replicas", "1,2", "Numbers of replicas.")
_BATCH = flags.DEFINE_integer("batch", 16, "The batch size where it is not what varies.")
_SIZE = flags.DEFINE_integer("size", 64, "The side where it is not what varies.")
_STEPS = flags.DEFINE_integer("steps", 7, "Steps to measure at each point.", lower_bound=1)
_OUTPUT = flags.DEFINE_string("output", "scaling.png", "The picture to write.")
_POINT = flags.DEFINE_list("point", None, "For the script's own use: batch, side, replicas.")


def main():
    """Measures point after point, or is the process that measures one."""
    from zoo import quiet  # noqa: F401 before TensorFlow

    if _POINT.value:
        print(json.dumps(measure(*map(int, _POINT.value))), flush=True)
        return
    import zoo

    if _MODEL.value not in zoo.RECIPES:
        raise command_line.UserError(
            f"--model: {_MODEL.value!r} is none of {', '.join(zoo.RECIPES)}"
        )
    axes = {
        "images in a batch": [(n, (n, _SIZE.value, 1)) for n in numbers(_BATCHES)],
        "side of the images": [(n, (_BATCH.value, n, 1)) for n in numbers(_SIZES)],
        "replicas": [(n, (_BATCH.value, _SIZE.value, n)) for n in numbers(_REPLICAS)],
    }
    curves = {}
    for axis, points in axes.items():
        print(f"\n| {axis} | ms a step | ms an image | GFLOP a step | GFLOP/s |")
        print("|---|---|---|---|---|")
        curves[axis] = []
        for value, point in points:
            found = in_a_process(point)
            found["ms_an_image"] = found["ms"] / point[0]
            curves[axis].append((value, found))
            print(
                f"| {value} | {found['ms']:.1f} | {found['ms_an_image']:.2f} "
                f"| {found['flops'] / 1e9:.3g} | {found['flops'] / found['ms'] / 1e6:.3g} |",
                flush=True,
            )
    with command_line.user_errors(OSError, ValueError):
        draw(curves, pathlib.Path(_OUTPUT.value))


def numbers(flag):
    """Returns a flag's values as positive integers."""
    if not all(text.isdecimal() and int(text) > 0 for text in flag.value):
        raise command_line.UserError(f"--{flag.name} must be positive integers, got {flag.value}")
    return [int(text) for text in flag.value]


def in_a_process(point):
    """Returns what a new process measures at a point."""
    command = [sys.executable, __file__, f"--model={_MODEL.value}", f"--steps={_STEPS.value}"]
    command += [f"--point={','.join(map(str, point))}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"error: {' '.join(command)} failed")
    return json.loads(done.stdout.splitlines()[-1])


def measure(batch_size, side, replicas):
    """Returns the median time of a step and its operations, those of all replicas."""
    import tensorflow as tf

    import zoo

    if replicas > 1:
        (device,) = tf.config.list_physical_devices("CPU")
        logical = [tf.config.LogicalDeviceConfiguration() for _ in range(replicas)]
        tf.config.set_logical_device_configuration(device, logical)
    recipe = zoo.RECIPES[_MODEL.value]
    data = recipe.load(next(iter(recipe.data)), (side, side, 3))
    stream = recipe.stream(data, batch_size, 0, 0)

    def build():
        model = recipe.build(data, seed=0)
        recipe.compile(model, steps=10_000)
        return model

    model = build()
    graph = usual_graph(model, next(iter(stream)))
    if replicas > 1:
        with tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(replicas)]).scope():
            model = build()
    fit = fitting(model, stream)
    fit(2)
    times = differences(fit(_STEPS.value + 1))
    return {"ms": statistics.median(times), "flops": operations(graph)}


def draw(curves, path):
    """Draws a panel for each axis."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(curves), figsize=(4 * len(curves), 3.4))
    for panel, (axis, points) in zip(panels, curves.items(), strict=True):
        values = [value for value, _ in points]
        for key, label in (("ms", "ms a step"), ("ms_an_image", "ms an image")):
            panel.plot(values, [found[key] for _, found in points], "o-", label=label)
        panel.set(xlabel=axis, xscale="log", yscale="log")
        panel.set_xticks(values, values)
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    panels[0].legend()
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    command_line.run(main)
