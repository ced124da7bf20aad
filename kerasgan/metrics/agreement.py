"""How far the two images of a pair show the same."""

from keras import ops


def pixel_agreement(images, others):
    """Returns the share of values that are bright in both images, or dark in both, float32 (N,).

    Liu & Tuzel, "Coupled Generative Adversarial Networks", 2016, arXiv:1606.07536, section 4, for
    the counterparts in the second domain of generated images of the first, and what was generated
    with these. Bright is what lies above the middle of the range. Where most is dark, as in
    outlines, pairs agree that have nothing to do with each other: compare with those.

    Args:
        images: uint8, (N, H, W, C).
        others: As many of the same shape.

    Raises:
        ValueError: If their shapes differ.
    """
    shapes = [tuple(each.shape) for each in (images, others)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"images and others must have one shape, but have {shapes}.")
    bright = [ops.convert_to_tensor(each) > 127 for each in (images, others)]
    return ops.mean(ops.cast(ops.equal(*bright), "float32"), axis=(1, 2, 3))
