"""A run goes on with more replicas than it began with, or with fewer."""

import csv
import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance import cases

import zoo
from kerasgan import models
from kerasgan.training import RunError, cluster, train

BATCH = 8
CHOSEN = {"data": "digits", "image_size": 8, "batch_size": BATCH, "steps_per_epoch": 5}
LATENTS = np.random.default_rng(0).normal(size=(BATCH, cases.LATENT_DIM)).astype("float32")
TOLD = "This run was trained on {} replica(s) and goes on with {}, for the same batches of 8"


class GivenLatents(models.GAN):
    """All replicas together see the same latents in each step."""

    def sample_latent(self, count, seed=None):
        context = tf.distribute.get_replica_context()
        share = BATCH // context.num_replicas_in_sync
        replica = int(tf.get_static_value(context.replica_id_in_sync_group))
        return tf.constant(LATENTS[share * replica : share * (replica + 1)])


def networks(data, seed):
    model = cases.from_networks("gan")
    return {"generator": model.generator, "discriminator": model.discriminator}


def optimizers(steps):
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=1, decay_rate=0.8)
    return {f"{player}_optimizer": keras.optimizers.SGD(rate) for player in GivenLatents.players}


RECIPE = dataclasses.replace(
    zoo.RECIPES["gan"], model=GivenLatents, options=networks, optimizers=optimizers
)


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """The folder of a run of two epochs that one device trains, and its model."""
    folder = tmp_path_factory.mktemp("straight") / "run"
    return folder, train(RECIPE, workdir=folder, **CHOSEN, strategy="one_device", epochs=2)


@pytest.fixture
def strategies(mirrored, monkeypatch):
    """There is one mirrored strategy."""
    found = {"mirrored": mirrored, "one_device": tf.distribute.get_strategy()}
    monkeypatch.setattr(cluster, "make_strategy", found.get)


@pytest.mark.parametrize("names", [("one_device", "mirrored"), ("mirrored", "one_device")])
def test_a_run_goes_on_within_an_epoch(names, straight, strategies, tmp_path, capsys):
    run = tmp_path / "run"
    train(RECIPE, workdir=run, **CHOSEN, strategy=names[0], epochs=1, checkpoint_every=3)
    (run / "checkpoints" / "epoch-00001.weights.h5").unlink()
    capsys.readouterr()
    again = train(RECIPE, workdir=run, resume=True, strategy=names[1], epochs=2)
    counts = [{"one_device": 1, "mirrored": 2}[name] for name in names]
    lines = capsys.readouterr().out.splitlines()
    (told,) = (line for line in lines if line.startswith(TOLD.format(*counts)))
    assert "Resuming after epoch 0, step 3" in lines[lines.index(told) + 1]
    for a, b in zip(straight[1].get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=0, atol=1e-4)
    histories = [
        list(csv.DictReader((folder / "history.csv").open())) for folder in (straight[0], run)
    ]
    for row, other in zip(*histories, strict=True):
        for name, value in row.items():
            if value != "NA":
                assert float(other[name]) == pytest.approx(float(value), abs=1e-4)

    options = json.loads((run / "recipe.json").read_text())
    assert options["replicas"] == counts[1]
    train(RECIPE, workdir=run, resume=True)
    del options["replicas"]  # as of an older version
    (run / "recipe.json").write_text(json.dumps(options))
    train(RECIPE, workdir=run, resume=True, strategy=names[0])
    assert "goes on with" not in capsys.readouterr().out


@pytest.mark.parametrize(("strategy", "replicas"), [("one_device", 1), ("mirrored", 2)])
def test_each_replica_has_examples_for_all_its_steps(strategy, replicas, strategies, tmp_path):
    chosen = {"image_size": 8, "strategy": strategy, "dry_run": True}
    wgan, least = zoo.RECIPES["wgan"], 5 * replicas
    train(wgan, "digits", tmp_path / "run", batch_size=least, **chosen)
    with pytest.raises(RunError, match=rf"=\d: .*{replicas} replica.* at least {least} examples"):
        train(wgan, "digits", tmp_path / "run", batch_size=least - 1, **chosen)
