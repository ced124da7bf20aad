"""The Fréchet distance between two sets of features.

Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium",
2017, arXiv:1706.08500. With the features of `inception` it is called FID; with others it is not,
and the values do not compare.
"""

import numpy as np

from kerasgan.metrics.checks import check_features, check_pair

_BLOCK = 1000  # rows made float64 at once


def frechet_distance(a, b):
    """Returns the Fréchet distance between the normal distributions fitted to features; a float.

    |m_a - m_b|^2 + tr(A + B - 2 (A B)^(1/2)), from 0 on, in the features' units squared. It falls
    as the number of images grows, by about c / N: always say N. With fewer images than features
    the covariances are singular, and the value says little.

    Args:
        a: Features, (N, d), N at least 2.
        b: Features, (M, d), M at least 2; the order does not matter.

    Raises:
        ValueError: If they are not two finite arrays of at least two rows and equally many columns.
    """
    a, b = check_pair(a, b, ("a", "b"), least=2)
    return frechet_distance_of_moments(*moments(a), *moments(b))


def moments(features):
    """Returns the mean, float64 (d,), and the covariance, float64 (d, d), of features.

    The covariance is the unbiased one, of N - 1. Rows are made float64 some at a time.

    Args:
        features: (N, d), N at least 2.

    Raises:
        ValueError: If they are no finite array of at least two rows.
    """
    features = check_features(features, "features", least=2)
    count, size = features.shape
    shift = features[:_BLOCK].mean(axis=0, dtype=np.float64)  # far from 0 squares would drown
    total, products = np.zeros(size), np.zeros((size, size))
    for start in range(0, count, _BLOCK):
        rows = features[start : start + _BLOCK] - shift
        total += rows.sum(axis=0)
        products += rows.T @ rows
    return shift + total / count, covariance(count, total, products)


def covariance(count, total, products):
    """Returns the covariance, (d, d), of vectors of which the sums are known.

    Args:
        count: How many they are, at least 2.
        total: Their sum, (d,).
        products: The sum of their outer products with themselves, (d, d).
    """
    return (products - np.outer(total, total / count)) / (count - 1)


def frechet_distance_of_moments(mean_a, covariance_a, mean_b, covariance_b):
    """Returns the Fréchet distance between two normal distributions; a float, from 0 on.

    The eigenvalues of A B are those of A^(1/2) B A^(1/2), which is symmetric: none is complex, and
    those that rounding makes negative are 0.

    Args:
        mean_a: (d,).
        covariance_a: A, (d, d), symmetric.
        mean_b: (d,).
        covariance_b: B, (d, d), symmetric.

    Raises:
        ValueError: If their shapes do not fit, or a value is NaN or infinite.
    """
    given = {
        "mean_a": mean_a,
        "covariance_a": covariance_a,
        "mean_b": mean_b,
        "covariance_b": covariance_b,
    }
    given = {name: np.asarray(each, np.float64) for name, each in given.items()}
    size = given["mean_a"].shape[:1]
    for name, value in given.items():
        wanted = size * (1 if name.startswith("mean") else 2)
        if value.shape != wanted or not size:
            raise ValueError(
                f"Means must be (d,) and covariances (d, d), but mean_a is "
                f"{given['mean_a'].shape} and {name} is {value.shape}."
            )
        if not np.isfinite(value).all():
            raise ValueError(f"{name} must be finite, but holds NaN or infinity.")
    mean_a, a, mean_b, b = given.values()
    values, vectors = np.linalg.eigh(a)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    values = np.linalg.eigvalsh(root @ b @ root)
    trace = np.trace(a) + np.trace(b) - 2 * np.sqrt(values.clip(min=0)).sum()
    return max(float(np.square(mean_a - mean_b).sum() + trace), 0.0)
