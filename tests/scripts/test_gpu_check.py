"""What is checked on machines with a GPU, here on a CPU."""

import pytest
from processes import refuses, run

import zoo


@pytest.mark.large
def test_all_laws_hold(tmp_path):
    result = run("gpu_check", "--steps=2", "--memory=512", cwd=tmp_path, forks=True)
    assert result.returncode == 0, result.stdout + result.stderr
    rows = [line.split(" | ") for line in result.stdout.splitlines() if line.startswith("| ")][1:]
    assert [row[0] for row in rows[: len(zoo.RECIPES)]] == [f"| {n} trains" for n in zoo.RECIPES]
    assert {row[1] for row in rows} == {"yes"}


def test_unknown_recipes_are_refused(tmp_path):
    assert refuses(run("gpu_check", "--recipes=gan,biggan", cwd=tmp_path), "biggan", "dcgan")
