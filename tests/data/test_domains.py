"""Two domains with a known relation, or a synthetic and a real one; printed digits."""

import numpy as np
import pytest
from conftest import shared_data

from kerasgan import data
from kerasgan.data import fonts


def numbered(count=20, side=4):
    """Images that tell their number in each pixel."""
    return np.arange(count, dtype="uint8")[:, None, None, None] * np.ones(
        (1, side, side, 1), "uint8"
    )


def test_outlines_and_negatives():
    image = np.zeros((1, 4, 5, 1), "uint8")
    image[0, 1, 1] = 200
    image[0, 3, 4] = 50
    expected = [
        [200, 200, 200, 0, 0],
        [200, 0, 200, 0, 0],
        [200, 200, 200, 50, 50],
        [0, 0, 0, 50, 0],
    ]
    np.testing.assert_array_equal(data.outlines(image)[0, ..., 0], expected)
    np.testing.assert_array_equal(data.negatives(image), 255 - image)


@pytest.mark.parametrize("stream", [False, True])
def test_no_image_is_in_both_domains(tmp_path, stream):
    np.save(tmp_path / "numbers.npy", numbered())
    options = {"relation": data.negatives, "stream": stream, "cache_dir": tmp_path}
    domains = data.load_related(str(tmp_path / "numbers.npy"), (4, 4, 1), **options)
    a, b = domains.a.images[:][:, 0, 0, 0], 255 - domains.b.images[:][:, 0, 0, 0]
    assert len(a) == len(b) == 10 and set(a) | set(b) == set(range(20))
    assert not np.array_equal(a, sorted(range(0, 20, 2)))  # halved at random
    assert domains.relation is data.negatives
    again = data.load_related(str(tmp_path / "numbers.npy"), (4, 4, 1), **options)
    assert again.digest() == domains.digest()
    options["relation"] = data.outlines
    other = data.load_related(str(tmp_path / "numbers.npy"), (4, 4, 1), **options)
    assert other.digest() != domains.digest()


def test_a_folder_of_two_domains_is_taken_as_it_is(tmp_path):
    for name, level in (("trainA", 10), ("trainB", 250)):
        (tmp_path / name).mkdir()
        picture = np.full((4, 4, 1), level, "uint8")
        data.save_image(tmp_path / name / "one.png", picture)
    domains = data.load_related(tmp_path, (4, 4, 1))
    assert domains.relation is None and domains.crop is None
    assert (int(domains.a.images.mean()), int(domains.b.images.mean())) == (10, 250)


def test_labels_go_with_images_of_a():
    a = data.Images(numbered(), np.arange(20) % 3)
    domains = data.Unpaired(a, data.Images(numbered()))
    batches = domains.stream(4, seed=1, labels=True)
    (images, others), labels = next(iter(batches.skip(2)))
    number = np.rint((images.numpy()[:, 0, 0, 0] + 1) * 127.5).astype(int)
    np.testing.assert_array_equal(labels, number % 3)
    assert others.shape == (4, 4, 4, 1)
    resumed = next(iter(domains.stream(4, seed=1, start_step=2, labels=True)))
    np.testing.assert_array_equal(resumed[0][0], images)
    np.testing.assert_array_equal(resumed[0][1], others)
    np.testing.assert_array_equal(next(iter(domains.stream(4, seed=1)))[0].shape, images.shape)
    with pytest.raises(ValueError, match="'images' has no labels"):
        data.Unpaired(domains.b, a).stream(4, seed=1, labels=True)
    with pytest.raises(ValueError, match="labels go with images that are not cut"):
        data.Unpaired(a, a, crop=(2, 2)).stream(4, seed=1, labels=True)


# ---------------------------------------------------------------------- printed digits


def test_printed_digits():
    digits = data.load_fonts(limit=200)
    assert digits.images.shape == (200, 28, 28, 1) and digits.num_classes == 10
    assert set(digits.labels) == set(range(10))
    # As MNIST's: 20 pixels, with the centre of mass in the middle, and as much ink.
    bright = digits.images[..., 0] > 0
    sides = [np.ptp(np.flatnonzero(each.any(axis=axis))) + 1 for each in bright for axis in (0, 1)]
    assert np.max(np.reshape(sides, (200, 2)), axis=1).tolist() == [20] * 200
    weight = digits.images[..., 0] / digits.images.sum(axis=(1, 2, 3))[:, None, None]
    for axis in (1, 2):
        centres = weight.sum(axis=3 - axis) @ (np.arange(28) + 0.5)
        assert np.abs(centres - 14).max() <= 0.51
    assert 0.12 < digits.images.mean() / 255 < 0.15
    assert data.load_fonts(limit=200).digest() == digits.digest()
    np.testing.assert_array_equal(data.load_images("fonts", limit=3).images, digits.images[:3])
    held_out = data.load_fonts(split="test", limit=3)
    assert (held_out.images != digits.images[:3]).any()
    with pytest.raises(ValueError, match="'fonts' has the splits 'train' and 'test', but not 'x'"):
        data.load_fonts(split="x")


def test_as_large_a_box_as_that_of_real_digits():
    real = np.zeros((3, 16, 16, 1), "uint8")
    for image, height in zip(real, (8, 12, 13), strict=True):
        image[2 : 2 + height, 5:9] = 200
    assert fonts.box_of(real) == 12 / 16
    digits = data.load_fonts((16, 16, 1), limit=20, box=12 / 16)
    assert fonts.box_of(digits.images) == pytest.approx(12 / 16, abs=0.07)
    full = data.load_fonts((16, 20, 3), limit=20, box=1)
    assert full.images.shape == (20, 16, 20, 3) and full.images[:, 0].any(axis=(1, 2)).mean() > 0.5


def test_a_synthetic_and_a_real_domain():
    domains = data.load_adaptation("digits", (16, 16, 1), limit=30)
    assert domains.a.name == "fonts" and domains.name == "digits"
    assert len(domains.a) == len(domains.b) == 30
    assert fonts.box_of(domains.a.images) == fonts.box_of(domains.b.images) == 1
    other = data.load_adaptation("fonts", (16, 16, 1), synthetic="digits", limit=30)
    np.testing.assert_array_equal(other.a.images, domains.b.images)


def test_padding_comes_before_resizing():
    """Real digits of USPS fill 16 x 16 pixels: with 3 more on each side 20 of 28, as MNIST's do."""
    source = str(shared_data("usps") / "usps.npz")
    framed = data.load_adaptation(source, (28, 28, 1), padding=3, limit=200)
    assert framed.b.images.shape == (200, 28, 28, 1) and framed.b.labels is not None
    assert fonts.box_of(framed.b.images) * 28 == pytest.approx(20, abs=2)
    assert fonts.box_of(framed.a.images) * 28 == pytest.approx(20, abs=2)
    stretched = data.load_adaptation(source, (28, 28, 1), limit=200)
    assert fonts.box_of(stretched.b.images) * 28 > 24
