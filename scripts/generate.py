"""Generates images with a trained model, from noise, or from pictures.

python scripts/generate.py --model=runs/dcgan-digits --count=64 --output=grid.png
python scripts/generate.py --model=model.keras --count=1000 --output=pictures
python scripts/generate.py --model=runs/cgan-mnist --labels=0,2,4,6,8 --output=even.png
python scripts/generate.py --model=runs/cyclegan-photos --input=mine --output=made
python scripts/generate.py --model=runs/srgan-photos --input=small --output=large
"""

import common  # first: it quietens TensorFlow

import random

import keras
import numpy as np
import tensorflow as tf
from absl import flags

from kerasgan.data import decode, edge_map, image_grid, in_tiles, save_image
from kerasgan.data.files import picture_files, read_files

_MODEL = flags.DEFINE_string(
    "model", None, "A run's folder, a .keras file, or a SavedModel's folder.", required=True
)
_COUNT = flags.DEFINE_integer("count", 64, "How many images.", lower_bound=1)
_SEED = flags.DEFINE_integer(
    "seed",
    None,
    "The same seed gives the same images. [default: random]",
    lower_bound=0,
    upper_bound=2**32 - 1,
)
_LABELS = flags.DEFINE_list(
    "labels",
    None,
    "The classes, or categories, to generate, as numbers, taken in turn. [default: any]",
)
_INPUT = flags.DEFINE_string(
    "input", None, "A folder of pictures, for models that make images of images."
)
_DIRECTION = flags.DEFINE_enum(
    "direction", "a_to_b", ["a_to_b", "b_to_a"], "Which way to translate. [CycleGAN, DualGAN]"
)
_IMAGE_SIZE = flags.DEFINE_integer(
    "image_size",
    None,
    "The shorter side, in pixels, that pictures of --input are scaled to. [default: to translate, "
    "that of the training images; to make larger, or with a SavedModel, as they are]",
    lower_bound=1,
)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 64, "Images computed at once.", lower_bound=1)
_OUTPUT = flags.DEFINE_string(
    "output", "generated.png", "A .png file for one grid, or a folder for a file an image."
)


def main():
    """Loads, generates, writes."""
    output = common.path(_OUTPUT.value)
    if output.suffix not in ("", ".png") or (_INPUT.value and output.suffix):
        kinds = "a folder" if _INPUT.value else "a .png file or a folder"
        raise common.UserError(f"--output={output} must be {kinds}")
    if output.exists() and (output.is_file() or any(output.iterdir())):
        raise common.UserError(f"--output={output} exists already: choose another one")
    if _INPUT.value is not None:
        transform_pictures(common.path(_INPUT.value), output)
        return
    seed = random.randrange(2**31) if _SEED.value is None else _SEED.value
    images = load_generator(common.path(_MODEL.value))(_COUNT.value, parse_labels(), seed)
    with common.user_errors(OSError):
        if output.suffix == ".png":
            output.parent.mkdir(parents=True, exist_ok=True)
            save_image(output, image_grid(images))
        else:
            output.mkdir(parents=True, exist_ok=True)
            for i, image in enumerate(images):
                save_image(output / f"{i:05d}.png", image)
    print(f"{len(images)} images in {output} (--seed={seed})")


@decode.without_size_warnings()
def transform_pictures(folder, output):
    """Writes what the model makes of each picture in a folder, as PNG under the same names."""
    if not folder.is_dir():
        raise common.UserError(f"--input={folder} must be a folder of pictures")
    transform, channels, side = load_transform(common.path(_MODEL.value))
    side = _IMAGE_SIZE.value or side
    left_out = {}
    with common.user_errors(ValueError):
        files = picture_files(folder, left_out)

    def read(path):
        return decode.decode_whole(path, channels, side)

    progress = keras.utils.Progbar(len(files) + len(left_out), unit_name="picture")
    count = 0
    with common.user_errors(ValueError, OSError):
        for path, picture in read_files(files, read, folder, left_out):
            target = (output / path.relative_to(folder)).with_suffix(".png")
            if target.exists():  # such as of one.jpg, beside one.png
                target = target.with_name(f"{path.name}.png")
            made = transform(picture)
            target.parent.mkdir(parents=True, exist_ok=True)
            save_image(target, made)
            count += 1
            progress.update(count + len(left_out))
    print(f"\n{count} pictures in {output}")


def load_transform(path):
    """Returns a function from one uint8 picture to another, its channels, and its shorter side.

    The side is None where the pictures are to be taken as they are.
    """
    direction = _DIRECTION.value
    if tf.saved_model.contains_saved_model(path):
        with common.user_errors(OSError):
            endpoints = tf.saved_model.load(path)
        names = [name for name in ("upscale", "translate", direction) if hasattr(endpoints, name)]
        if not names:
            raise common.UserError(f"{path} is a SavedModel that makes no images of images")
        signature = endpoints.signatures[names[0]].structured_input_signature[1]
        channels = signature["images"].shape[-1]

        def function(images):  # holds the SavedModel, without which its functions do not work
            return getattr(endpoints, names[0])(images).numpy()

        if names[0] == "upscale":
            scale = function(np.zeros((1, 16, 16, channels), "uint8")).shape[1] // 16
            return lambda picture: in_tiles(function, picture, scale), channels, None
        return lambda picture: function(picture[None])[0], channels, None
    model = common.load_model(path)
    if hasattr(model, "upscale"):
        return model.upscale, model.image_shape[2], None
    if not hasattr(model, "translate"):
        raise common.UserError(f"{path} holds a {type(model).__name__}: it takes no --input")
    options = {"direction": direction} if isinstance(model.to_images, dict) else {}
    shape = getattr(model, "inputs_shape", model.image_shape)
    edges = takes_edges(common.recipe_of(path))

    def translate(picture):
        inputs = edge_map(picture) if edges else picture
        return model.translate(inputs[None], **options)[0]

    return translate, 3 if edges else shape[2], min(shape[:2])


def takes_edges(recipe):
    """Whether a run has learnt to make photographs of their edges, by its options."""
    if (recipe.get("model"), recipe.get("direction")) != ("pix2pix", "a_to_b"):
        return False
    return recipe["edges"] or recipe["dataset"] == "photos"


def parse_labels():
    """Returns --labels, repeated to --count of them, or None."""
    if _LABELS.value is None:
        return None
    if not _LABELS.value or not all(label.isdecimal() for label in _LABELS.value):
        raise common.UserError(
            f"--labels must be numbers such as 3 or 0,1,2, got {','.join(_LABELS.value)!r}"
        )
    with common.user_errors(OverflowError):
        return np.resize(np.array(_LABELS.value, "int32"), _COUNT.value)


def load_generator(path):
    """Returns a function (count, labels, seed) -> images of what is found at a path."""
    if tf.saved_model.contains_saved_model(path):
        return load_served(path)
    model = common.load_model(path)
    if not hasattr(model, "generate"):
        raise common.UserError(f"{path} holds a {type(model).__name__}: give it pictures, --input")

    def generate(count, labels, seed):
        if labels is not None and not hasattr(model, "sample_labelled"):
            raise common.UserError(f"{path} holds a {type(model).__name__}: it takes no --labels")
        arguments = [] if labels is None else [labels]
        with common.user_errors(ValueError):
            return model.generate(count, *arguments, seed=seed, batch_size=_BATCH_SIZE.value)

    return generate


def load_served(path):
    """Likewise of a SavedModel."""
    with common.user_errors(OSError):
        endpoints = tf.saved_model.load(path)
    if not hasattr(endpoints, "generate"):
        raise common.UserError(
            f"{path} is a SavedModel without an endpoint 'generate'; does it want --input?"
        )
    takes_labels = hasattr(endpoints, "generate_from_labels")

    def generate(count, labels, seed):
        if labels is not None and not takes_labels:
            raise common.UserError(f"{path} takes no --labels")
        if not hasattr(endpoints, "generate_n"):
            raise common.UserError(f"{path} takes attributes, which this script does not know")
        if labels is None and takes_labels:
            return endpoints.generate_n(count, seed).numpy()
        # What `generate_n` or `generate_from_labels` makes, computed in parts.
        inputs = [endpoints.sample_latent(count, seed)]
        inputs += [] if labels is None else [tf.constant(labels)]
        starts = range(0, count, _BATCH_SIZE.value)
        parts = [[x[start : start + _BATCH_SIZE.value] for x in inputs] for start in starts]
        try:
            return np.concatenate([endpoints.generate(*part).numpy() for part in parts])
        except tf.errors.InvalidArgumentError as error:
            asked = ",".join(_LABELS.value)
            raise common.UserError(f"{path} does not know all of --labels={asked}") from error

    return generate


if __name__ == "__main__":
    common.run(main)
