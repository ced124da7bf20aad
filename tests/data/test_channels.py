"""Images of more channels than pictures have, such as those of satellites."""

import numpy as np
import pytest
from PIL import Image

import zoo
from kerasgan import data
from kerasgan.training import train


@pytest.fixture
def spectra():
    """Ten images with six channels, all of whose pixels differ by channel."""
    pixels = np.random.default_rng(0).integers(0, 200, (10, 8, 8, 6), dtype=np.uint8)
    return pixels + np.arange(6, dtype=np.uint8) * 10


def floats(pixels):
    return (pixels / 127.5 - 1).astype("float32")


def test_arrays_of_any_channels_load_and_stream_alike(spectra, tmp_path):
    np.save(tmp_path / "integers.npy", spectra)
    np.save(tmp_path / "floats.npy", floats(spectra))
    np.savez(tmp_path / "set.npz", x=spectra)
    streamed = {"stream": True, "cache_dir": tmp_path / "cache"}
    for images in (
        data.load_images(tmp_path / "set.npz"),
        *(data.load_images(tmp_path / f"{name}.npy", stream=False) for name in NAMES),
        *(data.load_images(tmp_path / f"{name}.npy", stream=True) for name in NAMES),
        *(data.load_images(tmp_path / f"{name}.npy", **streamed) for name in NAMES),
        data.load_images(list(spectra)),
        data.load_images([(x, 0) for x in floats(spectra)]),
    ):
        assert images.image_shape == (8, 8, 6)
        np.testing.assert_array_equal(images.images[:], spectra)
        batch = next(images.dataset(10).as_numpy_iterator())
        np.testing.assert_allclose(batch, floats(spectra), atol=1e-6)


NAMES = "integers", "floats"


@pytest.mark.parametrize("crop", [True, False])
def test_each_channel_is_resized_as_grey_is(spectra, tmp_path, crop):
    np.save(tmp_path / "set.npy", spectra)
    for stream in (False, True):
        images = data.load_images(tmp_path / "set.npy", (4, 6, 6), crop=crop, stream=stream)
        for i in range(6):
            np.save(tmp_path / "grey.npy", spectra[..., i])
            grey = data.load_images(tmp_path / "grey.npy", (4, 6, 1), crop=crop)
            np.testing.assert_array_equal(images.images[:][..., [i]], grey.images)


@pytest.mark.parametrize("stream", [False, True])
def test_other_channels_are_not_made_up(spectra, tmp_path, stream):
    np.save(tmp_path / "set.npy", spectra)
    (tmp_path / "mine").mkdir()
    Image.fromarray(spectra[0, ..., :3]).save(tmp_path / "mine" / "0.png")
    for source, shape in (
        (tmp_path / "set.npy", (8, 8, 3)),
        (list(spectra), (8, 8, 4)),
        ("digits", (8, 8, 5)),
        (tmp_path / "mine", (8, 8, 6)),
    ):
        with pytest.raises(ValueError, match=rf"cannot become images of {shape[2]}: only grey"):
            data.load_images(source, shape, stream=stream)
    for load in (data.load_pairs, data.load_unpaired, data.load_super_resolution):
        with pytest.raises(ValueError, match="images of 3 channels cannot become images of 6"):
            load(tmp_path / "mine", (8, 8, 6), stream=stream)


def test_pictures_show_the_first_three_channels(spectra, tmp_path):
    shown = spectra[..., :3]
    np.testing.assert_array_equal(data.image_grid(spectra), data.image_grid(shown))
    columns = [[spectra, floats(spectra)], [shown, shown]]
    np.testing.assert_array_equal(*map(data.comparison_grid, columns))
    data.save_image(tmp_path / "one.png", spectra[0])
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "one.png")), shown[0])
    data.save_film(tmp_path / "film.webp", list(spectra))
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "film.webp")), shown[0])


def test_a_model_of_six_channels_trains_and_generates(spectra, tmp_path):
    np.save(tmp_path / "set.npy", floats(spectra))
    options = {"image_size": 8, "channels": 6, "batch_size": 4, "steps_per_epoch": 2, "epochs": 1}
    options |= {"augment": "color,translation,cutout"}
    folder = tmp_path / "run"
    model = train(zoo.RECIPES["gan"], tmp_path / "set.npy", folder, **options, stream=True)
    for name in ("real", "epoch-00001"):
        with Image.open(folder / "samples" / f"{name}.png") as picture:
            assert picture.mode == "RGB"
    assert model.generate(3, seed=1).shape == (3, 8, 8, 6)
