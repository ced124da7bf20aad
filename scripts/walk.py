"""Prints the walk of one training step: which functions of kerasgan a reader passes.

python scripts/walk.py --model=dcgan

The rule: a model of the recipe's class takes a step eagerly, on one device, with Keras' own
kernels, having taken one before. Counted is each function of the package `kerasgan` that is
entered, once, from `train_step` until the last player's optimizer is applied. What happens within
an optimizer, the update of the weights itself, is not counted, nor is code of Keras and
TensorFlow, nor a second call of a function that was counted.
"""

import pathlib
import sys

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import numpy as np
from absl import flags

import kerasgan
import zoo
from kerasgan import models

_LABELLED = models.ConditionalGAN, models.SemiSupervisedGAN
_NAMES = [
    name
    for name, recipe in sorted(zoo.RECIPES.items())
    if issubclass(recipe.model, models.GAN) and not issubclass(recipe.model, _LABELLED)
]
_MODEL = flags.DEFINE_enum("model", "dcgan", _NAMES, "A recipe whose model takes images alone.")

_PACKAGE = pathlib.Path(kerasgan.__file__).parent
_SHAPE = (16, 16, 1)


def walk(model, batch):
    """Returns the functions that a step passes, as (file, function), in order.

    Args:
        model: A compiled model, of Keras' own kernels.
        batch: What its `train_step` takes.
    """
    model.train_step(batch)
    inside, updates, passed = [], [], []  # whether within an optimizer; how many; the functions

    def noting(apply):
        def noted(*arguments):
            inside.append(apply)
            apply(*arguments)
            inside.pop()
            updates.append(apply)

        return noted

    for name in model.players:
        optimizer = getattr(model, f"{name}_optimizer")
        optimizer.apply = noting(optimizer.apply)

    def note(frame, event, argument):
        path, name = pathlib.Path(frame.f_code.co_filename), frame.f_code.co_qualname
        if event == "call" and not inside and "<" not in name and _PACKAGE in path.parents:
            passed.append((path.relative_to(_PACKAGE).as_posix(), name, len(updates)))

    sys.setprofile(note)
    try:
        model.train_step(batch)
    finally:
        sys.setprofile(None)
    return list(dict.fromkeys((file, name) for file, name, done in passed if done < len(updates)))


def main():
    """Walks a step."""
    kerasgan.fast.use("off")
    model = zoo.RECIPES[_MODEL.value].model(_SHAPE)
    model.compile()
    steps = walk(model, np.zeros((16, *_SHAPE), "uint8"))
    for number, (file, name) in enumerate(steps, 1):
        print(f"{number:2} {file:24} {name}")
    print(f"{len(steps)} functions in {len({file for file, _ in steps})} files")


if __name__ == "__main__":
    command_line.run(main)
