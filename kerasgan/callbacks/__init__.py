"""Callbacks for training adversarial models."""

from kerasgan.callbacks.checkpoint import Checkpoint, Position
from kerasgan.callbacks.health import Collapse, GANHealth, RollBack, stop
from kerasgan.callbacks.non_finite import HaltOnNonFinite
from kerasgan.callbacks.preemption import Preemption
from kerasgan.callbacks.sample_grid import SampleGrid
from kerasgan.callbacks.track import Track
from kerasgan.engine.measuring import Measure

__all__ = [
    "Checkpoint",
    "Collapse",
    "GANHealth",
    "HaltOnNonFinite",
    "Measure",
    "Position",
    "Preemption",
    "RollBack",
    "SampleGrid",
    "Track",
    "stop",
]
