"""Measures how fast training is, and how near to what the machine can do.

    python scripts/benchmark.py [--cases=dcgan,pix2pix] [--against=path/to/torch_peers.py]
        [--compiled]

For each case, a recipe's model at its canonical size: the time of a step through `fit` and its
data, and that of the compiled step alone; the floating-point operations of a step, as convolutions
are usually computed, and which part of the machine's rate in products of large float32 matrices
that comes to; the time from a process' start to its first step's end, and the peak of memory. With
--against a PyTorch file that builds steps of the same work is measured too, and with --compiled
also by torch.compile, which needs a C++ compiler; ours are compared with the faster. All of these
take turns, a few steps of each at a time. Times are medians, and comparisons are medians of those
of turns that follow each other, as a machine that others share is slower at times. Compare figures
of one run only.
"""

from zoo import command_line  # first: it quietens TensorFlow

import contextlib
import math
import pathlib
import statistics

from absl import flags
from benchmark_worker import PEAK_SIDE, cases
from measuring import machine, write
from workers import ask, worker

_AGAINST = flags.DEFINE_string(
    "against",
    None,
    "A Python file whose build(variant, wrap) returns a PyTorch step, its weights and its images.",
)
_COMPILED = flags.DEFINE_boolean("compiled", False, "Also PyTorch's steps by torch.compile.")
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


def main():
    """Measures the cases one after the other."""
    from zoo import quiet  # noqa: F401 before TensorFlow

    known = list(cases())
    chosen = _CASES.value or known
    for case in chosen:
        if case not in known:
            raise command_line.UserError(f"--cases: {case!r} is none of {', '.join(known)}")
    if _AGAINST.value and not pathlib.Path(_AGAINST.value).is_file():
        raise command_line.UserError(f"--against={_AGAINST.value} is not a file")
    if _COMPILED.value and not _AGAINST.value:
        raise command_line.UserError("--compiled compiles the steps of --against: give it, too")
    results = {"machine": machine(), "precision": _MIXED_PRECISION.value, "cases": {}}
    for case in chosen:
        results["cases"][case] = measure(case)
        print(table(results), flush=True)
    write(results, _OUTPUT.value)


def measure(case):
    """Returns the figures of a case."""
    with contextlib.ExitStack() as stack:
        our = stack.enter_context(worker("benchmark_worker", "ours", case, _MIXED_PRECISION.value))
        found = ask(our)
        peers = {}
        for way in ["eager"] * bool(_AGAINST.value) + ["compiled"] * _COMPILED.value:
            their = stack.enter_context(worker("benchmark_worker", way, case, _AGAINST.value))
            peer = ask(their)
            if "unavailable" in peer:
                print(f"{case}, {way}: {peer['unavailable']}", flush=True)
                continue
            peers[way] = their
            found[f"{way}_first_step_seconds"] = peer["first_step_seconds"]
            weights = peer["weights"]
            if peer["batch_size"] != found["batch_size"]:
                raise SystemExit(
                    f"error: {case} has batches of {found['batch_size']}, not {peer['batch_size']}"
                )
            # Peers may leave out the biases before batch normalization, which do nothing.
            if any(abs(a / b - 1) > 2e-3 for a, b in zip(found["weights"], weights, strict=True)):
                raise SystemExit(f"error: {case} has {found['weights']} weights, not {weights}")
        turns = {"fit": our, "step": our, "product": our} | peers
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
        for way, their in peers.items():
            found[f"{way}_memory_mb"] = ask(their, "memory")["mb"]
    found |= {f"{name}_ms": statistics.median(values) for name, values in times.items()}

    def times_as_long(name, other):
        turns = zip(times[name], times[other], strict=True)
        return statistics.median(one / another for one, another in turns)

    found["images_per_second"] = found["batch_size"] / found["fit_ms"] * 1e3
    found["overhead"] = times_as_long("fit", "step") - 1
    product = 2 * PEAK_SIDE**3
    found["peak"] = product / (found["product_ms"] / 1e3)
    found["of_peak"] = found["flops"] / product * times_as_long("product", "step")
    if peers:
        faster = min(peers, key=lambda way: found[f"{way}_ms"])
        found["ratio"] = times_as_long(faster, "fit")
    return found


def table(results):
    """Returns the figures as a table in Markdown."""
    lines = [
        f"{results['machine']}; ours in {results['precision']}; of PyTorch eager / compiled",
        "| case | ms a step | images/s | PyTorch, ms | times as fast | GFLOP a step "
        "| peak, GFLOP/s | of the peak | fit and data | first step, s | PyTorch's, s | memory, MB "
        "| PyTorch's, MB |",
        "|---" * 13 + "|",
    ]
    for case, found in results["cases"].items():
        ratio = f"{found['ratio']:.2f}" if "ratio" in found else ""
        lines.append(
            f"| {case} | {found['fit_ms']:.1f} | {found['images_per_second']:.1f} "
            f"| {theirs(found, 'ms', 1)} | {ratio} "
            f"| {found['flops'] / 1e9:.1f} | {found['peak'] / 1e9:.0f} | {found['of_peak']:.0%} "
            f"| {found['overhead']:+.1%} | {found['first_step_seconds']:.1f} "
            f"| {theirs(found, 'first_step_seconds', 1)} | {found['peak_memory_mb']:.0f} "
            f"| {theirs(found, 'memory_mb', 0)} |"
        )
    return "\n".join(lines)


def theirs(found, what, digits):
    """Returns a figure of PyTorch, of each way that was measured, as text."""
    values = [found.get(f"{way}_{what}") for way in ("eager", "compiled")]
    return " / ".join(f"{value:.{digits}f}" for value in values if value is not None)


if __name__ == "__main__":
    command_line.run(main)
