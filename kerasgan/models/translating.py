"""What models have in common that translate images."""

import functools

import tensorflow as tf

from kerasgan import losses, networks
from kerasgan.data import check_image_shape, comparison_grid, to_float, to_uint8
from kerasgan.engine.images import apply_padded, predict_images
from kerasgan.engine.logs import logs
from kerasgan.engine.shapes import input_shape_of, open_shape
from kerasgan.metrics import sharpness

_DIRECTIONS = ("a_to_b", "b_to_a")


class Translates:
    """The translation of images: `translate` and its endpoint.

    Args:
        input_shape: (height, width, channels) of the inputs, or None.
        output_channels: The channels of the images made, or None.
        generator: A `keras.Model`, or None.
        others: The networks of the other players.
        seed: As in `Pix2Pix`.
        **kwargs: As in `ImageToImage`.
    """

    def __init__(self, input_shape, output_channels, generator, *others, seed, **kwargs):
        input_shape = input_shape and check_image_shape(input_shape)
        if generator is not None:
            input_shape = input_shape_of(generator, "generator", input_shape, "input_shape", ())
        if input_shape is None or None in input_shape:
            raise ValueError("Give an input_shape such as (256, 256, 3).")
        if generator is None:
            generator = networks.unet.generator(input_shape, output_channels or 3, seed=seed)
        if output_channels is None:
            shape = getattr(generator, "output_shape", None)
            if shape is None:
                raise ValueError(
                    f"Give output_channels: the generator {generator.name!r} does not tell them."
                )
            output_channels = shape[-1]
        super().__init__(
            (generator, *others),
            (*input_shape[:2], output_channels),
            input_shape=input_shape,
            seed=seed,
            **kwargs,
        )

    @logs(down=["l1"], up=["sharpness"])
    def measures(self, images, generated):
        """Returns E|y - G(x)|, and the sharpness of G(x)."""
        sharp = tf.reduce_mean(sharpness(generated))
        return {"l1": losses.l1(images, generated), "sharpness": sharp}

    def translate(self, images, batch_size=8):
        """Translates images.

        Args:
            images: uint8 in [0, 255] or float in [-1, 1], (N, H, W, channels). The paper's
                generator takes any H and W.
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255], (N, H, W, output_channels).

        Raises:
            ValueError: If the images have another type, range or number of channels.
        """
        return predict_images(self.to_images, images, batch_size)

    def endpoints(self):
        """Serves `translate`."""
        return {"translate": (self.to_images, self.to_images.input_signature)}

    def get_config(self):
        """Returns the arguments that rebuild the model."""
        return super().get_config() | {
            "input_shape": self.inputs_shape,
            "output_channels": self.image_shape[2],
        }


class TranslatesBothWays:
    """A mixin for models with a generator of each direction: `translate`, grids and endpoints.

    The players are `Networks`: the generators from A to B and from B to A, and the discriminators
    of A and of B.
    """

    sampler_code = "sampler_of('a_to_b')"

    def sampler_of(self, direction):
        """Returns the network that translates in a direction, averaged if there is an average."""
        there, back = self.sampler.layers
        return there if direction == "a_to_b" else back

    def call(self, inputs, training=False):
        """Returns [G_AB(a), G_BA(b)] of [a, b], float images."""
        made = zip(self.sampler.layers, inputs, strict=True)
        return [tf.cast(self.apply(*each, training), "float32") for each in made]

    @functools.cached_property
    def to_images(self):
        """The compiled functions from uint8 images to uint8 images, by direction."""

        def function(direction):
            network = self._accelerated[self.sampler_of(direction)]
            shape = open_shape(network, self.image_shape)
            return tf.function(
                lambda images: to_uint8(apply_padded(network, to_float(images))),
                input_signature=[tf.TensorSpec(shape, "uint8", "images")],
                autograph=False,
            )

        return {direction: function(direction) for direction in _DIRECTIONS}

    def translate(self, images, direction="a_to_b", batch_size=8):
        """Translates images to the other domain.

        Args:
            images: uint8 in [0, 255] or float in [-1, 1], (N, H, W, channels). The paper's
                generators take any H and W.
            direction: "a_to_b" or "b_to_a".
            batch_size: How many images to compute at once.

        Returns:
            A NumPy array of uint8 in [0, 255] of the same shape.

        Raises:
            ValueError: If the direction is another one, or the images have another type, range or
                number of channels.
        """
        if direction not in _DIRECTIONS:
            raise ValueError(f"direction must be one of {_DIRECTIONS}, got {direction!r}.")
        return predict_images(self.to_images[direction], images, batch_size)

    def real_and_inputs(self, x, y):
        """Returns the images of domain B and those of A."""
        return y, x

    def make_from(self, inputs, count, seed):
        """Returns the translations of images of A to B."""
        return self.translate(inputs)

    def grid(self, a, b):
        """Returns panels, a row for each image: itself, its translation, and that one's back.

        Args:
            a: Images of domain A, uint8 or float in [-1, 1], (N, H, W, channels).
            b: As many images of domain B.

        Returns:
            One picture, uint8 (H, W, C), the rows of A above those of B.
        """
        self.check_held_out_batch(a, b, "examples")
        rows = []
        for images, there, back in ((a, *_DIRECTIONS), (b, *_DIRECTIONS[::-1])):
            translated = self.translate(images, there)
            rows.append([to_uint8(to_float(images)).numpy(), translated])
            rows[-1].append(self.translate(translated, back))
        return comparison_grid([tf.concat(column, 0).numpy() for column in zip(*rows, strict=True)])

    def endpoints(self):
        """Serves `a_to_b`, `b_to_a`, `discriminate_a` and `discriminate_b`."""
        served = {name: (call, call.input_signature) for name, call in self.to_images.items()}
        images = tf.TensorSpec((None, *self.image_shape), "uint8", "images")

        def score_with(network):
            return lambda images: tf.cast(self.apply(network, to_float(images)), "float32")

        for domain, network in zip("ab", self.discriminator.layers, strict=True):
            served[f"discriminate_{domain}"] = (score_with(network), [images])
        return served

    def output_names(self):
        """Returns what signatures call the tensors of endpoints that return no images."""
        return {"discriminate_a": "logits", "discriminate_b": "logits"}
