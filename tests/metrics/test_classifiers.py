import hashlib
import io
import pathlib

import keras
import numpy as np
import pytest
from conftest import shared_data

from kerasgan import data, metrics
from kerasgan.metrics import classifiers

WEIGHTS = pathlib.Path(classifiers.__file__).parent / "weights"


def accuracy(name, images):
    judge = metrics.classifier(name, "logits")
    found = metrics.extract_features(judge, images.images, batch_size=500)
    return np.mean(found.argmax(axis=1) == images.labels)


@pytest.fixture(scope="module")
def digits():
    return [data.load_images("digits", split=split) for split in ("train", "test")]


def test_the_digits_are_classified_as_its_readme_says(digits):
    assert accuracy("digits", digits[1]) == pytest.approx(0.9798, abs=0.004)


@pytest.mark.parametrize("name, least", [("mnist", 0.985), ("fashion_mnist", 0.91)])
def test_others_are_classified(name, least):
    folder = shared_data().parent / "tfds"
    if not (folder / name).is_dir():
        pytest.skip(f"{folder / name} is not there")
    images = data.load_images(name, split="test[:2000]", data_dir=str(folder))
    assert accuracy(name, images) >= least


@pytest.mark.parametrize("name", ["digits", "mnist", "fashion_mnist"])
def test_a_classifier_is_called_by_its_files_hash(name):
    judge = metrics.classifier(name)
    content = (WEIGHTS / f"{name}.npz").read_bytes()
    assert len(content) < 500_000
    assert judge.name == f"{name}_features_{hashlib.sha256(content).hexdigest()[:8]}"
    assert judge.output_shape == (None, 64)
    assert not judge.trainable_weights
    readme = (WEIGHTS / "README.md").read_text()
    assert f"{name}.npz" in readme


def test_images_of_any_size_are_judged(digits):
    _, test = digits
    larger = data.load_images("digits", (24, 24, 1), split="test")
    assert accuracy("digits", larger) > 0.95
    judge = metrics.classifier("digits")
    found = metrics.extract_features(judge, test.images)
    assert found.shape == (297, 64) and found.dtype == np.float32
    sides = [np.asarray(judge(np.zeros((2, side, side + 1, 1), "float32"))) for side in (5, 30)]
    assert all(np.isfinite(each).all() for each in sides)


def test_images_of_its_size_are_judged_as_they_are(digits):
    images = data.to_float(digits[1].images[:20])
    judge = metrics.classifier("digits")
    resized = keras.layers.Resizing(8, 8, antialias=True)(images)
    expected = judge.get_layer("network")(resized, training=False)
    np.testing.assert_array_equal(judge(images), expected)


def test_a_program_in_half_precision_is_judged_alike(digits):
    images = digits[1].images[:20]
    expected = metrics.extract_features(metrics.classifier("digits"), images)
    keras.config.set_dtype_policy("mixed_bfloat16")
    judge = metrics.classifier("digits")
    assert keras.config.dtype_policy().name == "mixed_bfloat16"
    np.testing.assert_array_equal(metrics.extract_features(judge, images), expected)


def test_the_distances_have_the_order_that_eyes_have(digits):
    judge = metrics.classifier("digits")
    images = np.random.default_rng(0).permutation(digits[0].images)
    real, other = images[:750], images[750:]
    noise = np.random.default_rng(1).integers(0, 256, other.shape, dtype=np.uint8)
    noisy = np.where(np.random.default_rng(2).uniform(size=other.shape) < 0.15, noise, other)
    shuffled = np.random.default_rng(3).permuted(other.reshape(-1, 64), axis=1)
    kinds = [other, noisy, shuffled.reshape(other.shape), noise]
    real, *kinds = [metrics.extract_features(judge, each, 750) for each in (real, *kinds)]
    for distance in (
        metrics.frechet_distance,
        lambda a, b: metrics.kernel_distance(a, b, 10, 500)[0],
    ):
        found = [distance(real, each) for each in kinds]
        assert found[0] < 0.1 * found[1] and found[1] < found[2] and found[1] < found[3], found
    shares = [
        metrics.precision_recall(real, each) + metrics.density_coverage(real, each)
        for each in kinds[:3]
    ]
    assert (np.array(shares[0]) > np.array(shares[1])).all()
    assert (np.array(shares[1]) > 2 * np.array(shares[2])).all()
    ten = np.tile(kinds[0][:10], (75, 1))
    precision, recall = metrics.precision_recall(real, ten)
    assert precision >= 0.8 and recall < 0.1
    assert metrics.density_coverage(real, ten)[1] < 0.1


def test_training_and_test_images_are_near():
    folder = shared_data().parent / "tfds"
    if not (folder / "mnist").is_dir():
        pytest.skip(f"{folder / 'mnist'} is not there")
    judge = metrics.classifier("mnist")
    splits = [
        data.load_images("mnist", split=f"{split}[:2000]", data_dir=str(folder)).images
        for split in ("train", "test")
    ]
    shuffled = np.random.default_rng(0).permuted(splits[1].reshape(-1, 784), axis=1)
    train, test, broken = [
        metrics.extract_features(judge, each, 500)
        for each in (*splits, shuffled.reshape(splits[1].shape))
    ]
    near = metrics.frechet_distance(train, test)
    assert near <= 0.02 * metrics.frechet_distance(train, broken)


def test_weights_are_saved_rounded():
    network = classifiers.build((8, 8, 1), 3)
    file = io.BytesIO()
    classifiers.save_weights(network, file)
    again = classifiers.build((8, 8, 1), 3)
    classifiers.load_weights(again, io.BytesIO(file.getvalue()))
    images = np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 1)).astype("float32")
    np.testing.assert_array_equal(network(images), again(images))
    with pytest.raises(ValueError):
        classifiers.load_weights(classifiers.build((8, 8, 1), 4), io.BytesIO(file.getvalue()))


def test_weights_that_would_run_code_are_refused():
    file = io.BytesIO()
    np.savez(file, np.array([print], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        classifiers.load_weights(classifiers.build((8, 8, 1), 3), io.BytesIO(file.getvalue()))


def test_other_names_are_told():
    with pytest.raises(ValueError, match="digits, fashion_mnist, mnist, but not of 'cifar10'"):
        metrics.classifier("cifar10")
    with pytest.raises(ValueError, match="but is 'conv'"):
        metrics.classifier("mnist", layer="conv")


def test_a_classifier_is_what_the_metrics_take(digits):
    metric = metrics.FrechetDistance(metrics.classifier("digits"))
    metric.update_state(digits[0].images, digits[1].images)
    assert 0 < float(metric.result()) < 100
    assert isinstance(metric.features, keras.Model)
