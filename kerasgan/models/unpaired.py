"""What models have in common that learn from images of two domains, but no pairs."""

import keras

from kerasgan.data import check_images, to_float


class TakesTwoDomains:
    """A mixin for models that `fit` takes (a, b), images of two domains of one shape."""

    domains = "images of domain A", "images of domain B"

    def unpack(self, data):
        """Returns [a, b], float32 in [-1, 1]."""
        a, b, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        return [super().unpack((a, None, sample_weight)), to_float(b)]

    def check_batch(self, x, y, name):
        """Raises a ValueError if the arrays are not images of two domains, as many of each."""
        for images, domain in zip((x, y), self.domains, strict=True):
            check_images(images, self.image_shape, f"{name}: the {domain}")
        if len(x) != len(y):
            counts = zip((len(x), len(y)), self.domains, strict=True)
            raise ValueError(
                f"{name} has {', but '.join(f'{n} {domain}' for n, domain in counts)}."
            )
