"""From a recipe to a finished run, in a folder that training can go on from."""

from kerasgan.training.cluster import make_strategy
from kerasgan.training.errors import RunError, TrainingStopped
from kerasgan.training.inputs import default_workdir
from kerasgan.training.loading import load_model
from kerasgan.training.recipe import Recipe, Settings, Small, labelled, unlabelled
from kerasgan.training.run import train

__all__ = [
    "Recipe",
    "RunError",
    "Settings",
    "Small",
    "TrainingStopped",
    "default_workdir",
    "labelled",
    "load_model",
    "make_strategy",
    "train",
    "unlabelled",
]
