"""A Keras 3 / TensorFlow model zoo of generative adversarial networks."""

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"kerasgan needs Keras' TensorFlow backend, but Keras runs on {keras.backend.backend()!r}: "
        "set KERAS_BACKEND=tensorflow before Python starts."
    )

from kerasgan import (  # noqa: E402
    augment,
    callbacks,
    data,
    fast,
    layers,
    losses,
    metrics,
    models,
    networks,
    optimizers,
    training,
)
from kerasgan.engine.presets import upload_preset  # noqa: E402

__version__ = "0.2.0"

__all__ = [
    "augment",
    "callbacks",
    "data",
    "fast",
    "layers",
    "losses",
    "metrics",
    "models",
    "networks",
    "optimizers",
    "training",
    "upload_preset",
]
