import keras
import numpy as np
import pytest
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
    picture = np.asarray(Image.open(tmp_path / "samples" / "epoch-00003.png"))
    assert picture.shape == (2 * 8 + 2, 3 * 8 + 2 * 2)
    np.testing.assert_array_equal(picture[:8, :8], model.generate(6, seed=3)[0, ..., 0])


def test_checkpoints_are_kept_and_restored(tmp_path, noise_images):
    checkpoint = callbacks.Checkpoint(tmp_path / "checkpoints", keep=2)
    assert checkpoint.restore(build()) == 0
    model = build()
    model.fit(noise_images, epochs=3, verbose=0, callbacks=[checkpoint])
    assert [p.name for p in checkpoint.paths()] == [
        "epoch-00002.weights.h5",
        "epoch-00003.weights.h5",
    ]
    fresh = build(seed=1)
    assert checkpoint.restore(fresh) == 3
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
    assert checkpoint.restore(fresh) == 1
    for a, b in zip(fresh.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="keep must be at least 1, got 0"):
        callbacks.Checkpoint(tmp_path, keep=0)


def test_an_unreadable_checkpoint_gives_way_to_the_one_before(tmp_path, noise_images):
    checkpoint = callbacks.Checkpoint(tmp_path)
    model = build()
    model.fit(noise_images, epochs=1, verbose=0, callbacks=[checkpoint])
    weights = model.get_weights()
    model.fit(noise_images, initial_epoch=1, epochs=2, verbose=0, callbacks=[checkpoint])
    newest = checkpoint.paths()[-1]
    newest.write_bytes(newest.read_bytes()[:5000])
    (tmp_path / "unfinished.weights.h5").write_bytes(b"killed here")
    fresh = build(seed=1)
    assert checkpoint.restore(fresh) == 1
    for a, b in zip(fresh.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(a, b)
    for path in checkpoint.paths():
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="None of the 2 checkpoints in .* loads"):
        checkpoint.restore(fresh)


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
