"""Disks that are full or may not be written, and files that are lost."""

import contextlib
import shutil
import subprocess

import keras
import numpy as np
import pytest
from PIL import Image
from processes import refuses, run

import kerasgan

TINY = ["--model=gan", "--image_size=8", "--batch_size=32", "--steps_per_epoch=3"]


@contextlib.contextmanager
def disk(folder, options):
    """A small disk in memory."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a disk needs privileges")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(tmp_path):
    finished = tmp_path / "finished"
    result = run("train", *TINY, "--epochs=1", f"--workdir={finished}", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    checkpoint = next((finished / "checkpoints").iterdir())
    kilobytes = checkpoint.stat().st_size // 1024
    with disk(tmp_path / "disk", f"size={int(2.5 * kilobytes)}k") as folder:
        flags = [*TINY, f"--workdir={folder / 'run'}", "--epochs=5"]
        result = run("train", *flags, cwd=tmp_path)
        assert result.returncode == 1
        error = next(line for line in result.stderr.splitlines() if line.startswith("error: "))
        assert "h5" not in result.stderr.replace(".h5", "")
        assert error.startswith(f"error: Cannot write into {folder / 'run'}: ")
        assert "No space left on device" in error
        assert "The last good checkpoint is" in error and "epoch-0000" in error
        kept = error.split()[-1].removesuffix(".")
        shutil.copytree(folder / "run", tmp_path / "moved")
    # Where there is room, training goes on from what was saved.
    result = run("train", *flags[:-2], "--epochs=3", "--resume", "--workdir=moved", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Resuming after epoch" in result.stdout
    assert kept.rpartition("/")[2] in result.stdout


def test_a_full_disk_for_what_a_model_makes(tmp_path):
    shape = (80, 64, 1)
    wide = keras.initializers.RandomNormal(stddev=0.3, seed=0)  # noise, which fills disks
    layers = [keras.layers.Dense(5120, kernel_initializer=wide), keras.layers.Reshape(shape)]
    model = kerasgan.models.GAN(
        generator=keras.Sequential([keras.Input((4,)), *layers]),
        discriminator=keras.Sequential(
            [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(1)]
        ),
    )
    model.compile()
    model.save(tmp_path / "model.keras")
    resize = keras.layers.UpSampling2D(2)
    images = keras.Input((None, None, 3))
    model = kerasgan.models.SRGAN(
        (16, 16, 3), 2, keras.Model(images, resize(images)), adversarial_weight=0.0
    )
    model.save(tmp_path / "larger.keras")
    (tmp_path / "mine").mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "mine" / "noise.png")

    with disk(tmp_path / "disk", "size=64k") as folder:
        for script, flags, path in [
            ("generate", ["--model=model.keras", "--count=64"], "disk/grids/grid.png"),
            ("generate", ["--model=larger.keras", "--input=mine"], "disk/made"),
            ("export", ["--model=model.keras"], "disk/served/model"),
            ("train_classifier", ["--epochs=1"], "disk/judges/judge.keras"),
        ]:
            result = run(script, *flags, f"--output={path}", cwd=tmp_path)
            assert refuses(result, path)
            assert not list(folder.iterdir())
        # What is whole stays.
        flags = ["--model=model.keras", "--count=15", "--batch_size=3", "--output=disk/many"]
        assert refuses(run("generate", *flags, cwd=tmp_path), "No space left on device", ".png")
        found = sorted((folder / "many").iterdir())
        assert [path.name for path in found] == [f"{i:05d}.png" for i in range(len(found))]
        assert 5 < len(found) < 15
        for path in found:
            with Image.open(path) as image:
                image.load()
        flags = ["--model=model.keras", "--count=100", "--output=disk/more"]
        assert refuses(run("generate", *flags, cwd=tmp_path), "100 files take at least", "disk")


def test_a_disk_that_may_not_be_written(tmp_path):
    with disk(tmp_path / "disk", "size=9m,ro") as folder:
        result = run("train", *TINY, f"--workdir={folder / 'run'}", cwd=tmp_path)
        assert refuses(result, "Read-only file system", "disk/run")


def test_pictures_that_disappear(tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    generator = np.random.default_rng(0)
    for i in range(40):
        pixels = generator.integers(0, 256, (8, 8, 1), dtype=np.uint8)
        Image.fromarray(pixels[..., 0]).save(pictures / f"{i}.png")
    flags = [*TINY, "--dataset=pictures", "--steps_per_epoch=1", "--workdir=run"]
    assert run("train", *flags, "--epochs=1", cwd=tmp_path).returncode == 0
    model = (tmp_path / "run" / "model.keras").read_bytes()
    for picture in pictures.iterdir():
        picture.unlink()
    result = run("train", *flags, "--epochs=2", "--resume", cwd=tmp_path)
    assert refuses(result, "pictures", "png")
    assert (tmp_path / "run" / "model.keras").read_bytes() == model
