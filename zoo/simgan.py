"""SimGAN from printed digits to handwritten ones.

@@DOC@@
"""

from kerasgan import data, models, networks
from zoo.recipe import Recipe, Settings, Small, adam


def _small(domains, seed):
    """A refiner a quarter as wide as the paper's, one update of each network, shorter starts."""
    return {
        "generator": networks.simgan.refiner(domains.image_shape[2], width=16, seed=seed),
        "regularization_weight": 0.2,
        "generator_steps": 1,
        "generator_start": 200,
        "discriminator_start": 50,
        "history_size": 3200,
        "ema": 0.99,
    }


RECIPE = Recipe(
    name="simgan",
    model=models.SimGAN,
    data={
        "digits": Settings((28, 28, 1), batch_size=32, epochs=4, small=True),
        "mnist": Settings((28, 28, 1), batch_size=32, epochs=1, small=True),
    },
    own_data=Settings((35, 55, 1), batch_size=512, epochs=10),
    small=Small(_small, lambda steps: adam(5e-4, 2e-4)),
    load=data.load_adaptation,
    load_options=("synthetic", "padding"),
    held_out=lambda domains, batch_size: domains.dataset(batch_size),
    examples=lambda domains: domains.dataset(4),
)
