"""What commands and scripts share: the command line's manners. This imports no TensorFlow."""

import contextlib
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys

# Before TensorFlow is imported. Without AVX-512 it leaves oneDNN's faster kernels off by default.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

from absl import app, flags, logging

# The largest number that flags take: TensorFlow counts in 32 bits.
MOST = 2**31 - 1
# How much of an error is shown, in characters.
_LONGEST = 600


class UserError(Exception):
    """Something the user can mend: told in one line, with exit code 2."""


def end_on_sigterm():
    """Lets SIGTERM end the process at once, with the exit code that says: start it again.

    That is safe at any time: files take their names when they are whole. Within `fit`,
    `kerasgan.callbacks.Preemption` listens in the place of this.
    """

    def end(*_):
        os.write(2, b"Stopped by SIGTERM; --resume goes on.\n")
        os._exit(75)  # an exception could be lost, such as within a callback from C

    signal.signal(signal.SIGTERM, end)


@contextlib.contextmanager
def run_errors():
    """Turns a `kerasgan.training.RunError` into a `UserError`, its arguments written as flags.

    It decorates the main function of a command that uses `kerasgan.training`.
    """
    from kerasgan import training

    try:
        yield
    except training.RunError as error:
        raise UserError(as_flags(str(error))) from error


def as_flags(text):
    """Returns a text with arguments, such as resume=True, written as flags, such as --resume."""
    names = "|".join(filter(str.isidentifier, flags.FLAGS))
    return re.sub(rf"\b({names})=(True\b)?", lambda m: f"--{m[1]}{'' if m[2] else '='}", text)


@contextlib.contextmanager
def user_errors(*kinds):
    """Turns errors of these kinds into `UserError`s."""
    try:
        yield
    except kinds as error:
        raise UserError(error) from error


def check_new(output, folder):
    """Raises a UserError if something is in the way of --output; an empty folder is in no folder's.

    Args:
        output: The path.
        folder: Whether it is to be a folder.
    """
    if folder and output.is_dir() and not any(output.iterdir()):
        return
    if output.exists() or output.is_symlink():
        raise UserError(f"--output={output} exists already: choose another one")


@contextlib.contextmanager
def new_folder(path):
    """Makes a folder, and takes away what is empty of it if what follows fails."""
    made = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # something is in it
            for each in made:
                each.rmdir()
        raise


def png_of(path, root, output):
    """Returns the new PNG file in `output` for a picture at `path`, a file in the folder `root`."""
    target = (output / path.relative_to(root)).with_suffix(".png")
    if target.exists():  # such as of one.jpg, beside one.png
        return target.with_name(f"{path.name}.png")
    return target


def parse_size(text):
    """Returns (height, width) of the value of --image_size: a side, or HEIGHTxWIDTH."""
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(
        side.isdecimal() and len(side) < 10 and int(side) > 0 for side in sides
    ):
        raise UserError(
            f"--image_size must be a number such as 64, or HEIGHTxWIDTH such as 64x96; got {text!r}"
        )
    return int(sides[0]), int(sides[-1])


def run(main, command=False):
    """Runs a script's main function.

    Wrong flags, `UserError`s, files that cannot be read or written and a lack of memory end in one
    line on the standard error and exit code 2; `--help` prints the script's flags and exits with 0.

    Args:
        main: A function without arguments, or of a list with the rest of the command line.
        command: Whether there is such a rest, after `--`.
    """
    rest = []

    def parse(arguments):
        if {"--help", "-h", "--helpfull"} & set(arguments):
            module = main.__module__
            print(sys.modules[module].__doc__)
            print(flags.FLAGS.module_help(sys.argv[0] if module == "__main__" else module))
            sys.exit(0)
        with user_errors(flags.Error, UnicodeError):  # of --flagfile
            rest.extend(flags.FLAGS(arguments)[1:])
        if rest and not command:
            raise UserError(f"unknown argument {rest[0]!r}; flags look like --name=value")

    def quietly(_):
        if not flags.FLAGS["verbosity"].present:
            logging.set_verbosity(logging.WARNING)  # TensorFlow tells much of exporting
        main(*[rest] * command)
        sys.stdout.flush()

    try:
        app.run(quietly, flags_parser=parse)
    except (UserError, OSError, MemoryError) as error:
        line = " ".join(str(error).split()) or "there is not enough memory"
        line = line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."
        print(f"error: {line}", file=sys.stderr)
        try:
            sys.stdout.flush()
        except OSError:  # Python would try once more, and say so
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)


def flags_of(options):
    """Returns flags, as on a command line, of values by name; None leaves one out."""
    return [f"--{name}={value}" for name, value in options.items() if value is not None]


def kerasgan(command, options, *others):
    """Runs another command in a process of its own: training leaves graphs in memory.

    Args:
        command: Its name.
        options: Values of its flags by name; None leaves one out.
        *others: Further flags, as on a command line; the last one wins.

    Raises:
        UserError: If it fails, after what it says itself.
    """
    # Python finds the package in which this is, wherever the command is run.
    root = pathlib.Path(__file__).parent.parent
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    started = [sys.executable, "-m", "zoo.cli", command, *flags_of(options), *others]
    shown = f"kerasgan {shlex.join(started[3:])}"
    print(shown, flush=True)
    if code := subprocess.run(started, env=os.environ | {"PYTHONPATH": path}).returncode:
        raise UserError(f"it ended with code {code}: {shown}")
