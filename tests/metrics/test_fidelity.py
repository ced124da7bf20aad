import math

import keras
import numpy as np
import pytest
from conftest import shared_data
from PIL import Image

from kerasgan import data, metrics


def grey(level, size=(1, 16, 16, 1)):
    """Images of one level in [0, 255], as floats in [-1, 1]."""
    return np.full(size, level / 127.5 - 1, "float32")


def test_psnr_of_one_level_everywhere():
    # 10 log10(255^2 / 1) = 48.1308; of 25.5 levels 20 log10(10).
    assert float(metrics.psnr(grey(100), grey(101))[0]) == pytest.approx(48.1308, abs=1e-3)
    assert float(metrics.psnr(grey(0), grey(26))[0]) == pytest.approx(20 * math.log10(255 / 26))
    assert metrics.psnr(grey(7), grey(7))[0] == math.inf


def test_psnr_of_colours_is_that_of_luma():
    # One level of pure red is 65.481 / 255 of luma.
    red = grey(100, (1, 16, 16, 3))
    more = red.copy()
    more[..., 0] = 101 / 127.5 - 1
    expected = 20 * math.log10(255 / (65.481 / 255))
    assert float(metrics.psnr(red, more)[0]) == pytest.approx(expected, abs=1e-3)
    white = metrics.fidelity._luma(grey(255, (1, 2, 2, 3)), 0)
    black = metrics.fidelity._luma(grey(0, (1, 2, 2, 3)), 0)
    assert (float(np.max(white)), float(np.max(black))) == pytest.approx((235.0, 16.0), abs=1e-3)


@pytest.mark.parametrize("channels", [1, 3])
def test_opacity_does_not_count(channels):
    images, others = np.random.default_rng(0).uniform(-1, 1, (2, 1, 16, 16, channels + 1))
    for measure in (metrics.psnr, metrics.ssim):
        found, expected = measure(images, others), measure(images[..., :-1], others[..., :-1])
        np.testing.assert_array_equal(found, expected)


def test_the_border_does_not_count():
    a, b = grey(100), grey(100)
    b[:, :4], b[:, -4:], b[:, :, :4], b[:, :, -4:] = 1, 1, 1, 1
    b[:, 8, 8] = 1
    inner = metrics.psnr(a, b, border=4)
    # One pixel of 64 differs by 155 levels.
    assert float(inner[0]) == pytest.approx(10 * math.log10(255**2 / (155**2 / 64)), abs=1e-3)
    assert metrics.psnr(a, b, border=4)[0] > metrics.psnr(a, b)[0]


def test_images_are_rounded_and_clipped_to_levels():
    assert metrics.psnr(grey(100.4), grey(100))[0] == math.inf
    assert metrics.psnr(grey(300), grey(255))[0] == math.inf


def test_ssim():
    noise = np.random.default_rng(0).uniform(-1, 1, (2, 24, 24, 3)).astype("float32")
    np.testing.assert_allclose(metrics.ssim(noise, noise), 1.0, atol=1e-6)
    # Two flat images: (2 a b + C1) / (a^2 + b^2 + C1) with C1 = (0.01 255)^2.
    c1 = 2.55**2
    expected = (2 * 100 * 150 + c1) / (100**2 + 150**2 + c1)
    assert float(metrics.ssim(grey(100), grey(150))[0]) == pytest.approx(expected, abs=1e-4)


def test_ssim_of_a_single_window_against_its_definition():
    x, y = np.random.default_rng(0).integers(0, 256, (2, 11, 11)).astype("float64")
    steps = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    window = np.outer(steps, steps) / steps.sum() ** 2

    def mean(values):
        return (window * values).sum()

    c1, c2 = 2.55**2, 7.65**2
    covariance = mean(x * y) - mean(x) * mean(y)
    variances = mean(x**2) - mean(x) ** 2 + mean(y**2) - mean(y) ** 2
    luminance = (2 * mean(x) * mean(y) + c1) / (mean(x) ** 2 + mean(y) ** 2 + c1)
    expected = luminance * (2 * covariance + c2) / (variances + c2)
    images = [(each / 127.5 - 1).astype("float32")[None, ..., None] for each in (x, y)]
    assert float(metrics.ssim(*images)[0]) == pytest.approx(expected, abs=1e-4)


def test_sharpness_of_a_ramp_and_of_nothing():
    ramp = (np.arange(16) * 3 / 127.5 - 1).astype("float32").reshape(1, 1, 16, 1)
    ramp = np.repeat(ramp, 16, axis=1)
    assert float(metrics.sharpness(ramp)[0]) == pytest.approx(3.0, abs=1e-3)
    both = ramp + np.swapaxes(ramp, 1, 2) + 1  # 3 levels in each direction
    assert float(metrics.sharpness(both)[0]) == pytest.approx(3 * math.sqrt(2), abs=1e-3)
    assert float(metrics.sharpness(grey(9))[0]) == 0.0


@pytest.mark.parametrize(
    "metric, function", [(metrics.PSNR, metrics.psnr), (metrics.SSIM, metrics.ssim)]
)
def test_the_metrics_are_means_over_images(metric, function):
    generator = np.random.default_rng(0)
    a, b = (generator.uniform(-1, 1, (5, 20, 20, 3)).astype("float32") for _ in range(2))
    mean = metric(border=2)
    assert mean.direction == mean._direction == "up"
    mean.update_state(a[:2], b[:2])
    mean.update_state(a[2:], b[2:])
    expected = np.mean(function(a, b, 2))
    assert float(mean.result()) == pytest.approx(expected, rel=1e-5)
    again = metric.from_config(mean.get_config())
    again.update_state(a, b)
    assert float(again.result()) == pytest.approx(expected, rel=1e-5)


def test_metrics_in_a_plain_keras_model():
    model = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(3, 3, padding="same")])
    model.compile("sgd", "mse", metrics=[metrics.PSNR(), metrics.SSIM()])
    x = np.random.default_rng(0).uniform(-1, 1, (4, 16, 16, 3)).astype("float32")
    values = model.evaluate(x, x, return_dict=True, verbose=0)
    made = model.predict(x, verbose=0)
    assert values["psnr"] == pytest.approx(np.mean(metrics.psnr(x, made)), rel=1e-4)


def test_no_images_measure_nothing():
    none = np.zeros((0, 16, 16, 3), "float32")
    assert all(f(none, none).shape == (0,) for f in (metrics.psnr, metrics.ssim))


# As published for MATLAB's bicubic, which rounds a little differently from Pillow's.
@pytest.mark.parametrize("name, expected", [("Set5", 28.43), ("Set14", 25.99)])
def test_bicubic_of_real_pictures_has_the_published_psnr(name, expected):
    pictures = data.load_super_resolution(shared_data("sr", name))
    found = []
    for low, high in zip(pictures.low, pictures.high, strict=True):
        large = Image.fromarray(low).resize(high.shape[1::-1], Image.Resampling.BICUBIC)
        high, large = (np.asarray(x)[None] / np.float32(127.5) - 1 for x in (high, large))
        found.append(float(metrics.psnr(high, large, border=4)[0]))
    assert np.mean(found) == pytest.approx(expected, abs=0.15)


def test_against_scikit_image():
    # Of version 0.26, with Gaussian weights of deviation 1.5 and no sample covariance.
    generator = np.random.default_rng(11)
    x = generator.integers(0, 256, (40, 52), dtype=np.uint8)
    y = np.clip(x + generator.normal(0, 60, x.shape), 0, 255).round()
    x, y = ((each / 127.5 - 1).astype("float32")[None, ..., None] for each in (x, y))
    assert float(metrics.ssim(x, y)[0]) == pytest.approx(0.7609318, rel=1e-4)
    assert float(metrics.psnr(x, y)[0]) == pytest.approx(13.6198268, rel=1e-5)
