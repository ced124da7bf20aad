"""What trained models are measured by."""

from kerasgan.metrics.fidelity import PSNR, SSIM, psnr, sharpness, ssim

__all__ = ["PSNR", "SSIM", "psnr", "sharpness", "ssim"]
