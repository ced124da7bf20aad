"""The code in the documents runs."""

import pathlib
import re
import shlex

import numpy as np
from PIL import Image
from processes import NARROW, run

ROOT = pathlib.Path(__file__).parent.parent


def blocks(document, language):
    text = (ROOT / document).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


DOCUMENTS = ["README.md", "docs/guide.md"]


def test_the_python_of_the_readme_and_the_guide_runs(tmp_path):
    pictures = tmp_path / "path" / "to" / "pictures"
    pictures.mkdir(parents=True)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 32, 32, 3), dtype=np.uint8)
    for i, picture in enumerate(pixels):
        Image.fromarray(picture).save(pictures / f"{i}.png")
    readme, guide = ("\n".join(blocks(document, "python")) for document in DOCUMENTS)
    code = f"{readme}\nassert pictures.image_shape == (64, 64, 3)\n{guide}"
    (tmp_path / "readme.py").write_text(code)
    result = run(NARROW, tmp_path / "readme", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "samples" / "epoch-00001.png").exists()
    assert (tmp_path / "checkpoints" / "epoch-00001.weights.h5").exists()


def test_the_flags_of_the_documents_are_known():
    commands = [
        shlex.split(part)
        for document in [*DOCUMENTS, "docs/performance.md", "CONTRIBUTING.md"]
        for block in blocks(document, "sh")
        for line in block.splitlines()
        if re.match(r"(\.venv/bin/)?(kerasgan |python scripts/)", line)
        for part in re.sub(r"^\S*kerasgan |^python ", "", line).split(" -- ")
    ]
    assert len(commands) >= 6
    for script, *flags in commands:
        if not script.endswith(".py") or script == "scripts/train.py":
            script = f"zoo/commands/{pathlib.Path(script).stem}.py"
        known = set(re.findall(r'flags\.DEFINE_\w+\(\s*"(\w+)"', (ROOT / script).read_text()))
        for flag in (flag for flag in flags if flag.startswith("--")):
            assert flag.removeprefix("--").split("=")[0] in known, (script, flag)


def test_nothing_is_missing():
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 200
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert len(links) >= 8
    for link in links:
        assert (ROOT / link.partition("#")[0]).exists(), link
    for document in (ROOT / "docs").glob("*.md"):
        for link in re.findall(r"\]\(([^)]+)\)", document.read_text()):
            assert "://" in link or (document.parent / link).exists(), (document, link)
    for recipe in (ROOT / "zoo").glob("*.py"):
        if "RECIPE = " not in recipe.read_text():
            continue
        assert "kerasgan train --model=" in recipe.read_text(), recipe
        assert not re.search(r"TIME|RESULT", recipe.read_text() + text), recipe


def test_the_gate_runs_the_readmes_test_command():
    command = next(block for block in blocks("README.md", "sh") if "pytest" in block)
    for part in ("'.[dev]'", "python -m pytest"):
        assert part in command and part in (ROOT / ".ci" / "run").read_text()


def test_the_worked_example_of_contributing_trains(noise_images):
    model_file, _, recipe_file = blocks("CONTRIBUTING.md", "python")
    names = {"__name__": "ragan"}
    exec(compile(model_file, "ragan.py", "exec"), names)

    import kerasgan

    ragan = names["RaGAN"]
    try:
        kerasgan.models.RaGAN = ragan
        exec(compile(recipe_file, "zoo/ragan.py", "exec"), names)
    finally:
        del kerasgan.models.RaGAN
    recipe = names["RECIPE"]
    model = recipe.build(kerasgan.data.Images(noise_images), seed=0)
    recipe.compile(model, steps=1)
    history = model.fit(noise_images, verbose=0).history
    assert np.isfinite(history["generator_loss"]).all()
    assert model.adversarial_loss.relativistic
