"""Counts of weights that the papers, their logs and other implementations have."""

import keras
import numpy as np
import pytest

from kerasgan.networks import progan, stylegan, stylegan2


def count(*networks):
    return sum(int(np.prod(w.shape)) for each in networks for w in each.trainable_weights)


@pytest.mark.parametrize(
    ("shape", "latent_dim", "sizes", "generator", "discriminator"),
    [
        ((1024, 1024, 3), 512, {}, 23_079_115, 23_087_249),
        ((32, 32, 3), 128, {"base": 4096, "maximum": 128}, 1_296_908, 1_298_689),
        ((32, 32, 3), 64, {"base": 1024, "maximum": 64}, 324_876, 325_761),
        ((32, 32, 1), 64, {"base": 1024, "maximum": 64}, 324_356, 325_249),
        ((64, 64, 3), 64, {"base": 2048, "maximum": 64}, 398_927, 399_873),
        ((64, 64, 3), 128, {"base": 2048, "maximum": 128}, 1_407_823, 1_409_729),
    ],
)
def test_progressive_growing(shape, latent_dim, sizes, generator, discriminator):
    assert count(progan.generator(shape, latent_dim, **sizes)) == generator
    assert count(progan.discriminator(shape, **sizes)) == discriminator


@pytest.mark.parametrize(
    ("shape", "dim", "depth", "sizes", "generator"),
    [
        ((1024, 1024, 3), 512, 8, {}, 26_219_627),
        ((32, 32, 3), 64, 4, {"base": 1024, "maximum": 64}, 344_076),
    ],
)
def test_stylegan(shape, dim, depth, sizes, generator):
    mapping = stylegan.mapping(dim, dim, depth)
    assert count(mapping, stylegan.synthesis(shape, dim, **sizes)) == generator


@pytest.mark.parametrize(
    ("shape", "dim", "depth", "sizes", "generator", "discriminator"),
    [
        ((256, 256, 3), 512, 8, {"base": 16384}, 24_767_458, 24_001_089),
        ((32, 32, 3), 64, 2, {"base": 1024, "maximum": 64}, 263_987, 288_993),
    ],
)
def test_stylegan2(shape, dim, depth, sizes, generator, discriminator):
    mapping = stylegan.mapping(dim, dim, depth)
    assert count(mapping, stylegan2.synthesis(shape, dim, **sizes)) == generator
    assert count(stylegan2.discriminator(shape, **sizes)) == discriminator


def test_networks_of_images_that_halve_to_other_maps():
    latents = np.zeros((2, 6), "float32")
    made = progan.generator((28, 56, 1), 6, 32, 8)(latents)
    assert [each.shape for each in made] == [(2, 7, 14, 1), (2, 14, 28, 1), (2, 28, 56, 1)]
    judged = progan.discriminator((28, 56, 1), 32, 8)([made[-1], keras.ops.ones((2, 1))])
    assert [each.shape for each in judged] == 3 * [(2, 1)]
    styles = keras.ops.zeros((2, 6, 5))
    made = stylegan2.synthesis((28, 56, 1), 5, 64, 8)(styles)
    assert made.shape == (2, 28, 56, 1)
    assert stylegan2.discriminator((28, 56, 1), 64, 8)(made).shape == (2, 1)


def test_the_discriminator_that_halves_maps_sees_borders_alike():
    # A filter, and a convolution of stride 2: 2 pixels around the maps make half their sides.
    network = stylegan2.discriminator((16, 16, 1), 64, 8, seed=0)
    shapes = [
        layer.output.shape[1]
        for layer in network.layers
        if layer.name.startswith("rescaling") and len(layer.output.shape) == 4
    ]
    assert set(shapes) == {16, 8, 4}


@pytest.mark.parametrize("build", [progan.generator, stylegan.synthesis, stylegan2.synthesis])
def test_sides_that_do_not_halve_are_refused(build):
    with pytest.raises(ValueError, match=r"30 x 30 cannot be built"):
        build((30, 30, 1))


def test_seeds_make_the_same_networks():
    for build in (progan.generator, stylegan.synthesis, stylegan2.synthesis):
        one, same, other = (
            build((8, 8, 1), 5, 32, 8, seed=seed).get_weights() for seed in (1, 1, 2)
        )
        assert all((a == b).all() for a, b in zip(one, same, strict=True))
        assert any((a != b).any() for a, b in zip(one, other, strict=True))
