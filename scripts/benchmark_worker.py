"""Steps when benchmark.py tells it to, which runs it: one of our models, or a PyTorch step.

python scripts/benchmark_worker.py ours CASE PRECISION
python scripts/benchmark_worker.py eager CASE FILE
python scripts/benchmark_worker.py compiled CASE FILE
"""

from zoo import command_line  # noqa: F401 first: it quietens TensorFlow

import functools
import importlib.util
import math
import sys
import time

from measuring import differences, fitting, kernels, operations, usual_graph
from workers import answer, attend, peak, repeated

_STARTED = time.perf_counter()
PEAK_SIDE = 2048


def cases():
    """Returns what to build for each case: (recipe, data, image shape, batch size, options)."""
    import keras
    from keras import layers

    from kerasgan import networks

    def dense(inputs, units, outputs, normalize):
        parts = [layers.Flatten()]
        for size in units:
            parts += [layers.Dense(size), *[layers.BatchNormalization()] * normalize]
            parts += [layers.LeakyReLU(0.2)]
        return keras.Sequential([keras.Input(inputs), *parts, *outputs])

    def mlp():
        pixels = [layers.Dense(784, "tanh"), layers.Reshape((28, 28, 1))]
        return {
            "generator": dense((100,), (256, 512, 1024), pixels, True),
            "discriminator": dense((28, 28, 1), (512, 256), [layers.Dense(1)], False),
        }

    def convolutional(shape, **options):
        return {
            "generator": networks.dcgan.generator(shape),
            "discriminator": networks.dcgan.discriminator(shape, **options),
        }

    def residual():
        options = {"widths": [64, 32, 16], "blocks": 1}
        return {
            "generator": networks.r3gan.generator((28, 28, 1), **options),
            "discriminator": networks.r3gan.discriminator((28, 28, 1), **options),
        }

    large = functools.partial(convolutional, (64, 64, 3))
    unnormalized = functools.partial(convolutional, (32, 32, 1), normalize=False)

    return {
        "gan": ("gan", "digits", (28, 28, 1), 64, mlp),
        "dcgan": ("dcgan", "digits", (64, 64, 3), 64, dict),
        "lsgan": ("lsgan", "digits", (64, 64, 3), 64, large),
        "wgan_gp": ("wgan_gp", "digits", (32, 32, 1), 5 * 64, unnormalized),
        "r3gan": ("r3gan", "digits", (28, 28, 1), 64, residual),
        "pix2pix": ("pix2pix", "photos", (256, 256, 3), 1, dict),
        "cyclegan128": ("cyclegan", "photos", (128, 128, 3), 1, dict),
        "srgan": ("srgan", "photos", (96, 96, 3), 16, dict),
    }


def ours(case, precision):
    """Builds one of our models, and steps when told to."""
    from zoo import quiet  # noqa: F401 before TensorFlow

    import keras
    import tensorflow as tf

    import zoo

    name, source, image_shape, batch_size, options = cases()[case]
    recipe = zoo.RECIPES[name]
    keras.config.set_dtype_policy(precision)
    data = recipe.load(source, image_shape)
    model = recipe.model(data.image_shape, **own_options(case, data, options))
    recipe.compile(model, steps=10_000)
    stream = recipe.stream(data, batch_size, 0, 0)

    fit = fitting(model, stream)
    first = fit(2)[0] - _STARTED
    batch = next(iter(stream))
    step = tf.function(model.train_step).get_concrete_function(batch)
    usual = usual_graph(model, batch)
    flat = tf.nest.flatten(batch)
    matrix = tf.random.normal((PEAK_SIDE, PEAK_SIDE))
    product = tf.function(lambda: tf.matmul(matrix, matrix)[0, 0]).get_concrete_function()

    def waiting(function, *inputs):
        return lambda: tf.nest.map_structure(lambda value: value.numpy(), function(*inputs))

    turns = {"step": waiting(step, *flat), "product": waiting(product)}
    for turn in turns.values():
        turn()
    names = ("generator", "discriminator")
    if case.startswith("cyclegan"):  # two of each
        names = ("generator_ab", "discriminator_a")
    answer(
        batch_size=batch_size,
        weights=[count_weights(getattr(model, name)) for name in names],
        flops=operations(usual),
        kernels=kernels(usual),
        first_step_seconds=first,
    )
    attend(
        memory=peak,
        fit=lambda steps: {"ms": differences(fit(steps + 1))},
        **{name: repeated(turn) for name, turn in turns.items()},
    )


def count_weights(network):
    """Returns how many trainable weights a network has."""
    return sum(math.prod(weight.shape) for weight in network.trainable_weights)


def own_options(case, data, options):
    """Returns the arguments of the model beside its shape."""
    return {"output_channels": data.output_channels} if case == "pix2pix" else options()


def theirs(way, case, file):
    """Builds the PyTorch step of a case, "eager" or "compiled", and steps when told to."""
    spec = importlib.util.spec_from_file_location("peers", file)
    peers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peers)
    compiled = way == "compiled"
    wrap = importlib.import_module("torch").compile if compiled else lambda network: network
    step, weights, batch_size = peers.build(case, wrap)
    try:
        step()
    except RuntimeError as error:
        if "double backward" not in str(error):
            raise
        answer(unavailable="torch.compile has no second derivatives")
        return
    first = time.perf_counter() - _STARTED
    step()
    answer(weights=list(weights.values()), batch_size=batch_size, first_step_seconds=first)
    attend(**{way: repeated(step)}, memory=peak)


if __name__ == "__main__":
    if sys.argv[1] == "ours":
        ours(*sys.argv[2:])
    else:
        theirs(*sys.argv[1:])
