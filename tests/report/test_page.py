import html as markup
import json
import re

import pytest
from report import runs

from kerasgan import report
from kerasgan.report.charts import Chart
from kerasgan.training import RunError
from kerasgan.training.reporting import gather


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return report.page([runs.run(tmp_path_factory.mktemp("page") / "run", penalty="r1:0.1")])


def test_a_long_run_is_small_and_asks_for_nothing(page):
    assert len(page) < 3e6
    pictures = re.findall(r'<img src="([^"]{30})', page)
    assert len(pictures) == 6 and all(p.startswith("data:image/webp;base64,") for p in pictures)
    assert not re.search(r"https?:|@import|url\(", page)


def test_a_page_says_how_the_run_went(page):
    text = runs.text(page)
    assert "penalty r1:0.1 None" in text  # chosen, and the recipe's
    assert "batch_size 32 32" not in text  # as the recipe has it
    assert "the discriminator wins" in text
    # exp(-199 / 40) = 0.00690; the last is the least, the first the largest
    assert "val_frechet_distance 10.69 10.69 (200) 110 (1)" in text
    for heading in ("losses", "accuracies", "frechet_distance"):
        assert f"<h2>{heading}</h2>" in page
    assert 'value="200">200 of 200 epochs' in page


def test_as_many_pictures_as_one_looks_at(tmp_path):
    run = runs.run(tmp_path / "run", side=16, every=2)
    epochs = [epoch for epoch, _ in run.pictures()]
    assert len(run.samples) == 100 and len(epochs) == 24
    assert (epochs[0], epochs[-1]) == (2, 200) and epochs == sorted(epochs)


def test_runs_are_compared(tmp_path):
    both = [
        runs.run(tmp_path / "a", 10, "a", 16, 5),
        runs.run(tmp_path / "b", 20, "<b>", 16, 5, penalty="r1"),
    ]
    page = report.page(both)
    assert "<b>" not in page and "&lt;b&gt;" in page
    text = runs.text(page)
    assert "What differs a &lt;b&gt; penalty None r1 " in text and "batch_size" not in text
    (chart,) = re.findall(r'discriminator_loss over the epochs" data-chart="([^"]*)"', page)[:1]
    assert [len(line) for line in json.loads(markup.unescape(chart))["lines"]] == [10, 20]


def test_places_in_a_chart():
    chart = Chart("t", {"a": [(1, 2.0), (5, 4.0)], "val_a": [(3, 3.0)]})
    a, val = chart.lines
    assert (a.color, a.dashed, val.color, val.dashed) == (0, False, 0, True)
    # 4 % of the values' range above and below: 2 is 0.08 of 2.16 above the lowest
    assert (
        chart.path(a) == f"52.0,{216 - 208 * 0.08 / 2.16:.1f} 472.0,{216 - 208 * 2.08 / 2.16:.1f}"
    )
    assert chart.x(3) == 262.0 and chart.y(3.0) == 112.0
    assert [tick for tick, _ in chart.x_ticks()] == [1, 2, 3, 4, 5]


def test_one_value_has_a_chart():
    chart = Chart("t", {"a": [(1, 0.0)]})
    assert chart.x(1) == 52.0 and chart.y(0.0) == 112.0


def test_long_lines_keep_their_last_point():
    (line,) = Chart("t", {"a": [(i, i) for i in range(1, 2002)]}).lines
    assert len(line.points) <= 500 and line.points[-1] == (2001, 2001)


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(RunError, match="holds no run: there is no recipe.json"):
        gather(tmp_path, {})
