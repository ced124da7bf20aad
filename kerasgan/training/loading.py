"""Loading what runs have trained."""

import contextlib
import warnings
import zipfile

import keras
from absl import logging

from kerasgan.callbacks import Checkpoint
from kerasgan.models import AdversarialModel
from kerasgan.training.errors import RunError, run_errors
from kerasgan.training.folder import path_of, read_options


@contextlib.contextmanager
def loading(path):
    """Turns whatever is raised on damaged files into a `RunError` that names the file."""
    try:
        yield
    except RunError:
        raise
    except Exception as error:
        raise RunError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error


def load_model(path):
    """Returns the newest model of a run's folder, or the model of a .keras file or of a preset.

    Args:
        path: A run's folder, a .keras file, a preset's folder, or the name of a preset in the
            package, if there is no such file. A run that was stopped has its model in a
            checkpoint: a line says which file is used where it is not model.keras.

    Raises:
        RunError: If there is none, or the file is damaged.
    """
    path = path_of(path)
    if _is_preset(path):
        with loading(path):
            return AdversarialModel.from_preset(path)
    file = path / "model.keras" if path.is_dir() else path
    if path.is_dir() and (model := _load_checkpoint(path)):
        return model
    if not file.is_file() or file.suffix != ".keras":
        raise RunError(
            f"{path} is neither a .keras file nor a run's folder with a model.keras or checkpoints "
            "in it, nor a preset"
        )
    model = load_keras(file)
    if not isinstance(model, AdversarialModel):
        raise RunError(f"{file} holds a {type(model).__name__}, not a model of kerasgan")
    return model


def _is_preset(path):
    if path.exists():
        return (path / "model.weights.h5").is_file() and (path / "config.json").is_file()
    return str(path) in AdversarialModel.presets


def _load_checkpoint(folder):
    """Loads the newest good checkpoint of a run's folder; None where model.keras is to be used."""
    options, config, file = read_options(folder), folder / "config.json", folder / "model.keras"
    checkpoint = Checkpoint(folder / "checkpoints")
    newest = checkpoint.newest()
    if not any(newest) or (file.exists() and newest <= (options.get("trained_epochs", 0), 0)):
        return None
    if not config.exists():  # a run of version 0.1
        if not file.exists():
            raise RunError(
                f"{folder} holds checkpoints of an older version only: continue the run with "
                "resume=True, which saves its model"
            )
        if newest != (options.get("epochs"), 0):
            print(f"Using {file}, which may be older than {checkpoint.paths()[-1]}", flush=True)
        return None
    with loading(config):
        model = keras.models.model_from_json(config.read_text(encoding="utf-8"))
    if not isinstance(model, AdversarialModel):
        raise RunError(f"{config} holds no model of kerasgan")
    with run_errors(ValueError):
        checkpoint.restore(model)
    print(f"Using {checkpoint.path()}", flush=True)
    return model


def load_keras(file):
    """Returns what is in a .keras file.

    Raises:
        RunError: If it is damaged, or no such file.
    """
    if not file.is_file():
        raise RunError(f"{file} is no file" if file.exists() else f"There is no file {file}")
    with loading(file), file.open("rb") as opened:
        if not zipfile.is_zipfile(opened):
            raise RunError(f"{file} is incomplete, or no .keras file")
        with zipfile.ZipFile(opened) as archive:
            damaged = archive.testzip()  # Keras does not look at the checksums
        if damaged is not None:
            raise RunError(f"{file} is damaged: {damaged} in it has another checksum")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("default")
            model = keras.models.load_model(file)
    for warning in told:  # of what is loaded all the same
        logging.warning("%s: %s", file, warning.message)
    return model


def load_pretrained(model, path):
    """Gives a model the networks of another one, and says which.

    Args:
        model: The model.
        path: What holds the other one, as `load_model` takes it. Its generator, or the average of
            it, must be the same network; its discriminator, if any, is taken if it is.

    Raises:
        RunError: If the generator is another network.
    """
    other = load_model(path)
    generator, taken = other.sampler, ["generator"]
    if not _alike(generator, model.generator):
        raise RunError(
            f"pretrained={path} holds another generator: {generator.count_params():,} weights, "
            f"where this model's has {model.generator.count_params():,}"
        )
    for network in {id(each): each for each in (model.generator, model.sampler)}.values():
        network.set_weights(generator.get_weights())
    discriminators = [getattr(each, "discriminator", None) for each in (other, model)]
    if None not in discriminators and _alike(*discriminators):
        discriminators[1].set_weights(discriminators[0].get_weights())
        taken.append("discriminator")
    print(f"Beginning with the {' and the '.join(taken)} of {path}", flush=True)


def _alike(one, other):
    """Whether two networks have weights of equal shapes."""
    shapes = [[weight.shape for weight in each.weights] for each in (one, other)]
    return shapes[0] == shapes[1]


def freeze(model, count):
    """Lets the first layers of the discriminator that have weights keep them.

    Mo et al., "Freeze the Discriminator: a Simple Baseline for Fine-Tuning GANs", 2020,
    arXiv:2002.10964: of few pictures a discriminator then learns less by heart.

    Args:
        model: The model, not compiled.
        count: How many.

    Raises:
        RunError: If it has not one more such layer.
    """
    discriminator = getattr(model, "discriminator", None)
    layers = [layer for layer in getattr(discriminator, "layers", ()) if layer.trainable_weights]
    if count >= len(layers):
        raise RunError(
            f"freeze={count}: a {type(model).__name__} has {len(layers)} layers with weights in "
            "its discriminator, of which one at least must learn"
        )
    for layer in layers[:count]:
        layer.trainable = False
