"""Large pictures, a part at a time."""

import itertools

import numpy as np

from kerasgan.data.progress import with_progress


def in_tiles(function, image, scale=1, tile=256, margin=48, verbose=False):
    """Applies a function of batches of images to a picture of any size, a tile at a time.

    Args:
        function: From uint8 (1, H, W, C) to an array (1, scale H, scale W, C'), for any H and W.
        image: uint8 (H, W, C).
        scale: How many times larger the function makes images.
        tile: The side of a tile in pixels.
        margin: How much more of the picture on each side the function sees. If a pixel depends
            on none farther away, the result is that of the whole picture.
        verbose: Whether to show how much is done.

    Returns:
        An array (scale H, scale W, C').
    """
    height, width, _ = image.shape
    whole = None
    corners = list(itertools.product(range(0, height, tile), range(0, width, tile)))
    for top, left in with_progress(corners, len(corners), "tile") if verbose else corners:
        above, before = min(margin, top), min(margin, left)
        rows = slice(top - above, top + tile + margin)
        columns = slice(left - before, left + tile + margin)
        made = np.asarray(function(image[None, rows, columns]))[0]
        made = made[above * scale :, before * scale :][: tile * scale, : tile * scale]
        if whole is None:
            shape = (height * scale, width * scale, made.shape[-1])
            whole = np.empty(shape, made.dtype)
        whole[top * scale :, left * scale :][: made.shape[0], : made.shape[1]] = made
    return whole
