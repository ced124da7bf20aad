"""Every recipe, shrunk to seconds."""

import keras

import zoo

IMAGE_SHAPE = (8, 8, 1)
# Small parts for each of the discriminator's steps, on each of two replicas.
PART = 4


def build(name, seed=0):
    """The recipe's model for tiny images, compiled as the recipe says."""
    recipe = zoo.RECIPES[name]
    model = recipe.build(IMAGE_SHAPE, seed)
    recipe.compile(model)
    return model


def from_networks(name, **options):
    """The recipe's model on networks of a user: no normalization, no dropout, nothing random."""
    layers = keras.layers
    generator = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(16, "relu", kernel_initializer=_initializer(1)),
            layers.Dense(64, "tanh", kernel_initializer=_initializer(2)),
            layers.Reshape(IMAGE_SHAPE),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            layers.Flatten(),
            layers.Dense(16, "relu", kernel_initializer=_initializer(3)),
            layers.Dense(1, kernel_initializer=_initializer(4)),
        ]
    )
    return zoo.RECIPES[name].model(
        generator=generator, discriminator=discriminator, latent_dim=6, **options
    )


def _initializer(seed):
    return keras.initializers.GlorotUniform(seed)


def batch_size(model, replicas=1):
    """Images for one step."""
    return PART * model.discriminator_steps * replicas


def data(name):
    """The recipe's default data, tiny."""
    return zoo.RECIPES[name].load("digits", IMAGE_SHAPE, limit=200)


def fit(model, images, steps, start_step=0, callbacks=None):
    """Trains for some steps on the seekable stream."""
    batches = images.stream(batch_size(model), seed=0, start_step=start_step)
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
