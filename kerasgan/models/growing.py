"""Networks that grow while they train, from small images to large ones."""

import keras
import tensorflow as tf

from kerasgan.engine.checks import check_integer
from kerasgan.engine.players import networks_of
from kerasgan.networks.common import halvings


class Grows:
    """A mixin for models that train on small images first: `stable_images`, `fade_images`.

    Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
    2017, arXiv:1710.10196, section 2. Stage 0 makes the smallest images, each other stage images of
    twice the sides. A stage trains for `stable_images` real images; then the next one begins, whose
    images are blended with those of the stage before, their share growing from 0 to 1 over
    `fade_images` images, and trains for `stable_images` too; the last one trains on for ever. How
    far training is follows from `images_seen` alone, so that a saved model goes on anywhere.

    Images have their final size at all stages: those of a stage are enlarged, pixel by pixel, and
    real ones are reduced before that. So penalties on gradients are those at the final size, as in
    the authors' code.

    A generator makes the images of all stages, in a list, and the discriminator takes
    [images, fade] and makes the logits of all stages: see `kerasgan.networks.progan`. In `fit` each
    stage has a graph of its own, of the layers that it needs. At the start of a stage the
    optimizers forget: their moments, and their count of steps, are 0 again.

    A model calls `set_growth` when it is made.
    """

    partial = ("generator", "discriminator")
    # All of the discriminator's outputs are logits.
    logits_count = None
    first_stage = 0
    _stage = None  # of the step whose graph is being made; None makes graphs for all stages

    def set_growth(self, stable_images, fade_images):
        """Takes the schedule, in images that the discriminator has seen.

        Raises:
            ValueError: If a number is not a positive integer, or a network does not have an output
                for each stage.
        """
        self.stable_images = check_integer("stable_images", stable_images)
        self.fade_images = check_integer("fade_images", fade_images)
        self.last_stage = halvings(self.image_shape)
        generator = networks_of(self.generator)[-1]
        for name, network in (("generator", generator), ("discriminator", self.discriminator)):
            made = len(keras.tree.flatten(network.outputs))
            if made != self.last_stage + 1:
                raise ValueError(
                    f"Images of {self.image_shape[0]} x {self.image_shape[1]} grow in "
                    f"{self.last_stage + 1} stages, for each of which a network has an output, but "
                    f"the {name} makes {made}."
                )
        vars(self)["_parts"] = {}  # not tracked by Keras: they share all weights
        # The stage that the optimizers' moments are of.
        self.trained_stage = self.add_state("trained_stage", "int32", "only_first_replica")

    # ------------------------------------------------------------------ the schedule

    def stage_of(self, images_seen):
        """Returns the stage that is trained after so many images, a Python integer."""
        stage, rest = divmod(images_seen, self.stable_images + self.fade_images)
        stage += self.first_stage + (rest >= self.stable_images)
        return min(stage, self.last_stage)

    def level(self):
        """Returns how far growth is: stage 2, faded in to one quarter, is 1.25; float32."""
        images_seen = tf.convert_to_tensor(self.images_seen)
        both = self.stable_images + self.fade_images
        fading = tf.maximum(images_seen % both - self.stable_images, 0)
        level = tf.cast(images_seen // both, "float32")
        level += tf.cast(fading, "float32") / self.fade_images
        return tf.minimum(self.first_stage + level, float(self.last_stage))

    def blend(self, images):
        """Returns images (N, *image_shape) as training makes and sees them now.

        Args:
            images: Those of stages, by stage.
        """
        level = self.level()
        shares = [tf.nn.relu(1.0 - tf.abs(level - stage)) for stage in images]
        enlarged = [_enlarged(each, self._factor(stage)) for stage, each in images.items()]
        return sum(share * each for share, each in zip(shares, enlarged, strict=True))

    def reduced(self, images):
        """Returns real images as small, and as blended, as generated ones are now."""
        factors = {stage: self._factor(stage) for stage in self.stages()}
        pooled = {i: tf.nn.avg_pool2d(images, k, k, "VALID") for i, k in factors.items()}
        return self.blend(pooled)

    def stages(self):
        """Returns the stages whose images may have a share in what is made now."""
        if self._stage is None:
            return range(self.first_stage, self.last_stage + 1)
        return range(max(self._stage - 1, self.first_stage), self._stage + 1)

    def _factor(self, stage):
        return 2 ** (self.last_stage - stage)

    # ------------------------------------------------------------------ the parts of a step

    def unpack(self, data):
        """Returns a batch's images as float32 in [-1, 1], reduced to the stage."""
        return self.reduced(super().unpack(data))

    def apply(self, network, inputs, training=False):
        """Returns what a network makes of inputs at the stage."""
        if network is self.discriminator:
            return self._logits_of(inputs, training)
        if len(network.outputs) == 1:
            return super().apply(network, inputs, training)
        stages = self.stages()
        made = super().apply(self._part(network, stages), inputs, training)
        return self.blend(dict(zip(stages, tf.nest.flatten(made), strict=True)))

    def _logits_of(self, images, training):
        level, stage = self.level(), self._stage
        ends = tf.math.ceil(level) if stage is None else float(stage)
        fade = tf.fill([tf.shape(images)[0], 1], level - (ends - 1.0))
        stages = range(self.last_stage + 1) if stage is None else [stage]
        judge = self._part(self.discriminator, stages)
        logits = tf.nest.flatten(super().apply(judge, [images, fade], training))
        return logits[0] if stage is not None else tf.gather(logits, tf.cast(ends, "int32"))

    def _part(self, network, stages):
        """Returns a network of the layers that the outputs of some stages need."""
        key = network, *stages
        if key not in self._parts:
            with tf.init_scope():  # outside of the graph of a step
                outputs = [network.outputs[stage] for stage in stages]
                self._parts[key] = keras.Model(network.input, outputs, name=network.name)
        return self._parts[key]

    def augmented_networks(self):
        """Returns the parts of the discriminator."""
        return [
            part for (network, *_), part in self._parts.items() if network is self.discriminator
        ]

    # ------------------------------------------------------------------ training

    def make_train_function(self, force=False):
        """Makes the function with which `fit` takes a step: for each stage one."""
        if self.train_function is not None and not force:
            return
        made = {}

        def step(iterator):
            self._stage = stage = self.begin_step()
            try:
                if stage not in made:
                    super(Grows, self).make_train_function(force=True)
                    made[stage], self.train_function = self.train_function, step
                return made[stage](iterator)
            finally:
                self._stage = None

        self.train_function = step

    def begin_step(self):
        """Returns the stage of the next step; if it is a new one, the optimizers forget."""
        stage = self.stage_of(int(self.images_seen.numpy()))
        if stage != int(self.trained_stage.numpy()):
            for player in self.players:
                forget(getattr(self, f"{player}_optimizer"))
            self.trained_stage.assign(stage)
        return stage

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        arguments = {"stable_images": self.stable_images, "fade_images": self.fade_images}
        return super().get_config() | arguments


def forget(optimizer):
    """Sets an optimizer's moments, and its count of steps, to 0."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    for variable in optimizer.variables:
        if variable.name != "learning_rate":
            variable.assign(keras.ops.zeros_like(variable))


def _enlarged(images, factor):
    """Returns images of `factor` times the sides, of each pixel a square."""
    if factor == 1:
        return images
    height, width, channels = images.shape[1:]
    pixels = tf.reshape(images, (-1, height, 1, width, 1, channels))
    squares = tf.tile(pixels, (1, 1, factor, 1, factor, 1))
    return tf.reshape(squares, (-1, height * factor, width * factor, channels))
