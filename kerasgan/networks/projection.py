"""The projection discriminator.

Miyato and Koyama, "cGANs with Projection Discriminator", 2018, arXiv:1802.05637, equation 4. The
condition y meets the image's features phi(x) in an inner product only:

    f(x, y) = y^T V phi(x) + psi(phi(x))

The paper's phi is a residual network with spectral normalization; here it is DCGAN's
discriminator, whose last map is summed over space as in the paper.
"""

import keras
from keras import layers, ops

from kerasgan.networks import dcgan
from kerasgan.networks.common import normal, seeds


def discriminator(image_shape, condition_dim, width=64, kernel_size=4, normalize=True, seed=None):
    """Returns the discriminator, [images, y] to logits (N, 1).

    Args:
        image_shape: (height, width, channels); see Raises.
        condition_dim: The length of y, such as the number of classes.
        width: As in `kerasgan.networks.dcgan.discriminator`.
        kernel_size: Likewise.
        normalize: Likewise.
        seed: An integer seed of the weights, or None.

    Raises:
        ValueError: As in `kerasgan.networks.dcgan.discriminator`.
    """
    seed = seeds(seed, "discriminator")

    images = keras.Input(image_shape, name="images")
    condition = keras.Input((condition_dim,), name="condition")
    x = dcgan.features(images, width, kernel_size, normalize, seed)
    # In float32, as the sum over a large map may leave the range of float16.
    phi = ops.sum(ops.cast(x, "float32"), axis=(1, 2))
    y = layers.Dense(phi.shape[-1], use_bias=False, kernel_initializer=normal(seed))(condition)
    psi = layers.Dense(1, kernel_initializer=normal(seed), dtype="float32")(phi)
    logits = layers.Add(dtype="float32")([layers.Dot(1, dtype="float32")([y, phi]), psi])
    return keras.Model([images, condition], logits, name="discriminator")
