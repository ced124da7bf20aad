"""CycleGAN on photographs, and on the data sets of its authors.

`python scripts/train.py --model=cyclegan`: between parts of the two photographs inside
scikit-learn, a temple and a flower. Not measured yet.

`python scripts/train.py --model=cyclegan --dataset=horse2zebra --small --image_size=128`: half the
paper's width. Not measured yet.
"""

from kerasgan import data, models, networks
from kerasgan.networks.common import plain_instance_normalization
from zoo.pix2pix import decaying_adam
from zoo.recipe import Recipe, Settings, unlabelled

_SMALL_WIDTH = 32


def _half_width(domains, seed):
    channels = domains.image_shape[2]
    generators = {
        f"generator_{name}": networks.resnet.generator(
            channels, channels, _SMALL_WIDTH, blocks=6, name=f"generator_{name}", seed=seed
        )
        for name in ("ab", "ba")
    }
    discriminators = {
        f"discriminator_{name}": networks.patchgan.discriminator(
            channels,
            width=_SMALL_WIDTH,
            normalization=plain_instance_normalization,
            bias=True,
            name=f"discriminator_{name}",
            seed=seed,
        )
        for name in "ab"
    }
    return generators | discriminators


RECIPE = Recipe(
    model=models.CycleGAN,
    data={
        "photos": Settings((64, 64, 3), batch_size=1, epochs=20, small=True),
        "cycle_gan/horse2zebra": Settings((256, 256, 3), batch_size=1, epochs=200),
        "cycle_gan/summer2winter_yosemite": Settings((256, 256, 3), batch_size=1, epochs=200),
        "cycle_gan/monet2photo": Settings((256, 256, 3), batch_size=1, epochs=200),
    },
    own_data=Settings((256, 256, 3), batch_size=1, epochs=200),
    small=_half_width,
    optimizers=decaying_adam,
    load=data.load_unpaired,
    stream=unlabelled,
    held_out=lambda domains, batch_size: domains.dataset(batch_size),
    examples=lambda domains: domains.dataset(4),
)
