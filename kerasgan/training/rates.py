"""The learning rates of a model's optimizers, which a run may set."""

import keras

from kerasgan.training.errors import RunError

NETWORKS = ("generator", "discriminator")


def check_learning_rates(model, options):
    """Raises a RunError if a learning rate is for a network that the model lacks."""
    for network in NETWORKS:
        if options[f"{network}_learning_rate"] is not None and network not in model.players:
            raise RunError(
                f"{network}_learning_rate={options[f'{network}_learning_rate']}: this model has no "
                f"{network}"
            )


def learning_rates(model):
    """Returns the constant learning rates by network; None for one that follows a schedule."""
    rates = {}
    for network in NETWORKS:
        if network in model.players:
            optimizer = getattr(model, f"{network}_optimizer")
            constant = not _follows_schedule(optimizer)
            rates[network] = optimizer.learning_rate.numpy() if constant else None
    return rates


def put_in_force(model, options, initial):
    """Sets the learning rates of the options.

    Where they are unset, the recipe's is in force, or what the run has had in its place: that
    enters the options.

    Args:
        model: The model, with the optimizers' state that training begins with.
        options: All options of the run.
        initial: The `learning_rates` of the recipe.
    """
    for network, rate in learning_rates(model).items():
        name = f"{network}_learning_rate"
        if options[name] is not None:
            _set(getattr(model, f"{network}_optimizer"), options[name])
        elif rate != initial[network]:
            options[name] = float(str(rate))  # 1e-4, not all digits of its float32


def _set(optimizer, rate):
    """Sets a constant learning rate, also in the place of one that decays."""
    if _follows_schedule(optimizer):
        rate = keras.optimizers.schedules.PiecewiseConstantDecay([0], [rate, rate])
    getattr(optimizer, "inner_optimizer", optimizer).learning_rate = rate  # the one of float16


def _follows_schedule(optimizer):
    """Whether a learning rate changes with the steps."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of float16
    return isinstance(optimizer.get_config()["learning_rate"], dict)
