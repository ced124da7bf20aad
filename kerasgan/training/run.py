"""From a recipe to a trained model in a run's folder."""

import contextlib
import os
import pathlib
import platform
import sys
import tempfile
import threading

import keras
import tensorflow as tf

import kerasgan
from kerasgan import augment, callbacks, fast, losses
from kerasgan.training import (
    cluster,
    folder,
    history,
    inputs,
    measuring,
    options,
    rates,
    records,
)
from kerasgan.training.errors import RunError, failures, run_errors
from kerasgan.training.loading import load_generator


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

    The folder then holds recipe.json (all options), config.json, history.csv and curves.png,
    samples/, checkpoints/, logs/ (for TensorBoard), model.keras and saved_model/, and best.keras if
    a value is monitored. Equal arguments give equal weights on equal machines, and a run that was
    stopped anywhere goes on to the same weights.

    Args:
        recipe: A `Recipe`, such as `zoo.RECIPES["dcgan"]`.
        data: What the recipe's `load` takes, such as the name of a data set or a folder of
            pictures; or loaded data, such as `kerasgan.data.Images`. None is the first data set
            that the recipe knows.
        workdir: The run's folder; None is runs/<recipe>-<data>.
        resume: Whether to go on from the newest checkpoint in the folder, if any, with all options
            that the run began with where they are not given.
        allow_changed_data: Whether to go on also within an epoch of data that have changed since.
        dry_run: Whether to build the model, say what would be trained, and change no file.
        **given: Options; of those that are None or missing the recipe decides.

            - `image_size`: a side in pixels, or (height, width).
            - `epochs`, `steps_per_epoch`, and `batch_size`: images a step over all replicas, shared
              by the discriminator's steps.
            - `small`: whether to train the recipe's small networks.
            - `seed`: of weights, noise and shuffling; 0 if not given.
            - `ema`: the decay of the generator's average, 0 for none. `content_weight` and
              `adversarial_weight`, of models that have them.
            - `adversarial_loss`, as `kerasgan.losses.get` takes it by name; `penalty`, as
              `kerasgan.losses.get_penalty` does; `augment`, as `kerasgan.augment.get` does, empty
              for none.
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
            - `pretrained`: a run's folder or a .keras file, whose generator to begin with.
            - `strategy`: as `kerasgan.training.make_strategy` takes it.
            - `mixed_precision`, `jit_compile`, `synchronize_batch_norm`, as Keras has them.
            - `checkpoint_every`: how many steps; there is one after each epoch.
            - `on_collapse`: "warn", "stop", or "rollback" to an older checkpoint.
            - `data_dir`: where TensorFlow Datasets keeps its data. `limit`: how many examples to
              use. `stream`: whether to read them from the disk as they are needed; by itself
              where memory is short. `cache_dir`: a folder for what is decoded of these.
            - `direction`, `edges` and `scale`, of loaders that take them.

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
            given[name] = os.fspath(value) if by_name else value.name
        loaded[name] = None if by_name else value
        options.check(name, given.get(name))
    if loaded["dataset"] is not None:
        given["image_shape"] = list(data.image_shape)
    workdir = folder.path_of(workdir or inputs.default_workdir(recipe, given.get("dataset")))
    recorded = options.recorded(workdir) if resume else {}
    chosen = options.resolve(recipe, given, recorded)
    if not dry_run:
        options.check_workdir(workdir, chosen, resume)
    # A cluster must be joined before all else.
    strategy = cluster.make_strategy(chosen["strategy"])
    with failures(workdir), cluster.lost_workers(strategy), _globals(chosen):
        run = _Run(recipe, loaded, workdir, strategy, chosen)
        print(run.summary(), flush=True)
        if dry_run:
            return run.model
        with contextlib.ExitStack() as stack:
            return run.train(stack, recorded, resume, allow_changed_data)


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


class _Run:
    """The parts of one training.

    Args:
        recipe: A `Recipe`.
        loaded: Loaded data, or None, by option.
        workdir: The run's folder.
        strategy: The tf.distribute strategy.
        chosen: All options.
    """

    def __init__(self, recipe, loaded, workdir, strategy, chosen):
        self.recipe, self.workdir, self.strategy = recipe, workdir, strategy
        self.options, self.loaded = chosen, loaded
        self.data = loaded["dataset"] or inputs.load(recipe, chosen, chosen["dataset"], "train")
        self.options |= {"examples": len(self.data), "digest": self.data.digest()}
        self.options |= {"stream": self.data.on_disk}  # of equal examples the digests differ
        self.batch_size, self.epochs = chosen["batch_size"], chosen["epochs"]
        replicas = strategy.num_replicas_in_sync
        with run_errors(ValueError, TypeError):
            steps = self.data.steps_per_epoch(self.batch_size)
            self.steps = chosen["steps_per_epoch"] or max(steps, chosen["least_steps"])
            with strategy.scope():
                self.model = recipe.build(
                    self.data, chosen["seed"], chosen["small"], **self._model_arguments()
                )
            metrics = self._metrics()  # outside of the scope: each worker has its own
            with strategy.scope():
                arguments = self._compile_arguments() | metrics
                recipe.compile(self.model, self.epochs * self.steps, **arguments)
        if self.batch_size < replicas:
            raise RunError(f"batch_size={self.batch_size} leaves some of {replicas} replicas none")

    def _model_arguments(self):
        """The arguments of the model that the caller chose."""
        chosen = {name: self.options[name] for name in self.recipe.arguments}
        chosen = {name: value for name, value in chosen.items() if value is not None}
        if "ema" in chosen:
            chosen["ema"] = chosen["ema"] or None
        return chosen

    def _compile_arguments(self):
        """The arguments of `compile` that the caller chose."""
        chosen = self.options
        arguments = {name: chosen[name] for name in ("jit_compile", "synchronize_batch_norm")}
        if chosen["augment"]:
            arguments["augment"] = augment.get(chosen["augment"])
        if chosen["adversarial_loss"] is not None:
            arguments["adversarial_loss"] = losses.get(chosen["adversarial_loss"])
        if chosen["penalty"] is not None:
            arguments["penalty"] = losses.get_penalty(chosen["penalty"])
        return arguments

    def _metrics(self):
        """The metrics that the caller chose, as an argument of `compile`."""
        chosen = self.options
        if not chosen["metrics"]:
            return {}
        self.features = measuring.features(chosen["features"], chosen["dataset"])
        return {"metrics": measuring.make(chosen["metrics"], self.features)}

    def summary(self):
        """Returns what is about to be trained, in a line."""
        model, options = self.model, self.options
        counts = [(name, getattr(model, name).count_params()) for name in model.players]
        weights = [f"{counts[0][1]:,} weights in the {counts[0][0]}"]
        weights += [f"{count:,} in the {name}" for name, count in counts[1:]]
        return (
            f"{options['model']} on {options['dataset']} at {options['image_shape']}: "
            f"{', '.join(weights)}; {self.epochs} epochs of batches of {self.batch_size} on "
            f"{self.strategy.num_replicas_in_sync} replica(s); workdir {self.workdir}"
        )

    def train(self, stack, recorded, resume, allow_changed_data):
        """Trains from where the run stands, and returns the model.

        Args:
            stack: A `contextlib.ExitStack` that is closed at the end of training.
            recorded: What the run has recorded.
            resume: Whether it may be continued.
            allow_changed_data: Whether that may be within an epoch of other data.
        """
        model, workdir, chosen = self.model, self.workdir, self.options
        held_out = inputs.load_held_out(self.recipe, chosen, self.loaded)
        examples = inputs.shown_examples(self.recipe, held_out or self.data)
        if held_out is not None:
            compared, held_out = held_out, self.recipe.held_out(held_out, self.batch_size)
        else:
            compared = self.data
        by_metric = [f"val_{name}" for name in model.measured()]
        monitor = chosen["monitor"] or (self.recipe.monitor if held_out is not None else None)
        monitor = monitor or next(iter(by_metric), None)
        records.check_monitor(monitor, model, held_out is not None)
        measures = self._measure(held_out, compared) if by_metric else []
        rates.check_learning_rates(model, chosen)
        checkpoint = callbacks.Checkpoint(workdir / "checkpoints", every=chosen["checkpoint_every"])
        collapsed = self._on_collapse(checkpoint)
        if chosen["pretrained"] and not checkpoint.paths():
            load_generator(model, chosen["pretrained"])

        # From here on the chief changes files.
        chief = cluster.is_chief(self.strategy)
        if chief:
            with run_errors(OSError):
                workdir.mkdir(parents=True, exist_ok=True)
                stack.enter_context(folder.locked(workdir))
            # Another training may have begun, and ended, meanwhile.
            options.check_workdir(workdir, chosen, resume)
        initial = rates.learning_rates(model)
        with run_errors(ValueError):
            done = checkpoint.restore(model)
        cluster.check_same_start(self.strategy, done)
        if any(done):
            inputs.check_unchanged(recorded, chosen, done, self.steps, allow_changed_data)
        with run_errors(OSError):
            rows = history.read_history(workdir / "history.csv")
        if rows:
            logged = dict.fromkeys(sorted(model.logged()) + sorted(by_metric), "NA")
            rows = [{"epoch": 0} | logged | row for row in rows if row["epoch"] < done.epoch]
        if not chief:
            # Every worker saves, as saving may take all of them; only the chief's files are kept.
            workdir = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            checkpoint.directory = workdir / "checkpoints"
            rows = rows or []
        rates.put_in_force(model, chosen, initial)
        chosen |= _versions()
        with run_errors(OSError):
            folder.write_options(workdir, chosen)
            folder.write(workdir / "config.json", model.to_json())
        if any(done):
            step = f", step {done.step}" if done.step else ""
            print(f"Resuming after epoch {done.epoch}{step}: {checkpoint.path()}.", flush=True)
        history.write_history(workdir / "history.csv", rows)
        rows = rows or []
        if examples is None:
            inputs.save_real(self.recipe, self.data, chosen, workdir / "samples" / "real.png")
        every = max(1, self.epochs // 5)
        self._fit(
            done,
            held_out,
            [
                *measures,
                callbacks.HaltOnNonFinite(),
                callbacks.GANHealth(
                    inputs.some_examples(self.recipe, self.data, chosen), on_collapse=collapsed
                ),
                callbacks.SampleGrid(
                    workdir / "samples",
                    every=every,
                    examples=examples,
                    log_dir=workdir / "logs" / "samples",
                ),
                records.CSVHistory(workdir / "history.csv", rows),
                records.CurvesPicture(workdir / "history.csv", every=every),
                records.Curves(workdir / "logs", write_graph=False),
                *([records.best_model(workdir, monitor, model, rows)] if monitor else []),
                checkpoint,
                # Python takes signals in its main thread alone.
                *([callbacks.Preemption(checkpoint)] if _in_main_thread() else []),
            ],
        )
        model.save(workdir / "model.keras")
        trained = max(done.epoch, self.epochs)
        folder.write_options(workdir, chosen | {"trained_epochs": trained})
        model.export(workdir / "saved_model")
        if chief:
            output = "--output=more.png" if examples is None else "--input=pictures --output=made"
            print(
                f"Done: look at {workdir}/samples. Next: kerasgan generate --model={workdir} "
                f"{output}"
            )
        return model

    def _measure(self, held_out, compared):
        """Returns the callback that measures, in a list, and says against what.

        Args:
            held_out: The data set that is evaluated on, or None.
            compared: The loaded data that generated images are compared with.
        """
        real = held_out
        if real is None:  # always the same images, wherever training goes on from
            real = self.recipe.stream(compared, self.batch_size, self.options["seed"], 0)
        count = min(measuring.COUNT, len(compared))
        described = measuring.described(self.features, count, count, compared.name)
        print(f"Measuring {', '.join(self.model.measured())}: {described}.", flush=True)
        measure = callbacks.Measure(real, self.options["metrics_every"], count)
        with run_errors(ValueError):
            measure.begin(self.model, [])
        return [measure]

    def _fit(self, done, held_out, callbacks_):
        """Trains the rest of an epoch that was begun, if any, then whole epochs."""

        def fit(start, epochs, steps):
            first_step = start.epoch * self.steps + start.step
            self.model.fit(
                self.recipe.stream(self.data, self.batch_size, self.options["seed"], first_step),
                validation_data=held_out,
                initial_epoch=start.epoch,
                epochs=epochs,
                steps_per_epoch=steps,
                verbose=1 if sys.stdout.isatty() else 2,
                callbacks=callbacks_,
            )

        if done.step and done.epoch < self.epochs:
            if done.step < self.steps:
                fit(done, done.epoch + 1, self.steps - done.step)
            done = callbacks.Position(done.epoch + 1)
        if done.epoch < self.epochs:
            fit(done, self.epochs, self.steps)

    def _on_collapse(self, checkpoint):
        """Returns what `GANHealth` is to do."""
        action = self.options["on_collapse"]
        if action == "rollback" and cluster.several(self.strategy):
            raise RunError("on_collapse=rollback does not work with several workers")
        return {
            "warn": None,
            "stop": callbacks.stop,
            "rollback": callbacks.RollBack(checkpoint),
        }[action]


def _in_main_thread():
    return threading.current_thread() is threading.main_thread()


def _versions():
    """What the run was made with."""
    return {
        "versions": {
            "kerasgan": kerasgan.__version__,
            "keras": keras.version(),
            "tensorflow": tf.__version__,
            "python": platform.python_version(),
        }
    }
