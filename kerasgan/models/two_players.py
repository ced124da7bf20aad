"""The arguments of `compile` of models with a generator and a discriminator, or several of each."""


class TwoPlayers:
    """A mixin for an `AdversarialModel` whose players are a generator and a discriminator."""

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        adversarial_loss=None,
        **kwargs,
    ):
        """Prepares the model for training.

        Args:
            generator_optimizer: A `keras.optimizers.Optimizer` or its name, of all generators; None
                is the paper's.
            discriminator_optimizer: The same, of all discriminators.
            adversarial_loss: A `kerasgan.losses.AdversarialLoss` or its name; None is the paper's.
            **kwargs: As in `AdversarialModel.compile`.

        Raises:
            ValueError: If the optimizers are one object, or the loss is unknown.
        """
        super().compile((generator_optimizer, discriminator_optimizer), adversarial_loss, **kwargs)
