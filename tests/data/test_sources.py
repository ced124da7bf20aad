"""Images that are read from a disk: the same, in the same order, as those in memory."""

import os
import pathlib
import re

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerasgan import data, models
from kerasgan.data import cache, loading, memory, sources
from kerasgan.data.sources import SourceError

ROOT = pathlib.Path(__file__).parents[2]
SHAPE = (8, 8, 3)


def write(folder, count=10, size=(11, 9), seed=0):
    """Pictures of noise, of several formats."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    for i in range(count):
        pixels = generator.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{i:03d}.{'jpg' if i % 2 else 'png'}")
    return folder


def batches(dataset, count):
    """Some batches as lists of arrays."""
    taken = list(dataset.take(count))
    return [np.concatenate(parts) for parts in zip(*map(tf.nest.flatten, taken), strict=True)]


def assert_alike(loaded, streamed, **options):
    """All pipelines yield the same."""
    assert streamed.on_disk and not loaded.on_disk
    assert len(loaded) == len(streamed) and loaded.image_shape == streamed.image_shape
    for make in (
        lambda each: each.stream(3, seed=4, start_step=2, **options),
        lambda each: each.dataset(2, **options),
        lambda each: each.dataset(2, shuffle_seed=1, **options),
    ):
        for a, b in zip(batches(make(loaded), 5), batches(make(streamed), 5), strict=True):
            np.testing.assert_array_equal(a, b)
    # A stream goes on wherever another was stopped.
    whole, rest = (streamed.stream(3, seed=4, start_step=step, **options) for step in (0, 2))
    for a, b in zip(batches(whole, 5), batches(rest, 3), strict=True):
        np.testing.assert_array_equal(a[-len(b) :], b)


@pytest.mark.parametrize("cached", [False, True])
def test_a_folder_with_classes(tmp_path, cached):
    for i, name in enumerate(("ants", "bees")):
        write(tmp_path / "insects" / "train" / name, 6, seed=i)
    options = {"stream": True} | ({"cache_dir": tmp_path / "cache"} if cached else {})
    loaded = data.load_images(tmp_path / "insects", SHAPE, stream=False)
    streamed = data.load_images(tmp_path / "insects", SHAPE, **options)
    np.testing.assert_array_equal(streamed.images[:], loaded.images)
    np.testing.assert_array_equal(streamed.images[[3, 1]], loaded.images[[3, 1]])
    np.testing.assert_array_equal(streamed.images[5], loaded.images[5])
    assert streamed.class_names == ["ants", "bees"]
    assert_alike(loaded, streamed, labels=True)
    few = data.load_images(tmp_path / "insects", SHAPE, limit=4, **options)
    np.testing.assert_array_equal(few.images[:], loaded.images[:4])


def test_npy_files_and_sequences(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (10, 8, 8), dtype=np.uint8)
    arrays = {
        "plain": pixels[..., None],
        "grey": pixels,
        "floats": (pixels / 127.5 - 1).astype("float32"),
        "large": pixels.repeat(2, axis=1).repeat(2, axis=2),
    }
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
        loaded = data.load_images(tmp_path / f"{name}.npy", (8, 8, 1), stream=False)
        assert_alike(loaded, data.load_images(tmp_path / f"{name}.npy", (8, 8, 1), stream=True))
        kept = {"stream": True, "cache_dir": tmp_path / "cache"}
        assert_alike(loaded, data.load_images(tmp_path / f"{name}.npy", (8, 8, 1), **kept))

    loaded = data.Images(pixels[..., None], np.arange(10) % 3)
    items = [
        [{"image": Image.fromarray(x), "label": i % 3} for i, x in enumerate(pixels)],
        [(x, i % 3) for i, x in enumerate(pixels)],
    ]
    for each in items:
        assert_alike(loaded, data.load_images(each, (8, 8, 1)), labels=True)
    assert_alike(data.Images(pixels[..., None]), data.load_images(list(pixels)))
    assert_alike(data.Images(pixels[:7, ..., None]), data.load_images(list(pixels), limit=7))
    with pytest.raises(ValueError, match="__getitem__.*but is set"):
        data.load_images({1, 2})


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("value", "message"), [(np.nan, "must be finite"), (255.0, r"float32 in \[-1, 255\]")]
)
def test_floats_in_a_file_are_checked_all_of_them(tmp_path, monkeypatch, stream, value, message):
    monkeypatch.setattr(sources, "_CHECKED", 2)
    floats = np.linspace(-1, 1, 7 * 64, dtype="float32").reshape(7, 8, 8, 1)
    floats[5, 3, 3] = value
    np.save(tmp_path / "floats.npy", floats)
    with pytest.raises(ValueError, match=f"floats.npy.*{message}"):
        data.load_images(tmp_path / "floats.npy", (8, 8, 1), stream=stream)


def test_pairs_and_domains(tmp_path):
    for domain, seed in (("trainA", 1), ("trainB", 2)):
        write(tmp_path / "pairs" / domain, 6, (16, 16), seed)
    options = {"jitter": True}
    for load in (data.load_pairs, data.load_unpaired):
        loaded = load(tmp_path / "pairs", (8, 8, 3), stream=False, **options)
        for kept in ({}, {"cache_dir": tmp_path / "cache"}):
            streamed = load(tmp_path / "pairs", (8, 8, 3), stream=True, **options, **kept)
            assert_alike(loaded, streamed)
            assert streamed.digest() != loaded.digest()
    photos = data.load_pairs(tmp_path / "pairs" / "trainA", SHAPE, edges=True, stream=True)
    loaded = data.load_pairs(tmp_path / "pairs" / "trainA", SHAPE, edges=True, stream=False)
    assert_alike(loaded, photos)
    assert photos.inputs.image_shape[2] == 1


def test_a_pair_is_decoded_once_for_both_of_its_images(tmp_path):
    read = []

    def decode(path):
        read.append(path)
        return np.zeros((4, 4, 4), "uint8")

    files = sorted(write(tmp_path / "mine", 6).iterdir())
    both = sources.PictureFiles(files, decode, (4, 4, 4), tmp_path)
    pairs = data.Pairs(*map(data.Images, sources.split_channels(both, 1)))
    assert (pairs.image_shape, pairs.output_channels) == ((4, 4, 1), 3)
    assert len(batches(pairs.dataset(2), 3)[0]) == 6
    assert sorted(read) == sorted(set(read)) and len(read) == 6


def test_super_resolution(tmp_path):
    for i, size in enumerate([(24, 17), (16, 30), (40, 40)]):
        write(tmp_path / "photos" / str(i), 1, size, seed=i)
    loaded = data.load_super_resolution(tmp_path / "photos", SHAPE, scale=2, stream=False)
    streamed = data.load_super_resolution(tmp_path / "photos", SHAPE, scale=2, stream=True)
    assert streamed.on_disk and not loaded.on_disk
    assert len(streamed) == 3 and streamed.steps_per_epoch(2) == loaded.steps_per_epoch(2)
    for make in (lambda each: each.stream(3, seed=4, start_step=5), lambda each: each.dataset()):
        for a, b in zip(make(loaded).take(3), make(streamed).take(3), strict=True):
            for x, y in zip(a, b, strict=True):
                np.testing.assert_array_equal(x, y)


def test_semi_supervised(tmp_path):
    for i, name in enumerate("ab"):
        write(tmp_path / "set" / name, 6, seed=i)
    both = [data.load_images(tmp_path / "set", SHAPE, stream=stream) for stream in (False, True)]
    made = [batches(data.semi_supervised(each, 2, 0, 4, start_step=1), 4) for each in both]
    for a, b in zip(*made, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_data_set_of_tfds_is_decoded_into_a_file(tmp_path):
    folder = pathlib.Path(os.environ.get("KERASGAN_TFDS", ROOT.parent / "shared" / "tfds"))
    if not (folder / "mnist").is_dir():
        pytest.skip(f"no prepared MNIST in {folder}; set KERASGAN_TFDS")
    options = {"data_dir": folder, "split": "test", "limit": 300}
    for image_shape in ((28, 28, 1), (16, 16, 3)):
        loaded = data.load_images("mnist", image_shape, stream=False, **options)
        kept = {"stream": True, "cache_dir": tmp_path}
        for _ in range(2):
            streamed = data.load_images("mnist", image_shape, **kept, **options)
            np.testing.assert_array_equal(streamed.images[:], loaded.images)
            np.testing.assert_array_equal(streamed.labels, loaded.labels)
    assert len(list(tmp_path.glob("[!.]*"))) == 2
    more = data.load_images("mnist", (28, 28, 1), **kept, **options | {"limit": 400})
    assert len(more) == 400


# ---------------------------------------------------------------------- by itself


def test_what_takes_half_of_the_memory_is_streamed_and_said(tmp_path, monkeypatch, caplog):
    write(tmp_path / "mine", 10)
    needed = 3 * 10 * 8 * 8 * 3
    for free, streams in ((2 * needed, False), (2 * needed - 1, True)):
        monkeypatch.setattr(memory, "available_memory", lambda free=free: free)
        assert data.load_images(tmp_path / "mine", SHAPE).on_disk == streams
        assert ("mine: 10 images of (8, 8, 3) would take" in caplog.text) == streams
    assert not caplog.records[1:]


# ---------------------------------------------------------------------- the cache


def test_an_interrupted_cache_goes_on(tmp_path, monkeypatch):
    write(tmp_path / "mine", 10)
    monkeypatch.setattr(cache, "_ROWS", 2)
    decoded = []
    real = loading.decode.decode_file

    def decode(path, **options):
        if len(decoded) == 5:
            raise KeyboardInterrupt
        decoded.append(path)
        return real(path, **options)

    monkeypatch.setattr(loading.decode, "decode_file", decode)
    monkeypatch.setattr(sources, "_pool", lambda: SerialPool())
    options = {"stream": True, "cache_dir": tmp_path / "cache"}
    with pytest.raises(KeyboardInterrupt):
        data.load_images(tmp_path / "mine", SHAPE, **options)
    assert not list((tmp_path / "cache").glob("[!.]*"))
    (unfinished,) = (tmp_path / "cache").glob(".unfinished*")
    with unfinished.open("ab") as file:
        file.write(b"part of a row")
    decoded[:] = [None] * 6  # no more interruptions
    images = data.load_images(tmp_path / "mine", SHAPE, **options)
    assert len(decoded) == 6 + 6  # but for the four that were written
    monkeypatch.setattr(loading.decode, "decode_file", real)
    expected = data.load_images(tmp_path / "mine", SHAPE, stream=False).images
    np.testing.assert_array_equal(images.images[:], expected)
    (file,) = (tmp_path / "cache").glob("[!.]*")
    np.testing.assert_array_equal(np.load(file), expected)
    monkeypatch.setattr(loading.decode, "decode_file", decode)
    data.load_images(tmp_path / "mine", SHAPE, **options)
    assert len(decoded) == 12


class SerialPool:
    def map(self, function, items):
        return map(function, items)


def test_other_pictures_have_another_cache(tmp_path):
    options = {"stream": True, "cache_dir": tmp_path / "cache"}
    write(tmp_path / "mine", 4)
    for image_shape, crop in ((SHAPE, True), ((4, 4, 3), True), (SHAPE, False)):
        loaded = data.load_images(tmp_path / "mine", image_shape, crop=crop, stream=False)
        images = data.load_images(tmp_path / "mine", image_shape, crop=crop, **options)
        np.testing.assert_array_equal(images.images[:], loaded.images)
    write(tmp_path / "mine", 6)
    images = data.load_images(tmp_path / "mine", SHAPE, **options)
    np.testing.assert_array_equal(
        images.images[:], data.load_images(tmp_path / "mine", SHAPE, stream=False).images
    )
    assert len(list((tmp_path / "cache").glob("[!.]*.npy"))) == 4


def test_a_run_may_change_between_the_folder_and_its_cache(tmp_path):
    write(tmp_path / "mine", 4)
    images = data.load_images(tmp_path / "mine", SHAPE, stream=True)
    kept = data.load_images(tmp_path / "mine", SHAPE, stream=True, cache_dir=tmp_path / "cache")
    assert images.digest() == kept.digest()
    (tmp_path / "mine" / "000.png").unlink()
    assert data.load_images(tmp_path / "mine", SHAPE, stream=True).digest() != images.digest()


# ---------------------------------------------------------------------- faults


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-40])


def test_a_broken_picture_is_told_once_and_another_of_its_class_taken(tmp_path, caplog):
    for i, name in enumerate("ab"):
        write(tmp_path / "set" / name, 3, seed=i)
    loaded = data.load_images(tmp_path / "set", SHAPE, stream=False)
    images = data.load_images(tmp_path / "set", SHAPE, stream=True)
    cut_short(tmp_path / "set" / "a" / "002.png")
    expected = loaded.images.copy()
    expected[2] = expected[0]  # the last of the class: its first comes next
    for _ in range(2):
        np.testing.assert_array_equal(images.images[:], expected)
    assert len(caplog.records) == 1 and "002.png is unusable" in caplog.text
    for name in ("000.png", "001.jpg"):
        cut_short(tmp_path / "set" / "a" / name)
    with pytest.raises(SourceError, match="no picture like .*usable"):
        images.images[:]


def test_a_header_that_is_broken_is_found_before(tmp_path, caplog):
    write(tmp_path / "mine", 3)
    (tmp_path / "mine" / "000.png").write_bytes(b"no picture")
    assert len(data.load_images(tmp_path / "mine", SHAPE, stream=True)) == 2
    assert "Using 2 of 3 files" in caplog.text


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_a_picture_that_vanishes_is_one_line(tmp_path, run_eagerly):
    write(tmp_path / "mine", 6)
    images = data.load_images(tmp_path / "mine", (8, 8, 3), stream=True)
    os.unlink(tmp_path / "mine" / "003.jpg")
    model = models.GAN((8, 8, 3), latent_dim=2)
    model.compile(run_eagerly=run_eagerly)
    with pytest.raises(SourceError) as told:
        model.fit(images.dataset(2), verbose=0)
    assert str(told.value).endswith("003.jpg is gone: No such file or directory")


def test_a_picture_for_super_resolution_that_vanishes_is_one_line(tmp_path):
    write(tmp_path / "photos", 3, (16, 16))
    pictures = data.load_super_resolution(tmp_path / "photos", (8, 8, 3), scale=2, stream=True)
    os.unlink(tmp_path / "photos" / "001.jpg")
    model = models.SRGAN((8, 8, 3), scale=2, adversarial_weight=0)
    model.compile(run_eagerly=True)
    with pytest.raises(SourceError, match="001.jpg is gone: No such file or directory$"):
        model.fit(pictures.stream(2, seed=0), steps_per_epoch=9, verbose=0)


def test_training_goes_on_from_a_checkpoint_when_a_picture_has_vanished(tmp_path, monkeypatch):
    import zoo
    from kerasgan.training import TrainingStopped, train

    folder = write(tmp_path / "mine", 8)
    options = {"image_size": 8, "batch_size": 4, "steps_per_epoch": 2, "stream": True}
    run = (zoo.RECIPES["gan"], folder, tmp_path / "run")
    train(*run, **options, epochs=1)
    hidden = folder / "005.jpg"
    hidden.rename(tmp_path / "kept")
    hidden.symlink_to(tmp_path / "kept")
    original = sources.PictureFiles.digest

    def vanish(source):  # when the folder has been looked through
        (tmp_path / "kept").rename(tmp_path / "hidden")
        return original(source)

    with monkeypatch.context() as patch:
        patch.setattr(sources.PictureFiles, "digest", vanish)
        with pytest.raises(TrainingStopped, match="005.jpg is gone.*last good checkpoint is .*001"):
            train(*run, resume=True, epochs=2)
    (tmp_path / "hidden").rename(tmp_path / "kept")
    resumed = train(*run, resume=True, epochs=2)
    straight = train(*run[:2], tmp_path / "straight", **options, epochs=2)
    for a, b in zip(resumed.get_weights(), straight.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.skipif(not pathlib.Path("/proc/self/status").exists(), reason="it reads /proc")
@pytest.mark.parametrize("shape", [(64, 64, 3), (64, 64, 1)], ids=["plain", "converted"])
def test_a_file_that_is_read_does_not_stay_in_memory(tmp_path, shape):
    np.save(tmp_path / "x.npy", np.ones((4000, 64, 64, 3), np.uint8))  # 47 MiB

    def mapped():
        status = pathlib.Path("/proc/self/status").read_text()
        return int(re.search(r"RssFile:\s+(\d+)", status)[1]) // 1024

    images = sources.Mapped(tmp_path / "x.npy", shape)
    before = mapped()
    for order in (np.arange(4000), np.random.default_rng(0).permutation(4000)):
        for start in range(0, 4000, 50):
            assert images[order[start : start + 50]].min() == 1
            assert images[start : start + 50].min() == 1
            assert images[start].min() == 1
            assert mapped() - before < 16
