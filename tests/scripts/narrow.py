"""Runs a script with narrow networks, which take seconds where the papers' take minutes.

    python tests/scripts/narrow.py train --model=srgan

Takes the name of a script in scripts/, or a path without .py, and its flags. Whatever widths and
depths it asks `kerasgan.networks` for, it is given others; all else is its own.
"""

import functools
import inspect
import pathlib
import runpy
import sys

ROOT = pathlib.Path(__file__).parents[2]
SIZES = {"width": 4, "blocks": 1, "units": 16}


def narrowed(function):
    """The function with other sizes, as many as it is given where it takes several."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def build(*arguments, **options):
        bound = signature.bind(*arguments, **options)
        bound.apply_defaults()
        for name in SIZES.keys() & bound.arguments.keys():
            several = isinstance(bound.arguments[name], tuple)
            size = SIZES[name]
            bound.arguments[name] = (size,) * len(bound.arguments[name]) if several else size
        return function(*bound.args, **bound.kwargs)

    return build


def narrow():
    """Makes what `kerasgan.networks` builds narrow from now on."""
    from kerasgan import networks

    for module in filter(inspect.ismodule, vars(networks).values()):
        for name in ("generator", "discriminator"):
            if function := getattr(module, name, None):
                setattr(module, name, narrowed(function))


if __name__ == "__main__":
    narrow()
    script = ROOT / "scripts" / f"{sys.argv[1]}.py"  # a path takes the place of this one
    sys.path.insert(0, str(script.parent))
    sys.argv[:2] = [str(script)]
    runpy.run_path(sys.argv[0], run_name="__main__")
