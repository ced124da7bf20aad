import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import losses, models, networks

SHAPE, LAYERS = (8, 8, 1), 4


def build(model=models.StyleGAN2, **options):
    base = {models.StyleGAN: networks.stylegan, models.StyleGAN2: networks.stylegan2}[model]
    mapping = networks.stylegan.mapping(5, 7, 2, seed=0)
    sizes = {"base": 32, "maximum": 8, "seed": 0}
    return model(
        mapping=mapping,
        synthesis=base.synthesis(SHAPE, 7, **sizes),
        discriminator=base.discriminator(SHAPE, **sizes),
        image_shape=SHAPE,
        seed=0,
        **options,
    )


def styles(count=3, seed=0):
    return np.random.default_rng(seed).normal(size=(count, LAYERS, 7)).astype("float32")


def images(count=8):
    return np.random.default_rng(0).integers(0, 256, (count, *SHAPE), dtype=np.uint8)


def test_the_average_of_w_follows_the_first_w_alone():
    model = build(mixing=1.0)
    drawn = []
    sample = model.sample_latent

    def kept(count, seed=None):
        drawn.append(sample(count, seed))
        return drawn[-1]

    model.sample_latent = kept
    model.draw_styles(8, training=True)
    mean = model.mapping(drawn[0]).numpy().mean(axis=0)
    np.testing.assert_allclose(model.w_average, 0.005 * mean, rtol=1e-4, atol=1e-7)
    model.draw_styles(8, training=False)
    np.testing.assert_allclose(model.w_average, 0.005 * mean, rtol=1e-4, atol=1e-7)


def test_the_average_moves_once_a_step():
    model = build()
    model.compile(run_eagerly=True)
    moves = []
    assign = model.w_average.assign
    model.w_average.assign = lambda value: (moves.append(value), assign(value))[1]
    model.train_on_batch(images())
    assert len(moves) == 1


def test_two_w_are_mixed_from_a_random_layer_on():
    model = build(mixing=0.5)
    layers = [int(model.draw_crossover(tf.constant([0, i]))) for i in range(400)]
    counts = np.bincount(layers, minlength=LAYERS + 1)
    assert counts[0] == 0  # there is some of the first
    assert 150 < counts[LAYERS] < 250  # and in half of the cases nothing else
    assert (counts[1:LAYERS] > 40).all()
    model.draw_crossover = lambda seed: tf.constant(1)
    w = model.draw_styles(4, training=True).numpy()
    assert (w[:, 0] != w[:, 1]).any()
    np.testing.assert_array_equal(w[:, 1], w[:, 3])


def test_layers_beyond_the_stage_are_not_mixed():
    shape = (16, 16, 1)
    sizes = {"base": 16, "maximum": 8, "seed": 0}
    model = models.StyleGAN(
        shape,
        mapping=networks.stylegan.mapping(5, 7, 2, seed=0),
        synthesis=networks.stylegan.synthesis(shape, 7, **sizes),
        discriminator=networks.stylegan.discriminator(shape, **sizes),
        mixing=1.0,
        stable_images=10,
        fade_images=10,
    )
    assert model.first_stage == 1
    for seen, layers in ((0, 4), (15, 6), (100, 6)):
        model.images_seen.assign(seen)
        assert int(model.active_layers()) == layers
        drawn = {int(model.draw_crossover(tf.constant([0, i]))) for i in range(60)}
        assert drawn == set(range(1, layers))


def test_truncation_moves_styles_towards_the_average():
    model = build()
    model.w_average.assign(np.arange(7.0))
    latents = model.sample_latent(3, seed=1)
    whole, half, none = (model.map(latents, psi) for psi in (1.0, 0.5, 0.0))
    np.testing.assert_allclose(whole[:, 0], model.sampler.layers[0](latents), atol=1e-5)
    np.testing.assert_allclose(half, (whole + np.arange(7)) / 2, atol=1e-5)
    np.testing.assert_allclose(none, np.broadcast_to(np.arange(7), none.shape), atol=1e-5)
    made = model.generate(3, seed=1, truncation=0.0)
    np.testing.assert_array_equal(made[0], made[2])
    np.testing.assert_array_equal(model.generate(3, seed=1), model.synthesize(whole))
    model.truncated_layers = 1
    np.testing.assert_array_equal(model.truncated(whole, 0.5)[:, 1:], whole[:, 1:])


def test_coarse_and_fine_layers_have_other_styles():
    model = build()
    one, two = model.generate(1, seed=1)[0], model.generate(1, seed=2)[0]
    grid = model.mix([1, 2], [2, 1, 1], layer=2)
    assert grid.shape == (2, 3, *SHAPE)
    np.testing.assert_array_equal(grid[0, 1], one)  # both are of one seed
    np.testing.assert_array_equal(grid[1, 0], two)
    assert (grid[0, 0] != grid[1, 1]).any() and (grid[0, 0] != one).any()
    np.testing.assert_array_equal(model.mix([1], [2], layer=LAYERS)[0, 0], one)
    np.testing.assert_array_equal(model.mix([1], [2], layer=0)[0, 0], two)
    with pytest.raises(ValueError, match=r"layer must lie in \[0, 4\], got 5"):
        model.mix([1], [2], layer=5)


def test_images_between_images_are_on_lines_in_w():
    model = build()
    ends = model.sample_latent(2, seed=1)
    w = model.map(ends)
    made = model.interpolate(ends, 4)
    expected = model.synthesize([w[0], (w[0] + w[1]) / 2, w[1], (w[0] + w[1]) / 2])
    np.testing.assert_array_equal(made, expected)


def test_synthesize_takes_w_for_all_layers_too():
    model = build()
    w = styles()[:, 0]
    np.testing.assert_array_equal(
        model.synthesize(w), model.synthesize(np.repeat(w[:, None], LAYERS, axis=1))
    )
    with pytest.raises(ValueError, match=r"\(N, 4, 7\) or \(N, 7\), got \(3, 5\)"):
        model.synthesize(np.zeros((3, 5)))


# ------------------------------------------------------------------ StyleGAN2


class Fixed:
    """Draws the same always."""

    state = tf.Variable([0, 0])

    def next(self, ordered=True):
        return tf.constant([1, 2])


def linear(matrix):
    """A model whose images are linear in the w of both of its layers."""
    latents, w = keras.Input((5,)), keras.Input((2, 3))
    x = keras.layers.Dense(64, use_bias=False)(keras.layers.Flatten()(w))
    model = models.StyleGAN2(
        mapping=keras.Model(latents, keras.layers.Dense(3)(latents)),
        synthesis=keras.Model(w, keras.layers.Reshape(SHAPE)(x)),
        discriminator=networks.gan.discriminator(SHAPE),
        ema=None,
    )
    model.synthesis.set_weights([matrix])
    return model


def test_the_penalty_of_paths_by_hand():
    matrix = np.random.default_rng(0).normal(size=(6, 64)).astype("float32")
    model = linear(matrix)
    model.path_length.assign(2.0)
    model.seed_generator = Fixed()
    w = tf.constant(np.zeros((3, 2, 3), "float32"))
    y = tf.random.stateless_normal((3, *SHAPE), [1, 2]).numpy().reshape(3, 64) / 8
    squares = (y @ matrix.T).reshape(3, 2, 3) ** 2
    lengths = np.sqrt(squares.sum(2).mean(1))
    average = 2 + 0.01 * (lengths.mean() - 2)
    expected = 2 * np.mean((lengths - average) ** 2)
    assert float(model.penalize_paths(w, True, False)) == pytest.approx(expected, rel=1e-4)
    assert float(model.path_length) == 2.0  # it was not due
    model.penalize_paths(w, True, True)
    assert float(model.path_length) == pytest.approx(average, rel=1e-5)


def test_paths_are_penalized_in_every_fourth_step_four_times_as_much():
    model = build()
    model.compile(run_eagerly=True, penalty=losses.R1(0.0))
    values, lengths = [], []
    penalize = model.penalize_paths

    def kept(*arguments):
        values.append(float(penalize(*arguments)))
        return tf.constant(values[-1])

    model.penalize_paths = kept
    for _ in range(5):
        model.reset_metrics()
        logs = model.train_on_batch(images(), return_dict=True)
        lengths.append(float(logs["path_length_penalty"]))
    assert len(values) == 2
    assert lengths == pytest.approx([4 * values[0], 0, 0, 0, 4 * values[1]])


def test_optimizers_make_up_for_lazy_penalties():
    generator, discriminator = build().default_optimizers()
    assert float(generator.learning_rate) == pytest.approx(2e-3 * 0.8)
    assert float(discriminator.learning_rate) == pytest.approx(2e-3 * 16 / 17)
    assert generator.beta_2 == pytest.approx(0.99199, abs=1e-5)
    assert discriminator.beta_2 == pytest.approx(0.99059, abs=1e-5)
    assert generator.beta_1 == discriminator.beta_1 == 0
    plain, _ = build(path_weight=0.0).default_optimizers()
    assert float(plain.learning_rate) == pytest.approx(2e-3)


def test_paths_may_be_left_alone():
    model = build(path_weight=0.0)
    model.compile()
    assert "path_length_penalty" not in model.loss_names()
    model.fit(images(), batch_size=8, verbose=0)
    with pytest.raises(ValueError, match=r"path_weight must not be negative, got -1"):
        build(path_weight=-1)


def test_maps_begin_with_unit_variance():
    network = networks.stylegan2.synthesis((32, 32, 1), 64, 1024, 64, seed=0)
    w = np.random.default_rng(0).normal(size=(32, 1, 64)).astype("float32").repeat(8, axis=1)
    modulated = [layer.output for layer in network.layers if layer.name.startswith("modulated")]
    made = keras.Model(network.input, modulated[0])(w)[:, 1:-1, 1:-1].numpy()
    assert made.std() == pytest.approx(1.0, abs=0.2)


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match=r"mixing must be a probability, got 2"):
        build(mixing=2)
    with pytest.raises(ValueError, match=r"Give an image_shape"):
        models.StyleGAN2()
    with pytest.raises(ValueError, match=r"synthesis"):
        models.StyleGAN2((16, 16, 1), synthesis=networks.stylegan2.synthesis(SHAPE, 7, 32, 8))


def test_a_model_keeps_its_average_of_w(tmp_path):
    model = build()
    model.w_average.assign(np.arange(7.0))
    model.save(tmp_path / "model.keras")
    model.save_to_preset(tmp_path / "preset")
    made = model.generate(2, seed=1, truncation=0.5)
    for loaded in (
        keras.models.load_model(tmp_path / "model.keras"),
        models.StyleGAN2.from_preset(str(tmp_path / "preset")),
    ):
        close = loaded.generate(2, seed=1, truncation=0.5).astype(int)
        assert abs(close - made).max() <= 2  # presets have weights in half precision
