"""Measures a trained model on held-out images, and lets a classifier judge what it generates.

kerasgan evaluate --model=runs/sgan-mnist --dataset=mnist
kerasgan evaluate --model=runs/cgan-mnist --dataset=mnist --classifier=judge.keras
kerasgan evaluate --model=runs/cyclegan-a --dataset=folder --classifier=judge.keras
kerasgan evaluate --model=runs/srgan-photos --dataset=photos

It prints the model's losses, accuracies and other measures on the test split, or on all of a folder
that has none; for super-resolution those of bicubic upscaling too. With a classifier, which
`scripts/train_classifier.py` trains, it also generates images of all classes, or codes, or
translates the images of two domains, and prints how many the classifier takes for what was asked
for.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

import collections
import math

import numpy as np
from absl import flags
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import confusion_matrix

import kerasgan
import zoo
from kerasgan import metrics
from kerasgan.data import decode
from kerasgan.data.memory import check_memory
from kerasgan.training import folder, loading
from kerasgan.training.inputs import test_split
from zoo import command_line

_MODEL = flags.DEFINE_string("model", None, "A run's folder, or a .keras file.", required=True)
_DATASET = flags.DEFINE_string(
    "dataset", None, "A data set's name, a folder of images, or an .npz file.", required=True
)
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Where tensorflow_datasets keeps its data.")
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 100, "Images computed at once.", lower_bound=1, upper_bound=command_line.MOST
)
_CLASSIFIER = flags.DEFINE_string(
    "classifier", None, "A .keras file from train_classifier.py. [default: generate nothing]"
)
_COUNT = flags.DEFINE_integer(
    "count",
    10_000,
    "How many images to generate for the classifier.",
    lower_bound=1,
    upper_bound=command_line.MOST,
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "The seed of the generated images.", lower_bound=0, upper_bound=2**32 - 1
)


@command_line.run_errors()
def main():
    """Loads, evaluates, judges."""
    path = folder.path_of(_MODEL.value)
    model = loading.load_model(path)
    classifier = load_classifier(model) if _CLASSIFIER.value else None
    # The first whose data the model takes; those of one family load alike.
    recipe = next(recipe for recipe in zoo.RECIPES.values() if isinstance(model, kinds(recipe)))
    with command_line.user_errors(ValueError, OSError, kerasgan.data.DownloadError):
        held_out = recipe.load(
            _DATASET.value,
            model.image_shape,
            split=test_split(_DATASET.value),
            data_dir=_DATA_DIR.value,
            **load_options(recipe, path, model),
        )
        if recipe.held_out is not None:
            batches = recipe.held_out(held_out, _BATCH_SIZE.value)
        else:
            batches = held_out.dataset(_BATCH_SIZE.value, labels=held_out.labels is not None)
        values = model.evaluate(batches, return_dict=True, verbose=0)
    print(f"{len(held_out)} test images of {held_out.name}:")
    show(values)
    if "sharpness" in values:
        compare(batches, model.scale)
    if classifier is not None and hasattr(model, "translate"):
        judge_translations(model, classifier, held_out)
    elif classifier is not None:
        judge(model, classifier)


def kinds(recipe):
    """Returns the classes that a recipe's model, trained with any options, may have."""
    without_game = getattr(recipe.model, "content_model", None)
    return (recipe.model, without_game) if without_game else recipe.model


def load_options(recipe, path, model):
    """Returns how to load data where the recipe leaves it open: as the run did, for this model."""
    options = folder.read_options(path) | {
        name: getattr(model, name) for name in recipe.load_options if hasattr(model, name)
    }
    return {name: options[name] for name in recipe.load_options if name in options}


def show(values):
    """Prints values by name."""
    for name, value in values.items():
        print(f"  {name} {value:.4f}")


def compare(batches, scale):
    """Prints how sharp the targets are, and what bicubic upscaling would reach."""
    measured = collections.defaultdict(list)
    for inputs, targets in batches.as_numpy_iterator():
        measured["sharpness of the targets"] += list(metrics.sharpness(targets).numpy())
        if scale == 1:
            continue
        pixels = kerasgan.data.to_uint8(inputs).numpy()
        bicubic = np.stack([decode.resize(image, targets.shape[1:3]) for image in pixels])
        bicubic = kerasgan.data.to_float(bicubic)
        measured["bicubic psnr"] += list(metrics.psnr(targets, bicubic, scale).numpy())
        measured["bicubic ssim"] += list(metrics.ssim(targets, bicubic, scale).numpy())
        measured["bicubic sharpness"] += list(metrics.sharpness(bicubic).numpy())
    show({name: np.mean(values) for name, values in measured.items()})


def load_classifier(model):
    """Returns the classifier, whose images must be the model's."""
    if not hasattr(model, "sample_labelled") and not hasattr(model, "generator_ab"):
        raise command_line.UserError(
            "--classifier judges models that generate by class or code, or translate between two "
            f"domains; {_MODEL.value} holds a {type(model).__name__}"
        )
    classifier = loading.load_keras(folder.path_of(_CLASSIFIER.value))
    takes = getattr(classifier, "input_shape", None)
    if takes != (None, *model.image_shape):
        raise command_line.UserError(
            f"{_CLASSIFIER.value} takes {takes}, {_MODEL.value} makes images of {model.image_shape}"
        )
    return classifier


def judge(model, classifier):
    """Prints for how many generated images the classifier names the class that was asked for."""
    with command_line.user_errors(ValueError):
        # The images are uint8, then float32 for the classifier; the latents are float32.
        size = 5 * math.prod(model.image_shape) + 2 * 4 * model.latent_dim
        advice = "choose a smaller --count"
        check_memory(_COUNT.value * size, f"{_COUNT.value} images", advice)
        images, asked = model.sample_labelled(_COUNT.value, _SEED.value)
    pixels = kerasgan.data.to_float(images)
    named = np.argmax(classifier.predict(pixels, _BATCH_SIZE.value, verbose=0), axis=1)
    # Of all labels, also of those that a few images leave out.
    labels = np.arange(max(classifier.output_shape[-1], asked.max() + 1))
    counts = confusion_matrix(asked, named, labels=labels)
    print(f"{len(images)} generated images, as the classifier names them:")
    print(f"  as asked {share(np.trace(counts), counts)}; {by_class(counts, labels)}")
    # The numbers of codes mean nothing by themselves: each code is given the class that fits best.
    _, classes = linear_sum_assignment(-counts)
    right = counts[np.arange(len(counts)), classes].sum()
    print(f"  as best assigned {share(right, counts)}; {by_class(counts, classes)}")


def judge_translations(model, classifier, held_out):
    """Prints for how many translated images the classifier names the other domain."""

    def named(images, label):
        pixels = kerasgan.data.to_float(images)
        return np.mean(classifier.predict(pixels, _BATCH_SIZE.value, verbose=0).argmax(1) == label)

    a, b = held_out.a.images[:], held_out.b.images[:]
    print("As the classifier names them:")
    for domain, other, images, label, direction in (
        ("A", "B", a, 1, "a_to_b"),
        ("B", "A", b, 0, "b_to_a"),
    ):
        translated = model.translate(images, direction)
        print(
            f"  {len(images)} images of {domain}: {named(images, 1 - label):.2%} {domain}; "
            f"translated: {named(translated, label):.2%} {other}"
        )


def share(right, counts):
    """A share of all images, as text."""
    return f"{right / counts.sum():.2%}"


def by_class(counts, classes):
    """The share of each label's images that are named as its class, as text."""
    parts = (
        f"{label} as {name} {counts[label, name] / max(counts[label].sum(), 1):.1%}"
        for label, name in enumerate(classes)
    )
    return ", ".join(parts)
