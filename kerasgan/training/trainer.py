"""One training: the model, the folder that it is trained into, and what happens in between."""

import pathlib
import platform
import sys
import tempfile
import threading

import keras
import tensorflow as tf

import kerasgan
from kerasgan import augment, callbacks, losses
from kerasgan.models.inpainting import Inpaints
from kerasgan.training import (
    cluster,
    folder,
    history,
    inputs,
    measuring,
    options,
    rates,
    records,
    reporting,
)
from kerasgan.training.errors import RunError, run_errors
from kerasgan.training.loading import freeze, load_pretrained


class Trainer:
    """The parts of one training.

    Args:
        recipe: A `Recipe`.
        loaded: What is no name, such as loaded data, or None, by option.
        workdir: The run's folder.
        strategy: The tf.distribute strategy.
        chosen: All options.

    Raises:
        RunError: If the data, or an option, are not what training needs.
    """

    def __init__(self, recipe, loaded, workdir, strategy, chosen):
        self.recipe, self.workdir, self.strategy = recipe, workdir, strategy
        self.options, self.loaded = chosen, loaded
        given = chosen["dataset"] if loaded["dataset"] is None else loaded["dataset"]
        self.data = inputs.load(recipe, chosen, given, "train")
        self.options |= {"examples": len(self.data), "digest": self.data.digest()}
        self.options |= {"stream": self.data.on_disk}  # of equal examples the digests differ
        self.batch_size, self.epochs = chosen["batch_size"], chosen["epochs"]
        replicas = strategy.num_replicas_in_sync
        self.options |= {"replicas": replicas}
        small = recipe.small_of(chosen["dataset"]) if chosen["small"] else None
        with run_errors(ValueError, TypeError):
            steps = self.data.steps_per_epoch(self.batch_size)
            self.steps = chosen["steps_per_epoch"] or max(steps, chosen["least_steps"])
            with strategy.scope():
                self.model = recipe.build(
                    self.data, chosen["seed"], small, **self._model_arguments()
                )
                if chosen["freeze"]:
                    freeze(self.model, chosen["freeze"])
            metrics = self._metrics()  # outside of the scope: each worker has its own
            with strategy.scope():
                arguments = self._compile_arguments() | metrics
                recipe.compile(self.model, self.epochs * self.steps, small, **arguments)
        least = replicas * self.model.least_batch
        if self.batch_size < least:
            raise RunError(
                f"batch_size={self.batch_size}: a step on {replicas} replica(s) takes at least "
                f"{least} examples"
            )

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
        if chosen["penalty"]:
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

        Raises:
            RunError: If something is not what training needs.
        """
        model, chosen = self.model, self.options
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
        checkpoint = callbacks.Checkpoint(
            self.workdir / "checkpoints", every=chosen["checkpoint_every"]
        )
        collapsed = self._on_collapse(checkpoint)
        if chosen["pretrained"] and not checkpoint.paths():
            load_pretrained(model, chosen["pretrained"])

        chief = cluster.is_chief(self.strategy)
        if chief:  # From here on it changes files.
            self._enter(stack, resume)
        done, rows = self._go_on(checkpoint, recorded, by_metric, allow_changed_data)
        if not chief:
            # Every worker saves, as saving may take all of them; only the chief's files are kept.
            self.workdir = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            checkpoint.directory = self.workdir / "checkpoints"
            rows = rows or []
        workdir = self.workdir
        rates.put_in_force(model, chosen, self.initial_rates)
        self._begin_files(rows, done, checkpoint, examples)
        best = [records.best_model(workdir, monitor, model, rows or [])] if monitor else []
        times = records.Times(workdir / "times.csv", done.epoch)
        callbacks_ = [times, *measures, *self._callbacks(collapsed, examples, rows or []), *best]
        callbacks_.append(checkpoint)
        if threading.current_thread() is threading.main_thread():
            callbacks_.append(callbacks.Preemption(checkpoint))  # signals come to this thread alone
        self._fit(done, held_out, callbacks_)
        model.save(workdir / "model.keras")
        trained = max(done.epoch, self.epochs)
        folder.write_options(workdir, chosen | {"trained_epochs": trained})
        model.export(workdir / "saved_model")
        if chief:
            command = "inpaint" if isinstance(model, Inpaints) else "generate"
            output = "--output=more.png" if examples is None else "--input=pictures --output=made"
            print(
                f"Done: look at {workdir}/samples. Next: kerasgan {command} --model={workdir} "
                f"{output}"
            )
        return model

    def _enter(self, stack, resume):
        """Makes the folder, and keeps others from training into it until the stack is closed."""
        with run_errors(OSError):
            self.workdir.mkdir(parents=True, exist_ok=True)
            stack.enter_context(folder.locked(self.workdir))
        # Another training may have begun, and ended, meanwhile.
        options.check_workdir(self.workdir, self.options, resume)

    def _go_on(self, checkpoint, recorded, by_metric, allow_changed_data):
        """Restores the newest checkpoint, if any.

        Args:
            checkpoint: The `kerasgan.callbacks.Checkpoint`.
            recorded: What the run has recorded.
            by_metric: The names of logged metrics.
            allow_changed_data: As in `train`.

        Returns:
            The `Position` that it was saved at, and the rows of history.csv up to there, or None
            if they make no sense.
        """
        model = self.model
        self.initial_rates = rates.learning_rates(model)
        with run_errors(ValueError):
            done = checkpoint.restore(model)
        cluster.check_same_start(self.strategy, done)
        if any(done):
            inputs.check_unchanged(recorded, self.options, done, self.steps, allow_changed_data)
            self._tell_replicas(recorded.get("replicas"))
        with run_errors(OSError):
            rows = history.read_history(self.workdir / "history.csv")
        if rows:
            logged = dict.fromkeys(sorted(model.logged()) + sorted(by_metric), "NA")
            rows = [{"epoch": 0} | logged | row for row in rows if row["epoch"] < done.epoch]
        return done, rows

    def _tell_replicas(self, before):
        """Says what other replicas change, if there are more or fewer.

        Args:
            before: How many replicas the run had; None if it was of an older version.
        """
        now = self.options["replicas"]
        if before not in (None, now) and cluster.is_chief(self.strategy):
            print(
                f"This run was trained on {before} replica(s) and goes on with {now}, for the same "
                f"batches of {self.batch_size}: data and learning rates are the same; noise, and "
                "what is averaged within a replica's share of a batch, are not.",
                flush=True,
            )

    def _begin_files(self, rows, done, checkpoint, examples):
        """Writes what the folder holds before the first step, and says from where training goes on.

        Args:
            rows: What is kept of history.csv; None puts the file aside.
            done: The `Position` that the run is at.
            checkpoint: The `kerasgan.callbacks.Checkpoint`.
            examples: The batch that sample grids show, or None.
        """
        workdir, chosen = self.workdir, self.options
        chosen |= _versions()
        with run_errors(OSError):
            folder.write_options(workdir, chosen)
            folder.write(workdir / "config.json", self.model.to_json())
        if any(done):
            step = f", step {done.step}" if done.step else ""
            print(f"Resuming after epoch {done.epoch}{step}: {checkpoint.path()}.", flush=True)
        history.write_history(workdir / "history.csv", rows)
        if examples is None:
            inputs.save_real(self.recipe, self.data, chosen, workdir / "samples" / "real.png")

    def _callbacks(self, collapsed, examples, rows):
        """Returns the callbacks that watch training, and that write down how it goes.

        Args:
            collapsed: What `GANHealth` is to do.
            examples: The batch that sample grids show, or None.
            rows: The rows of history.csv so far.
        """
        workdir, every = self.workdir, max(1, self.epochs // 5)
        some = inputs.some_examples(self.recipe, self.data, self.options)
        health = callbacks.GANHealth(some, on_collapse=collapsed)
        logs = workdir / "logs"
        return [
            callbacks.HaltOnNonFinite(),
            health,
            callbacks.SampleGrid(
                workdir / "samples", every=every, examples=examples, log_dir=logs / "samples"
            ),
            records.CSVHistory(workdir / "history.csv", rows),
            records.CurvesPicture(workdir / "history.csv", every=every),
            records.Curves(logs, write_graph=False),
            reporting.Report(workdir, options.defaults(self.recipe, self.options), health),
        ]

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
