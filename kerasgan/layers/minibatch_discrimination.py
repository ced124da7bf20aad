"""Minibatch discrimination."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class MinibatchDiscrimination(keras.layers.Layer):
    """Tells a discriminator how close each example is to the others of its batch.

    Salimans et al., "Improved Techniques for Training GANs", 2016, arXiv:1606.03498, section 3.2:
    with M_i = x_i T, a matrix of B rows,

        c_b(x_i, x_j) = exp(-|| M_ib - M_jb ||_1)
        o_b(x_i) = sum over j != i of c_b(x_i, x_j)

    and the layer gives [x_i, o(x_i)]. Input (N, d), output (N, d + B); o lies in [0, N - 1]. It
    needs memory for N * N * B * C numbers. The authors' code also scales T to the data and adds a
    bias to o; here it is as the paper has it.

    A batch is what goes through the layer at once: real and generated images must go through apart,
    or each would be compared with the other. Under `tf.distribute` it is a replica's share.

    Args:
        kernels: B: how many notions of closeness there are.
        kernel_dim: C: the length of a row of M.
        kernel_initializer: Initializer of T (d, B * C).

    Raises:
        ValueError: If `kernels` or `kernel_dim` is not positive, or the input is not (N, d).
    """

    def __init__(self, kernels=100, kernel_dim=5, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        if kernels < 1 or kernel_dim < 1:
            raise ValueError(
                f"kernels and kernel_dim must be positive, got {kernels=}, {kernel_dim=}."
            )
        self.kernels, self.kernel_dim = kernels, kernel_dim
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        """Makes T."""
        if len(input_shape) != 2:
            raise ValueError(f"{self.name} takes vectors (N, d), got the shape {input_shape}.")
        # Flat, as initializers take the axes of a tensor of rank 3 for those of a convolution.
        self.kernel = self.add_weight(
            (input_shape[-1], self.kernels * self.kernel_dim),
            self.kernel_initializer,
            autocast=False,
            name="kernel",
        )

    def call(self, inputs):
        """Returns [x, o(x)]."""
        # All in float32: where examples are close, M differs by less than float16 resolves.
        matrices = ops.reshape(
            ops.matmul(ops.cast(inputs, "float32"), self.kernel),
            (-1, self.kernels, self.kernel_dim),
        )
        distances = ops.sum(ops.abs(matrices[:, None] - matrices[None]), axis=-1)
        closeness = ops.sum(ops.exp(-distances), axis=1) - 1.0  # without c_b(x_i, x_i) = 1
        return ops.concatenate([inputs, ops.cast(closeness, self.compute_dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        """Returns (N, d + kernels)."""
        return (input_shape[0], input_shape[-1] + self.kernels)

    def get_config(self):
        """Returns the arguments that rebuild the layer."""
        return super().get_config() | {
            "kernels": self.kernels,
            "kernel_dim": self.kernel_dim,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
