"""From a recipe to a trained model in a run's folder."""

import contextlib
import os

import keras

from kerasgan import fast
from kerasgan.training import cluster, folder, inputs, options
from kerasgan.training.errors import failures
from kerasgan.training.trainer import Trainer


def train(
    recipe,
    data=None,
    workdir=None,
    *,
    resume=False,
    allow_changed_data=False,
    dry_run=False,
    **given,
):
    """Trains a recipe's model, in a folder from which training can go on.

    The folder then holds recipe.json (all options), config.json, history.csv, times.csv (of the
    steps of each epoch), curves.png, samples/, checkpoints/, logs/ (for TensorBoard), model.keras
    and saved_model/, and best.keras if a value is monitored. Equal arguments give equal weights on
    equal machines, and a run that was stopped anywhere goes on to the same weights, if on as many
    replicas.

    Args:
        recipe: A `Recipe`, such as `zoo.RECIPES["dcgan"]`.
        data: What the recipe's `load` takes, such as the name of a data set, a folder of pictures,
            or a Hugging Face data set; or loaded data, such as `kerasgan.data.Images`. None is the
            first data set that the recipe knows.
        workdir: The run's folder; None is runs/<recipe>-<data>.
        resume: Whether to go on from the newest checkpoint in the folder, if any, with all options
            that the run began with where they are not given.
        allow_changed_data: Whether to go on also within an epoch of data that have changed since.
        dry_run: Whether to build the model, say what would be trained, and change no file.
        **given: Options; of those that are None or missing the recipe decides.

            - `image_size`: a side in pixels, or (height, width). `channels`: 1 for grey, 3 for
              colours, 2 and 4 for these with transparency, or as many as arrays have.
            - `epochs`, `steps_per_epoch`, and `batch_size`: images a step over all replicas, shared
              by the discriminator's steps.
            - `small`: whether to train the recipe's small networks.
            - `seed`: of weights, noise and shuffling; 0 if not given.
            - `ema`: the decay of the generator's average, 0 for none. `content_weight` and
              `adversarial_weight`, `l1_weight`, `l2_weight` and `gdl_weight`, of models that have
              them.
            - `adversarial_loss`, as `kerasgan.losses.get` takes it by name; `penalty`, as
              `kerasgan.losses.get_penalty` does, empty for the model's own; `augment`, as
              `kerasgan.augment.get` does, empty for none.
            - `generator_learning_rate` and `discriminator_learning_rate`: constant ones.
            - `held_out`: what to evaluate on after each epoch, as `data`; the test split if that
              is not given and there is one.
            - `metrics`: metrics of generated images, after epochs, as names with commas: of
              "frechet", "kernel", "precision_recall" and "density_coverage". They are logged as
              `kerasgan.callbacks.Measure` says, and leave training as it is: up to 1,000 images
              against as many of `held_out`, or without any of the data set. `metrics_every`: after
              the first epoch, then after each so many, and after the last.
            - `features`: whose features they compare: "digits", "fashion_mnist", "mnist",
              "efficientnet_lite0", or a .keras file; if not given, those of the data set, else
              EfficientNet-Lite0's.
            - `monitor`: the logged value by which best.keras is chosen; if not given the recipe's,
              or the first metric.
            - `pretrained`: a run's folder, a .keras file or a preset, whose generator to begin
              with, and whose discriminator if it has this model's layers. `freeze`: how many of
              the discriminator's first layers with weights keep them.
            - `strategy`: as `kerasgan.training.make_strategy` takes it.
            - `mixed_precision`, `jit_compile`, `synchronize_batch_norm`, as Keras has them.
            - `checkpoint_every`: how many steps; there is one after each epoch.
            - `on_collapse`: "warn", "stop", or "rollback" to an older checkpoint.
            - `data_dir`: where TensorFlow Datasets keeps its data. `limit`: how many examples to
              use. `stream`: whether to read them from the disk as they are needed; by itself
              where memory is short. `cache_dir`: a folder for what is decoded of these.
            - `direction`, `edges`, `scale`, `relation`, `synthetic`, `padding` and `frames`, of
              loaders that take them.

    Returns:
        The trained model.

    Raises:
        RunError: If an argument, the data or the folder are not what training needs.
        TrainingStopped: If training began and could not go on; its message says why and from
            which checkpoint `resume` would.
    """
    loaded = {"dataset": data, "held_out": given.get("held_out")}
    for name, value in loaded.items():
        by_name = value is None or isinstance(value, (str, os.PathLike))
        if value is not None:
            given[name] = os.fspath(value) if by_name else inputs.name_of(value)
        loaded[name] = None if by_name else value
        options.check(name, given.get(name))
    if loaded["dataset"] is not None and inputs.is_loaded(data):
        given["image_shape"] = list(data.image_shape)
    workdir = folder.path_of(workdir or inputs.default_workdir(recipe, given.get("dataset")))
    recorded = options.recorded(workdir) if resume else {}
    chosen = options.resolve(recipe, given, recorded)
    if not dry_run:
        options.check_workdir(workdir, chosen, resume)
    # A cluster must be joined before all else.
    strategy = cluster.make_strategy(chosen["strategy"])
    with failures(workdir), cluster.lost_workers(strategy), _globals(chosen):
        trainer = Trainer(recipe, loaded, workdir, strategy, chosen)
        print(trainer.summary(), flush=True)
        if dry_run:
            return trainer.model
        with contextlib.ExitStack() as stack:
            return trainer.train(stack, recorded, resume, allow_changed_data)


@contextlib.contextmanager
def _globals(chosen):
    """A context with the precision and the kernels of a run, and its seed."""
    policy, mode = keras.config.dtype_policy(), fast.mode()
    keras.utils.set_random_seed(chosen["seed"])
    keras.config.set_dtype_policy(chosen["mixed_precision"])
    fast.use(chosen["fast"])  # for equal bits
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)
        fast.use(mode)
