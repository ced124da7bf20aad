"""Functional builders of the papers' networks, a file a paper.

Generators map latents (N, latent_dim) to images (N, H, W, C) in [-1, 1]; discriminators map
images to logits (N, 1). Weights depend on `seed` alone, or with None on Keras' global seed
(`keras.utils.set_random_seed`).
"""

from kerasgan.networks import (
    acgan,
    cgan,
    dcgan,
    improved,
    infogan,
    lsgan,
    maxout,
    projection,
)

__all__ = ["acgan", "cgan", "dcgan", "improved", "infogan", "lsgan", "maxout", "projection"]
