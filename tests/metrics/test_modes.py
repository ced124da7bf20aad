import keras
import numpy as np
import pytest

from kerasgan import metrics


def test_modes_by_hand():
    centres = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    # Within 0.3 of the first; just beyond 0.3 of the second; nowhere near.
    samples = [[0.0, 0.29], [0.1, 0.0], [1.31, 0.0], [5.0, 5.0]]
    assert metrics.modes_covered(samples, centres, 0.1) == (1, 0.5)
    assert metrics.modes_covered([*samples, [1.29, 0.0]], centres, 0.1) == (2, 0.6)


def test_wrong_samples_are_told():
    centres = np.zeros((3, 2))
    for samples, deviation, words in [
        (np.zeros((4, 3)), 0.1, r"samples are of shape \(4, 3\), but centres of \(3, 2\)"),
        (np.full((4, 2), np.nan), 0.1, "samples must be finite"),
        (np.zeros((0, 2)), 0.1, "samples must have at least 1 rows"),
        (np.zeros((4, 2)), 0.0, "deviation must be positive, got 0.0"),
    ]:
        with pytest.raises(ValueError, match=words):
            metrics.modes_covered(samples, centres, deviation)


def logits_of(triples):
    return np.eye(10)[np.asarray(triples)].reshape(len(triples), 30)


def test_stacked_modes_by_hand():
    # Three times one triple and once another: KL = 3/4 log(3/4 1000) + 1/4 log(1/4 1000).
    found = metrics.stacked_modes(logits_of([[1, 2, 3], [1, 2, 3], [3, 2, 1], [1, 2, 3]]))
    expected = 0.75 * np.log(750) + 0.25 * np.log(250)
    assert found == (2, 1, pytest.approx(expected, rel=1e-12))
    every = [[a, b, c] for a in range(10) for b in range(10) for c in range(10)]
    assert metrics.stacked_modes(logits_of(every)) == (1000, 0, pytest.approx(0, abs=1e-12))


def test_a_perfect_generator_stands_at_the_floor_of_the_protocol():
    triples = np.random.default_rng(0).integers(10, size=(26_000, 3))
    found = metrics.stacked_modes(logits_of(triples))
    assert found.modes == 1000
    assert found.divergence == pytest.approx(0.0193, abs=0.0024)  # three deviations


def brightest(classes=10):
    """A judge: an image's class is its first pixel's level, 0 to 9."""
    images = keras.Input((4, 4, 1))
    level = (images[:, 0, 0] + 1) * 127.5
    return keras.Model(images, -keras.ops.abs(level - np.arange(classes)), name="brightest")


def test_metrics_of_stacked_images_judge_each_channel():
    images = np.zeros((4, 4, 4, 3), np.uint8)
    images[:, 0, 0] = [[1, 2, 3], [1, 2, 3], [3, 2, 1], [1, 2, 3]]
    judge = metrics.stacked(brightest())
    modes, divergence = metrics.StackedModes(judge), metrics.StackedDivergence(judge)
    for metric in (modes, divergence):
        metric.update_state(generated=images[:2])
        metric.update_state(images[:1], images[2:])  # real images do not count
    assert modes.names == ("modes", "modes_often") and modes.direction == "up"
    assert {name: float(value) for name, value in modes.result().items()} == {
        "modes": 2,
        "modes_often": 1,
    }
    expected = 0.75 * np.log(750) + 0.25 * np.log(250)
    assert divergence.direction == "down"
    assert float(divergence.result()) == pytest.approx(expected, rel=1e-12)


def test_logits_of_one_channel_are_refused():
    with pytest.raises(ValueError, match=r"logits must be \(N, 30\), ten a channel"):
        metrics.stacked_modes(np.zeros((5, 10)))
