"""What every adversarial model needs and no paper is about.

This module is the only place that knows of tapes and loss scaling, replicas, the building of
optimizers, moving averages, seeds, the logging of losses, and serialization.
"""

import contextlib
import functools
import itertools
import math
import numbers
import pathlib
import types

import keras
import tensorflow as tf
from keras.src.trainers.compile_utils import MetricsList

from kerasgan import fast, keras_compat, losses  # noqa: F401 mended before anything is saved
from kerasgan.data import check_images, to_float
from kerasgan.export import write_saved_model
from kerasgan.files import whole
from kerasgan.metrics import mean_distance
from kerasgan.models import keras_callbacks
from kerasgan.models.checks import readable_errors
from kerasgan.models.pipelines import without_waiting
from kerasgan.models.upgrade import upgraded
from kerasgan.networks.common import check_seed

# Every evaluation of every model begins with this seed, so that evaluations compare.
_EVALUATION_SEED = 2**31 - 1

# Until its decay is reached, an average has a half-life of this part of the updates so far: the
# ramp-up of Karras et al., 2019, arXiv:1912.04958.
_EMA_RAMP_UP = 0.05
# The count of updates of files of version 0.1, whose averages had no ramp-up.
_PAST_RAMP_UP = 2**30


class ReplicaSeedGenerator(keras.random.SeedGenerator):
    """A seed generator whose draws differ from replica to replica.

    Under tf.distribute each replica holds the same state, so that Keras' own generator gives
    every replica the same numbers. Folding the replica's number into the seed keeps the streams
    apart; adding it would not, as the neighbour's next draw would repeat this one.
    """

    def next(self, ordered=True):
        """Returns a fresh seed, an integer tensor (2,)."""
        seed = super().next(ordered)
        context = tf.distribute.get_replica_context()
        if context is None or context.num_replicas_in_sync == 1:
            return seed
        seed = tf.cast(seed, "int32")
        return tf.random.experimental.stateless_fold_in(seed, context.replica_id_in_sync_group)


class AdversarialModel(keras.Model):
    """A generator and a discriminator that play against each other.

    A variant sets `adversarial_loss`, gives its paper's optimizers in `default_optimizers`, its
    losses in `fake_batch`, `discriminator_losses` and `generator_losses`, and writes its algorithm
    as `train_step` in terms of `unpack`, `tape`, `minimize` and `log`.

    Args:
        generator: A built `keras.Model`.
        discriminator: A built `keras.Model`; None trains the generator alone.
        image_shape: (height, width, channels) of the images that `fit` takes.
        ema: The decay a step of a moving average of the generator's weights, in (0, 1), such as
            0.999; None keeps no average. Early in training the average is a shorter one: its
            half-life is at most a twentieth of the steps so far. What is not trained, such as the
            statistics of batch normalization, is copied. `generate`, `export` and `evaluate` use
            the average.
        seed: An integer seed of everything drawn in training, or None.

    Raises:
        ValueError: If `ema` lies outside (0, 1) or `seed` is not an integer in [0, 2**32).
    """

    adversarial_loss = "non_saturating"
    _from_file = False  # whether it is being compiled as a file says
    # The attributes that hold networks, which are arguments of the constructor too.
    network_names = ("generator", "discriminator")
    # Which of `loss_names` `evaluate` and validation report, but not the steps of training.
    held_out_names = ()
    # The fewest examples that a batch to train on may hold.
    least_batch = 1
    # How many of a discriminator's outputs, the first ones, are logits.
    logits_count = 1
    # How a user names the network that makes the images.
    sampler_code = "sampler"

    def __init__(self, generator, discriminator, image_shape, ema=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        if ema is not None and not 0.0 < ema < 1.0:
            raise ValueError(f"ema must be a decay in (0, 1) such as 0.999, or None; got {ema!r}.")
        self.ema, self.seed = ema, check_seed(seed)
        self.generator, self.discriminator = generator, discriminator
        self.image_shape = tuple(image_shape)
        if ema is not None:
            self.generator_ema = copy_network(generator)
            self.ema_updates = self.add_weight(
                shape=(),
                initializer="zeros",
                dtype="int32",
                trainable=False,
                aggregation="only_first_replica",
                name="ema_updates",
            )
        self.seed_generator = ReplicaSeedGenerator(self.seed)
        # Evaluation draws from a stream of its own: validating leaves training as it was.
        self.evaluation_seed_generator = ReplicaSeedGenerator(_EVALUATION_SEED)
        for layer in self._flatten_layers():
            # Dropout and noise inside the networks must differ between replicas too. A built
            # layer accepts no new generator, so the one it has changes its class.
            if type(getattr(layer, "seed_generator", None)) is keras.random.SeedGenerator:
                layer.seed_generator.__class__ = ReplicaSeedGenerator
        self.built = True
        vars(self)["_accelerated"] = {}  # not tracked by Keras: it shares all weights

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Does nothing: the networks are built.

        Under a strategy Keras 3.15 would call the model on a batch of real images here, averaged
        over the replicas, which fails when their shares of the batch are unequal.
        """

    # ------------------------------------------------------------------ what a variant may change

    def default_optimizers(self):
        """Returns the paper's optimizers, (the generator's, the discriminator's)."""
        raise NotImplementedError

    def fake_batch(self, real, training):
        """Returns as many generated examples as there are real ones, in the same form.

        Args:
            real: What `unpack` returns.
            training: Whether the generator is to be trained with them. If not, they are made by
                the `sampler`.
        """
        raise NotImplementedError

    def discriminator_losses(self, real, fake, training):
        """Returns a dict with `discriminator_loss`, its terms, and the accuracies."""
        raise NotImplementedError

    def generator_losses(self, real, fake, training):
        """Returns a dict with `generator_loss` and its terms."""
        raise NotImplementedError

    def loss_names(self):
        """Returns the names that `log` takes, which `fit` and `evaluate` report, each once."""
        return ["discriminator_loss", "generator_loss", "real_accuracy", "fake_accuracy"]

    # ------------------------------------------------------------------ compiling

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        adversarial_loss=None,
        synchronize_batch_norm=False,
        **kwargs,
    ):
        """Prepares the model for training.

        Args:
            generator_optimizer: A `keras.optimizers.Optimizer` or its name; None is the paper's.
            discriminator_optimizer: Likewise.
            adversarial_loss: A `kerasgan.losses.AdversarialLoss` or its name; None is the paper's.
            synchronize_batch_norm: Whether batch normalization is over the shares of all replicas,
                as on one device, rather than over each share alone. It costs three reductions a
                layer over the replicas.
            **kwargs: `run_eagerly`, `steps_per_execution`, `jit_compile` (False by default: it
                slows convolutions on CPUs, and leaves out the checks of labels and of the sizes
                of batches beyond the first) and `auto_scale_loss`, as in `keras.Model.compile`.

        Raises:
            ValueError: If the two optimizers are one object or keep averages (`use_ema`), the loss
                is unknown, a network has nothing to train, or its weights in half precision, or an
                option does not work on several replicas, or under the strategy at all.
        """
        unknown = kwargs.keys() - {
            "run_eagerly",
            "steps_per_execution",
            "jit_compile",
            "auto_scale_loss",
        }
        if unknown:
            raise TypeError(
                f"{type(self).__name__}.compile() does not take {', '.join(sorted(unknown))}: "
                "adversarial models have a generator_optimizer, a discriminator_optimizer and an "
                "adversarial_loss."
            )
        if generator_optimizer is discriminator_optimizer and isinstance(
            generator_optimizer, keras.optimizers.Optimizer
        ):
            raise ValueError(
                "generator_optimizer and discriminator_optimizer must be two objects: an "
                "optimizer keeps state for the weights of one network."
            )
        if isinstance(self.distribute_strategy, tf.distribute.experimental.ParameterServerStrategy):
            raise ValueError(
                "Adversarial models do not train under ParameterServerStrategy: its workers take "
                "their steps apart, where two networks that play a game must move together. Use "
                "MirroredStrategy, or MultiWorkerMirroredStrategy on several machines."
            )
        replicas = self.distribute_strategy.num_replicas_in_sync
        if replicas > 1 and (kwargs.get("jit_compile") or kwargs.get("steps_per_execution", 1) > 1):
            raise ValueError(
                f"jit_compile and steps_per_execution do not work on {replicas} replicas with "
                "Keras 3.15: leave them at their defaults."
            )
        super().compile(optimizer=None, **({"jit_compile": False} | kwargs))
        self._keras_compile_options = kwargs
        if synchronize_batch_norm:  # the layers' own configurations remember it
            for layer in self._flatten_layers():
                if isinstance(layer, keras.layers.BatchNormalization):
                    layer.synchronized = True
        self.adversarial_loss = losses.get(adversarial_loss or type(self).adversarial_loss)
        vars(self).pop("_examination", None)  # of the losses before
        with self.distribute_strategy.scope():
            defaults = self.default_optimizers()
            self.generator_optimizer = self._prepare(
                generator_optimizer or defaults[0], self.generator
            )
            self.discriminator_optimizer = self._prepare(
                discriminator_optimizer or defaults[1], self.discriminator
            )
            self.optimizer = keras_callbacks.BothOptimizers(
                self.generator_optimizer, self.discriminator_optimizer
            )
            self._logs = _Logs([_tracker(name) for name in dict.fromkeys(self.loss_names())])

    def _prepare(self, optimizer, network):
        """Builds an optimizer: unbuilt ones fail inside the graph of a distributed step."""
        if network is None:
            return None
        optimizer = keras.optimizers.get(optimizer)
        if not self._from_file:
            self._check_trainable(optimizer, network)
        scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        wanted = self._keras_compile_options.get("auto_scale_loss", True)
        if wanted and not scales and _computes_in_float16(network):
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        if not network.trainable_variables:
            raise ValueError(f"The network {network.name!r} has no trainable weights.")
        optimizer.build(network.trainable_variables)
        return optimizer

    def _check_trainable(self, optimizer, network):
        """Raises a ValueError for what would go wrong; version 0.1 has saved such models."""
        if getattr(optimizer, "inner_optimizer", optimizer).use_ema:
            raise ValueError(
                f"The optimizer {optimizer.name!r} has use_ema=True, which would replace the "
                "weights in the middle of a game. Let the model average the generator's weights: "
                f"{type(self).__name__}(..., ema=0.999)."
            )
        half = {w.dtype for w in network.trainable_variables} & {"float16", "bfloat16"}
        if half:
            raise ValueError(
                f"The network {network.name!r} has weights of {min(half)}, which do not train: "
                f"Adam's averages need more precision. With the policy 'mixed_{min(half)}' "
                "weights are float32, and networks compute in half precision."
            )

    def make_train_function(self, force=False):
        """Makes the function with which `fit` takes a step.

        Keras 3.15 wraps what a step returns, so that several can be taken in one call, and unwraps
        it in Python. That takes 0.3 ms, and is left out where nobody asked for it.
        """
        several = self.steps_per_execution > 1 or self.distribute_strategy.num_replicas_in_sync > 1
        made = self.train_function is not None and not force
        if made or several or self.run_eagerly or self.jit_compile:
            return super().make_train_function(force)

        def step(data):
            return self.distribute_strategy.run(self.train_step, args=(data,))

        compiled = functools.partial(tf.function, autograph=False, reduce_retracing=True)
        on_iterator = compiled(lambda iterator: step(iterator.get_next()))
        on_data = compiled(step)
        # `train_on_batch` gives a Python generator of one batch.
        self.train_function = lambda iterator: (
            on_iterator(iterator)
            if isinstance(iterator, tf.data.Iterator)
            else on_data(next(iterator))
        )

    @property
    def metrics(self):
        """The means of the logged losses, reset at the start of each epoch."""
        return [self._logs] if self.compiled else []

    # ------------------------------------------------------------------ the parts of a train_step

    def unpack(self, data):
        """Returns a batch's images as float32 in [-1, 1]; labels are ignored.

        Raises:
            ValueError: If there are sample weights, which no adversarial loss knows.
        """
        images, _ = _pair(data)
        return to_float(images)

    def apply(self, network, inputs, training=False):
        """Returns what one of the model's networks makes of inputs, by `kerasgan.fast`."""
        return self.accelerated(network)(inputs, training=training)

    def accelerated(self, network):
        """Returns what computes one of the model's networks: see `kerasgan.fast.accelerate`."""
        if network not in self._accelerated:
            with tf.init_scope():  # outside of the graph of a step
                self._accelerated[network] = fast.accelerate(network)
        return self._accelerated[network]

    @contextlib.contextmanager
    def tape(self, network):
        """A context with a gradient tape that watches the weights of one network only."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in network.trainable_variables])
            yield tape

    def minimize(self, loss, tape, network, optimizer):
        """Takes one step of an optimizer on one network's weights.

        Args:
            loss: The mean loss over this replica's share of the batch, a float32 scalar.
            tape: The tape, from `tape(network)`, that recorded it.
            network: The network whose weights change.
            optimizer: The network's optimizer.
        """
        # Optimizers sum gradients over replicas, hence the division; and float16 needs the loss
        # scaled up. Both enter as the gradient that flows into the loss.
        scale = 1.0 / self.distribute_strategy.num_replicas_in_sync
        gradients = tape.gradient(
            loss,
            network.trainable_variables,
            output_gradients=tf.cast(optimizer.scale_loss(scale), loss.dtype),
        )
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            gradients = self._overflowing_together(gradients)
        # No weight may change before all gradients are known. TensorFlow 2.21 orders reads before
        # writes by itself, but with its dependency optimizer Wasserstein critics, whose gradient
        # needs no more of the logits than their number, differ from run to run without this.
        optimizer.apply(tf.tuple(gradients), network.trainable_variables)

    def _overflowing_together(self, gradients):
        """Returns gradients that are not finite on any replica if they are not on one.

        Keras 3.15 asks the first replica alone whether the loss scale was too large.
        """
        context = tf.distribute.get_replica_context()
        if context.num_replicas_in_sync == 1:
            return gradients
        present = [gradient for gradient in gradients if gradient is not None]
        finite = [tf.reduce_all(tf.math.is_finite(gradient)) for gradient in present]
        overflows = tf.cast(tf.logical_not(tf.reduce_all(finite)), "float32")
        overflows = context.all_reduce(tf.distribute.ReduceOp.SUM, overflows)
        poison = tf.where(overflows > 0, float("nan"), 0.0)
        return [
            None if gradient is None else gradient + tf.cast(poison, gradient.dtype)
            for gradient in gradients
        ]

    def train_discriminator(self, real, fake):
        """Takes one step of D; returns its losses and accuracies."""
        with self.tape(self.discriminator) as tape:
            values = self.discriminator_losses(real, fake, training=True)
        self.minimize(
            values["discriminator_loss"], tape, self.discriminator, self.discriminator_optimizer
        )
        return values

    def test_step(self, data):
        """Returns the losses and accuracies on held-out data, changing nothing."""
        real = self.unpack(data)
        size = batch_length(real)
        real = tf.nest.map_structure(not_empty, real)
        fake = self.fake_batch(real, training=False)
        values = self.discriminator_losses(real, fake, training=False)
        return self.log(size, **values, **self.generator_losses(real, fake, training=False))

    def examine(self, data):
        """Returns how the game stands on one batch, changing nothing.

        Every call has the same latents. The generator is the one that `generate` uses.

        Args:
            data: A batch as `fit` takes it, of at least two examples.

        Returns:
            A dict of floats: `gradient_norm`, of the generator's loss, and `diversity`, the mean
            distance between two generated images as a part of that between two real ones.
        """
        self.evaluation_seed_generator.state.assign([_EVALUATION_SEED, 0])
        strategy = self.distribute_strategy
        values = self._examination(tf.nest.map_structure(tf.convert_to_tensor, data))
        return {
            name: float(strategy.experimental_local_results(value)[0])
            for name, value in values.items()
        }

    @functools.cached_property
    def _examination(self):
        def examination(data):
            real = self.unpack(data)
            with self.tape(self.sampler) as tape:
                fake = self.fake_batch(real, training=False)
                loss = self.generator_losses(real, fake, training=False)["generator_loss"]
            gradients = tape.gradient(loss, self.sampler.trainable_variables)
            # Of several images, such as those of two domains, the least diverse count.
            ratios = [
                mean_distance(generated) / mean_distance(images)
                for images, generated in zip(_images(real), _images(fake), strict=False)
            ]
            values = {
                "gradient_norm": tf.linalg.global_norm(gradients),
                "diversity": tf.reduce_min(ratios),
            }
            # Latents differ between replicas, but all are to come to the same verdict.
            return {name: self.mean_over_replicas(value) for name, value in values.items()}

        return tf.function(lambda data: self.distribute_strategy.run(examination, args=(data,)))

    def averages(self):
        """Returns what `update_ema` averages: pairs of an average and its network."""
        return [] if self.ema is None else [(self.generator_ema, self.generator)]

    def update_ema(self):
        """Moves the averaged networks, if any, towards the networks."""
        pairs = [
            pair
            for average, network in self.averages()
            for pair in zip(average.weights, network.weights, strict=True)
        ]
        if not pairs:
            return
        trained = [(a.value, weight.value) for a, weight in pairs if weight.trainable]
        others = [(a.value, weight.value) for a, weight in pairs if not weight.trainable]
        self.ema_updates.assign_add(1)
        half_life = _EMA_RAMP_UP * tf.cast(self.ema_updates.value, "float32")
        # decay = min(ema, 0.5 ** (1 / half_life)); its difference from 1 keeps more digits.
        rate = tf.maximum(1.0 - self.ema, -tf.math.expm1(-math.log(2.0) / half_life))

        def move(average, weight, rate):  # average -= rate (average - weight)
            tf.raw_ops.ResourceApplyGradientDescent(
                var=average.handle,
                alpha=tf.cast(rate, average.dtype),
                delta=average - weight,
            )

        def update(strategy, trained, others, rate):
            for average, weight in trained:
                strategy.extended.update(average, move, args=(weight, rate))
            for average, weight in others:  # such as the statistics of batch normalization
                strategy.extended.update(average, lambda a, b: a.assign(b), args=(weight,))

        tf.distribute.get_replica_context().merge_call(update, args=(trained, others, rate))

    def mean_over_replicas(self, value):
        """Returns the mean of a value over all replicas; gradients flow through it.

        A loss that is no mean over examples, such as a distance between means, needs it to be the
        loss of the whole batch and not of each replica's share.
        """
        context = tf.distribute.get_replica_context()
        if context.num_replicas_in_sync == 1:
            return value
        return context.all_reduce(tf.distribute.ReduceOp.MEAN, value)

    def on_whole_batch(self, function, batch):
        """Returns this replica's share of what a function makes of the batch of all replicas.

        The function must do the same on each replica, which all call it.
        """
        context = tf.distribute.get_replica_context()
        if context.num_replicas_in_sync == 1:
            return function(batch)
        size = tf.shape(batch)[:1]
        before = context.all_gather(size, axis=0)[: context.replica_id_in_sync_group]
        start = tf.reduce_sum(before)
        return function(context.all_gather(batch, axis=0))[start : start + size[0]]

    def regularization(self, network):
        """Returns what a network's own layers add to its loss, such as weight decay; a scalar."""
        return sum(network.losses, start=tf.constant(0.0))

    def log(self, batch_size, **values):
        """Adds a step's values to the running means and returns the means.

        Args:
            batch_size: How many examples the values are means over. A replica's share of the
                last batch of an evaluation may be empty; it then counts for nothing.
            **values: Scalars. Those among `loss_names` are logged.
        """
        for tracker in self._logs.metrics:
            if tracker.name not in values:
                continue
            value = tf.where(batch_size > 0, values[tracker.name], 0.0)
            tracker.update_state(value, sample_weight=batch_size)
        means = {name: x for name, x in self.get_metrics_result().items() if name in values}
        if isinstance(self.distribute_strategy, tf.distribute.MultiWorkerMirroredStrategy):
            # Keras 3.15 reduces logs over workers along axis 0, which scalars do not have.
            means = {name: tf.reshape(mean, [1]) for name, mean in means.items()}
        return means

    def any_worker(self, flag):
        """Whether a flag is set in any of the processes that train together; all must ask."""
        strategy = self.distribute_strategy
        if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
            return bool(flag)
        flags = strategy.run(lambda: tf.constant(float(flag)))
        return bool(strategy.reduce(tf.distribute.ReduceOp.SUM, flags, axis=None) > 0)

    def totals(self):
        """Returns the sum and the weight of each logged value in this epoch, (floats) by name."""
        return {
            tracker.name: (float(tracker.total.numpy()), float(tracker.count.numpy()))
            for tracker in self._logs.metrics
        }

    # ------------------------------------------------------------------ data in

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        **kwargs,
    ):
        """Trains the model; see `keras.Model.fit`.

        With several replicas an incomplete last batch is left out: it may leave a replica without
        any image, and the batch normalization of nothing is NaN.

        Args:
            x: Images, uint8 in [0, 255] or float in [-1, 1], (N, *image_shape): an array, or a
                `tf.data.Dataset` (or another source that Keras takes) of batches of images, or
                of (images, anything).
            y: Ignored unless the variant says otherwise.
            batch_size: The images in a batch, when `x` is an array. 32 by default.
            epochs: Up to which epoch to train.
            verbose: As in `keras.Model.fit`.
            callbacks: As in `keras.Model.fit`.
            **kwargs: The other arguments of `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If the images have another shape, type or range, a batch is too small, or
                there are sample weights.
        """
        _refuse_weights(kwargs.get("sample_weight"), kwargs.get("class_weight"))
        if isinstance(x, types.GeneratorType):
            first = next(x)
            self.check_batch(*_pair(first), "x")
            x = (batch for batch in itertools.chain([first], x))  # Keras knows generators only
        else:
            self.check_data(x, y, "x")
        validation_data = kwargs.get("validation_data")
        for name, data, steps in (
            ("x", x, "steps_per_epoch"),
            ("validation_data", validation_data, "validation_steps"),
        ):
            endless = (
                isinstance(data, tf.data.Dataset)
                and data.cardinality() == tf.data.INFINITE_CARDINALITY
            )
            if endless and kwargs.get(steps) is None:
                raise ValueError(f"{name} is an endless data set: give fit() its {steps}.")
        if validation_data is not None:
            self.check_held_out(*_pair(validation_data), "validation_data")
        if self.compiled:
            callbacks = keras_callbacks.prepared(callbacks, self.optimizer)
            if not int(self.generator_optimizer.iterations.numpy()):
                self.prepare(x)
        if kwargs.get("validation_batch_size") is None:
            kwargs["validation_batch_size"] = batch_size
        if self.distribute_strategy.num_replicas_in_sync > 1:
            x, y, batch_size = self._whole_batches(x, y, batch_size, kwargs)
        else:
            self._check_last_batch(x, batch_size, kwargs)
        if isinstance(x, (tf.data.Dataset, types.GeneratorType)):
            kwargs["shuffle"] = False  # True is Keras' default, which it warns that it ignores
        kwargs["validation_data"] = without_waiting(validation_data)
        # Where callbacks put what is to be undone: of an exception Keras does not tell them.
        with readable_errors(), contextlib.ExitStack() as self.after_fit:
            return super().fit(
                without_waiting(x), y, batch_size, epochs, verbose, callbacks, **kwargs
            )

    def evaluate(
        self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None, *args, **kwargs
    ):
        """Returns the losses and accuracies on held-out images; see `keras.Model.evaluate`.

        Raises:
            ValueError: If the images have another shape, type or range than `fit` takes, or there
                are sample weights.
        """
        _refuse_weights(sample_weight)
        if not kwargs.get("_use_cached_eval_dataset"):  # `fit` has checked it
            self.check_held_out(x, y, "x")
        self.evaluation_seed_generator.state.assign([_EVALUATION_SEED, 0])
        with readable_errors():
            return super().evaluate(
                without_waiting(x), y, batch_size, verbose, None, *args, **kwargs
            )

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """Takes a step on one batch; see `keras.Model.train_on_batch`.

        Raises:
            ValueError: If labels are out of range, the batch is too small, or there are weights.
        """
        _refuse_weights(sample_weight, class_weight)
        with readable_errors():
            return super().train_on_batch(x, y, return_dict=return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """Returns the losses and accuracies on one batch; see `keras.Model.test_on_batch`.

        Raises:
            ValueError: If labels are out of range, or there are sample weights.
        """
        _refuse_weights(sample_weight)
        with readable_errors():
            return super().test_on_batch(x, y, return_dict=return_dict)

    def _check_last_batch(self, x, batch_size, options):
        """Raises a ValueError if the last batch of arrays will be too small.

        Of other data that shows when it comes.
        """
        array = tf.nest.flatten(x)[0]
        if not hasattr(array, "dtype") or options.get("steps_per_epoch"):
            return
        size = min(batch_size or 32, len(array))
        last = len(array) % size or size
        if last < self.least_batch and not options.get("validation_split"):
            raise ValueError(
                f"x holds {len(array)} images, whose last batch of {last} has none for each of "
                f"discriminator_steps={self.least_batch}: leave some out, or change batch_size."
            )

    def _whole_batches(self, x, y, batch_size, options):
        """Leaves out an incomplete last batch of arrays and of datasets."""
        replicas = self.distribute_strategy.num_replicas_in_sync
        if isinstance(x, tf.data.Dataset):
            fixed = tf.nest.flatten(x.element_spec)[0].shape[0]  # all batches are of one size
            whole = fixed or int(batch_length(next(iter(x))))
            if whole < replicas:
                raise ValueError(f"Batches of {whole} leave some of {replicas} replicas none.")
            if fixed is None:
                x = x.filter(lambda *batch: batch_length(batch) == whole)
            return x, y, None
        arrays = tf.nest.flatten(x)
        if not all(hasattr(array, "dtype") for array in arrays):
            raise ValueError(
                f"On several replicas x must be an array or a tf.data.Dataset, got {type(x)}."
            )
        count = len(arrays[0])
        if options.get("validation_split"):
            raise ValueError("validation_split needs a single replica: give validation_data.")
        batch_size = batch_size or 32
        if batch_size < replicas:
            raise ValueError(f"batch_size={batch_size} leaves some of {replicas} replicas none.")
        if count < batch_size:
            raise ValueError(f"x holds {count} images, fewer than one batch of {batch_size}.")
        dataset = tf.data.Dataset.from_tensor_slices(x if y is None else (x, y))
        if options.get("shuffle", True):
            # Several workers, each of which takes its rows of a batch, must shuffle alike.
            dataset = dataset.shuffle(count, seed=self.seed or 0)
        return dataset.batch(batch_size, drop_remainder=True), None, None

    def prepare(self, x):
        """Called by `fit` with its checked data, before the first step of training."""

    def check_data(self, x, y, name):
        """Raises a ValueError if `x`, and `y` where it counts, are not what the model trains on.

        Arrays are checked whole; of a `tf.data.Dataset` or `keras.utils.PyDataset` the first batch
        is. Python generators can be read only once: `fit` checks the first batch on its way.
        """
        self._check_first(self.check_batch, x, y, name)

    def check_held_out(self, x, y, name):
        """Likewise for what the model is evaluated on."""
        self._check_first(self.check_held_out_batch, x, y, name)

    def check_batch(self, x, y, name):
        """Raises a ValueError if arrays of training data are wrong; a variant may ask for more."""
        check_images(x, self.image_shape, name)

    def check_held_out_batch(self, x, y, name):
        """Raises a ValueError if arrays of held-out data are wrong."""
        self.check_batch(x, y, name)

    @staticmethod
    def _check_first(check, x, y, name):
        if isinstance(x, tf.data.Dataset):
            batches = list(x.take(1))
            if not batches:
                raise ValueError(f"{name} is an empty data set.")
            check(*_pair(batches[0]), name)
        elif isinstance(x, keras.utils.PyDataset):
            check(*_pair(x[0]), name)
        elif x is None or hasattr(x, "dtype") or isinstance(x, (list, str, tuple)):
            if isinstance(y, (list, tuple)):  # Keras would print all of x
                raise ValueError(f"y must be an array, but that of {name} is a {type(y).__name__}.")
            check(x, y, name)

    # ------------------------------------------------------------------ images out

    @property
    def sampler(self):
        """The network that `generate` and `export` use: the averaged generator if there is one."""
        return self.generator if self.ema is None else self.generator_ema

    def call(self, inputs, training=False):
        """Returns what the sampler makes of its inputs: `predict(latents)` gives float images."""
        made = self.apply(self.sampler, inputs, training)
        return tf.nest.map_structure(lambda images: tf.cast(images, "float32"), made)

    def endpoints(self):
        """Returns what `export` serves: name -> (function, its tensor specifications)."""
        if self.discriminator is None:
            return {}
        images = tf.TensorSpec((None, *self.image_shape), "uint8", "images")
        return {"discriminate": (self.score, [images])}

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return {"discriminate": "logits"}

    def score(self, images):
        """Returns the discriminator's float32 logits for uint8 images."""
        return tf.cast(self.logits(tf.nest.map_structure(to_float, images)), "float32")

    def logits(self, batch, training=False):
        """Returns the discriminator's logits, its first output, for a batch of its inputs."""
        return tf.nest.flatten(self.apply(self.discriminator, batch, training))[0]

    def export(
        self, filepath, format="tf_saved_model", verbose=None, input_signature=None, **kwargs
    ):
        """Writes a SavedModel with named endpoints that need neither kerasgan nor Keras.

        Images are uint8 in [0, 255] on both sides of every endpoint. Called in Python an endpoint
        returns its tensor; of its signature the tensor is named: `images`, `logits`,
        `probabilities` or `latents`.

        Args:
            filepath: The folder to write. TensorFlow cannot load from paths with [...] in them.
            format: "tf_saved_model".
            verbose: Whether to print where the model was written.
            input_signature: Must be None: each endpoint has a signature of its own.
            **kwargs: None are known.

        Raises:
            ValueError: If another format or a signature is asked for. Single networks export to
                every format of Keras: `model.sampler.export(path, format="onnx")`.
        """
        if format != "tf_saved_model" or input_signature is not None or kwargs:
            raise ValueError(
                f"{type(self).__name__}.export writes a tf_saved_model of several endpoints with "
                f"signatures of their own; got {format=}, {input_signature=}, {kwargs}. For "
                "another format or signature, export the network that makes the images: "
                f"model.{self.sampler_code}.export(path, format=...)."
            )
        averages = [average for average, _ in self.averages()]
        networks = [self.generator, self.discriminator, *averages]
        networks = [network for network in networks if network is not None]
        endpoints = self.endpoints()
        names = dict.fromkeys(endpoints, "images") | self.output_names()
        write_saved_model(filepath, endpoints, names, networks, verbose=bool(verbose))

    # ------------------------------------------------------------------ serialization

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Saves the model; see `keras.Model.save`.

        A local .keras file takes its name when it is whole: one that was there before stays as it
        was if saving fails or is interrupted.

        Raises:
            ValueError: If it is to be an HDF5 file, whose format takes no two networks.
        """
        path = pathlib.Path(filepath)
        if path.suffix in (".h5", ".hdf5"):
            raise ValueError(
                f"{type(self).__name__} is saved as a .keras file, not as HDF5: "
                f"save({path.with_suffix('.keras').name!r}). Weights alone are: "
                f"save_weights({path.with_suffix('.weights.h5').name!r})."
            )
        if "://" in str(filepath) or path.suffix != ".keras" or (path.exists() and not overwrite):
            return super().save(filepath, overwrite=overwrite, zipped=zipped, **kwargs)
        with whole(path) as unfinished:
            super().save(unfinished, zipped=zipped, **kwargs)

    def load_weights(self, filepath, **kwargs):
        """Loads weights, also those of version 0.1; see `keras.Model.load_weights`."""
        if not str(filepath).endswith(".weights.h5") or not pathlib.Path(filepath).is_file():
            return super().load_weights(filepath, **kwargs)
        with upgraded(filepath, self) as path:
            super().load_weights(path, **kwargs)

    def get_config(self):
        """Returns the arguments that rebuild the model, networks included."""
        networks = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in self.network_names
        }
        options = {"image_shape": self.image_shape, "ema": self.ema, "seed": self.seed}
        return super().get_config() | networks | options

    @classmethod
    def from_config(cls, config):
        """Rebuilds a model from `get_config()`."""
        networks = {
            name: keras.saving.deserialize_keras_object(config[name]) for name in cls.network_names
        }
        return cls(**(config | networks))

    def get_compile_config(self):
        """Returns the arguments of `compile`, or None before it was called."""
        if not self.compiled:
            return None
        return self._keras_compile_options | {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in ("generator_optimizer", "discriminator_optimizer", "adversarial_loss")
        }

    def compile_from_config(self, config):
        """Compiles the model as it was; without this, Keras skips a custom `compile`."""
        arguments = {
            name: keras.saving.deserialize_keras_object(value) if isinstance(value, dict) else value
            for name, value in config.items()
        }
        self._from_file = True
        try:
            self.compile(**arguments)
        finally:
            self._from_file = False

    def save_own_variables(self, store):
        """Saves what Keras leaves out: states of seed generators, running means, `ema_updates`.

        With them, a loaded model draws the very noise that this one would have drawn next, and
        an epoch can be continued.
        """
        for i, state in enumerate(self.seed_states()):
            store[str(i)] = state
        for i, mean in enumerate(self._running_means()):
            store[f"mean_{i}"] = mean
        if self.ema is not None:
            store["ema_updates"] = self.ema_updates

    def load_own_variables(self, store):
        """Loads what `save_own_variables` saved; the means only if the model logs as many."""
        keys = set(store.keys())
        seeds = sorted(filter(str.isdecimal, keys), key=int)
        states, means = self.seed_states(), self._running_means()
        if len(seeds) != len(states):
            raise ValueError(
                f"The file holds {len(seeds)} seeds, this {type(self).__name__} has "
                f"{len(states)}: it was saved from other networks."
            )
        for key, state in zip(seeds, states, strict=True):
            state.assign(store[key])
        if sum(key.startswith("mean_") for key in keys) == len(means):
            for i, mean in enumerate(means):
                mean.assign(store[f"mean_{i}"])
        if self.ema is not None:
            saved = store["ema_updates"] if "ema_updates" in keys else _PAST_RAMP_UP
            self.ema_updates.assign(saved)

    def seed_states(self):
        """Returns the state variables of all seed generators: the model's and its layers'."""
        weights = {id(weight) for weight in self.weights}
        return [variable for variable in self.variables if id(variable) not in weights]

    def _running_means(self):
        return [variable for metric in self.metrics for variable in metric.variables]


def copy_network(network):
    """A second network of the same architecture and the same weights."""
    twin = keras.models.clone_model(network)
    if not twin.built:  # a subclassed model: a call builds all its layers
        twin(keras.Input(network.get_build_config()["input_shape"][1:]))
    twin.set_weights(network.get_weights())
    return twin


class _Logs(MetricsList):
    """The running means of the logged values.

    In Keras 3.15, ModelCheckpoint and its kin look for a metric's direction in such a list only.
    """

    def result(self):
        return self.get_result()


def better(name):
    """Returns which of two of a logged value is the better one: `min` or `max`."""
    return min if name.endswith(("loss", "penalty", "l1")) else max


def _tracker(name):
    """The running mean of a logged value, which is to go down or up."""
    tracker = keras.metrics.Mean(name)
    tracker._direction = "down" if better(name) is min else "up"
    return tracker


def _computes_in_float16(network):
    return any(layer.compute_dtype == "float16" for layer in network._flatten_layers())


def _images(batch):
    """The images among a batch's tensors."""
    return [tensor for tensor in tf.nest.flatten(batch) if tensor.shape.rank == 4]


def _pair(element):
    """Splits what a data set yields into (x, y).

    Raises:
        ValueError: If there are sample weights.
    """
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(element)
    _refuse_weights(sample_weight)
    return x, y


def _refuse_weights(*weights):
    if any(each is not None for each in weights):
        raise ValueError("Adversarial models take neither sample_weight nor class_weight.")


def batch_length(element):
    """How many examples a batch holds, an integer tensor."""
    return tf.shape(tf.nest.flatten(element)[0])[0]


def not_empty(x, shape=None):
    """Returns a batch, or if it is empty a blank example.

    A replica's share of the last batch of an evaluation may be empty, which neither gradients nor
    all convolutions take. What stands in counts for nothing: `log` is told so.

    Args:
        x: A tensor of examples.
        shape: The shape of an example, where `x` does not tell it.
    """
    blank = [1, *(side or 1 for side in shape or x.shape[1:])]
    missing = tf.where(tf.equal(tf.shape(x), 0), blank, 0)
    padded = tf.pad(x, tf.stack([tf.zeros_like(missing), missing], axis=1))
    return tf.ensure_shape(padded, [None, *(side or None for side in x.shape[1:])])


def check_integer(name, value, least=1, wanted="a positive integer"):
    """Returns an integer as an int.

    Raises:
        ValueError: If it is none, or less than `least`; the message says what is `wanted`.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ValueError(f"{name} must be {wanted}, got {value!r}.")
    return int(value)
