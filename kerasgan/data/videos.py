"""Frames of video files, which FFmpeg decodes."""

import itertools

import numpy as np

from kerasgan.data.files import is_folder, natural, printable

_EXTENSIONS = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm"})


def video_files(path):
    """Returns the video files that a path names, in order: itself, or those of a folder.

    A folder with sub-folders has none: these are its clips, and a video beside them is what their
    frames were taken from.
    """
    found = list(path.iterdir()) if is_folder(path) else [path]
    if any(is_folder(each) for each in found if not each.name.startswith(".")):
        return []
    return sorted((each for each in found if each.suffix.lower() in _EXTENSIONS), key=natural)


def frame_size(path):
    """Returns the height and width of a video file's frames.

    Raises:
        ImportError: If imageio-ffmpeg is not installed.
        ValueError: If FFmpeg cannot read the file.
    """
    frames = _read(path)
    size = next(frames)
    frames.close()
    return size


def count_frames(path):
    """Returns how many frames a video file has.

    Raises:
        ImportError, ValueError: As `frame_size`.
    """
    try:
        return _ffmpeg().count_frames_and_secs(str(path))[0]
    except RuntimeError as error:
        raise _unreadable(path, error) from error


def read_frames(path, count):
    """Yields the first `count` frames of a video file, uint8 (height, width, 3).

    Raises:
        ImportError, ValueError: As `frame_size`.
    """
    frames = _read(path)
    shape = (*next(frames), 3)
    for frame in itertools.islice(frames, count):
        yield np.frombuffer(frame, np.uint8).reshape(shape)
    frames.close()


def _read(path):
    """Yields the height and width, and then each frame's bytes."""
    frames = _ffmpeg().read_frames(str(path))
    try:
        yield next(frames)["size"][::-1]
        yield from frames
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        frames.close()


def _ffmpeg():
    try:
        import imageio_ffmpeg
    except ImportError as error:
        raise ImportError(
            "Video files need imageio-ffmpeg: pip install 'kerasgan[video]'."
        ) from error
    return imageio_ffmpeg


def _unreadable(path, error):
    said = str(error).strip().splitlines()[-1]
    return ValueError(f"{printable(path)} is no video that FFmpeg can read: {said}")
