import numpy as np
import pytest
from metrics.of_features import clusters, peers

from kerasgan import metrics
from kerasgan.metrics import neighbours


def column(*values):
    return np.array(values, "float64")[:, None]


def test_by_hand():
    # The balls of 0, 1 and 3 have the radii 1, 1 and 2: 0.5 is in two of them, 10 in none. Those of
    # 0.5 and 10 have the radius 9.5.
    real, generated = column(0, 1, 3), column(0.5, 10)
    assert metrics.precision_recall(real, generated, k=1) == (0.5, 1.0)
    assert metrics.density_coverage(real, generated, k=1) == (1.0, pytest.approx(2 / 3))


def test_a_ball_has_its_surface_for_precision_but_not_for_density():
    real, generated = column(0, 1), column(2, 2)
    assert metrics.precision_recall(real, generated, k=1)[0] == 1.0
    assert metrics.density_coverage(real, generated, k=1) == (0.0, 0.0)


def test_against_torch_fidelity_and_prdc():
    a, b = peers()
    assert metrics.precision_recall(a, b) == pytest.approx((0.73, 0.6175), abs=1e-12)
    expected = 0.8366666666666667, 0.7675
    assert metrics.precision_recall(a, b, k=5) == pytest.approx(expected, abs=1e-12)
    assert metrics.density_coverage(a, b, k=3) == pytest.approx((0.92, 0.6975), abs=1e-12)
    expected = 0.9486666666666667, 0.8425
    assert metrics.density_coverage(a, b) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("k", [3, 5])
def test_equal_distributions_have_the_density_1_and_the_coverage_1_minus_2_to_minus_k(k):
    real, generated = np.random.default_rng(0).normal(size=(2, 2000, 64)).astype("float32")
    density, coverage = metrics.density_coverage(real, generated, k)
    assert density == pytest.approx(1, abs=0.05)
    assert coverage == pytest.approx(1 - 2.0**-k, abs=0.02)


def test_blocks_make_the_whole(monkeypatch):
    a, b = peers()
    whole = metrics.precision_recall(a, b), metrics.density_coverage(a, b)
    monkeypatch.setattr(neighbours, "_ENTRIES", 1000)  # two or three rows at once
    assert (metrics.precision_recall(a, b), metrics.density_coverage(a, b)) == whole


def test_far_from_0_nothing_drowns():
    a, b = peers()
    whole = metrics.precision_recall(a, b), metrics.density_coverage(a, b)
    a, b = a + 1e6, b + 1e6
    assert (metrics.precision_recall(a, b), metrics.density_coverage(a, b)) == whole


def test_equal_images():
    same = np.full((6, 5), 0.1)
    assert metrics.precision_recall(same, same) == (1.0, 1.0)
    assert metrics.density_coverage(same, same) == (0.0, 0.0)  # balls without inside
    x = np.random.default_rng(0).normal(size=(50, 5))
    assert metrics.precision_recall(x, x) == (1.0, 1.0)
    assert metrics.density_coverage(x, x)[1] == 1.0
    # Each image twice: the nearest neighbour is no way off, and rounding must not say that it is.
    x = np.random.default_rng(0).normal(size=(7, 101))
    twice = np.concatenate([x, x[::-1]])
    assert metrics.precision_recall(twice, x, k=1) == (1.0, 1.0)
    assert metrics.density_coverage(twice, x, k=1) == (0.0, 0.0)


def test_order():
    real = clusters(0)
    noise = np.random.default_rng(1).normal(size=real.shape)
    ladder = [clusters(2), clusters(2) + noise, 20 + noise]
    precisions, recalls = zip(*(metrics.precision_recall(real, x) for x in ladder), strict=True)
    densities, coverages = zip(*(metrics.density_coverage(real, x) for x in ladder), strict=True)
    for values in (precisions, densities, coverages):
        assert values[0] > values[1] + 0.1 and values[1] > values[2] + 0.1
    assert recalls[0] > 0.7 and recalls[2] < 0.1


def test_a_generator_that_repeats_ten_images_is_precise_and_covers_little():
    real = clusters(0)
    generated = np.tile(clusters(1, 10), (50, 1))
    precision, recall = metrics.precision_recall(real, generated)
    density, coverage = metrics.density_coverage(real, generated)
    assert precision >= 0.8 and density > 0.5
    assert recall < 0.05 and coverage < 0.2


def test_outliers_raise_recall_but_not_coverage():
    real = clusters(0)
    generated = clusters(1, 20)
    far = np.concatenate([generated, generated[:3] + 100.0])
    assert metrics.precision_recall(real, far)[1] > metrics.precision_recall(real, generated)[1]
    assert metrics.density_coverage(real, far)[1] == metrics.density_coverage(real, generated)[1]


def test_wrong_features_are_told():
    good = np.arange(12.0).reshape(4, 3)
    for measure in (metrics.precision_recall, metrics.density_coverage):
        for real, options, words in [
            (good, {"k": 4}, "real must have at least 5 rows, but have 4"),
            (good, {"k": 0}, "k must be an integer from 1 on, but is 0"),
            (good, {"k": 1.5}, "but is 1.5"),
            (good[:, 0], {"k": 1}, r"real must be \(N, d\)"),
            (good[:, :2], {"k": 1}, "2 and 3"),
            (good + np.inf, {"k": 1}, "real must be finite"),
        ]:
            with pytest.raises(ValueError, match=words):
                measure(real, good, **options)
    with pytest.raises(ValueError, match="generated must have at least 4 rows"):
        metrics.precision_recall(good, good[:3])
    with pytest.raises(ValueError, match="generated must have at least 1 rows"):
        metrics.density_coverage(good, good[:0], k=2)
