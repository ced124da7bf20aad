import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from kerasgan import data, models
from kerasgan.report import explore

SHAPE = (4, 6, 1)


def network(inputs, shape):
    x = layers.Concatenate()(inputs) if len(inputs) > 1 else inputs[0]
    x = layers.Dense(int(np.prod(shape)))(layers.Flatten()(x))
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], layers.Reshape(shape)(x))


@pytest.fixture(scope="module")
def gan():
    return models.GAN(
        None, None, network([keras.Input((3,))], SHAPE), network([keras.Input(SHAPE)], (1,))
    )


def test_what_is_generated_is_that_of_the_seed(gan):
    np.testing.assert_array_equal(
        explore.generated(gan, 4, 7), data.image_grid(gan.generate(4, seed=7))
    )
    alike = explore.generated(gan, 4, 7, truncation=0.0)
    latents = np.zeros((4, 3), "float32")
    np.testing.assert_array_equal(alike, data.image_grid(gan.to_images(latents).numpy()))
    assert explore.choices(gan) == ["any"]


def test_classes_are_asked_for():
    images = network([keras.Input((3,)), keras.Input((5,))], SHAPE)
    inputs = [keras.Input(SHAPE), keras.Input((5,))]
    x = layers.Concatenate()([layers.Flatten()(inputs[0]), inputs[1]])
    judge = keras.Model(inputs, layers.Dense(1)(x))
    gan = models.ConditionalGAN(generator=images, discriminator=judge, num_classes=5)
    assert explore.choices(gan) == ["any", "0", "1", "2", "3", "4"]
    np.testing.assert_array_equal(
        explore.generated(gan, 2, 1, 1.0, "3"),
        data.image_grid(gan.generate(2, labels=3, seed=1)),
    )


def test_a_walk_begins_at_one_seed_and_comes_by_the_other(gan):
    with Image.open(explore.walked(gan, 1, 2, 8)) as film:
        frames = film.n_frames
        seen = []
        for i in (0, frames // 2):
            film.seek(i)
            seen.append(np.asarray(film.convert("L")).astype(int))
    for frame, seed in zip(seen, (1, 2), strict=True):
        expected = gan.generate(1, seed=seed)[0, :, :, 0].astype(int)
        side = frame.shape[0] // SHAPE[0]
        assert np.abs(frame[::side, ::side] - expected).max() <= 2


def test_any_picture_is_fitted():
    picture = np.zeros((20, 10, 3), np.uint8)
    picture[5:15] = 200  # the middle, which stays
    fitted = explore.fitted(picture, (4, 4, 1))
    assert fitted.shape == (4, 4, 1) and fitted.dtype == np.uint8
    assert (np.abs(fitted[1:3].astype(int) - 200) < 8).all()  # but for its interpolation
    assert explore.fitted(np.full((3, 5), 7, np.uint8), (4, 4, 3)).tolist() == [[[7] * 3] * 4] * 4


def test_a_painted_hole_is_filled_and_the_rest_stays(gan):
    picture = np.random.default_rng(0).integers(0, 256, (*SHAPE[:2], 3), dtype=np.uint8)
    layer = np.zeros((*SHAPE[:2], 4), np.uint8)
    layer[1:3, 2:4] = 255
    drawn = {"background": picture, "layers": [layer]}
    shown = explore.filled(gan, drawn)
    grey = np.asarray(Image.fromarray(picture).convert("L"))
    missing = layer[..., 3] > 0
    width = shown.shape[1] // 2 + 1
    left, right = shown[:4, :6, 0], shown[:4, -6:, 0]
    assert width >= 6
    assert (left[missing] == 128).all()
    for half in (left, right):
        np.testing.assert_array_equal(half[~missing], grey[~missing])
    with pytest.raises(ValueError, match="Paint the hole"):
        explore.filled(gan, drawn | {"layers": []})


def test_styles_are_mixed():
    model = models.StyleGAN2.from_preset("stylegan2_fashion_mnist")
    last = model.layers_count
    shown, side = explore.mixed(model, 1, 11, last).astype(int), model.image_shape[0]
    assert shown.shape == data.image_grid(np.zeros((35, *model.image_shape), "uint8"), 7).shape
    # with no fine layer at all each row is the image on its left
    np.testing.assert_allclose(shown[-side:, :side], shown[-side:, -side:], atol=1)
    # and with no coarse one each column is the image above it
    fine, one = explore.mixed(model, 1, 11, 0).astype(int), model.generate(1, seed=16)[0]
    np.testing.assert_allclose(fine[:side, -side:], fine[-side:, -side:], atol=1)
    np.testing.assert_allclose(fine[:side, -side:], one, atol=1)  # another batch size


def test_models_without_a_page():
    pytest.importorskip("gradio")
    points = models.GAN((2,), 3)
    with pytest.raises(ValueError, match="There is no page for a GAN"):
        explore.explorer(points, "points")
