"""Clips: windows of frames, and where they are cut."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerasgan import data
from kerasgan.data.clips import moving_parts
from kerasgan.data.images import Images

RNG = np.random.default_rng(0)


def numbered(lengths=(5, 2, 4), side=8, **options):
    """Clips whose frames are their numbers."""
    count = sum(lengths)
    frames = np.broadcast_to(
        np.arange(count, dtype="uint8")[:, None, None, None], (count, side, side, 1)
    )
    return data.Clips(Images(frames), lengths, **options)


def numbers(batches):
    """The numbers of the frames of each window."""
    found = []
    for frames, images in batches.as_numpy_iterator():
        window = np.concatenate([frames, images], axis=-1)[:, 0, 0]
        found += np.rint((window + 1) * 127.5).astype(int).tolist()
    return found


def write(folder, frames, names=None):
    folder.mkdir(parents=True)
    for i, frame in enumerate(frames):
        Image.fromarray(frame).save(folder / (names[i] if names else f"{i}.png"))


# ---------------------------------------------------------------------- windows


def test_windows_stay_in_their_clip_the_newest_frame_last():
    clips = numbered(frames=2)
    assert len(clips) == 5  # three, none and two
    found = numbers(clips.stream(5, seed=0).take(1))
    assert sorted(found) == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [7, 8, 9], [8, 9, 10]]
    assert numbers(clips.dataset(4)) == [[0, 1, 2], [7, 8, 9]]  # which do not overlap
    np.testing.assert_array_equal(clips.clip(2)[:, 0, 0, 0], [7, 8, 9, 10])


def test_channels_of_a_frame_are_together():
    frames = RNG.integers(0, 256, (3, 8, 8, 3), "uint8")
    clips = data.Clips(Images(frames), [3], frames=2)
    x, y = next(clips.dataset(1).as_numpy_iterator())
    expected = np.asarray(data.to_float(frames))
    np.testing.assert_array_equal(x[0], np.concatenate([expected[0], expected[1]], axis=-1))
    np.testing.assert_array_equal(y[0], expected[2])


def test_a_stream_can_start_anywhere():
    clips = data.load_clips("moving_digits", (32, 32, 1), limit=4)
    whole = list(clips.stream(4, seed=3).take(9).as_numpy_iterator())
    rest = clips.stream(4, seed=3, start_step=7).take(2).as_numpy_iterator()
    for one, other in zip(whole[7:], rest, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])
    other = next(clips.stream(4, seed=4).as_numpy_iterator())
    assert (other[0] != whole[0][0]).any()


# ---------------------------------------------------------------------- where something moves


def windows_with_a_mover(count=200):
    """Frames of 64 x 64 of which in the last one a square of 4 x 4 is white."""
    windows = np.zeros((count, 3, 64, 64, 1), "uint8")
    windows[:, -1, 40:44, 8:12] = 255
    return tf.constant(windows)


def shows_it(parts):
    return (parts[:, -1].numpy() == 255).any(axis=(1, 2, 3))


def test_parts_are_cut_where_something_moves():
    windows = windows_with_a_mover()
    motion = 0.5 * 4 * 16 / 16**2  # a half of the square, by 2 each
    parts = moving_parts(windows, (16, 16), (1, 2), motion, 25)
    assert parts.shape == (200, 3, 16, 16, 1)
    anywhere = moving_parts(windows, (16, 16), (1, 2), motion, 1)
    # A place shows half of it or more with a probability of about 0.09, one of 25 with 0.91.
    assert shows_it(anywhere).mean() < 0.25 and shows_it(parts).mean() > 0.75
    lit = (parts[:, -1].numpy() == 255).sum(axis=(1, 2, 3))
    assert ((lit > 8) | (lit == 0) | ~shows_it(parts)).mean() > 0.9
    again = moving_parts(windows, (16, 16), (1, 2), motion, 25)
    np.testing.assert_array_equal(parts, again)


def test_the_first_place_that_moves_is_taken_and_the_last_if_none_does():
    windows = windows_with_a_mover(50)
    rows = np.broadcast_to(np.arange(64, dtype="uint8")[:, None, None], (64, 64, 1))
    windows = tf.concat([windows[:, 1:], tf.broadcast_to(rows, (50, 1, 64, 64, 1))], axis=1)
    draws = tf.random.stateless_uniform((50, 25, 2), (3, 4)).numpy()
    tops, lefts = (draws * 49).astype(int).transpose(2, 0, 1)
    steps = np.diff(windows.numpy().astype(float), axis=1)[:, -1] / 127.5
    for motion in (0.3, 100.0):
        parts = moving_parts(windows, (16, 16), (3, 4), motion, 25).numpy()
        for i in range(50):
            means = [
                np.mean(steps[i, y : y + 16, x : x + 16] ** 2)
                for y, x in zip(tops[i], lefts[i], strict=True)
            ]
            chosen = next((k for k, mean in enumerate(means[:-1]) if mean > motion), 24)
            assert parts[i, -1, 0, 0, 0] == tops[i, chosen]


# ---------------------------------------------------------------------- what is made


@pytest.mark.parametrize("name, channels", [("moving_digits", 1), ("photos", 3), ("photos", 1)])
def test_clips_that_are_made(name, channels):
    clips = data.load_clips(name, (32, 32, channels), limit=3)
    again = data.load_clips(name, (32, 32, channels), limit=3, stream=True)
    assert again.on_disk and not clips.on_disk
    assert clips.image_shape == (32, 32, channels) and clips.lengths == [10, 10, 10]
    assert clips.images.image_shape == (64, 64, channels)
    for one, other in zip(clips.stream(4, seed=0).take(2), again.stream(4, seed=0), strict=False):
        np.testing.assert_array_equal(one[0], other[0])
    test = data.load_clips(name, (32, 32, channels), split="test", limit=3)
    assert test.digest() != clips.digest()
    assert (test.clip(0) != clips.clip(0)).any()


def test_a_digit_goes_straight_on():
    clips = data.load_clips("moving_digits", (32, 32, 1), limit=20)
    moves = np.abs(np.diff(clips.images.images.astype(int), axis=0)).mean(axis=(1, 2, 3))
    inside = np.arange(len(moves)) % 10 != 9
    assert moves[inside].min() > 0


def test_a_window_over_a_photograph_shifts_it():
    clips = data.load_clips("photos", (32, 32, 3), limit=5)
    shifted = 0
    for number in range(5):
        a, b = clips.clip(number)[:2].astype(int)
        errors = {
            (y, x): np.abs(a[8 + y : 56 + y, 8 + x : 56 + x] - b[8:56, 8:56]).mean()
            for y in range(-5, 6)
            for x in range(-5, 6)
        }
        shifted += min(errors.values()) == 0
    assert shifted == 5


# ---------------------------------------------------------------------- folders


def test_a_folder_of_clips_in_natural_order(tmp_path):
    frames = RNG.integers(0, 256, (12, 19, 26), "uint8")
    write(tmp_path / "train" / "clip10", frames[:6])
    write(tmp_path / "train" / "clip9", frames, [f"f{i}.png" for i in range(12)])
    write(tmp_path / "test" / "a", frames)
    clips = data.load_clips(tmp_path, (8, 16, 1), frames=3)
    assert clips.lengths == [12, 6] and clips.images.image_shape == (16, 24, 1)
    np.testing.assert_array_equal(clips.clip(0)[..., 0], frames[:, 1:17, 1:25])
    read = data.load_clips(tmp_path, (8, 16, 1), frames=3, stream=True)
    assert read.on_disk
    for one, other in zip(clips.stream(4, seed=0).take(3), read.stream(4, seed=0), strict=False):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])
    assert data.load_clips(tmp_path, (8, 16, 1), split="test", limit=1).lengths == [12]


def test_wrong_folders(tmp_path):
    frames = RNG.integers(0, 256, (6, 16, 16), "uint8")

    def refuse(folder, message, shape=(8, 8, 1), **options):
        with pytest.raises(ValueError, match=message):
            data.load_clips(tmp_path / folder, shape, **options)

    refuse("nowhere", "must be a folder of clips, a video file, or 'moving_digits' or 'photos'")
    write(tmp_path / "flat", frames)
    refuse("flat", "a sub-folder of numbered frames for each clip.*lie in")
    write(tmp_path / "deep" / "train" / "a" / "b", frames)
    refuse("deep", "pictures lie in a/b")
    write(tmp_path / "short" / "a", frames[:4])
    refuse("short", "at least 5 frames.*longest of 1 has 4")
    write(tmp_path / "named" / "a", frames[:2], ["left.png", "right.png"])
    refuse("named", "numbers in their names.*left.png")
    write(tmp_path / "pictures" / "cats", frames)
    Image.fromarray(frames[0, :9]).save(tmp_path / "pictures" / "cats" / "7.png")
    refuse("pictures", "no clip: its pictures have several sizes, such as 9 x 16 and 16 x 16")
    write(tmp_path / "small" / "a", frames)
    refuse(
        "small", "32 x 32 pixels to train on cannot be cut out of frames of 16 x 16", (32, 32, 1)
    )
    refuse("small", "no sub-folder 'test'", split="test")
    (tmp_path / "small" / "a" / "3.png").write_bytes(b"no picture")
    refuse("small", "3.png is unreadable.*another motion")
    with pytest.raises(ValueError, match="'moving_digits' has the splits"):
        data.load_clips("moving_digits", split="validation")
