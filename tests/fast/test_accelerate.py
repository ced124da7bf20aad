import subprocess
import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import fast, layers, models, networks


@pytest.fixture
def off():
    """Everything is left to Keras."""
    fast.use("off")
    yield
    fast.use("auto")


def network():
    """A network with branches, a layer that is used twice, and a network inside."""
    images = keras.Input((8, 8, 2))
    shared = keras.layers.Conv2D(2, 3, padding="same")
    x = keras.layers.LeakyReLU(0.2)(shared(images))
    x = keras.layers.BatchNormalization()(keras.layers.Add()([shared(x), x]))
    inner = keras.Sequential([keras.Input((8, 8, 2)), keras.layers.Conv2D(1, 4, 2, "same")])
    x = keras.layers.Flatten()(inner(x))
    return keras.Model(images, keras.layers.Dense(3)(layers.Maxout(4, 2)(x)))


@pytest.mark.parametrize("training", [False, True])
def test_an_accelerated_network_has_the_same_weights_and_outputs(training):
    plain = network()
    faster = fast.accelerate(plain)
    assert faster is not plain
    assert {id(weight) for weight in faster.weights} == {id(weight) for weight in plain.weights}
    images = np.random.default_rng(0).normal(size=(4, 8, 8, 2)).astype("float32")
    statistics = [plain.layers[i].weights for i, x in enumerate(plain.layers) if x.weights]
    before = [[weight.numpy() for weight in weights] for weights in statistics]
    found = []
    for each in (plain, faster):
        for weights, values in zip(statistics, before, strict=True):
            for weight, value in zip(weights, values, strict=True):
                weight.assign(value)
        outputs = each(images, training=training)
        found.append([outputs, *(weight.numpy() for weight in plain.weights)])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_a_network_is_left_to_keras_when_it_is_asked_for(off):
    plain = network()
    assert fast.accelerate(plain) is plain
    assert not fast.enabled()


def test_another_mode_is_refused():
    with pytest.raises(ValueError, match="must be one of .*'auto', 'off'.*, got 'on'"):
        fast.use("on")


def test_accelerators_have_their_own_kernels(monkeypatch):
    devices = [types.SimpleNamespace(device_type=kind) for kind in ("CPU", "GPU")]
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda: devices)
    plain = network()
    assert fast.accelerate(plain) is plain


def test_what_is_not_a_plain_layer_is_left_alone():
    class Own(keras.layers.Dense):
        pass

    class Subclassed(keras.Model):
        def call(self, inputs):
            return inputs

    regularized = keras.layers.Dense(2, activity_regularizer="l2")
    for layer in (Own(2), regularized, keras.layers.Flatten()):
        assert fast.accelerate_layer(layer) is layer
    model = Subclassed()
    assert fast.accelerate(model) is model


_LOAD = """
import sys
sys.modules["kerasgan"] = None  # an import would fail
import keras, numpy as np
for path in sys.argv[1:]:
    network = keras.saving.load_model(path)
    inputs = np.load(path + ".npz")
    arguments = [inputs[key] for key in sorted(inputs)]
    np.save(path + ".npy", network(arguments if len(arguments) > 1 else arguments[0]))
"""


def test_generators_load_where_kerasgan_is_not(tmp_path):
    latents = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
    labels = np.eye(10, dtype="float32")[:3]
    photo = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 3)).astype("float32")
    made = {
        "gan": (networks.gan.generator((8, 8, 1), 5), [latents]),
        "dcgan": (networks.dcgan.generator((8, 8, 1), 5, width=4), [latents]),
        "lsgan": (networks.lsgan.generator((16, 16, 1), 5, width=2), [latents]),
        "wgan_gp": (models.WGANGP((16, 16, 1), 5).generator, [latents]),
        "cgan": (networks.cgan.generator((8, 8, 1), 10, 5), [latents, labels]),
        "pix2pix": (networks.unet.generator((32, 32, 3), 3, width=2), [photo]),
    }
    paths = []
    for name, (generator, inputs) in made.items():
        paths.append(str(tmp_path / f"{name}.keras"))
        generator.save(paths[-1])
        np.savez(f"{paths[-1]}.npz", **{str(i): x for i, x in enumerate(inputs)})
    run = subprocess.run([sys.executable, "-c", _LOAD, *paths], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    for path, (generator, inputs) in zip(paths, made.values(), strict=True):
        expected = generator(inputs if len(inputs) > 1 else inputs[0])
        np.testing.assert_allclose(np.load(f"{path}.npy"), expected, atol=1e-6)


def test_layers_that_files_of_version_0_1_name_load():
    names = ["Conv2D", "Conv2DTranspose", "Dense", "GaussianNoise", "LeakyReLU", "PReLU"]
    for name in [*names, "BatchNormalization"]:
        kind = keras.saving.get_registered_object(f"kerasgan>{name}")
        assert kind is getattr(keras.layers, name) is getattr(layers, name)
        config = keras.saving.serialize_keras_object(
            kind(*{"Conv2D": (2, 3), "Conv2DTranspose": (2, 3), "Dense": (2,)}.get(name, ()))
            if name != "GaussianNoise"
            else kind(0.5)
        )
        old = {"module": "kerasgan.layers", "registered_name": f"kerasgan>{name}"}
        layer = keras.saving.deserialize_keras_object(config | old)
        assert type(layer) is kind and layer.get_config() == config["config"]


def test_a_model_trains_alike_with_and_without(noise_images):
    def trained(mode):
        fast.use(mode)
        keras.backend.clear_session(free_memory=False)
        model = models.DCGAN(
            generator=networks.dcgan.generator((8, 8, 1), 4, width=4, seed=0),
            discriminator=networks.dcgan.discriminator((8, 8, 1), width=4, seed=0),
            seed=0,
        )
        model.compile(*(keras.optimizers.SGD(0.1) for _ in range(2)))
        model.fit(noise_images, batch_size=16, shuffle=False, verbose=0)
        return model.get_weights()

    try:
        for ours, theirs in zip(trained("auto"), trained("off"), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
    finally:
        fast.use("auto")
