"""The benchmark, whose figures no test asserts."""

import json

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
    for name in ("fit_ms", "step_ms", "theirs_ms", "ratio", "images_per_second", "of_peak"):
        assert case[name] > 0
    assert "| gan |" in result.stdout

    (tmp_path / "peer.py").write_text(PEER.replace("533505", "5"))
    result = run("benchmark", *flags, cwd=tmp_path, forks=True)
    assert result.returncode == 1
    assert "error: gan has [1489936, 533505] weights, not [1489936, 5]" in result.stderr
    assert refuses(run("benchmark", "--cases=biggan", cwd=tmp_path), "biggan", "dcgan")
    assert refuses(run("benchmark", "--against=nothing.py", cwd=tmp_path), "nothing.py")


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
