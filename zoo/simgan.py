"""SimGAN from printed digits to handwritten ones."""

from kerasgan import data, models, networks
from zoo.recipe import Recipe, Settings, Small, adam

RECIPE = Recipe(
    name="simgan",
    model=models.SimGAN,
    data={
        "digits": Settings((28, 28, 1), batch_size=64, epochs=10, small=True),
        "mnist": Settings((28, 28, 1), batch_size=64, epochs=3, small=True),
    },
    own_data=Settings((35, 55, 1), batch_size=512, epochs=10),
    small=Small(
        lambda domains, seed: {
            "generator": networks.simgan.refiner(domains.image_shape[2], width=32, seed=seed),
            "history_size": 3200,
        },
        lambda steps: adam(1e-3, 1e-3),
    ),
    arguments=("ema",),
    load=data.load_adaptation,
    load_options=("synthetic", "padding"),
    held_out=lambda domains, batch_size: domains.dataset(batch_size),
    examples=lambda domains: domains.dataset(4),
)
