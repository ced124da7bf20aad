"""Distributions that an adversarial autoencoder gives its codes."""

import keras
import numpy as np
import tensorflow as tf
from scipy.stats import norm

from kerasgan.engine.checks import check_integer

# Points on each arm of a swiss roll, of which one is near each code.
_POINTS = 200


class Prior:
    """A distribution of codes.

    Attributes:
        dim: Their dimension.
        num_components: Of how many parts it is a mixture, one for each class; None if of none.
    """

    num_components = None

    def draw(self, count, seed):
        """Returns float32 codes (count, dim), the same ones for the same seed (2,)."""
        raise NotImplementedError

    def walk(self, side):
        """Returns codes (rows, side, dim) at equal steps of probability, to see what they make."""
        raise NotImplementedError

    def get_config(self):
        """Returns the arguments that rebuild the prior."""
        raise NotImplementedError

    @classmethod
    def from_config(cls, config):
        """Rebuilds a prior from `get_config()`."""
        return cls(**config)


@keras.saving.register_keras_serializable("kerasgan")
class Gaussian(Prior):
    """A Gaussian around 0, alike along all axes.

    Args:
        dim: The dimension.
        deviation: Its standard deviation along each axis. The paper's likelihoods are of 8
            dimensions and a deviation of 5.

    Raises:
        ValueError: If `dim` is not a positive integer, or `deviation` is not positive.
    """

    def __init__(self, dim=10, deviation=1.0):
        self.dim = check_integer("dim", dim)
        self.deviation = _positive("deviation", deviation)

    def draw(self, count, seed):
        """Returns float32 codes (count, dim), the same ones for the same seed (2,)."""
        return tf.random.stateless_normal((count, self.dim), seed, stddev=self.deviation)

    def walk(self, side):
        """Returns codes (side, side, dim): quantiles along the first two axes, 0 along others."""
        quantiles = self.deviation * norm.ppf((np.arange(side) + 0.5) / side)
        codes = np.zeros((side, side, self.dim), "float32")
        codes[..., 0] = quantiles
        codes[..., 1:2] = quantiles[:, None, None]
        return codes

    def get_config(self):
        """Returns the arguments that rebuild the prior."""
        return {"dim": self.dim, "deviation": self.deviation}


class _Components(Prior):
    """A mixture in the plane, of one component for each class, all as likely.

    Args:
        num_components: How many.
    """

    dim = 2

    def __init__(self, num_components=10):
        self.num_components = check_integer("num_components", num_components)

    def draw(self, count, seed):
        """Returns float32 codes (count, 2), the same ones for the same seed (2,)."""
        which, where = tf.unstack(tf.random.split(seed, 2))
        components = tf.random.stateless_uniform((count,), which, 0, self.num_components, "int32")
        return self.draw_of(components, where)

    def draw_of(self, components, seed):
        """Returns a float32 code (N, 2) of each component, int32 (N,)."""
        raise NotImplementedError

    def component_of(self, codes):
        """Returns the component that is nearest to each code, int32 (N,)."""
        raise NotImplementedError

    def get_config(self):
        """Returns the arguments that rebuild the prior."""
        return {"num_components": self.num_components}


@keras.saving.register_keras_serializable("kerasgan")
class GaussianMixture(_Components):
    """Narrow Gaussians in the plane, like the petals of a flower.

    Component k is N(radius, along^2) in the direction of the angle 2 pi k / num_components, and
    N(0, across^2) across it. `kerasgan.data.load_points("mixture")` has the same points.

    Args:
        num_components: How many petals.
        radius: How far away from 0 their middles are.
        along: The standard deviation along a petal.
        across: The standard deviation across it.

    Raises:
        ValueError: If an argument is not positive, or the first is no integer.
    """

    def __init__(self, num_components=10, radius=1.4, along=0.5, across=0.05):
        super().__init__(num_components)
        self.radius = _positive("radius", radius)
        self.along, self.across = _positive("along", along), _positive("across", across)

    def draw_of(self, components, seed):
        """Returns a float32 code (N, 2) of each component, int32 (N,)."""
        noise = tf.random.stateless_normal((tf.shape(components)[0], 2), seed)
        return self._turned(
            self.radius + self.along * noise[:, 0], self.across * noise[:, 1], components
        )

    def component_of(self, codes):
        """Returns the component under which each code is the most likely, int32 (N,)."""
        angles = 2 * np.pi * tf.range(self.num_components, dtype="float32") / self.num_components
        x, y = codes[:, :1], codes[:, 1:]
        along = x * tf.cos(angles) + y * tf.sin(angles) - self.radius
        across = y * tf.cos(angles) - x * tf.sin(angles)
        distances = tf.square(along / self.along) + tf.square(across / self.across)
        return tf.argmin(distances, axis=1, output_type="int32")

    def walk(self, side):
        """Returns codes (num_components, side, 2): quantiles along the middle of each petal."""
        along = self.radius + self.along * norm.ppf((np.arange(side) + 0.5) / side)
        components = np.arange(self.num_components).repeat(side)
        codes = self._turned(np.tile(along, self.num_components), 0.0, components)
        return codes.numpy().reshape(self.num_components, side, 2)

    def _turned(self, along, across, components):
        """Returns the codes at such places along and across their components."""
        angles = 2 * np.pi * tf.cast(components, "float32") / self.num_components
        along = tf.cast(along, "float32")
        x = along * tf.cos(angles) - across * tf.sin(angles)
        return tf.stack([x, along * tf.sin(angles) + across * tf.cos(angles)], axis=1)

    def get_config(self):
        """Returns the arguments that rebuild the prior."""
        return super().get_config() | {
            "radius": self.radius,
            "along": self.along,
            "across": self.across,
        }


@keras.saving.register_keras_serializable("kerasgan")
class SwissRoll(_Components):
    """A spiral in the plane, cut into one piece for each class, from the inside to the outside.

    With t = (U + k) / num_components, U ~ U[0, 1], a code of component k has the radius 3 sqrt(t)
    and the angle 4 pi sqrt(t).

    Args:
        num_components: Into how many pieces.

    Raises:
        ValueError: If it is not a positive integer.
    """

    def draw_of(self, components, seed):
        """Returns a float32 code (N, 2) of each component, int32 (N,)."""
        return self._at(tf.random.stateless_uniform(tf.shape(components), seed), components)

    def component_of(self, codes):
        """Returns the piece that each code is nearest to, int32 (N,)."""
        points = tf.reshape(self.walk(_POINTS), [1, -1, 2])
        distances = tf.reduce_sum(tf.square(codes[:, None] - points), axis=2)
        return tf.argmin(distances, axis=1, output_type="int32") // _POINTS

    def walk(self, side):
        """Returns codes (num_components, side, 2): a piece in each row, along it."""
        components = np.arange(self.num_components).repeat(side)
        shares = np.tile((np.arange(side) + 0.5) / side, self.num_components)
        return self._at(shares, components).numpy().reshape(self.num_components, side, 2)

    def _at(self, shares, components):
        """Returns the codes at such shares of the way along their pieces."""
        places = tf.cast(shares, "float32") + tf.cast(components, "float32")
        root = tf.sqrt(places / self.num_components)
        angles = 4 * np.pi * root
        return 3 * tf.stack([root * tf.cos(angles), root * tf.sin(angles)], axis=1)


def _positive(name, value):
    if not value > 0:
        raise ValueError(f"{name} must be positive, got {value!r}.")
    return float(value)
