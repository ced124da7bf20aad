"""Presets: saved, found, loaded, and what they hold."""

import json
import sys
import types

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import shared_data
from keras import layers

import kerasgan
from kerasgan import models
from kerasgan.engine import presets

SHAPE = (4, 4, 1)


def networks():
    """A generator and a discriminator with batch normalization."""
    generator = keras.Sequential(
        [keras.Input((3,)), layers.Dense(16), layers.BatchNormalization(), layers.Reshape(SHAPE)]
    )
    return generator, keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(1)])


@pytest.fixture(scope="module")
def trained():
    """A trained GAN with an average, and the images that it generates."""
    gan = models.GAN(None, None, *networks(), ema=0.9, seed=0)
    gan.compile("adam", "adam")
    images = np.random.default_rng(0).uniform(-1, 1, (32, *SHAPE)).astype("float32")
    gan.fit(images, batch_size=8, verbose=0)
    # So early in training the average is the network.
    gan.generator_ema.set_weights([1.2 * weights for weights in gan.generator.get_weights()])
    return gan


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("presets") / "gan_squares"
    trained.save_to_preset(path, {"description": "Squares.", "measured": {"frechet_distance": 1.5}})
    return path


def differ_by(a, b):
    return np.abs(a.astype(int) - b.astype(int)).max()


def test_a_preset_generates_what_the_average_does(trained, folder):
    made = models.GAN.from_preset(folder).generate(8, seed=1)
    assert differ_by(made, trained.generate(8, seed=1)) <= 1
    plain = models.GAN(None, None, trained.generator, trained.discriminator)
    assert differ_by(made, plain.generate(8, seed=1)) > 1  # the average is another network


def test_keras_loads_it_by_itself(trained, folder):
    loaded = keras.saving.load_model(folder)
    assert differ_by(loaded.generate(8, seed=1), trained.generate(8, seed=1)) <= 1
    assert not loaded.compiled


def test_the_folder_holds_half_precision_and_nothing_of_training(trained, folder):
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "config.json",
        "metadata.json",
        "model.weights.h5",
    ]
    config = json.loads((folder / "config.json").read_text())
    assert config["registered_name"] == "kerasgan>GAN" and config["config"]["ema"] is None
    assert not {"compile_config", "build_config"} & config.keys()
    arrays = {}
    with h5py.File(folder / "model.weights.h5") as file:
        file.visititems(
            lambda name, item: arrays.update({name: item[()]}) if hasattr(item, "shape") else None
        )
    floats = [array for array in arrays.values() if array.dtype.kind == "f"]
    assert {array.dtype.name for array in floats} == {"float16"}
    count = trained.generator.count_params() + trained.discriminator.count_params()
    assert sum(array.size for array in floats) == count
    card = (folder / "README.md").read_text()
    assert "Squares." in card and "  - frechet_distance: 1.5" in card
    assert 'kerasgan.models.GAN.from_preset("gan_squares")' in card
    assert json.loads((folder / "metadata.json").read_text())["parameters"] == count


def test_what_half_precision_cannot_hold_stays_as_it_is():
    large = np.array([1.0, 70_000.0], np.float32)
    assert presets._halved(large).dtype == np.float32
    assert presets._halved(large / 2).dtype == np.float16
    assert presets._halved(np.arange(3)).dtype == np.int64


def test_it_trains_on_with_an_average_that_begins_at_its_weights(trained, folder):
    gan = models.GAN.from_preset(folder, ema=0.5, seed=3)
    assert differ_by(gan.generate(8, seed=1), trained.generate(8, seed=1)) <= 1
    before = gan.generator.get_weights()
    gan.compile("adam", "adam")
    gan.fit(np.zeros((8, *SHAPE), "float32"), batch_size=8, verbose=0)
    assert any(
        not np.array_equal(a, b) for a, b in zip(before, gan.generator.get_weights(), strict=True)
    )


def test_without_weights_it_is_untrained(trained, folder):
    made = models.GAN.from_preset(folder, load_weights=False).generate(8, seed=1)
    assert differ_by(made, trained.generate(8, seed=1)) > 1


def test_those_in_the_package_are_found_by_name_and_class(folder, monkeypatch):
    monkeypatch.setattr(presets, "BUILT_IN", folder.parent)
    assert models.GAN.presets["gan_squares"]["measured"] == {"frechet_distance": 1.5}
    assert list(kerasgan.models.AdversarialModel.presets) == ["gan_squares"]
    assert models.CycleGAN.presets == {} and models.DCGAN.presets == {}
    assert isinstance(models.AdversarialModel.from_preset("gan_squares"), models.GAN)
    with pytest.raises(ValueError, match="'gan_squares' is a GAN, and no CycleGAN"):
        models.CycleGAN.from_preset("gan_squares")
    with pytest.raises(
        ValueError, match=r"no preset 'gan_circles'.*\(gan_squares\), a folder that"
    ):
        models.GAN.from_preset("gan_circles")


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"registered_name": "kerasgan>R1"}')
    with pytest.raises(ValueError, match="'kerasgan>R1' is no model of kerasgan"):
        models.GAN.from_preset(tmp_path)


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_a_damaged_file_is_named(folder, name):
    content = (folder / name).read_bytes()
    for damaged in (b"", b"[1]", content[: len(content) // 2]):
        (folder / name).write_bytes(damaged)
        with pytest.raises(ValueError, match=f"{name} cannot be read: "):
            models.GAN.from_preset(folder)
    (folder / name).write_bytes(content)


def test_nothing_is_overwritten(trained, folder):
    with pytest.raises(FileExistsError, match="exists already"):
        trained.save_to_preset(folder)


class Hub(types.ModuleType):
    """What the presets use of `huggingface_hub`."""

    def __init__(self, folder):
        super().__init__("huggingface_hub")
        self.folder, self.calls = folder, []

    def snapshot_download(self, repository, revision):
        self.calls.append((repository, revision))
        if repository == "owner/gone":
            raise ConnectionError("no route\nto the host")
        return str(self.folder)

    def create_repo(self, repository, exist_ok):
        self.calls.append((repository, exist_ok))

    def upload_folder(self, repo_id, folder_path):
        self.calls.append((repo_id, folder_path))


def test_a_hub_gives_and_takes_presets(folder, monkeypatch):
    hub = Hub(folder)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    for uri in ("hf://owner/squares", "hf://owner/squares@v2"):
        assert models.GAN.from_preset(uri).latent_dim == 3
    kerasgan.upload_preset("hf://owner/squares", folder)
    assert hub.calls == [
        ("owner/squares", None),
        ("owner/squares", "v2"),
        ("owner/squares", True),
        ("owner/squares", str(folder)),
    ]
    with pytest.raises(
        OSError, match=r"hf://owner/gone could not be downloaded \(Conn.*: no route"
    ):
        models.GAN.from_preset("hf://owner/gone")
    with pytest.raises(ValueError, match="not of the form 'hf://owner/repository'"):
        models.GAN.from_preset("hf://squares")
    with pytest.raises(ValueError, match="is no preset"):
        kerasgan.upload_preset("hf://owner/squares", folder.parent)


def test_a_hub_without_its_package_is_told(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"pip install kerasgan\[hub\]"):
        models.GAN.from_preset("hf://owner/squares")


def test_several_networks_a_player():
    shape = (8, 8, 1)

    def translator(name):
        return keras.Sequential(
            [keras.Input(shape), layers.Conv2D(1, 3, padding="same")], name=name
        )

    def judge(name):
        return keras.Sequential([keras.Input(shape), layers.Conv2D(1, 3)], name=name)

    names = "generator_ab", "generator_ba", "discriminator_a", "discriminator_b"
    builders = translator, translator, judge, judge
    parts = {name: build(name) for name, build in zip(names, builders, strict=True)}
    model = models.CycleGAN(shape, **parts, ema=0.9, history_size=2)
    for average, network in model.averaged_networks():
        average.set_weights([weights + 1 for weights in network.get_weights()])
    twin = model.without_training()
    for name in names:
        expected = [w + name.startswith("generator") for w in parts[name].get_weights()]
        for found, wanted in zip(getattr(twin, name).get_weights(), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("name", models.AdversarialModel.presets)
def test_each_in_the_package_is_small(name):
    folder = presets.BUILT_IN / name
    assert sum(file.stat().st_size for file in folder.iterdir()) < 8e6


OF_PICTURES = {*models.SRResNet.presets, *models.SRGAN.presets, *models.Pix2Pix.presets}


@pytest.mark.parametrize("name", sorted({*models.AdversarialModel.presets} - OF_PICTURES))
def test_each_in_the_package_does_its_verb(name):
    model = models.AdversarialModel.from_preset(name)
    made = model.generate(16, seed=1)
    assert made.shape == (16, *model.image_shape) and made.dtype == np.uint8
    # Neither blank nor noise nor all alike: as far apart as digits are, and as smooth.
    images = made.astype(float) / 255
    assert 0.02 < images.mean() < 0.98
    assert np.abs(images - images.mean(axis=0)).mean() > 0.05
    assert np.abs(np.diff(images, axis=1)).mean() < 0.2


@pytest.fixture(scope="module")
def photographs():
    """Parts of photographs, a quarter as large and as they are, uint8."""
    pictures = kerasgan.data.load_super_resolution("photos", image_shape=(96, 96, 3), scale=4)
    batch = next(iter(pictures.stream(8, seed=0).as_numpy_iterator()))
    return [kerasgan.data.to_uint8(images).numpy() for images in batch]


@pytest.mark.parametrize("name", models.SRResNet.presets)
def test_those_that_upscale_are_nearer_than_bicubic_enlargement(name, photographs):
    low, high = photographs
    made = models.AdversarialModel.from_preset(name).upscale(low)
    assert made.shape == high.shape and made.dtype == np.uint8
    simple = tf.image.resize(low.astype("float32"), (96, 96), "bicubic")
    errors = [np.square(np.float32(x) - high).mean() for x in (made, simple)]
    assert errors[0] < errors[1]


@pytest.mark.parametrize("name", models.SRGAN.presets)
def test_those_that_upscale_by_a_game_are_sharper_than_bicubic_enlargement(name, photographs):
    low, high = photographs
    made = models.AdversarialModel.from_preset(name).upscale(low)
    assert made.shape == high.shape and made.dtype == np.uint8
    simple = tf.image.resize(low.astype("float32"), (96, 96), "bicubic")
    simple = np.clip(np.rint(simple), 0, 255).astype("uint8")
    sharpness = [
        kerasgan.metrics.sharpness(kerasgan.data.to_float(each)).numpy().mean()
        for each in (simple, made, high)
    ]
    assert sharpness[1] > max(1.3 * sharpness[0], 0.5 * sharpness[2]), sharpness


@pytest.mark.parametrize("name", models.Pix2Pix.presets)
def test_those_of_facades_put_parts_where_the_map_has_them(name):
    model = models.AdversarialModel.from_preset(name)
    pairs = kerasgan.data.load_pairs(
        shared_data("facades"), model.image_shape, split="test", direction="b_to_a"
    )
    maps, photos = next(iter(pairs.dataset(16).as_numpy_iterator()))
    made = kerasgan.data.to_float(model.translate(kerasgan.data.to_uint8(maps).numpy())).numpy()
    own, others = [np.abs(made - np.roll(photos, i, axis=0)).mean() for i in (0, 1)]
    assert own < 0.9 * others
    assert kerasgan.metrics.sharpness(made).numpy().mean() > 12  # photographs have 18
