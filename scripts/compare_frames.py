"""Trains next-frame prediction with five losses, and shows on one picture what each makes.

    python scripts/compare_frames.py --dataset=clips --output=frames.png [--steps=2000]

The losses are those of Mathieu et al., 2015, arXiv:1511.05440: the squared difference (L2), the
absolute one (L1), that and the gradient difference loss, and either with discriminators. Runs are
in the folder --workdir; the same command goes on where it was stopped. Then a table is printed, of
whole frames of the test split, and the picture has, of the clips in which most moves, the frames
before, the next one and the five predictions; below, a third of each enlarged, where most moves.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import pathlib

import numpy as np
from absl import flags
from PIL import Image, ImageDraw
from scipy import ndimage

import kerasgan
import zoo
from kerasgan.data import save_image, to_float
from kerasgan.models.next_frame import PredictsFrames
from kerasgan.training import train

_DATASET = flags.DEFINE_string(
    "dataset", "moving_digits", "A folder of clips with a test split, moving_digits or photos."
)
_CHANNELS = flags.DEFINE_integer("channels", 1, "1 for grey, 3 for colours.", lower_bound=1)
_STEPS = flags.DEFINE_integer("steps", 2000, "Steps of each training.", lower_bound=5)
_WORKDIR = flags.DEFINE_string("workdir", "runs/compare_frames", "The folder of the runs.")
_CLIPS = flags.DEFINE_integer("clips", 2, "How many clips to show.", lower_bound=1)
_OUTPUT = flags.DEFINE_string("output", "frames.png", "The picture to write.")

_NONE = {"l1_weight": 0.0, "gdl_weight": 0.0, "adversarial_weight": 0.0}
LOSSES = {
    "L2": _NONE | {"l2_weight": 1.0},
    "L1": _NONE | {"l1_weight": 1.0},
    "GDL + L1": _NONE | {"l1_weight": 1.0, "gdl_weight": 1.0},
    "adversarial": _NONE | {"l2_weight": 1.0, "adversarial_weight": 0.01},
    "adversarial + GDL": {"l1_weight": 1.0, "gdl_weight": 1.0, "adversarial_weight": 0.05},
}
_SHOWN = ("psnr", "moving_psnr", "sharpness_difference")
_EPOCHS = 5
_ENLARGED = 3
_HEADER = 14


def main():
    """Trains, measures, draws."""
    recipe = zoo.RECIPES["next_frame"]
    shape = (*recipe.settings(_DATASET.value).image_shape[:2], _CHANNELS.value)
    clips = kerasgan.data.load_clips(_DATASET.value, shape, split="test")
    models = {}
    for name, weights in LOSSES.items():
        models[name] = train(
            recipe,
            _DATASET.value,
            pathlib.Path(_WORKDIR.value, name.lower().replace(" + ", "_")),
            resume=True,
            channels=_CHANNELS.value,
            epochs=_EPOCHS,
            steps_per_epoch=_STEPS.value // _EPOCHS,
            **weights,
        )
    print(
        "| loss | PSNR in dB | of moving pixels | sharpness difference in dB |\n|---|---|---|---|"
    )
    for name, model in models.items():
        values = model.evaluate(clips.dataset(8), return_dict=True, verbose=0)
        if name == next(iter(models)):
            row("copy of the last frame", [values[f"copy_{each}"] for each in _SHOWN])
        row(name, [values[each] for each in _SHOWN])
    save_image(pathlib.Path(_OUTPUT.value), panel(models, clips, _CLIPS.value))
    print(f"The picture is {_OUTPUT.value}")


def row(name, values):
    """Prints a row of the table."""
    print(f"| {name} | {' | '.join(f'{value:.2f}' for value in values)} |")


def panel(models: dict[str, PredictsFrames], clips, count):
    """Returns the picture, uint8 (H, W, C).

    Args:
        models: The models by the names of their columns.
        clips: `Clips` that they have not seen.
        count: How many clips to show.
    """
    number = clips.frames
    shown = [most_moving(clips.clip(i), number) for i in range(len(clips.lengths))]
    shown = sorted(shown, key=lambda found: -found[0])[:count]
    rows = []
    for _, window in shown:
        cells = [*window, *(model.predict_frames(window[:number])[0] for model in models.values())]
        top, left, height, width = mover(window)
        rows.append(cells)
        enlarged = [cell[top : top + height, left : left + width] for cell in cells]
        rows.append(
            [fit(cell.repeat(_ENLARGED, 0).repeat(_ENLARGED, 1), cells[0]) for cell in enlarged]
        )
    picture = kerasgan.data.image_grid(
        np.stack([cell for cells in rows for cell in cells]), len(rows[0])
    )
    names = [*(f"input {i + 1}" for i in range(number)), "truth", *models]
    return np.concatenate([header(names, picture), picture])


def most_moving(clip, number):
    """Returns how much moves in the window of a clip in which most does, and the window."""
    steps = np.square(np.diff(to_float(clip).numpy(), axis=0)).mean(axis=(1, 2, 3))
    last = number - 1 + int(np.argmax(steps[number - 1 :]))
    return steps[last], clip[last + 1 - number : last + 2]


def mover(window):
    """Returns where most moves in a third of the last frame: (top, left, height, width)."""
    height, width = (side // _ENLARGED for side in window.shape[1:3])
    steps = np.square(np.diff(to_float(window[-2:]).numpy(), axis=0))[0].mean(axis=-1)
    means = ndimage.uniform_filter(steps, (height, width), mode="constant")
    means = means[height // 2 : -(height // 2) or None, width // 2 : -(width // 2) or None]
    means = means[: window.shape[1] - height + 1, : window.shape[2] - width + 1]
    return *np.unravel_index(np.argmax(means), means.shape), height, width


def fit(cell, like):
    """Returns a picture continued in white to the size of another."""
    rest = [(0, like.shape[axis] - cell.shape[axis]) for axis in (0, 1)]
    return np.pad(cell, [*rest, (0, 0)], constant_values=255)


def header(names, picture):
    """Returns the names of the columns of a picture, uint8 (14, W, C)."""
    image = Image.new("L", (picture.shape[1], _HEADER), 255)
    for i, name in enumerate(names):
        ImageDraw.Draw(image).text((i * (picture.shape[1] + 2) // len(names), 1), name, 0)
    return np.asarray(image)[..., None].repeat(picture.shape[2], axis=-1)


if __name__ == "__main__":
    command_line.run(main)
