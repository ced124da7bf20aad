"""pix2pix on edges of photographs, and on pairs of pictures.

`kerasgan train --model=pix2pix`: from their edges to parts of the two photographs inside
scikit-learn. Not measured yet.

`kerasgan train --model=pix2pix --dataset=facades --direction=b_to_a --small
--image_size=128 --epochs=50`, from labels to facades, a generator of a quarter of the paper's width
and a discriminator of half of it, the 400 pictures of the training split: 50 epochs (20,000 steps
of one) in 44 minutes of a CPU core with AVX2. On the 100 pictures of the test split, L1 distance
0.361 and sharpness 19.5 grey levels a pixel, that of the photographs being 18.0. On the features
efficientnet_lite0_features_57934424 the Frechet distance of the 100 to the photographs is 206,
the kernel distance 0.28; of 100 training photographs it is 84 and 0.02. The preset
`pix2pix_facades` is of this command.

A generator twice as wide had 0.357 and 18.0 after as many steps; with `adversarial_weight=0` (L1
alone) 0.323 and 7.0: it is 10 % closer, and blurred. The paper has no figure for facades.
"""

from kerasgan import data, models, networks, optimizers
from zoo.recipe import Recipe, Settings, Small, adam


def decaying_adam(steps):
    """The authors' Adam, its learning rate falling in the second half, as in their PyTorch code."""
    rate = optimizers.LinearDecay(2e-4, steps)
    return adam(rate, rate)


def _narrow(pairs, seed):
    """A generator of a quarter of the paper's width, and a discriminator of half of it."""
    shape, output_channels = pairs.image_shape, pairs.output_channels
    return {
        "generator": networks.unet.generator(shape, output_channels, 16, seed=seed),
        "discriminator": networks.patchgan.discriminator(
            output_channels, shape[2], width=32, seed=seed
        ),
    }


RECIPE = Recipe(
    name="pix2pix",
    model=models.Pix2Pix,
    data={"photos": Settings((64, 64, 3), batch_size=4, epochs=50, small=True)},
    own_data=Settings((256, 256, 3), batch_size=1, epochs=200),
    options=lambda pairs, seed: {"output_channels": pairs.output_channels},
    small=Small(_narrow),
    optimizers=decaying_adam,
    arguments=("ema", "content_weight", "adversarial_weight"),
    load=data.load_pairs,
    load_options=("direction", "edges"),
    held_out=lambda pairs, batch_size: pairs.dataset(batch_size),
    examples=lambda pairs: pairs.dataset(8),
)
