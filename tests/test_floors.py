import ast
import pathlib
import re

import keras
import pytest

ROOT = pathlib.Path(__file__).parent.parent
# A file imports only from floors below its own.
FLOORS = [
    {"files", "keras_compat", "torch_files"},
    {"losses", "layers", "metrics", "optimizers", "data", "augment"},
    {"fast"},
    {"networks"},
    {"engine"},
    {"models"},
    {"callbacks", "report"},
    {"training"},
    {"zoo"},
]
FILES = sorted([*(ROOT / "kerasgan").rglob("*.py"), *(ROOT / "zoo").rglob("*.py")])


def floor(room):
    return next(i for i, rooms in enumerate(FLOORS) if room in rooms)


def imports(path):
    """Yields the dotted names of all that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_come_from_floors_below(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts == ("kerasgan", "__init__"):
        return  # the roof
    own = parts[0] if parts[0] == "zoo" else parts[1]
    for name in imports(path):
        root, *rest = name.split(".")
        if root not in ("kerasgan", "zoo") or (root == "kerasgan" and not rest):
            continue
        room = root if root == "zoo" else rest[0]
        assert room == own or floor(room) < floor(own), f"{path} imports {name}"


@pytest.mark.parametrize("room", ["losses", "layers", "networks"])
def test_mathematics_names_no_tensorflow(room):
    for path in (ROOT / "kerasgan" / room).rglob("*.py"):
        assert not any(name.split(".")[0] == "tensorflow" for name in imports(path)), path


@pytest.mark.parametrize("path", sorted((ROOT / "kerasgan" / "engine").glob("*.py")), ids=str)
def test_files_of_the_engine_are_short(path):
    assert len(path.read_text().splitlines()) <= 300


PRIVATE = re.compile(r"keras\.src|\bkeras(\.\w+)*\._\w")
OTHERS = [path for path in FILES if path.name != "keras_compat.py"]
TREES = {path: ast.parse(path.read_text()) for path in OTHERS}


def given_names(tree):
    """Yields the names that a file itself gives to what it makes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value  # vars(self)["_terms"]


GIVEN = {name for tree in TREES.values() for name in given_names(tree)}


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_private_parts_of_keras_are_in_one_file(path):
    assert not PRIVATE.search(path.read_text())
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Attribute) and re.match("_[^_]", node.attr):
            # Of named tuples, and of sys.
            assert node.attr in GIVEN | {"_replace", "_getframe"}, node.attr


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_private_method_of_keras_is_overridden(path):
    bases = keras.Model, keras.layers.Layer, keras.optimizers.Adam, keras.metrics.Metric
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef) and re.match("_[^_]", node.name):
            assert not any(hasattr(base, node.name) for base in bases), node.name
