"""The table of what the presets of the package reach, from their cards."""

from kerasgan.models import AdversarialModel
from kerasgan.training import folder

_TITLE = """# Results

What the presets of the package reach: their weights in half precision, measured by the command on
each card, kerasgan/presets/NAME/README.md. `kerasgan reproduce NAME` trains one anew and compares
it with its card. This page is written by scripts/make_preset.py.

"""


def text():
    """Returns the page."""
    rows = []
    for name, card in AdversarialModel.presets.items():
        measured = ", ".join(
            f"{key.replace('_', ' ')} {value:.4g}" for key, value in card["measured"].items()
        )
        count = f"{card['parameters'] / 1e6:.2f} million"
        rows.append(f"| `{name}` | {card['data']} | {count} | {card['minutes']:.0f} | {measured} |")
    head = ["| preset | data | weights | minutes of training | measured |", "|---|---|---|---|---|"]
    return _TITLE + "\n".join(head + rows) + "\n"


def write(path):
    """Writes the page."""
    folder.write(path, text())
