"""The scripts as a user runs them, each in a process of its own."""

import csv
import fcntl
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import time

import keras
import numpy as np
import pytest
from PIL import Image
from processes import ROOT, TIMEOUT, Process, assert_equal_runs, command, refuses, run

import kerasgan
import zoo

TRAIN_NARROW = ROOT / "tests" / "fixtures" / "train_narrow"
TINY = ["--image_size=8", "--batch_size=32", "--steps_per_epoch=3", "--model=gan"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished run of three epochs."""
    workdir = tmp_path_factory.mktemp("trained") / "run"
    result = run("train", *TINY, "--epochs=3", f"--workdir={workdir}", cwd=workdir.parent)
    assert result.returncode == 0, result.stderr
    return workdir, result


def test_the_function_trains_what_the_script_does(trained, tmp_path):
    keras.backend.clear_session(free_memory=False)  # equal names in the graph
    model = kerasgan.training.train(
        zoo.RECIPES["gan"],
        "digits",
        tmp_path / "run",
        image_size=8,
        batch_size=32,
        steps_per_epoch=3,
        epochs=3,
    )
    assert_equal_runs(trained[0], tmp_path / "run", epochs=3)
    ours, theirs = (
        {path.relative_to(root).parts[0] for path in root.rglob("*")}
        for root in (tmp_path / "run", trained[0])
    )
    assert ours == theirs
    assert recorded(tmp_path / "run") == recorded(trained[0])
    assert model.generate(2, seed=1).shape == (2, 8, 8, 1)


def test_a_run_leaves_all_that_it_promises(trained):
    workdir, result = trained
    assert sorted(p.name for p in (workdir / "samples").iterdir()) == [
        "epoch-00001.png",
        "epoch-00002.png",
        "epoch-00003.png",
        "real.png",
    ]
    real = kerasgan.data.load_images("digits", (8, 8, 1)).images
    with Image.open(workdir / "samples" / "real.png", formats=["PNG"]) as grid:
        assert grid.size == (78, 78)
        first = np.asarray(grid)[:8, :8, None]
    assert any((first == image).all() for image in real)
    with Image.open(workdir / "curves.png", formats=["PNG"]) as picture:
        assert len(set(np.asarray(picture.convert("RGB")).reshape(-1, 3).tobytes())) > 3
    with Image.open(workdir / "samples" / "epoch-00003.png", formats=["PNG"]) as grid:
        assert grid.size == (8 * 8 + 7 * 2, 8 * 8 + 7 * 2)
    recipe = json.loads((workdir / "recipe.json").read_text())
    assert (recipe["model"], recipe["dataset"], recipe["epochs"]) == ("gan", "digits", 3)
    assert recipe["image_shape"] == [8, 8, 1]
    rows = list(csv.DictReader((workdir / "history.csv").open()))
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    assert all(np.isfinite(float(row["generator_loss"])) for row in rows)
    assert list((workdir / "logs").rglob("events.out.tfevents.*"))
    model = keras.models.load_model(workdir / "model.keras")
    assert isinstance(model, kerasgan.models.GAN)
    assert (workdir / "saved_model" / "saved_model.pb").exists()
    assert "digits" in (workdir / "report.html").read_text()
    assert "Epoch 3/3" in result.stdout
    assert "kerasgan generate --model=" in result.stdout.splitlines()[-1]
    assert "I1" not in result.stderr  # TensorFlow's chatter about exporting


def test_generate_from_a_run_a_file_and_a_saved_model(trained, tmp_path):
    workdir, _ = trained
    sources = [workdir, workdir / "model.keras", workdir / "saved_model"]
    grids = []
    for i, source in enumerate(sources):
        flags = [f"--model={source}", "--count=5", "--seed=3", "--batch_size=2"]
        result = run("generate", *flags, f"--output=grid{i}.png", cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        grids.append(np.asarray(Image.open(tmp_path / f"grid{i}.png", formats=["PNG"])))
    np.testing.assert_array_equal(grids[0], grids[1])
    np.testing.assert_array_equal(grids[0], grids[2])
    expected = keras.models.load_model(workdir / "model.keras").generate(5, seed=3)
    np.testing.assert_array_equal(grids[0], kerasgan.data.image_grid(expected)[..., 0])

    flags = [f"--model={workdir}", "--count=5", "--seed=3", "--output=pictures"]
    assert run("generate", *flags, cwd=tmp_path).returncode == 0
    files = sorted((tmp_path / "pictures").iterdir())
    assert [file.name for file in files] == [f"{i:05d}.png" for i in range(5)]
    np.testing.assert_array_equal(
        np.asarray(Image.open(files[4], formats=["PNG"])), expected[4, ..., 0]
    )

    assert refuses(run("generate", *flags, cwd=tmp_path), "pictures", "exists")
    assert refuses(run("generate", "--model=nowhere", cwd=tmp_path), "nowhere")
    assert refuses(run("generate", f"--model={workdir}", "--output=a.bmp", cwd=tmp_path), ".png")
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]).save(tmp_path / "plain.keras")
    plain = run("generate", "--model=plain.keras", "--output=b.png", cwd=tmp_path)
    assert refuses(plain, "plain.keras", "Sequential")
    assert refuses(run("generate", cwd=tmp_path), "--model")


def test_export(trained, tmp_path):
    workdir, _ = trained
    result = run("export", f"--model={workdir}", "--output=served", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "discriminate, generate, generate_n" in result.stdout
    assert (tmp_path / "served" / "saved_model.pb").exists()
    again = run("export", f"--model={workdir}", "--output=served", cwd=tmp_path)
    assert refuses(again, "served", "exists")
    (tmp_path / "broken.keras").write_bytes(b"PK not really")
    broken = run("export", "--model=broken.keras", "--output=other", cwd=tmp_path)
    assert refuses(broken, "broken.keras")


def test_a_folder_that_holds_a_run_is_not_overwritten(trained):
    workdir, _ = trained
    before = (workdir / "history.csv").read_text()
    result = run("train", *TINY, "--epochs=3", f"--workdir={workdir}", cwd=workdir.parent)
    assert refuses(result, "--resume")
    result = run("train", "--model=wgan", f"--workdir={workdir}", "--resume", cwd=workdir.parent)
    assert refuses(result, "another run", "model=gan there, wgan here")
    assert (workdir / "history.csv").read_text() == before


def test_a_folder_into_which_another_training_writes(trained):
    workdir, _ = trained
    before = (workdir / "recipe.json").read_text()
    with (workdir / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        flags = ["--resume", "--epochs=4", f"--workdir={workdir}"]
        result = run("train", *flags, cwd=workdir.parent)
    assert refuses(result, str(workdir), "another training")
    assert (workdir / "recipe.json").read_text() == before


def recorded(workdir):
    return json.loads((workdir / "recipe.json").read_text())


BY_SCHEDULE = """
import dataclasses, runpy, sys
sys.path.insert(0, {scripts!r})
import keras, zoo
from zoo.recipe import adam

zoo.RECIPES["gan"] = dataclasses.replace(
    zoo.RECIPES["gan"],
    optimizers=lambda steps: adam(*[keras.optimizers.schedules.CosineDecay(0.02, 90)] * 2),
)
runpy.run_path({scripts!r} + "/train.py", run_name="__main__")
"""


def test_a_run_goes_on_with_the_options_that_it_has(tmp_path):
    """Nothing but the folder is named; history.csv has been through a spreadsheet."""
    workdir, train = tmp_path / "run", tmp_path / "train_by_schedule"
    train.with_suffix(".py").write_text(BY_SCHEDULE.format(scripts=str(ROOT / "scripts")))
    flags = [*TINY, "--seed=4", "--mixed_precision=mixed_bfloat16", "--epochs=1"]
    result = run(train, *flags, "--checkpoint_every=9", "--workdir=run", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    first = recorded(workdir)
    assert first["generator_learning_rate"] is None and first["trained_epochs"] == 1
    history = workdir / "history.csv"
    rows = list(csv.reader(history.open()))
    history.write_text("\n".join([";".join(rows[0]), ";".join(["0.0", *rows[1][1:]]), ";;"]))

    # A rate that is given for one leg is in force ever after, in the place of a schedule too.
    resume = ["--resume", "--workdir=run"]
    rate = "--generator_learning_rate=1e-4"
    result = run(train, *resume, "--epochs=2", rate, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for epochs in (2, 3):
        if epochs == 3:  # nothing is given
            result = run(train, *resume, "--epochs=3", cwd=tmp_path)
            assert result.returncode == 0, result.stderr
        changes = {"generator_learning_rate": 1e-4, "epochs": epochs, "trained_epochs": epochs}
        assert recorded(workdir) == first | changes
        model = keras.models.load_model(workdir / "model.keras")
        assert float(model.generator_optimizer.learning_rate) == pytest.approx(1e-4)
        assert float(model.discriminator_optimizer.learning_rate) > 1e-2  # by the schedule
    with history.open() as file:
        assert list(csv.DictReader(file))[0] == dict(zip(*rows, strict=True))
    with history.open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0", "1", "2"]
    result = run(train, *resume, "--batch_size=3", cwd=tmp_path)
    assert refuses(result, "another run", "batch_size=32 there, 3 here")


def test_a_data_set_that_changes_and_a_learning_rate_that_was_not_recorded(tmp_path):
    """The run is stopped after 48 of the 50 steps of its second epoch."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), dtype=np.uint8)
    np.save(tmp_path / "data.npy", pixels)
    flags = ["--model=gan", "--dataset=data.npy", "--image_size=8", "--batch_size=8"]
    flags += ["--epochs=2", "--checkpoint_every=4", "--workdir=run", "--augment=cutout"]
    assert run("train", *flags, cwd=tmp_path).returncode == 0
    workdir = tmp_path / "run"
    (workdir / "checkpoints" / "epoch-00002.weights.h5").unlink()
    (workdir / "model.keras").unlink()
    resume = ["--resume", "--workdir=run"]

    # Its newest checkpoint makes images.
    result = run("generate", "--model=run", "--count=3", "--output=three", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    newest = "run/checkpoints/epoch-00001-step-00000048.weights.h5"
    assert f"Using {newest}" in result.stdout.splitlines()

    def changed(pixels, *words):
        np.save(tmp_path / "data.npy", pixels)
        result = run("train", *resume, cwd=tmp_path)
        assert refuses(result, "data.npy has changed", *words, "--allow_changed_data")

    changed(pixels[:24], "40 examples then, 24 now")
    changed(pixels[::-1], "40 examples as before, but not the same")
    options = recorded(workdir)
    del options["examples"], options["digest"], options["least_steps"]  # as of version 0.1
    (workdir / "recipe.json").write_text(json.dumps(options))
    changed(pixels[:24], "an epoch has 3 steps", "48")

    # What is left of the epoch is nothing; the next has three steps.
    rate = "--generator_learning_rate=3e-4"
    flags = [*resume, "--allow_changed_data", "--epochs=3", rate]
    result = run("train", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "has changed" in result.stderr
    assert "3/3" in result.stdout and "Epoch 3/3" in result.stdout
    assert recorded(workdir)["examples"] == 24

    # Between epochs it is told of. Version 0.1 did not record a rate: given for one leg, it is in
    # force in the next.
    np.save(tmp_path / "data.npy", pixels)
    options = recorded(workdir) | {"generator_learning_rate": None}
    (workdir / "recipe.json").write_text(json.dumps(options))
    result = run("train", *resume, "--epochs=4", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "has changed since this run began: 24 examples then, 40 now." in result.stderr
    assert "5/5" in result.stdout
    assert recorded(workdir)["generator_learning_rate"] == 3e-4
    assert recorded(workdir)["discriminator_learning_rate"] is None
    assert recorded(workdir)["augment"] == "cutout"
    model = keras.models.load_model(workdir / "model.keras")
    assert float(model.generator_optimizer.learning_rate) == pytest.approx(3e-4)
    assert model.augment.policy == "cutout"


STOPPED = """
import os, runpy, signal, sys
sys.path.insert(0, {scripts!r})
import kerasgan
from kerasgan import data, models

def stop(function):
    def stopped(*arguments, **options):
        os.kill(os.getpid(), signal.SIGTERM)
        return function(*arguments, **options)
    return stopped

models.AdversarialModel.{name} = stop(models.AdversarialModel.{name})
runpy.run_path({scripts!r} + "/train.py", run_name="__main__")
"""


def test_sigterm_at_any_time_lets_the_job_be_finished_and_go_on(trained, tmp_path):
    """A run that is stopped before its epoch, and twice after it, then trained for more epochs."""
    workdir, flags = tmp_path / "run", [*TINY, "--resume", "--workdir=run"]
    for name in ("compile", "save", "export"):
        script = STOPPED.format(scripts=str(ROOT / "scripts"), name=name)
        (tmp_path / "stopped.py").write_text(script)
        result = run(tmp_path / "stopped", *flags, "--epochs=1", cwd=tmp_path)
        assert result.returncode == 75, result.stderr
        assert "Stopped by SIGTERM" in result.stderr and "Traceback" not in result.stderr
        assert ("3/3 - " in result.stdout) == (name == "save")
        assert (workdir / "checkpoints" / "epoch-00001.weights.h5").exists() == (name != "compile")
        assert (workdir / "model.keras").exists() == (name == "export")
        assert not (workdir / "saved_model").exists()
    result = run("train", *flags, "--epochs=1", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    keras.models.load_model(workdir / "model.keras")
    assert (workdir / "saved_model" / "saved_model.pb").exists()

    result = run("train", *flags, "--epochs=3", cwd=tmp_path)
    assert "Resuming after epoch 1: " in result.stdout, result.stderr
    assert_equal_runs(trained[0], workdir, epochs=3)


def test_killed_at_random_training_resumes_to_the_same_bits(tmp_path):
    """Of a model with batch statistics and a moving average, in its second epoch or later."""
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    flags = [*TINY, "--steps_per_epoch=40", "--epochs=8", "--model=dcgan"]
    assert run(TRAIN_NARROW, *flags, f"--workdir={straight}", cwd=tmp_path).returncode == 0
    flags += ["--checkpoint_every=7", "--resume", f"--workdir={killed}"]
    signals = [signal.SIGKILL, signal.SIGTERM]
    for _ in range(30):
        output = tmp_path / "output"
        process = Process(TRAIN_NARROW, *flags, cwd=tmp_path, output=output)
        if signals:
            while process.poll() is None and output.read_text().count("Epoch ") < 2:
                time.sleep(0.01)
            time.sleep(random.uniform(0, 0.5))
            if process.poll() is None:
                os.kill(process.pid, signals.pop())
        if process.wait() == 0:
            break
        assert process.returncode in (75, -signal.SIGKILL), output.read_text()  # 75: SIGTERM obeyed
    assert not signals
    assert_equal_runs(straight, killed, epochs=8)


def test_a_nan_stops_training_and_keeps_the_last_good_checkpoint(trained, tmp_path):
    shutil.copytree(trained[0], tmp_path / "run")
    result = run(
        "train",
        *TINY,
        f"--workdir={tmp_path / 'run'}",
        "--epochs=7",
        "--resume",
        "--discriminator_learning_rate=1e30",
        cwd=tmp_path,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    line = result.stderr.splitlines()[-1]
    assert re.match(r"error: Training stopped at step \d+: .*_loss = (nan|inf)", line), line
    assert "The last good checkpoint is" in line
    kept = re.search(r"checkpoint is (\S+)\.$", line).group(1)
    assert pathlib.Path(kept).exists()


def test_a_lost_game_is_told_of_and_can_be_stopped(tmp_path):
    flags = ["--model=gan", "--image_size=8", "--batch_size=32", "--steps_per_epoch=300"]
    flags += ["--epochs=3", "--on_collapse=stop", "--generator_learning_rate=0", "--workdir=run"]
    result = run("train", *flags, cwd=tmp_path)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    line = result.stderr.splitlines()[-1]
    assert re.match(r"error: After \d+ steps the discriminator wins: for 400 steps", line), line
    assert re.search(r"The last good checkpoint is run/checkpoints/epoch-\d+.weights.h5.$", line)


MIRRORED = """
import runpy, sys
sys.path.insert(0, {scripts!r})
import tensorflow as tf

devices = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], devices)
runpy.run_path({scripts!r} + "/train.py", run_name="__main__")
"""


def test_mirrored_training_of_a_run_without_a_checkpoint(trained, tmp_path):
    """What history.csv has of epochs without a checkpoint is replaced."""
    workdir = tmp_path / "run"
    shutil.copytree(trained[0], workdir)
    shutil.rmtree(workdir / "checkpoints")  # as when killed before the first was there
    before = keras.models.load_model(workdir / "model.keras").get_weights()
    (tmp_path / "mirrored.py").write_text(MIRRORED.format(scripts=str(ROOT / "scripts")))
    flags = [*TINY, "--epochs=3", "--strategy=mirrored", f"--workdir={workdir}", "--resume"]
    result = run(tmp_path / "mirrored", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "on 2 replica(s)" in result.stdout and "Epoch 1/3" in result.stdout
    model = keras.models.load_model(workdir / "model.keras")
    assert model.generate(2).shape == (2, 8, 8, 1)
    assert any((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))
    rows = list(csv.DictReader((workdir / "history.csv").open()))
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]


def of_a_cluster():
    """The environments of two workers on this machine."""
    sockets = [socket.create_server(("localhost", 0)) for _ in range(2)]
    workers = [f"localhost:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    tasks = [{"type": "worker", "index": number} for number in range(2)]
    return [
        {"TF_CONFIG": json.dumps({"cluster": {"worker": workers}, "task": task})} for task in tasks
    ]


def of_a_job():
    """The environments of two tasks of a Slurm job's step."""
    job = {
        "SLURM_JOB_ID": str(random.randrange(10_000)),  # whence the ports
        "SLURM_STEP_NUM_TASKS": "2",
        "SLURM_STEP_NODELIST": "localhost",
        "SLURM_STEP_TASKS_PER_NODE": "2",
    }
    return [job | {"SLURM_PROCID": str(number)} for number in range(2)]


@pytest.mark.parametrize(
    "environments", [of_a_cluster, pytest.param(of_a_job, marks=pytest.mark.large)]
)
def test_two_workers_train_one_model_and_the_chief_writes_it(environments, tmp_path):
    flags = [*TINY, "--epochs=2", "--strategy=multi_worker", "--workdir=run"]
    outputs = [tmp_path / f"output-{number}" for number in range(2)]
    processes = [
        Process("train", *flags, cwd=tmp_path, env=env, output=output)
        for env, output in zip(environments(), outputs, strict=True)
    ]
    codes = [process.wait() for process in processes]
    texts = [output.read_text() for output in outputs]
    assert codes == [0, 0], texts
    told = [re.findall(r"_loss: [-.\d]+", text) for text in texts]
    assert told[0] == told[1] and len(told[0]) == 4
    assert all("on 2 replica(s)" in text for text in texts)
    assert "Done" in texts[0].splitlines()[-1] and "Done" not in texts[1]
    model = keras.models.load_model(tmp_path / "run" / "model.keras")
    assert model.generate(2).shape == (2, 8, 8, 1)


@pytest.mark.large
def test_the_launcher_starts_two_workers_that_train_one_model(tmp_path):
    flags = [*TINY, "--epochs=2", "--strategy=multi_worker", "--workdir=run"]
    train = command("train", *flags)[1:]
    result = run("launch_local", "--workers=2", "--", *train, cwd=tmp_path, forks=True)
    assert result.returncode == 0, result.stdout
    lines = [
        [line for line in result.stdout.splitlines() if line.startswith(f"[worker {number}]")]
        for number in range(2)
    ]
    losses = [re.findall(r"_loss: [-.\d]+", "\n".join(of_one)) for of_one in lines]
    assert losses[0] == losses[1] and len(losses[0]) == 4
    assert "on 2 replica(s)" in result.stdout
    assert "Done" in lines[0][-1] and "Done" not in "".join(lines[1])
    model = keras.models.load_model(tmp_path / "run" / "model.keras")
    assert model.generate(2).shape == (2, 8, 8, 1)


def test_the_launcher_tells_that_a_worker_failed(tmp_path):
    (tmp_path / "worker.py").write_text(
        "import json, os, sys\n"
        "index = json.loads(os.environ['TF_CONFIG'])['task']['index']\n"
        "print('flags', sys.argv[1:])\n"
        "sys.exit(3 * index)\n"
    )
    flags = "--workers=3", "--", "worker.py", "--a=b"
    result = run("launch_local", *flags, cwd=tmp_path, forks=True)
    assert result.returncode in (3, 6)
    assert re.search(r"^Worker [12] failed with exit code [36]\.$", result.stdout, re.MULTILINE)
    assert "[worker 1] flags ['--a=b']" in result.stdout.splitlines()
    assert refuses(run("launch_local", cwd=tmp_path), "--", "scripts/train.py")


@pytest.mark.large
def test_a_signal_to_one_worker_stops_both_with_a_checkpoint(tmp_path):
    flags = [*TINY, "--steps_per_epoch=40", "--epochs=50", "--strategy=multi_worker"]
    launcher = command("launch_local", "--workers=2", "--", *command("train", *flags)[1:])
    process = subprocess.Popen(
        [*launcher, "--workdir=run"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Epoch 2/" in line:
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
            os.kill(int(children.read_text().split()[-1]), signal.SIGTERM)
            break
    lines += process.communicate(timeout=TIMEOUT)[0]
    assert process.returncode == 75, "".join(lines)
    stopped = re.findall(r"\[worker (\d)\] .*Stopped by SIGTERM; saved", "".join(lines))
    assert sorted(stopped) == ["0", "1"]
    assert list((tmp_path / "run" / "checkpoints").glob("epoch-00001-step-*"))


@pytest.mark.parametrize("environments", [of_a_cluster, of_a_job])
def test_a_worker_does_not_train_alone(environments, tmp_path):
    for env in environments():
        result = run("train", *TINY, "--workdir=run", cwd=tmp_path, env=env)
        assert refuses(result, "this is one of 2 workers")
        assert not (tmp_path / "run").exists()


def test_a_run_whose_options_cannot_be_read(trained, tmp_path):
    whole = recorded(trained[0])
    (tmp_path / "run").mkdir()
    path = tmp_path / "run" / "recipe.json"
    cases = [
        (b"\xff\xfe", ["recipe.json", "cannot be read"]),
        (b"[]", ["recipe.json", "no options"]),
        (b"{}", ["recipe.json", "no model"]),
        (json.dumps(whole | {"batch_size": "many"}).encode(), ["recipe.json", "batch_size"]),
        (json.dumps(whole | {"image_shape": [8, 8]}).encode(), ["image_shape", "8, 8"]),
        (json.dumps(whole | {"model": "biggan"}).encode(), ["model", "biggan"]),
    ]
    for content, words in cases:
        path.write_bytes(content)
        assert refuses(run("train", "--resume", "--workdir=run", cwd=tmp_path), *words)
        assert path.read_bytes() == content
    path.unlink()
    path.mkdir()  # may not be read
    assert refuses(run("train", "--resume", "--workdir=run", cwd=tmp_path), "recipe.json")


def test_own_pictures_and_other_options(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 20, 24, 3), dtype=np.uint8)
    for i, picture in enumerate(pixels):
        Image.fromarray(picture).save(tmp_path / f"{i}.png")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    result = run(
        "train",
        "--model=dcgan",
        f"--dataset={tmp_path}",
        "--image_size=16x24",
        "--batch_size=8",
        "--epochs=1",
        "--steps_per_epoch=2",
        "--mixed_precision=mixed_bfloat16",
        "--generator_learning_rate=0.001",
        "--workdir=run",
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert "broken.jpg" in result.stderr
    with Image.open(tmp_path / "run" / "samples" / "epoch-00001.png", formats=["PNG"]) as grid:
        assert grid.size == (8 * 24 + 14, 8 * 16 + 14) and grid.mode == "RGB"
    model = keras.models.load_model(tmp_path / "run" / "model.keras")
    assert float(model.generator_optimizer.learning_rate) == pytest.approx(0.001)


def test_dry_run_writes_nothing(tmp_path):
    result = run("train", "--dry_run", "--model=wgan_gp", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "wgan_gp on digits" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_help_lists_models_and_data_sets(tmp_path):
    result = run("train", "--help", cwd=tmp_path)
    assert result.returncode == 0
    for name, recipe in zoo.RECIPES.items():
        assert re.search(rf"^ +{name} +{', '.join(recipe.data)}$", result.stdout, re.MULTILINE)
    for flag in ("--workdir", "--strategy", "--mixed_precision", "--[no]resume"):
        assert flag in result.stdout


def test_wrong_input_is_told_in_one_line(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("three years")
    cases = [
        (["--modle=gan"], ["modle"]),
        (["--model=biggan"], ["biggan", "dcgan"]),
        (["gan"], ["gan"]),
        (["--epochs=0"], ["epochs"]),
        (["--image_size=big"], ["--image_size", "big"]),
        (["--image_size=30"], ["30 x 30", "multiples of 4"]),
        (["--dataset=empty"], ["empty", "png"]),
        (["--dataset=no_such_data"], ["no_such_data"]),
        (["--batch_size=5000", "--steps_per_epoch=2"], ["5000"]),
        (["--dataset="], ["empty"]),
        (["--seed=5000000000"], ["seed", "5000000000"]),
        (["--workdir=mine"], ["mine", "not empty"]),
        (["--strategy=multi_worker"], ["TF_CONFIG", "Slurm"]),
        (["--monitor=val_beauty"], ["val_beauty", "generator_loss"]),
        (["--workdir=gs://bucket/run"], ["gs://bucket/run", "disk"]),
        (["--workdir=mine/thesis.txt"], ["thesis.txt", "file"]),
        (["--checkpoint_every=0"], ["checkpoint_every"]),
        (["--on_collapse=cry"], ["on_collapse", "rollback"]),
        (["--generator_learning_rate=-1"], ["generator_learning_rate"]),
        (["--model=dcgan", "--edges"], ["--edges", "dcgan"]),
        (["--model=wgan", "--small"], ["--small", "wgan"]),
        (["--model=dcgan", "--held_out=mine"], ["--held_out", "dcgan"]),
        (["--model=srgan", "--scale=3", "--small"], ["scale", "3"]),
        (["--augment=blur"], ["blur", "cutout"]),
        (["--model=srresnet", "--small", "--augment=color"], ["augment", "discriminator"]),
        (["--pretrained=nowhere"], ["nowhere", "model.keras"]),
        (["--model=cgan", "--dataset=grey.npy"], ["grey", "labels"]),
        (["--dataset=words.npz"], ["words.npz"]),
        (["--dataset=mine/thesis.txt"], ["thesis.txt", ".npz"]),
        (["--workdir=" + "n" * 300], ["nnn"]),
        (["--dataset=" + "n" * 300], ["nnn"]),
        (["--workdir=a\0b"], ["--workdir", "zero byte"]),
        (["--dataset=a\0b"], ["--dataset", "zero byte"]),
        (["--workdir=\udcff"], ["--workdir", "UTF-8"]),
        (["--dataset=\udcff"], ["--dataset", "UTF-8"]),
    ]
    np.save(tmp_path / "grey.npy", np.zeros((200, 28, 28), "uint8"))
    np.savez(tmp_path / "words.npz", words=np.array(["one", "two"]))
    results = [run("train", *flags, cwd=tmp_path) for flags, _ in cases]
    for (_, words), result in zip(cases, results, strict=True):
        assert refuses(result, *words)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "three years"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "grey.npy", "mine", "words.npz"]
