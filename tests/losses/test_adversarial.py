import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import losses

NAMES = [
    "minimax",
    "non_saturating",
    "least_squares",
    "wasserstein",
    "hinge",
    "relativistic_average",
    "relativistic_pairing",
]
LOG2 = math.log(2)


def sp(x):
    """Softplus by its definition; fine for small x."""
    return math.log(1 + math.exp(x))


def column(*values):
    return np.array(values, "float32").reshape(-1, 1)


def generator(loss, fake, real):
    return loss.generator(fake, real) if loss.relativistic else loss.generator(fake)


# Worked out by hand for real logits (2, 0) and fake logits (-1, 3).
REAL, FAKE = column(2, 0), column(-1, 3)
EXPECTED = {
    "minimax": (
        (sp(-2) + LOG2) / 2 + (sp(-1) + sp(3)) / 2,
        -(sp(-1) + sp(3)) / 2,
    ),
    "non_saturating": (
        (sp(-2) + LOG2) / 2 + (sp(-1) + sp(3)) / 2,
        (sp(1) + sp(-3)) / 2,
    ),
    # ((2-1)^2 + (0-1)^2) / 4 + ((-1)^2 + 3^2) / 4; ((-1-1)^2 + (3-1)^2) / 4
    "least_squares": (0.5 + 2.5, 2.0),
    # E[f] = 1, E[r] = 1
    "wasserstein": (0.0, -1.0),
    # (0 + 1) / 2 + (0 + 4) / 2
    "hinge": (2.5, -1.0),
    # r - E[f] = (1, -1), f - E[r] = (-2, 2)
    "relativistic_average": (
        (sp(-1) + sp(1)) / 2 + (sp(-2) + sp(2)) / 2,
        (sp(2) + sp(-2)) / 2 + (sp(1) + sp(-1)) / 2,
    ),
    # r - f = (3, -3)
    "relativistic_pairing": ((sp(-3) + sp(3)) / 2, (sp(3) + sp(-3)) / 2),
}


@pytest.mark.parametrize("name", NAMES)
def test_against_constants(name):
    loss = losses.get(name)
    d, g = EXPECTED[name]
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(d, rel=1e-6)
    assert float(generator(loss, FAKE, REAL)) == pytest.approx(g, rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_map_of_patches_is_a_mean_over_patches(name):
    loss = losses.get(name)
    real = np.tile(REAL.reshape(2, 1, 1, 1), (1, 3, 5, 1))
    fake = np.tile(FAKE.reshape(2, 1, 1, 1), (1, 3, 5, 1))
    d, g = EXPECTED[name]
    assert float(loss.discriminator(real, fake)) == pytest.approx(d, rel=1e-5)
    assert float(generator(loss, fake, real)) == pytest.approx(g, rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("real, fake", [(1e4, -1e4), (-1e4, 1e4), (1e4, 1e4)])
def test_finite_float32_with_finite_gradients_for_huge_logits(name, real, fake):
    loss = losses.get(name)
    real, fake = tf.constant(column(real, real)), tf.constant(column(fake, fake))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        d, g = loss.discriminator(real, fake), generator(loss, fake, real)
    for value in (d, g):
        assert value.dtype == "float32" and value.shape == ()
        assert np.isfinite(value)
        assert np.isfinite(tape.gradient(value, fake)).all()
    assert np.isfinite(tape.gradient(d, real)).all()


@pytest.mark.parametrize("name", NAMES)
def test_half_precision_logits_give_float32(name):
    loss = losses.get(name)
    real, fake = tf.constant(column(300, 200), "float16"), tf.constant(column(300, -300), "float16")
    d = loss.discriminator(real, fake)
    assert d.dtype == "float32"
    # 300^2 = 90000 overflows in float16.
    assert np.isfinite(d)


@pytest.mark.parametrize("name", NAMES)
def test_the_generator_wants_higher_scores(name):
    loss = losses.get(name)
    fake = tf.constant(column(-0.5, -1.0))
    with tf.GradientTape() as tape:
        tape.watch(fake)
        value = generator(loss, fake, REAL)
    assert (tape.gradient(value, fake).numpy() < 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_discriminator_wants_higher_scores_of_real_examples(name):
    loss, low, high = losses.get(name), column(-0.5), column(0.5)
    assert float(loss.discriminator(high, low)) < float(loss.discriminator(low, high))


@pytest.mark.parametrize("name", NAMES)
def test_serialization(name):
    loss = losses.get(name)
    again = losses.get(keras.saving.serialize_keras_object(loss))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert losses.get(loss) is loss


def test_equilibrium():
    zero = column(0, 0)
    assert float(losses.Minimax().discriminator(zero, zero)) == pytest.approx(1.3862944)
    assert float(losses.NonSaturating().generator(zero)) == pytest.approx(0.6931472)
    assert float(losses.Minimax().generator(zero)) == pytest.approx(-0.6931472)


@pytest.mark.parametrize("loss_class", [losses.Minimax, losses.NonSaturating])
def test_label_smoothing_is_one_sided(loss_class):
    loss = loss_class(label_smoothing=0.1)
    # .9 sp(-r) + .1 sp(r) for r = 2 and 0; the generated side unchanged
    real = (0.9 * sp(-2) + 0.1 * sp(2) + LOG2) / 2
    fake = (sp(-1) + sp(3)) / 2
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(real + fake, rel=1e-6)
    assert float(loss.generator(FAKE)) == float(loss_class().generator(FAKE))
    again = losses.get(keras.saving.serialize_keras_object(loss))
    assert again.label_smoothing == 0.1
    with pytest.raises(ValueError, match=r"\[0, 0.5\), got 0.5"):
        loss_class(label_smoothing=0.5)


def test_least_squares_targets():
    loss = losses.LeastSquares(a=-1.0, b=1.0, c=0.0)
    # ((2-1)^2 + (0-1)^2) / 4 + ((-1+1)^2 + (3+1)^2) / 4; ((-1)^2 + 3^2) / 4
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(0.5 + 4.0)
    assert float(loss.generator(FAKE)) == pytest.approx(2.5)
    with pytest.raises(ValueError, match="a=1.0, b=1.0"):
        losses.LeastSquares(a=1.0)


@pytest.mark.parametrize(
    "name, expected",
    [
        ("minimax", [1, 0]),  # boundary 0
        ("non_saturating", [1, 0]),
        ("hinge", [1, 0]),
        ("least_squares", [2 / 3, 3 / 4]),  # boundary 1/2
        # Critics have no zero; boundary half-way between the means, (0.567 + 0.3) / 2 = 0.433
        ("wasserstein", [2 / 3, 3 / 4]),
        ("relativistic_average", [2 / 3, 3 / 4]),
        ("relativistic_pairing", [2 / 3, 3 / 4]),
    ],
)
def test_accuracy(name, expected):
    real, fake = column(0.4, 0.6, 0.7), column(0.2, 0.1, 0.3, 0.6)
    found = [float(value) for value in losses.get(name).accuracy(real, fake)]
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("name", ["wasserstein", "relativistic_average"])
def test_accuracy_of_critics_does_not_change_with_a_constant(name):
    real, fake = column(0.4, 0.6, 0.7), column(0.2, 0.1, 0.3, 0.6)
    found = losses.get(name).accuracy(real - 50, fake - 50)
    assert [float(value) for value in found] == pytest.approx([2 / 3, 3 / 4])


def test_pairs_are_by_index_and_not_all_pairs():
    pairing, average = losses.RelativisticPairing(), losses.RelativisticAverage()
    real, fake = column(2, 0), column(-1, 4)
    # r - f = (3, -4), and of the other pairs (-2, 1)
    assert float(pairing.discriminator(real, fake)) == pytest.approx((sp(-3) + sp(4)) / 2)
    assert float(pairing.discriminator(real, fake[::-1])) == pytest.approx((sp(2) + sp(-1)) / 2)
    assert float(pairing.generator(fake, real)) == pytest.approx((sp(3) + sp(-4)) / 2)
    shuffled = [float(average.discriminator(real, each)) for each in (fake, fake[::-1])]
    assert shuffled[0] == pytest.approx(shuffled[1])


def test_pairs_at_equilibrium():
    ones = column(5, 5)
    assert float(losses.RelativisticPairing().discriminator(ones, ones)) == pytest.approx(LOG2)
    assert float(losses.RelativisticPairing().generator(ones, ones)) == pytest.approx(LOG2)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="'vanilla'.*minimax, non_saturating, least_squares"):
        losses.get("vanilla")
    with pytest.raises(ValueError, match="needs real_logits"):
        losses.get("relativistic_average").generator(FAKE)
