"""Grids of images, and image files."""

import math
import pathlib

import numpy as np
from PIL import Image

from kerasgan.data.pixels import to_uint8
from kerasgan.files import whole


def image_grid(images, columns=None, margin=2):
    """Arranges images in a grid, row by row.

    Args:
        images: uint8 (N, H, W, C).
        columns: How many images a row has. None makes the grid as square as it gets.
        margin: The pixels between images, which are white.

    Returns:
        uint8 (rows * (H + margin) - margin, columns * (W + margin) - margin, C): of images with
        more than four channels the first three.

    Raises:
        ValueError: If they have another shape.
    """
    if np.ndim(images) != 4:
        raise ValueError(f"images must be uint8 (N, H, W, C), but have shape {np.shape(images)}.")
    images = _visible(images)
    count, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    cells = np.full((rows * columns, height + margin, width + margin, channels), 255, "uint8")
    cells[:count, :height, :width] = images
    grid = cells.reshape(rows, columns, height + margin, width + margin, channels)
    grid = grid.swapaxes(1, 2).reshape(
        rows * (height + margin), columns * (width + margin), channels
    )
    return grid[: grid.shape[0] - margin, : grid.shape[1] - margin]


def _visible(images):
    """Returns images as pictures can show them: the first three of more than four channels."""
    return images if images.shape[-1] <= 4 else images[..., :3]


def save_image(path, image):
    """Writes one image, uint8 (H, W, C), in the format of the file's name.

    The first three of more than four channels are written.
    The file takes its name when it is whole: one that was there stays as it was if writing fails.

    Raises:
        ValueError: If the image has another shape or type, or the name tells no format.
        OSError: If the file cannot be written.
    """
    image = _picture(image)
    with whole(path) as unfinished:
        image.save(unfinished)


def save_film(path, images, seconds=0.08):
    """Writes images, uint8 (H, W, C), as a film that begins anew at its end; as `save_image`.

    Args:
        path: A .gif or .webp file.
        images: A list of them.
        seconds: How long each is shown.

    Raises:
        ValueError: If the file is another one, there is no image, or as in `save_image`.
        OSError: If the file cannot be written.
    """
    path = pathlib.Path(path)
    if path.suffix.lower() not in (".gif", ".webp") or not len(images):
        raise ValueError(f"{len(images)} images cannot be a film in {path}: give some, and .gif.")
    images = [_picture(image) for image in images]
    options = {"save_all": True, "duration": round(1000 * seconds), "loop": 0}
    if path.suffix.lower() == ".webp":
        options["lossless"] = True
    with whole(path) as unfinished:
        images[0].save(unfinished, append_images=images[1:], **options)


def _picture(image):
    """Returns an image as one of Pillow."""
    if np.ndim(image) != 3 or image.dtype != np.uint8:
        raise ValueError(
            f"An image must be uint8 (H, W, C), but is {image.dtype.name}, {np.shape(image)}."
        )
    image = np.ascontiguousarray(_visible(image))
    return Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)


def scatter(points, labels, behind=None, side=400):
    """Returns a picture of points in the plane, a colour for each class, the first axis rightwards.

    Args:
        points: Floats (N, d); the first two axes are shown.
        labels: Their classes, integers (N,).
        behind: Other points, drawn in grey below them, or None.
        side: The sides of the picture, in pixels.

    Returns:
        uint8 (side, side, 3).
    """
    from matplotlib import colormaps  # takes a fifth of a second

    points, labels = np.asarray(points)[:, :2], np.asarray(labels)
    colours = np.array(colormaps["tab10" if labels.max() < 10 else "tab20"].colors)
    colours = np.round(255 * colours[labels % len(colours)])
    if behind is not None:
        points = np.concatenate([np.asarray(behind)[:, :2], points])
        colours = np.concatenate([np.full((len(behind), 3), 220), colours])
    largest = max(np.abs(points).max(), 1e-6)
    places = np.floor((side - 2) * (0.5 + 0.49 * points / largest)).astype(int)
    picture = np.full((side, side, 3), 255, "uint8")
    for down, right in np.ndindex(2, 2):  # dots of 2 x 2 pixels
        picture[side - 2 - places[:, 1] + down, places[:, 0] + right] = colours
    return picture


def comparison_grid(columns, scale=1):
    """Arranges images in rows: image i of each column.

    Args:
        columns: Arrays of images, uint8 or float in [-1, 1], of as many images each: grey, grey
            and alpha, RGB or RGBA; of more channels the first three are shown. The first may be
            smaller than the others by a factor `scale`.
        scale: The factor.

    Returns:
        One picture, uint8 (H, W, C), with colours if a column has them, and alpha likewise.
    """
    columns = [np.asarray(x if x.dtype == np.uint8 else to_uint8(x)) for x in columns]
    columns = [_visible(x) for x in columns]
    columns[0] = columns[0].repeat(scale, axis=1).repeat(scale, axis=2)
    channels = [images.shape[-1] for images in columns]
    colours = 3 if max(channels) > 2 else 1
    alpha = any(number % 2 == 0 for number in channels)
    images = np.stack([_with_channels(each, colours, alpha) for each in columns], axis=1)
    return image_grid(images.reshape(-1, *images.shape[2:]), columns=len(columns))


def _with_channels(images, colours, alpha):
    """Returns uint8 images with so many channels of colour, and opaque alpha if they had none."""
    opacity = np.full_like(images[..., :1], 255)
    if images.shape[-1] % 2 == 0:
        images, opacity = images[..., :-1], images[..., -1:]
    if images.shape[-1] < colours:
        images = images.repeat(colours, axis=-1)
    return np.concatenate([images, opacity], axis=-1) if alpha else images
