"""Grids of images, and image files."""

import math

import numpy as np
from PIL import Image

from kerasgan.files import whole


def image_grid(images, columns=None, margin=2):
    """Arranges images in a grid, row by row.

    Args:
        images: uint8 (N, H, W, C).
        columns: How many images a row has. None makes the grid as square as it gets.
        margin: The pixels between images, which are white.

    Returns:
        uint8 (rows * (H + margin) - margin, columns * (W + margin) - margin, C).
    """
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


def save_image(path, image):
    """Writes one image, uint8 (H, W, C) with 1 to 4 channels, in the format of the file's name.

    The file takes its name when it is whole: one that was there stays as it was if writing fails.
    """
    image = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    with whole(path) as unfinished:
        image.save(unfinished)
