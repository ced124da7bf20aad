"""Gaussian noise that is drawn faster."""

from keras import ops

from kerasgan.fast import kernels


def gaussian_noise(layer, inputs, training):
    """Returns what `keras.layers.GaussianNoise` makes of a tensor, or None in inference.

    Drawing takes less than a third of the time. The numbers are not those of Keras, but have the
    same distribution. Where each layer has noise, as in the semi-supervised GAN, drawing it takes
    Keras longer than a fifth of a training step.
    """
    if not training or layer.stddev == 0:
        return None
    seed = ops.cast(layer.seed_generator.next(), "int32")
    noise = kernels.normal(ops.shape(inputs), layer.stddev, seed)
    return inputs + ops.cast(noise, inputs.dtype)
