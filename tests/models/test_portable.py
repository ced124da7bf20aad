"""What is asked of `export` to single files, in vain."""

import sys

import keras
import pytest
from keras import layers

from kerasgan import models


@pytest.fixture(scope="module")
def gan():
    generator = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Reshape((2, 2, 1))])
    judge = keras.Sequential([keras.Input((2, 2, 1)), layers.Flatten(), layers.Dense(1)])
    return models.GAN(None, None, generator, judge)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"format": "litert", "filepath": "gan.onnx"}, r"gan\.onnx must end in \.tflite"),
        ({"format": "litert", "endpoint": "translate"}, "no endpoint 'translate': generate, gene"),
        ({"format": "litert", "endpoint": "generate_n"}, "'generate_n' draws random numbers"),
        ({"endpoint": "generate"}, "A SavedModel has all endpoints; got endpoint='generate'"),
        ({"format": "onnx", "input_signature": []}, "a signature of its own"),
        ({"format": "torch"}, "formats tf_saved_model, onnx, litert, but not 'torch'"),
    ],
)
def test_refused(gan, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        gan.export(**({"filepath": "gan.tflite"} | arguments))
    assert not list(tmp_path.iterdir())


def test_without_its_converter(gan, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'kerasgan\[onnx\]'"):
        gan.export(tmp_path / "gan.onnx", format="onnx")


def test_a_model_of_mixed_precision_makes_the_same_in_single_precision(gan):
    keras.config.set_dtype_policy("mixed_bfloat16")
    generator = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Reshape((2, 2, 1))])
    judge = keras.Sequential([keras.Input((2, 2, 1)), layers.Flatten(), layers.Dense(1)])
    model = models.GAN(None, None, generator, judge, ema=0.9)
    keras.config.set_dtype_policy("float32")
    model.generator_ema.set_weights([weights + 1 for weights in generator.get_weights()])
    plain = model.in_single_precision()
    for network, moved in ((plain.generator, 0), (plain.generator_ema, 1)):
        assert {layer.dtype_policy.name for layer in network.layers} == {"float32"}
        for found, weights in zip(network.get_weights(), generator.get_weights(), strict=True):
            assert (found == weights + moved).all()
