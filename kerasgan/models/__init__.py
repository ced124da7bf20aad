"""The algorithms, a file a variant."""

from kerasgan.models.base import AdversarialModel
from kerasgan.models.dcgan import DCGAN
from kerasgan.models.gan import GAN
from kerasgan.models.lsgan import LSGAN
from kerasgan.models.wgan import WGAN, WGANGP

__all__ = ["DCGAN", "GAN", "LSGAN", "WGAN", "WGANGP", "AdversarialModel"]
