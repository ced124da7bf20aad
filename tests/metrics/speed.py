"""Says how long the metrics of large sets of features take, and how much memory.

    python tests/metrics/speed.py

On two cores of an Intel Xeon, of two runs the one while little and the one while much else ran; the
features themselves not counted:

- moments of 50,000 x 2,048 features: 8 to 13 s, 110 MB; the distance of two such: 8 to 10 s,
  141 MB;
- precision and recall of 10,000 and 10,000 x 2,048: 27 to 40 s, 534 MB;
- density and coverage of the same: 16 to 29 s, 537 MB;
- the kernel distance of the same, 100 subsets of 1,000: 20 to 47 s, 64 MB.
"""

import os
import pathlib
import sys
import threading
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))

from kerasgan import metrics

_PAGES = pathlib.Path("/proc/self/statm")


def memory():
    """Returns the megabytes that the process holds."""
    return int(_PAGES.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(name, function):
    """Calls a function, and prints what it took; returns its result."""
    before, done = memory(), threading.Event()
    peak = [before]

    def watch():
        while not done.wait(0.02):
            peak[0] = max(peak[0], memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    result = function()
    took = time.perf_counter() - start
    done.set()
    watcher.join()
    print(f"{name}: {took:.1f} s, {peak[0] - before:.0f} MB", flush=True)
    return result


def main():
    """Measures all."""
    generator = np.random.default_rng(0)
    a, b = generator.standard_normal((2, 50_000, 2048), dtype="float32")
    metrics.moments(a[:2000])  # starts the threads of the linear algebra
    moments = [measure("moments", lambda x=x: metrics.moments(x)) for x in (a, b)]
    distance = metrics.frechet_distance_of_moments
    measure("distance of moments", lambda: distance(*moments[0], *moments[1]))
    a, b = a[:10_000].copy(), b[:10_000].copy()
    for measured in ("precision_recall", "density_coverage", "kernel_distance"):
        measure(measured, lambda name=measured: getattr(metrics, name)(a, b))


if __name__ == "__main__":
    main()
