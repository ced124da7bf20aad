import numpy as np
import pytest
from scipy.spatial.distance import pdist

from kerasgan import metrics


def test_mean_distance():
    images = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]], "float32").reshape(3, 1, 2, 1)
    # |01| = 5, |02| = 1, |12| = sqrt(9 + 9)
    np.testing.assert_allclose(metrics.mean_distance(images), (6 + 18**0.5) / 3, rtol=1e-6)
    images = np.random.default_rng(0).uniform(-1, 1, (20, 8, 8, 3)).astype("float32")
    expected = pdist(images.reshape(20, -1)).mean()
    assert float(metrics.mean_distance(images)) == pytest.approx(expected, rel=1e-5)
    assert float(metrics.mean_distance(images[:1].repeat(4, 0) + 100.0)) == 0.0
