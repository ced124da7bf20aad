"""What `kerasgan evaluate` and `kerasgan styles` measure of what a model, or a folder, holds."""

import json

import numpy as np
import tensorflow as tf

import kerasgan
from kerasgan.data import image_grid, to_float
from kerasgan.data.progress import progress_bar
from kerasgan.metrics import extract_features
from kerasgan.training import folder, loading, measuring
from zoo.command_line import UserError

_BATCHES = 5  # whose features are computed together
# A row of the picture of neighbours is a sample and those nearest to it.
_SAMPLES, _NEIGHBOURS = 10, 7
_WRITER = "kerasgan evaluate"


def holds_pictures(path):
    """Whether a path is a folder of pictures, and not of a run, a preset or a SavedModel."""
    files = "recipe.json", "model.keras", "checkpoints", "model.weights.h5"
    run = any((path / name).exists() for name in files)
    return path.is_dir() and not run and not tf.saved_model.contains_saved_model(path)


def load_served(path):
    """Returns a function (count, seed) -> images of a SavedModel, and the images' shape.

    Raises:
        UserError: If it makes no images of a count and a seed.
    """
    with loading.loading(path):
        endpoints = tf.saved_model.load(path)
    if not hasattr(endpoints, "generate_n"):
        raise UserError(f"{path} is a SavedModel without an endpoint 'generate_n'")

    def make(count, seed):  # holds the SavedModel, without which its functions do not work
        return endpoints.generate_n(count, seed).numpy()

    return make, make(1, 0).shape[1:]


def result_file(path):
    """Returns the file that results are written to: metrics.json of a run, or beside another path.

    Raises:
        UserError: If it is there, and this command has not written it.
    """
    run = (
        path.is_dir() and not holds_pictures(path) and not tf.saved_model.contains_saved_model(path)
    )
    file = path / "metrics.json" if run else path.with_name(f"{path.name}.metrics.json")
    check_earlier(file)
    return file


def check_earlier(file):
    """Raises a UserError if there is a file that `write` has not written."""
    if file.exists():
        try:
            written_by = json.loads(file.read_text(encoding="utf-8"))["written_by"]
        except (OSError, ValueError, TypeError, KeyError):
            written_by = None
        if written_by != _WRITER:
            raise UserError(f"{file} exists, and is no earlier result: move it away")


def compare(names, network, real, make, count, batch_size):
    """Returns the values of metrics, and which way each is better, (value, direction) by name.

    Args:
        names: Such as "frechet,kernel".
        network: The features.
        real: The real images, uint8 (N, H, W, C).
        make: A function (start, stop) -> generated images.
        count: How many of these there are.
        batch_size: Images computed at once.
    """
    features = {
        "real": _features(network, lambda i, j: real[i:j], len(real), batch_size),
        "generated": _features(network, make, count, batch_size),
    }
    found = {}
    for metric in measuring.make(names, network):
        for kind, values in features.items():
            metric.add(kind, values)
        result = metric.result()
        result = result if isinstance(result, dict) else {metric.name: result}
        found |= {name: (float(value), metric.direction) for name, value in result.items()}
    return found


def _features(network, images, count, batch_size):
    """Returns the features of images, (count, d), with a progress bar.

    Args:
        network: The features.
        images: A function (start, stop) -> images.
        count: How many there are.
        batch_size: How many to ask for at once.
    """
    progress, found, block = progress_bar(count, "image"), [], _BATCHES * batch_size
    for start in range(0, count, block):
        stop = min(start + block, count)
        batches = [images(i, min(i + batch_size, stop)) for i in range(start, stop, batch_size)]
        found.append(extract_features(network, np.concatenate(batches)))
        progress.add(stop - start)
    return np.concatenate(found)


def show(found):
    """Prints values with the way that is better."""
    width = max(map(len, found))
    for name, (value, direction) in found.items():
        better = "less" if direction == "down" else "more"
        print(f"  {name:{width}} {value:10.5g}  {better} is better")


def write(file, found, **facts):
    """Writes values, and what they must be read with."""
    facts = {"written_by": _WRITER, "kerasgan": kerasgan.__version__} | facts
    values = {name: value for name, (value, _) in found.items()}
    folder.write(file, json.dumps(facts | {"values": values}, indent=2) + "\n")


def neighbours(network, real, make, batch_size):
    """Returns a picture with a row for each of some samples: itself, and the real images near it.

    Args:
        network: The features in which near ones are sought.
        real: Real images, uint8 (N, H, W, C).
        make: A function (start, stop) -> samples of the same shape.
        batch_size: Images computed at once.
    """
    samples = make(0, _SAMPLES)
    points = extract_features(network, samples).astype(np.float64)
    others = _features(network, lambda i, j: real[i:j], len(real), batch_size)
    nearest = [
        np.argsort(np.square(others - point).sum(axis=1), kind="stable")[:_NEIGHBOURS]
        for point in points
    ]
    rows = [(sample, *real[near]) for sample, near in zip(samples, nearest, strict=True)]
    return image_grid(np.concatenate(rows), len(rows[0]))


def class_changes(model, classifier, layer, seed, count):
    """Returns how often an image has another class with other coarse, and with other fine styles.

    Args:
        model: A `kerasgan.models.styles.StyleBased`.
        classifier: A network from float images to logits.
        layer: The first of the fine layers.
        seed: The seed of the images; the other styles are those of the next one.
        count: How many images.
    """
    one, other = (model.map(model.sample_latent(count, each)) for each in (seed, seed + 1))

    def classes(styles):
        images = to_float(model.synthesize(styles))
        return classifier.predict(images, verbose=0).argmax(axis=1)

    before = classes(one)
    coarse = classes(np.concatenate([other[:, :layer], one[:, layer:]], axis=1))
    fine = classes(np.concatenate([one[:, :layer], other[:, layer:]], axis=1))
    return np.mean(coarse != before), np.mean(fine != before)
