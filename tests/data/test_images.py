import os
import pathlib
import re
import types

import numpy as np
import pytest
import requests
import tensorflow as tf
from PIL import Image

from kerasgan.data import DownloadError, Images, load_images, memory

ROOT = pathlib.Path(__file__).parents[2]
TFDS = pathlib.Path(os.environ.get("KERASGAN_TFDS", ROOT.parent / "shared" / "tfds"))
needs_mnist = pytest.mark.skipif(
    not (TFDS / "mnist").is_dir(), reason=f"no prepared MNIST in {TFDS}; set KERASGAN_TFDS"
)


def numbered(count, labels=False):
    """Images of 2x2 whose pixels are the image's number."""
    pixels = np.broadcast_to(
        np.arange(count, dtype=np.uint8)[:, None, None, None], (count, 2, 2, 1)
    )
    return Images(pixels, np.arange(count) * 10 if labels else None, name="numbered")


def numbers(batch):
    """The numbers of `numbered` images in a batch of floats."""
    return np.rint((np.asarray(batch)[:, 0, 0, 0] + 1) * 127.5).astype(int).tolist()


def take(dataset, count):
    return [numbers(batch) for batch in dataset.take(count)]


# --- Images ---------------------------------------------------------------------------------------


def test_images_have_length_shape_and_one_copy_of_the_pixels():
    held = numbered(5, labels=True)
    assert len(held) == 5
    assert held.image_shape == (2, 2, 1)
    assert held.images.dtype == np.uint8
    assert held.labels.dtype == np.int32
    assert np.shares_memory(held.images, np.asarray(held.pixels))


@pytest.mark.parametrize(
    "pixels, labels, message",
    [
        (np.zeros((3, 2, 2), np.uint8), None, r"\(3, 2, 2\)"),
        (np.zeros((3, 2, 2, 1), np.float32), None, "float32"),
        (np.zeros((0, 2, 2, 1), np.uint8), None, "at least one"),
        (np.zeros((3, 2, 2, 1), np.uint8), [1, 2], r"\(3,\), but are int64, \(2,\)"),
        (np.zeros((3, 2, 2, 1), np.uint8), [1.0, 2.0, 3.0], "float64"),
    ],
)
def test_images_refuses(pixels, labels, message):
    with pytest.raises(ValueError, match=message):
        Images(pixels, labels)


@pytest.mark.parametrize("label", [-1, 2**31, 2**32 + 3, -(2**40)])
def test_labels_that_are_no_class_are_named(label, tmp_path):
    pixels, labels = np.zeros((3, 2, 2, 1), np.uint8), np.array([0, label, 1])
    with pytest.raises(ValueError, match=f"labels must lie in .*, but one is {label}"):
        Images(pixels, labels)
    np.savez(tmp_path / "set.npz", x=pixels, y=labels)
    with pytest.raises(ValueError, match=f"set: labels must lie in .*, but one is {label}"):
        load_images(tmp_path / "set.npz")


def test_labels_beyond_the_names_are_refused():
    pixels = np.zeros((3, 2, 2, 1), np.uint8)
    assert Images(pixels, [0, 0, 1], ["a", "b", "c"]).num_classes == 3
    with pytest.raises(ValueError, match=r"in \[0, 3\), but one is 3"):
        Images(pixels, [0, 3, 1], ["a", "b", "c"])


def test_classes_without_an_image_are_told_unless_they_have_names(caplog):
    pixels = np.zeros((3, 2, 2, 1), np.uint8)
    Images(pixels, [0, 2, 1])
    Images(pixels, [0, 2, 2], ["a", "b", "c"])
    assert not caplog.records
    assert Images(pixels, [1, 2, 3], name="svhn").num_classes == 4
    Images(pixels, [1, 9, 2**31 - 2], name="far")
    first, second = (record.message for record in caplog.records)
    assert first == "svhn: 1 of the 4 classes, counted from 0, have no image: 0."
    assert "far: 2147483644 of the 2147483647 classes" in second
    assert second.endswith("have no image: 0, 2, 3, 4, 5, ....")


def test_dataset_is_one_pass_in_order():
    dataset = numbered(5).dataset(2)
    assert dataset.cardinality() == 3
    assert take(dataset, -1) == [[0, 1], [2, 3], [4]]
    assert dataset.element_spec == tf.TensorSpec((None, 2, 2, 1), tf.float32)


def test_dataset_drops_the_remainder():
    dataset = numbered(5).dataset(2, drop_remainder=True)
    assert dataset.cardinality() == 2
    assert take(dataset, -1) == [[0, 1], [2, 3]]
    assert dataset.element_spec.shape == (2, 2, 2, 1)


def test_dataset_shuffles_anew_in_each_pass_and_alike_in_each_run():
    def passes(seed):
        dataset = numbered(50).dataset(10, shuffle_seed=seed)
        return [np.concatenate(take(dataset, -1)).tolist() for _ in range(2)]

    first, second = passes(1)
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second
    assert first != list(range(50))
    assert passes(1) == [first, second]
    assert passes(2)[0] != first


def test_labels_stay_with_their_images():
    held = numbered(20, labels=True)
    for dataset in (
        held.dataset(6, shuffle_seed=3, labels=True),
        held.stream(6, seed=3, labels=True).take(5),
    ):
        for batch, labels in dataset:
            assert labels.dtype == tf.int32
            assert [10 * number for number in numbers(batch)] == labels.numpy().tolist()


def test_labels_that_are_missing_are_not_made_up():
    for make in (numbered(4).dataset, lambda *a, **k: numbered(4).stream(*a, seed=0, **k)):
        with pytest.raises(ValueError, match="'numbered' has no labels"):
            make(2, labels=True)


def test_stream_shows_each_image_once_an_epoch_in_a_new_order():
    batches = take(numbered(40).stream(10, seed=7), 12)
    epochs = [np.concatenate(batches[start : start + 4]).tolist() for start in (0, 4, 8)]
    assert all(sorted(epoch) == list(range(40)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert np.concatenate(take(numbered(40).stream(10, seed=8), 4)).tolist() != epochs[0]


def test_stream_leaves_out_the_remainder_but_not_always_the_same():
    batches = take(numbered(7).stream(3, seed=0), 20)
    epochs = [set(batches[k] + batches[k + 1]) for k in range(0, 20, 2)]
    assert all(len(epoch) == 6 for epoch in epochs)
    assert set().union(*epochs) == set(range(7))


def test_stream_starts_anywhere():
    held = numbered(11)
    whole = take(held.stream(4, seed=5), 9)
    for start in range(6):
        assert take(numbered(11).stream(4, seed=5, start_step=start), 3) == whole[start : start + 3]


def test_stream_starts_far_away_at_no_cost():
    # An order that repeats after 256 epochs would show here.
    assert take(numbered(20).stream(20, seed=5, start_step=256), 1) != take(
        numbered(20).stream(20, seed=5), 1
    )
    assert len(take(numbered(20).stream(20, seed=5, start_step=10**12), 1)[0]) == 20


def test_stream_is_endless_with_full_batches():
    stream = numbered(11).stream(4, seed=5)
    assert stream.cardinality() == tf.data.INFINITE_CARDINALITY
    assert stream.element_spec == tf.TensorSpec((4, 2, 2, 1), tf.float32)


def test_steps_per_epoch():
    assert numbered(11).steps_per_epoch(4) == 2
    for refuse in (
        lambda: numbered(11).steps_per_epoch(12),
        lambda: numbered(11).stream(12, seed=0),
        lambda: numbered(11).dataset(12, drop_remainder=True),
    ):
        with pytest.raises(ValueError, match="batch_size=12 exceeds the 11 images of 'numbered'"):
            refuse()
    with pytest.raises(ValueError, match="batch_size must be at least 1, but is 0"):
        numbered(11).dataset(0)
    with pytest.raises(ValueError, match="start_step must not be negative, but is -1"):
        numbered(11).stream(2, seed=0, start_step=-1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: numbered(24).stream(8, seed=3),
        lambda: numbered(24).dataset(8, shuffle_seed=3, drop_remainder=True),
        lambda: numbered(22).dataset(8),
    ],
)
def test_replicas_share_the_same_global_batches(make, mirrored):
    batches = iter(mirrored.experimental_distribute_dataset(make()))
    for expected in take(make(), 3):
        first, second = map(numbers, mirrored.experimental_local_results(next(batches)))
        assert len(first) == len(second)
        assert first + second == expected


# --- Folders --------------------------------------------------------------------------------------


def save(path, pixels, **options):
    """Writes pixels, or a Pillow image, to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(path, **options)


def load_one(path, channels, size=(4, 4), **options):
    (image,) = load_images(path.parent, (*size, channels), **options).images
    return image


RAMP = np.arange(16, dtype=np.uint8).reshape(4, 4) * 17
COLOUR = np.stack([RAMP, RAMP.T, 255 - RAMP], axis=-1)
LUMA = np.rint(COLOUR @ [0.299, 0.587, 0.114])


@pytest.mark.parametrize("extension", ["bmp", "png", "PNG", "tif", "tiff", "webp", "jpg", "jpeg"])
def test_formats(tmp_path, extension):
    flat = np.full((4, 4, 3), (200, 100, 50), np.uint8)
    save(tmp_path / f"x.{extension}", flat, lossless=True)
    np.testing.assert_allclose(load_one(tmp_path / "x", 3).astype(int), flat, atol=3)


def test_gif_gives_its_first_frame(tmp_path):
    second = Image.fromarray(255 - RAMP)
    save(tmp_path / "x.gif", RAMP, save_all=True, append_images=[second])
    np.testing.assert_array_equal(load_one(tmp_path / "x.gif", 1)[..., 0], RAMP)


def test_colour_and_grey(tmp_path):
    save(tmp_path / "x.png", COLOUR)
    np.testing.assert_array_equal(load_one(tmp_path / "x.png", 3), COLOUR)
    np.testing.assert_allclose(load_one(tmp_path / "x.png", 1)[..., 0], LUMA, atol=1)
    np.testing.assert_array_equal(load_one(tmp_path / "x.png", 4)[..., :3], COLOUR)
    assert (load_one(tmp_path / "x.png", 4)[..., 3] == 255).all()


def test_grey_becomes_three_equal_channels(tmp_path):
    save(tmp_path / "x.png", RAMP)
    np.testing.assert_array_equal(load_one(tmp_path / "x.png", 1)[..., 0], RAMP)
    np.testing.assert_array_equal(load_one(tmp_path / "x.png", 3), np.stack([RAMP] * 3, -1))


def test_palette(tmp_path):
    image = Image.fromarray(RAMP // 17, "L").convert("P")
    image.putpalette(COLOUR.reshape(-1).tolist())
    save(tmp_path / "x.png", image)
    np.testing.assert_array_equal(load_one(tmp_path / "x.png", 3), COLOUR)


@pytest.mark.parametrize("extension", ["png", "tif"])
def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path, extension):
    levels = np.array([0, 128, 129, 257, 32767, 32896, 65406, 65407, 65535], np.uint16)
    save(tmp_path / f"x.{extension}", levels.reshape(3, 3))
    expected = [0, 0, 1, 1, 127, 128, 254, 255, 255]  # The nearest to level / 257.
    assert load_one(tmp_path / "x", 1, (3, 3)).ravel().tolist() == expected
    assert load_one(tmp_path / "x", 3, (3, 3))[..., 2].ravel().tolist() == expected


def test_32_bit_integers_with_16_bit_levels(tmp_path):
    save(tmp_path / "x.tif", np.array([[0, 257], [25700, 65535]], np.int32))
    assert load_one(tmp_path / "x.tif", 1, (2, 2)).ravel().tolist() == [0, 1, 100, 255]


@pytest.mark.parametrize(
    "pixels", [np.array([[0, 65536]], np.int32), np.array([[0.0, 1.0]], np.float32)]
)
def test_pixels_without_a_known_range_are_refused(tmp_path, pixels):
    save(tmp_path / "x.tif", pixels)
    with pytest.raises(ValueError, match="x.tif: (pixels exceed 16 bits|float pixels)"):
        load_images(tmp_path, (1, 2, 1))


def test_one_bit(tmp_path):
    save(tmp_path / "x.png", Image.fromarray(RAMP > 100))
    np.testing.assert_array_equal(load_one(tmp_path / "x.png", 1)[..., 0], (RAMP > 100) * 255)


def test_cmyk(tmp_path):
    ink = np.broadcast_to(np.array([0, 255, 55, 0], np.uint8), (4, 4, 4))
    save(tmp_path / "x.tif", Image.fromarray(ink, "CMYK"))
    np.testing.assert_array_equal(load_one(tmp_path / "x.tif", 3)[0, 0], [255, 0, 200])


def test_transparency_turns_white_unless_kept(tmp_path):
    rgba = np.broadcast_to(np.array([100, 0, 200, 0], np.uint8), (2, 2, 4)).copy()
    rgba[0, 1, 3], rgba[1, 1, 3] = 51, 255  # A fifth, and opaque.
    save(tmp_path / "x.png", rgba)
    expected = [[[255] * 3, [224, 204, 244]], [[255] * 3, [100, 0, 200]]]
    np.testing.assert_array_equal(load_one(tmp_path / "x.png", 3, (2, 2)), expected)
    np.testing.assert_array_equal(load_one(tmp_path / "x.png", 4, (2, 2)), rgba)
    np.testing.assert_array_equal(load_one(tmp_path / "x.png", 2, (2, 2))[..., 1], rgba[..., 3])


def test_grey_with_alpha_and_transparent_palette(tmp_path):
    save(tmp_path / "a" / "x.png", np.array([[[9, 0], [9, 255]]], np.uint8))
    assert load_one(tmp_path / "a" / "x.png", 1, (1, 2)).ravel().tolist() == [255, 9]
    assert load_one(tmp_path / "a" / "x.png", 2, (1, 2)).ravel().tolist() == [9, 0, 9, 255]
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "L").convert("P")
    image.putpalette([1, 2, 3, 4, 5, 6])
    save(tmp_path / "b" / "x.png", image, transparency=0)
    assert load_one(tmp_path / "b" / "x.png", 3, (1, 2)).ravel().tolist() == [255] * 3 + [4, 5, 6]


def test_exif_orientation_is_honoured(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # To be turned by 90 degrees clockwise.
    save(tmp_path / "x.png", np.array([[10, 20, 30], [40, 50, 60]], np.uint8), exif=exif)
    loaded = load_images(tmp_path)
    assert loaded.image_shape == (3, 2, 1)
    assert loaded.images[0, ..., 0].tolist() == [[40, 10], [50, 20], [60, 30]]


def test_crop_keeps_the_centre_and_squash_keeps_all(tmp_path):
    stripes = np.zeros((8, 24), np.uint8)
    stripes[:, 8:16] = 200
    stripes[:, 16:] = 100
    save(tmp_path / "x.png", stripes)
    assert np.abs(load_one(tmp_path / "x.png", 1, (4, 4))[1:3, 1:3].astype(int) - 200).max() < 5
    squashed = load_one(tmp_path / "x.png", 1, (4, 12), crop=False)[2, :, 0]
    assert squashed[[1, 6, 10]].tolist() == pytest.approx([0, 200, 100], abs=5)
    tall = load_one(tmp_path / "x.png", 1, (16, 8))  # Scales up by 2 and cuts out the middle.
    assert tall[8, [2, 5], 0].tolist() == pytest.approx([200, 200], abs=5)


def test_shrinking_does_not_alias(tmp_path):
    save(tmp_path / "x.png", np.tile(np.array([[0, 255]], np.uint8), (32, 16)))
    shrunk = load_one(tmp_path / "x.png", 1, (4, 4)).astype(int)
    assert np.abs(shrunk[1:3, 1:3] - 127.5).max() < 10


def test_broken_files_are_skipped_and_named_once(tmp_path, caplog):
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    for name in ("a.png", "z.png"):
        save(tmp_path / name, noise)
    save(tmp_path / "cut.jpg", noise)
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "cut.jpg").read_bytes()[:700])
    (tmp_path / "text.png").write_text("not a picture")
    for number in range(5):
        (tmp_path / f"empty{number}.gif").touch()
    (tmp_path / "notes.txt").write_text("not looked at")
    (tmp_path / "._a.png").write_text("hidden")
    loaded = load_images(tmp_path, (32, 32, 3))
    assert len(loaded) == 2
    np.testing.assert_array_equal(loaded.images[1], noise)
    (record,) = caplog.records
    assert f"Using 2 of 10 files in {tmp_path}; left out: 1 not a picture (.txt), 7 unusable (" in (
        record.message
    )
    assert re.search(r"cut.jpg: .*trunc.*; empty0.gif, .*empty4.gif, \.\.\.\)", record.message)


def test_a_folder_without_a_readable_picture_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"Found no pictures \(.*.bmp, .gif, .*below it\."):
        load_images(tmp_path, (4, 4, 1))
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.raises(ValueError, match=r"Found 1 pictures .* none is usable.* \(text.png: "):
        load_images(tmp_path, (4, 4, 1))
    with pytest.raises(ValueError, match="text.png"):
        load_images(tmp_path)


def test_the_common_size_is_found(tmp_path):
    save(tmp_path / "a.png", RAMP)
    assert load_images(tmp_path).image_shape == (4, 4, 1)
    save(tmp_path / "b.png", COLOUR)
    assert load_images(tmp_path).image_shape == (4, 4, 3)
    save(tmp_path / "c.png", RAMP[:2])
    with pytest.raises(
        ValueError, match=r"2 different sizes; choose one with image_shape \(--image_"
    ):
        load_images(tmp_path)
    assert load_images(tmp_path, (4, 4, 1)).images.shape == (3, 4, 4, 1)


def test_sub_folders_are_classes(tmp_path):
    for name, level in (("dog/deep/1.png", 3), ("cat/2.png", 2), ("cat/1.png", 1)):
        save(tmp_path / name, np.full((2, 2), level, np.uint8))
    loaded = load_images(str(tmp_path))
    assert loaded.images[:, 0, 0, 0].tolist() == [1, 2, 3]
    assert loaded.labels.tolist() == [0, 0, 1]
    assert loaded.class_names == ["cat", "dog"]
    assert loaded.name == tmp_path.name
    first = load_images(tmp_path, limit=1)
    assert (len(first), first.labels.tolist(), first.class_names) == (1, [0], ["cat", "dog"])
    save(tmp_path / "loose.png", RAMP[:2, :2])
    loaded = load_images(tmp_path)
    assert len(loaded) == 4
    assert loaded.labels is None
    assert loaded.class_names is None


def test_the_training_split_numbers_the_classes(tmp_path):
    for name in ("train/a/1", "train/b/1", "train/c/1", "test/a/1", "test/c/1"):
        save(tmp_path / f"{name}.png", RAMP[:2, :2])
    test = load_images(tmp_path, split="test")
    assert (test.labels.tolist(), test.class_names) == ([0, 2], ["a", "b", "c"])
    save(tmp_path / "test" / "d" / "1.png", RAMP[:2, :2])
    with pytest.raises(ValueError, match=r"test has the classes \['d'\], but .*train has"):
        load_images(tmp_path, split="test")


@pytest.mark.parametrize("kind", ["broken.png", "photo.heic"])
def test_a_class_without_a_usable_picture_keeps_its_number(tmp_path, caplog, kind):
    for split in ("train", "test"):
        for name, level in (("apple", 1), ("pear", 3)):
            save(tmp_path / split / name / "1.png", np.full((2, 2), level, np.uint8))
        (tmp_path / split / "fig").mkdir()
    (tmp_path / "train" / "fig" / kind).write_bytes(b"no picture")
    (tmp_path / "train" / "notes").mkdir()
    (tmp_path / "train" / "notes" / "list.txt").touch()  # no class: it holds no picture
    for options in ({}, {"limit": 2}, {"split": "test"}):
        loaded = load_images(tmp_path, **options)
        assert loaded.class_names == ["apple", "fig", "pear"]
        assert loaded.labels.tolist() == [0, 2]
        assert loaded.images[:, 0, 0, 0].tolist() == [1, 3]
        told = "no picture of the class 'fig' is usable" in caplog.text
        assert told == (options.get("split") != "test"), options
        caplog.clear()
    (tmp_path / "train" / "fig" / kind).rename(tmp_path / "test" / "fig" / kind)
    assert load_images(tmp_path).class_names == ["apple", "pear"]
    with pytest.raises(ValueError, match=r"test has the classes \['fig'\], but .*train has"):
        load_images(tmp_path, split="test")


def test_an_unusable_picture_beside_the_class_folders_changes_nothing(tmp_path):
    for name in ("train/a/1", "train/b/1", "train/c/1", "test/a/1", "test/c/1"):
        save(tmp_path / f"{name}.png", RAMP[:2, :2])
    for split in ("train", "test"):
        (tmp_path / split / "z.png").write_bytes(b"no picture")
    train = load_images(tmp_path, limit=2)  # z.png is not reached
    test = load_images(tmp_path, split="test")
    assert train.class_names == test.class_names == ["a", "b", "c"]
    assert (train.labels.tolist(), test.labels.tolist()) == ([0, 1], [0, 2])


def test_classes_named_like_the_split_keep_their_order(tmp_path):
    for name in ("train/trainz/1", "train/b/1", "test/trainz/1"):
        save(tmp_path / f"{name}.png", RAMP[:2, :2])
    train, test = load_images(tmp_path), load_images(tmp_path, split="test")
    assert train.class_names == test.class_names == ["b", "trainz"]
    assert (train.labels.tolist(), test.labels.tolist()) == ([0, 1], [1])


def test_split_folders(tmp_path):
    save(tmp_path / "train" / "a" / "1.png", np.full((2, 2), 1, np.uint8))
    with pytest.raises(ValueError, match="no sub-folder 'test'"):
        load_images(tmp_path, split="test")
    save(tmp_path / "test" / "2.png", np.full((2, 2), 2, np.uint8))
    train, test = load_images(tmp_path), load_images(tmp_path, split="test")
    assert (train.images.max(), train.class_names) == (1, ["a"])
    assert (test.images.max(), test.class_names) == (2, None)
    (tmp_path / "train").rename(tmp_path / "rest")
    with pytest.raises(ValueError, match="'test', but none named 'train'"):
        load_images(tmp_path)  # Would otherwise train on the test images.


def test_limit_counts_readable_pictures(tmp_path):
    (tmp_path / "0.png").touch()
    for level in (1, 2, 3):
        save(tmp_path / f"{level}.png", np.full((2, 2), level, np.uint8))
    assert load_images(tmp_path, limit=2).images[:, 0, 0, 0].tolist() == [1, 2]


# --- NumPy files ----------------------------------------------------------------------------------


def test_npz_by_split(tmp_path):
    path = tmp_path / "set.npz"
    train, test = np.full((3, 2, 2), 1, np.uint8), np.full((2, 2, 2), 2, np.uint8)
    np.savez(path, x_train=train, y_train=[[5], [6], [7]], x_test=test, y_test=[8, 9])
    loaded = load_images(path)
    assert loaded.images.shape == (3, 2, 2, 1)
    assert loaded.images.max() == 1
    assert loaded.labels.tolist() == [5, 6, 7]
    assert loaded.name == "set"
    loaded = load_images(path, (4, 4, 3), split="test", limit=1)
    np.testing.assert_array_equal(loaded.images, np.full((1, 4, 4, 3), 2))
    assert loaded.labels.tolist() == [8]


@pytest.mark.parametrize("keys", [("x", "y"), ("images", "labels"), ("faces", None)])
def test_npz_without_splits(tmp_path, keys):
    arrays = {keys[0]: np.full((3, 2, 2, 3), 7, np.uint8)}
    if keys[1]:
        arrays[keys[1]] = np.arange(3)
    np.savez(tmp_path / "set.npz", **arrays)
    loaded = load_images(tmp_path / "set.npz")
    assert (loaded.images == 7).all()
    assert (loaded.labels is None) == (keys[1] is None)
    with pytest.raises(ValueError, match=f"no images for the split 'test': it holds {keys[0]}"):
        load_images(tmp_path / "set.npz", split="test")


def test_npy_of_floats(tmp_path):
    np.save(tmp_path / "set.npy", np.array([-1, -0.6, 1, 0.2]).reshape(1, 2, 2))
    assert load_images(tmp_path / "set.npy").images.ravel().tolist() == [0, 51, 255, 153]


@pytest.mark.parametrize(
    "array, message",
    [
        (np.full((1, 2, 2), 200.0), r"set.npy\['x'\] must be uint8 in .* \[200, 200\]"),
        (np.zeros((1, 2, 2), int), "dtype int64"),
        (np.zeros((2, 2), np.uint8), r"\(count, height, width, channels\), but has shape \(2, 2\)"),
        (np.array([None]), "set.npy is not readable: .*allow_pickle=False"),
    ],
)
def test_npy_refuses(tmp_path, array, message):
    np.save(tmp_path / "set.npy", array)
    with pytest.raises(ValueError, match=message):
        load_images(tmp_path / "set.npy")


def test_files_that_are_not_numpy_are_refused(tmp_path):
    for name, message in (("x.npz", "is not readable"), ("x.csv", "a .npy or .npz file")):
        (tmp_path / name).write_text("text")
        with pytest.raises(ValueError, match=message):
            load_images(tmp_path / name)
    np.savez(tmp_path / "y.npz", x=np.zeros((3, 2, 2), np.uint8), y=[1, 2])
    with pytest.raises(ValueError, match="3 images but 2 labels"):
        load_images(tmp_path / "y.npz")


# --- Digits, TensorFlow Datasets, and all sources -------------------------------------------------


def test_digits():
    train, test = load_images("digits"), load_images("digits", split="test")
    assert (train.images.shape, test.images.shape) == ((1500, 8, 8, 1), (297, 8, 8, 1))
    assert train.images[0, 0, :, 0].tolist() == [0, 0, 80, 207, 143, 16, 0, 0]  # 0 0 5 13 9 1 0 0
    assert train.labels[:10].tolist() == list(range(10))
    assert test.class_names == list("0123456789")
    assert load_images("digits", (32, 32, 3), limit=5).images.shape == (5, 32, 32, 3)
    with pytest.raises(ValueError, match="'valid'"):
        load_images("digits", split="valid")


@needs_mnist
def test_tfds():
    loaded = load_images("mnist", data_dir=TFDS, split="test", limit=300)
    assert loaded.images.shape == (300, 28, 28, 1)
    assert loaded.labels[:5].tolist() == [2, 0, 4, 8, 7]
    assert loaded.images[0].max() == 255
    assert loaded.class_names == list("0123456789")
    assert loaded.name == "mnist"
    large = load_images("mnist", (56, 56, 3), data_dir=TFDS, split="test[:20]")
    assert large.images.shape == (20, 56, 56, 3)
    small = load_images("mnist", (28, 28, 1), data_dir=TFDS, split="test", limit=20)
    shrunk = large.images[..., :1].reshape(20, 28, 2, 28, 2, 1).mean((2, 4))
    assert np.abs(shrunk - small.images).mean() < 5
    assert large.labels.tolist() == loaded.labels[:20].tolist()


@needs_mnist
def test_tfds_names_the_splits_there_are():
    with pytest.raises(ValueError, match=r"'valid'.*\['train', 'test'\]"):
        load_images("mnist", data_dir=TFDS, split="valid")


@pytest.mark.parametrize("secret", [True, False])
def test_tfds_with_secret_labels(monkeypatch, secret):
    import tensorflow_datasets as tfds

    features = {
        "image": tfds.features.Image(shape=(2, 2, 1)),
        "label": tfds.features.ClassLabel(names=["a", "b", "c"]),
    }
    labels = [-1, -1] if secret else [1, -1]
    examples = {"image": np.zeros((2, 2, 2, 1), np.uint8), "label": labels}
    builder = types.SimpleNamespace(
        info=types.SimpleNamespace(
            features=tfds.features.FeaturesDict(features),
            splits={"test": types.SimpleNamespace(num_examples=2)},
        ),
        as_dataset=lambda split: tf.data.Dataset.from_tensor_slices(examples),
    )
    monkeypatch.setattr("kerasgan.data.tfds.prepare", lambda *_: builder)
    if secret:
        assert load_images("any", split="test").labels is None
    else:
        with pytest.raises(ValueError, match="any: labels must lie in .* but one is -1"):
            load_images("any", split="test")


@pytest.mark.parametrize(
    "source, message",
    [
        ("mnits", "'mnits' is no such folder or file, nor 'digits', .* did you mean 'mnist'"),
        ("digit", "did you mean 'digits'"),
        ("no/such/folder", "'no/such/folder' is no such folder or file"),
        ("mnist:9.9.9", "cannot be loaded at version 9.9.9"),
    ],
)
def test_an_unknown_source_is_named(tmp_path, source, message):
    with pytest.raises(ValueError, match=message) as caught:
        load_images(source, data_dir=tmp_path)
    assert "\n" not in str(caught.value)


def test_a_failed_download_says_what_to_do(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise requests.ConnectionError("no route to host")

    monkeypatch.setattr(requests.Session, "get", refuse)
    with pytest.raises(DownloadError, match="'cifar10' in .*no route to host.*data_dir") as caught:
        load_images("cifar10", data_dir=tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_data_set_without_images_is_refused(tmp_path, monkeypatch):
    import tensorflow_datasets as tfds

    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", lambda self: None)
    with pytest.raises(ValueError, match="'iris' must have exactly one image feature"):
        load_images("iris", data_dir=tmp_path)


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 0), (0, 8, 1), (8.0, 8, 1), (8, -8, 1)])
def test_image_shape_is_checked(shape):
    with pytest.raises(ValueError, match="image_shape must be"):
        load_images("digits", shape)


def test_limit_is_checked():
    with pytest.raises(ValueError, match="limit must be at least 1, but is 0"):
        load_images("digits", limit=0)


def test_what_does_not_fit_in_memory_is_refused_before_it_is_loaded(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 2**30)
    with pytest.raises(ValueError, match=r"1500 images .* need 12.6 GiB .* but 1 GiB .* limit"):
        load_images("digits", (1000, 1000, 3))
    assert len(load_images("digits", (16, 16, 3))) == 1500
