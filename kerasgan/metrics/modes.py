"""How many modes of a known distribution generated examples cover."""

import collections

import keras
import numpy as np
from scipy.special import rel_entr

from kerasgan.metrics.checks import check_features
from kerasgan.metrics.on_features import GeneratedMetric

_Covered = collections.namedtuple("ModesCovered", ["modes", "high_quality"])
_Stacked = collections.namedtuple("StackedModes", ["modes", "often", "divergence"])


def modes_covered(samples, centres, deviation):
    """Returns how many Gaussians samples cover, and the share of samples that are near to one.

    A sample is near to the nearest centre if it lies within three standard deviations. Of the
    points of a plane that were drawn from such Gaussians, 1 - exp(-4.5) = 98.9 % are. Lin et al.,
    "PacGAN: The power of two samples in generative adversarial networks", 2017, arXiv:1712.04086.

    Args:
        samples: Float (N, d).
        centres: Float (M, d), as those of `kerasgan.data.load_points("grid")`.
        deviation: The standard deviation of each Gaussian along each axis, positive.

    Returns:
        A named tuple of `modes`, the number of centres with a sample near to them, and
        `high_quality`, a share.

    Raises:
        ValueError: If samples or centres are not finite arrays of vectors of one length, or the
            deviation is not positive.
    """
    samples = check_features(samples, "samples", least=1)
    centres = check_features(centres, "centres", least=1)
    if samples.shape[1] != centres.shape[1]:
        raise ValueError(f"samples are of shape {samples.shape}, but centres of {centres.shape}.")
    if not deviation > 0:
        raise ValueError(f"deviation must be positive, got {deviation!r}.")
    squares = np.square(samples[:, None].astype(np.float64) - centres).sum(axis=2)
    nearest = squares.argmin(axis=1)
    near = squares.min(axis=1) <= np.square(3 * deviation)
    return _Covered(len(np.unique(nearest[near])), float(near.mean()))


def stacked_modes(logits):
    """Returns how many of the 1,000 triples of digits stacked images show, and how evenly.

    The images are those of a model that was trained on `load_images("stacked_mnist")`, whose
    channels are a digit each. The protocol has 26,000 of them, of which a perfect generator has a
    divergence of 0.019. A classifier that is wrong on 1 % of the digits finds 622 modes where there
    are 500: say how accurate it is.

    Args:
        logits: A classifier's of the channels, (N, 30), those of `classifier("mnist", "logits")`
            on `stacked`.

    Returns:
        A named tuple of `modes`, how many triples occur; `often`, how many at least three times;
        and `divergence`, KL(generated || uniform) in nats.

    Raises:
        ValueError: If the logits are not a finite array (N, 30).
    """
    logits = check_features(logits, "logits", least=1)
    if logits.shape[1] != 30:
        raise ValueError(f"logits must be (N, 30), ten a channel, but are {logits.shape}.")
    digits = logits.reshape(-1, 3, 10).argmax(axis=2)
    counts = np.bincount(digits @ [100, 10, 1], minlength=1000)
    divergence = rel_entr(counts / len(logits), 1 / 1000).sum()
    return _Stacked(int((counts > 0).sum()), int((counts >= 3).sum()), float(divergence))


def stacked(network, channels=3):
    """Returns a network that applies another one to each channel, and joins what it gives.

    Args:
        network: A Keras model of images of one channel, (N, H, W, 1), to (N, d).
        channels: How many channels there are.

    Returns:
        A model of images (N, H, W, channels) to (N, channels * d), the first channel's first.
    """
    images = keras.Input((*network.input_shape[1:3], channels), name="images")
    found = [network(images[..., i : i + 1]) for i in range(channels)]
    name = f"{network.name}_of_{channels}"
    return keras.Model(images, keras.layers.Concatenate(name="joined")(found), name=name)


class StackedModes(GeneratedMetric):
    """`stacked_modes` of the generated images that were seen; more is better.

    Args:
        logits: As `features` of the others, see `kerasgan.metrics.on_features`, but gives logits,
            (N, 30), such as `stacked(classifier("mnist", "logits"))`.
        name: The metric's name.
        dtype: Of the result.
    """

    direction = "up"
    parts = "modes", "modes_often"

    def __init__(self, logits, name="stacked_modes", dtype="float64"):
        super().__init__(logits, name, dtype)

    def result(self):
        """Returns how many triples occur, and how many at least three times."""
        return self.by_name(stacked_modes(self.kept("generated"))[:2])


class StackedDivergence(GeneratedMetric):
    """The divergence of `stacked_modes`; less is better. Arguments are those of `StackedModes`."""

    direction = "down"

    def __init__(self, logits, name="stacked_divergence", dtype="float64"):
        super().__init__(logits, name, dtype)

    def result(self):
        """Returns KL(generated || uniform) in nats."""
        return keras.ops.convert_to_tensor(
            stacked_modes(self.kept("generated")).divergence, self.dtype
        )
