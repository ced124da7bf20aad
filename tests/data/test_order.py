import numpy as np
import pytest
import tensorflow as tf

from kerasgan.data import Images, Pairs, SuperResolution, Unpaired, order, semi_supervised

NOISE = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 3), dtype=np.uint8)
IMAGES = Images(NOISE, np.arange(12) % 3)
DATASETS = {
    "images": IMAGES.dataset(4),
    "shuffled": IMAGES.dataset(4, shuffle_seed=0, labels=True, drop_remainder=True),
    "images' stream": IMAGES.stream(4, seed=0, labels=True),
    "pairs": Pairs(IMAGES, IMAGES, crop=(4, 4)).dataset(4, shuffle_seed=0),
    "pairs' stream": Pairs(IMAGES, IMAGES).stream(4, seed=0),
    "unpaired": Unpaired(IMAGES, IMAGES).dataset(4),
    "unpaired stream": Unpaired(IMAGES, IMAGES, crop=(4, 4)).stream(4, seed=0),
    "pictures": SuperResolution([*np.tile(NOISE, (1, 4, 4, 1))], (8, 8, 3)).dataset(2),
    "cuts": SuperResolution([*NOISE], (8, 8, 3)).stream(4, seed=0),
    "semi-supervised": semi_supervised(IMAGES, 2, batch_size=4),
    "semi-supervised stream": semi_supervised(IMAGES, 2, batch_size=4, start_step=0),
}


@pytest.mark.parametrize("kind", DATASETS)
def test_the_end_of_a_pass_waits_for_no_thread_that_tunes_it(kind):
    assert DATASETS[kind].options().autotune.enabled is False
    assert DATASETS[kind].map(lambda *batch: batch).options().autotune.enabled is False


def test_the_tuning_of_any_data_set_can_be_switched_off():
    options = tf.data.Options()
    options.deterministic = False
    dataset = order.without_autotuning(tf.data.Dataset.range(3).with_options(options))
    assert dataset.options().autotune.enabled is False
    assert dataset.options().deterministic is False
    assert list(dataset.as_numpy_iterator()) == [0, 1, 2]
