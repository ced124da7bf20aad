"""The data of a run: what is trained on, what is evaluated on, and whether it has changed."""

import math
import os
import pathlib

import numpy as np
import tensorflow as tf
from absl import logging

from kerasgan.data import DownloadError, image_grid, save_image, to_uint8
from kerasgan.training import folder
from kerasgan.training.errors import RunError, run_errors


def default_workdir(recipe, dataset=None):
    """Returns the run's folder where none is named: runs/<recipe>-<data set>."""
    dataset = next(iter(recipe.data)) if dataset is None else dataset
    return pathlib.Path("runs", f"{recipe.name}-{slug(dataset)}")


def slug(dataset):
    """Returns the name of a data set, or of the folder or file it is in."""
    return folder.path_of(dataset).stem or "data"


def test_split(dataset):
    """Returns the split to evaluate on: of a folder without a test split, all of it."""
    root = folder.path_of(dataset)
    held_out = any((root / name).is_dir() for name in ("test", "testA"))
    return "train" if root.is_dir() and not held_out else "test"


def is_loaded(data):
    """Whether data that are no name are loaded already, and not a sequence of items."""
    return not hasattr(data, "__getitem__")


def name_of(data):
    """Returns what data that are no name are called."""
    return data.name if is_loaded(data) else type(data).__name__


def load(recipe, chosen, dataset, split):
    """Returns a split of a data set, as a run with these options loads it; loaded data as they are.

    Raises:
        RunError: If that is impossible.
    """
    if not isinstance(dataset, (str, os.PathLike)) and is_loaded(dataset):
        return dataset
    with run_errors(ValueError, OSError, ImportError, DownloadError):
        return recipe.load(
            dataset,
            tuple(chosen["image_shape"]),
            split=split,
            **{name: chosen[name] for name in ("data_dir", "limit", "stream", "cache_dir")},
            **{name: chosen[name] for name in recipe.load_options},
        )


def load_held_out(recipe, chosen, given=None):
    """Returns loaded data to evaluate on after each epoch, or None.

    Args:
        recipe: A `Recipe`.
        chosen: All options of the run.
        given: A dict with what is no name, such as loaded data, None where nothing is: "dataset",
            "held_out".
    """
    given = given or {}
    dataset = chosen["held_out"]
    if recipe.held_out is None:
        return None
    if given.get("held_out") is not None:
        return load(recipe, chosen, given["held_out"], "test")
    if dataset is not None:
        return load(recipe, chosen, dataset, test_split(dataset))
    if given.get("dataset") is not None:
        return None
    dataset = chosen["dataset"]
    of_a_folder = pathlib.Path(dataset).expanduser().is_dir() and test_split(dataset) == "test"
    return load(recipe, chosen, dataset, "test") if of_a_folder or dataset in recipe.data else None


def shown_examples(recipe, data):
    """Returns the batch that sample grids show, for models that make images of images, or None."""
    if recipe.examples is None:
        return None
    with run_errors(ValueError):
        return next(recipe.examples(data).take(1).as_numpy_iterator())


def some_examples(recipe, data, chosen):
    """Returns a batch of at least four examples, for the model's health."""
    size = chosen["batch_size"]
    batches = recipe.stream(data, size, chosen["seed"], 0).take(math.ceil(4 / size))
    return tf.nest.map_structure(lambda *parts: tf.concat(parts, axis=0), *batches)


def save_real(recipe, data, chosen, path, count=64):
    """Saves a grid of the first images that are trained on, as they were loaded."""
    size = chosen["batch_size"]
    batches = recipe.stream(data, size, chosen["seed"], 0).take(math.ceil(count / size))
    images = np.concatenate([tf.nest.flatten(batch)[0] for batch in batches])[:count]
    path.parent.mkdir(exist_ok=True)
    save_image(path, image_grid(to_uint8(images).numpy()))


def check_unchanged(recorded, chosen, done, steps, allow_changed_data):
    """Says how the data set has changed since the run began, if it has.

    Args:
        recorded: What the run has recorded; of its data nothing if that was version 0.1.
        chosen: All options of the run.
        done: The `Position` that the run is at.
        steps: How many steps an epoch has now.
        allow_changed_data: Whether an epoch that was begun may go on all the same.

    Raises:
        RunError: If an epoch was begun, whose rest would be of other examples.
    """
    then, now = recorded.get("examples"), chosen["examples"]
    if "digest" not in recorded:
        if done.step < steps:
            return
        change = f"an epoch has {steps} steps, of which the run has taken {done.step}"
    elif recorded["digest"] == chosen["digest"]:
        return
    elif then != now:
        change = f"{then} examples then, {now} now"
    else:
        change = f"{now} examples as before, but not the same"
    change = f"dataset={chosen['dataset']} has changed since this run began: {change}"
    if done.step and done.epoch < chosen["epochs"] and not allow_changed_data:
        raise RunError(
            f"{change}. The run was stopped within an epoch, whose rest would be of other "
            "examples: bring back the data, or give allow_changed_data=True"
        )
    logging.warning("%s.", change)
