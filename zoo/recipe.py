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


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A model, and what its paper, or experience, says about training it.

    Attributes:
        model: The class in `kerasgan.models`.
        data: Settings by the name of the data set.
        own_data: Settings for any other data set or folder.
        options: Further arguments of the model.
        optimizers: Returns the arguments of `compile` where they are not the paper's.
        load: Loads a data set, as `kerasgan.data.load_images` does.
    """

    model: type[kerasgan.models.AdversarialModel]
    data: Mapping[str, Settings]
    own_data: Settings
    options: Mapping = dataclasses.field(default_factory=dict)
    optimizers: Callable[[], dict] = dict
    load: Callable = kerasgan.data.load_images

    def settings(self, dataset):
        """Returns the settings for a data set."""
        return self.data.get(dataset, self.own_data)

    def build(self, image_shape, seed):
        """Returns the model, not compiled."""
        return self.model(image_shape, seed=seed, **self.options)

    def compile(self, model, **keras_options):
        """Compiles a model that `build` made."""
        model.compile(**self.optimizers(), **keras_options)
