"""Measures a trained model, or pictures, on held-out images; a classifier judges what it generates.

kerasgan evaluate --model=runs/sgan-mnist --dataset=mnist
kerasgan evaluate --model=runs/cgan-mnist --dataset=mnist --classifier=mnist
kerasgan evaluate --model=runs/cyclegan-a --dataset=folder --classifier=judge.keras
kerasgan evaluate --model=runs/srgan-photos --dataset=photos
kerasgan evaluate --model=pix2pix_facades --dataset=facades --direction=b_to_a
kerasgan evaluate --model=runs/dcgan-mnist --dataset=mnist --metrics=frechet,precision_recall
kerasgan evaluate --model=pictures --dataset=others --metrics=kernel --neighbours=near.png

It prints the model's losses, accuracies and other measures on the test split, or on all of a folder
that has none; for super-resolution those of bicubic upscaling too. With a classifier, one of the
package's or one that `scripts/train_classifier.py` trains, it also generates images of all classes,
or codes, or translates the images of two domains, and prints how many the classifier takes for what
was asked for. Of pairs of a CoGAN whose second domain is made of the first it prints the pixel
agreement. With --metrics it compares as many generated images as there are real ones, by a
network's features, and writes all values to metrics.json in the run's folder, or for another
--model beside it, to <name>.metrics.json; --output=values.json writes them anywhere. With
--metrics --model may be a SavedModel that makes images of noise, or a folder of
pictures, too. With --neighbours it shows samples beside the nearest of the training images: those
that are copies lie next to what they were copied from.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

import collections
import math

import numpy as np
import tensorflow as tf
from absl import flags
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import confusion_matrix

import kerasgan
import zoo
from kerasgan import metrics
from kerasgan.data import decode
from kerasgan.data.memory import check_memory
from kerasgan.engine.first_batches import first_batches
from kerasgan.training import folder, loading
from kerasgan.training import options as training_options
from kerasgan.training.inputs import test_split
from kerasgan.training.measuring import described, features, resizing
from zoo import command_line, measuring

_MODEL = flags.DEFINE_string(
    "model",
    None,
    "A run's folder, a .keras file, or a preset's name or folder; for --metrics and --neighbours "
    "also a SavedModel's folder, or a folder of pictures.",
    required=True,
)
_DATASET = flags.DEFINE_string(
    "dataset", None, "A data set's name, a folder of images, or an .npz file.", required=True
)
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Where tensorflow_datasets keeps its data.")
_DIRECTION = flags.DEFINE_enum(
    "direction",
    None,
    ["a_to_b", "b_to_a"],
    "Which of a pair is made of the other. [pix2pix; default: as the run was trained, else a_to_b]",
)
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 100, "Images computed at once.", lower_bound=1, upper_bound=command_line.MOST
)
_CLASSIFIER = flags.DEFINE_string(
    "classifier",
    None,
    "digits, fashion_mnist, mnist, or a .keras file from train_classifier.py. [default: generate "
    "nothing]",
)
_COUNT = flags.DEFINE_integer(
    "count",
    10_000,
    "How many images to generate for the classifier, or at most to compare by --metrics.",
    lower_bound=1,
    upper_bound=command_line.MOST,
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "The seed of the generated images.", lower_bound=0, upper_bound=2**32 - 1
)
_METRICS = flags.DEFINE_string(
    "metrics",
    "",
    "Such as frechet,kernel,precision_recall,density_coverage. [default: none]",
)
_FEATURES = flags.DEFINE_string(
    "features",
    None,
    "Whose features they compare: digits, fashion_mnist, mnist, efficientnet_lite0, or a .keras "
    "file. [default: those of the data set, else efficientnet_lite0]",
)
_IMAGE_SIZE = flags.DEFINE_string(
    "image_size",
    None,
    "A side in pixels, or HEIGHTxWIDTH, that a folder of pictures as --model is scaled to. "
    "[default: their own size]",
)
_OUTPUT = flags.DEFINE_string(
    "output",
    None,
    "A .json file to write all values to. [default: with --metrics, metrics.json in the run's "
    "folder, or beside another model]",
)
_NEIGHBOURS = flags.DEFINE_string(
    "neighbours", None, "A .png or .jpg file to write: samples, and the nearest training images."
)


@command_line.run_errors()
def main():
    """Loads, evaluates, judges, compares."""
    path = folder.path_of(_MODEL.value)
    network, file = prepare_comparison(path)
    if measuring.holds_pictures(path) or tf.saved_model.contains_saved_model(path):
        if network is None or _CLASSIFIER.value or _DIRECTION.value:
            raise command_line.UserError(
                f"--model={_MODEL.value} is no run and no .keras file: it takes --metrics or "
                "--neighbours, and no --classifier, and no --direction"
            )
        compare_made(path, network, file)
        return
    model = loading.load_model(path)
    if not model.compiled:  # presets: their losses are those of the paper
        model.compile()
    if _NEIGHBOURS.value and not hasattr(model, "generate"):
        raise command_line.UserError(
            f"--neighbours shows samples of noise; {path} holds a {type(model).__name__}"
        )
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
        if batches is None:
            raise command_line.UserError(f"--dataset={_DATASET.value} has no labels to evaluate by")
        values = model.evaluate(batches, return_dict=True, verbose=0)
    print(f"{len(held_out)} test images of {held_out.name}:")
    show(values)
    facts = {"test": values}
    if "sharpness" in values:
        facts["bicubic"] = compare(batches, model.scale)
    if getattr(held_out, "relation", None) is not None:
        facts["pairs"] = judge_pairs(model, held_out.relation)
    if classifier is not None and hasattr(model, "translate"):
        facts["judged"] = judge_translations(model, classifier, held_out)
    elif classifier is not None:
        facts["judged"] = judge(model, classifier)
    if network is None:
        if file is not None:
            write(file, held_out.name, {}, **facts)
        return
    with command_line.user_errors(ValueError):
        real, inputs = model.gather(first_batches(batches, None, _COUNT.value), _COUNT.value)

    def make(start, stop):
        given = None if inputs is None else inputs[start:stop]
        return model.make_from(given, stop - start, seed_of(start))

    compare_images(network, file, make, real, len(real), held_out.name, **facts)


def prepare_comparison(path):
    """Returns the network for --metrics and --neighbours, if any, and the file for the values.

    What is wrong is told before anything is computed.
    """
    training_options.check("metrics", _METRICS.value)
    file = None
    if _OUTPUT.value:
        file = folder.path_of(_OUTPUT.value)
        if file.suffix != ".json":
            raise command_line.UserError(f"--output={file} must be a .json file")
        command_line.check_new(file, folder=False)
    if not _METRICS.value and not _NEIGHBOURS.value:
        if _FEATURES.value:
            raise command_line.UserError("--features is for --metrics and --neighbours")
        return None, file
    if _METRICS.value and file is None:
        file = measuring.result_file(path)
    if _NEIGHBOURS.value:
        picture = folder.path_of(_NEIGHBOURS.value)
        if picture.suffix not in (".png", ".jpg"):
            raise command_line.UserError(f"--neighbours={picture} must be a .png or .jpg file")
        command_line.check_new(picture, folder=False)
    return features(_FEATURES.value, _DATASET.value), file


def seed_of(start):
    """Returns the seed of the images that begin with number `start`."""
    return (_SEED.value + start) % 2**32


def load_real(split, shape):
    """Returns the data set, as `kerasgan.data.load_images` does."""
    with command_line.user_errors(ValueError, OSError, kerasgan.data.DownloadError):
        return kerasgan.data.load_images(
            _DATASET.value, shape, split=split, data_dir=_DATA_DIR.value
        )


def compare_made(path, network, file):
    """Compares the images of a SavedModel, or a folder of pictures."""
    if measuring.holds_pictures(path):
        shape = None
        if _IMAGE_SIZE.value:
            channels = network.input_shape[-1] or 3
            shape = (*command_line.parse_size(_IMAGE_SIZE.value), channels)
        with command_line.user_errors(ValueError):
            pictures = kerasgan.data.load_images(path, shape, split=test_split(path))
        images = pictures.images[: _COUNT.value]
        shape, most = images.shape[1:], len(images)

        def make(start, stop):
            return images[start:stop]

    else:
        generate, shape = measuring.load_served(path)
        most = _COUNT.value

        def make(start, stop):
            return generate(stop - start, seed_of(start))

    held_out = load_real(test_split(_DATASET.value), shape)
    real = held_out.images[: _COUNT.value]
    compare_images(network, file, make, real, min(most, len(real)), held_out.name)


def compare_images(network, file, make, real, count, name, **facts):
    """Prints and writes the values of --metrics, and writes the picture of --neighbours.

    Args:
        network: The features.
        file: The file for the values.
        make: A function (start, stop) -> generated images.
        real: Real images, uint8.
        count: How many images to generate.
        name: What the real images are called.
        **facts: What else has been measured.
    """
    size, found = _BATCH_SIZE.value, {}
    if _METRICS.value:
        with command_line.user_errors(ValueError):
            found = measuring.compare(_METRICS.value, network, real, make, count, size)
        print(f"{described(network, count, len(real), name)}:")
        measuring.show(found)
        facts |= {"real": len(real), "generated": count, "features": network.name}
        facts |= {"resizing": resizing(network)}
    if file is not None:
        write(file, name, found, **facts)
    if _NEIGHBOURS.value:
        training = load_real("train", real.shape[1:])
        picture = measuring.neighbours(network, training.images, make, size)
        output = folder.path_of(_NEIGHBOURS.value)
        with command_line.new_folder(output.parent):
            kerasgan.data.save_image(output, picture)
        print(f"Samples, and the nearest of {len(training)} images of {name}: {output}")


def write(file, name, found, **facts):
    """Writes what has been measured.

    Args:
        file: The file.
        name: What the real images are called.
        found: The values of --metrics.
        **facts: What else to write.
    """
    facts = {"model": _MODEL.value, "dataset": name, "seed": _SEED.value} | facts
    measuring.write(file, found, **facts)
    print(f"The values are in {file}")


def kinds(recipe):
    """Returns the classes that a recipe's model, trained with any options, may have."""
    without_game = getattr(recipe.model, "content_model", None)
    return (recipe.model, without_game) if without_game else recipe.model


def load_options(recipe, path, model):
    """Returns how to load data where the recipe leaves it open: as asked, or as the run did."""
    options = folder.read_options(path) | {
        name: getattr(model, name) for name in recipe.load_options if hasattr(model, name)
    }
    if _DIRECTION.value:
        if "direction" not in recipe.load_options:
            raise command_line.UserError(
                f"--direction is for pix2pix; {path} holds a {type(model).__name__}"
            )
        options["direction"] = _DIRECTION.value
    return {name: options[name] for name in recipe.load_options if name in options}


def show(values):
    """Prints values by name."""
    for name, value in values.items():
        print(f"  {name} {value:.4f}")


def compare(batches, scale):
    """Prints and returns how sharp the targets are, and what bicubic upscaling would reach."""
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
    means = {name: float(np.mean(values)) for name, values in measured.items()}
    show(means)
    return means


def judge_pairs(model, relation):
    """Prints and returns how far the images of generated pairs agree.

    Args:
        model: The model.
        relation: The function of images of domain A to their counterparts in B.
    """
    with command_line.user_errors(ValueError):
        size = 2 * 5 * math.prod(model.image_shape)
        check_memory(_COUNT.value * size, f"{_COUNT.value} pairs", "choose a smaller --count")
        a, b = model.generate(_COUNT.value, _SEED.value)
    counterparts = relation(a)
    others = {"pairs": b, "images of other pairs": np.roll(b, 1, axis=0), "black images": 0 * b}
    agreement = {
        name: float(np.mean(metrics.pixel_agreement(counterparts, each)))
        for name, each in others.items()
    }
    print(f"Pixel agreement of {len(a)} generated images, their counterparts with:")
    show(agreement)
    return agreement


def load_classifier(model):
    """Returns the classifier, whose images must be the model's."""
    if not hasattr(model, "sample_labelled") and not hasattr(model, "generator_ab"):
        raise command_line.UserError(
            "--classifier judges models that generate by class or code, or translate between two "
            f"domains; {_MODEL.value} holds a {type(model).__name__}"
        )
    if _CLASSIFIER.value in metrics.CLASSIFIERS:
        classifier = metrics.classifier(_CLASSIFIER.value, "logits")
    else:
        classifier = loading.load_keras(folder.path_of(_CLASSIFIER.value))
    takes = getattr(classifier, "input_shape", None)
    sides = zip(takes or (), (None, *model.image_shape), strict=False)
    if not takes or len(takes) != 4 or any(a not in (None, b) for a, b in sides):
        raise command_line.UserError(
            f"{_CLASSIFIER.value} takes {takes}, {_MODEL.value} makes images of {model.image_shape}"
        )
    return classifier


def judge(model, classifier):
    """Prints and returns the shares of generated images that are of the class asked for."""
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
    total = counts.sum()
    return {"as_asked": np.trace(counts) / total, "as_best_assigned": right / total}


def judge_translations(model, classifier, held_out):
    """Prints and returns the shares of translated images that are of the other domain."""

    def named(images, label):
        pixels = kerasgan.data.to_float(images)
        return np.mean(classifier.predict(pixels, _BATCH_SIZE.value, verbose=0).argmax(1) == label)

    a, b = held_out.a.images[:], held_out.b.images[:]
    print("As the classifier names them:")
    shares = {}
    for domain, other, images, label, direction in (
        ("A", "B", a, 1, "a_to_b"),
        ("B", "A", b, 0, "b_to_a"),
    ):
        translated = model.translate(images, direction)
        shares[direction] = named(translated, label)
        print(
            f"  {len(images)} images of {domain}: {named(images, 1 - label):.2%} {domain}; "
            f"translated: {shares[direction]:.2%} {other}"
        )
    return shares


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
