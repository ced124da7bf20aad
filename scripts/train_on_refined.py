"""Trains a classifier on synthetic images, and another on the refined ones, and tests both.

    python scripts/train_on_refined.py --model=runs/simgan-mnist --dataset=mnist

Both are of the kind of `train_classifier.py`, have the same first weights, see the same images in
the same order, with their classes, and are tested on real images, of which they have seen none. It
also says how many refined images a classifier of real images, `kerasgan.metrics.classifier`, still
takes for the class that the synthetic ones have. zoo/simgan.py has what came of it.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import keras
import numpy as np
from absl import flags

import kerasgan
import zoo
from kerasgan import metrics
from kerasgan.data import to_float
from kerasgan.metrics import classifiers
from kerasgan.models import SimGAN
from kerasgan.training import folder, loading

_MODEL = flags.DEFINE_string(
    "model", None, "A run's folder or .keras file of a SimGAN.", required=True
)
_DATASET = flags.DEFINE_enum("dataset", "mnist", classifiers.CLASSIFIERS, "The real images.")
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Where tensorflow_datasets keeps its data.")
_SYNTHETIC = flags.DEFINE_string(
    "synthetic", "fonts", "The synthetic images, as of `kerasgan train --model=simgan`."
)
_EPOCHS = flags.DEFINE_integer(
    "epochs", 3, "Epochs of each classifier.", lower_bound=1, upper_bound=command_line.MOST
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "The seed of weights and shuffling.", lower_bound=0, upper_bound=2**32 - 1
)
_BATCH_SIZE = 64


@command_line.run_errors()
def main():
    """Loads, refines, trains twice, tests."""
    path = folder.path_of(_MODEL.value)
    model = loading.load_model(path)
    if not isinstance(model, SimGAN):
        raise command_line.UserError(f"{path} holds a {type(model).__name__}, but no SimGAN")
    synthetic, real = load(model.image_shape)
    if synthetic.labels is None:
        raise command_line.UserError(f"--synthetic={_SYNTHETIC.value} has no labels")
    refined = model.refine(synthetic.images)
    judge = metrics.classifier(_DATASET.value, "logits")
    change = np.abs(refined / 127.5 - synthetic.images / 127.5).mean()
    print(
        f"{len(refined)} refined images, changed by {change:.3f} of 2 a pixel: "
        f"{accuracy(judge, refined, synthetic.labels):.2%} keep their class "
        f"({accuracy(judge, synthetic.images, synthetic.labels):.2%} before)",
        flush=True,
    )
    for name, images in (("synthetic", synthetic.images), ("refined", refined)):
        found = accuracy(trained(images, synthetic.labels), real.images, real.labels)
        print(f"trained on {name} images: {found:.2%} of {len(real)} real ones right", flush=True)


def load(image_shape):
    """Returns the synthetic images to train on, and the real ones of the test split."""
    options = {"image_shape": image_shape, "data_dir": _DATA_DIR.value}
    with command_line.user_errors(ValueError, OSError, kerasgan.data.DownloadError):
        domains = zoo.RECIPES["simgan"].load(_DATASET.value, synthetic=_SYNTHETIC.value, **options)
        return domains.a, kerasgan.data.load_images(_DATASET.value, split="test", **options)


def trained(images, labels):
    """Returns a classifier of images, trained on these."""
    keras.utils.set_random_seed(_SEED.value)
    network = classifiers.build(images.shape[1:], int(labels.max()) + 1)
    steps = _EPOCHS.value * len(images) // _BATCH_SIZE
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    inputs = to_float(images).numpy()
    network.fit(inputs, labels, batch_size=_BATCH_SIZE, epochs=_EPOCHS.value, verbose=0)
    return network


def accuracy(network, images, labels):
    """Returns the share of uint8 images that a network names right."""
    logits = network.predict(to_float(images).numpy(), batch_size=256, verbose=0)
    return np.mean(logits.argmax(axis=1) == labels)


if __name__ == "__main__":
    command_line.run(main)
