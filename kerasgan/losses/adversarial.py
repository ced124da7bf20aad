"""The shared adversarial-loss module.

Notation, for the whole module: r = D(x) and f = D(G(z)) are raw logits (scores before any
sigmoid) of any shape, a column (N, 1) or a map of patches (N, H, W, 1). E is the mean over all
their elements, sp(l) = log(1 + exp(l)) is softplus, so that with a sigmoid s on the logits
-log s(l) = sp(-l) and -log(1 - s(l)) = sp(l). Every loss is a float32 scalar to be minimised.
"""

import functools

import keras
from keras import ops

# Losses are float32 whatever the networks compute in: half precision overflows at 65504.
_float32 = functools.partial(ops.cast, dtype="float32")


class AdversarialLoss:
    """A pair of losses: what the discriminator minimises, and what the generator minimises.

    Subclasses implement `discriminator` and `generator`. `threshold`, the score above which the
    discriminator calls an example real, is a number, or a method of the real and the generated
    logits. Set `relativistic = True` when the generator's loss
    needs the real logits too, and `critic = True` when the discriminator measures a distance: then
    it is to win at all times.
    """

    relativistic = False
    critic = False
    threshold = 0.0

    def discriminator(self, real_logits, fake_logits):
        """Returns the discriminator's loss, a float32 scalar.

        Args:
            real_logits: Scores of real examples, of any shape.
            fake_logits: Scores of generated examples, of any shape.
        """
        raise NotImplementedError

    def generator(self, fake_logits, real_logits=None):
        """Returns the generator's loss, a float32 scalar.

        Args:
            fake_logits: Scores of generated examples, of any shape.
            real_logits: Scores of real examples; only relativistic losses use them.

        Raises:
            ValueError: If the loss is relativistic and `real_logits` is missing.
        """
        raise NotImplementedError

    def accuracy(self, real_logits, fake_logits):
        """Returns the shares of real and of generated examples the discriminator gets right.

        Two float32 scalars in [0, 1]. At the equilibrium of the game both tend to 0.5.
        """
        real_logits, fake_logits = _float32(real_logits), _float32(fake_logits)
        threshold = self.threshold
        if callable(threshold):
            threshold = threshold(real_logits, fake_logits)
        return (
            ops.mean(ops.cast(real_logits > threshold, "float32")),
            ops.mean(ops.cast(fake_logits < threshold, "float32")),
        )

    def get_config(self):
        """Returns the arguments that rebuild the loss."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Rebuilds a loss from `get_config()`."""
        return cls(**config)


class _CrossEntropy(AdversarialLoss):
    """The discriminator's half of the original game, with one-sided label smoothing."""

    def __init__(self, label_smoothing=0.0):
        if not 0.0 <= label_smoothing < 0.5:
            raise ValueError(f"label_smoothing must be in [0, 0.5), got {label_smoothing!r}.")
        self.label_smoothing = label_smoothing

    def discriminator(self, real_logits, fake_logits):
        """Returns (1 - a) E[sp(-r)] + a E[sp(r)] + E[sp(f)], a being `label_smoothing`."""
        real_logits, fake_logits = _float32(real_logits), _float32(fake_logits)
        # -(1 - a) log s(r) - a log(1 - s(r)) = sp(-r) + a r, since sp(r) = sp(-r) + r
        real_loss = ops.softplus(-real_logits) + self.label_smoothing * real_logits
        return ops.mean(real_loss) + ops.mean(ops.softplus(fake_logits))

    def get_config(self):
        """Returns the arguments that rebuild the loss."""
        return {"label_smoothing": self.label_smoothing}


@keras.saving.register_keras_serializable("kerasgan")
class Minimax(_CrossEntropy):
    """The saturating game of the original paper.

    Goodfellow et al., "Generative Adversarial Networks", 2014, arXiv:1406.2661, equation 1:

        D minimises  -E[log D(x)] - E[log(1 - D(G(z)))] = E[sp(-r)] + E[sp(f)]
        G minimises   E[log(1 - D(G(z)))]               = -E[sp(f)]

    At the equilibrium the discriminator's loss is 2 log 2 = 1.386. The generator's gradient
    vanishes while the discriminator wins: prefer `NonSaturating`.

    Args:
        label_smoothing: The discriminator's target for real examples is 1 - label_smoothing, that
            for generated ones stays 0 (one-sided; Salimans et al., 2016, arXiv:1606.03498). In
            [0, 0.5).

    Raises:
        ValueError: If `label_smoothing` lies outside [0, 0.5).
    """

    def generator(self, fake_logits, real_logits=None):
        """Returns -E[sp(f)]."""
        return -ops.mean(ops.softplus(_float32(fake_logits)))


@keras.saving.register_keras_serializable("kerasgan")
class NonSaturating(_CrossEntropy):
    """The game with the generator's loss that the original paper recommends and everybody uses.

    Goodfellow et al., "Generative Adversarial Networks", 2014, arXiv:1406.2661, section 3:

        D minimises  -E[log D(x)] - E[log(1 - D(G(z)))] = E[sp(-r)] + E[sp(f)]
        G minimises  -E[log D(G(z))]                    = E[sp(-f)]

    Args:
        label_smoothing: As in `Minimax`. In [0, 0.5).

    Raises:
        ValueError: If `label_smoothing` lies outside [0, 0.5).
    """

    def generator(self, fake_logits, real_logits=None):
        """Returns E[sp(-f)]."""
        return ops.mean(ops.softplus(-_float32(fake_logits)))


@keras.saving.register_keras_serializable("kerasgan")
class LeastSquares(AdversarialLoss):
    """The least-squares game.

    Mao et al., "Least Squares Generative Adversarial Networks", 2016, arXiv:1611.04076,
    equation 2:

        D minimises  1/2 E[(r - b)^2] + 1/2 E[(f - a)^2]
        G minimises  1/2 E[(f - c)^2]

    Args:
        a: The discriminator's target for generated examples.
        b: The discriminator's target for real examples.
        c: The generator's target. The default (0, 1, 1) is equation 9 of the paper, which its
            experiments use; (-1, 1, 0) is equation 8, which minimises a Pearson chi-squared
            divergence.

    Raises:
        ValueError: If `a` is not below `b`.
    """

    def __init__(self, a=0.0, b=1.0, c=1.0):
        if not a < b:
            raise ValueError(f"the target for generated examples must lie below b, got {a=}, {b=}.")
        self.a, self.b, self.c = a, b, c
        self.threshold = (a + b) / 2  # half-way between the discriminator's two targets

    def discriminator(self, real_logits, fake_logits):
        """Returns 1/2 E[(r - b)^2] + 1/2 E[(f - a)^2]."""
        real_loss = ops.mean(ops.square(_float32(real_logits) - self.b))
        fake_loss = ops.mean(ops.square(_float32(fake_logits) - self.a))
        return 0.5 * (real_loss + fake_loss)

    def generator(self, fake_logits, real_logits=None):
        """Returns 1/2 E[(f - c)^2]."""
        return 0.5 * ops.mean(ops.square(_float32(fake_logits) - self.c))

    def get_config(self):
        """Returns the arguments that rebuild the loss."""
        return {"a": self.a, "b": self.b, "c": self.c}


class _RelativeScores(AdversarialLoss):
    """Losses whose scores have no zero: they mean something only beside one another."""

    def threshold(self, real_logits, fake_logits):
        """Returns (E[r] + E[f]) / 2, half-way between the two mean scores."""
        return (ops.mean(real_logits) + ops.mean(fake_logits)) / 2


@keras.saving.register_keras_serializable("kerasgan")
class Wasserstein(_RelativeScores):
    """The Kantorovich-Rubinstein dual of the earth mover's distance, for a Lipschitz critic.

    Arjovsky et al., "Wasserstein GAN", 2017, arXiv:1701.07875, Algorithm 1:

        D minimises  E[f] - E[r]
        G minimises  -E[f]

    The negative of the critic's loss estimates the distance. It is only meaningful with a critic
    kept Lipschitz: by `WeightClip`, or by `GradientPenalty`.
    """

    critic = True

    def discriminator(self, real_logits, fake_logits):
        """Returns E[f] - E[r]."""
        return ops.mean(_float32(fake_logits)) - ops.mean(_float32(real_logits))

    def generator(self, fake_logits, real_logits=None):
        """Returns -E[f]."""
        return -ops.mean(_float32(fake_logits))


@keras.saving.register_keras_serializable("kerasgan")
class Hinge(AdversarialLoss):
    """The hinge game.

    Lim and Ye, "Geometric GAN", 2017, arXiv:1705.02894; Miyato et al., 2018, arXiv:1802.05957:

        D minimises  E[max(0, 1 - r)] + E[max(0, 1 + f)]
        G minimises  -E[f]
    """

    def discriminator(self, real_logits, fake_logits):
        """Returns E[max(0, 1 - r)] + E[max(0, 1 + f)]."""
        real_loss = ops.mean(ops.relu(1.0 - _float32(real_logits)))
        fake_loss = ops.mean(ops.relu(1.0 + _float32(fake_logits)))
        return real_loss + fake_loss

    def generator(self, fake_logits, real_logits=None):
        """Returns -E[f]."""
        return -ops.mean(_float32(fake_logits))


class _Relativistic(_RelativeScores):
    """Games whose generator plays the discriminator's part with the two sides exchanged."""

    relativistic = True

    def generator(self, fake_logits, real_logits=None):
        """Returns the discriminator's loss, real and generated scores exchanged."""
        if real_logits is None:
            raise ValueError("The relativistic generator's loss needs real_logits, got None.")
        return self.discriminator(fake_logits, real_logits)


@keras.saving.register_keras_serializable("kerasgan")
class RelativisticAverage(_Relativistic):
    """The relativistic average game: is real more real than generated, on average?

    Jolicoeur-Martineau, "The relativistic discriminator: a key element missing from standard
    GAN", 2018, arXiv:1807.00734, section 4.2:

        D minimises  E[sp(-(r - E[f]))] + E[sp(f - E[r])]
        G minimises  E[sp(-(f - E[r]))] + E[sp(r - E[f])]

    The inner averages are over the batch given: under tf.distribute, over a replica's share.
    """

    def discriminator(self, real_logits, fake_logits):
        """Returns E[sp(-(r - E[f]))] + E[sp(f - E[r])]."""
        real_logits, fake_logits = _float32(real_logits), _float32(fake_logits)
        real_loss = ops.mean(ops.softplus(ops.mean(fake_logits) - real_logits))
        fake_loss = ops.mean(ops.softplus(fake_logits - ops.mean(real_logits)))
        return real_loss + fake_loss


@keras.saving.register_keras_serializable("kerasgan")
class RelativisticPairing(_Relativistic):
    """The relativistic game of pairs: is each real example more real than its generated one?

    Jolicoeur-Martineau, 2018, arXiv:1807.00734, section 4.1; Huang et al., "The GAN is dead; long
    live the GAN! A Modern GAN Baseline", 2024, arXiv:2501.05441, equation 2. With r and f of one
    pair each,

        D minimises  E[sp(-(r - f))]
        G minimises  E[sp(-(f - r))]

    The i-th real example is paired with the i-th generated one, not with all of them. At the
    equilibrium both losses are log 2 = 0.693.
    """

    def discriminator(self, real_logits, fake_logits):
        """Returns E[sp(-(r - f))]."""
        return ops.mean(ops.softplus(_float32(fake_logits) - _float32(real_logits)))


_BY_NAME = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "wasserstein": Wasserstein,
    "hinge": Hinge,
    "relativistic_average": RelativisticAverage,
    "relativistic_pairing": RelativisticPairing,
}


def get(identifier):
    """Returns an adversarial loss from an object, a name or a serialized configuration.

    Args:
        identifier: An `AdversarialLoss`; one of `"minimax"`, `"non_saturating"`,
            `"least_squares"`, `"wasserstein"`, `"hinge"`, `"relativistic_average"`,
            `"relativistic_pairing"`; or what `keras.saving.serialize_keras_object` makes of a loss.

    Raises:
        ValueError: If `identifier` is none of these.
    """
    if isinstance(identifier, AdversarialLoss):
        return identifier
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]()
    if isinstance(identifier, dict):
        loss = keras.saving.deserialize_keras_object(identifier)
        if isinstance(loss, AdversarialLoss):
            return loss
    raise ValueError(
        f"Unknown adversarial loss {identifier!r}: give an AdversarialLoss or one of "
        f"{', '.join(_BY_NAME)}."
    )
