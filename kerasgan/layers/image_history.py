"""Memories of generated images."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class ImageHistory(keras.layers.Layer):
    """Shows a discriminator images that the generator made earlier, half of the time.

    Shrivastava et al., "Learning from Simulated and Unsupervised Images through Adversarial
    Training", 2016, arXiv:1612.07828, section 2.3, as CycleGAN has it: the first `size` images are
    stored and returned. From then on each image is, with probability 1/2, returned as it is, or
    stored in the place of a random one, which is returned instead.

    The images of one batch take different places: of a batch of more than `size` images the rest
    is returned as it is. Every replica of tf.distribute must be given the same images, those of
    the whole batch: all then draw the same places, and their histories stay equal.

    Args:
        size: How many images to keep; 0 returns all images as they are.
        seed: An integer seed of the draws, or None.

    Input shape: (N, H, W, C), fixed but for N. Output shape: the same.
    """

    def __init__(self, size=50, seed=None, **kwargs):
        super().__init__(**({"dtype": "float32"} | kwargs))
        self.size, self.seed = size, seed
        # Keras' own generator, not one that differs between replicas.
        self.draws = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        """Makes room for the images."""
        _make_room(self, input_shape)

    def call(self, images):
        """Returns the images to show, and remembers; images flow in and out without gradients."""
        if self.size == 0:
            return images
        images = ops.stop_gradient(images)
        batch, rest = images[: self.size], images[self.size :]
        number = ops.shape(batch)[0]
        full = self.count >= self.size
        in_turn = self.count + ops.arange(number)
        at_random = keras.random.shuffle(ops.arange(self.size), seed=self.draws)[:number]
        places = ops.where(full, at_random, in_turn % self.size)
        coins = keras.random.uniform((number,), seed=self.draws) < 0.5
        fills = in_turn < self.size  # none when full
        swaps = ops.logical_and(full, coins)

        def choose(chosen, these, those):
            return ops.where(ops.reshape(chosen, (-1, 1, 1, 1)), these, those)

        stored = ops.take(self.images, places, axis=0)
        kept = choose(ops.logical_or(fills, swaps), batch, stored)
        self.images.assign(ops.scatter_update(self.images, places[:, None], kept))
        self.count.assign(ops.minimum(self.count + number, self.size))
        return ops.concatenate([choose(swaps, stored, batch), rest])

    def compute_output_shape(self, input_shape):
        """Returns the shape of the images."""
        return input_shape

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {"size": self.size, "seed": self.seed}


@keras.saving.register_keras_serializable("kerasgan")
class SampledHistory(keras.layers.Layer):
    """Returns images that the generator made earlier, as many as there are new ones.

    Shrivastava et al., 2016, arXiv:1612.07828, section 2.3: the images returned are drawn from
    those that are stored, and the new ones then take random places among them. As long as there
    is room, they are stored beside them. Of the first call, before anything is stored, the new
    images are returned themselves.

    The images of one batch take different places: of a batch of more than `size` images the rest
    is not stored. Every replica of tf.distribute must be given the same images, as with
    `ImageHistory`.

    Args:
        size: How many images to keep, a positive number.
        seed: An integer seed of the draws, or None.

    Input shape: (N, H, W, C), fixed but for N. Output shape: the same.
    """

    def __init__(self, size, seed=None, **kwargs):
        super().__init__(**({"dtype": "float32"} | kwargs))
        self.size, self.seed = size, seed
        # Keras' own generator, not one that differs between replicas.
        self.draws = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        """Makes room for the images."""
        _make_room(self, input_shape)

    def call(self, images, store=True):
        """Returns stored images, and stores these; images flow in and out without gradients.

        Args:
            images: The new images.
            store: Whether to store them, a boolean or a boolean tensor.
        """
        new = ops.stop_gradient(images)
        drawn = keras.random.uniform((ops.shape(new)[0],), seed=self.draws)
        chosen = ops.cast(drawn * ops.cast(self.count, "float32"), "int32")
        old = ops.take(self.images, ops.minimum(chosen, ops.maximum(self.count - 1, 0)), axis=0)
        shown = ops.where(self.count > 0, old, new)

        batch = new[: self.size]
        number = ops.shape(batch)[0]
        full = self.count >= self.size
        in_turn = self.count + ops.arange(number)
        at_random = keras.random.shuffle(ops.arange(self.size), seed=self.draws)[:number]
        places = ops.where(full, at_random, in_turn % self.size)
        stores = ops.logical_and(store, ops.logical_or(full, in_turn < self.size))
        stored = ops.take(self.images, places, axis=0)
        kept = ops.where(ops.reshape(stores, (-1, 1, 1, 1)), batch, stored)
        self.images.assign(ops.scatter_update(self.images, places[:, None], kept))
        count = ops.minimum(self.count + number, self.size)
        self.count.assign(ops.where(store, count, self.count))
        return shown

    def compute_output_shape(self, input_shape):
        """Returns the shape of the images."""
        return input_shape

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {"size": self.size, "seed": self.seed}


def _make_room(history, input_shape):
    """Adds the weights of a history: the images, and how many there are."""
    # Replicas hold the same images: any one's will do.
    options = {
        "initializer": "zeros",
        "trainable": False,
        "aggregation": "only_first_replica",
    }
    history.images = history.add_weight((history.size, *input_shape[1:]), name="images", **options)
    history.count = history.add_weight((), dtype="int32", name="count", **options)
