"""Images with holes: which pixels are missing, and what fills them without a seam."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu


def check_masks(masks, image_shape, count, name="masks"):
    """Returns which pixels are missing, booleans (count, H, W, 1).

    Args:
        masks: True, or 1, where a pixel is missing, False, or 0, where it is known: (H, W) for all
            images, (count, H, W), or (count, H, W, 1).
        image_shape: The shape of the images, (H, W, channels).
        count: How many images there are.
        name: What to call the masks in an error.

    Raises:
        ValueError: If they hold other values, or have another shape.
    """
    sides = tuple(image_shape[:2])
    masks = np.asarray(masks)
    wanted = f"{name} must be True (or 1) where pixels are missing, else False (or 0)"
    if masks.dtype != bool and (masks.dtype.kind not in "uif" or not np.isin(masks, (0, 1)).all()):
        raise ValueError(f"{wanted}, but hold other values, of dtype {masks.dtype.name}.")
    if masks.shape == sides:
        masks = np.broadcast_to(masks, (count, *sides))
    if masks.shape not in ((count, *sides), (count, *sides, 1)):
        raise ValueError(
            f"{wanted}, of shape {sides}, {(count, *sides)} or {(count, *sides, 1)}, but have "
            f"shape {masks.shape}."
        )
    return masks.reshape(count, *sides, 1).astype(bool)


def centre_mask(image_shape, margin=0):
    """Returns the mask (H, W) of a hole in the middle, of half the sides.

    Args:
        image_shape: (H, W, channels).
        margin: How many pixels on each side of the hole are known.
    """
    mask = np.zeros(image_shape[:2], bool)
    height, width = mask.shape
    top, left = height // 4 + margin, width // 4 + margin
    mask[top : height // 4 + height // 2 - margin, left : width // 4 + width // 2 - margin] = True
    return mask


def poisson_blend(images, made, missing):
    """Fills holes with what was made for them, without a seam.

    Perez et al., "Poisson Image Editing", 2003: of all fillings that are as the image at the rim
    of the hole, the one whose differences of neighbouring pixels are nearest to those of what was
    made. It is what was made plus a change that is known at the rim and harmonic in the hole: the
    solution of a sparse linear system. Neighbours are above, below, left and right; what lies
    outside of the image counts nothing.

    Args:
        images: Float images (N, H, W, C); their pixels in holes do not count.
        made: Float images of the same shape.
        missing: Booleans (N, H, W, 1), True in the hole. Of an image that is missing as a whole all
            is what was made.

    Returns:
        float64 (N, H, W, C), equal to `images` where pixels are known.
    """
    images, made = (np.asarray(x, "float64") for x in (images, made))
    changes = [_harmonic(*x) for x in zip(images - made, missing[..., 0], strict=True)]
    return np.where(missing, made + np.stack(changes), images)


def _harmonic(values, missing):
    """Returns values (H, W, C) that are harmonic in the hole (H, W), and elsewhere as they are."""
    values, hole = values.copy(), missing.ravel()
    flat = values.reshape(len(hole), -1)
    if hole.all():
        return np.zeros_like(values)
    height, width = missing.shape
    laplacian = sparse.kronsum(_laplacian(width), _laplacian(height), format="csr")
    rows = laplacian[hole]
    if hole.any():
        flat[hole] = splu(rows[:, hole].tocsc()).solve(-(rows[:, ~hole] @ flat[~hole]))
    return values


def _laplacian(length):
    """Returns the graph Laplacian of a path: each point's degree, less 1 for each neighbour."""
    degrees = np.full(length, 2.0)
    degrees[0] -= 1
    degrees[-1] -= 1
    beside = np.full(length - 1, -1.0)
    return sparse.diags([beside, degrees, beside], [-1, 0, 1], format="csr")
