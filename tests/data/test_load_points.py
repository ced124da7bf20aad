import numpy as np
import pytest

from kerasgan import data, metrics


@pytest.mark.parametrize(("name", "modes"), [("ring", 8), ("grid", 25)])
def test_real_points_cover_all_modes_and_lie_within_three_deviations(name, modes):
    drawn = data.load_points(name, 50_000, seed=3)
    assert drawn.points.shape == (50_000, 2) and drawn.points.dtype == np.float32
    found = metrics.modes_covered(drawn.points, drawn.centres, drawn.deviation)
    assert found.modes == len(drawn.centres) == modes
    assert found.high_quality == pytest.approx(1 - np.exp(-4.5), abs=0.002)


def test_modes_are_those_of_the_papers():
    grid, ring = data.load_points("grid", 1), data.load_points("ring", 1)
    assert {tuple(each) for each in grid.centres} == {
        (x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)
    }
    np.testing.assert_allclose(np.linalg.norm(ring.centres, axis=1), 1, rtol=1e-6)
    assert (grid.deviation, ring.deviation) == (0.05, 0.01)


def test_shapes_without_modes():
    roll = data.load_points("swiss_roll", 20_000).points
    radii = np.linalg.norm(roll, axis=1) * 7.5
    assert 1.5 * np.pi - 1.5 < radii.min() and radii.max() < 4.5 * np.pi + 1.5
    assert np.corrcoef(radii, np.arctan2(roll[:, 0], roll[:, 1]) % (2 * np.pi))[0, 1] < 0.5
    petals = data.load_points("mixture", 20_000).points
    # Turned by a tenth of a circle at a time, each petal lies along the first axis.
    angles = np.round(np.arctan2(petals[:, 1], petals[:, 0]) / (2 * np.pi / 10)) * (2 * np.pi / 10)
    across = petals[:, 1] * np.cos(angles) - petals[:, 0] * np.sin(angles)
    assert np.std(across) == pytest.approx(0.05, abs=0.01)
    assert np.linalg.norm(petals, axis=1).mean() == pytest.approx(1.4, abs=0.05)


def test_the_seed_decides():
    one, same, other = (data.load_points("grid", 100, seed).points for seed in (0, 0, 1))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_wrong_arguments_are_told():
    with pytest.raises(ValueError, match="no points called 'circle', but 'ring', 'grid'"):
        data.load_points("circle")
    with pytest.raises(ValueError, match="count must be at least 1, but is 0"):
        data.load_points("ring", 0)
