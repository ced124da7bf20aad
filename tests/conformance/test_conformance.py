"""The laws that every recipe of the zoo obeys.

A law that a variant's own code can break is seen on every recipe, a law that the engine keeps for
all on a representative of each kind, and on the others by `python -m pytest -m large`.
"""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance import cases

import zoo
from kerasgan import callbacks, losses
from kerasgan.engine.players import networks_of
from kerasgan.training import load_model

RECIPES = sorted(zoo.RECIPES)


def every_recipe(test):
    # Of a module's scope, so that the tests of one recipe run one after the other, and share.
    return pytest.mark.parametrize("name", RECIPES, scope="module")(test)


def representatives(*names):
    """Runs a law on these recipes, and on the others if large tests are asked for."""
    assert set(names) <= set(RECIPES)
    others = [pytest.param(name, marks=pytest.mark.large) for name in RECIPES if name not in names]
    return pytest.mark.parametrize("name", [*names, *others], scope="module")


def of_each_kind(*methods):
    """Runs a law on the first of the recipes whose classes share these methods, as above."""
    kinds = {}
    for name in RECIPES:
        model = zoo.RECIPES[name].model
        kinds.setdefault(tuple(getattr(model, method, None) for method in methods), name)
    return representatives(*kinds.values())


@pytest.fixture(scope="module")
def moved(name):
    """A recipe's model, all its state moved a little, as by training; not to be changed."""
    model = cases.build(name)
    cases.move_state(model)
    return model


class SaveAfterTwoSteps(keras.callbacks.Callback):
    """Saves a model after two steps, and remembers what it then was and made."""

    def __init__(self, name, path):
        super().__init__()
        self.name, self.path = name, path

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            self.model.save(self.path)
            self.state, self.made = cases.state(self.model), cases.made(self.name, self.model)


def averages_over_shares(name):
    """Whether the losses of a recipe average over a replica's share."""
    loss = losses.get(zoo.RECIPES[name].model.adversarial_loss)
    return isinstance(loss, losses.RelativisticAverage)


# Graphs of steps are made of a recipe of each kind.
WITH_A_GRAPH = {"dcgan", "wgan_gp", "sgan", "cyclegan", *filter(averages_over_shares, RECIPES)}


@representatives(*sorted(WITH_A_GRAPH))
def test_interrupted_training_equals_uninterrupted_training(name, tmp_path):
    check_interrupted_training(name, tmp_path)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("name", sorted({*RECIPES} - WITH_A_GRAPH), scope="module")
def test_interrupted_training_equals_uninterrupted_training_without_a_graph(name, tmp_path):
    check_interrupted_training(name, tmp_path)


def check_interrupted_training(name, tmp_path):
    straight = cases.build(name)
    before = cases.state(straight)
    saved = SaveAfterTwoSteps(name, tmp_path / "model.keras")
    history = cases.fit(name, straight, steps=3, callbacks=[saved]).history
    assert set(history) == set(straight.logged())
    assert all(np.isfinite(values).all() for values in history.values())
    assert cases.changed(before, saved.state) and cases.changed(saved.state, cases.state(straight))

    # As in another process: TensorFlow orders the sums of a graph by the names of its nodes.
    keras.backend.clear_session(free_memory=False)
    assert not cases.changed(before, cases.state(cases.build(name)))
    loaded = keras.models.load_model(saved.path)
    assert not cases.changed(saved.state, cases.state(loaded))
    np.testing.assert_array_equal(cases.made(name, loaded), saved.made)

    cases.fit(name, loaded, steps=1, start_step=2)
    assert not cases.changed(cases.state(straight), cases.state(loaded))


# So low that no network saturates, whose gradient is then 0, even if losses have large weights.
RATE = 1e-4


class OneMoves(keras.callbacks.Callback):
    """From the second step on lets one player after the other have a learning rate.

    Players may share networks, as those of autoencoders do.
    """

    def networks(self, player):
        return networks_of(getattr(self.model, player))

    def weights(self):
        networks = [each for player in self.model.players for each in self.networks(player)]
        return {network: cases.weights(network) for network in networks}

    def on_train_batch_begin(self, batch, logs=None):
        # The first step brings clipped weights within their limits.
        self.moving = self.model.players[batch - 1] if batch else None
        for player in self.model.players:
            rate = RATE if self.moving in (player, None) else 0.0
            getattr(self.model, f"{player}_optimizer").learning_rate = rate
        self.before = self.weights()

    def on_train_batch_end(self, batch, logs=None):
        for network, weights in self.weights().items():
            changed = cases.changed(self.before[network], weights)
            assert self.moving is None or changed == (network in self.networks(self.moving)), (
                network.name,
                self.moving,
            )


@of_each_kind("real_and_inputs", "make_from", "draw_inputs")
def test_as_many_images_are_made_as_there_are_real_ones_to_measure_them_by(name, moved):
    batches = zoo.RECIPES[name].stream(cases.data(name), cases.batch_size(moved), 0, 0)
    x, y, _ = keras.utils.unpack_x_y_sample_weight(next(iter(batches)))
    real, inputs = moved.real_and_inputs(x, y)
    inputs = None if inputs is None else np.asarray(inputs)
    one, other = (moved.make_from(inputs, len(real), seed=3) for _ in range(2))
    assert one.dtype == np.uint8 and one.shape == real.shape
    np.testing.assert_array_equal(one, other)


@every_recipe
def test_an_update_changes_only_its_own_player(name):
    model = cases.build(name)
    rates = {f"{player}_optimizer": keras.optimizers.SGD(RATE) for player in model.players}
    model.compile(**rates, run_eagerly=True)  # faster for so few steps
    history = cases.fit(name, model, steps=1 + len(model.players), callbacks=[OneMoves()])
    updates = {"ccgan2": 2, "simgan": 2}.get(name, 1)  # of the generator in a step
    forgotten = {"progan": 1}.get(name, 0)  # steps of a stage before
    steps = updates * history.params["steps"] - forgotten
    assert steps == int(model.generator_optimizer.iterations)


_SERVER = """
import pathlib, sys
import numpy as np, tensorflow as tf
sys.modules["kerasgan"] = None  # an import would fail
for line in sys.stdin:
    folder = pathlib.Path(line.rstrip("\\n"))
    model = tf.saved_model.load(folder / "saved_model")
    inputs = np.load(folder / "inputs.npz")
    outputs = {"signatures": list(model.signatures)}
    for name in {key.split()[0] for key in inputs}:
        arguments = [inputs[key] for key in sorted(inputs) if key.split()[0] == name]
        outputs[name] = getattr(model, name)(*map(tf.constant, arguments))
    np.savez(folder / "outputs.npz", **outputs)
    print("served", flush=True)
"""


@pytest.fixture(scope="module")
def serve():
    """Has what is in a folder computed by a process that knows TensorFlow alone."""
    command = [sys.executable, "-c", _SERVER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as server:

        def serve(folder):
            print(folder, file=server.stdin, flush=True)
            assert server.stdout.readline() == "served\n"
            return np.load(folder / "outputs.npz")

        yield serve
        server.stdin.close()


@of_each_kind("endpoints", "score", "draw_inputs", "sample_latent", "logits")
def test_the_saved_model_equals_the_model_in_a_process_without_kerasgan(
    name, moved, tmp_path, serve
):
    model = moved
    model.export(tmp_path / "saved_model")
    endpoints = model.endpoints()
    inputs = {
        f"{endpoint} {i}": example(spec)
        for endpoint, (_, signature) in endpoints.items()
        for i, spec in enumerate(signature)
    }
    np.savez(tmp_path / "inputs.npz", **inputs)
    outputs = dict(serve(tmp_path))
    assert set(outputs.pop("signatures")) == {"serving_default", *endpoints}
    assert set(outputs) == set(endpoints) >= cases.endpoints(name)
    for endpoint, (function, signature) in endpoints.items():
        expected = function(*(inputs[f"{endpoint} {i}"] for i in range(len(signature))))
        assert outputs[endpoint].dtype == expected.dtype.as_numpy_dtype
        np.testing.assert_allclose(outputs[endpoint], expected, rtol=1e-5, atol=1e-6)
    if "generate_n" in outputs:
        made = model.generate(5, seed=3)
        made = np.concatenate(made, axis=2) if isinstance(made, tuple) else made  # pairs
        np.testing.assert_array_equal(outputs["generate_n"], made)


def example(spec):
    """Something that a server may be sent."""
    generator = np.random.default_rng(0)
    if spec.shape.rank == 0:
        numbers = {"count": 5, "seed": 3, "truncation": 0.7}
        return np.array(numbers[spec.name], spec.dtype.as_numpy_dtype)
    sizes = [3, 12, 20, 3] if spec.shape.rank == 4 else [3] * spec.shape.rank
    shape = [size if side is None else side for size, side in zip(sizes, spec.shape, strict=True)]
    if spec.dtype == "bool":  # the middle is missing, which all models that fill holes can fill
        masks = np.zeros(shape, bool)
        masks[:, shape[1] // 2, shape[2] // 2] = True
        return masks
    if spec.dtype.is_floating:
        return generator.normal(size=shape).astype("float32")
    return generator.integers(0, 256 if spec.dtype == "uint8" else 10, shape).astype(
        spec.dtype.as_numpy_dtype
    )


@representatives("dcgan", "infogan", "sgan", "srgan", "cyclegan")
def test_a_stopped_run_has_a_model(name, moved, tmp_path, capsys):
    cases.stop(cases.begin(tmp_path / "run", moved), 0, 1)
    loaded = load_model(tmp_path / "run")
    assert capsys.readouterr().out == (
        f"Using {tmp_path}/run/checkpoints/epoch-00000-step-00000001.weights.h5\n"
    )
    assert type(loaded) is type(moved)
    assert not cases.changed(cases.state(moved), cases.state(loaded))
    np.testing.assert_array_equal(cases.made(name, loaded), cases.made(name, moved))


@every_recipe
def test_two_replicas_equal_one_device(name, mirrored):
    if averages_over_shares(name):
        pytest.skip("the loss averages over a replica's share")
    alone = tf.distribute.OneDeviceStrategy("CPU:0")
    # Without a graph, which is faster for a single step.
    eagerly = name not in WITH_A_GRAPH
    one_logs, one = cases.train_with_given_latents(name, alone, steps=1, run_eagerly=True)
    two_logs, two = cases.train_with_given_latents(name, mirrored, steps=1, run_eagerly=eagerly)
    initial = cases.from_networks(name, ema=0.5, seed=0).get_weights()
    assert cases.changed(initial, one)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(b, a, rtol=0, atol=1e-5)
    for key in one_logs.keys() & {"discriminator_loss", "generator_loss"}:
        assert two_logs[key][0] == pytest.approx(one_logs[key][0], rel=1e-5, abs=1e-5)


@representatives("dcgan")
def test_training_goes_on_with_more_replicas_and_with_fewer(name, mirrored, tmp_path):
    if averages_over_shares(name):
        pytest.skip("the loss averages over a replica's share")
    alone = tf.distribute.OneDeviceStrategy("CPU:0")
    _, straight = cases.train_with_given_latents(name, alone, steps=4, epochs=3)
    for epochs, strategy in enumerate([alone, mirrored, alone], 1):
        checkpoint = callbacks.Checkpoint(tmp_path)
        arguments = strategy, 4, epochs, checkpoint
        _, weights = cases.train_with_given_latents(name, *arguments)
    for a, b in zip(straight, weights, strict=True):
        np.testing.assert_allclose(b, a, rtol=0, atol=1e-4)


@representatives("dcgan", "infogan")
def test_replicas_draw_distinct_latents(name, mirrored):
    with mirrored.scope():
        model = cases.build(name)
    if not hasattr(model, "sample_latent"):
        pytest.skip(f"{name} has no latents")

    @tf.function
    def draw():
        return mirrored.run(lambda: model.sample_latent(4))

    drawn = [
        latents.numpy() for _ in range(3) for latents in mirrored.experimental_local_results(draw())
    ]
    rows = np.concatenate(drawn)
    assert len(np.unique(rows[:, 0])) == len(rows) == 24


@representatives("dcgan", "sgan", "srgan")
def test_training_on_two_replicas_with_its_own_networks(name, mirrored):
    with mirrored.scope():
        model = cases.build(name)
    size = cases.batch_size(model, replicas=2)
    x, y = cases.arrays(name, 2 * size + 33)[0]
    history = model.fit(
        x,
        y,
        batch_size=size,
        epochs=1,
        # leaves the second replica an empty last share
        validation_data=cases.arrays(name, 33)[1],
        validation_batch_size=16,
        verbose=0,
    ).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.parametrize(
    ("policy", "own_networks"),
    [
        ("mixed_float16", False),
        pytest.param("mixed_bfloat16", False, marks=pytest.mark.large),
        pytest.param("mixed_float16", True, marks=pytest.mark.large),
        ("mixed_bfloat16", True),
    ],
)
@representatives("dcgan", "wgan_gp", "sgan", "cyclegan")
def test_mixed_precision_is_finite(name, policy, own_networks):
    keras.config.set_dtype_policy(policy)
    if own_networks:
        model = cases.from_networks(name)
        model.compile()
    else:
        model = cases.build(name)
    model.run_eagerly = name != "dcgan"  # faster for so few steps
    scaled = isinstance(model.generator_optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (policy == "mixed_float16")
    history = cases.fit(name, model, steps=2).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    for function, signature in model.endpoints().values():
        output = function(*map(example, signature))
        assert output.dtype in ("float32", "uint8")
        assert np.isfinite(output).all()


@of_each_kind("train_step", "minimize", "update")
@pytest.mark.usefixtures("eagerly")
def test_a_users_networks_train(name, tmp_path):
    model = cases.from_networks(name)
    model.compile()
    before = [cases.weights(getattr(model, player)) for player in cases.players(model)]
    cases.fit(name, model, steps=1)
    for player, weights in zip(cases.players(model), before, strict=True):
        assert cases.changed(weights, cases.weights(getattr(model, player)))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(cases.made(name, loaded), cases.made(name, model))
