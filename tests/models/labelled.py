"""What the tests of models with labels or codes share."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from kerasgan import models

SHAPE = (8, 8, 1)


DIM = 6  # latents


CLASSES = 4


CONDITIONAL = [models.ConditionalGAN, models.ACGAN]


SEMI_SUPERVISED = [models.SemiSupervisedGAN, models.KPlusOneGAN]


ALL = [*CONDITIONAL, models.InfoGAN, *SEMI_SUPERVISED]


LABELS = np.arange(64) % CLASSES


def dense(units, activation=None, seed=0):
    return layers.Dense(
        units, activation, kernel_initializer=keras.initializers.GlorotUniform(seed)
    )


def generator(beside=0, dim=DIM):
    """Dense, from latents, or [latents, y], to images."""
    latents = keras.Input((dim,))
    inputs = [latents, keras.Input((beside,))] if beside else latents
    x = layers.Concatenate()(inputs) if beside else latents
    x = dense(64, "tanh", 2)(dense(64, "leaky_relu", 1)(x))
    return keras.Model(inputs, layers.Reshape(SHAPE)(x))


def painter(dim, beside=0):
    """A generator whose image's first pixels are a quarter of its inputs; the others are grey."""
    latents = keras.Input((dim,))
    inputs = [latents, keras.Input((beside,))] if beside else latents
    x = dense(64)(layers.Concatenate()(inputs) if beside else latents)
    network = keras.Model(inputs, layers.Reshape(SHAPE)(x))
    network.set_weights([0.25 * np.eye(dim + beside, 64, dtype="float32"), np.zeros(64, "float32")])
    return network


def painted(images, count):
    """The inputs that a painter was given, to 1/32."""
    return 4 * (images.reshape(len(images), -1)[:, :count] / 127.5 - 1)


def discriminator(outputs, beside=0):
    """Dense, from images, or [images, y] by projection, to one or more outputs of these sizes."""
    images = keras.Input(SHAPE)
    x = dense(64, "leaky_relu", 3)(layers.Flatten()(images))
    outputs = [dense(size, None, 4 + i)(x) for i, size in enumerate(outputs)]
    if beside:
        y = keras.Input((beside,))
        outputs = layers.Add()([outputs[0], layers.Dot(1)([dense(beside, None, 5)(x), y])])
        return keras.Model([images, y], outputs)
    return keras.Model(images, outputs if len(outputs) > 1 else outputs[0])


def classifier(logits):
    """Dense, from images to logits and the features below them."""
    network = discriminator([logits])
    return keras.Model(network.input, [network.output, network.layers[-2].output])


def parts(model_class):
    """The networks of a model of 4 classes, or of 4 categories and 2 continuous codes."""
    if model_class is models.ConditionalGAN:
        options = {"num_classes": CLASSES}
        return options | dict(generator=generator(4), discriminator=discriminator([1], 4))
    if model_class is models.ACGAN:
        options = {"num_classes": CLASSES}
        return options | dict(generator=generator(4), discriminator=discriminator([1, 4]))
    if model_class is models.InfoGAN:
        options = {"num_categories": CLASSES, "num_continuous": 2}
        return options | dict(generator=generator(dim=9), discriminator=discriminator([1, 4, 2]))
    judge = classifier(CLASSES + model_class.generated_classes)
    return dict(generator=generator(), discriminator=judge)


def build(model_class, **options):
    """A model that runs eagerly: its few steps take less time than a graph."""
    model = model_class(**(parts(model_class) | {"seed": 0} | options))
    model.compile("adam", "adam", run_eagerly=True)
    return model


class Batches(keras.utils.PyDataset):
    def __init__(self, *batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


def coded(**options):
    """An InfoGAN that paints its 3 numbers of noise, 4 categories and 2 continuous codes."""
    return build(models.InfoGAN, generator=painter(9), **options)


def cells(picture, columns):
    """The images of a grid, (rows, columns, 8, 8, 1)."""
    picture = np.pad(picture, [(0, 2), (0, 2), (0, 0)])  # the gap beside each image
    rows = len(picture) // 10
    assert picture.shape == (10 * rows, 10 * columns, 1)
    return picture.reshape(rows, 10, columns, 10, 1).swapaxes(1, 2)[:, :, :8, :8]


def settings(model):
    """Scales and biases of the weight normalization."""
    hidden, last = (layer for layer in model.discriminator.layers if hasattr(layer, "scale"))
    return [w.numpy() for layer in (hidden, last) for w in (layer.scale, layer.bias)]


def exported(model, path):
    model.export(path)
    return tf.saved_model.load(path)


def default_inputs(served):
    _, inputs = served.signatures["serving_default"].structured_input_signature
    return set(inputs)
