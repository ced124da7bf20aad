import numpy as np
import pytest
from metrics.of_features import clusters, peers
from scipy.linalg import sqrtm

from kerasgan import metrics


def of_moments(mean_a, covariance_a, mean_b, covariance_b):
    return metrics.frechet_distance_of_moments(mean_a, covariance_a, mean_b, covariance_b)


def test_against_closed_forms():
    # N(0, I) and N(0.5, 4 I) in 64 dimensions: 64 / 4 + 64 (1 - 2)^2.
    zero, eye = np.zeros(64), np.eye(64)
    assert of_moments(zero, eye, zero + 0.5, 4 * eye) == pytest.approx(80, rel=1e-12)
    # AB has the trace 8 and the determinant 9: tr(AB)^(1/2) = sqrt(8 + 2 * 3).
    a, b = np.array([[2.0, 1.0], [1.0, 2.0]]), np.diag([1.0, 3.0])
    expected = 8 - 2 * 14**0.5
    assert expected == pytest.approx(0.516685226, abs=1e-9)
    assert of_moments([0, 0], a, [0, 0], b) == pytest.approx(expected, rel=1e-12)
    assert of_moments([3, 0], a, [0, 4], a) == pytest.approx(25, rel=1e-12)


def test_singular_covariances():
    # Only the first of three dimensions varies: (2 - 1)^2.
    first = np.diag([1.0, 0.0, 0.0])
    zero = np.zeros(3)
    assert of_moments(zero, first, zero, 4 * first) == pytest.approx(1, rel=1e-12)
    few = np.random.default_rng(0).normal(size=(5, 40))
    assert metrics.frechet_distance(few, few) == pytest.approx(0, abs=1e-6)
    assert metrics.frechet_distance(few, few + 1) == pytest.approx(40, rel=1e-6)


def test_against_torch_fidelity():
    assert metrics.frechet_distance(*peers()) == pytest.approx(2.339333315971608, rel=1e-9)


def test_against_the_square_root_of_the_product():
    a, b = peers()
    covariances = np.cov(a.T), np.cov(b.T)
    cross = sqrtm(covariances[0] @ covariances[1]).real
    expected = np.square(a.mean(0) - b.mean(0)).sum()
    expected += np.trace(sum(covariances)) - 2 * np.trace(cross)
    assert metrics.frechet_distance(b, a) == pytest.approx(expected, rel=1e-9)
    assert metrics.frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_moments_are_those_of_numpy():
    x = np.random.default_rng(0).normal(size=(2500, 7)) @ np.diag(range(1, 8))
    mean, covariance = metrics.moments(x)
    np.testing.assert_allclose(mean, x.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(covariance, np.cov(x.T), rtol=1e-12, atol=1e-12)


def test_float32_far_from_0_loses_nothing():
    x = (1e3 + np.random.default_rng(0).normal(size=(3000, 3))).astype("float32")
    mean, covariance = metrics.moments(x)
    np.testing.assert_allclose(covariance, np.cov(x.astype("float64").T), rtol=1e-9, atol=1e-9)
    assert mean.dtype == covariance.dtype == np.float64


def test_order():
    real = clusters(0)
    noise = np.random.default_rng(1).normal(size=real.shape)
    ladder = [clusters(2), clusters(2) + 2 * noise, 10 + noise]
    distances = [metrics.frechet_distance(real, each) for each in ladder]
    assert distances[0] < distances[1] / 5 and distances[1] < distances[2] / 5


GOOD = np.arange(12.0).reshape(4, 3)


@pytest.mark.parametrize(
    "a, words",
    [
        (np.ones(4), r"a must be \(N, d\).* \(4,\)"),
        (np.ones((4, 2, 2)), r"\(4, 2, 2\)"),
        (np.ones((4, 0)), r"\(4, 0\)"),
        (GOOD[:1], "a must have at least 2 rows, but have 1"),
        (GOOD[:, :2], "a and b .* 2 and 3"),
        (np.array([GOOD[0], [1, np.nan, 2]]), "a must be finite, but row 1"),
        (np.array([GOOD[0], [1, 2, np.inf]]), "a must be finite, but row 1"),
        (np.array([["x"]] * 4), "a must be real numbers, but are str"),
        (GOOD * 1j, "complex128"),
    ],
)
def test_wrong_features_are_told(a, words):
    with pytest.raises(ValueError, match=words):
        metrics.frechet_distance(a, GOOD)
    with pytest.raises(ValueError):
        metrics.frechet_distance(GOOD, a)


@pytest.mark.parametrize(
    "moments, words",
    [
        (([0, 0], np.eye(2), [0], np.eye(1)), r"mean_b is \(1,\)"),
        (([0, 0], np.eye(3), [0, 0], np.eye(2)), r"covariance_a is \(3, 3\)"),
        ((0.0, 1.0, 0.0, 1.0), r"mean_a is \(\)"),
        (([0, 0], np.eye(2), [0, np.nan], np.eye(2)), "mean_b must be finite"),
    ],
)
def test_wrong_moments_are_told(moments, words):
    with pytest.raises(ValueError, match=words):
        metrics.frechet_distance_of_moments(*moments)
