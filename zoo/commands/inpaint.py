"""Fills holes in pictures with a trained model.

kerasgan inpaint --model=dcgan_mnist --input=digits --mask=centre --output=filled
kerasgan inpaint --model=runs/dcgan-mnist --input=digits --mask=hole.png --output=filled
kerasgan inpaint --model=dcgan_mnist --input=digits --count=8 --output=sheet.png
kerasgan inpaint --model=runs/cgan-mnist --input=sevens --labels=7 --output=filled
kerasgan inpaint --model=runs/context_encoder-photos --input=mine --output=filled

Pictures are cropped and resized to the size that the model knows. A model of noise searches the
latents whose image is like the picture around the hole, which takes seconds a picture; context
encoders and CC-GANs have learnt to fill holes.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

import numpy as np
from absl import flags

from kerasgan import models
from kerasgan.data import centre_mask, decode, save_image
from kerasgan.data.files import picture_files, read_files
from kerasgan.data.progress import progress_bar
from kerasgan.models.completing import Completes
from kerasgan.models.inpainting import Inpaints
from kerasgan.models.labelling import GeneratesByLabel
from kerasgan.training import folder, loading
from zoo import command_line

_MODEL = flags.DEFINE_string(
    "model", None, "A run's folder, a .keras file, or a preset's name or folder.", required=True
)
_INPUT = flags.DEFINE_string("input", None, "A folder of pictures.", required=True)
_MASK = flags.DEFINE_string(
    "mask",
    "centre",
    "centre, the middle of half the sides, or as a context encoder has learnt it; random, a region "
    "of a fifth to three tenths of each picture; or a picture that is white where pixels are "
    "missing.",
)
_OUTPUT = flags.DEFINE_string(
    "output",
    "filled",
    "A folder for the filled pictures, or a .png or .jpg file that shows in each row a picture "
    "with its hole, what the model makes, the filled picture, and the picture.",
)
_COUNT = flags.DEFINE_integer(
    "count",
    None,
    "How many pictures to fill. [default: all]",
    lower_bound=1,
    upper_bound=command_line.MOST,
)
_LABELS = flags.DEFINE_list(
    "labels",
    None,
    "The classes of the pictures, as numbers, in the order of their names, or one for all. [models "
    "that generate by class]",
)
_STEPS = flags.DEFINE_integer(
    "steps", None, "Steps of the search. [models of noise]", lower_bound=1, upper_bound=10**6
)
_WEIGHT = flags.DEFINE_float(
    "weight", None, "Weight of the discriminator in the search. [models of noise]", lower_bound=0.0
)
_RESTARTS = flags.DEFINE_integer(
    "restarts",
    None,
    "How many latents the search begins with. [models of noise]",
    lower_bound=1,
    upper_bound=1000,
)
_SEED = flags.DEFINE_integer(
    "seed",
    0,
    "Of the random holes, and of the search.",
    lower_bound=0,
    upper_bound=2**32 - 1,
)
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 16, "Pictures filled at once.", lower_bound=1, upper_bound=1000
)


@command_line.run_errors()
@decode.without_size_warnings()
def main():
    """Loads, fills, writes."""
    root, output = folder.path_of(_INPUT.value), folder.path_of(_OUTPUT.value)
    if output.suffix not in ("", ".png", ".jpg", ".jpeg"):
        raise command_line.UserError(f"--output={output} must be a folder, or a .png or .jpg file")
    command_line.check_new(output, folder=not output.suffix)
    if not root.is_dir():
        raise command_line.UserError(f"--input={root} must be a folder of pictures")
    left_out = {}
    with command_line.user_errors(ValueError):
        files = picture_files(root, left_out)
    model = loading.load_model(folder.path_of(_MODEL.value))
    fill, picture = methods(model)
    shape = model.image_shape

    def read(path):
        return decode.decode_file(path, shape, crop=True)

    with command_line.user_errors(ValueError):
        pairs = list(read_files(files, read, root, left_out, limit=_COUNT.value))
    paths, pictures = zip(*pairs, strict=True)
    pictures, masks = np.stack(pictures), draw_masks(model, len(pairs))
    given = [pictures, masks, *parse_labels(model, len(pairs))]
    with (
        command_line.new_folder(output.parent if output.suffix else output),
        command_line.user_errors(ValueError),
    ):
        if output.suffix:
            save_image(output, picture(*given))
        else:
            write(output, root, paths, fill, given)
    print(f"{len(paths)} pictures in {output}")


def methods(model):
    """Returns what fills the holes of images, and what shows how."""
    search = {"steps": _STEPS.value, "weight": _WEIGHT.value, "restarts": _RESTARTS.value}
    search = {name: value for name, value in search.items() if value is not None}
    options, kind = (
        {"batch_size": _BATCH_SIZE.value},
        f"{_MODEL.value} holds a {type(model).__name__}",
    )
    if isinstance(model, Completes):
        options |= {"seed": _SEED.value} | search
        fill, picture = model.complete, model.completion_grid
    elif not isinstance(model, Inpaints):
        raise command_line.UserError(f"{kind}: it fills no holes")
    elif search:
        raise command_line.UserError(f"{kind}, which searches nothing: it takes no --{min(search)}")
    else:
        fill, picture = model.inpaint, model.inpainting_grid
    return (lambda *x: fill(*x, **options)), (lambda *x: picture(*x, **options))


def draw_masks(model, count):
    """Returns the masks that --mask names, (H, W) for all pictures or (count, H, W, 1)."""
    shape = model.image_shape
    if _MASK.value == "centre":
        holes = model.holes if isinstance(model, Inpaints) else None
        return centre_mask(shape, holes.overlap if isinstance(holes, models.holes.Centre) else 0)
    if _MASK.value == "random":
        return models.holes.RandomRegion().draw(count, shape, (_SEED.value, 0)).numpy()
    path = folder.path_of(_MASK.value)
    if not path.is_file():
        raise command_line.UserError(f"--mask={path} must be centre, random or a picture")
    try:
        mask = decode.decode_file(path, (*shape[:2], 1), crop=True)
    except Exception as error:  # whatever Pillow raises
        raise command_line.UserError(f"--mask={path} is no picture: {error}") from error
    return mask[..., 0] > 127


def parse_labels(model, count):
    """Returns --labels in a list, one for each of `count` pictures; for other models, nothing."""
    if isinstance(model, GeneratesByLabel) != (_LABELS.value is not None):
        wants = "takes no" if _LABELS.value else "wants"
        raise command_line.UserError(
            f"{_MODEL.value} holds a {type(model).__name__}: it {wants} --labels"
        )
    if _LABELS.value is None:
        return []
    if not _LABELS.value or not all(x.isdecimal() and len(x) < 10 for x in _LABELS.value):
        raise command_line.UserError("--labels must be numbers such as 3 or 0,1,2")
    labels = np.array(_LABELS.value, "int32")
    if len(labels) not in (1, count):
        raise command_line.UserError(
            f"--labels are {len(labels)} of {count} pictures: give one for each, or one for all"
        )
    return [np.broadcast_to(labels, (count,))]


def write(output, root, paths, fill, given):
    """Writes the filled pictures, some at a time, as PNG under their names."""
    progress = progress_bar(len(paths), "picture")
    done = 0
    images, masks, *labels = given
    masks = np.broadcast_to(masks.reshape(-1, *images.shape[1:3]), images.shape[:3])
    for start in range(0, len(paths), _BATCH_SIZE.value):
        part = slice(start, start + _BATCH_SIZE.value)
        filled = fill(images[part], masks[part], *(x[part] for x in labels))
        for path, image in zip(paths[part], filled, strict=True):
            target = command_line.png_of(path, root, output)
            with command_line.new_folder(target.parent):
                save_image(target, image)
            done += 1
            progress.update(done)
    print()
