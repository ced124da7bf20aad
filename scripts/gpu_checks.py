"""The laws that gpu_check.py looks at: functions that return whether one holds, and the finding."""

import importlib.util
import tempfile
import time

import keras
import numpy as np
import tensorflow as tf
import workers

from kerasgan import fast, models, networks

_STEPS = 2  # of each recipe
_IMAGES = np.random.default_rng(0).integers(0, 256, (64, 32, 32, 3), dtype=np.uint8)


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
    return max(np.abs(a - b).max(initial=0) for a, b in zip(one, other, strict=True))


def given_latents(shape, seed):
    """Returns the same latents whatever the seed."""
    return tf.reshape(tf.sin(tf.range(tf.reduce_prod(shape), dtype="float32")), shape)


def check_recipe(recipe):
    """Losses of a recipe's model on its default data are finite, and weights change.

    It has the recipe's small networks, if there are some. Not each player begins at once.
    """
    name = next(iter(recipe.data))
    loaded, small = recipe.load(name, recipe.data[name].image_shape), recipe.small_of(name)
    model = recipe.build(loaded, 0, small)
    recipe.compile(model, _STEPS, small)
    before = model.get_weights()
    batches = recipe.stream(loaded, 4 * model.least_batch, 0, 0)
    history = model.fit(batches, epochs=1, steps_per_epoch=_STEPS, verbose=0).history
    if wrong := [key for key, values in history.items() if not np.isfinite(values).all()]:
        return False, f"{', '.join(wrong)} not finite"
    if not largest(before, model.get_weights()):
        return False, "no weight has changed"
    return True, f"{', '.join(model.players)}, on {name}"


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
        float(tf.norm(a - b) / (tf.norm(a) + 1e-12))  # rounding may turn a leaky ReLU's slope
        for a, b in zip(keras_found, fast_found, strict=True)
    )
    ratio = keras_time / fast_time
    return error < 1e-2, f"relative error {error:.1g}; Keras' take {ratio:.2f} times as long"


def measure_pytorch(steps):
    """Returns how many images a second PyTorch trains the same networks on, if it is installed."""
    if importlib.util.find_spec("torch") is None:
        return True, "PyTorch is not installed"
    with workers.worker("gpu_peer") as process:
        built = workers.ask(process)
        found = workers.ask(process, f"rate {steps}")["images_per_second"]
    return True, f"{found:.0f} images a second, PyTorch {built['version']}, {built['device']}"


def measure(steps):
    """Returns how many images a second DCGAN trains on, at 64 x 64 in batches of 64."""
    model = models.DCGAN((64, 64, 3), seed=0)
    model.compile()
    images = np.zeros((64, 64, 64, 3), "uint8")
    model.train_on_batch(images)
    start = time.perf_counter()
    for _ in range(steps):
        model.train_on_batch(images)
    return True, f"{64 * steps / (time.perf_counter() - start):.0f} images a second"
