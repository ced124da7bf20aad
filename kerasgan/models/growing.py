"""Networks that grow while they train, from small images to large ones."""

import keras
import tensorflow as tf

from kerasgan.engine.checks import check_integer
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
    stage has a graph of its own, of what it needs. At the start of a stage the optimizers forget:
    their moments, and their count of steps, are 0 again.

    A model has `growth`, what `growth_of` returns, and the state `trained_stage`.
    """

    partial = ("generator", "discriminator")
    # All of the discriminator's outputs are logits.
    logits_count = None
    first_stage = 0
    _stage = None  # of the step whose graph is being made; None makes graphs for all stages

    def set_growth(self, stable_images, fade_images):
        """Takes the schedule, in images that the discriminator has seen.

        Raises:
            ValueError: If a number is not a positive integer.
        """
        self.stable_images = check_integer("stable_images", stable_images)
        self.fade_images = check_integer("fade_images", fade_images)
        self.last_stage = halvings(self.image_shape)
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
            images: Those of each stage, from the smallest.
        """
        level = self.level()
        if self._stage is None:
            stages = range(self.first_stage, self.last_stage + 1)
        else:  # the share of all others is 0
            stages = range(max(self._stage - 1, self.first_stage), self._stage + 1)
        shares = [tf.nn.relu(1.0 - tf.abs(level - stage)) for stage in stages]
        enlarged = [_enlarged(images[stage], self._factor(stage)) for stage in stages]
        return sum(share * each for share, each in zip(shares, enlarged, strict=True))

    def reduced(self, images):
        """Returns real images as small, and as blended, as generated ones are now."""
        factors = [self._factor(stage) for stage in range(self.last_stage + 1)]
        pooled = [tf.nn.avg_pool2d(images, factor, factor, "VALID") for factor in factors]
        return self.blend(pooled)

    def _factor(self, stage):
        return 2 ** (self.last_stage - stage)

    # ------------------------------------------------------------------ the parts of a step

    def unpack(self, data):
        """Returns a batch's images as float32 in [-1, 1], reduced to the stage."""
        return self.reduced(super().unpack(data))

    def apply(self, network, inputs, training=False):
        """Returns what a network makes of inputs at the stage."""
        if network is not self.discriminator:
            made = super().apply(network, inputs, training)
            return self.blend(made) if isinstance(made, list | tuple) else made
        level = self.level()
        stage = self._stage
        ends = tf.math.ceil(level) if stage is None else float(stage)
        fade = tf.fill([tf.shape(inputs)[0], 1], level - (ends - 1.0))
        logits = super().apply(network, [inputs, fade], training)
        if stage is not None:
            return logits[stage]
        return tf.gather(tf.stack(logits), tf.cast(ends, "int32"))

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
