"""The benchmark, whose figures no test asserts."""

import json
import math
import pathlib

import pytest
from PIL import Image
from processes import refuses, run

PEER = """
import time

def build(variant, wrap):
    return (lambda: time.sleep(1e-3)), {"generator": 1489936, "discriminator": 533505}, 64
"""


def test_benchmark(tmp_path):
    (tmp_path / "peer.py").write_text(PEER)
    flags = [
        "--cases=gan",
        "--rounds=1",
        "--steps=2",
        "--seconds=0",
        "--against=peer.py",
        "--output=found.json",
    ]
    result = run("benchmark", *flags, cwd=tmp_path, forks=True)
    assert result.returncode == 0, result.stderr
    found = json.loads((tmp_path / "found.json").read_text())
    case = found["cases"]["gan"]
    assert case["batch_size"] == 64
    # Three passes of 2 x weights of D a real and a generated image, three of G's; G's own update
    # has two more of D: 64 x 2 x (3 x 1,484,800 + 8 x 532,736) without the first layers' inputs.
    products = 64 * 2 * (3 * 1_484_800 + 8 * 532_736)
    assert 0.8 * products < case["flops"] <= 1.01 * products
    assert case["peak"] == pytest.approx(2 * 2048**3 / case["product_ms"] * 1e3)
    for name in (
        "fit_ms",
        "step_ms",
        "eager_ms",
        "eager_first_step_seconds",
        "ratio",
        "images_per_second",
        "of_peak",
    ):
        assert case[name] > 0
    assert "| gan |" in result.stdout

    (tmp_path / "peer.py").write_text(PEER.replace("533505", "5"))
    result = run("benchmark", *flags, cwd=tmp_path, forks=True)
    assert result.returncode == 1
    assert "error: gan has [1489936, 533505] weights, not [1489936, 5]" in result.stderr
    assert refuses(run("benchmark", "--cases=biggan", cwd=tmp_path), "biggan", "dcgan")
    assert refuses(run("benchmark", "--against=nothing.py", cwd=tmp_path), "nothing.py")
    assert refuses(run("benchmark", "--compiled", cwd=tmp_path), "--compiled", "--against")


@pytest.mark.large
def test_r3gan_has_a_peer(tmp_path):
    pytest.importorskip("torch")
    peer = pathlib.Path(__file__).parents[2] / "scripts" / "r3gan_peer.py"
    flags = [f"--against={peer}", "--compiled", "--rounds=1", "--steps=2", "--seconds=0"]
    result = run(
        "benchmark", "--cases=r3gan", "--output=found.json", *flags, cwd=tmp_path, forks=True
    )
    assert result.returncode == 0, result.stderr
    assert "r3gan, compiled: torch.compile has no second derivatives" in result.stdout
    case = json.loads((tmp_path / "found.json").read_text())["cases"]["r3gan"]
    assert case["ratio"] > 0 and "compiled_ms" not in case


def rows(text):
    """The cells of a table in Markdown, by row."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def check_figures(values):
    """All are positive and finite."""
    assert values and all(0 < value < math.inf for value in values)


@pytest.mark.parametrize("against", [None, "onnxruntime"])
def test_serving(tmp_path, against):
    runtimes, flags = ["tensorflow"], ["--batch=1", "--batch=3", "--clients=2", "--rounds=1"]
    if against:
        for package in ("tf2onnx", "onnxruntime"):
            pytest.importorskip(package)
        runtimes.append(against)
        flags.append(f"--against={against}")
    result = run("benchmark_serving", *flags, "--seconds=0", "--output=found.json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["endpoint"] == "generate" and list(found["runtimes"]) == runtimes
    for served in found["runtimes"].values():
        assert served["without_kerasgan"] and list(served["batches"]) == ["1", "3"]
        check_figures([served["mb"], *(v for b in served["batches"].values() for v in b.values())])
    assert [row[:2] for row in rows(result.stdout)[1:]] == [[r, b] for r in runtimes for b in "13"]


def test_serving_refuses(tmp_path):
    assert refuses(run("benchmark_serving", "--endpoint=paint", cwd=tmp_path), "paint", "generate")
    assert refuses(run("benchmark_serving", "--model=nothing", cwd=tmp_path), "nothing")


@pytest.mark.parametrize("against", [None, "eager"])
def test_waiting(tmp_path, against):
    """What PyTorch makes of the same weights is compared by the script."""
    ways, flags = ["kerasgan"], ["--count=3", "--picture=6x8", "--evaluated=65", "--rounds=1"]
    if against:
        pytest.importorskip("torch")
        ways.append(against)
        flags.append(f"--against={against}")
    result = run("benchmark_waiting", *flags, "--output=found.json", cwd=tmp_path, forks=True)
    assert result.returncode == 0, result.stderr
    found = json.loads((tmp_path / "found.json").read_text())
    tasks = {"`generate`, 3": 0, "`upscale`, 6 x 8": 0, "`evaluate`, 65": 0}
    assert [row[:2] for row in rows(result.stdout)[1:]] == [[t, w] for t in tasks for w in ways]
    for task in found["tasks"].values():
        for way, values in task["ways"].items():
            assert ("off" in values) == (way == "eager")
            check_figures([values[name] for name in ("seconds", "times", "first", "mb")])


def test_waiting_refuses(tmp_path):
    assert refuses(run("benchmark_waiting", "--picture=wide", cwd=tmp_path), "wide")


def test_sweep(tmp_path):
    pytest.importorskip("matplotlib")
    flags = ["--model=gan", "--batches=4", "--sizes=8", "--replicas=2", "--batch=2", "--size=8"]
    result = run("sweep", *flags, "--steps=1", "--output=sub/curves.png", cwd=tmp_path, forks=True)
    assert result.returncode == 0, result.stderr
    with Image.open(tmp_path / "sub" / "curves.png", formats=["PNG"]) as picture:
        assert len(set(picture.convert("RGB").getdata())) > 10
    rows = [
        line.split(" | ")
        for line in result.stdout.splitlines()
        if line[:3] in ("| 4", "| 8", "| 2")
    ]
    assert [row[0] for row in rows] == ["| 4", "| 8", "| 2"]
    operations = [float(row[3]) for row in rows]
    assert (
        operations[0] == pytest.approx(2 * operations[1], rel=0.1)
        and operations[2] == operations[1]
    )
    assert refuses(run("sweep", "--model=biggan", cwd=tmp_path), "biggan", "dcgan")
    assert refuses(run("sweep", "--batches=2,x", cwd=tmp_path), "--batches", "x")
