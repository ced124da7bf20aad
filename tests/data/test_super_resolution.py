import numpy as np
import pytest
import tensorflow as tf
from conftest import shared_data
from PIL import Image

from kerasgan.data import SuperResolution, in_tiles, load_super_resolution


def levels(batch):
    return np.rint((np.asarray(batch) + 1) * 127.5).astype(int)


def pictures(*sizes):
    generator = np.random.default_rng(0)
    return [generator.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]


def test_reductions_are_pillows():
    found = SuperResolution(pictures((21, 30)), (8, 8, 3), scale=4)
    assert found.high[0].shape == (20, 28, 3)  # cut to multiples of 4
    expected = Image.fromarray(found.high[0]).resize((7, 5), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(found.low[0], np.asarray(expected))


def test_reductions_do_not_alias_and_are_those_of_tensorflow_too():
    """The antialiased bicubic filter of TensorFlow, like MATLAB's, has the same kernel."""
    smooth = np.add.outer(np.arange(32), np.arange(48))[..., None].repeat(3, -1) * 3
    found = SuperResolution([smooth.astype("uint8")], (8, 8, 3), scale=4)
    other = tf.image.resize(found.high[0], (8, 12), "bicubic", antialias=True)
    assert np.abs(found.low[0] - other.numpy())[1:-1, 1:-1].max() <= 1.0  # two roundings
    stripes = np.tile(np.uint8([0, 255]), 32)[None, :, None].repeat(64, 0).repeat(3, -1)
    low = SuperResolution([stripes], (8, 8, 3), scale=4).low[0].astype(int)
    assert abs(low - 127.5).max() < 20


def test_cuts_belong_together_and_come_from_everywhere():
    # The picture's pixels say where they are, in squares of 4 that bicubic leaves alone.
    rows, columns = np.mgrid[:12, :16]
    place = np.stack([rows * 16 + columns] * 3, -1).repeat(4, 0).repeat(4, 1).astype("uint8")
    data = SuperResolution([place], (16, 16, 3), scale=4)
    data.low = [np.stack([rows * 16 + columns] * 3, -1).astype("uint8")]
    seen = set()
    for low, high in data.stream(4, seed=0).take(60):
        low, high = levels(low), levels(high)
        assert low.shape == (4, 4, 4, 3) and high.shape == (4, 16, 16, 3)
        np.testing.assert_array_equal(high[:, ::4, ::4], low)
        seen |= {(int(x[0, :, 0].min()), bool(x[0, 0, 0] > x[0, 1, 0])) for x in low}
    assert len(seen) == 9 * 13 * 2 or len(seen) > 150


def test_larger_pictures_are_cut_from_more_often_and_streams_go_on():
    small, large = np.zeros((16, 16, 3), "uint8"), np.full((64, 64, 3), 255, "uint8")
    data = SuperResolution([small, large], (16, 16, 3), scale=2)
    assert data.steps_per_epoch(1) == 17
    brightness = [int(levels(high).max()) for _, high in data.stream(1, seed=0).take(17)]
    assert sorted(brightness) == [0] + [255] * 16
    rest = [int(levels(high).max()) for _, high in data.stream(1, seed=0, start_step=9).take(8)]
    assert rest == brightness[9:]


def test_whole_pictures_of_different_sizes():
    data = SuperResolution(pictures((20, 24), (32, 20)), (8, 8, 3))
    shapes = [(low.shape.as_list(), high.shape.as_list()) for low, high in data.dataset()]
    assert shapes == [([1, 5, 6, 3], [1, 20, 24, 3]), ([1, 8, 5, 3], [1, 32, 20, 3])]
    np.testing.assert_array_equal(levels(next(iter(data.dataset()))[1])[0], data.high[0])
    assert data.dataset().cardinality() == 2
    with pytest.raises(ValueError, match="2 sizes make no batches of 2"):
        data.dataset(2)


def test_folders(tmp_path, caplog):
    Image.new("L", (40, 32), 90).save(tmp_path / "grey.png")
    Image.new("RGB", (33, 50), (1, 2, 3)).save(tmp_path / "colour.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    data = load_super_resolution(tmp_path, (16, 16, 3), scale=4)
    assert sorted(x.shape for x in data.high) == [(32, 40, 3), (48, 32, 3)]
    assert "broken.png" in caplog.text
    assert load_super_resolution(tmp_path, (16, 16, 1), scale=2).high[0].shape[2] == 1
    assert len(load_super_resolution(tmp_path, (16, 16, 3), limit=1)) == 1


@pytest.mark.parametrize(
    "options, message",
    [
        ({"source": "nowhere"}, "must be a folder of pictures, or 'photos'"),
        ({"image_shape": (30, 32, 3)}, "multiples of 4"),
        ({"split": "test"}, "no sub-folder 'test'"),
    ],
)
def test_wrong_arguments_are_named(tmp_path, options, message):
    Image.new("RGB", (32, 32)).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match=message):
        load_super_resolution(**({"source": tmp_path, "image_shape": (16, 16, 3)} | options))


def test_pictures_too_small_to_train_on_are_named():
    data = SuperResolution(pictures((20, 20), (64, 64)), (32, 32, 3))
    assert data.steps_per_epoch(2) == 2  # of the larger one
    with pytest.raises(ValueError, match="batch_size=1 exceeds the 0 images"):
        SuperResolution(pictures((20, 20)), (32, 32, 3)).stream(1, seed=0)


def test_pictures_too_small_to_reduce_or_measure_are_left_out(tmp_path, caplog):
    Image.new("RGB", (64, 32)).save(tmp_path / "large.png")
    Image.new("RGB", (16, 40)).save(tmp_path / "narrow.png")
    Image.new("RGB", (3, 100)).save(tmp_path / "line.png")
    data = load_super_resolution(tmp_path, (16, 16, 3), scale=4)
    assert len(data) == 2 and "line.png" in caplog.text
    assert [high.shape[1:] for _, high in data.dataset()] == [(32, 64, 3)]
    assert "1 of 2 pictures cannot be measured: a side has fewer than 19" in caplog.text
    with pytest.raises(ValueError, match="3 pixels cannot be 4 times smaller"):
        SuperResolution(pictures((32, 32), (3, 40)), (16, 16, 3))
    with pytest.raises(ValueError, match="1 of 1 pictures cannot be measured"):
        SuperResolution(pictures((16, 40)), (16, 16, 3)).dataset()


def test_the_photographs_of_scikit_learn():
    train, test = (load_super_resolution("photos", split=s) for s in ("train", "test"))
    assert [x.shape for x in train.high] == [(424, 480, 3)] * 2
    assert [x.shape for x in test.high] == [(424, 160, 3)] * 2


@pytest.mark.parametrize("size", [(5, 7), (16, 16), (33, 20)])
def test_tiles_equal_the_whole(size):
    image = pictures(size)[0]

    def blurred_and_doubled(images):
        padded = np.pad(images.astype(int), [(0, 0), (1, 1), (1, 1), (0, 0)])
        rows = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
        mixed = rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]
        return mixed.repeat(2, axis=1).repeat(2, axis=2)

    whole = blurred_and_doubled(image[None])[0]
    np.testing.assert_array_equal(in_tiles(blurred_and_doubled, image, 2, tile=6, margin=1), whole)
    assert (in_tiles(blurred_and_doubled, image, 2, tile=4, margin=0) != whole).any()


def test_real_pictures():
    data = load_super_resolution(shared_data("sr", "Set14"))
    assert len(data) == 14 and all(x.shape[2] == 3 for x in data.high)  # one of them is grey
