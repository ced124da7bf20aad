"""Files that are damaged at random: reading them works, or raises what is documented.

    python -m pytest -o addopts="" -m large -s tests/faults/test_fuzzing.py

Each must name the file, or its folder, take little memory and leave the process alive. Prints how
many variants of each kind were read and refused.
"""

import functools
import hashlib
import io
import json
import random
import resource
import zipfile

import keras
import numpy as np
import pytest
from PIL import Image

import zoo
from kerasgan import callbacks, data, models, training
from kerasgan.data import decode
from kerasgan.training import folder, history, inputs, options, reporting

# How much more memory than before reading may take, at any time.
MOST_MEGABYTES = 500
SHAPE = (4, 4, 1)
OPTIONS = {"dataset": "digits", "image_size": 4, "epochs": 3, "metrics": "frechet"}
RECORDED = {"examples": 1500, "digest": "a", "trained_epochs": 2, "versions": {"keras": "3.15"}}
# What values of JSON, and cells of tables, become.
VALUES = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    10**30,
    -(10**30),
    1.5,
    1e300,
    "",
    "x",
    "\0",
    "\ud800",
]
VALUES += [
    float("nan"),
    float("inf"),
    -float("inf"),
    [],
    [1],
    [[[]]],
    {},
    {"a": [None]},
    "a" * 5000,
]
CELLS = ["", "nan", "inf", "-inf", "1e400", "1e308", "-1e308", "-1", "2.0", "2.5", "x", '"', ","]
CELLS += ["0x1", "\0", "é", "1_0", "9" * 400, "[1]", "None", "a" * 200_000, "\r", "\n", ";", "1,5"]


def damaged(content, chance):
    """Bytes that are cut, overwritten, flipped, removed, inserted or swapped, in a few places."""
    content = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        size = len(content)
        if not size:
            break
        # Much of the damage is in the header.
        start = chance.randrange(size if chance.random() < 0.6 else min(size, 128))
        length = min(chance.choice([1, 2, 4, 16, 64, 512, size // 4 + 1]), size - start)
        here, noise = slice(start, start + length), chance.randbytes(length)
        other = chance.randrange(size - length + 1)
        kind = chance.randrange(6)
        if kind == 0:
            del content[start:]
        elif kind == 1:
            content[here] = noise
        elif kind == 2:
            content[start] ^= 1 << chance.randrange(8)
        elif kind == 3:
            del content[here]
        elif kind == 4:
            inserted = chance.choice([bytes(length), b"\xff" * length, noise, content[here]])
            content[start:start] = inserted
        else:
            one, two = content[here], content[other : other + length]
            content[here], content[other : other + length] = two, one
    return bytes(content)


def places(value, parent=None, key=None):
    """Every (parent, key) in a value of JSON."""
    if parent is not None:
        yield parent, key
    if isinstance(value, (dict, list)):
        for inner in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[inner], value, inner)


def edited(value, chance):
    """JSON, as bytes, of which a few values are others, or gone."""
    value = json.loads(json.dumps(value))
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        parent, key = chance.choice(list(places(value)))
        if chance.random() < 0.2:
            del parent[key]
        else:
            parent[key] = chance.choice(VALUES)
    return json.dumps(value).encode()


def edited_or_damaged(value, chance):
    """Also of damaged bytes."""
    good = json.dumps(value, indent=2).encode()
    return edited(value, chance) if chance.random() < 0.6 else damaged(good, chance)


def edited_table(rows, chance):
    """A table, as bytes, of which a few cells or rows are others, or gone."""
    text = "\n".join(map(",".join, rows)).encode()
    if chance.random() < 0.4:
        return damaged(text, chance)
    rows = [list(row) for row in rows]
    for _ in range(chance.choice([1, 1, 2, 4])):
        row = chance.choice(rows)
        if chance.random() < 0.7:
            row[chance.randrange(len(row))] = chance.choice(CELLS)
        elif chance.random() < 0.5:
            row.append(chance.choice(CELLS))
        else:
            del row[1:]
    return "\n".join(map(chance.choice(",,,;\t").join, rows)).encode()


def model():
    layers = keras.layers
    gan = models.GAN(
        latent_dim=4,
        generator=keras.Sequential([keras.Input((4,)), layers.Dense(16), layers.Reshape(SHAPE)]),
        discriminator=keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(1)]),
    )
    gan.compile()
    return gan


def run_of(path):
    """A run's folder with a checkpoint; returns its model."""
    gan = model()
    chosen = options.resolve(zoo.RECIPES["gan"], OPTIONS, {}) | RECORDED
    folder.write_options(path, chosen)
    folder.write(path / "config.json", gan.to_json())
    checkpoint = callbacks.Checkpoint(path / "checkpoints")
    checkpoint.set_model(gan)
    checkpoint.position = callbacks.Position(1)
    checkpoint.save()
    (path / "history.csv").write_text("epoch,a\n0,1\n1,2\n")
    (path / "times.csv").write_text("epoch,seconds\n0,1\n1,2\n")
    return gan


# ---------------------------------------------------------------------- what is damaged
# Each returns a good file, what makes a variant of it, what reads it, and what that may raise.


def npz(path, save=np.savez):
    file = path / "set.npz"
    pixels = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1), dtype=np.uint8)
    save(file, x=pixels, y=np.arange(20) % 3)
    vary = functools.partial(damaged, file.read_bytes())
    return file, vary, lambda: data.load_images(file).dataset(5), ValueError


def picture(path, extension):
    file = path / "pictures" / f"a{extension}"
    file.parent.mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (40, 48, 3), dtype=np.uint8)
    pixels[10:30] = 77
    files = []
    for mode in ("RGB", "RGBA", "L", "P", "I;16", "CMYK"):
        image = Image.fromarray(pixels).convert(mode.replace("I;16", "I"))
        made, upside_down = io.BytesIO(), Image.Exif()
        upside_down[0x112] = 3
        try:
            image.convert(mode).save(
                made, Image.registered_extensions()[extension], exif=upside_down
            )
        except (OSError, ValueError):  # a mode that the format does not have
            continue
        files.append(made.getvalue())

    file.write_bytes(files[0])

    def read():
        data.load_images(file.parent)
        data.load_images(file.parent, (8, 8, 4))

    return file, lambda chance: damaged(chance.choice(files), chance), read, ValueError


def keras_file(path):
    file = path / "model.keras"
    model().save(file)
    good = file.read_bytes()
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def vary(chance):
        if chance.random() < 0.6:
            return damaged(good, chance)
        # Within, where the sums of the archive do not tell.
        name = chance.choice(list(members))
        as_json = name.endswith("json") and chance.random() < 0.7
        change = edited(json.loads(members[name]), chance) if as_json else None
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for each, content in (
                members | {name: change or damaged(members[name], chance)}
            ).items():
                archive.writestr(each, content)
        return made.getvalue()

    return file, vary, lambda: training.load_model(file).generate(1), training.RunError


def checkpoint(path):
    gan = run_of(path)
    (file,) = (path / "checkpoints").iterdir()
    sealed = file.read_bytes()
    plain = sealed[: -hashlib.sha256().digest_size]
    before = gan.get_weights()

    def vary(chance):
        if chance.random() < 0.4:
            return damaged(sealed, chance)
        without = damaged(plain, chance)  # as of version 0.1, or with a sum that is right
        return without + chance.choice([b"", hashlib.sha256(without).digest()])

    def read():
        try:
            callbacks.Checkpoint(file.parent).restore(gan)
        except ValueError:
            for a, b in zip(gan.get_weights(), before, strict=True):
                np.testing.assert_array_equal(a, b)  # as documented
            raise
        gan.set_weights(before)

    return file, vary, read, ValueError


def config(path):
    run_of(path)
    file = path / "config.json"
    vary = functools.partial(edited_or_damaged, json.loads(file.read_text()))
    return file, vary, lambda: training.load_model(path), training.RunError


def preset(path, name):
    model().save_to_preset(path / "made")
    file = path / "made" / name
    good = file.read_bytes()
    vary = functools.partial(damaged, good)
    if name.endswith("json"):
        vary = functools.partial(edited_or_damaged, json.loads(good))
    return file, vary, lambda: models.GAN.from_preset(file.parent).generate(1), ValueError


def recipe(path, read):
    run_of(path)
    file = path / "recipe.json"
    vary = functools.partial(edited_or_damaged, json.loads(file.read_text()))
    return file, vary, lambda: read(path), training.RunError


def resume(path):
    """Does with the options of a run what going on does before there are data."""
    recorded = options.recorded(path)
    chosen = options.resolve(zoo.RECIPES["gan"], {}, recorded)
    options.check_workdir(path, chosen, resume=True)
    now = chosen | {"digest": "b", "examples": 2}
    inputs.check_unchanged(recorded, now, callbacks.Position(1), 5, allow_changed_data=False)


def report(path):
    reporting.write_report([path], path / "report.html")


def table(path, name):
    run_of(path)
    file = path / name
    rows = [["epoch", "seconds", "d_loss", "val_x"]]
    rows += [[f"{i}", "0.5", "1e-3", "NA"] for i in range(6)]

    def read():
        found = history.read_history(file)
        report(path)
        history.write_history(file, found and found[:3])

    return file, functools.partial(edited_table, rows), read, ()  # what makes no sense is None


# How to make each kind, and how many variants.
KINDS = {
    "npz": (npz, 1000),
    "npz, compressed": (functools.partial(npz, save=np.savez_compressed), 1000),
    **{
        extension: (functools.partial(picture, extension=extension), 1000)
        for extension in sorted(decode.EXTENSIONS - {".jpeg", ".tif"})
    },
    "keras": (keras_file, 1000),
    "checkpoint": (checkpoint, 1000),
    "recipe.json, to go on": (functools.partial(recipe, read=resume), 1000),
    "recipe.json, for a page": (functools.partial(recipe, read=report), 1000),
    "recipe.json, for a model": (functools.partial(recipe, read=training.load_model), 200),
    "config.json": (config, 200),
    "history.csv": (functools.partial(table, name="history.csv"), 1000),
    "times.csv": (functools.partial(table, name="times.csv"), 1000),
    "weights of a preset": (functools.partial(preset, name="model.weights.h5"), 200),
    "config.json of a preset": (functools.partial(preset, name="config.json"), 200),
}


@pytest.mark.large
@pytest.mark.filterwarnings("ignore")  # what Pillow tells of pictures
@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files(kind, tmp_path):
    make, count = KINDS[kind]
    file, vary, read, documented = make(tmp_path)
    chance, good, refused = random.Random(0), file.read_bytes(), 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read()
    for number in range(count):
        variant = vary(chance)
        file.write_bytes(variant)
        try:
            read()
        except documented as error:
            refused += 1
            names = (file.name, file.parent.name, str(tmp_path), "=")  # an option and its value
            assert any(name in str(error) for name in names), error
        except Exception as error:
            raise AssertionError(f"variant {number}: {variant[:5000]}") from error
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{kind}: {count} variants, {refused} refused, {grown:.0f} MB more memory")
    assert grown < MOST_MEGABYTES
    assert refused < count and bool(refused) == bool(documented)
    file.write_bytes(good)
    read()
