"""Checks kerasgan on this machine's GPU, or CPU, in some ten minutes, and prints a table to paste.

python scripts/gpu_check.py

Each row is a law that the tests hold on CPUs, or a measurement. Two logical devices are made of the
first GPU (of the CPU where there is none) for what several replicas do. The exit code is 1 if a law
does not hold.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import platform
import tempfile
import time

import keras
import numpy as np
import tensorflow as tf
from absl import flags

import kerasgan
from kerasgan import fast, models, networks

_STEPS = flags.DEFINE_integer(
    "steps", 50, "How many steps to measure the throughput of.", lower_bound=2
)
_MEMORY = flags.DEFINE_integer(
    "memory", 4096, "Megabytes of each of the two logical GPUs.", lower_bound=512
)

_IMAGES = np.random.default_rng(0).integers(0, 256, (64, 32, 32, 3), dtype=np.uint8)


def split_device():
    """Makes two logical devices of the first one; returns the names of both."""
    gpus = tf.config.list_physical_devices("GPU")
    device = (gpus or tf.config.list_physical_devices("CPU"))[0]
    limit = {"memory_limit": _MEMORY.value} if gpus else {}
    configuration = [tf.config.LogicalDeviceConfiguration(**limit) for _ in range(2)]
    tf.config.set_logical_device_configuration(device, configuration)
    kind = "GPU" if gpus else "CPU"
    return [f"{kind}:0", f"{kind}:1"]


def build(model=models.DCGAN, **options):
    """Returns a small model, compiled."""
    made = model((32, 32, 3), seed=0, **options)
    made.compile()
    return made


def train(model, steps=4):
    """Trains for some steps; returns the history."""
    return model.fit(_IMAGES[: 16 * steps], batch_size=16, shuffle=False, verbose=0).history


def largest(one, other):
    """Returns the largest difference between two lists of arrays."""
    return max(np.abs(a - b).max() for a, b in zip(one, other, strict=True))


def given_latents(shape, seed):
    """Returns the same latents whatever the seed."""
    return tf.reshape(tf.sin(tf.range(tf.reduce_prod(shape), dtype="float32")), shape)


def check_training():
    """Losses of games with and without penalties are finite, and weights change."""
    for kind in (models.DCGAN, models.WGANGP, models.LSGAN):
        model = build(kind)
        before = model.get_weights()
        history = train(model)
        if not all(np.isfinite(values).all() for values in history.values()):
            return False, f"{kind.__name__}: {history}"
        if not largest(before, model.get_weights()):
            return False, f"{kind.__name__}: no weight has changed"
    return True, "DCGAN, WGAN-GP, LSGAN"


def check_determinism():
    """Two trainings of one seed end with the same bits."""
    tf.config.experimental.enable_op_determinism()
    ends = []
    for _ in range(2):
        keras.backend.clear_session()
        model = build()
        train(model)
        ends.append(model.get_weights())
    difference = largest(*ends)
    return difference == 0, f"largest difference {difference:.2g}"


def check_saving():
    """A model that was saved makes the same images, and goes on alike."""
    model = build()
    train(model)
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        loaded = keras.models.load_model(f"{folder}/model.keras")
        model.export(f"{folder}/saved_model")
        served_model = tf.saved_model.load(f"{folder}/saved_model")  # its functions need it
        served = served_model.generate_n(4, 1).numpy()
    images = model.generate(4, seed=1)
    off = int(np.abs(images.astype(int) - served).max())
    equal = (images == loaded.generate(4, seed=1)).all() and off <= 1
    return equal, f"SavedModel within {off} of 255 levels"


def check_replicas(devices):
    """A step on two replicas is that of one device with the whole batch."""
    ends = []
    for strategy in (
        tf.distribute.OneDeviceStrategy(devices[0]),
        tf.distribute.MirroredStrategy(devices),
    ):
        with strategy.scope():
            model = models.LSGAN(
                generator=networks.dcgan.generator((32, 32, 3), width=8, seed=0),
                discriminator=networks.dcgan.discriminator(
                    (32, 32, 3), width=8, normalize=False, seed=0
                ),
                seed=0,
            )
            # Latents differ between replicas: with a still generator only D is compared.
            model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.01))
            model.draw_latents = lambda shape, seed: tf.zeros(shape)
        model.fit(_IMAGES[:32], batch_size=32, shuffle=False, verbose=0)
        ends.append([weight.numpy() for weight in model.discriminator.trainable_weights])
    difference = largest(*ends)
    return difference < 1e-4, f"largest difference {difference:.2g} on {' and '.join(devices)}"


def check_precision(policy):
    """Training in half precision is finite."""
    keras.config.set_dtype_policy(policy)
    try:
        model = build()
        history = train(model)
    finally:
        keras.config.set_dtype_policy("float32")
    finite = all(np.isfinite(values).all() for values in history.values())
    return finite, f"discriminator_loss {history['discriminator_loss'][0]:.3f}"


def check_xla():
    """A step that XLA compiles is that of TensorFlow's own kernels."""
    ends = []
    for jit_compile in (False, True):
        model = models.LSGAN((32, 32, 3), latent_dim=16, seed=0)
        model.compile(
            keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01), jit_compile=jit_compile
        )
        model.draw_latents = given_latents  # XLA draws other numbers
        train(model, steps=1)
        if model.jit_compile != jit_compile:
            return False, "Keras did not compile the step"
        ends.append([weight.numpy() for weight in model.discriminator.trainable_weights])
    difference = largest(*ends)
    return difference < 1e-3, f"largest difference {difference:.2g}"


def check_kernels():
    """The faster kernels of `kerasgan.fast` make what Keras' make; how much faster they are."""
    network = networks.dcgan.discriminator((64, 64, 3), seed=0)
    faster = keras.models.clone_model(network, clone_function=fast.accelerate_layer, recursive=True)
    images = tf.random.stateless_uniform((32, 64, 64, 3), (0, 0), -1.0, 1.0)

    def passes(each):
        @tf.function(autograph=False)
        def gradient():
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(each(images, training=True) ** 2)
            return tape.gradient(loss, each.trainable_variables)

        gradient()
        start = time.perf_counter()
        for _ in range(5):
            found = gradient()
        [each.numpy() for each in found]
        return found, time.perf_counter() - start

    (keras_found, keras_time), (fast_found, fast_time) = passes(network), passes(faster)
    error = max(
        float(tf.reduce_max(abs(a - b)) / (tf.reduce_max(abs(a)) + 1e-12))
        for a, b in zip(keras_found, fast_found, strict=True)
    )
    ratio = keras_time / fast_time
    return error < 1e-2, f"relative error {error:.1g}; Keras' take {ratio:.2f} times as long"


def measure():
    """Returns how many images a second DCGAN trains on, at 64 x 64 in batches of 64."""
    model = models.DCGAN((64, 64, 3), seed=0)
    model.compile()
    images = np.zeros((64, 64, 64, 3), "uint8")
    model.train_on_batch(images)
    start = time.perf_counter()
    for _ in range(_STEPS.value):
        model.train_on_batch(images)
    return True, f"{64 * _STEPS.value / (time.perf_counter() - start):.0f} images a second"


def main():
    """Runs all checks, one after the other, whatever happens in one."""
    tf.get_logger().setLevel("ERROR")  # it warns of retracing, as each check has models of its own
    devices = split_device()
    keras.utils.set_random_seed(0)
    names = [
        tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")
        for gpu in tf.config.list_physical_devices("GPU")
    ]
    print(
        f"kerasgan {kerasgan.__version__}, Keras {keras.__version__}, TensorFlow {tf.__version__}, "
        f"Python {platform.python_version()}, {', '.join(names) or 'no GPU'}"
    )
    checks = {
        "training": check_training,
        "saving and serving": check_saving,
        "two replicas equal one device": lambda: check_replicas(devices),
        "mixed_float16": lambda: check_precision("mixed_float16"),
        "mixed_bfloat16": lambda: check_precision("mixed_bfloat16"),
        "XLA": check_xla,
        "faster kernels": check_kernels,
        "DCGAN at 64 x 64": measure,
        "the same bits twice": check_determinism,  # last: it leaves XLA switched off
    }
    print("\n| check | holds | found |\n|---|---|---|")
    failed = False
    for name, check in checks.items():
        try:
            holds, found = check()
        except Exception as error:  # the next check may hold
            holds, found = False, f"{type(error).__name__}: {str(error).splitlines()[0]}"
        failed |= not holds
        print(f"| {name} | {'yes' if holds else 'NO'} | {found} |", flush=True)
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    command_line.run(main)
