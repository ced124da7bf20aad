import pathlib

from processes import ROOT, run

DOCUMENT = ROOT / "docs" / "architecture.md"


def test_a_step_of_dcgan_is_read_in_few_functions_and_files(tmp_path):
    result = run("walk", "--model=dcgan", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    *steps, total = result.stdout.splitlines()
    assert "AlternatingGAN.train_step" in steps[0]
    assert any("AdversarialModel.update" in step for step in steps)
    files = {step.split()[1] for step in steps}
    assert all(pathlib.Path(ROOT, "kerasgan", file).is_file() for file in files)
    assert len(steps) <= 12 and len(files) <= 4
    assert total == f"{len(steps)} functions in {len(files)} files"
    assert result.stdout in DOCUMENT.read_text()  # what is printed there is true
