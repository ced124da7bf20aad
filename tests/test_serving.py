"""docs/serving.md, with ONNX Runtime, LiteRT, playwright, chromium and onnxruntime-web."""

import functools
import http.server
import os
import pathlib
import shutil
import threading

import pytest
from test_documents import ROOT, blocks

from kerasgan import models

pytestmark = pytest.mark.large


def test_the_python_runs(tmp_path, monkeypatch):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("ai_edge_litert")
    monkeypatch.chdir(tmp_path)
    known = {}
    shapes = []
    for block in blocks("docs/serving.md", "python"):
        exec(block, known)
        shapes.append(known["images"].shape if "images" in known else None)
    assert shapes == [None, (4, 28, 28, 1), (4, 28, 28, 1), (4, 28, 28, 1)]


def test_the_page_generates_in_a_browser(tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    pytest.importorskip("tf2onnx")
    package = pathlib.Path(os.environ.get("ONNXRUNTIME_WEB", "node_modules/onnxruntime-web"))
    chromium = shutil.which("chromium")
    if chromium is None or not package.is_dir():
        pytest.skip("there is no chromium, or no package that ONNXRUNTIME_WEB names")
    shutil.copy(ROOT / "docs" / "serving" / "index.html", tmp_path)
    for name in ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"):
        shutil.copy(package / "dist" / name, tmp_path)
    models.DCGAN.from_preset("dcgan_mnist").export(tmp_path / "dcgan.onnx", format="onnx")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with playwright.sync_playwright() as tool:
            browser = tool.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page, told = browser.new_page(), []
            page.on("console", lambda message: told.append(message.text))
            page.on("pageerror", lambda error: told.append(str(error)))
            page.on("request", lambda request: told.extend(outside(request.url)))
            page.goto(f"http://127.0.0.1:{server.server_port}")
            page.get_by_role("button", name="Generate").click()
            page.get_by_text("64 images in").wait_for()
            pixels = page.evaluate(
                "[...document.querySelector('canvas').getContext('2d')"
                ".getImageData(0, 0, 224, 224).data]"
            )
            page.screenshot(path=tmp_path / "page.png")
            browser.close()
        server.shutdown()
    assert not told
    grey = pixels[::4]
    assert len(grey) == 224 * 224 and min(grey) < 20 and max(grey) > 235
    assert 0.05 < sum(grey) / len(grey) / 255 < 0.25  # as much ink as digits have


def outside(url):
    return [] if url.startswith(("http://127.0.0.1", "data:")) else [url]
