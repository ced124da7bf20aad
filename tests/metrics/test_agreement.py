import numpy as np
import pytest

from kerasgan import metrics


def test_pixel_agreement():
    images = np.array([[[0, 127], [128, 255]], [[200, 200], [0, 0]]], "uint8")[..., None]
    others = np.array([[[0, 255], [255, 255]], [[0, 0], [0, 0]]], "uint8")[..., None]
    np.testing.assert_allclose(metrics.pixel_agreement(images, others), [0.75, 0.5])
    assert metrics.pixel_agreement(images, images).numpy() == pytest.approx(1)
