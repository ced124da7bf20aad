"""The Fréchet distance between two sets of features.

Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium",
2017, arXiv:1706.08500. With the features of `inception` it is called FID; with others it is not,
and the values do not compare.
"""

import numpy as np
from keras import ops

from kerasgan.metrics.checks import check_features, check_pair
from kerasgan.metrics.on_features import KINDS, FeatureMetric

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


class FrechetDistance(FeatureMetric):
    """The Fréchet distance, `frechet_distance`, of all images that were seen; less is better.

    It keeps sums in float64 and no features: memory does not grow with the images, and
    `tf.distribute` adds the sums of replicas and of workers, which must all ask for the result.
    Make it in the strategy's scope.

    Args:
        features: See `kerasgan.metrics.on_features`. What is no Keras model needs `size` too.
        size: The number of features.
        name: The metric's name.
        dtype: Of the result.

    Raises:
        ValueError: If there is no network, or the number of features is not known.
    """

    direction = "down"

    def __init__(self, features, size=None, name="frechet_distance", dtype="float64"):
        super().__init__(features, name, dtype)
        self.size = size or getattr(features, "output_shape", (None,))[-1]
        if not isinstance(self.size, int):
            raise ValueError(
                f"How many features {features.name!r} gives is not known: give their size."
            )
        self._sums = {
            kind: [
                self.add_variable(shape, "zeros", "float64", name=f"{kind}_{name}")
                for name, shape in {
                    "count": (),
                    "total": (self.size,),
                    "products": (self.size, self.size),
                }.items()
            ]
            for kind in KINDS
        }

    def add(self, kind, features):
        """Adds the features of some images to the sums."""
        if features.shape[1] != self.size:
            raise ValueError(
                f"{self.features.name!r} must give {self.size} features, but gives "
                f"{features.shape[1]}."
            )
        features = ops.cast(features, "float64")
        added = (
            ops.cast(ops.shape(features)[0], "float64"),
            ops.sum(features, axis=0),
            ops.matmul(ops.transpose(features), features),
        )
        for variable, value in zip(self._sums[kind], added, strict=True):
            variable.assign_add(value)

    def merge_state(self, metrics):
        """Adds what other metrics of the same features have seen.

        Args:
            metrics: The others.

        Raises:
            ValueError: If they are of another kind, or of other features.
        """
        self.check_mergeable(metrics)
        for metric in metrics:
            for own, other in zip(self.variables, metric.variables, strict=True):
                own.assign(own + other)

    def result(self):
        """Returns the distance. It is computed by NumPy: call it outside of `tf.function`.

        Raises:
            ValueError: If there are fewer than two images of a kind, or a feature was NaN or
                infinite.
        """
        moments = []
        for kind in KINDS:
            count, total, products = (
                np.asarray(ops.convert_to_tensor(each)) for each in self._sums[kind]
            )
            if count < 2:
                raise ValueError(
                    f"{self.name} needs at least 2 {kind} images, but has seen {count:.0f}."
                )
            if not np.isfinite(products).all():
                raise ValueError(
                    f"Features of the {kind} images, by {self.features.name!r}, were NaN or "
                    "infinite."
                )
            moments += [total / count, covariance(count, total, products)]
        return ops.convert_to_tensor(frechet_distance_of_moments(*moments), self.dtype)
