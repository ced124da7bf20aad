"""What trained models are measured by."""

from kerasgan.metrics.diversity import mean_distance
from kerasgan.metrics.fidelity import PSNR, SSIM, least_side, psnr, sharpness, ssim

__all__ = ["PSNR", "SSIM", "least_side", "mean_distance", "psnr", "sharpness", "ssim"]
