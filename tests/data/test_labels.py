import numpy as np
import pytest
import tensorflow as tf

from kerasgan.data import check_labels


@pytest.mark.parametrize(
    "labels",
    [
        [0, 2, 1],
        (0, 2, 1),
        np.array([0, 2, 1], np.uint8),
        np.array([0, 2, 1], np.int64),
        tf.constant([0, 2, 1]),
    ],
)
def test_labels_become_int32(labels):
    for count in 3, None:
        found = check_labels(labels, 3, count)
        assert isinstance(found, np.ndarray) and found.dtype == np.int32
        assert found.tolist() == [0, 2, 1]


def test_no_labels_of_any_number_are_labels():
    assert check_labels(np.zeros(0, "int32"), 3).shape == (0,)


@pytest.mark.parametrize(
    "labels, message",
    [
        (None, r"y must be integer labels in \[0, 3\), shape \(2,\), but there are none"),
        ([0, 1, 2], r"shape \(2,\), but have shape \(3,\)"),
        ([[0], [1]], r"have shape \(2, 1\)"),
        (1, r"have shape \(\)"),
        ([0.0, 1.0], "dtype float64"),
        ([False, True], "dtype bool"),
        (["0", "1"], "dtype str"),
        ([0, 3], r"lie in \[0, 3\]"),
        ([-1, 2], r"lie in \[-1, 2\]"),
        (np.array([0, 2**32], np.uint64), r"lie in \[0, 4294967296\]"),
    ],
)
def test_what_is_no_labels_is_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        check_labels(labels, 3, 2)


def test_errors_call_the_labels_what_the_caller_does():
    with pytest.raises(ValueError, match=r"^codes must be .* shape \(count,\), but lie"):
        check_labels([5], 5, name="codes")
