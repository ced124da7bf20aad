"""Changes of place: one affine map for each image, by which it is sampled once.

A transform returns matrices (N, 3, 3) that take a pixel (x, y, 1) of the changed image, counted
from the middle, to the pixel of the image that it shows. Each takes, for N images, two numbers of
U[0, 1), u (2, N), two of N(0, 1), n (2, N), and the sides (width, height).
"""

import math

from keras import ops


def flip(u, n, sides):
    """Mirrors half of the images."""
    return _scaling(ops.where(u[0] < 0.5, -1.0, 1.0), 1.0)


def quarter_turns(u, n, sides):
    """Turns by 0, 90, 180 or 270 degrees."""
    return _rotation(math.pi / 2 * ops.floor(4.0 * u[0]))


def whole_shift(u, n, sides):
    """Moves by whole pixels, up to an eighth of the sides."""
    return _translation(
        *(ops.round((2.0 * u[i] - 1.0) * side / 8.0) for i, side in enumerate(sides))
    )


def scale(u, n, sides):
    """Scales by 2^(0.2 n)."""
    factor = 2.0 ** (0.2 * n[0])
    return _scaling(factor, factor)


def turn(u, n, sides):
    """Turns by any angle."""
    return _rotation(math.pi * (2.0 * u[0] - 1.0))


def stretch(u, n, sides):
    """Makes wider by 2^(0.2 n), and lower by as much."""
    factor = 2.0 ** (0.2 * n[0])
    return _scaling(factor, 1.0 / factor)


def shift(u, n, sides):
    """Moves by n / 8 of the sides."""
    return _translation(*(n[i] * side / 8.0 for i, side in enumerate(sides)))


def sample(images, matrices):
    """Returns images of the pixels that matrices say, beyond the borders mirrored.

    Between pixels it interpolates linearly. TensorFlow's own operation has for its gradient
    another one that goes the opposite way, which is not exact.

    Args:
        images: (N, height, width, channels), of at least 2 x 2 pixels.
        matrices: (N, 3, 3); see above.
    """
    height, width, channels = images.shape[1:]
    x = ops.arange(width, dtype="float32") - (width - 1) / 2
    y = ops.arange(height, dtype="float32") - (height - 1) / 2
    m = matrices[:, :2, :, None, None]
    places = m[:, :, 0] * x + m[:, :, 1] * y[:, None] + m[:, :, 2]
    left, to_right = _between(places[:, 0] + (width - 1) / 2, width)
    above, to_below = _between(places[:, 1] + (height - 1) / 2, height)
    first = ops.arange(ops.shape(images)[0])[:, None, None] * (height * width)
    corners = first + above * width + left
    pixels = ops.reshape(images, (-1, channels))

    def rows(corners):
        start, end = (ops.take(pixels, corners + i, axis=0) for i in range(2))
        return (1.0 - to_right) * start + to_right * end

    return (1.0 - to_below) * rows(corners) + to_below * rows(corners + width)


def _between(places, side):
    """Returns which pixel lies before places, mirrored into [0, side - 1], and how far they are."""
    last = side - 1
    places = last - ops.abs(last - ops.mod(places, 2.0 * last))
    before = ops.minimum(ops.floor(places), last - 1.0)
    return ops.cast(before, "int32"), (places - before)[..., None]


def _matrices(rows):
    like = ops.zeros_like(next(x for row in rows for x in row if not isinstance(x, float)))
    return ops.stack([ops.stack([x + like for x in row], axis=-1) for row in rows], axis=-2)


def _scaling(x, y):
    return _matrices([[1.0 / x, 0.0, 0.0], [0.0, 1.0 / y, 0.0], [0.0, 0.0, 1.0]])


def _rotation(angle):
    cosine, sine = ops.cos(angle), ops.sin(angle)
    return _matrices([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def _translation(x, y):
    return _matrices([[1.0, 0.0, -x], [0.0, 1.0, -y], [0.0, 0.0, 1.0]])
