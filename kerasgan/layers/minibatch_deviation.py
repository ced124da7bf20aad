"""How much the examples of a batch differ, told to a discriminator."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class MinibatchStandardDeviation(keras.layers.Layer):
    """Appends a map that says how much the examples of a group differ.

    Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
    2017, arXiv:1710.10196, section 3: of each place and channel the standard deviation over a group
    of examples, of these the mean, as one number for all places. As in the authors' code examples
    i, i + M, i + 2 M, ... are a group, of the M groups that a batch has. A batch that cannot be
    divided has some larger groups. On several replicas groups are those of a replica's share.

    Args:
        group_size: The least number of examples in a group; a smaller batch is one group.

    Raises:
        ValueError: If `group_size` is not positive.
    """

    def __init__(self, group_size=4, **kwargs):
        if not group_size > 0:
            raise ValueError(f"group_size must be positive, got {group_size!r}.")
        super().__init__(**kwargs)
        self.group_size = group_size

    def call(self, inputs):
        """Returns maps (N, H, W, C + 1) of maps (N, H, W, C)."""
        shape = ops.shape(inputs)
        x = ops.reshape(ops.cast(inputs, "float32"), (shape[0], -1))
        group = ops.arange(shape[0]) % ops.maximum(shape[0] // self.group_size, 1)
        # Row i holds the weights of a mean over the group of example i.
        together = ops.cast(group[:, None] == group[None, :], "float32")
        together = together / ops.sum(together, axis=1, keepdims=True)
        variance = ops.matmul(together, ops.square(x - ops.matmul(together, x)))
        deviation = ops.mean(ops.sqrt(variance + 1e-8), axis=1)
        deviation = ops.cast(ops.reshape(deviation, (-1, 1, 1, 1)), inputs.dtype)
        appended = ops.broadcast_to(deviation, (*shape[:3], 1))
        return ops.concatenate([inputs, appended], axis=-1)

    def compute_output_shape(self, input_shape):
        """Returns (N, H, W, C + 1)."""
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {"group_size": self.group_size}
