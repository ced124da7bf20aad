"""`kerasgan.training.train`, as a notebook or a service calls it."""

import json
import threading

import keras
import numpy as np
import pytest

import zoo
from kerasgan import data, fast, losses, models, training
from kerasgan.training import RunError, TrainingStopped, inputs, options, train

TINY = {"image_size": 8, "batch_size": 8, "steps_per_epoch": 2, "epochs": 1}

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture
def digits():
    """Tiny images that are loaded already."""
    return data.load_images("digits", (8, 8, 1), limit=24)


def recorded(workdir):
    return json.loads((workdir / "recipe.json").read_text())


def test_loaded_data_train_and_go_on(digits, tmp_path):
    chosen = {"batch_size": 8, "epochs": 1}
    model = train(zoo.RECIPES["gan"], digits, tmp_path / "run", **chosen)
    assert isinstance(model, models.GAN) and model.image_shape == (8, 8, 1)
    assert recorded(tmp_path / "run")["dataset"] == "digits"
    assert recorded(tmp_path / "run")["examples"] == 24
    before = model.get_weights()
    again = train(zoo.RECIPES["gan"], digits, tmp_path / "run", resume=True)
    for a, b in zip(before, again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    further = train(zoo.RECIPES["gan"], digits, tmp_path / "run", resume=True, epochs=2)
    assert (further.get_weights()[0] != before[0]).any()
    loaded = training.load_model(tmp_path / "run")
    for a, b in zip(loaded.get_weights(), further.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_preset_learns_on_with_layers_that_stay(digits, tmp_path, capsys):
    recipe, chosen = zoo.RECIPES["gan"], {"batch_size": 8, "epochs": 1}
    first = recipe.build(digits, seed=1)
    first.save_to_preset(tmp_path / "preset")
    chosen |= {"pretrained": str(tmp_path / "preset"), "freeze": 1}
    further = train(recipe, digits, tmp_path / "run", **chosen)
    assert "the generator and the discriminator of" in capsys.readouterr().out
    for name in ("generator", "discriminator"):
        pairs = zip(getattr(first, name).weights, getattr(further, name).weights, strict=True)
        # A preset holds half precision.
        distances = [np.abs(a.numpy().astype("float16") - b.numpy()).max() for a, b in pairs]
        stay = 2 if name == "discriminator" else 0  # a kernel and a bias
        assert not any(distances[:stay])
        assert all(0 < distance < 0.01 for distance in distances[stay:])  # three steps from there
    loaded = training.load_model(tmp_path / "run")
    assert not loaded.discriminator.layers[4].trainable_weights


def test_data_of_ones_own_are_evaluated_on(digits, tmp_path):
    labelled = data.load_images("digits", (16, 16, 1), limit=600)
    held_out = data.load_images("digits", (16, 16, 1), split="test", limit=20)
    chosen = {"batch_size": 8, "epochs": 1, "steps_per_epoch": 1, "held_out": held_out}
    train(zoo.RECIPES["sgan"], labelled, tmp_path / "run", **chosen)
    header = (tmp_path / "run" / "history.csv").read_text().splitlines()[0]
    assert "val_accuracy" in header.split(",")
    assert (tmp_path / "run" / "best.keras").exists()


def test_a_sequence_of_items_is_data_and_is_held_out(tmp_path):
    items = [(np.full((16, 16, 6), i, "uint8"), i % 2) for i in range(24)]
    chosen = {"image_size": 16, "channels": 6, "batch_size": 4, "held_out": items}
    model = train(zoo.RECIPES["sgan"], items, tmp_path / "run", **chosen, dry_run=True)
    assert model.image_shape == (16, 16, 6) and model.num_classes == 2
    resolved = options.resolve(zoo.RECIPES["sgan"], {"held_out": "list", "channels": 6}, {})
    held_out = inputs.load_held_out(zoo.RECIPES["sgan"], resolved, {"held_out": items})
    assert len(held_out) == 24 and held_out.labels[:3].tolist() == [0, 1, 0]


def test_what_is_compared_is_chosen_and_recorded(tmp_path):
    chosen = {"ema": 0.5, "adversarial_loss": "hinge", "penalty": "r1:0.25"}
    chosen |= {"augment": "cutout"}
    run = tmp_path / "run"
    model = train(zoo.RECIPES["gan"], "digits", run, **TINY, **chosen)
    assert model.ema == 0.5 and model.generator_ema is not None
    assert isinstance(model.adversarial_loss, losses.Hinge)
    assert isinstance(model.penalty, losses.R1) and model.penalty.weight == 0.25
    assert model.augment.policy == "cutout"
    assert {name: recorded(run)[name] for name in chosen} == chosen
    # Resuming uses what is recorded, whatever the recipe has become.
    again = train(zoo.RECIPES["gan"], workdir=run, resume=True, epochs=2)
    assert again.ema == 0.5 and again.penalty.weight == 0.25

    none = train(zoo.RECIPES["dcgan"], "digits", tmp_path / "none", **TINY, ema=0)
    assert none.ema is None

    small = {"small": True, "image_size": 32, "batch_size": 1, "steps_per_epoch": 1, "epochs": 1}
    arguments = (zoo.RECIPES["pix2pix"], "photos", tmp_path / "pairs")
    pairs = train(*arguments, **small, content_weight=7, dry_run=True)
    assert pairs.content_weight == 7 and not (tmp_path / "pairs").exists()


def test_what_is_global_is_as_it_was(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    fast.use("off")
    try:
        train(zoo.RECIPES["gan"], "digits", tmp_path / "run", **TINY, fast="auto")
        assert keras.config.dtype_policy().name == "mixed_bfloat16" and fast.mode() == "off"
    finally:
        fast.use("auto")
    assert recorded(tmp_path / "run")["fast"] == "auto"


def test_a_thread_trains(tmp_path):
    arguments = (zoo.RECIPES["gan"], "digits", tmp_path / "run")
    thread = threading.Thread(target=train, args=arguments, kwargs=TINY)
    thread.start()
    thread.join()
    assert training.load_model(tmp_path / "run").generate(1).shape == (1, 8, 8, 1)


def test_a_failure_says_from_where_to_go_on(digits, tmp_path, monkeypatch):
    def full(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(models.GAN, "export", full)
    with pytest.raises(TrainingStopped) as told:
        train(zoo.RECIPES["gan"], digits, tmp_path / "run", batch_size=8, epochs=1)
    assert str(told.value) == (
        f"Cannot write into {tmp_path}/run: No space left on device. The last good checkpoint is "
        f"{tmp_path}/run/checkpoints/epoch-00001.weights.h5."
    )


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"epochs": 0}, ["epochs=0", "[1, "]),
        ({"epochs": "many"}, ["epochs='many'", "no integer"]),
        ({"seed": -1}, ["seed=-1"]),
        ({"image_size": (8, 8, 8)}, ["image_size", "(height, width)"]),
        ({"channels": 0}, ["image_shape", "positive"]),
        ({"channels": 6}, ["images of 1 channels cannot become images of 6"]),
        ({"strategy": "magic"}, ["strategy='magic'", "mirrored"]),
        ({"edges": True}, ["edges=True", "gan takes none"]),
        ({"content_weight": 1.0}, ["content_weight=1.0", "gan takes none"]),
        ({"small": True}, ["small=True", "no small networks"]),
        ({"penalty": "l2"}, ["penalty='l2'", "gradient_penalty"]),
        ({"penalty": "r1:x"}, ["penalty='r1:x'"]),
        ({"adversarial_loss": "kind"}, ["adversarial_loss='kind'", "hinge"]),
        ({"generator_learning_rate": float("nan")}, ["generator_learning_rate=nan"]),
        ({"monitor": "val_beauty"}, ["monitor=val_beauty", "generator_loss"]),
        ({"pretrained": "nowhere"}, ["nowhere"]),
        ({"freeze": 9}, ["freeze=9", "GAN has 3 layers with weights"]),
        ({"batch_size": 5000}, ["5000"]),
        ({"augment": "blur"}, ["augment='blur'", "cutout"]),
    ],
)
def test_wrong_arguments(chosen, words, tmp_path):
    with pytest.raises(RunError) as told:
        train(zoo.RECIPES["gan"], "digits", tmp_path / "run", **TINY | chosen)
    assert all(word in str(told.value) for word in words), told.value
    assert not (tmp_path / "run").exists()


def test_a_folder_that_holds_a_run(digits, tmp_path):
    arguments = (zoo.RECIPES["gan"], digits, tmp_path / "run")
    train(*arguments, batch_size=8, epochs=1)
    with pytest.raises(RunError, match="holds this run already: continue it with resume=True"):
        train(*arguments, batch_size=8, epochs=1)
    with pytest.raises(RunError, match=r"another run \(batch_size=8 there, 4 here\)"):
        train(*arguments, batch_size=4, epochs=1)
    with pytest.raises(TypeError, match="no option epoch: there are image_size, channels, dataset"):
        train(*arguments, epoch=1)


def test_small_networks_bring_their_penalty():
    recipe, dataset = zoo.RECIPES["dcgan"], {"dataset": "digits"}
    small = options.resolve(recipe, dataset, {})
    assert small["small"] is True and small["penalty"] == "r1:2"
    assert options.resolve(recipe, dataset | {"penalty": "r2"}, {})["penalty"] == "r2"
    assert options.resolve(recipe, dataset | {"small": False}, {})["penalty"] is None
    own = options.resolve(recipe, {"dataset": "a folder"}, {})
    assert own["small"] is True and own["penalty"] is None
    # A run keeps what it has recorded.
    assert options.resolve(recipe, {}, small | {"penalty": None})["penalty"] is None


def test_small_networks_bring_their_optimizers(digits):
    recipe = zoo.RECIPES["dcgan"]
    for small, beta_1 in ((recipe.small_of("digits"), 0.0), (recipe.small, 0.5), (None, 0.5)):
        model = recipe.build(digits, seed=0, small=small)
        recipe.compile(model, 10, small)
        assert model.generator_optimizer.beta_1 == beta_1


def test_every_option_has_a_default_and_a_place_in_the_documentation():
    assert options.DEFAULTS.keys() == options.CHECKS.keys()
    for name in options.CHECKS.keys() - {"dataset", "image_shape", "least_steps", "fast"}:
        assert f"`{name}`" in train.__doc__, name


@pytest.mark.parametrize("small", [False, True])
def test_without_the_game_there_is_no_discriminator(small):
    recipe = zoo.RECIPES["pix2pix"]
    pairs = recipe.load("photos", (32, 32, 3), limit=2)
    small = recipe.small_of("photos") if small else None
    model = recipe.build(pairs, 0, small, adversarial_weight=0)
    recipe.compile(model, 10, small)
    assert model.players == ("generator",)
