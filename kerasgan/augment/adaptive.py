"""Adaptive augmentation of Karras et al."""

import numbers

import keras
import tensorflow as tf
from keras import ops

from kerasgan.augment import color, geometry
from kerasgan.augment.diff import on_images

# In the order in which they change an image.
GEOMETRY = (
    *(geometry.flip, geometry.quarter_turns, geometry.whole_shift, geometry.scale),
    *(geometry.turn, geometry.stretch, geometry.turn, geometry.shift),
)
COLOR = color.brightness, color.contrast, color.luma_flip, color.hue, color.saturation


@keras.saving.register_keras_serializable("kerasgan")
class AugmentationPipeline:
    """Changes the geometry and the colours of images, each transform with some probability.

    Karras et al., "Training Generative Adversarial Networks with Limited Data", 2020,
    arXiv:2006.06676, appendix B. Each image has its own draws in each call, and each transform
    happens to it, or not, by itself. In order:

    - geometry: mirrored or not; turned by 0 to 3 right angles; moved by whole pixels, up to an
      eighth of the sides; scaled by 2^(0.2 n), n of N(0, 1); turned by any angle; stretched by
      2^(0.2 n); turned again; moved by n / 8 of the sides. All are one affine map by which images
      are sampled once, linearly between pixels; what comes in is the image's own mirror image. The
      paper samples between pixels of a higher resolution. Each of the two turns has the probability
      1 - sqrt(1 - p), so that there is one with probability p.
    - color: 0.2 n is added; scaled by 2^(0.5 n); brightness negated or not; hues turned by any
      angle; distance to grey scaled by 2^n. All are one affine map.
    - cutout: a rectangle of half the sides, anywhere, is 0.

    Args:
        probability: Of each transform, in [0, 1]; or a
            `keras.optimizers.schedules.LearningRateSchedule` of it, over training steps.
        geometry: By what the probability is multiplied for these transforms.
        color: Likewise.
        cutout: Likewise; without by default, as in the paper.

    Raises:
        ValueError: If a number is negative, or `probability` above 1.
    """

    variables = ()  # what training changes

    def __init__(self, probability, geometry=1.0, color=1.0, cutout=0.0):
        scheduled = isinstance(probability, keras.optimizers.schedules.LearningRateSchedule)
        if not scheduled and not (isinstance(probability, numbers.Real) and 0 <= probability <= 1):
            raise ValueError(f"probability must be in [0, 1], or a schedule; got {probability!r}.")
        for name, strength in (("geometry", geometry), ("color", color), ("cutout", cutout)):
            if not isinstance(strength, numbers.Real) or strength < 0.0:
                raise ValueError(f"{name} must not be negative, got {strength!r}.")
        self.given, self.moves = probability, scheduled
        self.geometry, self.color, self.cutout = geometry, color, cutout

    def build(self):
        """Makes what training changes, if it is not there: call it in a strategy's scope."""
        if self.moves and not self.variables:
            self.variables = self.state()

    def state(self):
        """Returns new variables: the count of steps."""
        self.steps = _variable(0, "int32", "steps")
        return [self.steps]

    def probability(self):
        """Returns the probability that is in force, a float32 scalar."""
        if not self.moves:
            return ops.convert_to_tensor(self.given, "float32")
        self.build()
        return ops.cast(self.given(self.steps), "float32")

    def observe(self, right, count):
        """Counts a training step.

        Args:
            right: How many of the step's real images the discriminator called real.
            count: How many there were, over all replicas.
        """
        self.build()
        self.steps.assign_add(1)

    def __call__(self, inputs, seed_generator):
        """Returns the inputs of a discriminator, augmented.

        Args:
            inputs: Float images (N, height, width, channels) in [-1, 1], or a structure that holds
                some: images of one number are changed alike, all else is returned as it is.
            seed_generator: A `keras.random.SeedGenerator`.
        """
        seeds = [seed_generator.next() for _ in range(3)]
        probability = self.probability()

        def change(images):
            # For each transform a coin, two uniform numbers and two normal ones.
            shape = (len(GEOMETRY) + len(COLOR) + 1, 2, tf.shape(images)[0])
            coins = tf.random.stateless_uniform(shape, seeds[0])[:, 0]
            u = tf.random.stateless_uniform(shape, seeds[1])
            n = tf.random.stateless_normal(shape, seeds[2])
            return self.change(images, probability, coins, u, n)

        return on_images(change, inputs)

    def change(self, images, probability, coins, u, n):
        """Returns images changed by given numbers.

        Args:
            images: (N, H, W, C), float32.
            probability: The probability in force.
            coins: Numbers of U[0, 1), (14, N): a transform happens where its own, in the order of
                the class' docstring, is below the probability.
            u: Numbers of U[0, 1), (14, 2, N).
            n: Numbers of N(0, 1), (14, 2, N).
        """
        height, width, channels = images.shape[1:]
        place, colors = len(GEOMETRY), len(GEOMETRY) + len(COLOR)
        draws = list(zip(ops.unstack(coins), ops.unstack(u), ops.unstack(n), strict=True))

        matrix = ops.eye(3)
        p = ops.clip(probability * self.geometry, 0.0, 1.0)
        for transform, (coin, u, n) in zip(GEOMETRY, draws[:place], strict=True):
            happens = coin < (1.0 - ops.sqrt(1.0 - p) if transform is geometry.turn else p)
            # From the changed image back: the last transform comes first.
            matrix = ops.matmul(matrix, _where(happens, transform(u, n, (width, height))))
        images = geometry.sample(images, matrix)

        matrix = ops.eye(channels + 1)
        for transform, (coin, u, n) in zip(COLOR, draws[place:colors], strict=True):
            happens = coin < probability * self.color
            matrix = ops.matmul(_where(happens, transform(u, n, channels)), matrix)
        images = color.recolor(images, matrix)

        coin, u, _ = draws[colors]
        happens = coin < probability * self.cutout
        rows, columns = (_stretch(side, x) for side, x in ((height, u[0]), (width, u[1])))
        hole = (rows & happens[:, None])[:, :, None, None] & columns[:, None, :, None]
        return ops.where(hole, 0.0, images)

    def get_config(self):
        """Returns the arguments that rebuild the augmentation."""
        given = self.given
        if self.moves:
            given = keras.saving.serialize_keras_object(given)
        return {"probability": given} | self.strengths()

    def strengths(self):
        """Returns by what the probability is multiplied, by name."""
        return {"geometry": self.geometry, "color": self.color, "cutout": self.cutout}

    @classmethod
    def from_config(cls, config):
        """Rebuilds an augmentation from `get_config()`."""
        if isinstance(config.get("probability"), dict):
            schedule = keras.saving.deserialize_keras_object(config["probability"])
            config = config | {"probability": schedule}
        return cls(**config)


@keras.saving.register_keras_serializable("kerasgan")
class AdaptiveAugment(AugmentationPipeline):
    """Augments as often as it takes to keep a discriminator from knowing its images by heart.

    Karras et al., "Training Generative Adversarial Networks with Limited Data", 2020,
    arXiv:2006.06676, section 3.1. Of the real images of `every` steps, augmented as they were,

        r = E[sign D(x)],

    which goes to 1 where D overfits, is compared with a target, and the probability p of the
    transforms of `AugmentationPipeline` moves up or down by the number of these images divided by
    `images`. It begins at 0, below which it does not go; above 1 every transform happens. Where D
    takes several steps for one of G, the last one's images count.

    Losses that compare real and generated images know no sign: D is right where its score is above
    the middle of both means. p is saved with the model, and logged as `augment_probability`.

    Args:
        target: The r that is aimed at, in (-1, 1).
        images: The number of images in which p can go from 0 to 1. The paper has 500,000, and
            100,000 to go on from trained networks.
        every: The steps from one move of p to the next.
        geometry: As in `AugmentationPipeline`.
        color: Likewise.
        cutout: Likewise.

    Raises:
        ValueError: If a number is out of range.
    """

    def __init__(self, target=0.6, images=500_000, every=4, *, geometry=1.0, color=1.0, cutout=0.0):
        super().__init__(0.0, geometry, color, cutout)
        if not -1.0 < target < 1.0:
            raise ValueError(f"target must be in (-1, 1), got {target!r}.")
        for name, number in (("images", images), ("every", every)):
            if number < 1:
                raise ValueError(f"{name} must be positive, got {number!r}.")
        self.target, self.images, self.every = target, images, every
        self.moves = True

    def state(self):
        """Returns new variables: p, and of the steps since it moved their number and images."""
        self.p, self.right, self.count = (
            _variable(0.0, "float32", name) for name in ("probability", "right", "count")
        )
        return [self.p, self.right, self.count, *super().state()]

    def probability(self):
        """Returns p, a float32 scalar."""
        self.build()
        return tf.convert_to_tensor(self.p.value)

    def observe(self, right, count):
        """Counts a step's images, and moves p if it is time; see `AugmentationPipeline`."""
        super().observe(right, count)
        right, count = self.right + right, self.count + count
        due = ops.equal(self.steps % self.every, 0)
        # E[sign] = (right - wrong) / count
        direction = ops.sign((2.0 * right - count) / count - self.target)
        move = ops.where(due, direction * count / self.images, 0.0)
        self.p.assign(ops.maximum(self.p + move, 0.0))
        self.right.assign(ops.where(due, 0.0, right))
        self.count.assign(ops.where(due, 0.0, count))

    def get_config(self):
        """Returns the arguments that rebuild the augmentation."""
        moves = {"target": self.target, "images": self.images, "every": self.every}
        return moves | self.strengths()


def _variable(value, dtype, name):
    # All replicas assign the same.
    return keras.Variable(
        value, dtype=dtype, trainable=False, aggregation="only_first_replica", name=name
    )


def _where(happens, matrices):
    """Returns matrices where transforms happen, the identity elsewhere."""
    return ops.where(happens[:, None, None], matrices, ops.eye(matrices.shape[-1]))


def _stretch(side, middle):
    """Returns which pixels lie in half of a side about a middle in [0, 1): bool (N, side)."""
    places = (ops.arange(side, dtype="float32") + 0.5) / side
    return ops.abs(places - middle[:, None]) < 0.25
