"""`kerasgan report`, as a user runs it."""

import json

import numpy as np
from PIL import Image
from processes import refuses, run


def write_run(folder, **options):
    (folder / "samples").mkdir(parents=True)
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(folder / "samples" / "epoch-00001.png")
    recorded = {"model": "gan", "dataset": "digits", "image_shape": [16, 16, 1], "epochs": 2}
    (folder / "recipe.json").write_text(json.dumps(recorded | options))
    (folder / "history.csv").write_text("epoch,generator_loss\n0,2.5\n1,NA\n")


def test_pages_of_runs(tmp_path):
    write_run(tmp_path / "a", batch_size=7)
    write_run(tmp_path / "b", batch_size=9, model="of another version")
    result = run("report", "a", cwd=tmp_path, forks=True)
    assert (result.returncode, result.stdout) == (0, "a/report.html\n"), result.stderr
    page = (tmp_path / "a" / "report.html").read_text()
    assert "<td>batch_size</td><td>7</td><td>32</td>" in page and "2.5" in page
    assert run("report", "a", "b", cwd=tmp_path, forks=True).returncode == 0
    page = (tmp_path / "report.html").read_text()
    assert "<td>batch_size</td><td>7</td><td>9</td>" in page
    again = run("report", "a", "b", cwd=tmp_path, forks=True)
    assert refuses(again, "--output=report.html exists already")
    assert (tmp_path / "report.html").read_text() == page
    assert refuses(run("report", "c", cwd=tmp_path, forks=True), "c holds no run")
    assert refuses(run("report", cwd=tmp_path, forks=True), "give the folders of runs")
    wrong = run("report", "a", "--output=a.pdf", cwd=tmp_path, forks=True)
    assert refuses(wrong, "--output=a.pdf must be a .html file")
