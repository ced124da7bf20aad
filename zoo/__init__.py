"""Recipes that train the models on real data, a file a variant, each with its measured results."""

from zoo import dcgan, gan, lsgan, wgan, wgan_gp
from zoo.recipe import Recipe, Settings

RECIPES = {
    "gan": gan.RECIPE,
    "dcgan": dcgan.RECIPE,
    "lsgan": lsgan.RECIPE,
    "wgan": wgan.RECIPE,
    "wgan_gp": wgan_gp.RECIPE,
}

__all__ = ["RECIPES", "Recipe", "Settings"]
