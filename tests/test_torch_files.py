import os
import pickle
import zipfile

import keras
import numpy as np
import pytest
from torch_writer import write_tensors

from kerasgan import torch_files


def some():
    generator = np.random.default_rng(0)
    return {
        "a.weight": generator.normal(size=(2, 3, 4, 5)).astype("f4"),
        "a.bias": generator.normal(size=7),
        "count": np.array(3, "i8"),
        "across": generator.normal(size=(4, 3)).astype("f4").T,
    }


@pytest.mark.parametrize("zipped", [False, True])
def test_tensors_are_read(tmp_path, zipped):
    write_tensors(tmp_path / "some.pth", some(), zipped=zipped)
    found = torch_files.read_tensors(tmp_path / "some.pth")
    assert list(found) == list(some())
    for name, expected in some().items():
        np.testing.assert_array_equal(found[name], expected)
        assert found[name].dtype == expected.dtype


class Harm:
    def __reduce__(self):
        return os.mkdir, ("harm",)


def test_a_file_that_would_run_code_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for zipped in (False, True):
        write_tensors(tmp_path / "harm.pth", some(), extra=Harm(), zipped=zipped)
        with pytest.raises(ValueError, match=r"harm.pth is no file.*asks for posix.mkdir"):
            torch_files.read_tensors(tmp_path / "harm.pth")
    (tmp_path / "harm.pkl").write_bytes(pickle.dumps(Harm()))
    with pytest.raises(ValueError, match="asks for posix.mkdir"):
        torch_files.read_tensors(tmp_path / "harm.pkl")
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize(
    "change",
    [{"start": 1}, {"start": -1}, {"shape": (2, 9)}, {"strides": (9, 9)}, {"strides": (-1, 1)}],
)
def test_tensors_stay_in_their_storage(tmp_path, change):
    write_tensors(tmp_path / "file.pth", {"x": np.ones((3, 4), "f4")}, change)
    with pytest.raises(ValueError, match="larger than its storage"):
        torch_files.read_tensors(tmp_path / "file.pth")


def test_broken_files_are_told(tmp_path):
    path = tmp_path / "file.pth"
    write_tensors(path, some(), zipped=True)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    for name, content in [
        ("file/data/0", None),
        ("file/data/0", b"1234"),
        ("file/byteorder", b"big"),
        ("file/data.pkl", None),
        ("file/data.pkl", entries["file/data.pkl"][:50]),
    ]:
        with zipfile.ZipFile(path, "w") as archive:
            for each, kept in (entries | {name: content}).items():
                if kept is not None:
                    archive.writestr(each, kept)
        with pytest.raises(ValueError, match="no file of tensors"):
            torch_files.read_tensors(path)

    write_tensors(path, some())
    content = path.read_bytes()
    for end in (0, 5, 60, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:end])
        with pytest.raises(ValueError, match="no file of tensors"):
            torch_files.read_tensors(path)
    for other in (b"PK\x03\x04" + content, content[1:], pickle.dumps([1, 2])):
        path.write_bytes(other)
        with pytest.raises(ValueError, match="no file of tensors"):
            torch_files.read_tensors(path)
    write_tensors(path, {"x": np.ones(3, "i4")})
    with pytest.raises(ValueError, match="asks for torch.IntStorage"):
        torch_files.read_tensors(path)
    with pytest.raises(FileNotFoundError):
        torch_files.read_tensors(tmp_path / "none.pth")


def test_tensors_go_to_the_layers_of_their_names():
    generator = np.random.default_rng(0)
    images = keras.Input((5, 5, 2))
    x = keras.layers.Conv2D(3, (1, 2), name="c", use_bias=False)(images)
    x = keras.layers.DepthwiseConv2D(2, name="d")(x)
    x = keras.layers.BatchNormalization(name="n", epsilon=0)(x)
    network = keras.Model(images, keras.layers.Dense(4, name="f")(keras.layers.Flatten()(x)))
    shapes = {"c.weight": (3, 2, 1, 2), "d.weight": (3, 1, 2, 2), "d.bias": (3,)}
    shapes |= {f"n.{name}": (3,) for name in ("weight", "bias", "running_mean", "running_var")}
    shapes |= {"f.weight": (4, 36), "f.bias": (4,)}
    tensors = {name: generator.uniform(0.5, 1, shape) for name, shape in shapes.items()}
    tensors["n.num_batches_tracked"] = np.array(1)
    torch_files.load_tensors(network, tensors)

    x = generator.normal(size=(5, 5, 2))
    kernel = tensors["c.weight"][:, :, 0]
    x = sum(x[:, i : i + 4] @ kernel[:, :, i].T for i in range(2))
    kernel = tensors["d.weight"][:, 0]
    x = tensors["d.bias"] + sum(
        x[i : i + 4, j : j + 3] * kernel[:, i, j] for i in range(2) for j in range(2)
    )
    x = (x - tensors["n.running_mean"]) / tensors["n.running_var"] ** 0.5
    x = x * tensors["n.weight"] + tensors["n.bias"]
    expected = tensors["f.weight"] @ x.ravel() + tensors["f.bias"]

    generator = np.random.default_rng(0)
    for shape in shapes.values():
        generator.uniform(0.5, 1, shape)
    found = network(generator.normal(size=(1, 5, 5, 2)))
    np.testing.assert_allclose(found[0], expected, rtol=1e-4)

    with pytest.raises(ValueError, match="There is no tensor d.bias"):
        torch_files.load_tensors(network, {k: v for k, v in tensors.items() if k != "d.bias"})
    with pytest.raises(ValueError, match="takes g.bias"):
        torch_files.load_tensors(network, tensors | {"g.bias": np.ones(1)})
    with pytest.raises(ValueError, match="shape"):
        torch_files.load_tensors(network, tensors | {"f.bias": np.ones(5)})
