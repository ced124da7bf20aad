"""Trains a classifier of real images, which can then judge generated ones.

With no flag at all it learns the handwritten digits inside scikit-learn. The .keras file that it
writes loads with Keras alone: it takes float32 images in [-1, 1], (count, height, width, channels),
and returns the classes' logits, float32, (count, classes). Its layer "features" returns what these
are computed from, float32, (count, 64).

Measured on 2 CPU cores that also did other work, loading and testing included:

- `python scripts/train_classifier.py`: 20 epochs of the 1,500 digits in 10 s; test accuracy 97.98 %
  (another seed: 94.61 %).
- `python scripts/train_classifier.py --dataset=mnist --epochs=5`: 155 s; test accuracy 99.55 %.
- `python scripts/train_classifier.py --dataset=fashion_mnist --epochs=5`: 216 s; test accuracy
  91.01 %.

With `--output=judge.npz` it writes the weights alone, in half precision: so were those made that
`kerasgan.metrics.classifier` brings; kerasgan/metrics/weights/README.md has the commands.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import sys

import keras
import numpy as np
from absl import flags
from keras import layers

import kerasgan
import zoo
from kerasgan.files import whole
from kerasgan.metrics import classifiers
from kerasgan.training import folder
from kerasgan.training.inputs import slug

_DATASET = flags.DEFINE_string(
    "dataset",
    "digits",
    "A data set's name, a folder of images in a sub-folder a class, or an .npz file with labels; "
    "with a training and a test split.",
)
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Where tensorflow_datasets keeps its data.")
_IMAGE_SIZE = flags.DEFINE_string(
    "image_size",
    None,
    "A side in pixels, or HEIGHTxWIDTH, in the channels that train.py gives the data set. "
    "[default: the images' own shape]",
)
_EPOCHS = flags.DEFINE_integer(
    "epochs", 20, "How many epochs.", lower_bound=1, upper_bound=command_line.MOST
)
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 64, "Images a step.", lower_bound=1, upper_bound=command_line.MOST
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "The seed of weights, noise and shuffling.", lower_bound=0, upper_bound=2**32 - 1
)
_OUTPUT = flags.DEFINE_string(
    "output",
    None,
    "The .keras file, or an .npz file for the weights alone, in half precision, as those of "
    "kerasgan.metrics.classifier. [default: runs/classifier-<dataset>.keras]",
)


@command_line.run_errors()
def main():
    """Loads, trains, saves, tests."""
    output = f"runs/classifier-{slug(_DATASET.value)}.keras"
    output = folder.path_of(_OUTPUT.value or output)
    if output.suffix not in (".keras", ".npz"):
        raise command_line.UserError(f"--output={output} must be a .keras file, or an .npz file")
    command_line.check_new(output, folder=False)
    train, test, num_classes = load()
    with command_line.user_errors(ValueError):
        steps = train.steps_per_epoch(_BATCH_SIZE.value)

    keras.utils.set_random_seed(_SEED.value)
    model = classifiers.build(train.image_shape, num_classes)
    schedule = keras.optimizers.schedules.CosineDecay(3e-3, _EPOCHS.value * steps)
    # Not in the model: when it is called without `training`, Keras' random layers are at work, and
    # what comes after them is in training too. The shift is two pixels of 28 at most.
    shift = layers.RandomTranslation(2 / 28, 2 / 28, fill_mode="nearest")
    trainer = keras.Sequential([shift, model])
    trainer.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    print(
        f"{_DATASET.value} at {list(train.image_shape)}: {num_classes} classes, {len(train)} "
        f"training images, {len(test)} test images; {model.count_params():,} weights; "
        f"{_EPOCHS.value} epochs of batches of {_BATCH_SIZE.value}; output {output}",
        flush=True,
    )
    with command_line.new_folder(output.parent), whole(output) as unfinished:
        unfinished.touch()  # an error now if it may not be written, not after training
        trainer.fit(
            train.stream(_BATCH_SIZE.value, seed=_SEED.value, labels=True),
            epochs=_EPOCHS.value,
            steps_per_epoch=steps,
            shuffle=False,  # the stream is shuffled
            verbose=1 if sys.stdout.isatty() else 2,
        )
        if output.suffix == ".npz":
            classifiers.save_weights(model, unfinished)
        else:
            model.save(unfinished)
    test_batches = test.dataset(_BATCH_SIZE.value, labels=True)
    accuracy = trainer.evaluate(test_batches, return_dict=True, verbose=0)["accuracy"]
    print(f"Test accuracy {accuracy:.2%} on {len(test)} images: {output}")


def load():
    """Returns the training images, the test images, and the number of classes."""
    shape = None
    if _IMAGE_SIZE.value is not None:
        # Generated images are judged in the channels that their models were trained in.
        channels = zoo.RECIPES["dcgan"].settings(_DATASET.value).image_shape[2]
        shape = (*command_line.parse_size(_IMAGE_SIZE.value), channels)
    splits = {}
    for split in ("train", "test"):
        with command_line.user_errors(ValueError, OSError, kerasgan.data.DownloadError):
            images = kerasgan.data.load_images(
                _DATASET.value, shape, split=split, data_dir=_DATA_DIR.value
            )
        if images.labels is None:
            raise command_line.UserError(
                f"--dataset={_DATASET.value} has no labels in its {split} split"
            )
        splits[split] = images
        shape = images.image_shape
    train, test = splits.values()
    num_classes = len(train.class_names or range(train.labels.max() + 1))
    labels = np.concatenate([train.labels, test.labels])
    if num_classes < 2 or labels.min() < 0 or labels.max() >= num_classes:
        raise command_line.UserError(
            f"--dataset={_DATASET.value} needs labels 0, 1, ... and none that only its test split "
            f"has; they go from {labels.min()} to {labels.max()}, in the training split to "
            f"{train.labels.max()}"
        )
    return train, test, num_classes


if __name__ == "__main__":
    command_line.run(main)
