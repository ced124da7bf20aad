"""The site of the documents: `pip install '.[docs]'`."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent
pytestmark = pytest.mark.large


def build(folder):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", f"--site-dir={folder}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_the_site_has_all_and_asks_for_nothing(tmp_path):
    pytest.importorskip("mkdocs")
    pytest.importorskip("mkdocstrings")
    result = build(tmp_path)
    assert result.returncode == 0, result.stderr
    assert 'src="dcgan-mnist.png"' in (tmp_path / "index.html").read_text()
    models = (tmp_path / "api" / "models" / "index.html").read_text()
    for what in ("kerasgan.models.DCGAN", "kerasgan.models.CycleGAN.translate"):
        assert f'id="{what}"' in models
    for page in tmp_path.rglob("*.html"):
        asked = re.findall(r'(?:<script[^>]*src|<link[^>]*href)="(https?:[^"]*)"', page.read_text())
        assert not asked, page
