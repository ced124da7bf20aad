"""The options of a run: what may be chosen, what is recorded, and which of these is in force."""

import dataclasses
import math
import numbers

from kerasgan import augment, data, fast, losses
from kerasgan.training.errors import RunError, run_errors
from kerasgan.training.folder import check_text, is_new, path_of, read_options
from kerasgan.training.measuring import names_of

# What a run's recipe.json tells at least.
_NEEDED = ("model", "dataset", "image_shape", "batch_size", "epochs")
# What version 0.1, which did not record these, knew nothing else of.
_VERSION_0_1 = {"least_steps": 1, "augment": "", "fast": "auto"}
# What may differ when a run is continued.
MAY_CHANGE = {
    *("epochs", "strategy", "generator_learning_rate", "discriminator_learning_rate"),
    *("data_dir", "stream", "cache_dir", "checkpoint_every", "monitor", "on_collapse"),
    *("metrics", "metrics_every", "features"),  # they leave training as it is
    *("examples", "digest"),  # `inputs.check_unchanged` says how
    "replicas",  # of a strategy that may change; the batch is that of all
}


def _integer(least, most=2**31 - 1):
    def check(value):
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise ValueError("it is no integer")
        if not least <= value <= most:
            raise ValueError(f"it must lie in [{least}, {most}]")

    return check


def _number(value):
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError("it is no number")
    if not 0 <= value < math.inf:
        raise ValueError("it must not be negative")


def _one_of(*names):
    def check(value):
        if value not in names:
            raise ValueError(f"it must be one of {', '.join(map(str, names))}")

    return check


def _or_empty(check):
    def checked(value):
        if value != "":
            check(value)

    return checked


def _text(check):
    def checked(value):
        check_text(value)
        check(value)

    return checked


_BOOL = _one_of(False, True)
# How each option is checked where it is not None.
CHECKS = {
    "dataset": check_text,
    "image_shape": data.check_image_shape,
    "batch_size": _integer(1),
    "epochs": _integer(1),
    "least_steps": _integer(1),
    "small": _BOOL,
    "augment": _or_empty(_text(augment.get)),
    "direction": _one_of("a_to_b", "b_to_a"),
    "edges": _BOOL,
    "scale": _integer(1),
    "relation": _one_of("outlines", "negatives"),
    "synthetic": check_text,
    "padding": _integer(0),
    "frames": _integer(1),
    "held_out": check_text,
    "pretrained": check_text,
    "freeze": _integer(0),
    "ema": _number,
    "content_weight": _number,
    "l1_weight": _number,
    "l2_weight": _number,
    "gdl_weight": _number,
    "adversarial_weight": _number,
    "adversarial_loss": _text(losses.get),
    "penalty": _or_empty(_text(losses.get_penalty)),
    "steps_per_epoch": _integer(1),
    "generator_learning_rate": _number,
    "discriminator_learning_rate": _number,
    "mixed_precision": _one_of("float32", "mixed_float16", "mixed_bfloat16"),
    "jit_compile": _BOOL,
    "synchronize_batch_norm": _BOOL,
    "strategy": _one_of("auto", "one_device", "mirrored", "multi_worker", "tpu"),
    "seed": _integer(0, 2**32 - 1),
    "fast": _one_of("auto", "off"),
    "data_dir": check_text,
    "limit": _integer(1),
    "stream": _BOOL,
    "cache_dir": check_text,
    "checkpoint_every": _integer(1),
    "metrics": _or_empty(_text(names_of)),
    "metrics_every": _integer(1),
    "features": check_text,
    "monitor": check_text,
    "on_collapse": _one_of("warn", "stop", "rollback"),
}
# What is in force where neither the caller nor the recipe says more; None lets the model, or the
# data set, decide.
DEFAULTS = dict.fromkeys(CHECKS) | {
    "direction": "a_to_b",
    "edges": False,
    "scale": 4,
    "relation": "outlines",
    "synthetic": "fonts",
    "padding": 0,
    "frames": 4,
    "mixed_precision": "float32",
    "jit_compile": False,
    "synchronize_batch_norm": False,
    "strategy": "auto",
    "seed": 0,
    "metrics": "",
    "metrics_every": 1,
    "on_collapse": "warn",
}
_LOADING = ("direction", "edges", "scale", "relation", "synthetic", "padding", "frames")
_OF_MODELS = (
    *("ema", "content_weight", "adversarial_weight"),
    *("l1_weight", "l2_weight", "gdl_weight"),
)


def check(name, value, file=None):
    """Raises a RunError if an option cannot have a value, which `file` holds if that is given."""
    try:
        if value is not None:
            (check_text if name == "workdir" else CHECKS[name])(value)
    except (ValueError, TypeError) as error:
        where = f"{file} cannot be read: " if file else ""
        raise RunError(f"{where}{name}={value!r}: {error}") from error


def recorded(workdir):
    """Returns what recipe.json tells, or {} where there is no run yet.

    Raises:
        RunError: If it is no recipe.json of a run.
    """
    file = workdir / "recipe.json"
    options = read_options(workdir)
    if not options and not file.exists():
        return {}
    if missing := [name for name in _NEEDED if options.get(name) is None]:
        raise RunError(f"{file} cannot be read: it has no {missing[0]}")
    for name in options.keys() & CHECKS.keys():
        check(name, options[name], file)
    return _VERSION_0_1 | options


def defaults(recipe, recorded):
    """Returns the options that a run would have had if nobody had chosen any but the data.

    Args:
        recipe: A `Recipe`.
        recorded: The options of the run.
    """
    given = {name: recorded.get(name) for name in ("dataset", "image_shape", "stream")}
    return resolve(recipe, given, {})


def resolve(recipe, given, recorded):
    """Returns all options of a run: those given, or recorded, or the recipe's.

    Args:
        recipe: A `Recipe`.
        given: The options that the caller chooses, by name.
        recorded: Those of the run that is continued, or {}.

    Raises:
        RunError: If an option has a value that is impossible, or none of this model.
    """
    given = {name: value for name, value in given.items() if value is not None}
    if unknown := given.keys() - CHECKS.keys() - {"image_size", "channels"}:
        raise TypeError(
            f"There is no option {', '.join(sorted(unknown))}: there are image_size, "
            f"channels, {', '.join(CHECKS)}."
        )
    size, channels = given.pop("image_size", None), given.pop("channels", None)
    for name, value in given.items():
        check(name, value)
    taken = {*recipe.load_options, *recipe.arguments}
    for name in (*_LOADING, *_OF_MODELS):
        if name in given and name not in taken:
            raise RunError(f"{name}={given[name]}: {recipe.name} takes none")
    if given.get("held_out") is not None and recipe.held_out is None:
        where = f"held_out={given['held_out']}"
        raise RunError(f"{where}: {recipe.name} is not evaluated while it trains")

    before = {name: value for name, value in recorded.items() if name in CHECKS}
    dataset = given.get("dataset") or before.get("dataset") or next(iter(recipe.data))
    settings, small = dataclasses.asdict(recipe.settings(dataset)), recipe.small_of(dataset)
    settings["small"] = bool(settings["small"])
    if (settings | before | given)["small"]:
        if small is None:
            raise RunError(f"small=True: {recipe.name} has no small networks")
        settings["penalty"] = small.penalty
    options = DEFAULTS | {"fast": fast.mode()} | settings | before | given
    options["dataset"] = dataset
    if given.get("features") is not None and not options["metrics"]:
        raise RunError(f"features={given['features']}: give metrics, such as metrics=frechet")
    if size is not None:
        options["image_shape"] = (*sides(size), options["image_shape"][2])
    if channels is not None:
        options["image_shape"] = (*options["image_shape"][:2], channels)
        check("image_shape", options["image_shape"])
    options["image_shape"] = list(options["image_shape"])
    for name in (*_LOADING, *_OF_MODELS):
        if name not in taken:
            del options[name]
    return {"model": recipe.name} | options


def sides(size):
    """Returns (height, width) of a side, or of both.

    Raises:
        RunError: If it is neither.
    """
    both = (size, size) if isinstance(size, numbers.Integral) else tuple(size)
    if len(both) != 2 or any(not isinstance(side, numbers.Integral) or side < 1 for side in both):
        raise RunError(f"image_size={size!r}: it must be a side in pixels, or (height, width)")
    return both


def check_workdir(workdir, options, resume):
    """Raises a RunError where training into a folder would overwrite something.

    Args:
        workdir: The folder.
        options: All options of the run.
        resume: Whether the run in it, if any, is to be continued.
    """
    with run_errors(OSError):
        if workdir.is_file():
            raise RunError(f"workdir={workdir} is a file")
        if is_new(workdir):
            return
        if not (workdir / "recipe.json").exists():
            raise RunError(f"workdir={workdir} is not empty and holds no run")
    found = DEFAULTS | recorded(workdir)  # a run of an older version does not name what is newer
    different = [
        f"{name}={found.get(name)} there, {value} here"
        for name, value in options.items()
        if name not in MAY_CHANGE and not _same(found.get(name), value)
    ]
    if different:
        raise RunError(
            f"workdir={workdir} holds another run ({'; '.join(different)}): choose another one"
        )
    if not resume:
        raise RunError(
            f"workdir={workdir} holds this run already: continue it with resume=True, or choose "
            "another one"
        )


def _same(option, other):
    """Whether two values of an option are one, or two ways to write one path."""
    if option == other:
        return True
    if not isinstance(option, str) or not isinstance(other, str):
        return False
    try:
        paths = [path_of(text) for text in (option, other)]
        return all(path.exists() for path in paths) and paths[0].samefile(paths[1])
    except (OSError, RunError):  # such as of a name that is too long: it is no path
        return False
