import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import metrics


class Pixels:
    """The first channels of the first pixels as features, in levels."""

    name = "pixels"

    def __init__(self, size=3):
        self.size = size

    def __call__(self, images):
        flat = tf.reshape(images, (tf.shape(images)[0], 8 * 8 * 3))
        return tf.ensure_shape((flat[:, : self.size] + 1) * 127.5, (None, self.size))


def network():
    """A Keras model with five features, and batch normalization that must not see its batch."""
    keras.utils.set_random_seed(0)
    layers = [
        keras.Input((8, 8, 3)),
        keras.layers.Conv2D(5, 3, strides=2),
        keras.layers.BatchNormalization(),
        keras.layers.GlobalAveragePooling2D(),
    ]
    return keras.Sequential(layers, name="five")


def images(seed, count=60, low=0, high=256):
    return np.random.default_rng(seed).integers(low, high, (count, 8, 8, 3), dtype=np.uint8)


REAL, MADE = images(0), images(1, 45, 100)


def features(network, images):
    return np.asarray(network((images / np.float32(127.5) - 1).astype("float32")), "float64")


def makers():
    return {
        "frechet": metrics.FrechetDistance,
        "kernel": lambda x: metrics.KernelDistance(x, 4, 20),
        "precision": metrics.PrecisionRecall,
        "density": metrics.DensityCoverage,
        "inception": lambda x: metrics.InceptionScore(x, 3),
    }


FUNCTIONS = {
    "frechet": metrics.frechet_distance,
    "kernel": lambda a, b: metrics.kernel_distance(a, b, 4, 20)[0],
    "precision": lambda a, b: dict(
        zip(("precision", "recall"), metrics.precision_recall(a, b), strict=True)
    ),
    "density": lambda a, b: dict(
        zip(("density", "coverage"), metrics.density_coverage(a, b), strict=True)
    ),
    "inception": lambda a, b: metrics.inception_score(b, 3)[0],
}


def values(result):
    return {k: float(v) for k, v in result.items()} if isinstance(result, dict) else float(result)


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_batches_and_merged_metrics_make_what_the_function_finds(kind):
    judge = network()
    expected = FUNCTIONS[kind](features(judge, REAL), features(judge, MADE))
    metric = makers()[kind](judge)
    metric.update_state(images(5))
    metric.update_state(None, images(6))
    metric.reset_state()
    metric.update_state(REAL[:50], MADE[:20])
    metric.update_state(generated=MADE[20:])
    metric.update_state(REAL[50:], None)
    assert values(metric.result()) == pytest.approx(expected, rel=1e-6)

    parts = [makers()[kind](judge) for _ in range(3)]
    parts[0].update_state(REAL[:20], MADE[:20])
    parts[1].update_state(REAL[20:])
    parts[2].update_state(None, MADE[20:])
    parts[0].merge_state(parts[1:])
    assert values(parts[0].result()) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_a_metric_says_which_way_is_better(kind):
    metric = makers()[kind](network())
    direction = "down" if kind in ("frechet", "kernel") else "up"
    assert metric.direction == metric._direction == direction
    assert metric.name in str(metric)


def test_float32_far_from_0_loses_nothing():
    class Far:
        name = "far"

        def __call__(self, images):
            return 1e3 + tf.reshape(images, (-1, 192))[:, :2] * 3**0.5

    metric = metrics.FrechetDistance(Far(), size=2)
    big = images(0, 4000)
    for start in range(0, 4000, 500):
        metric.update_state(big[start : start + 500], big[start : start + 500])
    count, total, products = (x.numpy() for x in metric.variables[:3])
    x = np.asarray(Far()(tf.constant(big / np.float32(127.5) - 1, "float32")), "float64")
    variance = np.diag(products / count - np.outer(total, total) / count**2)
    np.testing.assert_allclose(variance, x.var(axis=0), rtol=1e-6)
    assert variance == pytest.approx([1, 1], rel=0.05)
    assert {v.dtype for v in metric.variables} == {"float64"}
    assert float(metric.result()) == pytest.approx(0, abs=1e-6)


def test_replicas_add_their_sums(mirrored):
    with mirrored.scope():
        judge = network()
        metric = metrics.FrechetDistance(judge)
    expected = metrics.frechet_distance(features(judge, REAL), features(judge, MADE))
    dataset = tf.data.Dataset.from_tensor_slices((REAL[:44], MADE[:44])).batch(12)

    @tf.function
    def step(iterator):
        mirrored.run(metric.update_state, args=next(iterator))

    for _ in range(2):  # the second after a reset
        metric.reset_state()
        iterator = iter(mirrored.experimental_distribute_dataset(dataset))
        for _ in range(4):
            step(iterator)
        halves = mirrored.experimental_distribute_values_from_function(
            lambda context: REAL[44:][context.replica_id_in_sync_group :: 2]
        )
        mirrored.run(metric.update_state, args=(halves,))
        mirrored.run(
            lambda: metric.update_state(
                None,
                MADE[44:]
                if tf.distribute.get_replica_context().replica_id_in_sync_group == 0
                else MADE[:0],
            )
        )
        assert float(metric.result()) == pytest.approx(expected, rel=1e-6)

    alone = metrics.FrechetDistance(judge)
    alone.merge_state([metric])
    assert float(alone.result()) == pytest.approx(expected, rel=1e-6)
    metric.merge_state([alone, alone])
    counts = [float(variable.numpy()) for variable in (metric.variables[0], metric.variables[3])]
    assert counts == [3 * 60, 3 * 45]


def test_no_images_change_nothing():
    judge = network()
    metric = metrics.FrechetDistance(judge)
    spec = tf.TensorSpec((None, 8, 8, 3), tf.uint8)
    compiled = tf.function(metric.update_state, input_signature=[spec, spec])
    for update in (compiled, metric.update_state):
        update(REAL, MADE)
        update(REAL[:0], MADE[:0])
    counts = [float(variable.numpy()) for variable in (metric.variables[0], metric.variables[3])]
    assert counts == [2 * 60, 2 * 45]


def test_a_graph_updates_what_streams_and_is_told_of_what_keeps():
    judge = network()
    metric = metrics.FrechetDistance(judge)
    tf.function(metric.update_state)(tf.constant(REAL), tf.constant(MADE))
    expected = metrics.frechet_distance(features(judge, REAL), features(judge, MADE))
    assert float(metric.result()) == pytest.approx(expected, rel=1e-6)
    with pytest.raises(ValueError, match="PrecisionRecall keeps features: update it outside"):
        tf.function(metrics.PrecisionRecall(judge).update_state)(tf.constant(REAL))


def test_half_precision_networks_are_measured_in_float64():
    keras.config.set_dtype_policy("mixed_float16")
    metric = metrics.FrechetDistance(network())
    metric.update_state(REAL, MADE)
    assert {variable.dtype for variable in metric.variables} == {"float64"}
    assert metric.result().dtype == tf.float64


def test_extract_features_is_what_the_metrics_see():
    judge = network()
    found = metrics.extract_features(judge, REAL, batch_size=7)
    assert found.shape == (60, 5) and found.dtype == np.float32
    np.testing.assert_allclose(found, features(judge, REAL), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(metrics.extract_features(Pixels(), REAL), REAL[:, 0, 0], rtol=1e-5)


def test_features_of_many_batches_in_turn_are_those_of_all_at_once():
    """The first by the network itself, the others by a graph."""
    judge = network()
    in_turn = [metrics.extract_features(judge, REAL[i : i + 15]) for i in range(0, 60, 15)]
    found = metrics.extract_features(network(), REAL)
    np.testing.assert_allclose(np.concatenate(in_turn), found, rtol=1e-5, atol=1e-6)


def test_updates_in_turn_see_what_one_update_sees():
    """All but the first two by one graph, which batches of other lengths share."""
    judge, traced = network(), []
    seen = metrics.FrechetDistance(judge)
    judge.call = lambda *args, _call=judge.call, **options: (
        traced.append(not tf.executing_eagerly()) or _call(*args, **options)
    )
    for start, stop in ((0, 20), (20, 25), (25, 25), (25, 40), (40, 60)):
        seen.update_state(REAL[start:stop], MADE[start:stop])
    assert traced.count(True) == 1 and traced.count(False) == 2
    expected = metrics.frechet_distance(features(judge, REAL), features(judge, MADE))
    assert float(seen.result()) == pytest.approx(expected, rel=1e-6)


def test_wrong_images_are_told():
    metric = metrics.FrechetDistance(Pixels(), size=3)
    for given, words in [
        ((REAL / 255.0, None), r"real must be uint8 images.*float64.*to_uint8"),
        ((None, REAL[0]), r"generated must be uint8 images.*\(8, 8, 3\)"),
    ]:
        with pytest.raises(ValueError, match=words):
            metric.update_state(*given)
    with pytest.raises(ValueError, match="images must be uint8"):
        metrics.extract_features(Pixels(), REAL / 255.0)
    with pytest.raises(ValueError, match="batch_size"):
        metrics.extract_features(Pixels(), REAL, 0)


def test_wrong_features_are_told():
    with pytest.raises(ValueError, match="a name that can be called.*'mnist'"):
        metrics.FrechetDistance("mnist")
    with pytest.raises(ValueError, match="'pixels' gives is not known: give their size"):
        metrics.FrechetDistance(Pixels())
    with pytest.raises(ValueError, match="must give 4 features, but gives 3"):
        metrics.FrechetDistance(Pixels(), size=4).update_state(REAL)
    maps = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(5, 3)], name="maps")
    with pytest.raises(ValueError, match=r"'maps' must give features \(N, d\)"):
        metrics.PrecisionRecall(maps).update_state(REAL)


def test_too_little_is_told():
    metric = metrics.FrechetDistance(Pixels(), size=3)
    metric.update_state(REAL, MADE[:1])
    with pytest.raises(ValueError, match="at least 2 generated images, but has seen 1"):
        metric.result()
    with pytest.raises(ValueError, match="precision_recall has seen no generated images"):
        metric = metrics.PrecisionRecall(Pixels())
        metric.update_state(REAL)
        metric.result()


def test_features_that_are_not_finite_are_told():
    class Broken:
        name = "broken"

        def __call__(self, images):
            return tf.fill((tf.shape(images)[0], 2), float("nan"))

    for metric in (metrics.FrechetDistance(Broken(), size=2), metrics.PrecisionRecall(Broken())):
        metric.update_state(REAL, MADE)
        with pytest.raises(ValueError, match="NaN or inf"):
            metric.result()


def test_others_are_not_merged():
    judge = network()
    metric = metrics.FrechetDistance(judge)
    for other in (metrics.FrechetDistance(Pixels(5), size=5), metrics.PrecisionRecall(judge)):
        with pytest.raises(ValueError, match="FrechetDistance of 'five' merges only"):
            metric.merge_state([other])
    with pytest.raises(NotImplementedError, match="holds the network 'five'"):
        metric.get_config()
