"""A page, in one file that needs no network, of how one or several runs went."""

import base64
import dataclasses
import functools
import io
import pathlib

import jinja2
from PIL import Image

from kerasgan.report.charts import Chart, charts, points

# A page stays under 3 MB: at most so many pictures of a run, each at most so wide and high.
_PICTURES, _SIDE = 24, 768


class PictureError(ValueError):
    """A picture of samples that cannot be read; the message names it."""


@dataclasses.dataclass(frozen=True)
class Run:
    """What a page shows of a run.

    Attributes:
        name: What it is called.
        facts: Text by what it is, such as {"data": "mnist, 60,000 examples"}.
        epochs: How many there are to be.
        history: A dict an epoch of logged values, a list; "epoch" counts from 0.
        samples: (epoch, path) of pictures of samples, in order, a list; the epoch counts from 1.
        real: The path of a picture of real examples, or None.
        options: Values of options by name.
        defaults: Those that nobody chose, by name.
        warnings: Lines of text.
    """

    name: str
    facts: dict
    epochs: int
    history: list
    samples: list
    real: pathlib.Path | None = None
    options: dict = dataclasses.field(default_factory=dict)
    defaults: dict = dataclasses.field(default_factory=dict)
    warnings: list = dataclasses.field(default_factory=list)

    @property
    def done(self):
        """How many epochs are done."""
        return self.history[-1]["epoch"] + 1 if self.history else 0

    def pictures(self):
        """Returns (epoch, data URL) of samples, the first and the last among them."""
        count = min(len(self.samples), _PICTURES)
        places = {round(i * (len(self.samples) - 1) / max(1, count - 1)) for i in range(count)}
        chosen = [self.samples[place] for place in sorted(places)]
        return [(epoch, _embedded(path, path.stat().st_mtime_ns)) for epoch, path in chosen]

    def real_picture(self):
        """Returns the data URL of the picture of real examples, or None."""
        return self.real and _embedded(self.real, self.real.stat().st_mtime_ns)

    def figures(self):
        """Returns (name, last value, epoch of the least, it, epoch of the largest, it)."""
        rows = []
        for name in _names([self]):
            line = points(self.history, name)
            low, high = (best(line, key=lambda point: point[1]) for best in (min, max))
            rows.append((name, line[-1][1], *low, *high))
        return rows

    def chosen(self):
        """Returns the names of the options whose values are not the defaults."""
        return [k for k, v in self.defaults.items() if self.options.get(k, v) != v]


def page(runs):
    """Returns an HTML page of runs: one with all that there is of it, or several side by side.

    It holds its pictures, charts and styles: it opens from a disk, and asks for nothing else.

    Args:
        runs: `Run`s, a list.

    Raises:
        PictureError: If a picture of samples is damaged.
    """
    names = _names(runs)
    if len(runs) == 1:
        drawn = charts(runs[0].history, names)
    else:  # a chart a value, a line a run
        drawn = [
            Chart(name, {run.name: line for run in runs if (line := points(run.history, name))})
            for name in names
        ]
    known = dict.fromkeys(name for run in runs for name in run.options)
    values = {name: [run.options.get(name, "") for run in runs] for name in known}
    differing = {name: each for name, each in values.items() if any(v != each[0] for v in each)}
    return _template().render(runs=runs, charts=drawn, differing=differing)


def _names(runs):
    """Returns the names of logged values, in their order."""
    names = dict.fromkeys(name for run in runs for row in run.history for name in row)
    return [name for name in names if name != "epoch"]


@functools.cache
def _template():
    here = jinja2.FileSystemLoader(pathlib.Path(__file__).parent)
    environment = jinja2.Environment(loader=here, autoescape=True, trim_blocks=True)
    return environment.get_template("page.html")


@functools.lru_cache(maxsize=64)
def _embedded(path, changed):
    """Returns a picture as a data URL; `changed` is when it was, so that it is read once."""
    file = io.BytesIO()
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            picture.thumbnail((_SIDE, _SIDE))
            picture.save(file, "WEBP", quality=80)
    except Exception as error:  # Pillow's decoders raise nearly anything on broken files
        raise PictureError(f"{path} cannot be read: {error}") from error
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
