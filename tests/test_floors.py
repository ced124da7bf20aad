import ast
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent
# A file imports only from floors below its own.
FLOORS = [
    {"files", "keras_compat"},
    {"losses", "layers", "metrics", "optimizers", "data", "export"},
    {"fast"},
    {"networks"},
    {"models"},
    {"callbacks"},
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


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)


def test_importing_kerasgan_does_not_import_tensorflow_datasets():
    found = run("import sys, kerasgan, zoo; print('tensorflow_datasets' in sys.modules)")
    assert found.stdout.strip() == "False", found.stderr


def test_another_backend_is_refused():
    found = run("import keras; keras.backend.backend = lambda: 'jax'; import kerasgan")
    assert "ImportError: kerasgan needs Keras' TensorFlow backend" in found.stderr
