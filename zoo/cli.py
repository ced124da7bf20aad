"""The command `kerasgan`: train, generate, inpaint, export, evaluate and others."""

import importlib
import sys

from zoo import command_line

COMMANDS = {
    "train": "Trains a model of the zoo.",
    "generate": "Generates images with a trained model, from noise, or from pictures.",
    "inpaint": "Fills holes in pictures with a trained model.",
    "styles": "Shows what the styles of a trained StyleGAN do.",
    "export": "Exports a trained model as a SavedModel, ONNX or LiteRT.",
    "evaluate": "Measures a trained model, or pictures, on held-out images.",
    "explore": "Opens a page on which to play with a model.",
    "report": "Writes a page of one or several runs.",
    "compare": "Compares recipes, losses or options.",
    "convert": "Converts a generator of pix2pix or CycleGAN that PyTorch has trained.",
    "reproduce": "Trains a preset anew, and compares it with its card.",
}

# These take names beside flags.
_TAKE_NAMES = {"report", "reproduce"}


def main():
    """Runs the command that the first argument names."""
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("--help", "-h", "help"):
        print("Usage: kerasgan COMMAND [--FLAG=VALUE ...]; kerasgan COMMAND --help lists flags.\n")
        for command, what in COMMANDS.items():
            print(f"  {command:10} {what}")
        return
    if name not in COMMANDS:
        print(f"error: there is no command {name!r}: {', '.join(COMMANDS)}", file=sys.stderr)
        sys.exit(2)
    del sys.argv[1]
    run(name)


def run(name):
    """Runs a command on the rest of the command line."""
    if name == "train":
        command_line.end_on_sigterm()  # before the imports that take seconds
    main = importlib.import_module(f"zoo.commands.{name}").main
    command_line.run(main, command=name in _TAKE_NAMES)


if __name__ == "__main__":
    main()
