"""What holds on several replicas beside the laws of every recipe."""

import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from processes import run

from kerasgan import models
from kerasgan.engine import replicas
from kerasgan.keras_compat import layers_of

SHAPE = (4, 4, 1)
LATENTS = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
IMAGES = np.random.default_rng(1).uniform(-1, 1, (8, *SHAPE)).astype("float32")


def normalized(shape, units, name):
    """A network with batch normalization."""
    initializers = iter(keras.initializers.GlorotUniform(seed) for seed in range(2))
    inputs = keras.Input(shape)
    x = keras.layers.Flatten()(inputs)
    x = keras.layers.Dense(6, kernel_initializer=next(initializers))(x)
    x = keras.layers.BatchNormalization(momentum=0.5)(x)
    x = keras.layers.ReLU()(x)
    x = keras.layers.Dense(units, kernel_initializer=next(initializers))(x)
    if units > 1:
        x = keras.layers.Reshape(SHAPE)(keras.layers.Activation("tanh")(x))
    return keras.Model(inputs, x, name=name)


def trained(strategy, **options):
    """The weights after three steps of SGD with the same latents."""
    with strategy.scope():
        model = models.GAN(
            generator=normalized((3,), 16, "generator"),
            discriminator=normalized(SHAPE, 1, "discriminator"),
            latent_dim=3,
            ema=0.5,
        )
        model.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.5), **options)

    def latents(count, seed=None):
        context = tf.distribute.get_replica_context()
        replica = int(tf.get_static_value(context.replica_id_in_sync_group))
        share = 8 // context.num_replicas_in_sync
        return tf.constant(LATENTS[replica * share : (replica + 1) * share])

    model.sample_latent = latents
    model.fit(IMAGES, batch_size=8, epochs=3, shuffle=False, verbose=0)
    return model


def test_synchronized_batch_normalization_is_that_of_one_device(mirrored, tmp_path):
    one = trained(tf.distribute.OneDeviceStrategy("CPU:0"), run_eagerly=True).get_weights()
    two = trained(mirrored, synchronize_batch_norm=True)
    for a, b in zip(one, two.get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=0, atol=1e-5)
    apart = trained(mirrored).get_weights()
    assert any(np.abs(a - b).max() > 1e-3 for a, b in zip(one, apart, strict=True))

    two.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    layers = [each for each in layers_of(loaded) if hasattr(each, "synchronized")]
    assert layers and all(layer.synchronized for layer in layers)


def test_shares_of_the_whole_batch_may_differ(mirrored):
    images = tf.data.Dataset.from_tensors(np.arange(3.0).reshape(3, 1))
    batch = next(iter(mirrored.experimental_distribute_dataset(images)))
    shares = mirrored.run(
        lambda x: replicas.on_whole_batch(lambda whole: 10 * whole, x), args=(batch,)
    )
    found = [
        share.numpy().ravel().tolist() for share in mirrored.experimental_local_results(shares)
    ]
    assert found == [[0, 10], [20]]


def test_an_overflow_on_one_replica_is_one_on_all(mirrored):
    keras.config.set_dtype_policy("mixed_float16")
    with mirrored.scope():
        discriminator = keras.Sequential(
            [
                keras.Input(SHAPE),
                keras.layers.Rescaling(5e4),
                keras.layers.Flatten(),
                keras.layers.Dense(1, kernel_initializer="ones", activation="linear"),
            ]
        )
        model = models.GAN(
            generator=keras.Sequential(
                [
                    keras.Input((3,)),
                    keras.layers.Dense(16, kernel_initializer="zeros"),
                    keras.layers.Reshape(SHAPE),
                ]
            ),
            discriminator=discriminator,
            latent_dim=3,
        )
        model.compile()
    images = np.zeros((4, *SHAPE), "float32")
    images[2:] = -1.0  # the second replica's
    before = discriminator.get_weights()
    scale = float(model.discriminator_optimizer.dynamic_scale.numpy())
    model.fit(images, batch_size=4, shuffle=False, verbose=0)
    for a, b in zip(before, discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert float(model.discriminator_optimizer.dynamic_scale.numpy()) == scale / 2


def test_a_parameter_server_is_refused(tmp_path):
    """In a process of its own, as it joins a cluster."""
    code = """
import keras, tensorflow as tf
from kerasgan import models
ports = [tf.distribute.Server({job: ["localhost:0"]}, job, 0).target for job in ("worker", "ps")]
cluster = tf.train.ClusterSpec({
    job: [port.removeprefix("grpc://")] for job, port in zip(("worker", "ps"), ports)})
resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(cluster, rpc_layer="grpc")
strategy = tf.distribute.ParameterServerStrategy(resolver)
with strategy.scope():
    model = models.GAN((8, 8, 1))
    try:
        model.compile()
    except ValueError as error:
        print("refused:", error)
"""
    (tmp_path / "refused.py").write_text(code)
    result = run(tmp_path / "refused", cwd=tmp_path)
    assert "refused: Adversarial models do not train under ParameterServer" in result.stdout, (
        result.stderr
    )


@pytest.mark.parametrize("there", [True, False])
def test_a_save_that_fails_leaves_the_file_that_was_there(there, tmp_path, monkeypatch):
    model = models.GAN((8, 8, 1))
    path = tmp_path / "model.keras"
    if there:
        model.save(path)
    before = path.read_bytes() if there else None

    def full(self, filepath, **kwargs):
        pathlib.Path(filepath).write_bytes(b"half")
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "save", full)
        with pytest.raises(OSError, match="No space"):
            model.save(path)
    assert (path.read_bytes() == before) if there else not path.exists()
    assert [each.name for each in tmp_path.iterdir()] == ["model.keras"] * there
    model.save(str(path))
    assert isinstance(keras.models.load_model(path), models.GAN)
