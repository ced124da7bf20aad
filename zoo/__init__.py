"""Recipes that train the models on real data, a file a variant, each with its measured results."""

__all__ = ["RECIPES", "Recipe", "Settings"]


def __getattr__(name):
    """Imports the recipes when they are asked for: commands first quieten TensorFlow."""
    if name == "RECIPES":
        from zoo.recipes import RECIPES

        return RECIPES
    if name in ("Recipe", "Settings"):
        from kerasgan import training

        return getattr(training, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
