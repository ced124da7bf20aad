"""Augmentation of what discriminators see in training."""

import tensorflow as tf

from kerasgan.augment import AugmentationPipeline
from kerasgan.engine import replicas
from kerasgan.engine.checks import check_augment
from kerasgan.engine.logs import logs
from kerasgan.engine.players import networks_of


class Augmenting:
    """The augmentation of an `AdversarialModel`, and what training changes in it."""

    augment = None

    def set_augment(self, augment):
        """Takes what `compile` was given, in the strategy's scope.

        Raises:
            ValueError: If it is no augmentation, or the model has nothing to augment.
        """
        if augment is not None:
            check_augment(augment, self.players, self.image_shape)
        self.augment = augment
        if self.augment_moves:
            augment.build()

    def augmented_networks(self):
        """Returns the networks that see augmented images: those of the discriminator."""
        return networks_of(self.discriminator)

    @property
    def augment_moves(self):
        """Whether the probability of augmentation changes in training."""
        return isinstance(self.augment, AugmentationPipeline) and self.augment.moves

    @property
    def augment_variables(self):
        """What training changes in the augmentation."""
        return self.augment.variables if self.augment_moves else []

    @logs(down=["augment_probability"], when="augment_moves")
    def adapt_augment(self, batch_size, values):
        """Tells the augmentation of a step, and returns its probability by name.

        Args:
            batch_size: How many real images the accuracy is over, on this replica.
            values: The step's values, among them `real_accuracy`.
        """
        if not self.augment_moves:
            return {}
        count = tf.cast(batch_size, "float32")
        numbers = replicas.mean(tf.stack([values["real_accuracy"] * count, count]))
        right, count = tf.unstack(numbers * self.distribute_strategy.num_replicas_in_sync)
        self.augment.observe(right, count)
        return {"augment_probability": self.augment.probability()}
