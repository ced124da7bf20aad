"""Pages in a browser: `pip install playwright gradio`, and Debian's package chromium."""

import io
import shutil

import numpy as np
import pytest
from PIL import Image
from report import runs

from kerasgan import models, report
from kerasgan.report import explore

pytestmark = pytest.mark.large


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium")
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_a_page_opens_from_the_disk(browser, tmp_path, scheme, width):
    path = tmp_path / "report.html"
    path.write_text(report.page([runs.run(tmp_path / "run", penalty="r1:0.1")]))
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    page, told, asked = context.new_page(), [], []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.locator("img[data-epoch]:visible").get_attribute("data-epoch") == "200"
    page.get_by_role("slider").fill("0")
    assert page.locator("img[data-epoch]:visible").get_attribute("data-epoch") == "40"
    assert page.locator("output").inner_text() == "40"
    # nothing is wider than the window
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    chart = page.locator("svg[data-chart]").first
    value = page.locator(".value").first
    chart.scroll_into_view_if_needed()
    last, box = value.inner_text(), chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    assert value.inner_text() != last
    page.mouse.move(0, 0)
    assert value.inner_text() == last
    shade = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, shade[4:-1].split(","))) > 384) == (scheme == "light")
    assert not told
    assert all(url.startswith(("file:", "data:")) for url in asked)
    context.close()


def test_a_model_is_explored(browser):
    pytest.importorskip("gradio")
    model = models.ConditionalGAN.from_preset("cgan_mnist")
    app = explore.explorer(model, "digits")
    app.launch(server_name="127.0.0.1", share=False, prevent_thread_lock=True, quiet=True)
    try:
        pages, asked = [browser.new_page() for _ in range(2)], []
        for page in pages:
            page.on("request", lambda request: asked.append(request.url))
            page.goto(app.local_url)
        made = []
        for page, seed in zip(pages, ("1", "2"), strict=True):  # two users at once
            page.get_by_label("Seed").first.fill(seed)
            page.get_by_role("button", name="Generate").click()
        for page in pages:
            picture = page.locator("img[src*='gradio_api/file']").first
            picture.wait_for(timeout=60_000)
            made.append(page.request.get(picture.get_attribute("src")).body())
        expected = [explore.generated(model, 16, seed) for seed in (1, 2)]
        for file, wanted in zip(made, expected, strict=True):
            found = np.asarray(Image.open(io.BytesIO(file)).convert("L"))
            np.testing.assert_array_equal(found, wanted[..., 0])
        page.get_by_role("tab", name="Walk").click()
        page.get_by_role("button", name="Walk").click()
        film = page.locator("img[src*='walk.gif']")
        film.wait_for(timeout=60_000)
        assert (
            Image.open(io.BytesIO(page.request.get(film.get_attribute("src")).body())).n_frames > 8
        )
        here = (app.local_url, app.local_url.replace("http", "ws", 1), "data:", "blob:")
        assert asked and all(url.startswith(here) for url in asked)
    finally:
        app.close()
