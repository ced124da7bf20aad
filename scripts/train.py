"""Trains a model of the zoo.

With no flag at all it trains DCGAN on the handwritten digits inside scikit-learn, about a minute
on two cores; models that make images of images begin with the photographs inside scikit-learn. The
run's folder then holds recipe.json, config.json, history.csv, samples/, checkpoints/,
logs/ (for TensorBoard), model.keras and saved_model/. A killed run continues with --resume, with
all the options that it began with. SIGTERM saves a checkpoint and ends with exit code 75.
"""

import common  # first: it quietens TensorFlow
import quiet  # noqa: F401 before TensorFlow
import runs

if __name__ == "__main__":  # before the imports that take seconds
    runs.end_on_sigterm()

import contextlib
import dataclasses
import math
import os
import pathlib
import platform
import sys
import tempfile

import keras
import tensorflow as tf
from absl import flags, logging

import cluster
import kerasgan
import zoo

_MODELS = "\n".join(f"  {name:8} {', '.join(recipe.data)}" for name, recipe in zoo.RECIPES.items())
__doc__ += f"""
Models, and the data sets that their recipes know:

{_MODELS}

Any other image data set of tensorflow_datasets, a folder of images and an .npz or .npy file work
too. pix2pix takes a folder of pictures that show A on the left and B on the right, or one with the
folders trainA and trainB of pictures with equal names, or, with --edges, of photographs. CycleGAN
and DualGAN take a folder with the folders trainA and trainB, SRResNet and SRGAN a folder of
pictures. A folder `test`, or testA and testB, is evaluated on after each epoch.
"""

_MODEL = flags.DEFINE_enum("model", "dcgan", list(zoo.RECIPES), "Which model to train.")
_DATASET = flags.DEFINE_string(
    "dataset",
    None,
    "A data set's name, a folder of images, or an .npz or .npy file. [default: the first that the "
    "recipe knows]",
)
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Where tensorflow_datasets keeps its data.")
_WORKDIR = flags.DEFINE_string(
    "workdir", None, "The run's folder. [default: runs/<model>-<dataset>]"
)
flags.DEFINE_enum(
    "direction", "a_to_b", ["a_to_b", "b_to_a"], "Which of a pair to make of the other. [pix2pix]"
)
flags.DEFINE_bool(
    "edges", False, "Whether the pictures are photographs, and A their edges. [pix2pix]"
)
flags.DEFINE_integer("scale", 4, "How much larger to make pictures: 2, 4 or 8. [srresnet, srgan]")
_HELD_OUT = flags.DEFINE_string(
    "held_out", None, "A folder to evaluate on after each epoch. [default: the test split, if any]"
)
_PRETRAINED = flags.DEFINE_string(
    "pretrained", None, "A run's folder, or a .keras file, whose generator to begin with."
)
_SMALL = flags.DEFINE_bool(
    "small", None, "Train the recipe's small networks. [default: the recipe's]"
)
_IMAGE_SIZE = flags.DEFINE_string(
    "image_size", None, "A side in pixels, or HEIGHTxWIDTH. [default: the recipe's]"
)
_EPOCHS = flags.DEFINE_integer(
    "epochs", None, "How many epochs. [default: the recipe's]", lower_bound=1
)
_STEPS_PER_EPOCH = flags.DEFINE_integer(
    "steps_per_epoch", None, "Steps in an epoch. [default: the whole data set]", lower_bound=1
)
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size",
    None,
    "Images a step over all replicas, shared by the discriminator's steps. [default: the recipe's]",
    lower_bound=1,
)
_AUGMENT = flags.DEFINE_string(
    "augment",
    None,
    "How images are augmented before the discriminator sees them, such as "
    "color,translation,cutout for few images; empty: not at all. [default: the recipe's]",
)
_GENERATOR_LEARNING_RATE = flags.DEFINE_float(
    "generator_learning_rate", None, "A constant one. [default: the recipe's]", lower_bound=0.0
)
_DISCRIMINATOR_LEARNING_RATE = flags.DEFINE_float(
    "discriminator_learning_rate",
    None,
    "A constant one. [default: the recipe's]",
    lower_bound=0.0,
)
_STRATEGY = flags.DEFINE_enum(
    "strategy",
    "auto",
    ["auto", "one_device", "mirrored", "multi_worker", "tpu"],
    "How to distribute training. auto: mirrored on several GPUs, else one device. mirrored: all "
    "GPUs, or without any all (logical) CPUs. multi_worker: the cluster in TF_CONFIG, or Slurm's "
    "job step; all workers need the same --workdir. tpu: the TPU in TPU_NAME; untested.",
)
_SYNCHRONIZE_BATCH_NORM = flags.DEFINE_bool(
    "synchronize_batch_norm",
    False,
    "Normalize over the whole batch, not over each replica's share.",
)
_MIXED_PRECISION = flags.DEFINE_enum(
    "mixed_precision",
    "float32",
    ["float32", "mixed_float16", "mixed_bfloat16"],
    "The precision that networks compute in.",
)
_JIT_COMPILE = flags.DEFINE_bool("jit_compile", False, "Compile the step with XLA.")
_SEED = flags.DEFINE_integer(
    "seed", 0, "The seed of weights, noise and shuffling.", lower_bound=0, upper_bound=2**32 - 1
)
_CHECKPOINT_EVERY = flags.DEFINE_integer(
    "checkpoint_every",
    None,
    "Save a checkpoint after each so many steps, too. [default: at the end of each epoch]",
    lower_bound=1,
)
_MONITOR = flags.DEFINE_string(
    "monitor",
    None,
    "The logged value, such as val_accuracy, by which best.keras is chosen. [default: the "
    "recipe's, if any]",
)
_ON_COLLAPSE = flags.DEFINE_enum(
    "on_collapse",
    "warn",
    ["warn", "stop", "rollback"],
    "What to do when the game goes wrong: only say so, stop, or go on from an older checkpoint "
    "with other noise.",
)
_RESUME = flags.DEFINE_bool(
    "resume",
    False,
    "Continue from the newest checkpoint, if any. Flags that are not given have the run's values.",
)
_ALLOW_CHANGED_DATA = flags.DEFINE_bool(
    "allow_changed_data",
    False,
    "Continue also within an epoch of a data set that has changed since.",
)
_DRY_RUN = flags.DEFINE_bool("dry_run", False, "Print what would be run, and stop.")

# What TensorFlow raises when it cannot write; h5py and Python raise OSError.
_CANNOT_WRITE = (
    tf.errors.OutOfRangeError,
    tf.errors.PermissionDeniedError,
    tf.errors.ResourceExhaustedError,
)

# What may differ when a run is continued.
_MAY_CHANGE = {
    "epochs",
    "strategy",
    "generator_learning_rate",
    "discriminator_learning_rate",
    "data_dir",
    "checkpoint_every",
    "monitor",
    "on_collapse",
    "examples",  # `check_data` says how
    "digest",
}
_NETWORKS = ("generator", "discriminator")
# What a run's recipe.json tells at least.
_NEEDED = ("model", "dataset", "image_shape", "batch_size", "epochs")


class Curves(keras.callbacks.TensorBoard):
    """Keras' TensorBoard, with a value an epoch.

    Keras 3.15 also makes a summary of each value after each step, which nobody records, but which
    takes a twentieth of the time of a small model.
    """

    def on_train_batch_begin(self, batch, logs=None):
        """Does nothing."""

    def on_train_batch_end(self, batch, logs=None):
        """Likewise."""


class CSVHistory(keras.callbacks.CSVLogger):
    """Keras' CSVLogger, but with the columns that the file has already, if any."""

    def __init__(self, path, rows):
        super().__init__(path, append=True)
        self.names = [name for name in rows[0] if name != "epoch"] if rows else None

    def on_train_begin(self, logs=None):
        """Opens the file."""
        super().on_train_begin(logs)
        self.keys = self.names


def main():
    """Trains, samples, saves and exports."""
    for flag in (_WORKDIR, _DATASET, _DATA_DIR, _HELD_OUT, _PRETRAINED):
        check_name(flag)
    workdir = common.path(_WORKDIR.value or default_workdir())
    recorded = {}
    if _RESUME.value:
        recorded = recorded_options(workdir)
        take_over(recorded)
        with common.user_errors(ValueError):
            kerasgan.fast.use(recorded.get("fast", kerasgan.fast.mode()))  # for equal bits
    recipe = zoo.RECIPES[_MODEL.value]
    options = resolve(recipe, recorded)
    if not _DRY_RUN.value:
        check_workdir(workdir, options)

    strategy = make_strategy(options["strategy"])  # a cluster must be joined before all else
    with report_failures(workdir), cluster.lost_workers(strategy):
        train(recipe, options, recorded, workdir, strategy)


@contextlib.contextmanager
def report_failures(workdir):
    """Ends the process with a line that says why, and from where to go on."""
    try:
        yield
    except BrokenPipeError:
        raise  # of the standard output
    except KeyboardInterrupt:
        reason = "Interrupted; --resume goes on."
    except (FloatingPointError, kerasgan.callbacks.Collapse, ConnectionError) as error:
        reason = str(error)
    except (OSError, *_CANNOT_WRITE) as error:
        code = getattr(error, "errno", None)
        reason = os.strerror(code) if code else " ".join(str(error).split())
        reason = f"Cannot write into {workdir}: {reason}."
    else:
        return
    paths = kerasgan.callbacks.Checkpoint(workdir / "checkpoints").paths()
    where = f"The last good checkpoint is {paths[-1]}." if paths else "There is no checkpoint yet."
    raise SystemExit(f"error: {reason} {where}")


def train(recipe, options, recorded, workdir, strategy):
    """Trains under a strategy."""
    keras.utils.set_random_seed(options["seed"])
    keras.config.set_dtype_policy(options["mixed_precision"])
    data = load(recipe, options, options["dataset"], "train")
    options |= {"examples": len(data), "digest": runs.fingerprint(arrays(data))}
    epochs = options["epochs"]
    with common.user_errors(ValueError):
        steps = data.steps_per_epoch(options["batch_size"])
        steps = options["steps_per_epoch"] or max(steps, options["least_steps"])
        with strategy.scope():
            model = recipe.build(data, options["seed"], options["small"])
            recipe.compile(
                model,
                epochs * steps,
                augment=augmentation(options["augment"]),
                jit_compile=options["jit_compile"],
                synchronize_batch_norm=options["synchronize_batch_norm"],
            )
    replicas = strategy.num_replicas_in_sync
    if options["batch_size"] < replicas:
        raise common.UserError(
            f"--batch_size={options['batch_size']} leaves some of {replicas} replicas none"
        )
    print_summary(model, options, workdir, strategy)
    if _DRY_RUN.value:
        return

    held_out = load_held_out(recipe, options)
    examples = None
    if recipe.examples is not None:
        with common.user_errors(ValueError):
            examples = next(recipe.examples(held_out or data).take(1).as_numpy_iterator())
    if held_out is not None:
        held_out = recipe.held_out(held_out, options["batch_size"])
    monitor = _MONITOR.value or (recipe.monitor if held_out is not None else None)
    check_monitor(monitor, model, held_out)
    check_learning_rates(model, options)
    checkpoint = kerasgan.callbacks.Checkpoint(
        workdir / "checkpoints", every=_CHECKPOINT_EVERY.value
    )
    collapsed = on_collapse(checkpoint)
    if _PRETRAINED.value and not checkpoint.paths():
        load_pretrained(model, common.path(_PRETRAINED.value))

    # From here on the chief changes files.
    chief = cluster.is_chief(strategy)
    if chief:
        with common.user_errors(OSError):
            workdir.mkdir(parents=True, exist_ok=True)
            runs.lock(workdir)
        check_workdir(workdir, options)  # another training may have begun, and ended, meanwhile
    initial = learning_rates(model)
    with common.user_errors(ValueError):
        done = checkpoint.restore(model)
    cluster.check_same_start(strategy, done)
    if any(done):
        check_data(recorded, options, done, steps)
    with common.user_errors(OSError):
        history = runs.read_history(workdir / "history.csv")
    if history:
        logged = dict.fromkeys(sorted(model.logged()), "NA")
        history = [{"epoch": 0} | logged | row for row in history if row["epoch"] < done.epoch]
    if not chief:
        # Every worker saves, as saving may take all of them; only the chief's files are kept.
        scratch = tempfile.TemporaryDirectory()
        workdir = pathlib.Path(scratch.name)
        checkpoint.directory = workdir / "checkpoints"
        history = history or []
    put_in_force(model, options, initial)
    options |= versions()
    with common.user_errors(OSError):
        runs.write_options(workdir, options)
        runs.write(workdir / "config.json", model.to_json())
    if any(done):
        step = f", step {done.step}" if done.step else ""
        print(f"Resuming after epoch {done.epoch}{step}: {checkpoint.path()}.", flush=True)
    runs.write_history(workdir / "history.csv", history)
    history = history or []
    callbacks = [
        kerasgan.callbacks.HaltOnNonFinite(),
        kerasgan.callbacks.GANHealth(some_examples(recipe, data, options), on_collapse=collapsed),
        kerasgan.callbacks.SampleGrid(
            workdir / "samples", every=max(1, epochs // 5), examples=examples
        ),
        CSVHistory(workdir / "history.csv", history),
        Curves(workdir / "logs", write_graph=False),
        *([best_model(workdir, monitor, model, history)] if monitor else []),
        checkpoint,
        kerasgan.callbacks.Preemption(checkpoint),
    ]

    def fit(start, epochs, steps_per_epoch):
        first_step = start.epoch * steps + start.step
        model.fit(
            recipe.stream(data, options["batch_size"], options["seed"], first_step),
            validation_data=held_out,
            initial_epoch=start.epoch,
            epochs=epochs,
            steps_per_epoch=steps_per_epoch,
            verbose=1 if sys.stdout.isatty() else 2,
            callbacks=callbacks,
        )

    if done.step and done.epoch < epochs:
        if done.step < steps:  # the rest of an epoch that was begun
            fit(done, done.epoch + 1, steps - done.step)
        done = kerasgan.callbacks.Position(done.epoch + 1)
    if done.epoch < epochs:
        fit(done, epochs, steps)
    model.save(workdir / "model.keras")
    runs.write_options(workdir, options | {"trained_epochs": max(done.epoch, epochs)})
    model.export(workdir / "saved_model")
    if chief:
        output = "--output=more.png" if examples is None else "--input=pictures --output=made"
        print(
            f"Done: look at {workdir}/samples. Next: python scripts/generate.py --model={workdir} "
            f"{output}"
        )


def check_name(flag):
    """Raises a UserError if a flag's value cannot be a path."""
    try:
        (flag.value or "").encode()
    except UnicodeEncodeError as error:
        raise common.UserError(f"--{flag.name}={flag.value!r} is not UTF-8") from error
    if "\0" in (flag.value or ""):
        raise common.UserError(f"--{flag.name}={flag.value!r} holds a zero byte")


def default_workdir():
    """The run's folder where no flag names one."""
    dataset = _DATASET.value
    if dataset is None:
        dataset = next(iter(zoo.RECIPES[_MODEL.value].data))
    return f"runs/{_MODEL.value}-{common.slug(dataset)}"


def take_over(recorded):
    """Gives the flags that are not given the values that the run to be continued has."""
    for name, value in recorded.items():
        if name in flags.FLAGS and not flags.FLAGS[name].present:
            flags.FLAGS[name].value = value


def recorded_options(workdir):
    """Returns what recipe.json tells, or {} where there is no run yet.

    Raises:
        UserError: If it is no recipe.json of this script.
    """
    file = workdir / "recipe.json"
    with common.user_errors(OSError):
        if not file.exists():
            return {}
    recorded = common.recipe_of(workdir)
    if missing := [name for name in _NEEDED if recorded.get(name) is None]:
        raise common.UserError(f"{file} cannot be read: it has no {missing[0]}")
    parsers = {"image_shape": lambda shape: [*kerasgan.data.check_image_shape(shape)]}
    parsers |= {name: flags.FLAGS[name].parser.parse for name in recorded if name in flags.FLAGS}
    for name, parse in parsers.items():
        value = recorded[name]
        try:
            recorded[name] = None if value is None else parse(value)
        except (ValueError, TypeError) as error:
            raise common.UserError(f"{file} cannot be read: {name}={value!r}: {error}") from error
    # What version 0.1 knew nothing else of.
    return {"least_steps": 1, "augment": "", "fast": "auto"} | recorded


def resolve(recipe, recorded):
    """Returns all options of the run: the flags, and settings where they are unset.

    Settings are those of the recipe, or, of a run that is continued, those that it began with.
    """
    dataset = _DATASET.value if _DATASET.value is not None else next(iter(recipe.data))
    settings = recipe.settings(dataset)
    names = {field.name for field in dataclasses.fields(settings)} & recorded.keys()
    settings = dataclasses.replace(settings, **{name: recorded[name] for name in names})
    small = settings.small if _SMALL.value is None else _SMALL.value
    if small and recipe.small is None:
        raise common.UserError(f"--small: {_MODEL.value} has no small networks")
    for name in ("direction", "edges", "scale"):
        if flags.FLAGS[name].present and name not in recipe.load_options:
            raise common.UserError(f"--{name}: {_MODEL.value} takes none")
    if _HELD_OUT.value is not None and recipe.held_out is None:
        raise common.UserError(f"--held_out: {_MODEL.value} is not evaluated while it trains")
    size = settings.image_shape[:2]
    if _IMAGE_SIZE.value is not None:
        size = common.parse_size(_IMAGE_SIZE.value)
    return {
        "model": _MODEL.value,
        "dataset": dataset,
        **{name: flags.FLAGS[name].value for name in recipe.load_options},
        "held_out": _HELD_OUT.value,
        "pretrained": _PRETRAINED.value,
        "small": small,
        "image_shape": [*size, settings.image_shape[2]],
        "batch_size": _BATCH_SIZE.value or settings.batch_size,
        "epochs": _EPOCHS.value or settings.epochs,
        "least_steps": settings.least_steps,
        "augment": settings.augment if _AUGMENT.value is None else _AUGMENT.value,
        "steps_per_epoch": _STEPS_PER_EPOCH.value,
        "generator_learning_rate": _GENERATOR_LEARNING_RATE.value,
        "discriminator_learning_rate": _DISCRIMINATOR_LEARNING_RATE.value,
        "mixed_precision": _MIXED_PRECISION.value,
        "jit_compile": _JIT_COMPILE.value,
        "synchronize_batch_norm": _SYNCHRONIZE_BATCH_NORM.value,
        "strategy": _STRATEGY.value,
        "seed": _SEED.value,
        "fast": kerasgan.fast.mode(),
        "data_dir": _DATA_DIR.value,
        "checkpoint_every": _CHECKPOINT_EVERY.value,
        "monitor": _MONITOR.value,
        "on_collapse": _ON_COLLAPSE.value,
    }


def augmentation(policy):
    """Returns what `compile` takes of a policy, which may be empty."""
    return kerasgan.augment.DiffAugment(policy) if policy else None


def load(recipe, options, dataset, split):
    """Returns a split of a data set."""
    with common.user_errors(ValueError, OSError, kerasgan.data.DownloadError):
        return recipe.load(
            dataset,
            tuple(options["image_shape"]),
            split=split,
            data_dir=_DATA_DIR.value,
            **{name: options[name] for name in recipe.load_options},
        )


def load_held_out(recipe, options):
    """Returns what to evaluate on after each epoch, or None."""
    if recipe.held_out is None:
        return None
    dataset = options["held_out"]
    if dataset is not None:
        return load(recipe, options, dataset, common.test_split(dataset))
    dataset = options["dataset"]
    folder = pathlib.Path(dataset).expanduser().is_dir() and common.test_split(dataset) == "test"
    return load(recipe, options, dataset, "test") if folder or dataset in recipe.data else None


def some_examples(recipe, data, options):
    """Returns a batch of at least four examples, for the model's health."""
    size = options["batch_size"]
    batches = recipe.stream(data, size, options["seed"], 0).take(math.ceil(4 / size))
    return tf.nest.map_structure(lambda *parts: tf.concat(parts, axis=0), *batches)


def on_collapse(checkpoint):
    """Returns what `GANHealth` is to do."""
    if _ON_COLLAPSE.value == "rollback" and _STRATEGY.value == "multi_worker":
        raise common.UserError("--on_collapse=rollback does not work with several workers")
    return {
        "warn": None,
        "stop": kerasgan.callbacks.stop,
        "rollback": kerasgan.callbacks.RollBack(checkpoint),
    }[_ON_COLLAPSE.value]


def check_learning_rates(model, options):
    """Raises a UserError if a learning rate is for a network that the model lacks."""
    for network in _NETWORKS:
        if options[f"{network}_learning_rate"] is not None and getattr(model, network) is None:
            raise common.UserError(f"--{network}_learning_rate: this model has no {network}")


def learning_rates(model):
    """Returns the constant learning rates by network; None for one that follows a schedule."""
    rates = {}
    for network in _NETWORKS:
        optimizer = getattr(model, f"{network}_optimizer")
        if optimizer is not None:
            constant = not follows_schedule(optimizer)
            rates[network] = optimizer.learning_rate.numpy() if constant else None
    return rates


def put_in_force(model, options, initial):
    """Sets the learning rates of the options.

    Where they are unset, the recipe's is in force, or what the run has had in its place: that
    enters the options.

    Args:
        model: The model, with the optimizers' state that training begins with.
        options: All options of the run.
        initial: The `learning_rates` of the recipe.
    """
    for network, rate in learning_rates(model).items():
        name = f"{network}_learning_rate"
        if options[name] is not None:
            set_learning_rate(getattr(model, f"{network}_optimizer"), options[name])
        elif rate != initial[network]:
            options[name] = float(str(rate))  # 1e-4, not all digits of its float32


def set_learning_rate(optimizer, rate):
    """Sets a constant learning rate, also in the place of one that decays."""
    if follows_schedule(optimizer):
        rate = keras.optimizers.schedules.PiecewiseConstantDecay([0], [rate, rate])
    getattr(optimizer, "inner_optimizer", optimizer).learning_rate = rate  # the one of float16


def follows_schedule(optimizer):
    """Whether a learning rate changes with the steps."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of float16
    return isinstance(optimizer.get_config()["learning_rate"], dict)


def arrays(data):
    """Yields the pixels, and the labels if any, of loaded data."""
    match data:
        case kerasgan.data.Images():
            yield data.images
            if data.labels is not None:
                yield data.labels
        case kerasgan.data.Pairs():
            yield from (data.inputs.images, data.targets.images)
        case kerasgan.data.Unpaired():
            yield from (data.a.images, data.b.images)
        case kerasgan.data.SuperResolution():
            yield from data.high
        case _:
            raise TypeError(f"{type(data).__name__} has no pixels that are known.")


def check_data(recorded, options, done, steps):
    """Says how the data set has changed since the run began, if it has.

    Args:
        recorded: What the run has recorded; of its data nothing if that was version 0.1.
        options: All options of the run.
        done: The `Position` that the run is at.
        steps: How many steps an epoch has now.

    Raises:
        UserError: If an epoch was begun, whose rest would be of other examples.
    """
    then, now = recorded.get("examples"), options["examples"]
    if "digest" not in recorded:
        if done.step < steps:
            return
        change = f"an epoch has {steps} steps, of which the run has taken {done.step}"
    elif recorded["digest"] == options["digest"]:
        return
    elif then != now:
        change = f"{then} examples then, {now} now"
    else:
        change = f"{now} examples as before, but not the same"
    change = f"--dataset={options['dataset']} has changed since this run began: {change}"
    if done.step and done.epoch < options["epochs"] and not _ALLOW_CHANGED_DATA.value:
        raise common.UserError(
            f"{change}. The run was stopped within an epoch, whose rest would be of other examples:"
            " bring back the data, or give --allow_changed_data"
        )
    logging.warning("%s.", change)


def load_pretrained(model, path):
    """Gives a model the generator of another one."""
    generator = common.load_model(path).sampler
    shapes = [[weight.shape for weight in each.weights] for each in (generator, model.generator)]
    if shapes[0] != shapes[1]:
        raise common.UserError(
            f"--pretrained={path} holds another generator: {generator.count_params():,} weights, "
            f"where this model's has {model.generator.count_params():,}"
        )
    for network in {id(each): each for each in (model.generator, model.sampler)}.values():
        network.set_weights(generator.get_weights())


def check_workdir(workdir, options):
    """Raises a UserError where training into the folder would overwrite something."""
    with common.user_errors(OSError):
        if workdir.is_file():
            raise common.UserError(f"--workdir={workdir} is a file")
        if runs.is_new(workdir):
            return
        if not (workdir / "recipe.json").exists():
            raise common.UserError(
                f"--workdir={workdir} is not empty and holds no run of this script"
            )
    # A run of an older version does not name what is newer.
    found = {name: flags.FLAGS[name].default for name in flags.FLAGS} | recorded_options(workdir)
    different = [
        f"{name}={found.get(name)} there, {value} here"
        for name, value in options.items()
        if name not in _MAY_CHANGE and not same(found.get(name), value)
    ]
    if different:
        raise common.UserError(
            f"--workdir={workdir} holds another run ({'; '.join(different)}): choose another one"
        )
    if not _RESUME.value:
        raise common.UserError(
            f"--workdir={workdir} holds this run already: continue it with --resume, or choose "
            "another one"
        )


def same(option, other):
    """Whether two values of an option are one, or two ways to write one path."""
    if option == other:
        return True
    if not isinstance(option, str) or not isinstance(other, str):
        return False
    with common.user_errors(OSError):
        paths = [common.path(text) for text in (option, other)]
        return all(path.exists() for path in paths) and paths[0].samefile(paths[1])


def make_strategy(name):
    """Returns a tf.distribute strategy."""
    if name == "multi_worker":
        return cluster.join()
    cluster.check_alone()
    if name == "tpu":
        with common.user_errors(ValueError, RuntimeError, tf.errors.OpError):
            resolver = tf.distribute.cluster_resolver.TPUClusterResolver.connect()
        return tf.distribute.TPUStrategy(resolver)
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored" or (name == "auto" and len(gpus) > 1):
        return tf.distribute.MirroredStrategy(gpus or tf.config.list_logical_devices("CPU"))
    return tf.distribute.get_strategy()


def check_monitor(monitor, model, held_out):
    """Raises a UserError if no such value is logged."""
    known = list(model.logged())
    if held_out is not None:
        known += [f"val_{name}" for name in model.logged(held_out=True)]
    if monitor is not None and monitor not in known:
        raise common.UserError(f"--monitor={monitor}: there are {', '.join(known)}")


def best_model(workdir, monitor, model, history):
    """Returns the callback that keeps the best model, which is to beat those of `history`."""
    direction = model.logged(held_out=True)[monitor.removeprefix("val_")]
    best = min if direction == "down" else max
    return keras.callbacks.ModelCheckpoint(
        workdir / "best.keras",
        monitor=monitor,
        mode=best.__name__,
        save_best_only=True,
        initial_value_threshold=best(runs.numbers(history, monitor), default=None),
    )


def print_summary(model, options, workdir, strategy):
    """Prints what is about to run."""
    counts = [(name, getattr(model, name).count_params()) for name in model.players]
    weights = [f"{counts[0][1]:,} weights in the {counts[0][0]}"]
    weights += [f"{count:,} in the {name}" for name, count in counts[1:]]
    print(
        f"{options['model']} on {options['dataset']} at {options['image_shape']}: "
        f"{', '.join(weights)}; "
        f"{options['epochs']} epochs of batches of {options['batch_size']} on "
        f"{strategy.num_replicas_in_sync} replica(s); workdir {workdir}",
        flush=True,
    )


def versions():
    """What the run was made with."""
    return {
        "versions": {
            "kerasgan": kerasgan.__version__,
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "python": platform.python_version(),
        }
    }


if __name__ == "__main__":
    common.run(main)
