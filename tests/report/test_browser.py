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
        assert asked and all(url.startswith(loopback(app)) for url in asked)
    finally:
        app.close()


def loopback(app):
    """What a page of an app may ask for."""
    return (app.local_url, app.local_url.replace("http", "ws", 1), "data:", "blob:")


def test_a_hole_is_painted_and_styles_are_mixed(browser, tmp_path):
    pytest.importorskip("gradio")
    digit = models.DCGAN.from_preset("dcgan_mnist").generate(1, seed=3)[0, ..., 0]
    file = tmp_path / "digit.png"
    Image.fromarray(digit).resize((280, 280), Image.Resampling.NEAREST).save(file)
    for name, kind in (
        ("dcgan_mnist", models.DCGAN),
        ("stylegan2_fashion_mnist", models.StyleGAN2),
    ):
        app = explore.explorer(kind.from_preset(name), name)
        app.launch(server_name="127.0.0.1", share=False, prevent_thread_lock=True, quiet=True)
        page, asked = browser.new_page(viewport={"width": 1400, "height": 1000}), []
        page.set_default_timeout(120_000)
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        try:
            page.goto(app.local_url)
            if kind is models.DCGAN:
                paint(page, file)
                made = shown(page)
                assert made.shape == (28, 58)  # with its hole, and filled
                missing = made[:, :28] == 128
                assert 10 < missing.sum() < 600
                assert (made[:, 30:][~missing] == made[:, :28][~missing]).all()
            else:
                page.get_by_role("tab", name="Mix styles").click()
                page.get_by_role("button", name="Mix").click()
                model = kind.from_preset(name)
                wanted = explore.mixed(model, 1, 11, model.layers_count // 2)
                np.testing.assert_allclose(shown(page), wanted[..., 0].astype(int), atol=1)
            assert all(url.startswith(loopback(app)) for url in asked)
        finally:
            page.close()
            app.close()


def paint(page, file):
    """Gives the page a picture, and draws a stroke over it."""
    page.get_by_role("tab", name="Fill holes").click()
    page.locator("input[type=file]:not([webkitdirectory])").last.set_input_files(file)
    canvas = page.locator("canvas").last
    canvas.wait_for(timeout=60_000)
    page.wait_for_timeout(2_000)  # the picture is laid on it
    page.get_by_role("button", name="Brush").first.click()
    box = canvas.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle[0] - 40, middle[1])
    page.mouse.down()
    page.mouse.move(middle[0] + 40, middle[1], steps=10)
    page.mouse.up()
    page.get_by_role("button", name="Fill", exact=True).click()


def shown(page):
    """Returns the picture that a page shows when it is made, (H, W), integers."""
    picture = page.locator("img[src*='gradio_api/file']:visible").last
    picture.wait_for(timeout=120_000)
    file = page.request.get(picture.get_attribute("src")).body()
    return np.asarray(Image.open(io.BytesIO(file)).convert("L")).astype(int)
