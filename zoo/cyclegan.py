r"""CycleGAN on photographs, and on the data sets of its authors.

`kerasgan train --model=cyclegan`: between parts of the two photographs inside
scikit-learn, a temple and a flower, to see that it works: 20 epochs (2,400 steps of one) in 17
minutes of a busy core. The distance of a cycle is 0.105; what is translated are colours and
textures, as the two photographs have no parts in common. On the features
efficientnet_lite0_features_57934424 the Frechet distance of 12 translated parts of the first to as
many of the second is 256, before translation 220.

`kerasgan train --model=cyclegan --dataset=horse2zebra --small --image_size=128
--epochs=45 --mixed_precision=mixed_bfloat16`, U-Nets of half the width, 250 pictures a domain: 45
epochs (11,250 steps of one) in about 50 minutes of one CPU core's time. On 40 held-out pictures of
each domain the distance of a cycle is 0.080 (0.163 after the first epoch). A classifier of the two
domains, right on 90 % of the real ones, takes 75 % of the translated horses for zebras (of the
horses themselves 15 %), and 52 % of the translated zebras for horses (5 %): stripes are painted on
more surely than they are taken off. The paper's residual generators of half the width, at 96 px and
without the identity loss, still had a distance of 0.17 after 12,500 steps, in about an hour.

    python scripts/train_classifier.py --dataset=horse2zebra --image_size=128 --epochs=15
    kerasgan evaluate --model=runs/cyclegan-horse2zebra --dataset=horse2zebra \
        --classifier=runs/classifier-horse2zebra.keras
"""

from kerasgan import data, models, networks
from zoo.pix2pix import decaying_adam
from zoo.recipe import Recipe, Settings, Small


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
    name="cyclegan",
    model=models.CycleGAN,
    data={
        "photos": Settings((64, 64, 3), batch_size=1, epochs=20, small=True),
        "cycle_gan/horse2zebra": Settings((256, 256, 3), batch_size=1, epochs=200),
        "cycle_gan/summer2winter_yosemite": Settings((256, 256, 3), batch_size=1, epochs=200),
        "cycle_gan/monet2photo": Settings((256, 256, 3), batch_size=1, epochs=200),
    },
    own_data=Settings((256, 256, 3), batch_size=1, epochs=200),
    small=Small(_small_networks),
    optimizers=decaying_adam,
    arguments=("ema", "adversarial_weight"),
    load=data.load_unpaired,
    held_out=lambda domains, batch_size: domains.dataset(batch_size),
    examples=lambda domains: domains.dataset(4),
)
