"""CycleGAN on photographs, and on the data sets of its authors.

`python scripts/train.py --model=cyclegan`: between parts of the two photographs inside
scikit-learn, a temple and a flower. Not measured yet.

`python scripts/train.py --model=cyclegan --dataset=horse2zebra --small --image_size=128`: half the
paper's width. Not measured yet. At 96 px and without the identity loss, 50 epochs (12,500 steps)
of 250 pictures a domain in about an hour on one CPU core make zebras of horses that a person
recognises, but in other colours: the distance of a cycle on held-out pictures stays at 0.17.
"""

from kerasgan import data, models, networks
from zoo.pix2pix import decaying_adam
from zoo.recipe import Recipe, Settings


def _small_networks(domains, seed):
    """U-Nets without dropout, as the authors' code has them too, of half the width."""
    shape, options = domains.image_shape, {"seed": seed, "width": 32}
    networks_of = {}
    for name in ("generator_ab", "generator_ba"):
        networks_of[name] = networks.unet.generator(
            shape, shape[2], depth=5, dropout=0, name=name, **options
        )
    for name in ("discriminator_a", "discriminator_b"):
        networks_of[name] = models.CycleGAN.build_discriminator(shape, name, **options)
    return networks_of


RECIPE = Recipe(
    model=models.CycleGAN,
    data={
        "photos": Settings((64, 64, 3), batch_size=1, epochs=20, small=True),
        "cycle_gan/horse2zebra": Settings((256, 256, 3), batch_size=1, epochs=200),
        "cycle_gan/summer2winter_yosemite": Settings((256, 256, 3), batch_size=1, epochs=200),
        "cycle_gan/monet2photo": Settings((256, 256, 3), batch_size=1, epochs=200),
    },
    own_data=Settings((256, 256, 3), batch_size=1, epochs=200),
    small=_small_networks,
    optimizers=decaying_adam,
    load=data.load_unpaired,
    held_out=lambda domains, batch_size: domains.dataset(batch_size),
    examples=lambda domains: domains.dataset(4),
)
