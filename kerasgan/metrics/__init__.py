"""What trained models are measured by."""

from kerasgan.metrics.agreement import pixel_agreement
from kerasgan.metrics.classifiers import CLASSIFIERS, classifier
from kerasgan.metrics.diversity import mean_distance
from kerasgan.metrics.efficientnet import efficientnet_lite0
from kerasgan.metrics.fidelity import PSNR, SSIM, least_side, psnr, sharpness, ssim
from kerasgan.metrics.frames import moving_psnr, sharpness_difference
from kerasgan.metrics.frechet import (
    FrechetDistance,
    frechet_distance,
    frechet_distance_of_moments,
    moments,
)
from kerasgan.metrics.holes import hole_l1, hole_psnr
from kerasgan.metrics.inception_v3 import inception
from kerasgan.metrics.kernel import KernelDistance, kernel_distance
from kerasgan.metrics.modes import (
    StackedDivergence,
    StackedModes,
    modes_covered,
    stacked,
    stacked_modes,
)
from kerasgan.metrics.multiscale import ms_ssim, sliced_wasserstein
from kerasgan.metrics.neighbours import (
    DensityCoverage,
    PrecisionRecall,
    density_coverage,
    precision_recall,
)
from kerasgan.metrics.on_features import FeatureMetric, extract_features
from kerasgan.metrics.perceptual import perceptual_distance
from kerasgan.metrics.preparing import Prepare
from kerasgan.metrics.scores import InceptionScore, inception_score

__all__ = [
    "CLASSIFIERS",
    "DensityCoverage",
    "FeatureMetric",
    "FrechetDistance",
    "InceptionScore",
    "KernelDistance",
    "PSNR",
    "PrecisionRecall",
    "Prepare",
    "SSIM",
    "StackedDivergence",
    "StackedModes",
    "classifier",
    "density_coverage",
    "efficientnet_lite0",
    "extract_features",
    "frechet_distance",
    "frechet_distance_of_moments",
    "hole_l1",
    "hole_psnr",
    "inception",
    "inception_score",
    "kernel_distance",
    "least_side",
    "mean_distance",
    "modes_covered",
    "moments",
    "moving_psnr",
    "ms_ssim",
    "perceptual_distance",
    "pixel_agreement",
    "precision_recall",
    "psnr",
    "sharpness",
    "sharpness_difference",
    "sliced_wasserstein",
    "ssim",
    "stacked",
    "stacked_modes",
]
