"""How many generated images look real, and how many real ones the generator covers.

A set of images is taken for the union of balls around their features, each as large as the distance
to the k-th neighbour.
"""

import numpy as np

from kerasgan.metrics.checks import check_features, check_pair, check_positive
from kerasgan.metrics.on_features import KINDS, KeepingMetric

_ENTRIES = 2**23  # distances held at once: 64 MB


def precision_recall(real, generated, k=3):
    """Returns how many generated images look real, and how many real ones could be generated.

    Precision is the share of generated images in the ball of a real one, recall the share of real
    images in the ball of a generated one. Kynkäänniemi et al., "Improved Precision and Recall
    Metric for Assessing Generative Models", 2019, arXiv:1904.06991. They depend on the number of
    images: give equally many, and say how many.

    Args:
        real: Features, (N, d), N more than k.
        generated: Features, (M, d), M more than k.
        k: Which neighbour is on a ball's surface, itself not counted.

    Returns:
        Two floats in [0, 1].

    Raises:
        ValueError: If they are not two finite arrays of equally many columns and more than k rows.
    """
    check_positive(k=k)
    real, generated = _centred(*check_pair(real, generated, ("real", "generated"), least=k + 1))
    real_radii, generated_radii = _radii(real, k), _radii(generated, k)
    precise, recalled = np.zeros(len(generated), bool), np.zeros(len(real), bool)
    for rows, distances in _distances(generated, real):
        precise[rows] = (distances <= real_radii).any(axis=1)
        recalled |= (distances <= generated_radii[rows, None]).any(axis=0)
    return float(precise.mean()), float(recalled.mean())


def density_coverage(real, generated, k=5):
    """Returns how densely generated images lie where real ones do, and how many of these they meet.

    Density is the mean number of real images' balls that a generated image is in, divided by k: 1
    for equal distributions, and it may be more. Coverage is the share of real images with a
    generated one in their ball: 1 - 2^-k for equal distributions and as many images. Outliers among
    the generated images have no ball, unlike in `precision_recall`. Naeem et al., "Reliable
    Fidelity and Diversity Metrics for Generative Models", 2020, arXiv:2002.09797.

    Args:
        real: Features, (N, d), N more than k.
        generated: Features, (M, d).
        k: Which neighbour is on a ball's surface, itself not counted. The surface does not belong
            to the ball here, as in the authors' code.

    Returns:
        Two floats, the second in [0, 1].

    Raises:
        ValueError: If they are not two finite arrays of equally many columns, or N is at most k.
    """
    check_positive(k=k)
    real, generated = check_pair(real, generated, ("real", "generated"))
    check_features(real, "real", least=k + 1)
    real, generated = _centred(real, generated)
    radii = _radii(real, k)
    within, covered = 0, 0
    for rows, distances in _distances(real, generated):
        inside = distances < radii[rows, None]
        within += np.count_nonzero(inside)
        covered += np.count_nonzero(inside.any(axis=1))
    return float(within / (k * len(generated))), float(covered / len(real))


def _centred(real, generated):
    """Returns both in float64 around the mean of the real: far from 0 distances would drown."""
    mean = real.mean(axis=0, dtype=np.float64)
    return real - mean, generated - mean


def _radii(points, k):
    """Returns the squared distance of each point to its k-th neighbour, (N,)."""
    radii = np.empty(len(points))
    for rows, distances in _distances(points, points):
        distances[np.arange(len(distances)), np.arange(len(points))[rows]] = np.inf  # itself
        radii[rows] = np.partition(distances, k - 1, axis=1)[:, k - 1]
    return radii


def _distances(a, b):
    """Yields slices of the rows of a, with their squared distances to all rows of b.

    What is no more than the error of rounding is 0, so that equal points have no distance.
    """
    step = max(1, _ENTRIES // len(b))
    squares_b = np.einsum("nd,nd->n", b, b)
    error = 4 * np.finfo(np.float64).eps * a.shape[1] ** 0.5
    for start in range(0, len(a), step):
        rows = slice(start, start + step)
        squares = np.einsum("nd,nd->n", a[rows], a[rows])[:, None] + squares_b
        distances = a[rows] @ b.T
        distances *= -2
        distances += squares
        squares *= error
        distances[distances <= squares] = 0
        yield rows, distances


class _NeighbourMetric(KeepingMetric):
    """Two shares of all images that were seen, as `function` finds them; more is better."""

    direction = "up"
    function = None

    def __init__(self, features, k, name, dtype):
        super().__init__(features, name, dtype, k=k)

    def result(self):
        """Returns both, by the names in `parts`. Raises a ValueError as the function does."""
        values = self.function(*map(self.kept, KINDS), **self._options)
        return self.by_name(values)


class PrecisionRecall(_NeighbourMetric):
    """`precision_recall` of all images that were seen; more is better.

    Args:
        features: See `kerasgan.metrics.on_features`.
        k: As of the function.
        name: The metric's name.
        dtype: Of the result.
    """

    parts = "precision", "recall"
    function = staticmethod(precision_recall)

    def __init__(self, features, k=3, name="precision_recall", dtype="float64"):
        super().__init__(features, k, name, dtype)


class DensityCoverage(_NeighbourMetric):
    """`density_coverage` of all images that were seen; more is better.

    Args:
        features: See `kerasgan.metrics.on_features`.
        k: As of the function.
        name: The metric's name.
        dtype: Of the result.
    """

    parts = "density", "coverage"
    function = staticmethod(density_coverage)

    def __init__(self, features, k=5, name="density_coverage", dtype="float64"):
        super().__init__(features, k, name, dtype)
