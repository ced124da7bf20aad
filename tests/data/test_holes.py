"""Masks, and filling holes without a seam."""

import numpy as np
import pytest

from kerasgan.data import centre_mask, check_masks, poisson_blend

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (2, 9, 12, 3))


def holes(*places):
    """Missing pixels: an image each."""
    missing = np.zeros((len(places), 9, 12, 1), bool)
    for i, (rows, columns) in enumerate(places):
        missing[i, rows, columns] = True
    return missing


MIDDLE = slice(3, 6), slice(4, 9)
CORNER = slice(5, None), slice(0, 7)  # neighbours outside of the image count nothing


@pytest.mark.parametrize("place", [MIDDLE, CORNER])
def test_what_differs_by_a_constant_blends_into_the_image_itself(place):
    missing = holes(place, place)
    hidden = np.where(missing, 0.5, IMAGES)  # pixels in the hole are not looked at
    made = IMAGES + [3.0, -2.0, 0.25]
    blended = poisson_blend(hidden, made, missing)
    np.testing.assert_allclose(blended, IMAGES, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(np.where(missing, 0, blended), np.where(missing, 0, IMAGES))


def test_each_missing_pixel_differs_from_its_neighbours_as_what_was_made():
    """The equation itself, pixel by pixel."""
    missing, made = holes(MIDDLE, CORNER), RANDOM.uniform(-1, 1, IMAGES.shape)
    blended = poisson_blend(IMAGES, made, missing)
    for n, i, j, _ in np.argwhere(missing):
        near = [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
        near = [(a, b) for a, b in near if 0 <= a < 9 and 0 <= b < 12]
        sums = [sum(x[n, i, j] - x[n, a, b] for a, b in near) for x in (blended, made)]
        np.testing.assert_allclose(*sums, rtol=0, atol=1e-6)


def test_images_without_and_with_nothing_else_than_a_hole():
    made = IMAGES[::-1]
    blended = poisson_blend(IMAGES, made, np.ones((2, 9, 12, 1), bool))
    np.testing.assert_array_equal(blended, made)
    blended = poisson_blend(IMAGES, made, np.zeros((2, 9, 12, 1), bool))
    np.testing.assert_array_equal(blended, IMAGES)


@pytest.mark.parametrize("sides", [(28, 28), (16, 24)])
def test_the_hole_in_the_middle(sides):
    mask = centre_mask((*sides, 1))
    assert mask.shape == sides and mask.sum() == sides[0] * sides[1] // 4
    np.testing.assert_array_equal(mask, mask[::-1, ::-1])
    assert mask[sides[0] // 4, sides[1] // 4] and not mask[sides[0] // 4 - 1].any()
    smaller = centre_mask((*sides, 1), margin=1)
    assert smaller.sum() == (sides[0] // 2 - 2) * (sides[1] // 2 - 2)
    np.testing.assert_array_equal(smaller, smaller[::-1, ::-1])


def test_masks_are_for_one_image_or_for_each():
    one = centre_mask((4, 4, 3))
    for masks in (one, one.astype("float32"), [one, one], np.stack([one, one])[..., None]):
        checked = check_masks(masks, (4, 4, 3), 2)
        assert checked.dtype == bool and checked.shape == (2, 4, 4, 1)
        np.testing.assert_array_equal(checked[1, ..., 0], one)


@pytest.mark.parametrize(
    "masks, words",
    [
        (255 * np.eye(4, dtype="uint8"), "other values, of dtype uint8"),
        (np.full((4, 4), 0.5), "other values"),
        (np.full((4, 4), "x"), "other values"),
        (np.eye(5), r"\(4, 4\), \(2, 4, 4\) or \(2, 4, 4, 1\), but have shape \(5, 5\)"),
        (np.zeros((3, 4, 4)), r"\(3, 4, 4\)"),
        (np.zeros((2, 4, 4, 3)), r"\(2, 4, 4, 3\)"),
    ],
)
def test_other_masks_are_refused(masks, words):
    with pytest.raises(ValueError, match=words):
        check_masks(masks, (4, 4, 3), 2)
