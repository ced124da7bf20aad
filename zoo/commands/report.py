"""Writes a page of one or several runs: samples, curves, values and options.

kerasgan report runs/dcgan-digits
kerasgan report runs/dcgan-digits runs/wgan_gp-digits --output=both.html

The page is one file that opens from a disk and asks for nothing else. Training writes that of a run
after each epoch, report.html in the run's folder; this command writes it anew, or puts several runs
side by side: a chart for each value with a line for each run, their samples, and what differs.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

from absl import flags

import zoo
from kerasgan.training import RunError, folder, options, reporting
from zoo import command_line

_OUTPUT = flags.DEFINE_string(
    "output", None, "The .html file. [default: report.html of the run, or here of several]"
)


@command_line.run_errors()
def main(arguments):
    """Reads, writes."""
    if not arguments:
        raise command_line.UserError("give the folders of runs, such as runs/dcgan-digits")
    runs = [folder.path_of(path) for path in arguments]
    output = folder.path_of(_OUTPUT.value or "report.html")
    if _OUTPUT.value is None and len(runs) == 1:
        output = runs[0] / output
    if output.suffix != ".html":
        raise command_line.UserError(f"--output={output} must be a .html file")
    if _OUTPUT.value or len(runs) > 1:
        command_line.check_new(output, folder=False)
    reporting.write_report(runs, output, [defaults_of(run) for run in runs])
    print(output)


def defaults_of(run):
    """Returns the options that a run would have if nobody had chosen any, or {}."""
    recorded = folder.read_options(run)
    recipe = zoo.RECIPES.get(recorded.get("model"))
    if recipe is None:
        return {}
    try:
        return options.defaults(recipe, recorded)
    except RunError:  # of another version
        return {}
