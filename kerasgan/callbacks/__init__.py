"""Callbacks for training adversarial models."""

from kerasgan.callbacks.checkpoint import Checkpoint
from kerasgan.callbacks.non_finite import HaltOnNonFinite
from kerasgan.callbacks.sample_grid import SampleGrid

__all__ = ["Checkpoint", "HaltOnNonFinite", "SampleGrid"]
