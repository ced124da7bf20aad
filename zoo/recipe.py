"""What the recipes share."""

from kerasgan import optimizers
from kerasgan.training import Recipe, Settings, Small, labelled

__all__ = ["FEW_PICTURES", "Recipe", "Settings", "Small", "adam", "labelled", "num_classes"]

# 9,000 steps however few there are, augmented so that they are not learnt by heart.
FEW_PICTURES = Settings(
    (64, 64, 3),
    batch_size=32,
    epochs=30,
    small=True,
    least_steps=300,
    augment="color,translation,cutout",
)


def adam(generator_rate, discriminator_rate, beta_1=0.5, beta_2=0.999):
    """Returns the arguments of `compile` for Adam, with learning rates or their schedules."""
    rates = {"generator": generator_rate, "discriminator": discriminator_rate}
    return {
        f"{name}_optimizer": optimizers.Adam(rate, beta_1, beta_2) for name, rate in rates.items()
    }


def num_classes(data):
    """How many classes loaded data has.

    Raises:
        ValueError: If it has no labels.
    """
    if data.labels is None:
        raise ValueError(
            f"{data.name!r} has no labels, which this model needs: give a data set that has, or a "
            "folder with a sub-folder for each class."
        )
    return data.num_classes
