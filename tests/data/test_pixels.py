import warnings

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.data import check_images, to_float, to_uint8

SHAPE = (2, 3, 1)


def floats(*values):
    return np.resize(np.array(values, np.float32), (4, *SHAPE))


def test_to_float_maps_levels_to_minus_one_and_one():
    result = to_float(np.array([0, 51, 102, 255], np.uint8))
    assert result.dtype == tf.float32
    np.testing.assert_allclose(result, [-1, -0.6, -0.2, 1], atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_to_float_only_casts_floats(dtype):
    result = to_float(tf.constant([-1, 0.5, 3], dtype))
    assert result.dtype == tf.float32
    np.testing.assert_array_equal(result, [-1, 0.5, 3])


def test_to_uint8_clips_and_rounds_to_nearest():
    # -0.998 is level 0.255, -0.99 is 1.275, 0.993 is 254.1, 0.9999 is 254.99.
    result = to_uint8([-9.0, -1.0, -0.998, -0.99, 0.993, 0.9999, 1.0, 9.0])
    assert result.dtype == tf.uint8
    np.testing.assert_array_equal(result, [0, 0, 0, 1, 254, 255, 255, 255])


def test_levels_survive_the_round_trip_in_a_graph():
    levels = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(tf.function(lambda x: to_uint8(to_float(x)))(levels), levels)


@pytest.mark.parametrize("convert", [to_float, to_uint8])
def test_conversions_refuse_other_integers(convert):
    with pytest.raises(ValueError, match="int32"):
        convert(np.zeros(3, np.int32))


def test_to_uint8_refuses_uint8():
    with pytest.raises(ValueError, match="uint8"):
        to_uint8(np.zeros(3, np.uint8))


@pytest.mark.parametrize(
    "images",
    [
        np.full((4, *SHAPE), 255, np.uint8),
        floats(-1, 1),
        floats(-1.0005, 1.0005),
        floats(0),
        floats(-0.1, 0.5).astype(np.float64),
        tf.constant(floats(-1, 1)),
        tf.cast(floats(-1, 1), tf.bfloat16),
        tf.zeros((4, *SHAPE), tf.uint8),
    ],
)
def test_check_images_accepts_both_ranges_without_a_warning(images):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_images(images, SHAPE)


@pytest.mark.parametrize(
    "images, message",
    [
        ([[1.0]], r"photos must be an array of images, \(count, 2, 3, 1\), but is of type list"),
        (floats(0)[..., 0], r"shape \(4, 2, 3\); add a channel axis: x\[..., None\]"),
        (floats(0)[0], r"shape \(2, 3, 1\); add a batch axis"),
        (floats(0)[0, 0], r"must have 4 axes, \(count, 2, 3, 1\), but has shape \(3, 1\)\."),
        (np.zeros((4, 3, 2, 1), np.uint8), r"\(count, 2, 3, 1\), but has shape \(4, 3, 2, 1\)"),
        (np.zeros((4, *SHAPE), np.int64), "but is of dtype int64"),
        (np.zeros((4, *SHAPE), str), "but is of dtype str"),
        (floats(0, np.nan), "NaN"),
        (tf.constant(floats(np.nan, 0), tf.bfloat16), "NaN"),
        (floats(0, np.inf), "infinite"),
        (floats(0, -np.inf), "infinite"),
        (floats(0, 255), r"uint8 in \[0, 255\] or float in \[-1, 1\], .* float32 in \[0, 255\]"),
        (floats(-1.002, 0), r"in \[-1\.002, 0\]"),
        (np.zeros((0, *SHAPE), np.uint8), r"at least one image, but has shape \(0, 2, 3, 1\)"),
    ],
)
def test_check_images_says_what_is_wrong(images, message):
    with pytest.raises(ValueError, match=message) as caught:
        check_images(images, SHAPE, "photos")
    assert str(caught.value).startswith("photos must")


@pytest.mark.parametrize("images", [floats(0, 1), tf.constant(floats(0, 0.5))])
def test_check_images_suspects_the_range_from_zero(images):
    with pytest.warns(UserWarning, match=r"convert them by photos \* 2 - 1"):
        check_images(images, SHAPE, "photos")


def test_an_open_size_matches_any():
    check_images(np.zeros((4, 7, 9, 3), np.uint8), (None, None, 3))
    with pytest.raises(ValueError, match=r"\(count, height, width, 3\)"):
        check_images(np.zeros((4, 7, 9, 1), np.uint8), (None, None, 3))
