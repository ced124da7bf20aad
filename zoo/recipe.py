"""What a recipe is."""

import dataclasses
from collections.abc import Callable, Mapping

import kerasgan


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a recipe trains on one data set.

    Attributes:
        image_shape: (height, width, channels) that images are resized to.
        batch_size: Images a training step takes, shared by the discriminator's steps.
        epochs: How often the data set is seen.
    """

    image_shape: tuple[int, int, int]
    batch_size: int
    epochs: int


def unlabelled(data, batch_size, seed, start_step):
    """The stream of models that take images."""
    return data.stream(batch_size, seed=seed, start_step=start_step)


def labelled(data, batch_size, seed, start_step):
    """The stream of models that take (images, labels)."""
    return data.stream(batch_size, seed=seed, start_step=start_step, labels=True)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A model, and what its paper, or experience, says about training it.

    Attributes:
        model: The class in `kerasgan.models`.
        data: Settings by the name of the data set.
        own_data: Settings for any other data set or folder.
        options: Returns further arguments of the model, for the data and the seed.
        optimizers: Returns the arguments of `compile` where they are not the paper's.
        load: Loads a data set, as `kerasgan.data.load_images` does.
        stream: Makes the endless data set that `fit` takes, for the data, a batch size, a seed
            and the number of the first step.
        validate: Whether to evaluate on the test split after each epoch, for the data sets in
            `data`.
    """

    model: type[kerasgan.models.AdversarialModel]
    data: Mapping[str, Settings]
    own_data: Settings
    options: Callable[[kerasgan.data.Images, int], dict] = lambda data, seed: {}
    optimizers: Callable[[], dict] = dict
    load: Callable = kerasgan.data.load_images
    stream: Callable = unlabelled
    validate: bool = False

    def settings(self, dataset):
        """Returns the settings for a data set."""
        return self.data.get(dataset, self.own_data)

    def build(self, data, seed):
        """Returns the model for loaded data, not compiled."""
        return self.model(data.image_shape, seed=seed, **self.options(data, seed))

    def compile(self, model, **keras_options):
        """Compiles a model that `build` made."""
        model.compile(**self.optimizers(), **keras_options)


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
