"""The algorithms, a file a variant."""

from kerasgan.engine.averages import HalfLife
from kerasgan.engine.model import AdversarialModel
from kerasgan.models import holes, priors
from kerasgan.models.aae import (
    AdversarialAutoencoder,
    ConditionalAAE,
    LabelledPriorAAE,
    SemiSupervisedAAE,
)
from kerasgan.models.acgan import ACGAN
from kerasgan.models.bgan import BoundarySeekingGAN, ContinuousBoundarySeekingGAN
from kerasgan.models.bigan import ALI, BiGAN
from kerasgan.models.ccgan import CCGAN, CCGAN2
from kerasgan.models.cgan import ConditionalGAN
from kerasgan.models.cogan import CoGAN, DomainAdaptationCoGAN
from kerasgan.models.context_encoder import ContextEncoder
from kerasgan.models.cyclegan import CycleGAN, DualGAN
from kerasgan.models.dcgan import DCGAN
from kerasgan.models.gan import GAN
from kerasgan.models.infogan import InfoGAN
from kerasgan.models.lsgan import LSGAN
from kerasgan.models.next_frame import NextFrameGAN, NextFramePredictor
from kerasgan.models.pix2pix import PairedTranslator, Pix2Pix
from kerasgan.models.progan import ProgressiveGAN
from kerasgan.models.r3gan import R3GAN, ConditionalR3GAN
from kerasgan.models.sgan import KPlusOneGAN, SemiSupervisedGAN
from kerasgan.models.simgan import SimGAN
from kerasgan.models.sngan import SNGAN, ConditionalSNGAN
from kerasgan.models.srgan import SRGAN, SRResNet
from kerasgan.models.stylegan import StyleGAN, StyleGAN2
from kerasgan.models.wgan import WGAN, WGANGP

__all__ = [
    "ACGAN",
    "ALI",
    "CCGAN",
    "CCGAN2",
    "BiGAN",
    "CoGAN",
    "CycleGAN",
    "DCGAN",
    "DualGAN",
    "GAN",
    "LSGAN",
    "SNGAN",
    "WGAN",
    "WGANGP",
    "AdversarialAutoencoder",
    "AdversarialModel",
    "BoundarySeekingGAN",
    "ConditionalAAE",
    "ConditionalGAN",
    "ConditionalR3GAN",
    "HalfLife",
    "ConditionalSNGAN",
    "ContextEncoder",
    "ContinuousBoundarySeekingGAN",
    "DomainAdaptationCoGAN",
    "InfoGAN",
    "KPlusOneGAN",
    "LabelledPriorAAE",
    "NextFrameGAN",
    "NextFramePredictor",
    "PairedTranslator",
    "Pix2Pix",
    "ProgressiveGAN",
    "R3GAN",
    "SRGAN",
    "SRResNet",
    "SemiSupervisedAAE",
    "SemiSupervisedGAN",
    "StyleGAN",
    "StyleGAN2",
    "SimGAN",
    "holes",
    "priors",
]
