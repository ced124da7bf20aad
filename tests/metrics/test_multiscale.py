import numpy as np
import pytest
import tensorflow as tf

from kerasgan import metrics
from kerasgan.metrics import multiscale


def noisy(images, deviation, seed=1):
    noise = np.random.default_rng(seed).normal(0, deviation, images.shape)
    return np.clip(images + noise, 0, 255).round().astype(np.uint8)


def blobs(count, side, seed=0, channels=1):
    """Smooth images."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, side // 8, side // 8, channels))
    return coarse.repeat(8, axis=1).repeat(8, axis=2).astype(np.uint8)


@pytest.mark.parametrize("shape", [(2, 176, 192, 3), (1, 187, 179, 1)])
def test_ms_ssim_against_tensorflow(shape):
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    others = noisy(images, 60)
    expected = tf.image.ssim_multiscale(images, others, 255)
    np.testing.assert_allclose(metrics.ms_ssim(images, others), expected, rtol=1e-4)


def test_ms_ssim_of_small_images():
    images = blobs(3, 32)
    np.testing.assert_allclose(metrics.ms_ssim(images, images), 1, rtol=1e-12)
    found = [metrics.ms_ssim(images, noisy(images, deviation)) for deviation in (5, 20, 80)]
    assert (found[0] > found[1]).all() and (found[1] > found[2]).all()
    assert (found[2] >= 0).all()
    # Two flat images: only the luminance of the last scale differs, with its weight.
    flat = np.full((1, 16, 16, 1), 100, np.uint8), np.full((1, 16, 16, 1), 150, np.uint8)
    c1 = 2.55**2
    expected = ((2 * 100 * 150 + c1) / (100**2 + 150**2 + c1)) ** 0.1333
    np.testing.assert_allclose(metrics.ms_ssim(*flat), expected, rtol=1e-9)


def test_sliced_wasserstein_against_a_closed_form():
    # Noise projects to N(0, 1), flat patches to N(0, s^2) with s the sum of the direction, nearly
    # N(0, 1) itself: sqrt(2 / pi) E|1 - |s|| = 0.7979 * 0.5354, on one level of 16 pixels.
    generator = np.random.default_rng(0)
    noise = generator.normal(128, 25, (400, 16, 16, 1)).round().astype(np.uint8)
    flat = generator.normal(128, 25, (400, 1, 1, 1)).round().astype(np.uint8)
    found = metrics.sliced_wasserstein(noise, np.broadcast_to(flat, noise.shape), patches=32)
    assert found.shape == (1,)
    assert found[0] == pytest.approx(427, rel=0.06)


def test_sliced_wasserstein_knows_at_which_size_images_differ():
    real, other = blobs(64, 64, 0), blobs(64, 64, 1)

    def distances(images):
        return metrics.sliced_wasserstein(real, images, patches=64, projections=64)

    same, fine = distances(other), distances(noisy(other, 20))
    assert same.shape == fine.shape == (3,)  # 64, 32, 16
    assert fine[0] > 1.5 * same[0]
    assert fine[2] == pytest.approx(same[2], rel=0.1)
    assert distances(noisy(other, 60)).mean() > fine.mean()
    np.testing.assert_array_equal(distances(other), same)


@pytest.mark.parametrize("sides", [(32, 32), (35, 48)])
def test_a_pyramid_adds_up_to_its_image(sides):
    images = np.random.default_rng(0).integers(0, 256, (2, *sides, 3), dtype=np.uint8)
    fine, coarse = multiscale._pyramid(images)
    larger = np.zeros_like(fine)
    larger[:, ::2, ::2] = coarse
    np.testing.assert_allclose(fine + multiscale._blurred(larger, 2 * multiscale._BINOMIAL), images)
    flat = np.full((1, *sides, 1), 77, np.uint8)
    fine, coarse = multiscale._pyramid(flat)
    np.testing.assert_allclose(coarse, 77)
    # Inside, that is; a row that mirroring repeats at an odd border weighs more.
    np.testing.assert_allclose(fine[:, 2:-2, 2:-2], 0, atol=1e-9)


@pytest.mark.parametrize("measure", [metrics.ms_ssim, metrics.sliced_wasserstein])
def test_wrong_images_are_told(measure):
    good = blobs(2, 16)
    for images, words in [
        (good / 127.5 - 1, "uint8 images.*float64.*to_uint8"),
        (good[0], r"\(16, 16, 1\)"),
        (good[:0], r"at least one.*\(0, 16, 16, 1\)"),
        (good[:, :15], "at least 16 pixels, but are 15 x 16"),
        (good[:1], r"one shape, but have \(1, 16, 16, 1\) and \(2, 16, 16, 1\)"),
    ]:
        with pytest.raises(ValueError, match=words):
            measure(images, good)
    with pytest.raises(ValueError, match="patches"):
        metrics.sliced_wasserstein(good, good, patches=0)
