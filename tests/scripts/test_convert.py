"""`kerasgan convert`, as a user runs it, and the generators that it makes."""

import keras
import numpy as np
import pytest
from PIL import Image
from processes import refuses, run
from torch_writer import write_tensors

from kerasgan import models, networks

# From the authors' layers in PyTorch, with the weights of `tensors` and the image of `picture`:
# every fourth row and column of the first channel.
UNET = [
    *(0.038445, 0.321503, 0.0075, -0.028998, 0.355117, 0.320586, 0.746162, 0.469618),
    *(0.077907, 0.94885, 0.353767, 0.608794, 0.180884, 0.920306, 0.491465, 0.907737),
]
RESNET = [
    *(0.931978, -0.922535, 0.994806, 0.999992, -0.945562, -0.225746, -0.365511, 0.427232),
    *(0.132531, -0.961387, -0.845441, 0.113138, -0.999996, 0.970801, -0.998236, 0.409041),
]
WITH_DROPOUT = [
    *(-0.981054, -0.963008, 0.930356, 0.693894, -0.759098, -0.598669, 0.999972, 0.999815),
    *(-0.902775, -0.975893, -0.382388, -0.9996, -0.466044, -0.964239, -0.814778, -0.997715),
]


def normalization(name, width):
    parts = {part: (width,) for part in ("weight", "bias", "running_mean", "running_var")}
    return {f"{name}.{part}": shape for part, shape in parts.items()} | {
        f"{name}.num_batches_tracked": ()
    }


def unet_shapes():
    """A U-Net of five levels with batch normalization, 3 channels to 2, 2 wide."""
    block, shapes, up = "model.model.1.model", {"model.model.0.weight": (2, 3, 4, 4)}, {}
    for outer, inner in ((2, 4), (4, 8), (8, 16)):
        shapes[f"{block}.1.weight"] = (inner, outer, 4, 4)
        shapes |= normalization(f"{block}.2", inner)
        up = (
            {f"{block}.5.weight": (2 * inner, outer, 4, 4)}
            | normalization(f"{block}.6", outer)
            | up
        )
        block += ".3.model"
    shapes |= {f"{block}.{i}.weight": (16, 16, 4, 4) for i in (1, 3)}
    shapes |= normalization(f"{block}.4", 16) | up
    return shapes | {"model.model.3.weight": (4, 2, 4, 4), "model.model.3.bias": (2,)}


def resnet_shapes(blocks, second):
    """A residual network, 3 channels to 3, 2 wide."""
    convolutions = {"model.1": (2, 3, 7), "model.4": (4, 2, 3), "model.7": (8, 4, 3)}
    for i in range(blocks):
        convolutions |= {f"model.{10 + i}.conv_block.{j}": (8, 8, 3) for j in (1, second)}
    up = {10: (8, 4, 3), 13: (4, 2, 3), 17: (3, 2, 7)}
    convolutions |= {f"model.{blocks + i}": shape for i, shape in up.items()}
    shapes = {}
    for name, (first, other, side) in convolutions.items():
        transposed = name in (f"model.{blocks + 10}", f"model.{blocks + 13}")
        shapes[f"{name}.weight"] = (first, other, side, side)
        shapes[f"{name}.bias"] = (other if transposed else first,)
    return shapes


def tensors(shapes):
    generator, found = np.random.default_rng(0), {}
    for name, shape in shapes.items():
        if name.endswith("num_batches_tracked"):
            found[name] = np.array(0, "i8")
            continue
        found[name] = generator.normal(0, 0.3, shape).astype("f4")
        if name.endswith("running_var"):
            found[name] = np.abs(found[name]) + np.float32(0.5)
    return found


def picture(side):
    return np.random.default_rng(1).uniform(-1, 1, (1, 3, side, side)).astype("f4")


@pytest.mark.parametrize(
    ("shapes", "side", "expected"),
    [
        (unet_shapes(), 64, UNET),
        (resnet_shapes(2, 5), 32, RESNET),
        (resnet_shapes(1, 6), 16, WITH_DROPOUT),
    ],
    ids=["unet", "resnet", "dropout"],
)
def test_generators_are_the_authors(shapes, side, expected):
    network, (*_, channels) = networks.published.generator(tensors(shapes))
    assert channels == 3
    made = network(picture(side).transpose(0, 2, 3, 1), training=False)[0]
    found = np.asarray(made)[:: side // 4, :: side // 4, 0].ravel()
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_wrong_tensors_are_told():
    right = tensors(resnet_shapes(1, 5))
    for wrong, words in [
        ({"a": np.zeros(3)}, "no tensors of a generator"),
        (right | {"model.99.bias": np.zeros(3)}, "takes model.99.bias"),
        ({name: x for name, x in right.items() if name != "model.4.bias"}, "no tensor"),
    ]:
        with pytest.raises(ValueError, match=words):
            networks.published.generator(wrong)
    networks.published.generator({f"module.{name}": each for name, each in right.items()})


def test_a_file_becomes_a_model_that_translates(tmp_path):
    write_tensors(tmp_path / "net_G.pth", tensors(resnet_shapes(1, 5)), zipped=True)
    flags = ["--input=net_G.pth", "--output=made.keras"]
    result = run("convert", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    model = keras.models.load_model(tmp_path / "made.keras")
    assert isinstance(model, models.PairedTranslator)
    pixels = np.random.default_rng(0).integers(0, 256, (1, 16, 16, 3), dtype=np.uint8)
    assert model.translate(pixels).std() > 10
    assert refuses(run("convert", *flags, cwd=tmp_path), "made.keras exists already")
    Image.fromarray(pixels[0]).save(tmp_path / "picture.png")
    flags = ["--input=picture.png", "--output=other.keras"]
    assert refuses(run("convert", *flags, cwd=tmp_path), "picture.png is no file of tensors")
