"""StyleGAN and StyleGAN2 on digits, MNIST, Fashion-MNIST, CIFAR-10 and FFHQ's sizes.

`kerasgan train --model=stylegan2`: MEASURED. `kerasgan train --model=stylegan`: MEASURED.
"""

from kerasgan import losses, models, networks
from zoo.recipe import FEW_PICTURES, Recipe, Settings, Small


def _narrow_growing(images):
    """Networks that a CPU trains, and half of how many images each stage takes."""

    def options(data, seed):
        shape, base = data.image_shape, 16 * max(data.image_shape[:2])
        sizes = {"base": base, "maximum": 64, "seed": seed}
        return {
            "mapping": networks.stylegan.mapping(64, 64, depth=4, seed=seed),
            "synthesis": networks.stylegan.synthesis(shape, 64, **sizes),
            "discriminator": networks.stylegan.discriminator(shape, **sizes),
            "stable_images": images,
            "fade_images": images,
        }

    return Small(options)


def _narrow(data, seed):
    """Networks that a CPU trains."""
    shape, base = data.image_shape, 16 * max(data.image_shape[:2])
    sizes = {"base": base, "maximum": 64, "seed": seed}
    return {
        "path_weight": 0.0,
        "mapping": networks.stylegan.mapping(64, 64, depth=2, seed=seed),
        "synthesis": networks.stylegan2.synthesis(shape, 64, **sizes),
        "discriminator": networks.stylegan2.discriminator(shape, **sizes),
        "ema": models.HalfLife(5_000),
    }


STYLEGAN = Recipe(
    name="stylegan",
    model=models.StyleGAN,
    data={
        "digits": Settings((16, 16, 1), 32, epochs=60, small=_narrow_growing(15_000)),
        "mnist": Settings((32, 32, 1), 32, epochs=5, small=_narrow_growing(40_000)),
        "fashion_mnist": Settings((32, 32, 1), 32, epochs=5, small=_narrow_growing(40_000)),
    },
    own_data=Settings((64, 64, 3), 32, epochs=30, least_steps=300, small=_narrow_growing(40_000)),
)

STYLEGAN2 = Recipe(
    name="stylegan2",
    model=models.StyleGAN2,
    data={
        "digits": Settings((16, 16, 1), batch_size=32, epochs=60, small=True),
        "mnist": Settings((32, 32, 1), batch_size=32, epochs=6, small=True),
        "fashion_mnist": Settings((32, 32, 1), batch_size=32, epochs=6, small=True),
    },
    own_data=FEW_PICTURES,
    small=Small(_narrow, lambda steps: {"penalty": losses.R1(1.0, every=16)}),
)
