"""What every recipe exports to ONNX and LiteRT: `pip install '.[onnx,litert]'`."""

import json

import numpy as np
import pytest
from conformance import cases
from conformance.test_conformance import RECIPES, example

from kerasgan import models

pytestmark = pytest.mark.large

LITERT_LACKS = {
    (models.R3GAN, "generate"),
    (models.ConditionalR3GAN, "generate"),
    (models.NextFrameGAN, "predict_frame"),
}


@pytest.fixture(scope="module", params=RECIPES)
def model(request):
    model = cases.build(request.param)
    cases.move_state(model)
    return model


def served(model):
    """Yields the endpoints that draw no random numbers: name, inputs by name, the output."""
    for name, (function, signature) in model.endpoints().items():
        inputs = {spec.name: example(spec) for spec in signature}
        if "seed" not in inputs:
            yield name, inputs, function(*inputs.values()).numpy()


def check_equal(found, expected):
    """Images to a level, other values to the rounding of float32."""
    assert found.dtype == expected.dtype and found.shape == expected.shape
    if expected.dtype == np.uint8:
        assert np.abs(found.astype(int) - expected).max() <= 1
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def output_name(model, endpoint):
    return (dict.fromkeys(model.endpoints(), "images") | model.output_names())[endpoint]


def test_onnx(model, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("tf2onnx")
    for name, inputs, expected in served(model):
        path = tmp_path / f"{name}.onnx"
        model.export(path, format="onnx", endpoint=name)
        session = runtime.InferenceSession(path)
        output = output_name(model, name)
        output = f"output_{output}" if output in inputs else output
        assert {tensor.name for tensor in session.get_inputs()} == set(inputs)
        assert session.get_inputs()[0].shape[0] == "batch"
        check_equal(session.run([output], inputs)[0], expected)
        facts = session.get_modelmeta().custom_metadata_map
        assert facts["endpoint"] == name and facts["model"] == type(model).__name__
        assert "latents" in facts or "latents" not in inputs


def test_litert(model, tmp_path):
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    for name, inputs, expected in served(model):
        path = tmp_path / f"{name}.tflite"
        if (type(model), name) in LITERT_LACKS:
            with pytest.raises(ValueError, match=f"LiteRT cannot do what '{name}' does: it lacks"):
                model.export(path, format="litert", endpoint=name)
            continue
        model.export(path, format="litert", endpoint=name)
        runner = litert.Interpreter(str(path)).get_signature_runner(name)
        check_equal(runner(**inputs)[output_name(model, name)], expected)


def test_what_a_tflite_file_says_of_itself(tmp_path):
    pytest.importorskip("ai_edge_litert")
    from tensorflow.lite.tools import flatbuffer_utils

    cases.build("cgan").export(tmp_path / "cgan.tflite", format="litert")
    file = flatbuffer_utils.read_model(str(tmp_path / "cgan.tflite"))
    (entry,) = [entry for entry in file.metadata if entry.name == b"kerasgan"]
    facts = json.loads(bytes(file.buffers[entry.buffer].data))
    assert facts["endpoint"] == "generate" and facts["labels"] == "integers from 0 to 9"
    assert facts["latents"] == "uniform in [-1.732, 1.732]"


def test_quantized_weights_are_smaller_and_nearly_as_good(tmp_path):
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    model = models.DCGAN.from_preset("dcgan_mnist")
    latents, sizes, made = model.sample_latent(8, 1).numpy(), [], []
    for quantize in (False, True):
        path = tmp_path / f"{quantize}.tflite"
        model.export(path, format="litert", quantize=quantize)
        sizes.append(path.stat().st_size)
        made.append(litert.Interpreter(str(path)).get_signature_runner()(latents=latents)["images"])
    assert sizes[1] < 0.4 * sizes[0]
    difference = np.abs(made[0].astype(int) - made[1])
    assert difference.any() and difference.mean() < 3
