"""The values that a step logs, and which way each is better."""

import dataclasses

# Reports begin with these.
_FIRST = ("discriminator_loss", "generator_loss", "real_accuracy", "fake_accuracy")


@dataclasses.dataclass(frozen=True)
class Term:
    """A logged value.

    Attributes:
        name: Its name.
        direction: "down" if less is better, else "up".
        when: The attribute of the model that must be set for it to be logged, or None.
        held_out: Whether it is measured in evaluation only.
    """

    name: str
    direction: str
    when: str | None
    held_out: bool


def logs(*, down=(), up=(), when=None, held_out=False):
    """Declares the values that a method of a model returns, or logs.

    Args:
        down: The names of those of which less is better, such as losses.
        up: The names of those of which more is better.
        when: The name of an attribute; without it, or if it is 0 or None, they are not computed.
        held_out: Whether evaluation alone computes them.

    Returns:
        A decorator, which leaves the method as it is.
    """
    given = {"down": down, "up": up}
    terms = [
        Term(name, direction, when, held_out)
        for direction, names in given.items()
        for name in names
    ]

    def declare(method):
        method.terms = terms + getattr(method, "terms", [])
        return method

    return declare


def declared(model):
    """Returns the terms that the methods of a model declare, by name, in the order of reports.

    A method that overrides another adds to what that one declares. First come the losses and
    accuracies that every game has, then other losses, then other measures, each in the order in
    which they are declared.
    """
    classes = type(model).__mro__[::-1]
    methods = (vars(each).get(name) for name in sorted(dir(type(model))) for each in classes)
    terms = {
        term.name: term
        for method in methods
        for term in getattr(method, "terms", [])
        if term.when is None or getattr(model, term.when)
    }
    first = {name: terms[name] for name in _FIRST if name in terms}
    losses = {name: term for name, term in terms.items() if term.direction == "down"}
    return first | losses | terms
