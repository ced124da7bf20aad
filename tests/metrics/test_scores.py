import numpy as np
import pytest
from metrics.of_features import peers

from kerasgan import metrics


def test_by_hand():
    assert metrics.inception_score(np.zeros((20, 7))) == pytest.approx((1, 0), abs=1e-12)
    sure = 1000 * np.eye(4)[np.arange(40) % 4]
    assert metrics.inception_score(sure, splits=1)[0] == pytest.approx(4, rel=1e-12)
    assert metrics.inception_score(sure[:10] * [1, 0, 0, 0] + 1, 1)[0] < 4
    # Two images, p = (3/4, 1/4) and (1/4, 3/4): KL to (1/2, 1/2) is 3/4 log 3/2 + 1/4 log 1/2.
    logits = np.log([[3.0, 1.0], [1.0, 3.0]])
    expected = np.exp(0.75 * np.log(1.5) + 0.25 * np.log(0.5))
    assert metrics.inception_score(logits, splits=1) == pytest.approx((expected, 0), rel=1e-12)


def test_against_torch_fidelity():
    found = metrics.inception_score(3 * peers()[0], splits=1)
    assert found == pytest.approx((5.07442392241606, 0), rel=1e-9)


def test_images_in_the_order_of_their_classes_are_shuffled():
    sure = 1000 * np.eye(4)[np.repeat(np.arange(4), 500)]
    mean, deviation = metrics.inception_score(sure)
    assert 3.9 < mean < 4.0 and 0 < deviation < 0.1
    assert metrics.inception_score(sure) == (mean, deviation)


def test_the_deviation_is_that_of_the_splits():
    # Each split holds one image alone, and an image alone has no divergence.
    assert metrics.inception_score(peers()[0][:5], splits=5) == pytest.approx((1, 0), abs=1e-12)


def test_wrong_logits_are_told():
    for logits, splits, words in [
        (np.zeros((9, 3)), 10, "logits must have at least 10 rows, but have 9"),
        (np.zeros(9), 1, r"logits must be \(N, d\)"),
        (np.full((9, 3), np.nan), 1, "logits must be finite"),
        (np.zeros((9, 3)), 0, "splits must be"),
    ]:
        with pytest.raises(ValueError, match=words):
            metrics.inception_score(logits, splits)
