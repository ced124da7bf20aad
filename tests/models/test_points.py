"""Models of examples that are no images."""

import keras
import numpy as np
import pytest

from kerasgan import models

ANGLES = np.linspace(0, 2 * np.pi, 256, endpoint=False)
CIRCLE = np.stack([3 * np.cos(ANGLES), 3 * np.sin(ANGLES)], axis=1).astype("float32")


@pytest.mark.parametrize("model_class", [models.GAN, models.DCGAN, models.WGAN, models.WGANGP])
def test_points_train_and_are_generated_as_floats(model_class):
    model = model_class(image_shape=(2,), latent_dim=4, seed=0)
    model.compile(run_eagerly=True)
    before = model.generator.get_weights()
    history = model.fit(CIRCLE, batch_size=128, verbose=0, validation_data=CIRCLE).history
    assert all(np.isfinite(values).all() for values in history.values())
    after = model.generator.get_weights()
    assert any((a != b).any() for a, b in zip(before, after, strict=True))
    made = model.generate(8, seed=1)
    assert made.shape == (8, 2) and made.dtype == np.float32
    latents = model.sample_latent(8, seed=1)
    np.testing.assert_allclose(made, model.generator(latents), rtol=1e-5, atol=1e-6)


def test_points_are_learnt():
    """A circle of radius 3: the pixel range of images is no limit."""
    model = models.DCGAN(image_shape=(2,), latent_dim=4, ema=0.98, seed=0)
    model.compile(keras.optimizers.Adam(1e-3, 0.5), keras.optimizers.Adam(1e-3, 0.5))
    model.fit(np.concatenate([CIRCLE] * 4), batch_size=256, epochs=60, verbose=0)
    made = model.generate(500, seed=0)
    assert abs(np.median(np.linalg.norm(made, axis=1)) - 3) < 0.5
    assert len(np.unique(np.sign(made), axis=0)) == 4


def test_arrays_of_any_shape_with_networks_of_ones_own(tmp_path):
    shape = (3, 4)
    generator = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(12), keras.layers.Reshape(shape)]
    )
    discriminator = keras.Sequential(
        [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    model = models.DCGAN(generator=generator, discriminator=discriminator, ema=0.9, seed=0)
    model.compile()
    data = np.random.default_rng(0).normal(size=(16, *shape)).astype("float32")
    model.fit(data, batch_size=8, verbose=0)
    assert model.generate(3, seed=1).shape == (3, *shape)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.generate(3, seed=1), model.generate(3, seed=1))
    assert set(model.health_stats(data)) == {"gradient_norm", "diversity"}


def test_points_are_served_and_shown(tmp_path):
    model = models.GAN(image_shape=(2,), latent_dim=4, seed=0)
    signatures = {name: spec for name, (_, spec) in model.endpoints().items()}
    assert signatures["discriminate"][0].dtype == "float32"
    assert model.output_names()["generate_n"] == "examples"
    function, _ = model.endpoints()["generate_n"]
    np.testing.assert_array_equal(function(5, 1), model.generate(5, seed=1))
    picture = model.grid(64)
    assert picture.dtype == np.uint8 and picture.shape == (256, 256, 1)
    assert 1 <= (picture == 0).sum() <= 64


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (CIRCLE[:, :1], r"x must hold finite floats of shape \(count, 2\), but has shape \(256, 1"),
        (CIRCLE.astype("int32"), "but is of dtype int32"),
        (CIRCLE * np.nan, "NaN"),
        (CIRCLE[:0], r"shape \(0, 2\)"),
        ([[1.0, 2.0]], "of type list"),
    ],
)
def test_wrong_points_are_refused(data, message):
    model = models.GAN(image_shape=(2,))
    model.compile()
    with pytest.raises(ValueError, match=message):
        model.fit(data)


def test_models_without_networks_for_vectors_say_so():
    with pytest.raises(ValueError, match=r"no networks for examples of shape \(2,\)"):
        models.ConditionalGAN(image_shape=(2,), num_classes=3)
    with pytest.raises(ValueError, match="image_shape must be"):
        models.GAN(image_shape=(28, 28))
