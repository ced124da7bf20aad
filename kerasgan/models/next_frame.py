"""The next frame of a video."""

import functools

import keras
import numpy as np
import tensorflow as tf

from kerasgan import losses, networks
from kerasgan.data import check_image_shape, check_images, comparison_grid, to_float, to_uint8
from kerasgan.engine.batches import batch_length, not_empty
from kerasgan.engine.checks import check_integer, check_weight, warn_of_bounded_logits
from kerasgan.engine.images import apply_padded, predict_images
from kerasgan.engine.logs import logs
from kerasgan.engine.model import AdversarialModel
from kerasgan.engine.players import Networks
from kerasgan.engine.shapes import check_network, check_scores, open_shape
from kerasgan.metrics import moving_psnr, psnr, sharpness_difference
from kerasgan.models.two_players import TwoPlayers
from kerasgan.networks.next_frame import FACTORS, pyramid


class PredictsFrames(AdversarialModel):
    """A generator that makes the next frame at four scales, and is told how far it is off.

    Batches are [next frame y, frames x]; what is generated is a list, from the smallest scale to
    the largest.

    Args:
        players: A generator, and what else plays.
        image_shape: (height, width, channels) of the frames to train on.
        frames: How many frames the generator sees.
        l1_weight: The weight of the mean absolute difference.
        l2_weight: The weight of the mean squared difference.
        gdl_weight: The weight of the gradient difference loss.
        **kwargs: As in `AdversarialModel`.
    """

    def __init__(self, players, image_shape, *, frames, l1_weight, l2_weight, gdl_weight, **kwargs):
        height, width, channels = image_shape
        takes = (height, width, frames * channels)
        makes = [(height // k, width // k, channels) for k in FACTORS]
        check_network(players[0], "generator", [takes], makes, "image_shape")
        super().__init__(players, image_shape, **kwargs)
        self.frames, self.inputs_shape = frames, takes
        self.l1_weight = check_weight("l1_weight", l1_weight)
        self.l2_weight = check_weight("l2_weight", l2_weight)
        self.gdl_weight = check_weight("gdl_weight", gdl_weight)

    # ------------------------------------------------------------------ the paper

    def fake_batch(self, real, training):
        """Returns the next frame at each scale."""
        _, frames = real
        generator = self.generator if training else self.sampler
        return [tf.cast(made, "float32") for made in self.apply(generator, frames, training)]

    @logs(down=["generator_l1_loss"], when="l1_weight")
    @logs(down=["generator_l2_loss"], when="l2_weight")
    @logs(down=["generator_gdl_loss"], when="gdl_weight")
    def content_losses(self, images, made):
        """Returns the weighted distances from the true frame, by name, each summed over scales."""
        scales = list(zip(pyramid(images), made, strict=True))
        values = {}
        for name, weight, distance in (
            ("l1", self.l1_weight, losses.l1),
            ("l2", self.l2_weight, losses.l2),
            ("gdl", self.gdl_weight, losses.gradient_difference),
        ):
            if weight:
                values[f"generator_{name}_loss"] = weight * sum(distance(*each) for each in scales)
        return values

    @logs(up=["psnr"])
    def measures(self, images, made):
        """Returns PSNR in dB, of at most 100 for an image: equal ones have no finite mean."""
        return {"psnr": tf.reduce_mean(tf.minimum(psnr(images, made[-1]), 100.0))}

    @logs(up=["sharpness_difference", "moving_psnr"], held_out=True)
    @logs(up=["copy_psnr", "copy_sharpness_difference", "copy_moving_psnr"], held_out=True)
    def test_step(self, data):
        """Measures whole frames, and copies of the last one beside them, changing nothing.

        PSNR of the pixels that move is the mean over those frames in which some do.
        """
        images, frames = self.unpack(data)
        size = batch_length(frames)
        images = not_empty(images, (FACTORS[0], FACTORS[0], self.image_shape[2]))
        frames = not_empty(frames, (FACTORS[0], FACTORS[0], self.inputs_shape[2]))
        made = self.fake_batch([images, frames], training=False)
        last = frames[..., -self.image_shape[2] :]
        values = self.content_losses(images, made) | self.measures(images, made)
        of_moving, moves = {}, None
        for prefix, frame in (("", made[-1]), ("copy_", last)):
            values[f"{prefix}sharpness_difference"] = tf.reduce_mean(
                sharpness_difference(images, frame)
            )
            found = moving_psnr(images, frame, last)
            moves = tf.math.is_finite(found) if moves is None else moves
            of_moving[f"{prefix}moving_psnr"] = mean_where(moves, tf.minimum(found, 100.0))
        values["copy_psnr"] = tf.reduce_mean(tf.minimum(psnr(images, last), 100.0))
        moving = tf.where(size > 0, tf.math.count_nonzero(moves, dtype=size.dtype), 0)
        return self.log(size, values) | self.log(moving, of_moving)

    # ------------------------------------------------------------------ data

    def unpack(self, data):
        """Returns [next frame, frames], float32 in [-1, 1]."""
        frames, images, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        return [to_float(images), super().unpack((frames, None, sample_weight))]

    def check_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not frames and the next ones."""
        self._check_pair(x, y, self.image_shape[:2], name)

    def check_held_out_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not such frames, of any sides of multiples of 8."""
        self._check_pair(x, y, (None, None), name)
        if any(side % FACTORS[0] for side in y.shape[1:3]):
            raise ValueError(
                f"{name}: the sides of frames must be multiples of {FACTORS[0]}, but are "
                f"{' x '.join(map(str, y.shape[1:3]))}."
            )

    def _check_pair(self, x, y, sides, name):
        check_images(x, (*sides, self.inputs_shape[2]), f"{name}: the {self.frames} frames x")
        check_images(y, (*x.shape[1:3], self.image_shape[2]), f"{name}: the next frames y")
        if len(x) != len(y):
            raise ValueError(f"{name} has {len(x)} examples of frames, but {len(y)} next frames.")

    def examined_pairs(self, real, fake):
        """Returns the true next frames and those made, at the largest scale."""
        return [(real[0], fake[-1])]

    # ------------------------------------------------------------------ frames out

    @functools.cached_property
    def to_images(self):
        """The compiled function from uint8 frames (N, H, W, frames * C) to the next, uint8.

        Of any height and width: where they are no multiples of 8 the frames are continued by their
        mirror image, and the rest is cut off.
        """
        network = self._accelerated[self.sampler]
        shape = open_shape(network, self.inputs_shape)
        return tf.function(
            lambda frames: to_uint8(apply_padded(network, to_float(frames), multiple=FACTORS[0])),
            input_signature=[tf.TensorSpec(shape, "uint8", "frames")],
            autograph=False,
        )

    def predict_frames(self, clip, count=1):
        """Predicts how a clip goes on: each frame of those before it, predicted ones too.

        Args:
            clip: uint8 in [0, 255] or float in [-1, 1], (T, H, W, channels), the newest last, of
                any H and W; T is at least `frames`, and the last of these count. Or several of one
                size, (N, T, H, W, channels).
            count: How many frames to predict.

        Returns:
            A NumPy array of uint8 in [0, 255], (count, H, W, channels), or (N, count, H, W,
            channels).

        Raises:
            ValueError: If the clip has another type, range or shape, or too few frames, or `count`
                is not a positive integer.
        """
        count, clip = check_integer("count", count), np.asarray(clip)
        channels = self.image_shape[2]
        if clip.ndim not in (4, 5) or clip.shape[-4] < self.frames:
            raise ValueError(
                f"clip must have the shape (T, H, W, {channels}), of at least {self.frames} "
                f"frames, or (N, T, H, W, {channels}), but has {clip.shape}."
            )
        clips = clip[None] if clip.ndim == 4 else clip
        check_images(clips.reshape(-1, *clips.shape[2:]), (None, None, channels), "clip")
        clips = clips if clips.dtype == np.uint8 else to_uint8(clips).numpy()
        known = clips[:, -self.frames :]
        for _ in range(count):
            frames = np.concatenate(list(known[:, -self.frames :].swapaxes(0, 1)), axis=-1)
            made = predict_images(self.to_images, frames, batch_size=8)
            known = np.concatenate([known, made[:, None]], axis=1)
        made = known[:, self.frames :]
        return made[0] if clip.ndim == 4 else made

    def real_and_inputs(self, x, y):
        """Returns the next frames, and the frames before them."""
        return y, x

    def make_from(self, inputs, count, seed):
        """Returns the frames that are predicted."""
        return predict_images(self.to_images, inputs, batch_size=8)

    def grid(self, frames, images):
        """Returns a picture, a row for each example: the frames, what is predicted, the next one.

        Args:
            frames: Frames x, uint8 or float in [-1, 1], (N, H, W, frames * channels).
            images: The next frames y.

        Returns:
            One picture, uint8 (H, W, C).
        """
        self.check_held_out_batch(frames, images, "examples")
        made = predict_images(self.to_images, frames, batch_size=8)
        before = np.split(np.asarray(frames), self.frames, axis=-1)
        return comparison_grid([*before, made, images])

    def endpoints(self):
        """Serves `predict_frame`, of frames (N, H, W, frames * channels), the newest last."""
        return {"predict_frame": (self.to_images, self.to_images.input_signature)}

    def input_ranges(self):
        """Says what frames are, too."""
        text = "uint8 in [0, 255], channels of each frame one after the other, the newest last"
        return super().input_ranges() | {"frames": text}

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "image_shape": self.image_shape,
            "frames": self.frames,
            "l1_weight": self.l1_weight,
            "l2_weight": self.l2_weight,
            "gdl_weight": self.gdl_weight,
        }


@keras.saving.register_keras_serializable("kerasgan")
class NextFramePredictor(PredictsFrames):
    """The generator of `NextFrameGAN` alone: the paper's baselines.

    Arguments are those of `NextFrameGAN`, without what concerns discriminators.
    """

    players = network_names = ("generator",)
    discriminator = discriminator_optimizer = None

    def __init__(
        self,
        image_shape,
        frames=4,
        generator=None,
        *,
        l1_weight=1.0,
        l2_weight=0.0,
        gdl_weight=1.0,
        ema=None,
        seed=None,
        **kwargs,
    ):
        image_shape, frames = checked(image_shape, frames)
        if not (l1_weight or l2_weight or gdl_weight):
            raise ValueError("Without discriminators a weight of the distances must not be 0.")
        generator = generator or networks.next_frame.generator(image_shape[2], frames, seed=seed)
        super().__init__(
            (generator,),
            image_shape,
            frames=frames,
            l1_weight=l1_weight,
            l2_weight=l2_weight,
            gdl_weight=gdl_weight,
            ema=ema,
            seed=seed,
            **kwargs,
        )

    def train_step(self, data):
        """Updates G."""
        real = self.unpack(data)
        with tf.GradientTape() as tape:
            fake = self.fake_batch(real, training=True)
            values = self.generator_losses(real, fake, training=True)
        self.update("generator", values["generator_loss"], tape)
        self.update_averages(batch_length(real))
        return self.log(batch_length(real), values)

    @logs(down=["generator_loss"])
    def generator_losses(self, real, fake, training):
        """Returns G's loss by term, and the measures."""
        images, _ = real
        values = self.content_losses(images, fake)
        total = sum(values.values()) + sum(self.generator.losses)
        return values | {"generator_loss": total} | self.measures(images, fake)

    def default_optimizers(self):
        """Returns the paper's gradient descent."""
        return (keras.optimizers.SGD(0.04),)

    def compile(self, generator_optimizer=None, **kwargs):
        """Prepares the model for training.

        Args:
            generator_optimizer: A `keras.optimizers.Optimizer` or its name; None is the paper's.
            **kwargs: As in `AdversarialModel.compile`.

        Raises:
            ValueError: As in `AdversarialModel.compile`.
        """
        super().compile((generator_optimizer,), **kwargs)


@keras.saving.register_keras_serializable("kerasgan")
class NextFrameGAN(TwoPlayers, PredictsFrames):
    """Predicts the next frame of a video of the frames before it.

    Mathieu, Couprie & LeCun, "Deep multi-scale video prediction beyond mean square error", 2015,
    arXiv:1511.05440: the squared difference blurs what may move in several ways. A generator of
    four scales learns of differences of pixels and of their gradients, and of a discriminator of
    each scale, which sees the frames before too:

        L_D = sum_k -E[log D_k(x_k, y_k)] - E[log(1 - D_k(x_k, G_k(x)))]
        L_G = sum_k 0.05 -E[log D_k(x_k, G_k(x))] + E|G_k(x) - y_k| + GDL(y_k, G_k(x))

    where x_k and y_k are frames and the next one, averaged to scale k, GDL is
    `kerasgan.losses.gradient_difference`, and the differences may be squared instead (`l2_weight`).
    Gradients flow through all scales. Optimizers are the paper's gradient descent, with learning
    rates of 0.04 and 0.02. The paper draws other examples for the step of G than for that of the
    discriminators; here both see one batch. The authors' code has two more terms in L_D, of clips
    and of next frames that do not belong to them, which are not here.

    `fit` takes (frames, next frame): (N, height, width, frames * channels), the channels of one
    frame after the other, the newest last, and (N, height, width, channels), such as
    `kerasgan.data.Clips` makes them. Validation data, and clips to predict, may be larger:
    networks learn of parts of 32 x 32 pixels, and predict whole frames.

    Args:
        image_shape: (height, width, channels) of the frames to train on, of sides that are
            multiples of 8.
        frames: How many frames the generator sees.
        generator: A `keras.Model` from frames to a list of the next frame in [-1, 1] at each scale,
            (N, H / 8, W / 8, channels) to (N, H, W, channels); None builds the paper's.
        discriminator_1: A `keras.Model` from [next frame, frames] at the smallest scale, an eighth
            of the sides, to raw logits, (N, 1) or a map; None builds the paper's, for sides of at
            least 32.
        discriminator_2: The same at a quarter of the sides.
        discriminator_3: The same at a half.
        discriminator_4: The same at the largest scale.
        l1_weight: The weight of the mean absolute difference.
        l2_weight: The weight of the mean squared difference.
        gdl_weight: The weight of the gradient difference loss.
        adversarial_weight: The weight of the adversarial loss; 0 makes a `NextFramePredictor`, to
            which discriminators do not matter.
        ema: The decay of a moving average of the generator's weights, in (0, 1), or None.
        seed: An integer in [0, 2**32), the seed of the weights, or None.

    Raises:
        ValueError: If an argument is out of range, no network can be built for the shape, or the
            networks fit neither each other nor the other arguments.
    """

    network_names = ("generator", *(f"discriminator_{k + 1}" for k in range(len(FACTORS))))
    content_model = NextFramePredictor

    def __new__(cls, *args, adversarial_weight=0.05, **kwargs):
        """Returns a model of the class, or without an adversarial weight of `content_model`."""
        if adversarial_weight != 0:
            return super().__new__(cls, *args, **kwargs)
        judges = cls.network_names[1:]
        return cls.content_model(
            *args[:3], **{name: value for name, value in kwargs.items() if name not in judges}
        )

    def __init__(
        self,
        image_shape,
        frames=4,
        generator=None,
        discriminator_1=None,
        discriminator_2=None,
        discriminator_3=None,
        discriminator_4=None,
        *,
        l1_weight=1.0,
        l2_weight=0.0,
        gdl_weight=1.0,
        adversarial_weight=0.05,
        ema=None,
        seed=None,
        **kwargs,
    ):
        image_shape, frames = checked(image_shape, frames)
        height, width, channels = image_shape
        generator = generator or networks.next_frame.generator(channels, frames, seed=seed)
        judges = [discriminator_1, discriminator_2, discriminator_3, discriminator_4]
        if None in judges:
            built = networks.next_frame.discriminators(image_shape, frames, seed=seed)
            judges = [given or own for given, own in zip(judges, built, strict=True)]
        for factor, judge in zip(FACTORS, judges, strict=True):
            shape = (height // factor, width // factor, channels)
            beside = [(*shape[:2], frames * channels)]
            check_scores(judge, shape, beside)
            warn_of_bounded_logits(judge, shape, beside, self.logits_count)
        super().__init__(
            (generator, Networks(judges, "discriminator")),
            image_shape,
            frames=frames,
            l1_weight=l1_weight,
            l2_weight=l2_weight,
            gdl_weight=gdl_weight,
            ema=ema,
            seed=seed,
            **kwargs,
        )
        for name, judge in zip(self.network_names[1:], judges, strict=True):
            setattr(self, name, judge)
        self.adversarial_weight = check_weight("adversarial_weight", adversarial_weight)

    # ------------------------------------------------------------------ the paper

    def default_optimizers(self):
        """Returns the paper's gradient descent."""
        return keras.optimizers.SGD(0.04), keras.optimizers.SGD(0.02)

    def train_step(self, data):
        """Updates the discriminators, then G, by one pass of G."""
        real = self.unpack(data)
        with tf.GradientTape() as generator_tape:
            fake = self.fake_batch(real, training=True)
        with tf.GradientTape() as tape:
            values = self.discriminator_losses(real, fake, training=True)
        self.update("discriminator", values["discriminator_loss"], tape)
        with generator_tape:  # which goes on recording
            values |= self.generator_losses(real, fake, training=True)
        self.update("generator", values["generator_loss"], generator_tape)
        self.update_averages(batch_length(real))
        values |= self.adapt_augment(batch_length(real), values)
        return self.log(batch_length(real), values)

    @logs(down=["discriminator_loss"], up=["real_accuracy", "fake_accuracy"])
    def discriminator_losses(self, real, fake, training):
        """Returns the discriminators' loss, summed over scales, and their mean accuracies."""
        images, frames = real
        scores = zip(
            self.scores(pyramid(images), frames, training),
            self.scores(fake, frames, training),
            strict=True,
        )
        scores = list(scores)
        loss = sum(self.adversarial_loss.discriminator(*each) for each in scores)
        accuracies = zip(*(self.adversarial_loss.accuracy(*each) for each in scores), strict=True)
        real_accuracy, fake_accuracy = (tf.reduce_mean(each) for each in accuracies)
        return {
            "discriminator_loss": loss + sum(self.discriminator.losses),
            "real_accuracy": real_accuracy,
            "fake_accuracy": fake_accuracy,
        }

    @logs(down=["generator_loss", "generator_adversarial_loss"])
    def generator_losses(self, real, fake, training):
        """Returns G's loss by term, and the measures."""
        images, frames = real
        reference = [None] * len(fake)
        if self.adversarial_loss.relativistic:
            reference = self.scores(pyramid(images), frames, training)
        scores = self.scores(fake, frames, training)
        fooled = sum(map(self.adversarial_loss.generator, scores, reference))
        values = self.content_losses(images, fake)
        values["generator_adversarial_loss"] = self.adversarial_weight * fooled
        total = sum(values.values()) + sum(self.generator.losses)
        return values | {"generator_loss": total} | self.measures(images, fake)

    def scores(self, images, frames, training):
        """Returns the logits of a next frame at each scale, a list.

        Args:
            images: The next frame at each scale.
            frames: The frames before it, at the largest.
            training: Whether it is training.
        """
        scales = zip(self.discriminator.layers, images, pyramid(frames), strict=True)
        return [self.apply(judge, [image, before], training) for judge, image, before in scales]

    # ------------------------------------------------------------------ serialization

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {"adversarial_weight": self.adversarial_weight}


def checked(image_shape, frames):
    """Returns the shape of frames to train on, and how many the generator sees.

    Raises:
        ValueError: If either is impossible.
    """
    height, width, _ = image_shape = check_image_shape(image_shape)
    if height % FACTORS[0] or width % FACTORS[0]:
        raise ValueError(
            f"The sides of frames must be multiples of {FACTORS[0]}, but are {height} x {width}."
        )
    return image_shape, check_integer("frames", frames)


def mean_where(condition, values):
    """Returns the mean of those values for which a condition holds; 0 if there are none."""
    number = tf.maximum(tf.math.count_nonzero(condition, dtype=values.dtype), 1.0)
    return tf.reduce_sum(tf.where(condition, values, 0.0)) / number
