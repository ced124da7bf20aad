"""Convolutions with fewer multiplications.

Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, arXiv:1509.09308,
section 4: Winograd's minimal filtering, F(2, r), makes two pixels in a row of a convolution by r
pixels with r + 1 multiplications instead of 2 r. In both directions that is 16 products of matrices
for 36 where r is 3, and 9 for 16 where r is 2. A convolution by 4 x 4 pixels with stride 2 is one
by 2 x 2 blocks of 2 x 2 pixels.

All coefficients are 0, 1, -1 and 1/2, so that results are as exact as those of the usual way. What
is to be done beside the products are a few passes over memory, if XLA compiles it.
"""

import functools

import tensorflow as tf

# The strides, which are the sides of blocks, by the sides of kernels.
_BLOCKS = {3: 1, 4: 2}
# A product of matrices is worth the passes over them if a third of the harmonic mean of its rows,
# summands and columns is at least this, by r.
_LEAST = {3: 40, 2: 75}


def _passes(function):
    """Compiles a function of tensors by XLA.

    It is asked for by shape, since TensorFlow warns of a function that is called with many.
    """
    compiled = tf.function(function, jit_compile=True, autograph=False)

    @functools.wraps(function)
    def call(*tensors):
        return compiled.get_concrete_function(*tensors)(*tensors)

    return call


def is_profitable(kernel_size, strides, maps, channels, filters):
    """Returns whether a convolution is supported, and was measured faster on CPUs.

    Args:
        kernel_size: (rows, columns).
        strides: (vertical, horizontal).
        maps: Shape of the maps that it makes, (N, H, W), of images whose sides are multiples of the
            strides.
        channels: Channels of the images that it takes.
        filters: Channels of the maps.
    """
    side, block = kernel_size[0], _BLOCKS.get(kernel_size[0])
    if (kernel_size, strides) != ((side, side), (block, block)):
        return False
    if any(side % 2 for side in maps[1:]):
        return False
    if {device.device_type for device in tf.config.list_logical_devices()} != {"CPU"}:
        return False  # what computes there has its own ways
    count, height, width = maps
    sizes = count * height * width // 4, block**2 * channels, filters
    return 1 / sum(1 / size for size in sizes) >= _LEAST[side // block]


def convolution(images, kernel, border):
    """Returns a convolution for which `is_profitable` is true.

    Args:
        images: (N, H, W, C), float32.
        kernel: (3, 3, C, filters), or (4, 4, C, filters) for stride 2.
        border: How many zeros to put around the images.

    Returns:
        Maps (N, H', W', filters).
    """
    side, _, channels, filters = kernel.shape
    block = _BLOCKS[side]
    taps = side // block
    sums = {2: _sums_of_three, 3: _sums_of_four}[taps]
    # Tiles are read by pairs of blocks, of which those of three blocks take half of the second.
    borders = (border, border + block * (taps % 2 == 0))
    images = tf.pad(images, [(0, 0), borders, borders, (0, 0)])
    _, height, width, _ = images.shape
    rows, columns = height // block // 2 - 1, width // block // 2 - 1
    images = tf.reshape(images, (-1, height // block, block, width // block, block, channels))
    images = tf.transpose(images, (0, 1, 3, 2, 4, 5))

    tiles = [
        tf.reshape(tile, (-1, block**2 * channels))
        for strip in sums(tf.reshape(images, (-1, rows + 1, 2, width * block * channels)))
        for tile in sums(tf.reshape(strip, (-1, columns + 1, 2, block**2 * channels)))
    ]
    products = [
        tf.reshape(tf.matmul(tile, tap), (-1, columns, filters))
        for tile, tap in zip(tiles, _weights(tf.convert_to_tensor(kernel)), strict=True)
    ]
    return tf.reshape(_pixels(*products), (-1, 2 * rows, 2 * columns, filters))


def transposed_convolution(maps, kernel):
    """Returns a transposed convolution with stride 2 and padding "same", which doubles maps.

    It is the gradient, by the images, of the convolution that makes such maps; see `is_profitable`.

    Args:
        maps: (N, H, W, filters), float32.
        kernel: (4, 4, C, filters).

    Returns:
        Images (N, 2 H, 2 W, C).
    """
    count, height, width, _ = maps.shape
    with tf.GradientTape() as tape:
        images = tf.zeros((count, 2 * height, 2 * width, kernel.shape[2]))
        tape.watch(images)
        outputs = convolution(images, kernel, border=1)  # pruned from graphs: it serves nothing
    return tape.gradient(outputs, images, maps)


@_passes
def _sums_of_three(blocks):
    """Returns the sums of each tile of three blocks, one tile at every second block.

    Args:
        blocks: (A, T + 1, 2, B).

    Returns:
        Three tensors (A, T, B).
    """
    first, second, third = blocks[:, :-1, 0], blocks[:, :-1, 1], blocks[:, 1:, 0]
    return [first - second, second, second - third]


@_passes
def _sums_of_four(blocks):
    """Returns the four sums of each tile of four blocks, as `_sums_of_three` does."""
    first, second = blocks[:, :-1, 0], blocks[:, :-1, 1]
    third, fourth = blocks[:, 1:, 0], blocks[:, 1:, 1]
    return [first - third, second + third, third - second, second - fourth]


@_passes
def _weights(kernel):
    """Returns what the sums of tiles are multiplied by: (r + 1)^2 tensors (block^2 C, filters)."""

    def sums(weights):
        if len(weights) == 2:
            first, last = weights
            return [first, first + last, last]
        first, middle, last = weights
        even, odd = (first + last) / 2, middle / 2
        return [first, even + odd, even - odd, last]

    side, _, channels, filters = kernel.shape
    block = _BLOCKS[side]
    kernel = tf.reshape(kernel, (side // block, block, side // block, block, channels, filters))
    return [
        tf.reshape(weights, (block**2 * channels, filters))
        for row in sums(tf.unstack(kernel))
        for weights in sums(tf.unstack(row, axis=1))
    ]


@_passes
def _pixels(*products):
    """Returns the 2 x 2 pixels of each tile.

    Args:
        products: (r + 1)^2 tensors (A, T, filters).

    Returns:
        (A, 2, T, 2, filters).
    """

    def pixels(products):
        first, *middle, last = products
        if len(middle) == 1:
            return [first + middle[0], middle[0] - last]
        return [first + middle[0] + middle[1], middle[0] - middle[1] - last]

    count = {9: 3, 16: 4}[len(products)]
    rows = [pixels(products[i : i + count]) for i in range(0, len(products), count)]
    pairs = [tf.stack(pixels(column), axis=1) for column in zip(*rows, strict=True)]
    return tf.stack(pairs, axis=3)
