"""Pages in a browser: `pip install playwright`, and Debian's package chromium."""

import shutil

import pytest
from report import runs

from kerasgan import report

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
