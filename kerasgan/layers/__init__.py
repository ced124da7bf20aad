"""Layers that the papers use and Keras lacks."""

from kerasgan.layers.activations import LeakyReLU, PReLU
from kerasgan.layers.convolution import Conv2D, Conv2DTranspose
from kerasgan.layers.dense import Dense
from kerasgan.layers.gaussian_noise import GaussianNoise
from kerasgan.layers.image_history import ImageHistory
from kerasgan.layers.maxout import Maxout
from kerasgan.layers.minibatch_discrimination import MinibatchDiscrimination
from kerasgan.layers.normalization import BatchNormalization, InstanceNormalization
from kerasgan.layers.pixel_shuffle import PixelShuffle
from kerasgan.layers.reflection_padding import ReflectionPadding2D
from kerasgan.layers.weight_normalization import WeightNormalizedDense, initialize_from_data

__all__ = [
    "BatchNormalization",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "GaussianNoise",
    "ImageHistory",
    "InstanceNormalization",
    "LeakyReLU",
    "Maxout",
    "MinibatchDiscrimination",
    "PReLU",
    "PixelShuffle",
    "ReflectionPadding2D",
    "WeightNormalizedDense",
    "initialize_from_data",
]
