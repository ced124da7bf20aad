"""How far long work has come."""

import sys
import time

import keras

_PATIENCE = 2.0  # seconds


def progress_bar(count, unit):
    """Returns a bar with the time left on a terminal; elsewhere it is one line at the end.

    Args:
        count: How many there are.
        unit: The name of one of them.

    Returns:
        A `keras.utils.Progbar`.
    """
    return keras.utils.Progbar(count, verbose=1 if sys.stdout.isatty() else 2, unit_name=unit)


def with_progress(items, count, unit="picture"):
    """Yields items, and shows a `progress_bar` if they take more than two seconds.

    Args:
        items: What takes long to go through.
        count: How many there are at most.
        unit: The name of one of them.
    """
    begun, shown = time.monotonic(), False
    bar = progress_bar(count, unit)
    for done, item in enumerate(items, 1):
        shown = shown or time.monotonic() - begun > _PATIENCE
        if shown:
            bar.update(done, finalize=False)
        yield item
    if shown:
        bar.update(count, finalize=True)
