import numpy as np
import pytest
from metrics.of_features import clusters, peers

from kerasgan import metrics


def test_by_hand():
    # k = (xy + 1)^3. Of {0, 1}: k(0, 1) = 1, of {2, 3}: k(2, 3) = 343, between: 1, 1, 27, 64.
    x, y = np.array([[0.0], [1.0]]), np.array([[2.0], [3.0]])
    expected = (2 * 1 + 2 * 343) / 2 - 2 * (1 + 1 + 27 + 64) / 4
    assert expected == 297.5
    assert metrics.kernel_distance(x, y, subsets=1, subset_size=2) == (expected, 0.0)


def test_against_torch_fidelity():
    a, b = peers()
    mean, deviation = metrics.kernel_distance(a[:300], b, subsets=2, subset_size=300)
    assert mean == pytest.approx(0.21986698144154637, rel=1e-9)
    assert deviation == pytest.approx(0, abs=1e-9)  # no row is drawn twice: both are the whole


def test_the_mean_does_not_depend_on_the_number_of_images():
    a, b = peers()
    found = [metrics.kernel_distance(a, b, 200, size)[0] for size in (20, 100)]
    assert found[0] == pytest.approx(found[1], rel=0.2)
    mean, deviation = metrics.kernel_distance(clusters(0), clusters(1), 100, 100)
    assert abs(mean) < deviation  # it is around 0


def test_subsets_are_of_the_seed():
    a, b = peers()
    found = [metrics.kernel_distance(a, b, 5, 50, seed=seed) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]


def test_order():
    real = clusters(0)
    noise = np.random.default_rng(1).normal(size=real.shape)
    ladder = [clusters(2), clusters(2) + 2 * noise, 10 + noise]
    distances = [metrics.kernel_distance(real, each, 20, 200)[0] for each in ladder]
    assert sorted(distances) == distances
    assert distances[0] < distances[1] / 5 and distances[1] < distances[2] / 5


def test_subsets_of_few_images_are_all():
    few = clusters(0)[:30], clusters(1)[:20]
    assert metrics.kernel_distance(*few) == metrics.kernel_distance(*few, subset_size=20)
    one, other = clusters(0)[:20], clusters(1)[:20]
    mean, deviation = metrics.kernel_distance(one, other)
    assert deviation == 0.0
    assert mean == pytest.approx(metrics.kernel_distance(other, one, seed=1)[0], rel=1e-9)


def test_wrong_features_are_told():
    good = np.arange(12.0).reshape(4, 3)
    for a, options, words in [
        (good, {"subset_size": 5}, "from 2 to the 4 rows that there are, but is 5"),
        (good, {"subset_size": 1}, "but is 1"),
        (good, {"subset_size": 2, "subsets": 0}, "subsets must be .* 0"),
        (good[:, 0], {"subset_size": 2}, r"a must be \(N, d\)"),
        (good[:, :2], {"subset_size": 2}, "2 and 3"),
        (good * np.nan, {"subset_size": 2}, "a must be finite"),
    ]:
        with pytest.raises(ValueError, match=words):
            metrics.kernel_distance(a, good, **options)
