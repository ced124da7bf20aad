"""Optimizers and learning rates of the papers that Keras lacks."""

import math

import keras
import tensorflow as tf
from keras import ops

from kerasgan import keras_compat


@keras.saving.register_keras_serializable("kerasgan")
class Adam(keras_compat.Adam):
    """Keras' Adam, each weight's step as one kernel of TensorFlow.

    Keras' own is a dozen passes over the weights and their moments, which takes more than twice
    the time. The mathematics are the same; epsilon is the papers' 1e-8 in the place of Keras'.

    Args:
        learning_rate: A number or a schedule.
        beta_1: The decay of the average of gradients.
        beta_2: The decay of the average of their squares; a number, or a schedule as for the
            learning rate, whose value in a step corrects the bias too.
        epsilon: What is added to the root.
        **kwargs: As in `keras.optimizers.Adam`.

    Raises:
        ValueError: If `beta_2` is a schedule and `amsgrad` is true.
    """

    def __init__(self, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-8, **kwargs):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **kwargs)
        if callable(beta_2) and self.amsgrad:
            raise ValueError("With amsgrad beta_2 must be a number, but it is a schedule.")

    def corrected(self, learning_rate, dtype):
        """Returns the numbers of a step, the learning rate corrected for the bias of the moments.

        Once for all variables: they are two dozen operations each otherwise.
        """
        if self.amsgrad:
            return learning_rate
        first, second = self.corrections(learning_rate.dtype)
        return self.numbers(learning_rate * ops.sqrt(second) / first, self.epsilon, dtype)

    def corrections(self, dtype):
        """Returns 1 - beta_1^t and 1 - beta_2^t, for the t-th step."""
        step = ops.cast(self.iterations + 1, dtype)
        return tuple(1 - ops.power(beta, step) for beta in (self.beta_1, self.current_beta_2()))

    def current_beta_2(self):
        """Returns the decay of the average of squares in this step."""
        return self.beta_2(self.iterations) if callable(self.beta_2) else self.beta_2

    def numbers(self, learning_rate, epsilon, dtype):
        """Returns what TensorFlow's kernel takes beside a variable, its averages and gradient."""
        numbers = {
            "beta1_power": 0.0,  # the learning rate is corrected
            "beta2_power": 0.0,
            "lr": learning_rate,
            "beta1": self.beta_1,
            "beta2": self.current_beta_2(),
            "epsilon": epsilon,
        }
        return {name: tf.cast(number, dtype) for name, number in numbers.items()}

    def update_step(self, gradient, variable, learning_rate):
        """Takes a step on one variable, with the numbers that `corrected` has returned."""
        if self.amsgrad:
            super().update_step(gradient, variable, learning_rate)
        else:
            self.apply_kernel(gradient, variable, learning_rate)

    def apply_kernel(self, gradient, variable, numbers):
        """Moves the averages of one variable's gradient, and the variable, with one kernel."""
        m, v = self.moments(variable)
        numbers = numbers | {"grad": gradient}
        numbers = {name: tf.cast(number, variable.dtype) for name, number in numbers.items()}
        tf.raw_ops.ResourceApplyAdam(var=variable.handle, m=m.handle, v=v.handle, **numbers)

    def get_config(self):
        """Returns the arguments that rebuild the optimizer."""
        config = super().get_config()
        if callable(self.beta_2):
            config["beta_2"] = keras.saving.serialize_keras_object(self.beta_2)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuilds an optimizer from `get_config()`."""
        if isinstance(config.get("beta_2"), dict):
            beta_2 = keras.saving.deserialize_keras_object(config["beta_2"], custom_objects)
            config = config | {"beta_2": beta_2}
        return super().from_config(config, custom_objects)


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

    def corrected(self, learning_rate, dtype):
        """Returns the numbers for Adam's kernel, the corrected learning rate, and epsilon."""
        # With v / (1 - beta_2^t) + epsilon = (v + epsilon (1 - beta_2^t)) / (1 - beta_2^t) the
        # corrections are numbers, which cost no pass over the weights.
        first, second = self.corrections(dtype)
        learning_rate = ops.cast(learning_rate, dtype) * ops.sqrt(second) / first
        epsilon = self.epsilon * second
        return self.numbers(0.0, 1.0, dtype), learning_rate, epsilon

    def update_step(self, gradient, variable, learning_rate):
        """Takes a step on one variable, with what `corrected` has returned."""
        # The kernel of Adam moves the averages in one pass; at a rate of 0 the weights stay.
        numbers, learning_rate, epsilon = learning_rate
        self.apply_kernel(gradient, variable, numbers)
        m, v = self.moments(variable)
        tf.raw_ops.ResourceApplyGradientDescent(
            var=variable.handle,
            alpha=tf.cast(learning_rate, variable.dtype),
            delta=m * tf.math.rsqrt(v + tf.cast(epsilon, variable.dtype)),
        )


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


@keras.saving.register_keras_serializable("kerasgan")
class ExponentialFall(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that stays for the first half of training, and falls to a hundredth of it.

    As BiGAN's authors have it: in the second half it falls by the same factor in each step.

    Args:
        learning_rate: The learning rate of the first half.
        steps: How many steps training takes.
    """

    def __init__(self, learning_rate, steps):
        self.learning_rate, self.steps = learning_rate, steps

    def __call__(self, step):
        """Returns the learning rate of a step."""
        share = ops.clip(2.0 * ops.cast(step, "float32") / self.steps - 1.0, 0.0, 1.0)
        return self.learning_rate * ops.power(0.01, share)

    def get_config(self):
        """Returns the arguments that rebuild the schedule."""
        return {"learning_rate": self.learning_rate, "steps": self.steps}


@keras.saving.register_keras_serializable("kerasgan")
class Cosine(keras.optimizers.schedules.LearningRateSchedule):
    """A number that goes along half a cosine from one value to another, and stays there.

        first + (last - first) (1 - cos(pi n / over)) / 2,   n <= over

    as all schedules of Huang et al., 2024, arXiv:2501.05441. For a learning rate, or `Adam`'s
    beta_2, n counts the optimizer's steps; for the weight of a `kerasgan.losses.Penalty`, or a
    `kerasgan.models.HalfLife`, the images that the discriminator has seen.

    Args:
        first: The value at n = 0.
        last: The value from n = over on.
        over: How many steps, or images, it takes. Positive.

    Raises:
        ValueError: If `over` is not positive.
    """

    def __init__(self, first, last, over):
        if not over > 0:
            raise ValueError(f"over must be a positive number of steps or images, got {over!r}.")
        self.first, self.last, self.over = first, last, over

    def __call__(self, step):
        """Returns the value after `step` steps, or images, float32."""
        share = ops.minimum(ops.cast(step, "float32") / self.over, 1.0)
        return self.first + (self.last - self.first) * 0.5 * (1.0 - ops.cos(math.pi * share))

    def get_config(self):
        """Returns the arguments that rebuild the schedule."""
        return {"first": self.first, "last": self.last, "over": self.over}
