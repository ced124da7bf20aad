import math

import numpy as np
import pytest
import tensorflow as tf

from kerasgan import losses

LOG2, LOG3 = math.log(2), math.log(3)
# Two losses of scores, two of vectors.
LOSSES = [
    losses.cross_entropy,
    losses.categorical_information,
    losses.continuous_information,
    losses.feature_matching,
]


def array(*rows):
    return np.array(rows, "float32")


# The softmax of (log 3, 0) is (3/4, 1/4).
@pytest.mark.parametrize(
    "targets, logits, expected",
    [
        (array([1, 0], [0, 1]), array([LOG3, 0], [5, 5]), (math.log(4 / 3) + LOG2) / 2),
        (array([0, 1]), array([LOG3, 0]), math.log(4)),
        (array([0.5, 0.5]), array([LOG3, 0]), (math.log(4 / 3) + math.log(4)) / 2),
        (array([0, 0, 1, 0]), array([7, 7, 7, 7]), math.log(4)),
    ],
)
def test_cross_entropy(targets, logits, expected):
    assert float(losses.cross_entropy(targets, logits)) == pytest.approx(expected, rel=1e-6)


def test_cross_entropy_of_huge_logits():
    logits = tf.constant([[1e4, -1e4], [-1e4, 1e4]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = losses.cross_entropy([[1.0, 0.0], [1.0, 0.0]], logits)
    assert float(loss) == (0 + 2e4) / 2
    # (softmax - y) / N
    np.testing.assert_array_equal(tape.gradient(loss, logits), [[0, 0], [-0.5, 0.5]])


def test_categorical_information():
    codes = np.eye(10, dtype="float32")
    # Q knows nothing; knows all; gives the right one of 4 half of the chance, 3 of 3 + 1 + 1 + 1.
    assert float(losses.categorical_information(codes, 0 * codes)) == pytest.approx(0, abs=1e-6)
    assert float(losses.categorical_information(codes, 1e4 * codes)) == pytest.approx(math.log(10))
    half = losses.categorical_information(array([0, 1, 0, 0]), array([0, LOG3, 0, 0]))
    assert float(half) == pytest.approx(LOG2, rel=1e-6)
    # Q is sure and wrong.
    wrong = losses.categorical_information(codes, -1e4 * codes)
    assert float(wrong) == pytest.approx(math.log(10) - math.log(9) - 1e4, rel=1e-6)


def test_continuous_information():
    codes = array([0.5, -1], [0, 0])
    # log 2 - log(2 pi) / 2 = 0.693147 - 0.918939 for each code
    limit = 2 * (0.6931472 - 0.9189385)
    assert float(losses.continuous_information(codes, codes)) == pytest.approx(limit, rel=1e-6)
    # Squared errors of 1 + 4 in the first, 0 + 9 in the second example, halved.
    means = array([1.5, 1], [0, 3])
    found = float(losses.continuous_information(codes, means))
    assert found == pytest.approx(limit - (2.5 + 4.5) / 2, rel=1e-6)


def test_feature_matching():
    real, fake = tf.constant([1.0, 2.0, 3.0]), tf.constant([1.0, 0.0, 4.5])
    with tf.GradientTape() as tape:
        tape.watch(fake)
        loss = losses.feature_matching(real, fake)
    assert float(loss) == pytest.approx((0 + 4 + 2.25) / 3)
    np.testing.assert_allclose(tape.gradient(loss, fake), [0, -4 / 3, 3 / 3], rtol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_gives_float32(loss, dtype):
    one, two = (
        tf.cast(values, dtype)
        for values in ([[300.0, 0, 0], [0, -300, 0]], [[0.0, 0, 1], [1, 0, 0]])
    )
    # 300^2 = 90,000 overflows in float16.
    for arguments in ((one, two), (two, one)):
        value = loss(*arguments)
        assert value.dtype == "float32" and value.shape == ()
        assert np.isfinite(value)


@pytest.mark.parametrize("loss", LOSSES[:2])
def test_the_sum_over_many_half_precision_classes_is_float32(loss):
    # Softmax of equal scores is 1 / 4096, and the sum of exponentials 4096 e^11, beyond float16.
    logits = tf.fill((2, 4096), tf.constant(11, "float16"))
    codes = tf.one_hot([3, 4], 4096, dtype="float16")
    expected = {losses.cross_entropy: math.log(4096), losses.categorical_information: 0.0}[loss]
    assert float(loss(codes, logits)) == pytest.approx(expected, abs=1e-5)
