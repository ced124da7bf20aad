"""Presets: folders with a trained model, in the package, on a disk, or on a hub.

A preset is what `keras.Model.save(folder, zipped=False)` writes, without the state of training:
config.json, metadata.json, model.weights.h5 (in half precision) and README.md, the model card.
`keras.saving.load_model(folder)` loads it too.
"""

import contextlib
import json
import pathlib
import shutil

import h5py
import keras
import numpy as np

import kerasgan
from kerasgan.files import whole

BUILT_IN = pathlib.Path(kerasgan.__file__).parent / "presets"
_HUB = "hf://"
# Smaller arrays grow when they are compressed.
_COMPRESSED = 2**15  # elements


class _Names:
    """The attribute `presets` of a class."""

    def __get__(self, instance, owner):
        """Returns the metadata of the presets of a class and its subclasses, by name."""
        found = {path.parent.name: path for path in sorted(BUILT_IN.glob("*/metadata.json"))}
        return {
            name: metadata(path.parent)
            for name, path in found.items()
            if issubclass(_class_of(_config(path.parent)), owner)
        }


class Presets:
    """The presets of an `AdversarialModel`.

    Attributes:
        presets: The metadata of those in the package, by name; of a class, those of its subclasses
            too.
    """

    presets = _Names()

    @classmethod
    def from_preset(cls, preset, load_weights=True, **overrides):
        """Returns a trained model, not compiled.

        It generates at once. To train it further, compile it; a preset holds the average of a
        generator's weights, from which training then begins.

        Args:
            preset: The name of one in the package, which `presets` lists; a folder that
                `save_to_preset` has written; or `"hf://owner/repository"`, perhaps with
                `@revision`, on the Hugging Face hub.
            load_weights: Whether to load the weights; if not, they are initial ones.
            **overrides: Arguments of the model in the place of the preset's, such as `ema=0.999`.

        Raises:
            ValueError: If there is no such preset, it is of another class, or a file of it is
                damaged.
            ImportError: If a hub is asked for without `huggingface_hub`.
            OSError: If the hub does not give it.
        """
        folder = find(preset, cls)
        with _reading(folder / "config.json"):
            config = _config(folder)
            found = _class_of(config)
        if not issubclass(found, cls):
            raise ValueError(f"The preset {preset!r} is a {found.__name__}, and no {cls.__name__}.")
        with _reading(folder / "config.json"):
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        if load_weights:
            with _reading(folder / "model.weights.h5"):
                model.load_weights(folder / "model.weights.h5")
        if overrides:
            networks = {name: getattr(model, name) for name in model.network_names}
            model = found.from_config(model.get_config() | networks | overrides)
        return model

    def save_to_preset(self, folder, metadata=None):
        """Saves the model as a preset: averaged generators and discriminators, nothing of training.

        The preset computes in float32, whatever the precision of training was.

        Args:
            folder: A new folder.
            metadata: What to say of the model: texts, numbers, and dicts of these, by name. The
                card begins with the "description".

        Raises:
            FileExistsError: If there is something.
        """
        path = pathlib.Path(folder)
        if path.exists():
            raise FileExistsError(f"{path} exists already: choose a new folder.")
        path.parent.mkdir(parents=True, exist_ok=True)
        model = self.without_training()
        facts = (metadata or {}) | {
            "parameters": sum(network.count_params() for network in model._networks()),
            "keras_version": keras.version(),
            "kerasgan_version": kerasgan.__version__,
        }
        with whole(path) as unfinished:
            model.save(unfinished, zipped=False)
            (unfinished / "assets").rmdir()  # there are none
            _to_half(unfinished / "model.weights.h5")
            config = _config(unfinished)
            for name in ("compile_config", "build_config"):
                config.pop(name, None)
            _write_json(unfinished / "config.json", config)
            describe(unfinished, facts, path.name)


@contextlib.contextmanager
def _reading(file):
    """Makes a ValueError that names the file of whatever Keras and h5py raise on damaged ones."""
    try:
        yield
    except Exception as error:
        text = " ".join(str(error).split())
        raise ValueError(f"{file} cannot be read: {type(error).__name__}: {text}") from error


def upload_preset(uri, folder):
    """Uploads a preset to the Hugging Face hub, where `from_preset(uri)` finds it.

    Args:
        uri: `"hf://owner/repository"`; the repository is made if it is not there.
        folder: A folder that `save_to_preset` has written.

    Raises:
        ValueError: If the folder is no preset, or the uri of another form.
        ImportError: If `huggingface_hub` is not installed.
    """
    folder = pathlib.Path(folder)
    if not (folder / "config.json").is_file():
        raise ValueError(f"{folder} is no preset: save_to_preset(folder) writes one.")
    repository, revision = _repository(uri)
    if revision is not None:
        raise ValueError(f"{uri!r}: presets are uploaded without a revision.")
    hub = _hub(uri)
    hub.create_repo(repository, exist_ok=True)
    hub.upload_folder(repo_id=repository, folder_path=str(folder))


def describe(folder, facts, name=None):
    """Writes what there is to say of a preset, in metadata.json and the card.

    Args:
        folder: The folder of the preset, a `pathlib.Path`.
        facts: The metadata.
        name: What to call the preset; None calls it like the folder.
    """
    _write_json(folder / "metadata.json", facts)
    text = model_card(name or folder.name, _class_of(_config(folder)).__name__, facts)
    (folder / "README.md").write_text(text, encoding="utf-8")


def model_card(name, kind, facts):
    """Returns the text of a preset's README.md.

    Args:
        name: The preset's name.
        kind: The name of the class.
        facts: The metadata.
    """
    lines = ["---", "library_name: kerasgan", "---", f"# {name}", ""]
    lines += [facts.get("description", ""), ""] if "description" in facts else []
    lines += ["```python", f'kerasgan.models.{kind}.from_preset("{name}")', "```", ""]
    for key, value in facts.items():
        if key == "description" or value == "":
            continue
        title = key.replace("_", " ")
        if isinstance(value, dict):
            lines += [f"- {title}:", *(f"  - {k}: {v}" for k, v in value.items())]
        else:
            lines.append(f"- {title}: {value}")
    return "\n".join(lines) + "\n"


def metadata(folder):
    """Returns what is said of a preset.

    Args:
        folder: The folder of the preset, a `pathlib.Path`.
    """
    return json.loads((folder / "metadata.json").read_text(encoding="utf-8"))


def find(preset, cls):
    """Returns the folder of a preset.

    Args:
        preset: As in `Presets.from_preset`.
        cls: The class, whose presets an error lists.

    Raises:
        ValueError: If there is none.
    """
    name = str(preset)
    if name.startswith(_HUB):
        repository, revision = _repository(name)
        hub = _hub(name)
        try:
            return pathlib.Path(hub.snapshot_download(repository, revision=revision))
        except Exception as error:  # the network, the name, access: a class for each
            raise OSError(
                f"{name} could not be downloaded ({type(error).__name__}: "
                f"{str(error).strip().splitlines()[0]})."
            ) from error
    for folder in (BUILT_IN / name, pathlib.Path(preset).expanduser()):
        if (folder / "config.json").is_file():
            return folder
    known = ", ".join(cls.presets) or "none"
    raise ValueError(
        f"There is no preset {name!r}: give the name of one of {cls.__name__} in the package "
        f"({known}), a folder that save_to_preset has written, or 'hf://owner/repository'."
    )


def _repository(uri):
    """Returns the repository and the revision, or None, of `hf://owner/repository@revision`."""
    repository, _, revision = str(uri).removeprefix(_HUB).partition("@")
    if not str(uri).startswith(_HUB) or len(repository.split("/")) != 2:
        raise ValueError(f"{uri!r} is not of the form 'hf://owner/repository'.")
    return repository, revision or None


def _hub(uri):
    """Returns the module `huggingface_hub`."""
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError(f"{uri} takes huggingface_hub: pip install kerasgan[hub].") from error
    return huggingface_hub


def _config(folder):
    return json.loads((folder / "config.json").read_text(encoding="utf-8"))


def _class_of(config):
    """Returns the class of a serialized model.

    Raises:
        ValueError: If it is no model of the zoo.
    """
    if not isinstance(config, dict):
        raise ValueError("it holds no model.")
    found = keras.saving.get_registered_object(config.get("registered_name"))
    if not (isinstance(found, type) and issubclass(found, Presets)):
        raise ValueError(f"{config.get('registered_name')!r} is no model of kerasgan.")
    return found


def _write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _to_half(path):
    """Rewrites the float32 arrays of an HDF5 file as float16; Keras loads both alike."""
    with whole(path) as unfinished:
        with h5py.File(path) as old, h5py.File(unfinished, "w") as new:

            def copy(name, item):
                if isinstance(item, h5py.Group):
                    made = new.require_group(name)
                else:
                    options = {"compression": "gzip"} if item.size >= _COMPRESSED else {}
                    made = new.create_dataset(name, data=_halved(item[()]), **options)
                made.attrs.update(item.attrs)

            new.attrs.update(old.attrs)
            old.visititems(copy)
        shutil.copymode(path, unfinished)


def _halved(array):
    """Returns an array in half precision, if it is one of floats that half precision holds."""
    if not isinstance(array, np.ndarray) or array.dtype != np.float32:
        return array
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.isfinite(half).all() else array
