"""Generates images with a trained model, from noise, or from pictures.

kerasgan generate --model=runs/dcgan-digits --count=64 --output=grid.png
kerasgan generate --model=model.keras --count=1000 --output=pictures
kerasgan generate --model=model.keras --count=1000 --output=arrays.npy
kerasgan generate --model=runs/cgan-mnist --labels=0,2,4,6,8 --output=even.png
kerasgan generate --model=runs/dcgan-digits --count=8 --interpolate=16 --output=walk.gif
kerasgan generate --model=runs/cyclegan-photos --input=mine --output=made
kerasgan generate --model=runs/srgan-photos --input=small --output=large
kerasgan generate --model=runs/simgan-digits --input=synthetic --output=refined
kerasgan generate --model=runs/next_frame-clips --input=clip --count=8 --output=next

Pictures show the first three of more than four channels; a .npy file has all.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

import functools
import math
import random
import reprlib
import shutil

import keras
import numpy as np
import tensorflow as tf
from absl import flags

from kerasgan.data import decode, edge_map, image_grid, in_tiles, save_film, save_image
from kerasgan.data.files import natural, picture_files, read_files
from kerasgan.data.memory import check_memory
from kerasgan.data.progress import progress_bar, with_progress
from kerasgan.files import whole
from kerasgan.models import SimGAN
from kerasgan.models.generating import edited_latents
from kerasgan.models.inpainting import Inpaints
from kerasgan.models.next_frame import PredictsFrames
from kerasgan.models.styles import along_lines
from kerasgan.training import folder, loading
from zoo import command_line

_MODEL = flags.DEFINE_string(
    "model",
    None,
    "A run's folder, a .keras file, a preset's name or folder, or a SavedModel's folder.",
    required=True,
)
_COUNT = flags.DEFINE_integer(
    "count", 64, "How many images.", lower_bound=1, upper_bound=command_line.MOST
)
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
    "input",
    None,
    "A folder of pictures, for models that make images of images; of a clip's frames, for those "
    "that predict --count more.",
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
    upper_bound=command_line.MOST,
)
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 64, "Images computed at once.", lower_bound=1, upper_bound=command_line.MOST
)
_OUTPUT = flags.DEFINE_string(
    "output",
    "generated.png",
    "A .png or .jpg file for one grid, a folder for a file an image, a .npy file for one uint8 "
    "array, or a .gif or .webp file for --interpolate.",
)
_FORMAT = flags.DEFINE_enum("format", "png", ["png", "jpg"], "Of the files in a folder.")
_INTERPOLATE = flags.DEFINE_integer(
    "interpolate",
    None,
    "Make a film: so many frames from an image to the next, and from the last to the first.",
    lower_bound=1,
    upper_bound=1000,
)
_TRUNCATION = flags.DEFINE_float(
    "truncation",
    1.0,
    "What latents, or the styles of a StyleGAN less their average, are multiplied with: below 1 "
    "images differ less, and fewer are bad.",
    lower_bound=0.0,
    upper_bound=1.0,
)

_GRIDS, _FILMS = (".png", ".jpg", ".jpeg"), (".gif", ".webp")

# The least that a file takes on most disks, in bytes.
_BLOCK = 4096


@command_line.run_errors()
def main():
    """Loads, generates, writes."""
    output = folder.path_of(_OUTPUT.value)
    kinds, suffixes = "a .png, .jpg or .npy file or a folder", ("", *_GRIDS, ".npy")
    if _INPUT.value:
        kinds, suffixes = "a folder", ("",)
    elif _INTERPOLATE.value:
        kinds, suffixes = "a .gif or .webp file, for --interpolate", _FILMS
    if output.suffix not in suffixes:
        raise command_line.UserError(f"--output={output} must be {kinds}")
    command_line.check_new(output, folder=not output.suffix)
    if _INPUT.value is not None:
        transform_pictures(folder.path_of(_INPUT.value), output)
        return
    seed = random.randrange(2**31) if _SEED.value is None else _SEED.value
    draw, to_images, edit, room = load_generator(folder.path_of(_MODEL.value))
    count = _COUNT.value * (_INTERPOLATE.value or 1)
    check_room(output, count, **room)
    inputs = draw(_COUNT.value, seed)
    if _TRUNCATION.value < 1 or _INTERPOLATE.value:
        if inputs[0].dtype == tf.uint8:  # a SavedModel's images
            raise command_line.UserError(
                "--interpolate and --truncation need --labels here, or the run or its model.keras"
            )
        to_images, inputs = edit(inputs, _TRUNCATION.value, count if _INTERPOLATE.value else None)
    images = with_progress(in_batches(to_images, inputs), count, "image")
    with command_line.new_folder(output.parent if output.suffix else output):
        if _INTERPOLATE.value:
            save_film(output, list(images))
        elif output.suffix == ".npy":
            with whole(output) as unfinished, unfinished.open("wb") as file:
                np.save(file, np.stack(list(images)))
        elif output.suffix:
            save_image(output, image_grid(np.stack(list(images))))
        else:
            for i, image in enumerate(images):
                save_image(output / f"{i:05d}.{_FORMAT.value}", image)
    print(f"{count} images in {output} (--seed={seed})")


def check_room(output, count, latent_dim, image_shape, batch_size, activations=0):
    """Raises a `UserError` if so many images take more memory, or disk, than there is.

    Args:
        output: The file or folder to write.
        count: How many images.
        latent_dim: The length of a latent.
        image_shape: (height, width, channels).
        batch_size: How many images are computed at once.
        activations: How many numbers the largest output in the generator has for one image.
    """
    batch_size, at_once = min(batch_size, count), bool(output.suffix)
    pixels = math.prod(image_shape)
    with command_line.user_errors(ValueError):
        # All latents are drawn at once, the noise of which they are made beside them; a layer's
        # inputs and outputs are float32; Pillow copies the grid, and so does its making.
        check_memory(
            count * (2 * 4 * latent_dim + 4 * pixels * at_once)
            + batch_size * 2 * 4 * max(pixels, activations),
            f"{count} images, {batch_size} at once,",
            "choose a smaller --count or --batch_size",
        )
    if not at_once:
        there = next(each for each in (output, *output.absolute().parents) if each.exists())
        free = shutil.disk_usage(there).free
        if count * _BLOCK > free:
            raise command_line.UserError(
                f"{count} files take at least {count * _BLOCK / 1e6:,.2f} MB, and "
                f"{free / 1e6:,.2f} MB of the disk of {output} are free: choose a smaller --count"
            )


def in_batches(to_images, inputs):
    """Yields the uint8 image (height, width, channels) of each input, --batch_size at once."""
    with command_line.user_errors(tf.errors.ResourceExhaustedError):
        for start in range(0, len(inputs[0]), _BATCH_SIZE.value):
            batch = (x[start : start + _BATCH_SIZE.value] for x in inputs)
            yield from to_images(*batch).numpy()


@decode.without_size_warnings()
def transform_pictures(root, output):
    """Writes what the model makes of each picture in a folder, as PNG under the same names."""
    if not root.is_dir():
        raise command_line.UserError(f"--input={root} must be a folder of pictures")
    left_out = {}
    with command_line.user_errors(ValueError):
        files = picture_files(root, left_out)
    path = folder.path_of(_MODEL.value)
    model = None if tf.saved_model.contains_saved_model(path) else loading.load_model(path)
    if isinstance(model, PredictsFrames):
        predict_clip(model, files, output)
        return
    transform, channels, side = load_transform(path, model, len(files) == 1)
    side = _IMAGE_SIZE.value or side
    with command_line.user_errors(ValueError):  # of the model's float32 inputs and outputs
        check_memory(
            2 * 4 * channels * (side or 0) ** 2,
            f"Pictures of {side} x {side}",
            "choose a smaller --image_size",
        )

        decode.check_channels(channels)

    def read(path):
        return decode.decode_whole(path, channels, side)

    progress = progress_bar(len(files) + len(left_out), "picture")
    count = 0
    with command_line.user_errors(ValueError), command_line.new_folder(output):
        for path, picture in read_files(files, read, root, left_out):
            target = command_line.png_of(path, root, output)
            try:
                made = transform(picture)
            except tf.errors.OpError as error:
                raise command_line.UserError(f"{path}, {picture.shape}: {error.message}") from error
            with command_line.new_folder(target.parent):
                save_image(target, made)
            count += 1
            progress.update(count + len(left_out))
    print(f"\n{count} pictures in {output}")


def predict_clip(model, files, output):
    """Writes --count frames that follow those of a clip, in the order of their numbers."""
    files = sorted(files, key=natural)
    with command_line.user_errors(ValueError):
        found = read_files(
            files, lambda path: decode.decode_whole(path, model.image_shape[2]), files[0].parent
        )
        frames = [frame for _, frame in found][-model.frames :]
        if len({frame.shape for frame in frames}) > 1:
            raise command_line.UserError("the frames of a clip must have one size")
        made = model.predict_frames(np.stack(frames), _COUNT.value)
    with command_line.new_folder(output):
        for i, frame in enumerate(made):
            save_image(output / f"{i:05d}.{_FORMAT.value}", frame)
    print(f"{len(made)} frames in {output}, of the last {len(frames)} of {len(files)}")


def load_transform(path, model, alone):
    """Returns a function from one uint8 picture to another, its channels, and its shorter side.

    The side is None where the pictures are to be taken as they are.

    Args:
        path: Where the model is.
        model: The model, or None for a SavedModel.
        alone: Whether there is one picture: then it is told how much of it is done.
    """
    direction = _DIRECTION.value
    if model is None:
        endpoints = load_endpoints(path)
        known = "upscale", "translate", "refine", direction
        names = [name for name in known if hasattr(endpoints, name)]
        if not names:
            raise command_line.UserError(f"{path} is a SavedModel that makes no images of images")
        signature = endpoints.signatures[names[0]].structured_input_signature[1]
        channels = signature["images"].shape[-1]

        def function(images):  # holds the SavedModel, without which its functions do not work
            return getattr(endpoints, names[0])(images).numpy()

        if names[0] == "upscale":
            scale = function(np.zeros((1, 16, 16, channels), "uint8")).shape[1] // 16
            upscale = functools.partial(in_tiles, function, scale=scale, verbose=alone)
            return upscale, channels, None
        return lambda picture: function(picture[None])[0], channels, None
    if hasattr(model, "upscale"):
        upscale = functools.partial(model.upscale, verbose=alone)
        return upscale, model.image_shape[2], None
    if isinstance(model, SimGAN):
        shape = model.image_shape
        return lambda picture: model.refine(picture[None])[0], shape[2], min(shape[:2])
    if not hasattr(model, "translate"):
        if isinstance(model, Inpaints):
            raise command_line.UserError(f"{path} fills holes: see kerasgan inpaint --help")
        raise command_line.UserError(f"{path} holds a {type(model).__name__}: it takes no --input")
    options = {"direction": direction} if isinstance(model.to_images, dict) else {}
    shape = getattr(model, "inputs_shape", model.image_shape)
    edges = takes_edges(folder.read_options(path))

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
    for label in _LABELS.value or [""]:
        if not label.isdecimal() or len(label) > 9:
            raise command_line.UserError(
                f"--labels must be numbers such as 3 or 0,1,2, got {reprlib.repr(label)}"
            )
    return np.resize(np.array(_LABELS.value, "int32"), _COUNT.value)


def load_generator(path):
    """Loads what is found at a path.

    Returns:
        A function (count, seed) -> all inputs of the images, a function from inputs to uint8
        images, one that truncates or walks as `Generates.edited`, and what `check_room` is to know.
    """
    if tf.saved_model.contains_saved_model(path):
        return load_served(path)
    model = loading.load_model(path)
    if not hasattr(model, "generate"):
        raise command_line.UserError(
            f"{path} holds a {type(model).__name__}: give it pictures, --input"
        )
    if _LABELS.value is not None and not hasattr(model, "sample_labelled"):
        raise command_line.UserError(f"{path} holds a {type(model).__name__}: it takes no --labels")

    def draw(count, seed):
        labels = parse_labels()
        with command_line.user_errors(ValueError):
            return model.draw_inputs(count, seed, *[labels] * (labels is not None))

    outputs = keras.tree.flatten([getattr(x, "output", ()) for x in model.sampler.layers])
    sizes = [math.prod(side or 0 for side in x.shape[1:]) for x in outputs]
    room = {"latent_dim": model.latent_dim, "image_shape": model.image_shape}
    room |= {"batch_size": _BATCH_SIZE.value, "activations": max(sizes, default=0)}
    return draw, model.to_images, model.edited, room


def load_served(path):
    """Likewise of a SavedModel."""
    endpoints = load_endpoints(path)
    if not hasattr(endpoints, "generate"):
        raise command_line.UserError(
            f"{path} is a SavedModel without an endpoint 'generate'; does it want --input?"
        )
    takes_labels = hasattr(endpoints, "generate_from_labels")
    if _LABELS.value is not None and not takes_labels:
        raise command_line.UserError(f"{path} takes no --labels")
    if not hasattr(endpoints, "generate_n"):
        raise command_line.UserError(f"{path} takes attributes, which this script does not know")
    with loading.loading(path):
        signature = endpoints.signatures["generate"]
        takes = signature.structured_input_signature[1]
        room = {
            "latent_dim": takes["latents"].shape[1],
            "image_shape": next(iter(signature.structured_outputs.values())).shape[1:],
        }

    def draw(count, seed):
        labels = parse_labels()
        latents = endpoints.sample_latent(count, seed)
        if not takes_labels:
            return [latents]
        known = np.unique(labels)
        try:
            for _ in in_batches(endpoints.generate, [latents[: len(known)], known]):
                pass
        except tf.errors.InvalidArgumentError as error:
            asked = reprlib.repr(",".join(_LABELS.value))
            raise command_line.UserError(f"{path} does not know all of --labels={asked}") from error
        return [latents, labels]

    def edit(inputs, truncation, count):
        if not hasattr(endpoints, "map"):
            inputs = edited_latents(*inputs, truncation=truncation, count=count)
            return endpoints.generate, inputs
        w = endpoints.map(tf.constant(inputs[0]), tf.constant(truncation)).numpy()
        return endpoints.synthesize, [w if count is None else along_lines(w, count)]

    def draw_images(count, seed):  # the SavedModel alone knows how to draw what it takes
        with command_line.user_errors(tf.errors.ResourceExhaustedError):
            return [endpoints.generate_n(count, seed)]

    if len(takes) > 1 and _LABELS.value is None:
        return draw_images, tf.identity, None, room | {"batch_size": _COUNT.value}
    return draw, endpoints.generate, edit, room | {"batch_size": _BATCH_SIZE.value}


def load_endpoints(path):
    """Loads a SavedModel."""
    with loading.loading(path):
        return tf.saved_model.load(path)
