"""Measures how fast pictures are read from a disk, and how much memory that takes.

    python scripts/benchmark_data.py [--count=20000] [--against=pytorch]

Makes a folder of JPEGs of 256 x 256 pixels, of which 1,000 are different and the others links to
these, and reads them at 64 x 64 in batches of 64: decoded on the fly, and from a cache of decoded
pixels. With --against=pytorch a `torch.utils.data.DataLoader` with two workers reads the same
folder, by Pillow, in turn. Rates are medians over the turns. Memory is what the process has grown
by since its start, of resident pages of its own.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import os
import pathlib
import statistics
import tempfile
import time

import numpy as np
from absl import flags
from PIL import Image
from scipy import ndimage

from kerasgan import data

_COUNT = flags.DEFINE_integer("count", 20_000, "How many pictures.", lower_bound=1000)
_SECONDS = flags.DEFINE_float("seconds", 8.0, "How long a turn takes.", lower_bound=0.1)
_ROUNDS = flags.DEFINE_integer("rounds", 5, "How many turns.", lower_bound=1)
_AGAINST = flags.DEFINE_enum("against", None, ["pytorch"], "What to compare with.")
_DIFFERENT, _BATCH = 1000, 64


def main():
    """Makes the pictures, and reads them in turn in each way."""
    before = resident()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder, "pictures")
        make(root)
        print(f"{_COUNT.value:,} JPEGs of 256 x 256 pixels, read at 64 x 64 in batches of {_BATCH}")
        ways = {}
        start = time.perf_counter()
        images = data.load_images(root, (64, 64, 3), stream=True)
        print(f"looking through the folder: {time.perf_counter() - start:.1f} s")
        ways["decoded on the fly"] = iterate(images)
        start = time.perf_counter()
        cached = data.load_images(root, (64, 64, 3), stream=True, cache_dir=folder)
        print(f"writing the cache: {time.perf_counter() - start:.1f} s")
        ways["from the cache"] = iterate(cached)
        if _AGAINST.value:
            ways["PyTorch's DataLoader"] = peer(root)
        rates = {name: [] for name in ways}
        for _ in range(_ROUNDS.value):
            for name, batches in ways.items():
                rates[name].append(rate(batches))
        print("| | images a second |\n|---|---|")
        for name, found in rates.items():
            print(f"| {name} | {statistics.median(found):,.0f} |")
        print(f"Memory beyond the start: {resident() - before:,.0f} MB")


def make(root):
    """Writes smooth random pictures, and links to them."""
    generator = np.random.default_rng(0)
    for number in range(_COUNT.value):
        path = root / f"{number // 1000:03d}" / f"{number:06d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number < _DIFFERENT:
            noise = generator.normal(size=(256, 256, 3))
            smooth = ndimage.gaussian_filter(noise, (4, 4, 0))
            pixels = np.clip(128 + 50 * smooth / smooth.std(), 0, 255).astype("uint8")
            Image.fromarray(pixels).save(path, quality=90)
        else:
            os.link(root / "000" / f"{number % _DIFFERENT:06d}.jpg", path)


def iterate(images):
    """Returns an endless iterator over batches."""
    return iter(images.stream(_BATCH, seed=0))


def rate(batches):
    """Returns how many images a second come for some seconds."""
    next(batches)
    count, start = 0, time.perf_counter()
    while time.perf_counter() < start + _SECONDS.value:
        next(batches)
        count += _BATCH
    return count / (time.perf_counter() - start)


class Folder:
    """Pictures as float tensors (3, 64, 64) in [-1, 1], for PyTorch's workers."""

    def __init__(self, root):
        self.files = sorted(root.rglob("*.jpg"))

    def __len__(self):
        """Returns how many there are."""
        return len(self.files)

    def __getitem__(self, number):
        """Returns one."""
        import torch

        with Image.open(self.files[number], formats=["JPEG"]) as image:
            image = image.convert("RGB").resize((64, 64), Image.Resampling.BICUBIC)
        pixels = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)
        return pixels.float() / 127.5 - 1


def peer(root):
    """Returns an endless iterator over PyTorch's batches of the folder."""
    from torch.utils.data import DataLoader

    options = {"batch_size": _BATCH, "shuffle": True, "num_workers": 2, "drop_last": True}
    loader = DataLoader(Folder(root), **options, multiprocessing_context="spawn")

    def endless():
        while True:
            yield from loader

    return endless()


def resident():
    """Returns the megabytes of this process' own resident memory: mapped files do not count."""
    status = pathlib.Path("/proc/self/status").read_text()
    kilobytes = next(line for line in status.splitlines() if line.startswith("RssAnon"))
    return int(kilobytes.split()[1]) / 1024


if __name__ == "__main__":
    command_line.run(main)
