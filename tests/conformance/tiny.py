"""Every recipe, shrunk to seconds."""

import math

import keras

import zoo
from kerasgan import models

IMAGE_SHAPE = (8, 8, 1)
# Small parts for each of the discriminator's steps, on each of two replicas.
PART = 4
LATENT_DIM = 6


def build(name, seed=0):
    """The recipe's model for tiny images, compiled as the recipe says."""
    recipe = zoo.RECIPES[name]
    model = recipe.build(data(name), seed)
    recipe.compile(model)
    return model


def batch_size(model, replicas=1):
    """Images for one step."""
    return PART * model.discriminator_steps * replicas


def data(name):
    """The recipe's default data, tiny."""
    return zoo.RECIPES[name].load("digits", IMAGE_SHAPE, limit=200)


def fit(name, model, steps, start_step=0, callbacks=None):
    """Trains for some steps on the recipe's seekable stream."""
    batches = zoo.RECIPES[name].stream(data(name), batch_size(model), 0, start_step)
    return model.fit(batches, epochs=1, steps_per_epoch=steps, verbose=0, callbacks=callbacks)


def state(model):
    """All that training changes: weights, averages, optimizers, seeds."""
    variables = [
        *model.variables,
        *model.generator_optimizer.variables,
        *model.discriminator_optimizer.variables,
    ]
    return [variable.numpy() for variable in variables]


def changed(before, after):
    """Whether any array differs."""
    return any((a != b).any() for a, b in zip(before, after, strict=True))


def weights(network):
    """Copies of a network's trainable weights."""
    return [weight.numpy() for weight in network.trainable_weights]


# ---------------------------------------------------------------------- networks of a user


def from_networks(name, **options):
    """The recipe's model on networks of a user: no normalization, no dropout, nothing random."""
    model = zoo.RECIPES[name].model
    return model(**_kit(model).networks(), latent_dim=LATENT_DIM, **options)


def arrays(name, images, labels):
    """What `fit` takes as (x, y), and what `evaluate` takes."""
    return _kit(zoo.RECIPES[name].model).arrays(images, labels)


class _Images:
    """Models that take images."""

    def networks(self):
        """Arguments of the model."""
        return {"generator": _generator(), "discriminator": _discriminator([1])}

    def arrays(self, images, labels):
        """((x, y) to train on, (x, y) to evaluate on)."""
        return (images, None), (images, None)


class _Labelled(_Images):
    """Models that take images with their classes, which both networks are told."""

    def networks(self):
        return {
            "generator": _generator(beside=10),
            "discriminator": _discriminator([1], beside=10),
            "num_classes": 10,
        }

    def arrays(self, images, labels):
        return (images, labels), (images, labels)


class _Auxiliary(_Labelled):
    """Models whose discriminator tells the class."""

    def networks(self):
        return super().networks() | {"discriminator": _discriminator([1, 10])}


class _Coded(_Images):
    """Models whose discriminator reads codes."""

    def networks(self):
        return {
            "generator": _generator(),
            "discriminator": _discriminator([1, 3, 2]),
            "num_categories": 3,
            "num_continuous": 2,
        }


class _SemiSupervised(_Images):
    """Models that take some images with classes, and others."""

    def networks(self):
        logits = _discriminator([10])
        features = logits.layers[-2].output
        discriminator = keras.Model(logits.input, [logits.output, features])
        return {"generator": _generator(), "discriminator": discriminator}

    def arrays(self, images, labels):
        return ((images, images[::-1]), labels), (images, labels)


_KITS = {
    models.GAN: _Images(),
    models.ConditionalGAN: _Labelled(),
    models.ACGAN: _Auxiliary(),
    models.InfoGAN: _Coded(),
    models.SemiSupervisedGAN: _SemiSupervised(),
}


def _kit(model):
    """The kit of the nearest base class."""
    return next(_KITS[base] for base in model.__mro__ if base in _KITS)


def _generator(beside=0):
    latents = keras.Input((LATENT_DIM,))
    inputs = [latents, keras.Input((beside,))] if beside else latents
    x = keras.layers.Concatenate()(inputs) if beside else latents
    x = _dense(16, "relu", 1)(x)
    x = _dense(math.prod(IMAGE_SHAPE), "tanh", 2)(x)
    return keras.Model(inputs, keras.layers.Reshape(IMAGE_SHAPE)(x))


def _discriminator(outputs, beside=0):
    images = keras.Input(IMAGE_SHAPE)
    inputs = [images, keras.Input((beside,))] if beside else images
    x = keras.layers.Flatten()(images)
    if beside:
        x = keras.layers.Concatenate()([x, inputs[1]])
    x = _dense(16, "relu", 3)(x)
    outputs = [_dense(size, None, 4 + i)(x) for i, size in enumerate(outputs)]
    return keras.Model(inputs, outputs if len(outputs) > 1 else outputs[0])


def _dense(units, activation, seed):
    return keras.layers.Dense(
        units, activation, kernel_initializer=keras.initializers.GlorotUniform(seed)
    )
