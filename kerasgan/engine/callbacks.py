"""What Keras' callbacks look for in a model, which a game has in another form."""

import keras

_OF_LEARNING_RATE = (keras.callbacks.LearningRateScheduler, keras.callbacks.ReduceLROnPlateau)


class Optimizers:
    """The optimizers of a game, as the single one that Keras' callbacks look for.

    The learning rate is that of the first. When it is set, the others' change by the same factor:
    one schedule serves all.

    Args:
        optimizers: The players' optimizers.
    """

    built = True
    use_ema = False

    def __init__(self, optimizers):
        self._first, *self._others = optimizers
        self._ratios = None
        self._remember_ratios()

    @property
    def iterations(self):
        """How many steps the first has taken."""
        return self._first.iterations

    @property
    def variables(self):
        """The variables of all."""
        optimizers = [self._first, *self._others]
        return [variable for optimizer in optimizers for variable in optimizer.variables]

    @property
    def learning_rate(self):
        """The learning rate of the first."""
        return self._first.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._remember_ratios()
        rates = [self._beside(i, value) for i in range(len(self._others))]
        for optimizer, rate in zip(self._others, rates, strict=True):
            optimizer.learning_rate = rate
        self._first.learning_rate = value

    def _remember_ratios(self):
        """Takes the ratios of the learning rates, which at a rate of 0 stay what they were."""
        rate = _number(self._first.learning_rate)
        if rate:
            self._ratios = [_number(each.learning_rate) / rate for each in self._others]

    def _beside(self, i, value):
        """Returns the learning rate of another player's optimizer beside one of the first."""
        if value == _number(self._first.learning_rate):
            return _number(self._others[i].learning_rate)
        if self._ratios is None:
            raise ValueError(
                f"The generator's learning rate is 0: set to {value}, it does not tell by which "
                "factor the discriminator's is to change. Compile the model with another."
            )
        return value * self._ratios[i]


def _number(rate):
    return float(rate.numpy())  # of the first replica, which float() alone does not find


class _TellTermination(keras.callbacks.Callback):
    """Gives `keras.callbacks.TerminateOnNaN` the one loss that it looks for."""

    def __init__(self, callbacks):
        super().__init__()
        self._callbacks = callbacks

    def on_train_batch_end(self, batch, logs=None):
        """Hands over the sum of the losses, which is finite if all are."""
        loss = sum(value for name, value in logs.items() if name.endswith("loss"))
        for callback in self._callbacks:
            keras.callbacks.TerminateOnNaN.on_batch_end(callback, batch, {"loss": loss})


def flat(callbacks):
    """Returns the callbacks of `fit`, however it was given them, as a list."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks.callbacks
    return keras.tree.flatten(callbacks or [])


def prepared(callbacks, model, first=None):
    """Returns the callbacks of `fit`, with what lets those of a single loss or optimizer work.

    Args:
        callbacks: As `fit` takes them.
        model: The model.
        first: The callback that is to come first, among them or not, or None.

    Raises:
        TypeError: If a callback sets learning rates, and an optimizer follows a schedule.
    """
    each = [callback for callback in flat(callbacks) if callback is not first]
    if any(isinstance(callback, _OF_LEARNING_RATE) for callback in each):
        # Changes nothing, but fails now rather than at the first plateau.
        model.optimizer.learning_rate = _number(model.optimizer.learning_rate)
    ending = [callback for callback in each if isinstance(callback, keras.callbacks.TerminateOnNaN)]
    if ending and not any(isinstance(callback, _TellTermination) for callback in each):
        each.append(_TellTermination(ending))
    if first is not None:
        each.insert(0, first)
    if not isinstance(callbacks, keras.callbacks.CallbackList):
        return each
    callbacks.callbacks[:] = each
    callbacks.set_model(model)
    callbacks.set_params(callbacks.params)
    return callbacks
