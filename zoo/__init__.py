"""Recipes that train the models on real data, a file a variant, each with its measured results."""

from zoo import (
    acgan,
    cgan,
    cyclegan,
    dcgan,
    dualgan,
    gan,
    infogan,
    lsgan,
    pix2pix,
    sgan,
    srgan,
    wgan,
    wgan_gp,
)
from zoo.recipe import Recipe, Settings

RECIPES = {
    "gan": gan.RECIPE,
    "dcgan": dcgan.RECIPE,
    "lsgan": lsgan.RECIPE,
    "wgan": wgan.RECIPE,
    "wgan_gp": wgan_gp.RECIPE,
    "cgan": cgan.RECIPE,
    "acgan": acgan.RECIPE,
    "infogan": infogan.RECIPE,
    "sgan": sgan.RECIPE,
    "pix2pix": pix2pix.RECIPE,
    "cyclegan": cyclegan.RECIPE,
    "dualgan": dualgan.RECIPE,
    "srresnet": srgan.SRRESNET,
    "srgan": srgan.SRGAN,
}

__all__ = ["RECIPES", "Recipe", "Settings"]
