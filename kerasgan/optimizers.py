"""Optimizers and learning rates of the papers that Keras lacks."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class Adam(keras.optimizers.Adam):
    """Keras' Adam, each weight's step as one kernel of TensorFlow.

    Keras' own is a dozen passes over the weights and their moments, which takes more than twice
    the time. The mathematics are the same; epsilon is the papers' 1e-8 in the place of Keras'.

    Args:
        learning_rate: A number or a schedule.
        beta_1: The decay of the average of gradients.
        beta_2: The decay of the average of their squares.
        epsilon: What is added to the root.
        **kwargs: As in `keras.optimizers.Adam`.
    """

    def __init__(self, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-8, **kwargs):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **kwargs)

    def update_step(self, gradient, variable, learning_rate):
        """Takes a step on one variable."""
        if self.amsgrad or isinstance(gradient, tf.IndexedSlices):
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        dtype = variable.dtype
        step = ops.cast(self.iterations + 1, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=ops.power(ops.cast(self.beta_1, dtype), step),
            beta2_power=ops.power(ops.cast(self.beta_2, dtype), step),
            lr=ops.cast(learning_rate, dtype),
            beta1=ops.cast(self.beta_1, dtype),
            beta2=ops.cast(self.beta_2, dtype),
            epsilon=ops.cast(self.epsilon, dtype),
            grad=ops.cast(gradient, dtype),
        )


@keras.saving.register_keras_serializable("kerasgan")
class RootEpsilonAdam(Adam):
    """Adam with its epsilon under the root.

    With the bias-corrected moments of the gradient, m and v, each step is

        w <- w - learning_rate m / sqrt(v + epsilon)

    as in the code of Salimans et al., 2016, arXiv:1606.03498. Keras adds its epsilon to the root,
    before the correction: weights with small gradients, such as those of a generator that matches
    features, then move more slowly, at first many times.

    Args:
        learning_rate: A number or a schedule.
        beta_1: The decay of the average of gradients.
        beta_2: The decay of the average of their squares.
        epsilon: What is added under the root.
        **kwargs: As in `keras.optimizers.Adam`, but for `amsgrad`.
    """

    def update_step(self, gradient, variable, learning_rate):
        """Takes a step on one variable."""
        learning_rate = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        step = ops.cast(self.iterations + 1, variable.dtype)
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        self.assign_add(m, (gradient - m) * (1 - self.beta_1))
        self.assign_add(v, (ops.square(gradient) - v) * (1 - self.beta_2))
        # The corrections are numbers: dividing by them costs no pass over the weights.
        rate = learning_rate / (1 - ops.power(ops.cast(self.beta_1, variable.dtype), step))
        correction = 1 / (1 - ops.power(ops.cast(self.beta_2, variable.dtype), step))
        self.assign_sub(variable, rate * m / ops.sqrt(v * correction + self.epsilon))


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
