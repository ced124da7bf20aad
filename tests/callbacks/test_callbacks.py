import os
import shutil
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerasgan import callbacks, models

SHAPE = (8, 8, 1)


def build(seed=0, **options):
    model = models.DCGAN(SHAPE, seed=seed)
    model.compile(**options)
    return model


def test_sample_grids(tmp_path, noise_images):
    grid = callbacks.SampleGrid(tmp_path / "samples", every=2, count=6, seed=3)
    model = build()
    model.fit(noise_images, epochs=3, verbose=0, callbacks=[grid])
    assert sorted(p.name for p in (tmp_path / "samples").iterdir()) == [
        "epoch-00002.png",
        "epoch-00003.png",
    ]
    picture = np.asarray(Image.open(tmp_path / "samples" / "epoch-00003.png", formats=["PNG"]))
    assert picture.shape == (2 * 8 + 2, 3 * 8 + 2 * 2)
    np.testing.assert_array_equal(picture[:8, :8], model.generate(6, seed=3)[0, ..., 0])


def logged_images(folder):
    """The images that TensorBoard finds, by step."""
    files = sorted(folder.glob("events.out.tfevents.*"))
    events = [tf.compat.v1.Event.FromString(r.numpy()) for r in tf.data.TFRecordDataset(files)]
    return {
        event.step: tf.io.decode_png(value.tensor.string_val[2]).numpy()
        for event in events
        for value in event.summary.value
        if value.tag == "samples"
    }


def test_tensorboard_has_the_grids(tmp_path, noise_images):
    grid = callbacks.SampleGrid(tmp_path, every=2, count=4, log_dir=tmp_path / "logs")
    model = build()
    for epochs in ([0, 3], [3, 4]):
        first, last = epochs
        model.fit(noise_images, initial_epoch=first, epochs=last, verbose=0, callbacks=[grid])
    found = logged_images(tmp_path / "logs")
    assert set(found) == {1, 2, 3}
    for step, picture in found.items():
        file = Image.open(tmp_path / f"epoch-{step + 1:05d}.png", formats=["PNG"])
        np.testing.assert_array_equal(picture[..., 0], np.asarray(file))
    assert not logged_images(tmp_path)  # nor is there a file that was not asked for


class Run:
    """What `wandb.init()` returns, as far as it counts."""

    def __init__(self):
        self.told = {}

    def log(self, values, step=None):
        self.told[step] = values


def test_a_tracker_is_told_the_logs(noise_images):
    run = Run()
    history = build().fit(noise_images, epochs=2, verbose=0, callbacks=[callbacks.Track(run)])
    assert [run.told[0], run.told[1]] == [
        {name: values[epoch] for name, values in history.history.items()} for epoch in range(2)
    ]
    with pytest.raises(ValueError, match=r"method log\(values, step=\).*got 'wandb'"):
        callbacks.Track("wandb")


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_checkpoints_are_kept_and_restored(policy, tmp_path, noise_images):
    keras.config.set_dtype_policy(policy)
    checkpoint = callbacks.Checkpoint(tmp_path / "checkpoints", keep=2)
    assert checkpoint.restore(build()) == (0, 0)
    model = build()
    if policy == "mixed_float16":
        model.generator_optimizer.dynamic_scale.assign(64.0)
    model.fit(noise_images, epochs=3, verbose=0, callbacks=[checkpoint])
    assert [p.name for p in checkpoint.paths()] == [
        "epoch-00002.weights.h5",
        "epoch-00003.weights.h5",
    ]
    fresh = build(seed=1)
    assert checkpoint.restore(fresh) == (3, 0)
    variables = zip(
        [*model.variables, *model.generator_optimizer.variables],
        [*fresh.variables, *fresh.generator_optimizer.variables],
        strict=True,
    )
    for a, b in variables:
        np.testing.assert_array_equal(a, b)


def test_training_begun_anew_replaces_the_checkpoints_of_the_old(tmp_path, noise_images):
    checkpoint = callbacks.Checkpoint(tmp_path)
    build().fit(noise_images, epochs=3, verbose=0, callbacks=[checkpoint])
    model = build(seed=1)
    model.fit(noise_images, epochs=1, verbose=0, callbacks=[checkpoint])
    fresh = build(seed=2)
    assert checkpoint.restore(fresh) == (1, 0)
    for a, b in zip(fresh.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="keep must be at least 1, got 0"):
        callbacks.Checkpoint(tmp_path, keep=0)
    with pytest.raises(ValueError, match="every must be at least 1, got 0"):
        callbacks.Checkpoint(tmp_path, every=0)


def truncated(path):
    path.write_bytes(path.read_bytes()[:5000])


def cut_in_the_middle(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def overwritten(path):
    path.write_bytes(b"\0" * path.stat().st_size)


def a_sector_of_weights_lost(path):
    """HDF5 notices nothing."""
    content = bytearray(path.read_bytes())
    content[-4096:-3584] = bytes(512)
    path.write_bytes(content)


def the_last_sector_lost(path):
    path.write_bytes(path.read_bytes()[:-512] + bytes(512))


def of_another_model(path):
    model = models.GAN(SHAPE)
    model.compile()
    model.save_weights(path)


def of_a_larger_model(path):
    model = models.DCGAN((16, 16, 1))
    model.compile()
    model.save_weights(path)


@pytest.fixture(scope="module")
def two_checkpoints(tmp_path_factory):
    """A folder with the checkpoints of two epochs, and the weights after the first."""
    images = np.random.default_rng(0).integers(0, 256, (64, *SHAPE), dtype=np.uint8)
    checkpoint = callbacks.Checkpoint(tmp_path_factory.mktemp("checkpoints"))
    model = build()
    model.fit(images, epochs=1, verbose=0, callbacks=[checkpoint])
    weights = model.get_weights()
    model.fit(images, initial_epoch=1, epochs=2, verbose=0, callbacks=[checkpoint])
    return checkpoint.paths()[0].parent, weights


@pytest.mark.parametrize(
    "break_",
    [
        truncated,
        cut_in_the_middle,
        empty,
        overwritten,
        a_sector_of_weights_lost,
        the_last_sector_lost,
        of_another_model,
        of_a_larger_model,
    ],
)
def test_an_unreadable_checkpoint_gives_way_to_the_one_before(break_, tmp_path, two_checkpoints):
    folder, weights = two_checkpoints
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    checkpoint = callbacks.Checkpoint(tmp_path)
    break_(checkpoint.paths()[-1])
    (tmp_path / "unfinished.weights.h5").write_bytes(b"killed here")
    fresh = build(seed=1)
    assert checkpoint.restore(fresh) == (1, 0)
    assert checkpoint.path() == checkpoint.paths()[0]
    for a, b in zip(fresh.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(a, b)
    break_(checkpoint.paths()[0])
    with pytest.raises(ValueError, match="None of the 2 checkpoints in .* loads"):
        checkpoint.restore(fresh)


def small(optimizer="sgd"):
    """A model of which a file has few sectors."""
    layers = keras.layers
    model = models.GAN(
        latent_dim=4,
        generator=keras.Sequential(
            [keras.Input((4,)), layers.Dense(64, "tanh"), layers.Reshape(SHAPE)]
        ),
        discriminator=keras.Sequential(
            [keras.Input(SHAPE), layers.Flatten(), layers.Dense(1)],
        ),
    )
    model.compile(optimizer, keras.optimizers.get(optimizer).from_config({}))
    return model


def state(model):
    optimizers = (model.generator_optimizer, model.discriminator_optimizer)
    variables = [*model.variables, *(v for each in optimizers for v in each.variables)]
    return [variable.numpy() for variable in variables]


def test_a_checkpoint_is_a_file_of_weights_that_keras_loads(tmp_path, noise_images):
    model = small()
    model.fit(noise_images, verbose=0, callbacks=[callbacks.Checkpoint(tmp_path)])
    other = small()
    other.load_weights(tmp_path / "epoch-00001.weights.h5")
    for a, b in zip(state(model), state(other), strict=True):
        np.testing.assert_array_equal(a, b)


def test_checkpoints_without_a_checksum_load_whatever_sector_the_newest_lost(tmp_path, caplog):
    """As version 0.1 wrote them: damage that HDF5 notices, in many ways, is skipped."""
    good, model = small(), small()
    good.save_weights(tmp_path / "epoch-00001.weights.h5")
    assert callbacks.Checkpoint(tmp_path).restore(model) == (1, 0)
    content = (tmp_path / "epoch-00001.weights.h5").read_bytes()
    skipped = 0
    for start in range(0, len(content), 1024):
        damaged = content[:start] + bytes(512) + content[start + 512 :]
        (tmp_path / "epoch-00002.weights.h5").write_bytes(damaged)
        caplog.clear()
        if callbacks.Checkpoint(tmp_path).restore(model) == (2, 0):
            continue
        skipped += 1
        assert len(caplog.records) == 1 and "\n" not in caplog.text.strip()
        assert "Skipping the checkpoint" in caplog.text and "epoch-00002" in caplog.text
        for a, b in zip(state(model), state(good), strict=True):
            np.testing.assert_array_equal(a, b)
    assert skipped > 5


def test_a_checkpoint_that_loads_in_part_leaves_no_trace(tmp_path):
    small("adam").save_weights(tmp_path / "epoch-00001.weights.h5")  # its networks would load
    model = small()
    before = state(model)
    with pytest.raises(ValueError, match="None of the 1 checkpoints"):
        callbacks.Checkpoint(tmp_path).restore(model)
    for a, b in zip(state(model), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_rest_of_an_epoch_may_be_left_out(tmp_path, noise_images):
    checkpoint = callbacks.Checkpoint(tmp_path, every=2)
    options = {"steps_per_epoch": 3, "verbose": 0, "callbacks": [checkpoint]}
    small().fit(batches(noise_images), epochs=2, **options)
    checkpoint.paths()[-1].unlink()
    assert checkpoint.newest() == (1, 2)
    model = small()
    assert checkpoint.restore(model) == (1, 2)
    logs = model.fit(batches(noise_images), initial_epoch=2, epochs=3, **options).history
    assert checkpoint.newest() == (3, 0)
    # The means are those of three steps.
    assert model.totals()["generator_loss"][1] == 3 * 8
    assert np.isfinite(logs["generator_loss"]).all()


def batches(images, start=0):
    """Yields ever the same batch at a step, from any step on."""
    parts = tf.data.Dataset.from_tensor_slices(images).batch(8, drop_remainder=True)
    return parts.repeat().skip(start)


@pytest.mark.parametrize("stop", [signal.SIGTERM, RuntimeError])
def test_an_epoch_that_was_interrupted_is_continued(tmp_path, noise_images, stop):
    """Five steps an epoch, stopped in the eighth: SIGTERM loses nothing, an accident one step."""
    straight = build()
    straight.fit(batches(noise_images), epochs=3, steps_per_epoch=5, verbose=0)

    class Stop(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if self.model.generator_optimizer.iterations == 7:
                if stop is RuntimeError:
                    raise RuntimeError
                os.kill(os.getpid(), stop)
                os.kill(os.getpid(), stop)  # impatiently

    checkpoint = callbacks.Checkpoint(tmp_path, every=1 if stop is RuntimeError else 4)
    with pytest.raises(RuntimeError if stop is RuntimeError else SystemExit) as info:
        build().fit(
            batches(noise_images),
            epochs=3,
            steps_per_epoch=5,
            verbose=0,
            callbacks=[checkpoint, callbacks.Preemption(checkpoint), Stop()],
        )
    position = (1, 2) if stop is RuntimeError else (1, 3)
    assert stop is RuntimeError or info.value.code == 75
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert checkpoint.paths()[-1].name == f"epoch-00001-step-{position[1]:08d}.weights.h5"

    model = build(seed=1)
    checkpoint = callbacks.Checkpoint(tmp_path)
    assert checkpoint.restore(model) == position
    first = 5 + position[1]
    options = {"verbose": 0, "callbacks": [checkpoint]}
    rest = model.fit(
        batches(noise_images, first),
        initial_epoch=1,
        epochs=2,
        steps_per_epoch=10 - first,
        **options,
    )
    model.fit(batches(noise_images, 10), initial_epoch=2, epochs=3, steps_per_epoch=5, **options)
    for a, b in zip(model.get_weights(), straight.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for name, values in rest.history.items():
        assert values[0] == straight.history.history[name][1], name
    assert [path.name[:14] for path in checkpoint.paths()][-2:] == [
        "epoch-00002.we",
        "epoch-00003.we",
    ]


def test_a_signal_after_the_last_epoch_is_not_lost(tmp_path, noise_images):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            os.kill(os.getpid(), signal.SIGTERM)

    checkpoint = callbacks.Checkpoint(tmp_path)
    listening = [checkpoint, callbacks.Preemption(checkpoint, exit_code=3), Stop()]
    with pytest.raises(SystemExit) as info:
        small().fit(noise_images, epochs=1, verbose=0, callbacks=listening)
    assert info.value.code == 3
    assert checkpoint.newest() == (1, 0)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_nan_stops_training_and_names_step_and_term(noise_images):
    model = build()
    model.compile(discriminator_optimizer=keras.optimizers.SGD(1e30))
    with pytest.raises(FloatingPointError, match=r"step \d: .*generator_loss = (nan|inf)") as info:
        model.fit(noise_images, epochs=9, verbose=0, callbacks=[callbacks.HaltOnNonFinite()])
    step = int(str(info.value).split("step ")[1].split(":")[0])
    assert step == int(model.generator_optimizer.iterations)


def test_weights_that_are_not_finite_are_not_saved(tmp_path, noise_images):
    checkpoint = callbacks.Checkpoint(tmp_path)
    model = build()
    model.fit(noise_images, epochs=1, verbose=0, callbacks=[checkpoint])
    kernel = model.generator.trainable_weights[0]

    class Break(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            kernel.assign(kernel * np.nan)

    with pytest.raises(FloatingPointError, match="after epoch 2: the weight dense.*/kernel is not"):
        model.fit(
            noise_images, initial_epoch=1, epochs=2, verbose=0, callbacks=[Break(), checkpoint]
        )
    assert [p.name for p in checkpoint.paths()] == ["epoch-00001.weights.h5"]
