"""What keeps a discriminator smooth: penalties on its gradients or logits, and weight clipping.

A penalty on gradients is two pieces of mathematics: `points`, where the discriminator's gradient is
taken, and the penalty itself, a function of these gradients. Taking the gradient is the model's
work (`GAN.penalize`), so that this module knows no model.
"""

import copy
import numbers
import re

import keras
from keras import ops


class Regularizer:
    """What is added to a discriminator's loss; `a + b` adds both."""

    @property
    def parts(self):
        """The terms of a sum, or what is none alone."""
        return [self]

    def __add__(self, other):
        if not isinstance(other, Regularizer):
            return NotImplemented
        return Sum([*self.parts, *other.parts])

    def get_config(self):
        """Returns the arguments that rebuild the regularizer."""
        raise NotImplementedError

    @classmethod
    def from_config(cls, config):
        """Rebuilds a regularizer from `get_config()`."""
        return cls(**config)


@keras.saving.register_keras_serializable("kerasgan")
class Sum(Regularizer):
    """A sum of penalties, such as `R1(0.1) + R2(0.1)`.

    Args:
        parts: The penalties.
    """

    def __init__(self, parts):
        self._parts = list(parts)

    @property
    def parts(self):
        """The terms of the sum."""
        return self._parts

    def get_config(self):
        """Returns the arguments that rebuild the sum."""
        return {"parts": [keras.saving.serialize_keras_object(each) for each in self.parts]}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a sum from `get_config()`."""
        return cls([keras.saving.deserialize_keras_object(each) for each in config["parts"]])


class Penalty(Regularizer):
    """A penalty on the gradients of the discriminator with respect to its input.

    The gradients are taken through the augmentation, if there is one.

    Args:
        weight: What the mean penalty is multiplied with: a number that is not negative, or a
            function of how many real images the discriminator has seen, such as a
            `kerasgan.optimizers.Cosine`.
        every: The penalty is computed in every so many of the discriminator's steps, the first one
            included, with a weight that is as many times as large: the lazy regularization of
            Karras et al., 2019, arXiv:1912.04958, section 3.1. On several replicas, and in
            evaluation, it is computed each time.

    Raises:
        ValueError: If `weight` is negative, or `every` is not a positive integer.
    """

    def __init__(self, weight, every=1):
        if not (callable(weight) or weight >= 0):
            raise ValueError(f"The weight of a penalty must not be negative, got {weight!r}.")
        if isinstance(every, bool) or not isinstance(every, numbers.Integral) or every < 1:
            raise ValueError(f"every must be a positive integer, got {every!r}.")
        self.weight, self.every = weight, int(every)

    def at(self, images_seen):
        """Returns the penalty with the weight that it has after so many images, a number."""
        if not callable(self.weight):
            return self
        penalty = copy.copy(self)
        penalty.weight = self.weight(images_seen)
        return penalty

    def points(self, real, fake, seed=None):
        """Returns the points at which the discriminator's gradient is penalised.

        Args:
            real: Real examples, float (N, ...).
            fake: Generated examples, of the same shape.
            seed: An integer or a `keras.random.SeedGenerator`.
        """
        raise NotImplementedError

    def __call__(self, gradients):
        """Returns the weighted penalty, a float32 scalar, of gradients (N, ...)."""
        raise NotImplementedError

    def get_config(self):
        """Returns the arguments that rebuild the penalty."""
        weight = self.weight
        if callable(weight):
            weight = keras.saving.serialize_keras_object(weight)
        return {"weight": weight, "every": self.every}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a penalty from `get_config()`."""
        weight = config["weight"]
        if isinstance(weight, dict):
            weight = keras.saving.deserialize_keras_object(weight)
        return cls(**config | {"weight": weight})


@keras.saving.register_keras_serializable("kerasgan")
class GradientPenalty(Penalty):
    """The two-sided gradient penalty of WGAN-GP.

    Gulrajani et al., "Improved Training of Wasserstein GANs", 2017, arXiv:1704.00028, Algorithm 1:

        weight * E[(||grad D(x^)||_2 / t - 1)^2],   x^ = e x + (1 - e) G(z),   e ~ U[0, 1]

    with one e for each example, and the norm over all of an example's pixels and channels. The
    paper's t is 1; Karras et al., 2017, arXiv:1710.10196, have 750 for CIFAR-10.

    Args:
        weight: The paper's lambda.
        every: As in `Penalty`.
        target: t, the length that gradients are to have. Positive.

    Raises:
        ValueError: As in `Penalty`, and if `target` is not positive.
    """

    def __init__(self, weight=10.0, every=1, target=1.0):
        super().__init__(weight, every)
        if not target > 0:
            raise ValueError(f"target must be a positive length of gradients, got {target!r}.")
        self.target = target

    def points(self, real, fake, seed=None):
        """Returns random points on the lines between real and generated examples."""
        share = _uniform_by_example(real, seed)
        return fake + share * (real - fake)

    def __call__(self, gradients):
        """Returns weight * E[(||g||_2 / t - 1)^2]."""
        return self.weight * ops.mean(ops.square(self.excess(gradients)))

    def excess(self, gradients):
        """Returns ||g||_2 / t - 1 of each example's gradient g, (N,)."""
        return _norms(gradients) / self.target - 1.0

    def get_config(self):
        """Returns the arguments that rebuild the penalty."""
        return super().get_config() | {"target": self.target}


@keras.saving.register_keras_serializable("kerasgan")
class OneSidedGradientPenalty(GradientPenalty):
    """WGAN-GP's penalty on gradients longer than 1 only.

    Gulrajani et al., 2017, arXiv:1704.00028, section 4; Petzka et al., 2017, arXiv:1709.08894:

        weight * E[max(0, ||grad D(x^)||_2 / t - 1)^2]
    """

    def __call__(self, gradients):
        """Returns weight * E[max(0, ||g||_2 / t - 1)^2]."""
        return self.weight * ops.mean(ops.square(ops.relu(self.excess(gradients))))


@keras.saving.register_keras_serializable("kerasgan")
class DRAGAN(GradientPenalty):
    """The gradient penalty around the data.

    Kodali et al., "On Convergence and Stability of GANs", 2017, arXiv:1705.07215:

        weight * E[(||grad D(x + e d)||_2 - 1)^2],   d = std(x) / 2 * u,   u ~ U[0, 1]^n

    with std over the whole batch and one e ~ U[0, 1] for each example, as in the authors' code.
    """

    def points(self, real, fake, seed=None):
        """Returns real examples moved by noise of half their standard deviation."""
        noise = keras.random.uniform(ops.shape(real), dtype=real.dtype, seed=seed)
        return real + _uniform_by_example(real, seed) * 0.5 * ops.std(real) * noise


@keras.saving.register_keras_serializable("kerasgan")
class R1(Penalty):
    """The zero-centred gradient penalty on real examples.

    Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018,
    arXiv:1801.04406, equation 9:

        weight / 2 * E[||grad D(x)||_2^2]

    Args:
        weight: The paper's gamma.
        every: As in `Penalty`.
    """

    def __init__(self, weight=10.0, every=1):
        super().__init__(weight, every)

    def points(self, real, fake, seed=None):
        """Returns the real examples."""
        return real

    def __call__(self, gradients):
        """Returns weight / 2 * E[||g||_2^2]."""
        return 0.5 * self.weight * ops.mean(_squared_norms(gradients))


@keras.saving.register_keras_serializable("kerasgan")
class R2(R1):
    """The zero-centred gradient penalty on generated examples.

    Mescheder et al., 2018, arXiv:1801.04406, equation 10:

        weight / 2 * E[||grad D(G(z))||_2^2]

    Arguments are those of `R1`.
    """

    def points(self, real, fake, seed=None):
        """Returns the generated examples."""
        return fake


@keras.saving.register_keras_serializable("kerasgan")
class LeCam(Regularizer):
    """Keeps logits near the average of the other side's, where there are few images.

    Tseng et al., "Regularizing Generative Adversarial Networks under Limited Data", 2021,
    arXiv:2104.03310. With moving averages a_r of E[r] and a_f of E[f], without gradients, it is

        weight (E[max(0, r - a_f)^2] + E[max(0, a_r - f)^2])

    as in the authors' code; the paper's equation 2 has the squares without the maxima. The averages
    are saved with the model.

    Args:
        weight: The paper's lambda. Not negative.
        decay: The decay of the averages a step of the discriminator, in (0, 1).
        start: After how many of its steps the regularizer counts.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(self, weight=0.3, decay=0.9, start=1000):
        if not (weight >= 0 and 0 < decay < 1 and start >= 0):
            raise ValueError(
                "weight and start must not be negative, and decay lie in (0, 1); got "
                f"{weight=}, {decay=}, {start=}."
            )
        self.weight, self.decay, self.start = weight, decay, start

    def __call__(self, real_logits, fake_logits, averages, step):
        """Returns the regularizer, a float32 scalar.

        Args:
            real_logits: Scores of real examples, of any shape.
            fake_logits: Scores of generated examples, of any shape.
            averages: a_r and a_f, float32 (2,).
            step: How many steps the discriminator has taken.
        """
        real_logits, fake_logits = (ops.cast(x, "float32") for x in (real_logits, fake_logits))
        real_average, fake_average = ops.unstack(averages, 2)
        value = ops.mean(ops.square(ops.relu(real_logits - fake_average)))
        value += ops.mean(ops.square(ops.relu(real_average - fake_logits)))
        return self.weight * ops.where(step >= self.start, value, 0.0)

    def moved(self, averages, real_logits, fake_logits):
        """Returns the averages after a step with these logits."""
        means = [ops.mean(ops.cast(x, "float32")) for x in (real_logits, fake_logits)]
        return self.decay * averages + (1.0 - self.decay) * ops.stack(means)

    def get_config(self):
        """Returns the arguments that rebuild the regularizer."""
        return {"weight": self.weight, "decay": self.decay, "start": self.start}


@keras.saving.register_keras_serializable("kerasgan")
class Drift(Regularizer):
    """Keeps a critic's scores, which a Wasserstein loss leaves free to drift, near zero.

    Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
    2017, arXiv:1710.10196, appendix A.1: weight * E[D(x)^2] on real examples.

    Args:
        weight: The paper's epsilon_drift. Not negative.

    Raises:
        ValueError: If `weight` is negative.
    """

    def __init__(self, weight=0.001):
        if not weight >= 0:
            raise ValueError(f"The weight of a penalty must not be negative, got {weight!r}.")
        self.weight = weight

    def __call__(self, real_logits):
        """Returns weight * E[r^2], a float32 scalar, of the scores r of real examples."""
        return self.weight * ops.mean(ops.square(ops.cast(real_logits, "float32")))

    def get_config(self):
        """Returns the arguments that rebuild the penalty."""
        return {"weight": self.weight}


_WEIGHT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?")
_BY_NAME = {
    "gradient_penalty": GradientPenalty,
    "one_sided_gradient_penalty": OneSidedGradientPenalty,
    "dragan": DRAGAN,
    "drift": Drift,
    "r1": R1,
    "r2": R2,
    "lecam": LeCam,
}


def get_penalty(identifier):
    """Returns a penalty from an object, or from names with or without weights.

    Args:
        identifier: A `Regularizer`; or one of `"gradient_penalty"`,
            `"one_sided_gradient_penalty"`, `"dragan"`, `"drift"`, `"r1"`, `"r2"` and `"lecam"`,
            which may end in a weight, such as `"r1:0.1"`, or several of these, such as
            `"r1:0.1+r2:0.1"`.

    Raises:
        ValueError: If `identifier` is none of these.
    """
    if isinstance(identifier, Regularizer):
        return identifier
    parts = []
    for part in re.split(r"\+(?=[a-z])", str(identifier)):
        name, _, weight = part.partition(":")
        if name not in _BY_NAME or not _WEIGHT.fullmatch(weight or "1"):
            raise ValueError(
                f"Unknown penalty {identifier!r}: give a Penalty or one of {', '.join(_BY_NAME)}, "
                "which may end in a weight, such as 'r1:0.1', or several, such as "
                "'r1:0.1+r2:0.1'."
            )
        parts.append(_BY_NAME[name](float(weight)) if weight else _BY_NAME[name]())
    return Sum(parts) if len(parts) > 1 else parts[0]


@keras.saving.register_keras_serializable("kerasgan")
class WeightClip(keras.constraints.Constraint):
    """Keeps every weight in [-limit, limit].

    Arjovsky et al., "Wasserstein GAN", 2017, arXiv:1701.07875, Algorithm 1, line 7.

    Args:
        limit: The paper's c. Positive.

    Raises:
        ValueError: If `limit` is not positive.
    """

    def __init__(self, limit=0.01):
        if not limit > 0:
            raise ValueError(f"The limit of clipped weights must be positive, got {limit!r}.")
        self.limit = limit

    def __call__(self, w):
        """Returns the weights clipped to [-limit, limit]."""
        return ops.clip(w, -self.limit, self.limit)

    def get_config(self):
        """Returns the arguments that rebuild the constraint."""
        return {"limit": self.limit}


def _uniform_by_example(x, seed):
    """One number of U[0, 1] for each example, shaped to broadcast over (N, ...)."""
    shape = (ops.shape(x)[0], *[1] * (len(x.shape) - 1))
    return keras.random.uniform(shape, dtype=x.dtype, seed=seed)


def _squared_norms(gradients):
    """The squared L2 norm of each example's gradient, over all axes but the first: (N,)."""
    gradients = ops.cast(gradients, "float32")
    return ops.sum(ops.square(gradients), axis=tuple(range(1, len(gradients.shape))))


def _norms(gradients):
    """The L2 norm of each example's gradient. The derivative of sqrt is infinite at 0."""
    return ops.sqrt(_squared_norms(gradients) + 1e-12)
