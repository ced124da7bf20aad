"""Layers that the papers use and Keras lacks."""

from kerasgan.layers.maxout import Maxout

__all__ = ["Maxout"]
