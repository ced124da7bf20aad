"""Layers that the papers use and Keras lacks."""

import keras
from keras.layers import (
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    GaussianNoise,
    LeakyReLU,
    PReLU,
)

from kerasgan.layers.equalized import EqualizedLearningRate
from kerasgan.layers.image_history import ImageHistory, SampledHistory
from kerasgan.layers.instance_normalization import InstanceNormalization
from kerasgan.layers.maxout import Maxout
from kerasgan.layers.minibatch_deviation import MinibatchStandardDeviation
from kerasgan.layers.minibatch_discrimination import MinibatchDiscrimination
from kerasgan.layers.pixel_normalization import PixelNormalization
from kerasgan.layers.pixel_shuffle import PixelShuffle
from kerasgan.layers.reflection_padding import ReflectionPadding2D
from kerasgan.layers.spectral_normalization import SpectralNormalization, spectral_layers
from kerasgan.layers.style import (
    AdaptiveInstanceNormalization,
    Bias,
    LearnedConstant,
    LearnedNoise,
    ModulatedConv2D,
)
from kerasgan.layers.weight_normalization import WeightNormalizedDense, initialize_from_data

__all__ = [
    "AdaptiveInstanceNormalization",
    "BatchNormalization",
    "Bias",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "EqualizedLearningRate",
    "GaussianNoise",
    "ImageHistory",
    "InstanceNormalization",
    "LeakyReLU",
    "LearnedConstant",
    "LearnedNoise",
    "Maxout",
    "MinibatchDiscrimination",
    "MinibatchStandardDeviation",
    "ModulatedConv2D",
    "PReLU",
    "PixelNormalization",
    "PixelShuffle",
    "ReflectionPadding2D",
    "SampledHistory",
    "SpectralNormalization",
    "WeightNormalizedDense",
    "initialize_from_data",
    "spectral_layers",
]

# In files of version 0.1 these layers of Keras have names of ours, which had faster kernels.
for _layer in (
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    GaussianNoise,
    LeakyReLU,
    PReLU,
):
    keras.saving.get_custom_objects()[f"kerasgan>{_layer.__name__}"] = _layer
