"""FID's Inception, with random weights, is that of PyTorch.

The constants are what torch-fidelity 0.4.0 gives, in PyTorch 2.13, with the same weights for the
same two images: of each layer a few numbers, and the mean of all.
"""

import hashlib
import zlib

import keras
import numpy as np
import pytest
from torch_writer import write_tensors

from kerasgan import metrics
from kerasgan.metrics import inception_v3
from kerasgan.metrics.preparing import Prepare, prepared
from kerasgan.torch_files import load_tensors

EXPECTED = {
    64: (
        [
            [0.1957501, 0.3503993, 0.03792766, 0.9968978],
            [0.4442776, 0.2316125, 0.0055874, 1.289827],
        ],
        [0.3831148, 0.280876],
    ),
    192: (
        [[0.773205, 0.4585237, 1.140604, 0.001335169], [0.5535475, 0.1975816, 0.4626828, 0.0]],
        [0.6503845, 0.4051906],
    ),
    768: (
        [
            [0.0033084, 0.8224174, 0.7165155, 0.0077393],
            [0.0087266, 0.7126967, 0.4948919, 0.0017714],
        ],
        [0.5979354, 0.4627523],
    ),
    2048: (
        [[0.0898862, 0.2966518, 1.81166, 0.1886418], [0.0622505, 0.2180947, 1.31217, 0.1721834]],
        [0.7825263, 0.6013299],
    ),
    "logits_unbiased": (
        [
            [-0.3990164, 0.856884, 0.3724222, -0.035533],
            [-0.3781554, 0.5746386, 0.215353, -0.0083285],
        ],
        [1.065004, 0.8176206],
    ),
    "logits": (
        [
            [-0.3760301, 0.8973697, 0.2647088, 0.031498],
            [-0.3551691, 0.6151243, 0.1076396, 0.0587024],
        ],
        [1.068167, 0.8229917],
    ),
}


def tensor(name, shape):
    """A random tensor, of which the name is the seed."""
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    if len(shape) == 4:
        return generator.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape)
    if len(shape) == 2:
        return generator.normal(0, shape[1] ** -0.5, shape)
    if name.endswith(("running_var", "bn.weight")):
        return generator.uniform(0.8, 1.2, shape)
    return generator.normal(0, 0.1, shape)


def tensors(network):
    """Random tensors for all layers, in PyTorch's order of axes."""
    found = {}
    for layer in network.layers:
        shapes = [tuple(weight.shape) for weight in layer.weights]
        names = "weight", "bias", "running_mean", "running_var"
        for name, shape in zip(names, shapes, strict=False):
            shape = {4: shape[3:] + shape[2:3] + shape[:2], 2: shape[::-1]}.get(len(shape), shape)
            found[f"{layer.name}.{name}"] = tensor(f"{layer.name}.{name}", shape).astype("float32")
    return found


def test_all_layers_are_those_of_pytorch():
    images = np.random.default_rng(0).integers(0, 256, (2, 40, 48, 3), dtype=np.uint8)
    images[1] = np.sort(images[1], axis=0)
    network, outputs = inception_v3.build()
    weights = tensors(network)
    assert len(weights) == 94 * 5 + 2  # with 94 counters 566, as in the file
    assert sum(each.size for each in weights.values()) == 23_885_486 - 94
    load_tensors(network, weights)
    assert tuple(outputs) == inception_v3.LAYERS
    whole = keras.Model(network.input, list(outputs.values()))
    model = prepared(whole, Prepare(299, "tf", 128.0, 128.0), "whole")
    found = dict(zip(outputs, model((images / 127.5 - 1).astype("float32")), strict=True))
    found["logits_unbiased"] = found["logits"] - weights["fc.bias"]
    for layer, (some, means) in EXPECTED.items():
        values = np.asarray(found[layer])
        step = max(1, values.shape[1] // 4)
        assert values.shape == (2, layer if isinstance(layer, int) else 1008)
        np.testing.assert_allclose(values[:, step // 2 :: step][:, :4], some, atol=1e-4)
        np.testing.assert_allclose(np.abs(values).mean(axis=1), means, atol=1e-5)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A file of weights of a small network in the place of the large one."""
    images = keras.Input((299, 299, 3))
    x = keras.layers.GlobalAveragePooling2D()(images)
    logits = keras.layers.Dense(5, name="fc")(x)
    network = keras.Model(images, logits)
    outputs = dict(zip(inception_v3.LAYERS, [x, x, x, x, logits, logits], strict=True))
    monkeypatch.setattr(inception_v3, "build", lambda: (network, outputs))
    path = tmp_path / "weights.pth"
    weights = {"fc.weight": np.ones((5, 3), "f4"), "fc.bias": np.arange(5).astype("f4")}
    write_tensors(path, weights)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(inception_v3, "_SHA256", digest)
    return path, digest


def test_a_file_is_read_and_the_layer_chosen(small):
    path, digest = small
    keras.config.set_dtype_policy("mixed_float16")  # which judges do not follow
    images = np.full((2, 9, 7, 1), 192, np.uint8)
    for layer, expected in [
        (2048, [[0.5] * 3] * 2),
        ("logits", [[1.5, 2.5, 3.5, 4.5, 5.5]] * 2),
        ("logits_unbiased", [[1.5] * 5] * 2),
    ]:
        for resize in ("tf", "clean"):
            judge = metrics.inception(path, layer, resize)
            assert judge.name == f"inception_{layer}_{resize}_{digest[:8]}"
            found = metrics.extract_features(judge, images)
            np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_other_files_and_layers_are_told(small, tmp_path):
    path, _ = small
    with pytest.raises(ValueError, match="64, 192, 768, 2048, 'logits'.* but is 1024"):
        metrics.inception(path, 1024)
    with pytest.raises(ValueError, match="'tf' or 'clean', but is 'bicubic'"):
        metrics.inception(path, resize="bicubic")
    with pytest.raises(FileNotFoundError):
        metrics.inception(tmp_path / "none.pth")
    path.write_bytes(path.read_bytes() + b"0")
    with pytest.raises(ValueError, match="is not pt_inception-2015-12-05-6726825d.pth"):
        metrics.inception(path)


def test_the_hash_is_that_of_the_published_file():
    assert inception_v3._SHA256.startswith("6726825d")  # as its name says
