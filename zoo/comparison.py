"""What `kerasgan compare` shows of runs: a table, and curves."""

import json
import statistics

from kerasgan.files import whole
from kerasgan.training import folder
from kerasgan.training.history import numbers, read_history


def trained(workdir):
    """Returns whether a run has been trained to its end."""
    options = folder.read_options(workdir)
    return options.get("trained_epochs", 0) >= options.get("epochs", 1)


def table(output, runs, seeds):
    """Writes table.md, and returns its text: a row a setting, the means over the seeds.

    Args:
        output: The folder.
        runs: The folders within it by what they are called.
        seeds: How many trainings each has; those that are not done yet are left out.
    """
    rows, columns = {}, []
    for name, run in runs.items():
        found = []
        for workdir in (output / run / f"seed{seed}" for seed in range(seeds)):
            if (workdir / "metrics.json").exists():
                measured = json.loads((workdir / "metrics.json").read_text(encoding="utf-8"))
                minutes = {"minutes": sum(seconds(workdir)) / 60}
                found.append(measured["values"] | minutes)
                columns = list(found[-1])
        if found:
            rows[name] = found
    facts = {key: measured[key] for key in ("dataset", "features", "generated", "real")}
    lines = [
        f"| run | seeds | {' | '.join(columns)} |",
        f"|---|---|{'---|' * len(columns)}",
        *(
            f"| {name} | {len(found)} | "
            f"{' | '.join(_spread([values[column] for values in found]) for column in columns)} |"
            for name, found in rows.items()
        ),
    ]
    text = "\n".join([*lines, "", ", ".join(f"{key} {value}" for key, value in facts.items())])
    folder.write(output / "table.md", text + "\n")
    return text


def _spread(values):
    """The mean and, of several, the standard deviation, as text."""
    mean = f"{statistics.mean(values):.4g}"
    return f"{mean} ± {statistics.stdev(values):.2g}" if len(values) > 1 else mean


def seconds(workdir):
    """Returns the seconds that each epoch of a run took to train."""
    return [float(row["seconds"]) for row in read_history(workdir / "times.csv")]


def draw(output, runs, seeds):
    """Draws the first metric over the minutes of training, a line a seed, a colour a setting.

    Args:
        output: The folder, in which the picture is curves.png.
        runs: The folders within it by what they are called.
        seeds: How many trainings each has.
    """
    from matplotlib.figure import Figure  # takes half a second

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for number, (name, run) in enumerate(runs.items()):
        for seed in range(seeds):
            workdir = output / run / f"seed{seed}"
            metric = first_metric(workdir)
            minutes, points = 0.0, []
            for row, time in zip(
                read_history(workdir / "history.csv"), seconds(workdir), strict=True
            ):
                minutes += time / 60
                points += [(minutes, value) for value in numbers([row], metric)]
            label = name if seed == 0 else None
            axes.plot(*zip(*points, strict=True), ".-", color=f"C{number}", label=label, alpha=0.8)
    axes.set(xlabel="minutes of training", ylabel=metric, yscale="log")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    with whole(output / "curves.png") as unfinished:
        figure.savefig(unfinished)


def first_metric(workdir):
    """Returns the column of history.csv with the metric that was measured first."""
    columns = read_history(workdir / "history.csv")[0]
    measured = json.loads((workdir / "metrics.json").read_text(encoding="utf-8"))["values"]
    return next(f"val_{name}" for name in measured if f"val_{name}" in columns)
