import numpy as np
import pytest

from kerasgan import losses


def test_weights_are_shares_of_missing_pixels_around():
    missing = np.zeros((2, 9, 9, 1), bool)
    missing[0, 3:6, 3:6] = True
    missing[1, :, :2] = True
    first, second = losses.context_weights(missing).numpy()[..., 0]
    assert first[4, 4] == 0 and first[4, 2] == pytest.approx(9 / 49, rel=1e-6)  # 0.184
    assert first[0, 0] == pytest.approx(1 / 49, rel=1e-6)  # 0.020
    assert first.max() == first[4, 2]  # largest beside the hole
    # Beyond the edge the image goes on as its mirror image: columns 0, 1 | 0, 1 are missing.
    assert second[4, 2] == pytest.approx(3 * 7 / 49, rel=1e-6)
    assert second[4, 5] == 0


def test_the_context_is_a_sum_over_pixels_and_channels():
    images = np.zeros((2, 2, 2, 3), "float32")
    made = np.stack([np.full((2, 2, 3), 0.5), np.full((2, 2, 3), -1.0)])
    weights = np.array([[0.0, 1.0], [0.5, 0.25]])[None, ..., None].repeat(2, axis=0)
    loss = losses.context_loss(images, made, weights).numpy()
    np.testing.assert_allclose(loss, [0.5 * 3 * 1.75, 3 * 1.75], rtol=1e-6)


def test_the_prior_is_the_logarithm_of_d_over_patches():
    logits = np.array([[0.0, 0.0], [2.0, -80.0]]).reshape(2, 2, 1, 1)
    loss = losses.prior_loss(logits).numpy()
    np.testing.assert_allclose(loss, [np.log(2), (np.log1p(np.exp(-2)) + 80) / 2], rtol=1e-6)
