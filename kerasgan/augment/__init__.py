"""Augmentation of what discriminators see, through which gradients flow.

Few images are soon known by heart. Augmented in every step, real and generated ones alike, they
teach the discriminator longer, and the generator does not learn to make augmented images: it is
told how to change them through the augmentation.
"""

from kerasgan.augment.adaptive import AdaptiveAugment, AugmentationPipeline
from kerasgan.augment.diff import DiffAugment

__all__ = ["AdaptiveAugment", "AugmentationPipeline", "DiffAugment", "get"]


def get(policy):
    """Returns an augmentation by its name.

    Args:
        policy: `"adaptive"`, or `"adaptive:50000"` with the images in which the probability can
            rise to 1, for an `AdaptiveAugment`; or a policy of `DiffAugment`.

    Raises:
        ValueError: If it is none of these.
    """
    name, _, images = str(policy).partition(":")
    if name != "adaptive":
        return DiffAugment(policy)
    if not images:
        return AdaptiveAugment()
    if not images.isdecimal():
        raise ValueError(f"adaptive: takes a number of images, as in adaptive:50000; got {images}.")
    return AdaptiveAugment(images=int(images))
