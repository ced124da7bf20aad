"""Files and folders that are whole, or not there."""

import contextlib
import os
import pathlib
import shutil


@contextlib.contextmanager
def whole(path):
    """A context that gives the path to write a file, or a folder, to; then it takes its own name.

    If writing fails, nothing of it stays, and a file that was there before is as it was. A link is
    followed. The name to write to ends like the file's, for those who take the format from it.

    Args:
        path: The file; its folder must be there.

    Raises:
        OSError: If it cannot be written, with the file's own name.
    """
    path = pathlib.Path(os.path.realpath(path))
    # Of the name only the end, as names of more than 255 bytes are refused.
    unfinished = path.with_name(".unfinished-" + os.fsdecode(os.fsencode(path.name)[-200:]))
    _remove(unfinished)  # a process was killed here
    try:
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        _remove(unfinished)


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
