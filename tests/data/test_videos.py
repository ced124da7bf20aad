"""Video files as clips."""

import importlib.util
import sys

import numpy as np
import pytest
from PIL import Image

from kerasgan import data

FRAMES = np.random.default_rng(0).integers(0, 256, (7, 18, 24, 3), dtype=np.uint8)

needs_ffmpeg = pytest.mark.skipif(
    importlib.util.find_spec("imageio_ffmpeg") is None, reason="imageio-ffmpeg is not installed"
)


def write(path, frames):
    """Writes a video that keeps every bit."""
    import imageio_ffmpeg

    height, width = frames.shape[1:3]
    options = {"pix_fmt_out": "bgr0", "codec": "ffv1", "macro_block_size": 1}
    writer = imageio_ffmpeg.write_frames(path, (width, height), **options)
    writer.send(None)
    for frame in frames:
        writer.send(np.ascontiguousarray(frame))
    writer.close()


@needs_ffmpeg
def test_a_file_is_a_clip(tmp_path):
    write(tmp_path / "clip.mkv", FRAMES)
    for split in ("train", "test"):
        clips = data.load_clips(tmp_path / "clip.mkv", (8, 8, 3), split=split)
        assert clips.lengths == [7] and len(clips) == 3
        np.testing.assert_array_equal(clips.clip(0), FRAMES[:, 1:17])  # 16 of 18 rows
    grey = data.load_clips(tmp_path / "clip.mkv", (8, 8, 1)).clip(0)
    expected = Image.fromarray(FRAMES[3, 1:17]).convert("L")
    np.testing.assert_array_equal(grey[3, :, :, 0], expected)


@needs_ffmpeg
def test_a_folder_of_files_and_of_splits(tmp_path):
    for split, numbers in {"train": (10, 9), "test": (8,)}.items():
        (tmp_path / split).mkdir()
        for number in numbers:
            write(tmp_path / split / f"{number}.MKV", FRAMES[: number - 3, :16])
    clips = data.load_clips(tmp_path, (8, 8, 3))
    assert clips.lengths == [6, 7]  # 9 before 10
    np.testing.assert_array_equal(clips.clip(1), FRAMES[:, :16])
    assert data.load_clips(tmp_path, (8, 8, 3), limit=1).lengths == [6]
    assert data.load_clips(tmp_path, (8, 8, 3), split="test").lengths == [5]
    # Of another size: scaled until it covers the first's.
    write(tmp_path / "train" / "11.mkv", FRAMES.repeat(2, axis=1).repeat(2, axis=2)[:, :32])
    scaled = data.load_clips(tmp_path, (8, 8, 3)).clip(2)
    assert scaled.shape == (7, 16, 24, 3)


@needs_ffmpeg
def test_what_cannot_be_read_is_told(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"no video" * 99)
    with pytest.raises(ValueError, match=r"clip\.mp4 is no video that FFmpeg can read: .+"):
        data.load_clips(tmp_path / "clip.mp4", (8, 8, 3))
    write(tmp_path / "small.mkv", FRAMES[:, :6])
    with pytest.raises(ValueError, match=r"at least 8 pixels a side, not \(6, 24\)"):
        data.load_clips(tmp_path / "small.mkv", (8, 8, 3))


def test_a_video_beside_its_frames_is_no_clip(tmp_path):
    (tmp_path / "frames").mkdir()
    for i, frame in enumerate(FRAMES):
        Image.fromarray(frame).save(tmp_path / "frames" / f"{i}.png")
    (tmp_path / "clip.mp4").write_bytes(b"")
    clips = data.load_clips(tmp_path, (8, 8, 3))
    np.testing.assert_array_equal(clips.clip(0), FRAMES[:, 1:17])


def test_videos_are_refused_where_they_cannot_be(tmp_path, monkeypatch):
    (tmp_path / "clip.mp4").write_bytes(b"")
    with pytest.raises(ValueError, match=r"kept in memory.*ffmpeg -i video\.mp4"):
        data.load_clips(tmp_path / "clip.mp4", (8, 8, 3), stream=True)
    (tmp_path / "clip.txt").write_bytes(b"")
    with pytest.raises(ValueError, match=r"clip\.txt is neither a folder nor a video file"):
        data.load_clips(tmp_path / "clip.txt", (8, 8, 3))
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(ImportError, match=r"pip install 'kerasgan\[video\]'"):
        data.load_clips(tmp_path / "clip.mp4", (8, 8, 3))
