"""Trains a small model for long, and watches the memory of the process.

    python tests/faults/soak.py [--steps=30000] [--steps_per_epoch=100] [--without=GANHealth ...]

It trains with the callbacks of a run, but for those named after `--without`. Prints the
memory after each 1,000 steps, and ends with an error if it has grown by more than 20 MB since the
first 2,000.
"""

import argparse
import os
import pathlib
import tempfile

import keras

import kerasgan
from kerasgan import callbacks
from kerasgan.training.records import Curves

IMAGE_SHAPE = (8, 8, 1)
BATCH_SIZE = 32
WARM_UP, MOST_MEGABYTES = 2000, 20


class Memory(keras.callbacks.Callback):
    """Prints the resident memory after each 1,000 steps, and keeps it in `megabytes`."""

    def __init__(self):
        super().__init__()
        self.steps, self.megabytes = 0, {}

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if self.steps % 1000 == 0:
            pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
            self.megabytes[self.steps] = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
            print(f"{self.steps:6} steps: {self.megabytes[self.steps]:.1f} MB", flush=True)


def main():
    """Trains, and compares the memory."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=30_000)
    parser.add_argument("--steps_per_epoch", type=int, default=100)
    parser.add_argument("--without", nargs="*", default=[])
    options = parser.parse_args()
    if options.steps <= WARM_UP:
        parser.error(f"--steps must be more than {WARM_UP}")

    images = kerasgan.data.load_images("digits", IMAGE_SHAPE)
    model = kerasgan.models.GAN(
        IMAGE_SHAPE,
        latent_dim=16,
        generator=network((16,), 64, IMAGE_SHAPE, "tanh"),
        discriminator=network(IMAGE_SHAPE, 1, (1,), None),
        seed=0,
    )
    model.compile("adam", "adam")
    memory = Memory()
    with tempfile.TemporaryDirectory() as folder:
        workdir = pathlib.Path(folder)
        (workdir / "samples").mkdir()
        checkpoint = callbacks.Checkpoint(workdir / "checkpoints")
        used = [
            callbacks.HaltOnNonFinite(),
            callbacks.GANHealth(images.images[:32]),
            callbacks.SampleGrid(workdir / "samples", every=10),
            keras.callbacks.CSVLogger(workdir / "history.csv"),
            Curves(workdir / "logs", write_graph=False),
            checkpoint,
            callbacks.Preemption(checkpoint),
        ]
        unknown = set(options.without) - {type(each).__name__ for each in used}
        if unknown:
            parser.error(f"--without: there is no callback {', '.join(sorted(unknown))}")
        model.fit(
            images.stream(BATCH_SIZE, seed=0),
            epochs=options.steps // options.steps_per_epoch,
            steps_per_epoch=options.steps_per_epoch,
            verbose=0,
            callbacks=[each for each in used if type(each).__name__ not in options.without]
            + [memory],
        )
    after = [value for steps, value in memory.megabytes.items() if steps >= WARM_UP]
    grown = after[-1] - after[0]
    print(f"Grown by {grown:.1f} MB since the first {WARM_UP} steps.")
    if grown > MOST_MEGABYTES:
        raise SystemExit(f"error: that is more than {MOST_MEGABYTES} MB")


def network(inputs, units, outputs, activation):
    """A small dense network."""
    x = images = keras.Input(inputs)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(64, activation="leaky_relu")(x)
    x = keras.layers.Dense(units, activation=activation)(x)
    return keras.Model(images, keras.layers.Reshape(outputs)(x))


if __name__ == "__main__":
    main()
