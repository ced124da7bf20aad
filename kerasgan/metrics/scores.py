"""The score of a classifier on generated images alone."""

import numpy as np
from keras import ops
from scipy.special import log_softmax

from kerasgan.metrics.checks import check_features, check_positive
from kerasgan.metrics.on_features import GeneratedMetric


def inception_score(logits, splits=10):
    """Returns exp(mean KL(p(class | image) || p(class))), its mean over splits, and their std.

    From 1, when a classifier says the same of all images, to the number of classes, when it is
    sure of each and all are as frequent. Salimans et al., "Improved Techniques for Training GANs",
    2016, arXiv:1606.03498; with the logits of `inception` without their bias, 50,000 images and ten
    splits it is theirs. It does not look at real images, and depends on the number of images.

    Args:
        logits: The classifier's, (N, classes), in any order: they are shuffled, the same each time.
        splits: How many parts to measure apart, at most N.

    Returns:
        Two floats.

    Raises:
        ValueError: If the logits are not a finite array of at least `splits` rows.
    """
    check_positive(splits=splits)
    logits = check_features(logits, "logits", least=splits).astype(np.float64)
    logits = logits[np.random.default_rng(0).permutation(len(logits))]
    found = [_score(part) for part in np.array_split(logits, splits)]
    return float(np.mean(found)), float(np.std(found))


def _score(logits):
    logs = log_softmax(logits, axis=1)
    probabilities = np.exp(logs)
    mean = probabilities.mean(axis=0)
    marginal = np.log(np.where(mean > 0, mean, 1))  # where it is 0, so is each probability
    return np.exp((probabilities * (logs - marginal)).sum(axis=1).mean())


class InceptionScore(GeneratedMetric):
    """The mean of `inception_score` of the generated images that were seen; more is better.

    Args:
        logits: As `features` of the others, see `kerasgan.metrics.on_features`, but gives logits,
            (N, classes).
        splits: As of the function.
        name: The metric's name.
        dtype: Of the result.
    """

    direction = "up"

    def __init__(self, logits, splits=10, name="inception_score", dtype="float64"):
        super().__init__(logits, name, dtype, splits=splits)

    def result(self):
        """Returns the mean. Raises a ValueError as the function does."""
        mean, _ = inception_score(self.kept("generated"), **self._options)
        return ops.convert_to_tensor(mean, self.dtype)
