"""What Keras' callbacks look for in a model, which a game of two networks has in another form."""

import keras

_OF_LEARNING_RATE = (keras.callbacks.LearningRateScheduler, keras.callbacks.ReduceLROnPlateau)


class BothOptimizers:
    """The optimizers of a game, as the single one that Keras' callbacks look for.

    The learning rate is the generator's. When it is set, the discriminator's changes by the same
    factor: one schedule serves both.

    Args:
        generator: The generator's optimizer.
        discriminator: The discriminator's, or None.
    """

    built = True
    use_ema = False

    def __init__(self, generator, discriminator):
        self._generator, self._discriminator = generator, discriminator
        self._ratio = None
        self._remember_ratio()

    @property
    def iterations(self):
        """How many steps the generator has taken."""
        return self._generator.iterations

    @property
    def variables(self):
        """The variables of both."""
        both = [each for each in (self._generator, self._discriminator) if each is not None]
        return [variable for optimizer in both for variable in optimizer.variables]

    @property
    def learning_rate(self):
        """The generator's learning rate."""
        return self._generator.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if self._discriminator is not None:
            self._remember_ratio()
            self._discriminator.learning_rate = self._beside(value)
        self._generator.learning_rate = value

    def _remember_ratio(self):
        """Takes the ratio of both learning rates, which at a rate of 0 stays what it was."""
        rate = _number(self._generator.learning_rate)
        if rate and self._discriminator is not None:
            self._ratio = _number(self._discriminator.learning_rate) / rate

    def _beside(self, value):
        """Returns the discriminator's learning rate beside one of the generator."""
        if value == _number(self._generator.learning_rate):
            return _number(self._discriminator.learning_rate)
        if self._ratio is None:
            raise ValueError(
                f"The generator's learning rate is 0: set to {value}, it does not tell by which "
                "factor the discriminator's is to change. Compile the model with another."
            )
        return value * self._ratio


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


def prepared(callbacks, optimizer):
    """Returns the callbacks of `fit`, with what lets those of a single loss or optimizer work.

    Args:
        callbacks: As `fit` takes them.
        optimizer: The model's `BothOptimizers`.

    Raises:
        TypeError: If a callback sets learning rates, and an optimizer follows a schedule.
    """
    listed = isinstance(callbacks, keras.callbacks.CallbackList)
    each = callbacks.callbacks if listed else keras.tree.flatten(callbacks or [])
    if any(isinstance(callback, _OF_LEARNING_RATE) for callback in each):
        # Changes nothing, but fails now rather than at the first plateau.
        optimizer.learning_rate = _number(optimizer.learning_rate)
    ending = [callback for callback in each if isinstance(callback, keras.callbacks.TerminateOnNaN)]
    if not ending or any(isinstance(callback, _TellTermination) for callback in each):
        return callbacks
    if listed:
        each.append(_TellTermination(ending))
        return callbacks
    return [*each, _TellTermination(ending)]
