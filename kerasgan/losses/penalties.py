"""What keeps a discriminator smooth: gradient penalties, and weight clipping.

A penalty is two pieces of mathematics: `points`, where the discriminator's gradient is taken, and
the penalty itself, a function of these gradients. Taking the gradient is the model's work
(`GAN.penalize`), so that this module knows no model.
"""

import keras
from keras import ops


class Penalty:
    """A penalty on the gradients of the discriminator with respect to its input.

    Args:
        weight: What the mean penalty is multiplied with. Not negative.

    Raises:
        ValueError: If `weight` is negative.
    """

    def __init__(self, weight):
        if not weight >= 0:
            raise ValueError(f"The weight of a penalty must not be negative, got {weight!r}.")
        self.weight = weight

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
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a penalty from `get_config()`."""
        return cls(**config)


@keras.saving.register_keras_serializable("kerasgan")
class GradientPenalty(Penalty):
    """The two-sided gradient penalty of WGAN-GP.

    Gulrajani et al., "Improved Training of Wasserstein GANs", 2017, arXiv:1704.00028, Algorithm 1:

        weight * E[(||grad D(x^)||_2 - 1)^2],   x^ = e x + (1 - e) G(z),   e ~ U[0, 1]

    with one e for each example, and the norm over all of an example's pixels and channels.

    Args:
        weight: The paper's lambda.
    """

    def __init__(self, weight=10.0):
        super().__init__(weight)

    def points(self, real, fake, seed=None):
        """Returns random points on the lines between real and generated examples."""
        share = _uniform_by_example(real, seed)
        return fake + share * (real - fake)

    def __call__(self, gradients):
        """Returns weight * E[(||g||_2 - 1)^2]."""
        return self.weight * ops.mean(ops.square(_norms(gradients) - 1.0))


@keras.saving.register_keras_serializable("kerasgan")
class OneSidedGradientPenalty(GradientPenalty):
    """WGAN-GP's penalty on gradients longer than 1 only.

    Gulrajani et al., 2017, arXiv:1704.00028, section 4; Petzka et al., 2017, arXiv:1709.08894:

        weight * E[max(0, ||grad D(x^)||_2 - 1)^2]
    """

    def __call__(self, gradients):
        """Returns weight * E[max(0, ||g||_2 - 1)^2]."""
        return self.weight * ops.mean(ops.square(ops.relu(_norms(gradients) - 1.0)))


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
    """

    def __init__(self, weight=10.0):
        super().__init__(weight)

    def points(self, real, fake, seed=None):
        """Returns the real examples."""
        return real

    def __call__(self, gradients):
        """Returns weight / 2 * E[||g||_2^2]."""
        return 0.5 * self.weight * ops.mean(_squared_norms(gradients))


_BY_NAME = {
    "gradient_penalty": GradientPenalty,
    "one_sided_gradient_penalty": OneSidedGradientPenalty,
    "dragan": DRAGAN,
    "r1": R1,
}


def get_penalty(identifier):
    """Returns a penalty from an object, or from a name with or without a weight.

    Args:
        identifier: A `Penalty`; or one of `"gradient_penalty"`, `"one_sided_gradient_penalty"`,
            `"dragan"` and `"r1"`, which may end in a weight, such as `"r1:0.1"`.

    Raises:
        ValueError: If `identifier` is none of these.
    """
    if isinstance(identifier, Penalty):
        return identifier
    name, _, weight = str(identifier).partition(":")
    if name not in _BY_NAME:
        raise ValueError(
            f"Unknown penalty {identifier!r}: give a Penalty or one of {', '.join(_BY_NAME)}, "
            "which may end in a weight, such as 'r1:0.1'."
        )
    return _BY_NAME[name](float(weight)) if weight else _BY_NAME[name]()


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
