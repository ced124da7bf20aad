"""The base class of adversarial models."""

import keras
import tensorflow as tf

from kerasgan import keras_compat, losses
from kerasgan.engine import averages, replicas
from kerasgan.engine.augmenting import Augmenting
from kerasgan.engine.batches import batch_length, not_empty
from kerasgan.engine.callbacks import Optimizers
from kerasgan.engine.export import Exporting
from kerasgan.engine.first_batches import refuse_weights
from kerasgan.engine.fitting import EVALUATION_SEED, Fitting
from kerasgan.engine.health import Examining
from kerasgan.engine.logs import declared
from kerasgan.engine.measuring import Measuring, Metrics
from kerasgan.engine.players import Accelerated, prepare_optimizer, with_zeros
from kerasgan.engine.presets import Presets
from kerasgan.engine.saving import Saving
from kerasgan.layers import spectral_layers
from kerasgan.networks.common import check_seed

_KERAS_OPTIONS = {"run_eagerly", "steps_per_execution", "jit_compile", "auto_scale_loss"}


class AdversarialModel(
    Augmenting, Fitting, Measuring, Examining, Exporting, Presets, Saving, keras_compat.Model
):
    """Networks that play a game.

    A player is a network, or several, that one optimizer updates: `<player>_optimizer`. A variant
    gives its paper's optimizers in `default_optimizers` and its losses in `<player>_losses`, and
    writes its algorithm as `train_step` in terms of `unpack`, `apply`, `update` and `log`.

    Args:
        players: A built `keras.Model`, or `Networks`, for each of `self.players`.
        image_shape: The shape of an example, such as (height, width, channels).
        ema: The decay a step of a moving average of the weights of `self.averaged`, in (0, 1),
            such as 0.999, or a `HalfLife` in images; None keeps no average. Early in training the
            average is a shorter one: its half-life is at most a twentieth of the steps so far. What
            is not trained, such as the statistics of batch normalization, is copied. `generate`,
            `export` and `evaluate` use the average.
        seed: An integer seed of everything drawn in training, or None.

    Raises:
        ValueError: If `ema` lies outside (0, 1) or `seed` is not an integer in [0, 2**32).
    """

    players = ("generator", "discriminator")
    averaged = ("generator",)  # the players that have a moving average, `<player>_ema`
    adversarial_loss = "non_saturating"
    partial = ()  # the players whose losses do not depend on all of their weights
    # Called on the weights of a player after each of its updates, by player.
    constraints = {}
    # How many of a discriminator's outputs, the first ones, are logits.
    logits_count = 1

    def __init__(self, players, image_shape, ema=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        averages.check_ema(ema)
        self.ema, self.seed = ema, check_seed(seed)
        for name, network in zip(self.players, players, strict=True):
            setattr(self, name, network)
        self.image_shape = tuple(image_shape)
        if ema is not None:
            for name in self.averaged:
                setattr(self, f"{name}_ema", averages.copy_network(getattr(self, name)))
            self.ema_updates = self.add_state("ema_updates", "int32", "only_first_replica")
        # How many real images the discriminator was trained on.
        self.images_seen = self.add_state("images_seen", "int64", "only_first_replica")
        self.seed_generator = replicas.seed_generator(self.seed)
        # Evaluation draws from a stream of its own: validating leaves training as it was.
        self.evaluation_seed_generator = replicas.seed_generator(EVALUATION_SEED)
        self.built = True
        vars(self)["_accelerated"] = Accelerated()  # not tracked by Keras: it shares all weights

    # ------------------------------------------------------------------ what a variant fills in

    def default_optimizers(self):
        """Returns the paper's optimizers, one for each of `self.players`."""
        raise NotImplementedError

    def fake_batch(self, real, training):
        """Returns as many generated examples as there are real ones, in the same form.

        Args:
            real: What `unpack` returns.
            training: Whether the generator is to be trained with them. If not, they are made by
                the `sampler`.
        """
        raise NotImplementedError

    def generator_losses(self, real, fake, training):
        """Returns a dict with `generator_loss` and its terms."""
        raise NotImplementedError

    # ------------------------------------------------------------------ compiling

    def compile(
        self,
        optimizers,
        adversarial_loss=None,
        augment=None,
        metrics=None,
        synchronize_batch_norm=False,
        **kwargs,
    ):
        """Prepares the model for training; a variant names the optimizers as arguments.

        Args:
            optimizers: A `keras.optimizers.Optimizer`, its name, or None for the paper's, for each
                of `self.players`.
            adversarial_loss: A `kerasgan.losses.AdversarialLoss` or its name; None is the paper's.
            augment: How the images that discriminators see in training are augmented, such as a
                `kerasgan.augment.DiffAugment` or an `AdaptiveAugment`, or None.
            metrics: Metrics of generated images, such as
                `[kerasgan.metrics.FrechetDistance(features)]`, which `fit` measures after each
                epoch: see `kerasgan.callbacks.Measure`. Saved models are without them.
            synchronize_batch_norm: Whether batch normalization is over the shares of all replicas,
                as on one device, rather than over each share alone. It costs three reductions a
                layer over the replicas.
            **kwargs: `run_eagerly`, `steps_per_execution`, `jit_compile` (False by default: it
                slows convolutions on CPUs, and leaves out the checks of labels and of the sizes
                of batches beyond the first) and `auto_scale_loss`, as in `keras.Model.compile`.

        Raises:
            ValueError: If two optimizers are one object or keep averages (`use_ema`), the loss
                is unknown, a metric cannot judge the images, a network has nothing to train, or
                its weights in half precision, or an option does not work on several replicas, or
                under the strategy at all.
        """
        unknown = kwargs.keys() - _KERAS_OPTIONS
        wanted = ", ".join(f"{name}_optimizer" for name in self.players)
        if unknown:
            raise TypeError(
                f"{type(self).__name__}.compile() does not take {', '.join(sorted(unknown))}: "
                f"it takes {wanted} and adversarial_loss."
            )
        objects = [each for each in optimizers if isinstance(each, keras.optimizers.Optimizer)]
        if len({id(each) for each in objects}) < len(objects):
            raise ValueError(
                f"{wanted} must be separate objects: each keeps state for the weights of one "
                "network."
            )
        replicas.check_options(self.distribute_strategy, kwargs)
        super().compile(optimizer=None, **({"jit_compile": False} | kwargs))
        self._keras_compile_options = kwargs
        if synchronize_batch_norm:  # the layers' own configurations remember it
            for layer in keras_compat.layers_of(self):
                if isinstance(layer, keras.layers.BatchNormalization):
                    layer.synchronized = True
        self.adversarial_loss = losses.get(adversarial_loss or type(self).adversarial_loss)
        vars(self).pop("_examination", None)  # of the losses before
        vars(self)["_normalized"] = {}  # spectrally normalized layers, by player
        with self.distribute_strategy.scope():
            self.set_augment(augment)
            for player, given, default in zip(
                self.players, optimizers, self.default_optimizers(), strict=True
            ):
                optimizer = prepare_optimizer(
                    given or default,
                    getattr(self, player),
                    scale_loss=kwargs.get("auto_scale_loss", True),
                    model_name=type(self).__name__,
                    check=not self._from_file,
                )
                setattr(self, f"{player}_optimizer", optimizer)
                self._normalized[player] = spectral_layers(getattr(self, player))
            self.optimizer = Optimizers([getattr(self, f"{p}_optimizer") for p in self.players])
            vars(self)["_terms"] = declared(self)
            vars(self)["_measures"] = Metrics(metrics, self.image_shape, self._terms)
            self._logs = keras_compat.Means({n: t.direction for n, t in self._terms.items()})

    @property
    def metrics(self):
        """The means of the logged values, reset at the start of each epoch."""
        return [self._logs, *self._measures.for_keras] if self.compiled else []

    def logged(self, held_out=False):
        """Returns which way each value is better that `fit` logs, "down" or "up", by name.

        Args:
            held_out: Whether to return those of held-out images, which begin with `val_` in the
                logs and may be more, and those of `compile(metrics=...)`.
        """
        terms = self._terms.items()
        found = {name: term.direction for name, term in terms if held_out or not term.held_out}
        return found | self.measured() if held_out else found

    def loss_names(self):
        """Returns the names of all logged values."""
        return list(self._terms)

    # ------------------------------------------------------------------ the parts of a step

    def unpack(self, data):
        """Returns a batch's examples, images as float32 in [-1, 1]; labels are ignored.

        Raises:
            ValueError: If there are sample weights, which no adversarial loss knows.
        """
        examples, _, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        if sample_weight is not None:
            refuse_weights(sample_weight)
        examples = tf.convert_to_tensor(examples)
        if examples.dtype == tf.uint8:
            return tf.cast(examples, "float32") / 127.5 - 1.0
        if not examples.dtype.is_floating:
            raise ValueError(f"Images are uint8 or float, but these are {examples.dtype.name}.")
        return tf.cast(examples, "float32")

    def apply(self, network, inputs, training=False):
        """Returns what one of the model's networks makes of inputs, computed by `kerasgan.fast`.

        In training, discriminators see augmented images.
        """
        if training and self.augment is not None and network in self.augmented_networks():
            inputs = self.augment(inputs, self.seed_generator)
        if self.distribute_strategy.num_replicas_in_sync == 1:
            return self._accelerated[network](inputs, training=training)
        with replicas.streams_apart(network):
            return self._accelerated[network](inputs, training=training)

    def update(self, player, loss, tape):
        """Takes one step of a player's optimizer on its weights.

        Args:
            player: One of `self.players`.
            loss: The mean loss over this replica's share of the batch, a float32 scalar.
            tape: The tape that recorded it.
        """
        optimizer = getattr(self, f"{player}_optimizer")
        weights = getattr(self, player).trainable_variables
        # Optimizers sum gradients over replicas, hence the division; and float16 needs the loss
        # scaled up. Both enter as the gradient that flows into the loss.
        scale = optimizer.scale_loss(1.0 / self.distribute_strategy.num_replicas_in_sync)
        scale = tf.cast(scale, loss.dtype)
        gradients = tape.gradient(loss, weights, output_gradients=scale)
        if player in self.partial:
            gradients = with_zeros(gradients, weights)
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            gradients = replicas.overflowing_together(gradients)
        # No weight may change before all gradients are known. TensorFlow 2.21 orders reads before
        # writes by itself, but with its dependency optimizer Wasserstein critics, whose gradient
        # needs no more of the logits than their number, differ from run to run without this.
        optimizer.apply(tf.tuple(gradients), weights)
        if player in self.constraints:
            for weight in weights:
                weight.assign(self.constraints[player](weight))
        for layer in self._normalized[player]:
            layer.update()

    def update_averages(self, images):
        """Counts the real images of a step, and moves the averages, if there are any.

        Args:
            images: How many of them this replica's share of the batch holds.
        """
        updated = getattr(self, self.players[0]).trainable_variables[0].value
        images = replicas.total(images, updated)
        self.images_seen.assign_add(images)
        if self.ema is not None:
            self.ema_updates.assign_add(1)
            counts = self.ema_updates.value, self.images_seen.value
            averages.move(self.averaged_networks(), averages.rate(self.ema, *counts, images))

    def averaged_networks(self):
        """Returns pairs of an averaged network and its network."""
        names = self.averaged if self.ema is not None else ()
        return [(getattr(self, f"{name}_ema"), getattr(self, name)) for name in names]

    def log(self, batch_size, values):
        """Adds a step's values to the running means and returns the means.

        Args:
            batch_size: How many examples the values are means over. A replica's share of the
                last batch of an evaluation may be empty; it then counts for nothing.
            values: Scalars by name. Those that are declared by `kerasgan.engine.logs` are logged.
        """
        some, weight = batch_size > 0, tf.cast(batch_size, "float32")
        for mean in self._logs.metrics:
            if mean.name in values:
                value = tf.where(some, values[mean.name], 0.0)
                mean.update_state(value, weight)
        means = {name: x for name, x in self.get_metrics_result().items() if name in values}
        if isinstance(self.distribute_strategy, tf.distribute.MultiWorkerMirroredStrategy):
            # Keras 3.15 reduces logs over workers along axis 0, which scalars do not have.
            means = {name: tf.reshape(mean, [1]) for name, mean in means.items()}
        return means

    def test_step(self, data):
        """Returns the losses and accuracies on held-out data, changing nothing."""
        real = self.unpack(data)
        size = batch_length(real)
        real = tf.nest.map_structure(not_empty, real)
        fake = self.fake_batch(real, training=False)
        values = {}
        for player in self.players[::-1]:
            values |= getattr(self, f"{player}_losses")(real, fake, training=False)
        return self.log(size, values)
