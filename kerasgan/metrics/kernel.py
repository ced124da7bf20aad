"""The kernel distance between two sets of features.

Bińkowski et al., "Demystifying MMD GANs", 2018, arXiv:1801.01401, call it KID with the features of
Inception.
"""

import numpy as np
from keras import ops

from kerasgan.metrics.checks import check_pair, check_positive
from kerasgan.metrics.on_features import KINDS, KeepingMetric

_SUBSET_SIZE = 1000


def kernel_distance(a, b, subsets=100, subset_size=None, seed=0):
    """Returns the mean over random subsets of the squared maximum mean discrepancy, and their std.

    The kernel is (x.y / d + 1)^3. The estimate is unbiased: its mean does not depend on the number
    of images, so that it suits small sets, and may be negative when the distributions are equal.

    Args:
        a: Features, (N, d).
        b: Features, (M, d).
        subsets: How many subsets to draw.
        subset_size: How many rows to draw of each for a subset, none twice; 2 to min(N, M). None
            is 1,000, or all if N or M is less.
        seed: The seed of the subsets.

    Returns:
        Two floats. The second is the standard deviation of the subsets, not the error of the mean.

    Raises:
        ValueError: If they are not two finite arrays of equally many columns, or have fewer rows
            than `subset_size`.
    """
    a, b = check_pair(a, b, ("a", "b"), least=2)
    fewest = min(len(a), len(b))
    if subset_size is None:
        subset_size = min(_SUBSET_SIZE, fewest)
    check_positive(subsets=subsets, subset_size=subset_size)
    if not 2 <= subset_size <= fewest:
        raise ValueError(
            f"subset_size must be from 2 to the {fewest} rows that there are, but is {subset_size}."
        )
    if subset_size == len(a) == len(b):
        subsets = 1  # each would hold all rows
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(subsets):
        x, y = (each[generator.choice(len(each), subset_size, replace=False)] for each in (a, b))
        found.append(_discrepancy(x.astype(np.float64), y.astype(np.float64)))
    return float(np.mean(found)), float(np.std(found))


def _discrepancy(x, y):
    """Returns the unbiased estimate of the squared discrepancy of as many vectors, (n, d) each."""
    count, size = x.shape
    of_x, of_y, between = ((p @ q.T / size + 1) ** 3 for p, q in ((x, x), (y, y), (x, y)))
    within = of_x.sum() - np.trace(of_x) + of_y.sum() - np.trace(of_y)
    return within / (count * (count - 1)) - 2 * between.mean()


class KernelDistance(KeepingMetric):
    """The mean of `kernel_distance` of all images that were seen; less is better.

    Args:
        features: See `kerasgan.metrics.on_features`.
        subsets: As of the function.
        subset_size: As of the function.
        seed: As of the function.
        name: The metric's name.
        dtype: Of the result.
    """

    direction = "down"

    def __init__(
        self,
        features,
        subsets=100,
        subset_size=None,
        seed=0,
        name="kernel_distance",
        dtype="float64",
    ):
        options = {"subsets": subsets, "subset_size": subset_size, "seed": seed}
        super().__init__(features, name, dtype, **options)

    def result(self):
        """Returns the mean. Raises a ValueError as the function does."""
        mean, _ = kernel_distance(*map(self.kept, KINDS), **self._options)
        return ops.convert_to_tensor(mean, self.dtype)
