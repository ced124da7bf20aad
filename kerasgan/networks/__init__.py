"""Functional builders of the papers' networks, a file a paper.

Generators map latents (N, latent_dim), or images, to images (N, H, W, C) in [-1, 1];
discriminators map images to logits (N, 1), or to a map of logits. Weights depend on `seed` alone,
or with None on Keras' global seed (`keras.utils.set_random_seed`).
"""

from kerasgan.networks import (
    aae,
    acgan,
    ali,
    bgan,
    bigan,
    ccgan,
    cgan,
    cogan,
    context_encoder,
    dcgan,
    gan,
    infogan,
    lsgan,
    next_frame,
    patchgan,
    points,
    progan,
    projection,
    published,
    r3gan,
    resnet,
    sgan,
    simgan,
    sngan,
    srgan,
    stylegan,
    stylegan2,
    unet,
    vgg,
)

# Their names in version 0.1.
maxout, improved, srresnet = gan, sgan, srgan

__all__ = [
    "aae",
    "acgan",
    "ali",
    "bgan",
    "bigan",
    "ccgan",
    "cgan",
    "context_encoder",
    "cogan",
    "dcgan",
    "gan",
    "infogan",
    "lsgan",
    "next_frame",
    "patchgan",
    "points",
    "progan",
    "projection",
    "published",
    "r3gan",
    "resnet",
    "sgan",
    "simgan",
    "sngan",
    "srgan",
    "stylegan",
    "stylegan2",
    "unet",
    "vgg",
]
