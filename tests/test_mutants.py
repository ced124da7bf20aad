"""The list of mutants is true: its lines and its tests are there. Running it is `mutants.py`."""

import pytest
from mutants import MUTANTS, ROOT


def test_there_are_many():
    assert len(MUTANTS) >= 30
    assert len({(mutant.file, mutant.original) for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("number", range(len(MUTANTS)))
def test_a_mutant_breaks_a_line_and_has_its_tests(number):
    file, original, replacement, tests = MUTANTS[number]
    assert (ROOT / file).read_text().count(original) == 1, f"{file}: {original}"
    assert replacement != original
    assert tests
    for test in tests:
        path, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / path).read_text(), test
