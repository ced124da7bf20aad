"""Measures how fast pictures are read from a disk, and how much memory training from it takes.

    python scripts/benchmark_data.py [--count=20000] [--against=pytorch]
    python scripts/benchmark_data.py --memory --count=200000 --folder=/a/disk/pictures

Makes a folder of JPEGs of 256 x 256 pixels: crops, each another one, of smooth random pictures. The
first way reads them at 64 x 64 in batches of 64: decoded on the fly, and from a cache of decoded
pixels. With --against=pytorch a `torch.utils.data.DataLoader` with two workers reads the same
folder, by Pillow, in turn. Rates are medians over the turns.

With --memory a DCGAN of narrow networks trains on them at 64 x 64, once through all, with
`kerasgan.training.train` in a process of its own: from the folder, and from the cache. What it
takes is the most at any time since TensorFlow was imported: memory of its own (RssAnon), and all
(VmRSS), of which pages of the libraries and of the cache's file, which the system takes back when
it needs them, are a part.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import concurrent.futures
import dataclasses
import multiprocessing
import pathlib
import statistics
import tempfile
import threading
import time

import numpy as np
from absl import flags
from PIL import Image
from scipy import ndimage
from workers import memory

import zoo
from kerasgan import data, networks, training

_COUNT = flags.DEFINE_integer("count", 20_000, "How many pictures.", lower_bound=1000)
_FOLDER = flags.DEFINE_string(
    "folder", None, "Where to make the pictures, which stay there. [default: a temporary folder]"
)
_MEMORY = flags.DEFINE_bool("memory", False, "Whether to train, and to measure memory.")
_SECONDS = flags.DEFINE_float("seconds", 8.0, "How long a turn takes.", lower_bound=0.1)
_ROUNDS = flags.DEFINE_integer("rounds", 5, "How many turns.", lower_bound=1)
_AGAINST = flags.DEFINE_enum("against", None, ["pytorch"], "What to compare with.")
_BATCH, _TRAINED, _SIDE = 64, 200, 2048


def main():
    """Makes the pictures, and reads or trains on them in each way."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(_FOLDER.value or f"{folder}/pictures").expanduser()
        make(root)
        print(f"{_COUNT.value:,} JPEGs of 256 x 256 pixels at 64 x 64", flush=True)
        if _MEMORY.value:
            measure_memory(root, folder)
        else:
            measure_rates(root, folder)


def make(root):
    """Writes random crops of smooth noise, where they are not there yet."""
    generator = np.random.default_rng(0)
    noise = generator.normal(size=(_SIDE, _SIDE, 3)).astype("float32")
    smooth = ndimage.gaussian_filter(noise, (4, 4, 0), mode="wrap")
    canvas = np.clip(128 + 50 * smooth / smooth.std(), 0, 255).astype("uint8")
    places = generator.integers(0, _SIDE - 256, (_COUNT.value, 2))

    def write(number):
        path = root / f"{number // 1000:03d}" / f"{number:06d}.jpg"
        if not path.exists():
            top, left = places[number]
            Image.fromarray(canvas[top : top + 256, left : left + 256]).save(path, quality=90)

    for number in range(0, _COUNT.value, 1000):
        (root / f"{number // 1000:03d}").mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for _ in pool.map(write, range(_COUNT.value)):
            pass


def measure_rates(root, folder):
    """Prints how many images a second come in each way, in turn."""
    ways = {}
    start = time.perf_counter()
    images = data.load_images(root, (64, 64, 3), stream=True)
    print(f"looking through the folder: {time.perf_counter() - start:.1f} s")
    ways["decoded on the fly"] = iter(images.stream(_BATCH, seed=0))
    start = time.perf_counter()
    cached = data.load_images(root, (64, 64, 3), stream=True, cache_dir=folder)
    print(f"writing the cache: {time.perf_counter() - start:.1f} s")
    ways["from the cache"] = iter(cached.stream(_BATCH, seed=0))
    if _AGAINST.value:
        ways["PyTorch's DataLoader"] = peer(root)
    rates = {name: [] for name in ways}
    for _ in range(_ROUNDS.value):
        for name, batches in ways.items():
            rates[name].append(rate(batches))
    print(f"| batches of {_BATCH} | images a second |\n|---|---|")
    for name, found in rates.items():
        print(f"| {name} | {statistics.median(found):,.0f} |")


def measure_memory(root, folder):
    """Prints how much memory training takes in each way."""
    ways = {"decoded on the fly": None, "from the cache": f"{folder}/cache"}
    rows = []
    for number, (name, cache) in enumerate(ways.items()):
        spawn = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
            steps = _COUNT.value // _TRAINED
            found = pool.submit(train, root, f"{folder}/{number}", cache, steps).result()
        grown = [f"{found[1][key] - found[0][key]:,.0f}" for key in ("RssAnon", "VmRSS")]
        rows.append(f"| {name} | {' | '.join(grown)} | {found[0]['VmRSS']:,.0f} |")
    print("| MB | own memory, grown by | all, grown by | all at the start |\n|---|---|---|---|")
    print(*rows, sep="\n")


def train(root, workdir, cache, steps):
    """Trains for an epoch; returns the `memory` before, and the most since."""
    before = memory()
    most, ended = dict(before), threading.Event()

    def watch():
        while not ended.wait(0.05):
            for key, value in memory().items():
                most[key] = max(most[key], value)

    def narrow(images, seed):
        each = {"image_shape": images.image_shape, "width": 8, "seed": seed}
        made = networks.dcgan.generator(**each), networks.dcgan.discriminator(**each)
        return dict(zip(("generator", "discriminator"), made, strict=True))

    watcher = threading.Thread(target=watch)
    watcher.start()
    training.train(
        dataclasses.replace(zoo.RECIPES["dcgan"], small=training.Small(narrow)),
        root,
        workdir,
        **{"batch_size": _TRAINED, "epochs": 1, "steps_per_epoch": steps},
        **{"stream": True, "cache_dir": cache},
    )
    ended.set()
    watcher.join()
    return before, most


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


if __name__ == "__main__":
    command_line.run(main)
