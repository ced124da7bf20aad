"""Large pictures, a part at a time."""

import numpy as np


def in_tiles(function, image, scale=1, tile=256, margin=48):
    """Applies a function of batches of images to a picture of any size, a tile at a time.

    Args:
        function: From uint8 (1, H, W, C) to an array (1, scale H, scale W, C'), for any H and W.
        image: uint8 (H, W, C).
        scale: How many times larger the function makes images.
        tile: The side of a tile in pixels.
        margin: How much more of the picture on each side the function sees. If a pixel depends
            on none farther away, the result is that of the whole picture.

    Returns:
        An array (scale H, scale W, C').
    """
    height, width, _ = image.shape
    whole = None
    for top in range(0, height, tile):
        for left in range(0, width, tile):
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
