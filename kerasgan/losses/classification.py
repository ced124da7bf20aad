"""Losses of classes and codes: what an auxiliary head of the discriminator is trained with.

Logits are raw scores (N, K); every loss is a float32 scalar, a mean over the N examples.
"""

import math

from keras import ops


def cross_entropy(targets, logits):
    """Returns E[-sum_k y_k log p(k|x)], the softmax cross-entropy.

    Args:
        targets: The distributions y over the classes, such as one-hot labels, (N, K).
        logits: The scores of the classes, (N, K).
    """
    targets, logits = ops.cast(targets, "float32"), ops.cast(logits, "float32")
    return -ops.mean(ops.sum(targets * ops.log_softmax(logits, axis=-1), axis=-1))


def categorical_information(codes, logits):
    """Returns a lower bound of the mutual information of a categorical code and an image, in nats.

    Chen et al., "InfoGAN", 2016, arXiv:1606.03657, equation 5, for codes drawn uniformly from K
    categories: E[log Q(c|x)] + H(c), with H(c) = log K, its limit.

    Args:
        codes: The codes c that the images were made from, one-hot (N, K).
        logits: Q's scores of the categories, (N, K).
    """
    return math.log(logits.shape[-1]) - cross_entropy(codes, logits)


def continuous_information(codes, means):
    """Returns a lower bound of the mutual information of continuous codes and an image, in nats.

    Chen et al., 2016, arXiv:1606.03657, equation 5, for D codes each drawn from U[-1, 1], and Q a
    Gaussian of unit variance: E[log N(c; mu(x), 1)] + H(c), with H(c) = D log 2. The bound is
    at most D (log 2 - log(2 pi) / 2) = -0.226 D: a Gaussian that wide is a loose guess.

    Args:
        codes: The codes c that the images were made from, (N, D).
        means: Q's means mu(x), (N, D).
    """
    codes, means = ops.cast(codes, "float32"), ops.cast(means, "float32")
    log_likelihood = -0.5 * (ops.square(codes - means) + math.log(2 * math.pi))
    return ops.mean(ops.sum(log_likelihood + math.log(2), axis=-1))


def feature_matching(real_mean, fake_mean):
    """Returns the mean squared difference of two mean feature vectors.

    Salimans et al., "Improved Techniques for Training GANs", 2016, arXiv:1606.03498, section 3.1:
    || E f(x) - E f(G(z)) ||^2, averaged over the features as in the authors' code.

    Args:
        real_mean: E f(x) over real examples, (D,).
        fake_mean: E f(G(z)) over generated examples, (D,).
    """
    difference = ops.cast(real_mean, "float32") - ops.cast(fake_mean, "float32")
    return ops.mean(ops.square(difference))
