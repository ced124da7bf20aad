"""Measures what users wait for when training is over, in turn with PyTorch.

    python scripts/benchmark_waiting.py [--against=eager --against=compiled]

`generate` of DCGAN at 64 x 64; `upscale` of a picture, four times as large, by the small SRResNet;
and what `kerasgan evaluate` measures, the Fréchet distance of generated from real images by the
features of the package's classifier of MNIST. With --against the same networks do the same work in
PyTorch, eager and, which needs a C++ compiler, by torch.compile; what they make must be the same.
Each side is a process of its own. Times are medians of the turns, after a first call, which traces
or compiles; memory is the most that the process had at any time, with its libraries.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import contextlib
import statistics
import tempfile

from absl import flags
from measuring import machine, write
from workers import ask, worker

_COUNT = flags.DEFINE_integer("count", 1000, "How many images to generate.", lower_bound=1)
_PICTURE = flags.DEFINE_string("picture", "750x1000", "HEIGHTxWIDTH of the picture.")
_EVALUATED = flags.DEFINE_integer(
    "evaluated", 10_000, "How many real, and how many generated images to compare.", lower_bound=65
)
_AGAINST = flags.DEFINE_multi_enum(
    "against", [], ["eager", "compiled"], "PyTorch's ways to compare with."
)
_ROUNDS = flags.DEFINE_integer("rounds", 5, "How often to take turns.", lower_bound=1)
_OUTPUT = flags.DEFINE_string("output", None, "A JSON file to write.")

# How far results of PyTorch may be off, as a share of the largest: a level of uint8, and rounding.
_TOLERANCE = 0.006


def main():
    """Measures one task after the other."""
    tasks = {
        "generate": [_COUNT.value],
        "upscale": command_line.parse_size(_PICTURE.value),
        "evaluate": [_EVALUATED.value],
    }
    results = {"machine": machine(), "tasks": {}}
    print(results["machine"])
    print("| task | way | seconds | times those of kerasgan | first call, s | memory, MB |")
    print("|---|---|---|---|---|---|", flush=True)
    for task, sizes in tasks.items():
        found = {"sizes": sizes, "ways": measure(task, map(str, sizes))}
        results["tasks"][task] = found
        print(*rows(task, found), sep="\n", flush=True)
    write(results, _OUTPUT.value)


def measure(task, sizes):
    """Returns the figures of a task by way: seconds, those of the first call, megabytes."""
    found, processes = {}, {}
    with contextlib.ExitStack() as stack:
        file = f"{stack.enter_context(tempfile.TemporaryDirectory())}/shared.npz"
        for way in ("kerasgan", *_AGAINST.value):
            arguments = [way, task, file, *(sizes if way == "kerasgan" else ())]
            processes[way] = stack.enter_context(worker("waiting_worker", *arguments))
            found[way] = ask(processes[way])
            if found[way].get("off", 0) > _TOLERANCE:
                raise SystemExit(f"error: {task} makes something else in PyTorch: {found[way]}")
        times = {way: [] for way in processes}
        for _ in range(_ROUNDS.value):
            for way, process in processes.items():
                times[way] += [ms / 1e3 for ms in ask(process, "wait 1")["ms"]]
        for way, process in processes.items():
            found[way] |= {"seconds": statistics.median(times[way])}
            turns = zip(times[way], times["kerasgan"], strict=True)
            found[way] |= {"times": statistics.median(their / our for their, our in turns)}
            found[way] |= ask(process, "memory")
    return found


def rows(task, found):
    """Returns the figures of a task as rows of a table in Markdown."""
    size = " x ".join(map(str, found["sizes"]))
    return [
        f"| `{task}`, {size} | {way} | {values['seconds']:.2f} | {values['times']:.2f} "
        f"| {values['first']:.1f} | {values['mb']:,.0f} |"
        for way, values in found["ways"].items()
    ]


if __name__ == "__main__":
    command_line.run(main)
