"""What the scripts do with a run's folder, in this process."""

import json

import keras
import numpy as np
import pytest
from conformance import cases
from conformance.cases import begin, stop

import kerasgan
import zoo
from kerasgan import models
from kerasgan.data import order
from kerasgan.training import RunError, folder, history, load_model, options

ROWS = [{"epoch": 0, "loss": "0.5", "val": "NA"}, {"epoch": 1, "loss": "-2e-05", "val": "1.25"}]
PLAIN = "epoch,loss,val\r\n0,0.5,NA\r\n1,-2e-05,1.25\r\n"
EDITED = {
    "as Keras writes it": PLAIN.encode(),
    "killed while it was written": PLAIN.encode() + b"2,0.",
    "pandas": PLAIN.replace("\r\n1,", "\r\n1.0,").replace("\r\n0,", "\n0.0,").encode(),
    "semicolons and commas": PLAIN.replace(",", ";").replace(".", ",").encode(),
    "tabs": PLAIN.replace(",", "\t").encode(),
    "a byte order mark": PLAIN.encode("utf-8-sig"),
    "empty lines": PLAIN.replace("\r\n", "\n\n,,\n").encode(),
    "spaces": PLAIN.replace(",", ", ").encode(),
    "another order": b"val,epoch,loss\nNA,0,0.5\n1.25,1,-2e-05\n",
    "quotes": b'"epoch","loss","val"\n"0","0.5","NA"\n"1","-2e-05","1.25"\n',
}


@pytest.mark.parametrize("content", EDITED.values(), ids=EDITED)
def test_an_edited_history_is_read(content, tmp_path):
    path = tmp_path / "history.csv"
    path.write_bytes(content)
    rows = history.read_history(path)
    assert rows == ROWS
    history.write_history(path, rows)
    assert history.read_history(path) == ROWS
    assert [file.name for file in tmp_path.iterdir()] == ["history.csv"]
    assert history.numbers(rows, "val") == [1.25] and history.numbers(rows, "other") == []


def test_a_column_of_the_users_stays(tmp_path):
    path = tmp_path / "history.csv"
    path.write_bytes("epoch;loss;Größe, m\n0;0,5;drei, vier\n".encode("latin-1"))
    history.write_history(path, history.read_history(path))
    assert path.read_text(encoding="utf-8").splitlines() == [
        'epoch,loss,"Größe, m"',
        '0,0.5,"drei, vier"',
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"loss,val\n0.5,1\n",
        b"0,0.5,NA\n1,0.25,NA\n",
        b"epoch,loss\nfirst,0.5\n",
        b"epoch,loss\n0.5,0.5\n",
        b"epoch,loss\n0,0.5,7\n",
        b"epoch,loss\n0\n1,0.5\n",
        b"epoch,loss\n0,0.5\nmy notes\n",
        b"epoch,loss,loss\n0,0.5,0.5\n",
        "epoch,loss\n0,0.5\n".encode("utf-16"),
        b'epoch,loss\n0,"' + b"0" * 200_000 + b'"\n',
        b",,\n",
        b"epoch,loss\n-1,0.5\n",
        b"epoch,loss\n1e300,0.5\n",
    ],
)
def test_a_history_that_makes_no_sense_is_kept_aside(content, tmp_path, caplog):
    path = tmp_path / "history.csv"
    (tmp_path / "history-1.csv").write_text("older")
    path.write_bytes(content)
    rows = history.read_history(path)
    assert rows is None
    history.write_history(path, rows)
    assert not path.exists()
    assert (tmp_path / "history-1.csv").read_text() == "older"
    assert (tmp_path / "history-2.csv").read_bytes() == content
    assert len(caplog.records) == 1 and "it is now history-2.csv" in caplog.text


def test_a_folder_has_one_training(tmp_path):
    refused = pytest.raises(RunError, match="another training writes into")
    with folder.locked(tmp_path), refused, folder.locked(tmp_path):
        pass
    with folder.locked(tmp_path):
        pass


def test_a_folder_without_locks_is_told_of(tmp_path, monkeypatch, caplog):
    def unsupported(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(folder.fcntl, "flock", unsupported)
    with folder.locked(tmp_path):
        pass
    assert len(caplog.records) == 1 and "Operation not supported" in caplog.text


def test_the_digest_of_arrays():
    images = np.arange(24, dtype="uint8").reshape(6, 4)
    digest = order.digest(images)
    assert digest == order.digest(images.copy())
    others = [images[::-1], images.reshape(4, 6), images.view("int8"), images[:5], images + 1]
    assert len({digest, *(order.digest(other) for other in others)}) == 6
    assert order.digest(images, images[0]) != digest


# ---------------------------------------------------------------------- loading a run's model


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_a_stopped_run_of_mixed_precision_with_features_has_a_model(policy, tmp_path):
    keras.config.set_dtype_policy(policy)
    images = keras.Input((None, None, 3))
    features = keras.Model(images, keras.layers.Conv2D(2, 3)(images))
    model = models.SRGAN(
        (16, 16, 3),
        2,
        kerasgan.networks.srgan.generator(2, 3, 4, 1),
        kerasgan.networks.srgan.discriminator((16, 16, 3), width=4, units=8),
        features=features,
    )
    rate = keras.optimizers.schedules.CosineDecay(5e-4, 10)
    model.compile(generator_optimizer=keras.optimizers.Adam(rate))
    stop(begin(tmp_path / "run", model), 1)
    keras.config.set_dtype_policy("float32")
    loaded = load_model(tmp_path / "run")
    assert not cases.changed(cases.state(model), cases.state(loaded))
    assert loaded.generator_optimizer.get_config() == model.generator_optimizer.get_config()
    assert loaded.generator.layers[1].dtype_policy.name == policy


def test_the_newest_model_of_a_run_is_loaded(tmp_path, capsys):
    path = tmp_path / "run"
    model = cases.build("gan")
    checkpoint = begin(path, model)

    def loads(expected, words):
        loaded = load_model(path)
        out = capsys.readouterr().out
        assert all(word in out for word in words) and bool(out) == bool(words), out
        assert loaded.generator.weights[0].numpy().ravel()[0] == expected

    def train(value):
        weight = model.generator.weights[0]
        weight.assign(np.full(weight.shape, value))

    train(1)
    stop(checkpoint, 1)
    loads(1, ["epoch-00001.weights.h5"])
    train(2)
    model.save(path / "model.keras")
    stop(checkpoint, 2)
    folder.write_options(path, {"trained_epochs": 2})
    train(9)
    checkpoint.model.save_weights(checkpoint.path())  # what is as old is not looked at
    loads(2, [])
    train(3)
    stop(checkpoint, 2, 5)
    loads(3, ["epoch-00002-step-00000005.weights.h5"])
    checkpoint.paths()[-1].write_bytes(b"damaged")
    loads(9, ["epoch-00002.weights.h5"])
    (path / "model.keras").rename(tmp_path / "model.keras")
    loads(9, ["epoch-00002.weights.h5"])
    (tmp_path / "model.keras").rename(path / "model.keras")
    config = json.loads((path / "config.json").read_text())
    config["config"]["generator"]["module"] = 1.5
    for content in ("{}", "{", '{"class_name": "Game"}', json.dumps(config)):
        (path / "config.json").write_text(content)
        with pytest.raises(RunError, match="config.json"):
            load_model(path)
    # A run of version 0.1.
    (path / "config.json").unlink()
    folder.write_options(path, {"epochs": 3})
    loads(2, ["model.keras, which may be older than", "epoch-00002-step-00000005"])
    (path / "model.keras").unlink()
    with pytest.raises(RunError, match="an older version only.*resume=True"):
        load_model(path)


def test_options_that_cannot_be_read(tmp_path):
    wrong = [{"trained_epochs": "2"}, {"epochs": -1}, {"epochs": 10**30}, {"examples": 1.5}]
    wrong += [{"versions": []}, {"image_shape": 8}, {"model": ["gan"]}, {"dataset": "\ud800"}]
    wrong = [json.dumps(each).encode() for each in wrong]
    for content in (b"\xff\xfe", b"{", b"[1, 2]", b"[" * 100_000, b"", *wrong):
        (tmp_path / "recipe.json").write_bytes(content)
        with pytest.raises(RunError, match="recipe.json cannot be read"):
            folder.read_options(tmp_path)
    (tmp_path / "recipe.json").write_text(json.dumps({"epochs": 3}))
    assert folder.read_options(tmp_path / "best.keras") == {"epochs": 3}


def test_what_is_no_path_is_another_one(tmp_path):
    chosen = options.resolve(zoo.RECIPES["gan"], {"dataset": "digits"}, {})
    for name, value in (("dataset", "a" * 5000), ("model", "a\0b")):
        folder.write_options(tmp_path, chosen | {name: value})
        with pytest.raises(RunError, match=f"holds another run .{name}=a.*{chosen[name]} here"):
            options.check_workdir(tmp_path, chosen, resume=True)
