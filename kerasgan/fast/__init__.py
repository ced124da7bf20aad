"""Faster kernels of what Keras has.

A network is made of plain Keras layers, and its files hold those alone. `accelerate` returns a
second network that shares its layers' weights and computes with the kernels of this package. Each
kernel does what its layer does, which is its reference, and is used only where it was measured to
be faster: on CPUs.

`use("off")`, or the environment variable KERASGAN_FAST=off, leaves everything to Keras.
"""

import os

import keras
import tensorflow as tf

from kerasgan.fast.activations import leaky_relu, parametric_relu
from kerasgan.fast.convolution import convolution, transposed_convolution
from kerasgan.fast.dense import dense, maxout
from kerasgan.fast.gaussian_noise import gaussian_noise
from kerasgan.fast.normalization import batch_normalization, instance_normalization
from kerasgan.keras_compat import Functional
from kerasgan.layers import (
    EqualizedLearningRate,
    InstanceNormalization,
    Maxout,
    SpectralNormalization,
)


def _with_other_weights(layer, inputs, training):
    """Returns what a layer makes of inputs that computes another one with scaled weights.

    It does so by that layer's kernel, if it has one.
    """
    kernel = _KERNELS.get(type(layer.layer), lambda *inputs: None)
    with layer.normalized():
        outputs = kernel(layer.layer, inputs, training)
        return layer.layer(inputs) if outputs is None else outputs


# What computes a layer of Keras: a function (layer, inputs, training) -> outputs, or None where
# the layer itself is to.
_KERNELS = {
    keras.layers.BatchNormalization: batch_normalization,
    keras.layers.Conv2D: convolution,
    keras.layers.Conv2DTranspose: transposed_convolution,
    keras.layers.Dense: dense,
    keras.layers.GaussianNoise: gaussian_noise,
    keras.layers.GroupNormalization: instance_normalization,
    keras.layers.LeakyReLU: leaky_relu,
    keras.layers.PReLU: parametric_relu,
    InstanceNormalization: instance_normalization,
    Maxout: maxout,
    EqualizedLearningRate: _with_other_weights,
    SpectralNormalization: _with_other_weights,
}
# The kinds of networks that are graphs of layers.
_GRAPHS = keras.Sequential, Functional
_MODES = ("auto", "off")


def use(mode):
    """Sets whether faster kernels are used, by models that are made from now on.

    Args:
        mode: `"auto"` uses them where they were measured to be faster, on machines without
            accelerators; `"off"` never does.

    Raises:
        ValueError: If `mode` is another one.
    """
    global _mode
    if mode not in _MODES:
        raise ValueError(f"mode must be one of {_MODES}, got {mode!r}.")
    _mode = mode


def mode():
    """Returns the mode that `use` has set, `"auto"` or `"off"`."""
    return _mode


def enabled():
    """Returns whether faster kernels are used: in mode `"auto"`, where there are CPUs alone."""
    kinds = {device.device_type for device in tf.config.list_logical_devices()}
    return _mode == "auto" and kinds == {"CPU"}


def accelerate(network):
    """Returns a network that computes what another one does, with the same weights, faster.

    Args:
        network: A built `keras.Model`.

    Returns:
        A functional or sequential model whose layers share the weights of the other's, or the
        network itself: if faster kernels are not `enabled`, or it is a subclassed model.
    """
    if not enabled() or type(network) not in _GRAPHS:
        return network
    return keras.models.clone_model(network, clone_function=accelerate_layer, recursive=True)


def accelerate_layer(layer):
    """Returns a layer that shares another one's weights and computes it faster, or that layer."""
    kernel = _KERNELS.get(type(layer))
    if kernel is None or getattr(layer, "activity_regularizer", None) is not None:
        return layer
    wrapped = getattr(layer, "layer", layer)
    if wrapped.compute_dtype != layer.compute_dtype:  # it casts what it takes
        return layer
    return Accelerated(layer, kernel)


class Accelerated(keras.layers.Layer):
    """Computes a layer of Keras by a kernel.

    Args:
        layer: The layer, whose weights are used.
        kernel: A function (layer, inputs, training) -> outputs, or None where the layer is to
            compute them.
    """

    def __init__(self, layer, kernel):
        super().__init__(name=layer.name, dtype=layer.dtype_policy)
        self.layer, self.kernel = layer, kernel

    def build(self, input_shape):
        """Builds the layer, if it is not built."""
        if not self.layer.built:
            self.layer.build(input_shape)

    def call(self, inputs, training=False, mask=None):
        """Returns the layer's outputs."""
        if mask is not None:
            return self.layer(inputs, mask=mask)
        outputs = self.kernel(self.layer, inputs, training)
        return self.layer(inputs) if outputs is None else outputs

    def compute_output_shape(self, input_shape):
        """Returns the layer's."""
        return self.layer.compute_output_shape(input_shape)


use(os.environ.get("KERASGAN_FAST", "auto"))
