"""The networks of StyleGAN.

Karras et al., "A Style-Based Generator Architecture for Generative Adversarial Networks", 2018,
arXiv:1812.04948, figure 1 and appendix C. A mapping network makes w of latents; the synthesis
network begins with a constant, and each of its layers is told a style that is an affine function of
w. Like those of `kerasgan.networks.progan` they hold the layers of all stages.
"""

import keras
from keras import layers, ops

from kerasgan.layers import (
    AdaptiveInstanceNormalization,
    Bias,
    LearnedConstant,
    LearnedNoise,
    PixelNormalization,
)
from kerasgan.networks import progan
from kerasgan.networks.common import (
    equalized_convolution,
    equalized_dense,
    fixed_filter,
    halvings,
    seeds,
    smallest_map,
)


def mapping(latent_dim=512, style_dim=512, depth=8, seed=None):
    """Returns the mapping network, latents (N, latent_dim) to w (N, style_dim).

    It learns at a hundredth of the learning rate.

    Args:
        latent_dim: The dimension of the latents.
        style_dim: The dimension of w.
        depth: How many layers it has.
        seed: An integer seed of the weights, or None.
    """
    seed = seeds(seed, "mapping")
    latents = keras.Input((latent_dim,), name="latents")
    x = PixelNormalization()(latents)
    for _ in range(depth):
        x = layers.LeakyReLU(0.2)(equalized_dense(style_dim, seed, multiplier=0.01)(x))
    return keras.Model(latents, x, name="mapping")


def synthesis(image_shape, style_dim=512, base=8192, maximum=512, seed=None):
    """Returns the synthesis network, w for each layer to the images of each stage.

    It takes (N, layers, style_dim): two layers a stage, the coarsest first. Images are
    (N, h, w, C), from the smallest to those of `image_shape`. Nothing bounds them.

    Args:
        image_shape: (height, width, channels); see Raises.
        style_dim: The dimension of w.
        base: As in `kerasgan.networks.progan.widths`.
        maximum: Likewise.
        seed: An integer seed of the weights and of the noise, or None.

    Raises:
        ValueError: If the sides are not multiples of 4 of at least 8 that halve down to a map of
            at most 32 x 32.
    """
    first, *others = progan.widths(image_shape, base, maximum)
    count = 2 * (halvings(image_shape) + 1)
    seed = seeds(seed, "synthesis")

    styles = keras.Input((count, style_dim), name="styles")
    each = iter(ops.unstack(styles, count, axis=1))
    x = LearnedConstant((*smallest_map(image_shape), first))(styles)
    x = _styled(x, next(each), seed)
    x = equalized_convolution(first, 3, seed, use_bias=False)(x)
    x = _styled(x, next(each), seed)
    images = [progan.to_rgb(x, image_shape, seed)]
    for channels in others:
        x = layers.UpSampling2D(2)(x)
        x = equalized_convolution(channels, 3, seed, use_bias=False)(x)
        x = _styled(fixed_filter([1, 2, 1])(x), next(each), seed)
        x = equalized_convolution(channels, 3, seed, use_bias=False)(x)
        x = _styled(x, next(each), seed)
        images.append(progan.to_rgb(x, image_shape, seed))
    return keras.Model(styles, images, name="synthesis")


def discriminator(image_shape, base=8192, maximum=512, seed=None):
    """Returns the discriminator of progressive growing, whose maps are filtered before reduced.

    Arguments are those of `kerasgan.networks.progan.discriminator`.
    """
    return progan.discriminator(image_shape, base, maximum, smooth=True, seed=seed)


def _styled(x, w, seed):
    """Noise, a bias and an activation, and then what a style makes of it."""
    x = layers.LeakyReLU(0.2)(Bias()(LearnedNoise(seed=next(seed))(x)))
    style = equalized_dense(2 * x.shape[-1], seed, gain=1.0)(w)
    return AdaptiveInstanceNormalization()([x, style])
