"""StyleGAN and StyleGAN2 on digits, MNIST, Fashion-MNIST, CIFAR-10, CelebA-HQ and one's own.

`kerasgan train --model=stylegan2`: the 1,500 digits of scikit-learn, 60 epochs (2,760 steps of 32)
in 20 minutes of a part of one core. On the features digits_features_901d27aa, 297 images each:
Frechet distance 14.2, precision 0.66, recall 0.72; D's accuracies are 0.66 and 0.68.

`kerasgan train --model=stylegan2 --dataset=fashion_mnist --epochs=8 --steps_per_epoch=1000`, the
preset `stylegan2_fashion_mnist`: 8,000 steps of 32 in 45 minutes of one core. Clothes in nearly all
of 64 samples, dark ones hard to tell. 10,000 images against the test images, on the features
fashion_mnist_features_5214e638: Frechet distance 15.8, kernel distance 1.8, precision 0.80, recall
0.29. With the styles of another image before layer 5 of 8, 90.3 % of 1,000 images have another
class, with those from there on 13.4 %.

`kerasgan train --model=stylegan`, 60 epochs of digits at 8 and 16 pixels, is far from good: blurred
samples that are much alike, a Frechet distance of 126.5, precision 0.90, recall 0.06. Other lengths
and rates were not tried. The other data sets are not measured.

What a CPU trains (`small`) has 16 channels in the largest maps, twice as many in each smaller ones,
up to 64, and no penalty of paths. With `--nosmall` networks are the papers', for GPUs, and not
measured: 26.2 million weights in StyleGAN's generator at 1,024 x 1,024 pixels, 24.8 million in
StyleGAN2's at 256 x 256. The papers have a Frechet distance (Inception) of 4.4 and 2.84 on FFHQ at
1,024 x 1,024; batches there shrink as images grow, and StyleGAN's learning rate grows, which these
recipes leave as they are. For CIFAR-10 the settings are those of Karras et al., 2020,
arXiv:2006.06676, but for its learning rate of 2.5e-3 and its plain discriminator.
"""

from kerasgan import models, networks
from zoo.recipe import FEW_PICTURES, Recipe, Settings, Small


def _sizes(data, seed, channels):
    return {"base": channels * max(data.image_shape[:2]), "maximum": 64, "seed": seed}


def _narrow_growing(images):
    """Networks that a CPU trains, and half of how many images each stage takes."""

    def options(data, seed):
        shape, sizes = data.image_shape, _sizes(data, seed, 8)
        return {
            "mapping": networks.stylegan.mapping(64, 64, depth=4, seed=seed),
            "synthesis": networks.stylegan.synthesis(shape, 64, **sizes),
            "discriminator": networks.stylegan.discriminator(shape, **sizes),
            "stable_images": images,
            "fade_images": images,
            "ema": models.HalfLife(5_000),
        }

    return Small(options, penalty="r1:1")


def _narrow(data, seed):
    """Networks that a CPU trains."""
    shape, sizes = data.image_shape, _sizes(data, seed, 16)
    return {
        "mapping": networks.stylegan.mapping(64, 64, depth=2, seed=seed),
        "synthesis": networks.stylegan2.synthesis(shape, 64, **sizes),
        "discriminator": networks.stylegan2.discriminator(shape, **sizes),
        "gamma": 1.0,
        "path_weight": 0.0,
        "ema": models.HalfLife(5_000),
    }


def _published(data, seed):
    """The settings for CIFAR-10, and the networks for each size."""
    shape = data.image_shape
    side = max(shape[:2])
    if side <= 32:
        settings = {"gamma": 0.01, "path_weight": 0.0, "mixing": 0.0}
        return settings | {"ema": models.HalfLife(500_000)}
    if side <= 256:  # half as wide
        return {
            "gamma": 0.0002 * side**2 / 32,
            "synthesis": networks.stylegan2.synthesis(shape, base=16384, seed=seed),
            "discriminator": networks.stylegan2.discriminator(shape, base=16384, seed=seed),
        }
    return {}


STYLEGAN = Recipe(
    name="stylegan",
    model=models.StyleGAN,
    data={
        "digits": Settings((16, 16, 1), 32, epochs=60, small=_narrow_growing(15_000)),
        "mnist": Settings((32, 32, 1), 32, epochs=6, small=_narrow_growing(40_000)),
        "fashion_mnist": Settings((32, 32, 1), 32, epochs=6, small=_narrow_growing(40_000)),
        "celeb_a_hq/1024": Settings((1024, 1024, 3), batch_size=32, epochs=830),
    },
    own_data=Settings((64, 64, 3), 32, epochs=30, least_steps=300, small=_narrow_growing(40_000)),
)

STYLEGAN2 = Recipe(
    name="stylegan2",
    model=models.StyleGAN2,
    data={
        "digits": Settings((16, 16, 1), batch_size=32, epochs=60, small=True),
        "mnist": Settings((32, 32, 1), batch_size=32, epochs=5, small=True),
        "fashion_mnist": Settings((32, 32, 1), batch_size=32, epochs=5, small=True),
        "cifar10": Settings((32, 32, 3), batch_size=64, epochs=2000),
        "celeb_a_hq/256": Settings((256, 256, 3), batch_size=32, epochs=830),
        "celeb_a_hq/1024": Settings((1024, 1024, 3), batch_size=32, epochs=830),
    },
    own_data=FEW_PICTURES,
    options=_published,
    small=Small(_narrow),
)
