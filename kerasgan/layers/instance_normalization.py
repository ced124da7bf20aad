"""Instance normalization."""

import keras


@keras.saving.register_keras_serializable("kerasgan")
class InstanceNormalization(keras.layers.GroupNormalization):
    """Normalizes each channel of each image by itself: group normalization, a group a channel.

    Ulyanov, Vedaldi and Lempitsky, "Instance Normalization: The Missing Ingredient for Fast
    Stylization", 2016, arXiv:1607.08022. Input and output: (N, H, W, C).

    The networks of this package have `keras.layers.GroupNormalization(groups=-1)`, which is the
    same, so that their files need nothing else than Keras.

    Args:
        **kwargs: As in `keras.layers.GroupNormalization`: `epsilon`, and whether there are gains
            and biases (`scale`, `center`).
    """

    def __init__(self, **kwargs):
        super().__init__(**({"groups": -1} | kwargs))
