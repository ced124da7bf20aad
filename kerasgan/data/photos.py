"""Pictures that need no network: the two photographs inside scikit-learn."""

import numpy as np

# The photographs are 427 x 640; their right part is the test split.
_SPLITS = {"train": slice(None, 480), "test": slice(480, None)}


def photos(split="train"):
    """Returns parts of a photograph of a Chinese temple and one of a flower.

    They are licensed CC BY: by Danielle Buma and by Juan Antonio Capo.

    Args:
        split: "train" is the left three quarters, "test" the rest.

    Returns:
        A list of two uint8 arrays, (427, 480 or 160, 3).

    Raises:
        ValueError: If there is no such split.
    """
    from sklearn.datasets import load_sample_images

    if split not in _SPLITS:
        raise ValueError(f"'photos' has the splits 'train' and 'test', but not {split!r}.")
    return [np.asarray(image)[:, _SPLITS[split]] for image in load_sample_images().images]


def photo_patches(image_shape, split="train", which=(0, 1)):
    """Cuts the photographs into images; for training, into images that overlap by half.

    Args:
        image_shape: (height, width, 3) of the images.
        split: "train" or "test".
        which: Of which photographs, the temple (0) or the flower (1).

    Returns:
        uint8 (count, *image_shape).

    Raises:
        ValueError: If the shape does not fit, or there is no such split.
    """
    height, width, channels = image_shape
    found = [photos(split)[i] for i in which]
    rows, columns, _ = found[0].shape
    if channels != 3 or height > rows or width > columns:
        raise ValueError(
            f"Images of 'photos' have 3 channels and at most {rows} x {columns} pixels in the "
            f"split {split!r}, but {height} x {width} x {channels} are wanted."
        )
    step = 2 if split == "train" else 1
    return np.stack(
        [
            photo[top : top + height, left : left + width]
            for photo in found
            for top in range(0, rows - height + 1, -(-height // step))
            for left in range(0, columns - width + 1, -(-width // step))
        ]
    )
