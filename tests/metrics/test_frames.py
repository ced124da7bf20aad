import numpy as np
import pytest

from kerasgan import metrics

LEVELS = 127.5


def frame(*rows):
    return np.array(rows, "float32")[None, ..., None] / LEVELS - 1.0


def test_moving_psnr_counts_moving_pixels_alone():
    last = frame([0, 0], [100, 100])
    target = frame([0, 12], [150, 200])  # two pixels change by more than 0.1, which is 12.75 levels
    made = frame([90, 90], [140, 180])
    found = metrics.moving_psnr(target, made, last)
    assert found.shape == (1,)
    error = (10**2 + 20**2) / 2
    assert float(found[0]) == pytest.approx(10 * np.log10(255**2 / error), abs=1e-4)
    with_all = 10 * np.log10(255**2 / (error * 2 / 4))
    assert float(found[0]) == pytest.approx(with_all - 10 * np.log10(2), abs=1e-4)


def test_moving_psnr_where_nothing_moves_is_infinite():
    still = frame([0, 0], [100, 100])
    assert np.isposinf(metrics.moving_psnr(still, frame([9, 9], [9, 9]), still)[0])


def test_sharpness_difference_against_constants():
    target = frame([0, 0], [0, 51])  # in [-1, 1] a step down and one to the right, of 0.4 each
    flat = frame([7, 7], [7, 7])
    expected = 10 * np.log10(255**2 / (128**2 * 0.8))
    assert float(metrics.sharpness_difference(target, flat)[0]) == pytest.approx(expected, abs=1e-3)
    half = frame([0, 0], [0, 26])
    expected = 10 * np.log10(255**2 / (128**2 * 2 * 25 / LEVELS))
    assert float(metrics.sharpness_difference(target, half)[0]) == pytest.approx(expected, abs=1e-3)
    assert float(metrics.sharpness_difference(target, target + 20 / LEVELS)[0]) == 100.0
