"""What a recipe is."""

import dataclasses
from collections.abc import Callable, Mapping

from kerasgan import data as loading
from kerasgan.models import AdversarialModel


@dataclasses.dataclass(frozen=True)
class Small:
    """What a CPU can train, and how, where the paper's networks are too large for it.

    Attributes:
        options: Returns arguments of the model, for the data and the seed: smaller networks, above
            all.
        optimizers: As in `Recipe`; None trains with those of the recipe.
        penalty: What `kerasgan.losses.get_penalty` takes, or None for the model's own.
    """

    options: Callable[[loading.Images, int], dict]
    optimizers: Callable[[int], dict] | None = None
    penalty: str | None = None


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a recipe trains on one data set.

    Attributes:
        image_shape: (height, width, channels) that images are resized to.
        batch_size: Images a training step takes, shared by the discriminator's steps.
        epochs: How many epochs, each of which sees the data set once, or more often if
            `least_steps` says so.
        small: Whether to train the recipe's small networks; or those of this data set.
        least_steps: The steps that an epoch has at least. A data set that makes fewer is seen
            several times in each.
        augment: What `kerasgan.augment.get` takes, or an empty string.
    """

    image_shape: tuple[int, int, int]
    batch_size: int
    epochs: int
    small: bool | Small = False
    least_steps: int = 1
    augment: str = ""


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
        name: What to call it.
        model: The class in `kerasgan.models`.
        data: Settings by the name of the data set, the default one first.
        own_data: Settings for any other data set or folder.
        options: Returns further arguments of the model, for the data and the seed.
        small: What a CPU trains; None if it is the paper's networks.
        optimizers: Returns the arguments of `compile` where they are not the paper's, for the
            number of steps that training takes.
        arguments: The names of arguments of the model that users may choose.
        load: Loads a data set, as `kerasgan.data.load_images` does.
        load_options: The names of further arguments of `load` that users may choose.
        stream: Makes the endless data set that `fit` takes, for the data, a batch size, a seed
            and the number of the first step.
        held_out: Makes the data set to evaluate on after each epoch, for held-out data and a
            batch size; None evaluates on nothing.
        monitor: The logged value by which the best model of a run is kept; None keeps the last one
            only.
        examples: Makes the data set whose first batch sample grids show; None shows what the
            model makes of noise.
    """

    name: str
    model: type[AdversarialModel]
    data: Mapping[str, Settings]
    own_data: Settings
    options: Callable[[loading.Images, int], dict] = lambda data, seed: {}
    small: Small | None = None
    optimizers: Callable[[int], dict] = lambda steps: {}
    arguments: tuple[str, ...] = ("ema",)
    load: Callable = loading.load_images
    load_options: tuple[str, ...] = ()
    stream: Callable = unlabelled
    held_out: Callable | None = None
    monitor: str | None = None
    examples: Callable | None = None

    def settings(self, dataset):
        """Returns the settings for a data set."""
        return self.data.get(dataset, self.own_data)

    def small_of(self, dataset):
        """Returns the `Small` of a data set, or None if there is none."""
        small = self.settings(dataset).small
        return small if isinstance(small, Small) else self.small

    def build(self, data, seed, small=None, **arguments):
        """Returns the model for loaded data, not compiled.

        Args:
            data: What `load` returns.
            seed: An integer.
            small: A `Small`, in the place of the paper's networks.
            **arguments: Arguments of the model, in the place of the recipe's.
        """
        arguments = (small or self).options(data, seed) | arguments
        if arguments.get("adversarial_weight") == 0:  # without the game there is none
            arguments.pop("discriminator", None)
        return self.model(data.image_shape, seed=seed, **arguments)

    def compile(self, model, steps, small=None, **arguments):
        """Compiles a model that `build` made, for training of so many steps.

        Args:
            model: The model.
            steps: How many.
            small: As in `build`.
            **arguments: Further arguments of the model's `compile`.
        """
        optimizers = ((small and small.optimizers) or self.optimizers)(steps)
        if "discriminator" not in model.players:  # an adversarial weight of 0 leaves it out
            optimizers.pop("discriminator_optimizer", None)
        model.compile(**optimizers | arguments)
