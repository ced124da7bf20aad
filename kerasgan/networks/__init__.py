"""Functional builders of the papers' networks, a file a paper.

Generators map latents (N, latent_dim), or images, to images (N, H, W, C) in [-1, 1];
discriminators map images to logits (N, 1), or to a map of logits. Weights depend on `seed` alone,
or with None on Keras' global seed (`keras.utils.set_random_seed`).
"""

from kerasgan.networks import (
    acgan,
    cgan,
    dcgan,
    improved,
    infogan,
    lsgan,
    maxout,
    patchgan,
    points,
    projection,
    resnet,
    srresnet,
    unet,
    vgg,
)

__all__ = [
    "acgan",
    "cgan",
    "dcgan",
    "improved",
    "infogan",
    "lsgan",
    "maxout",
    "patchgan",
    "points",
    "projection",
    "resnet",
    "srresnet",
    "unet",
    "vgg",
]
