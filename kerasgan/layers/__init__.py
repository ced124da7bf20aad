"""Layers that the papers use and Keras lacks."""

from kerasgan.layers.maxout import Maxout
from kerasgan.layers.minibatch_discrimination import MinibatchDiscrimination
from kerasgan.layers.weight_normalization import WeightNormalizedDense, initialize_from_data

__all__ = ["Maxout", "MinibatchDiscrimination", "WeightNormalizedDense", "initialize_from_data"]
