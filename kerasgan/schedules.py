"""Learning rates that Keras lacks."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that stays for the first half of training, and falls to zero in the second.

    As pix2pix' and CycleGAN's authors have it in PyTorch, but a little lower after each step, not
    after each epoch.

    Args:
        learning_rate: The learning rate of the first half.
        steps: How many steps training takes.
    """

    def __init__(self, learning_rate, steps):
        self.learning_rate, self.steps = learning_rate, steps

    def __call__(self, step):
        """Returns the learning rate of a step."""
        rest = 1.0 - ops.cast(step, "float32") / self.steps
        return self.learning_rate * ops.clip(2.0 * rest, 0.0, 1.0)

    def get_config(self):
        """Returns the arguments that rebuild the schedule."""
        return {"learning_rate": self.learning_rate, "steps": self.steps}
