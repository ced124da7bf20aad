"""The mathematics of adversarial training: pure functions of tensors that know no model."""

from kerasgan.losses.adversarial import (
    AdversarialLoss,
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    RelativisticAverage,
    RelativisticPairing,
    Wasserstein,
    get,
)
from kerasgan.losses.classification import (
    categorical_information,
    continuous_information,
    cross_entropy,
    feature_matching,
)
from kerasgan.losses.completion import context_loss, context_weights, prior_loss
from kerasgan.losses.penalties import (
    DRAGAN,
    R1,
    R2,
    GradientPenalty,
    LeCam,
    OneSidedGradientPenalty,
    Penalty,
    Regularizer,
    Sum,
    WeightClip,
    get_penalty,
)
from kerasgan.losses.reconstruction import gradient_difference, l1, l2, perceptual

__all__ = [
    "AdversarialLoss",
    "DRAGAN",
    "GradientPenalty",
    "Hinge",
    "LeCam",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "OneSidedGradientPenalty",
    "Penalty",
    "R1",
    "R2",
    "Regularizer",
    "RelativisticAverage",
    "RelativisticPairing",
    "Sum",
    "Wasserstein",
    "WeightClip",
    "categorical_information",
    "context_loss",
    "context_weights",
    "continuous_information",
    "cross_entropy",
    "feature_matching",
    "get",
    "get_penalty",
    "gradient_difference",
    "l1",
    "l2",
    "perceptual",
    "prior_loss",
]
