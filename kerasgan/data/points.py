"""Points of a plane whose distribution is known, to see what a game covers of it."""

import dataclasses

import numpy as np

from kerasgan.data import order


@dataclasses.dataclass(frozen=True)
class Points:
    """Points of a plane, and what they were drawn from.

    Attributes:
        points: Float32 (count, 2).
        centres: Float32 (modes, 2): where the modes are; None if there are none.
        deviation: The standard deviation of a mode along each axis; None if there are none.
    """

    points: np.ndarray
    centres: np.ndarray | None = None
    deviation: float | None = None


def load_points(name, count=100_000, seed=0):
    """Draws points of a plane.

    Args:
        name: What from, each mode being as likely:

            - `"ring"`: 8 Gaussians on a circle of radius 1, of standard deviation 0.01.
            - `"grid"`: 25 Gaussians on {-4, -2, 0, 2, 4}^2, of standard deviation 0.05. Both are of
              Lin et al., "PacGAN: The power of two samples in generative adversarial networks",
              2017, arXiv:1712.04086.
            - `"swiss_roll"`: (t sin t, t cos t) / 7.5 plus noise of standard deviation 1/30,
              t ~ U[1.5 pi, 4.5 pi].
            - `"mixture"`: ten Gaussians like petals, of standard deviation 0.5 along the petal
              and 0.05 across it, shifted by 1.4 along it. Makhzani et al., "Adversarial
              Autoencoders", 2015, arXiv:1511.05644.
        count: How many points.
        seed: An integer.

    Returns:
        A `Points`. Those of `"ring"` and `"grid"` have centres and a deviation, for
        `kerasgan.metrics.modes_covered`.

    Raises:
        ValueError: If there is no such distribution, or an argument is out of range.
    """
    if name not in _DRAWN:
        raise ValueError(
            f"There are no points called {name!r}, but {', '.join(map(repr, _DRAWN))}."
        )
    order.check_positive(count=count)
    return _DRAWN[name](count, np.random.default_rng(seed))


def _ring(count, random):
    angles = 2 * np.pi * np.arange(8) / 8
    return _gaussians(np.stack([np.cos(angles), np.sin(angles)], axis=1), 0.01, count, random)


def _grid(count, random):
    sides = np.arange(-4, 5, 2)
    centres = np.stack(np.meshgrid(sides, sides, indexing="ij"), axis=-1).reshape(-1, 2)
    return _gaussians(centres, 0.05, count, random)


def _gaussians(centres, deviation, count, random):
    centres = centres.astype("float32")
    chosen = centres[random.integers(len(centres), size=count)]
    noise = random.normal(0, deviation, (count, 2))
    return Points((chosen + noise).astype("float32"), centres, deviation)


def _swiss_roll(count, random):
    t = random.uniform(1.5 * np.pi, 4.5 * np.pi, count)
    points = np.stack([t * np.sin(t), t * np.cos(t)], axis=1) / 7.5
    return Points((points + random.normal(0, 1 / 30, points.shape)).astype("float32"))


def _mixture(count, random):
    angles = 2 * np.pi * random.integers(10, size=count) / 10
    along, across = random.normal(1.4, 0.5, count), random.normal(0, 0.05, count)
    cos, sin = np.cos(angles), np.sin(angles)
    points = np.stack([along * cos - across * sin, along * sin + across * cos], axis=1)
    return Points(points.astype("float32"))


_DRAWN = {"ring": _ring, "grid": _grid, "swiss_roll": _swiss_roll, "mixture": _mixture}
