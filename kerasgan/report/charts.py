"""Charts of values over epochs, as SVG."""

import dataclasses
import functools

import numpy as np
from matplotlib.ticker import MaxNLocator

# The plot within the picture, in units of the picture.
WIDTH, HEIGHT = 480, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 8, 24
# A line has no more points than one can see.
_POINTS = 500


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of a chart.

    Attributes:
        name: What the legend calls it.
        color: The number of its colour.
        dashed: Whether it is dashed.
        points: (epoch, value), a list; the epoch counts from 1.
    """

    name: str
    color: int
    dashed: bool
    points: list


class Chart:
    """Lines over the epochs.

    Args:
        title: The heading.
        lines: (epoch, value), a list that is not empty, by what the legend calls the line. The
            line of `val_<name>` is dashed, in the colour of `<name>`.
    """

    def __init__(self, title, lines):
        self.title, self.lines = title, []
        colors = {}
        for name, points in lines.items():
            color = colors.setdefault(name.removeprefix("val_"), len(colors) % 8)
            every = -(-len(points) // _POINTS)
            points = points[::-1][::every][::-1]  # the last one stays
            self.lines.append(Line(name, color, name.startswith("val_"), points))

    @functools.cached_property
    def _limits(self):
        points = np.array([point for line in self.lines for point in line.points])
        low, high = points.min(axis=0), points.max(axis=0)
        margin = np.where(high > low, 0.04 * (high - low), [0.5, np.abs(high[1]) * 0.1 + 1e-6])
        return low - margin * [0, 1], high + margin * [0, 1]

    def x(self, epoch):
        """Returns where an epoch is, in units of the picture."""
        (low, _), (high, _) = self._limits
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (epoch - low) / max(high - low, 1), 1)

    def y(self, value):
        """Returns where a value is, in units of the picture."""
        (_, low), (_, high) = self._limits
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low), 1)

    def path(self, line):
        """Returns the points of a line, as SVG has them."""
        return " ".join(f"{self.x(epoch)},{self.y(value)}" for epoch, value in line.points)

    def x_ticks(self):
        """Returns (epoch, where it is) of some epochs."""
        (low, _), (high, _) = self._limits
        ticks = MaxNLocator(6, integer=True).tick_values(low, high)
        return [(int(tick), self.x(tick)) for tick in ticks if low <= tick <= high]

    def y_ticks(self):
        """Returns (value, where it is) of some values."""
        (_, low), (_, high) = self._limits
        ticks = MaxNLocator(5).tick_values(low, high)
        return [(f"{tick:.4g}", self.y(tick)) for tick in ticks if low <= tick <= high]

    def data(self):
        """Returns what the page needs to tell values under the pointer."""
        return {
            "from": LEFT,
            "to": WIDTH - RIGHT,
            "low": self._limits[0][0],
            "high": self._limits[1][0],
            "lines": [line.points for line in self.lines],
        }


def points(history, name):
    """Returns (epoch, value) of a value, where it was logged; the epoch counts from 1."""
    return [(row["epoch"] + 1, row[name]) for row in history if name in row]


def charts(history, names):
    """Returns the charts of a run: of losses, of accuracies, and one for each other value.

    Args:
        history: A dict an epoch of logged values, a list.
        names: The names of the values.
    """
    groups = {}
    for name in names:
        kind = next((end for end in ("loss", "accuracy") if name.endswith(end)), None)
        title = {"loss": "losses", "accuracy": "accuracies"}.get(kind, name.removeprefix("val_"))
        groups.setdefault(title, {})[name] = points(history, name)
    return [Chart(title, lines) for title, lines in groups.items()]
