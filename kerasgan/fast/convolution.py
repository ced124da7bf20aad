"""Convolutions, faster where libraries are slow."""

import numpy as np
from keras import ops

from kerasgan.fast import kernels, winograd

# With more pixels than these, of a convolution that doubles maps and of one that halves them, the
# weights are used often enough to repay being brought in order.
_MOST_PIXELS = 8 * 8
_MOST_HALVED_PIXELS = 2 * 2
# Kernels of CPUs compute this many channels, or half as many, in the time of a single one.
_LANES = 32
# The most channels that a doubled map has if its pixels are made by a convolution.
_FEW = 4


def convolution(layer, inputs, training):
    """Returns what `keras.layers.Conv2D` makes of images (N, H, W, C), or None.

    - Training on a CPU, large convolutions of many channels take fewer multiplications
      (`winograd`).
    - From many channels to a few, such as 9 x 9 pixels to 3 channels, libraries compute as many
      channels at a time as a processor has lanes, and throw most of them away. The 9 rows are 27
      channels of one convolution of 1 x 9 pixels, and a second one adds those up, each in its
      place. It takes less than half the time.
    - From a few channels, such as a single one, the gradient by the images is a transposed
      convolution of few filters: see `transposed_convolution`.
    - Of at most 4 x 4 pixels of a single image, see `transposed_convolution` too.
    - In groups of channels, see `kernels.grouped_convolution`.
    """
    if not _is_plain(layer):
        return None
    kernel = ops.convert_to_tensor(layer.kernel)
    if layer.groups > 1:
        odd = all(side % 2 for side in layer.kernel_size)
        if layer.strides != (1, 1) or layer.padding != "same" or not odd:
            return None
        return _finished(layer, kernels.grouped_convolution(inputs, kernel))
    rows, columns, channels, filters = kernel.shape
    maps = layer.compute_output_shape(inputs.shape)[:3] if training else None
    if maps and _multiplies_less(layer, inputs, maps):
        border = 1 if layer.padding == "same" else 0
        outputs = winograd.convolution(inputs, kernel, border)
    elif _rescales(layer, inputs, 4 * _MOST_HALVED_PIXELS, even=True):
        outputs = _halved(inputs, kernel)
    elif inputs.dtype != "float32":
        return None
    elif layer.strides == (1, 1) and min(rows, columns) > 4 and rows * filters <= _LANES:
        outputs = _row_by_row(inputs, kernel, layer.padding)
    elif kernels.has_few_outputs(rows * columns * channels, filters):
        outputs = kernels.convolution_of_few(inputs, kernel, layer.strides, layer.padding)
    else:
        return None
    return _finished(layer, outputs)


def transposed_convolution(layer, inputs, training):
    """Returns what `keras.layers.Conv2DTranspose` makes of maps (N, H, W, C), or None.

    - A deep U-Net makes 4 x 4 pixels of 2 x 2, of a single image, with millions of weights.
      Libraries bring those in an order of their own for every step, which takes longer than using
      them. In one product of all weights with all pixels they stay where they are; where the 4 x 4
      pixels that each pixel makes overlap, they are added up. So it is for convolutions of 4 x 4
      pixels with stride 2 and padding "same", of up to 64 pixels in a batch of known size.
    - Where a pixel of many channels makes few values, such as 4 x 4 pixels of a single channel,
      one product makes those, which a transposed convolution of so many channels lays in their
      places.
    - Training on a CPU, large ones of many channels take fewer multiplications (`winograd`).
    - Where nothing is trained, 4 x 4 pixels of a few channels with stride 2, which end most
      generators, are the pixels of a convolution of 2 x 2. Its gradient takes longer.
    """
    plain = layer.data_format == "channels_last" and layer.dilation_rate == (1, 1)
    same = plain and layer.padding == "same" and layer.output_padding is None
    kernel = ops.convert_to_tensor(layer.kernel)
    if same and _rescales(layer, inputs, _MOST_PIXELS):
        outputs = _doubled(inputs, kernel)
    elif plain and kernels.has_few_outputs(np.prod(kernel.shape[:3]), kernel.shape[3]):
        outputs = ops.conv_transpose(
            *kernels.split_transpose(inputs, kernel),
            list(layer.strides),
            layer.padding,
            layer.output_padding,
            layer.data_format,
        )
    elif (
        same
        and training
        and layer.strides == (2, 2)
        and _multiplies_less(layer, inputs, inputs.shape[:3])
    ):
        outputs = winograd.transposed_convolution(inputs, kernel)
    elif (
        same
        and not training
        and (layer.kernel_size, layer.strides) == ((4, 4), (2, 2))
        and layer.filters <= _FEW
    ):
        outputs = kernels.subpixel_transpose(inputs, kernel)
    else:
        return None
    return _finished(layer, outputs)


def _is_plain(layer):
    plain = layer.data_format == "channels_last" and layer.padding in ("same", "valid")
    return plain and layer.dilation_rate == (1, 1)


def _row_by_row(inputs, kernel, padding):
    rows, columns, channels, filters = kernel.shape
    side_by_side = ops.transpose(kernel, (1, 2, 0, 3))
    side_by_side = ops.reshape(side_by_side, (1, columns, channels, rows * filters))
    # Channel (i, c) of row i of the kernel counts for channel c, i rows further on.
    sums = np.eye(rows * filters, dtype="float32").reshape(rows, filters, 1, -1)
    each = ops.conv(inputs, side_by_side, padding=padding)
    return ops.conv(each, np.transpose(sums, (0, 2, 3, 1)), padding=padding)


def _halved(inputs, kernel):
    count, height, width, channels = inputs.shape
    filters = kernel.shape[-1]
    windows = ops.reshape(_windows(inputs), (-1, 16 * channels))
    outputs = kernels.product(windows, ops.reshape(kernel, (16 * channels, filters)))
    return ops.reshape(outputs, (count, height // 2, width // 2, filters))


def _doubled(inputs, kernel):
    _, height, width, channels = inputs.shape
    # In this order the weights are read as they lie.
    pixels = ops.transpose(ops.reshape(inputs, (-1, channels)))
    windows = ops.matmul(ops.reshape(kernel, (-1, channels)), pixels)
    windows = ops.reshape(windows, (2, 2, 2, 2, kernel.shape[2], -1, height, width))
    return _sum_of_windows(ops.transpose(windows, (5, 6, 0, 1, 7, 2, 3, 4)))


def _multiplies_less(layer, inputs, maps):
    """Whether Winograd's way pays for a convolution to maps (N, H, W), or the transposed one."""
    *_, channels, filters = layer.kernel.shape
    if inputs.dtype != "float32" or None in maps:
        return False
    if any(side % layer.strides[0] for side in inputs.shape[1:3]):
        return False
    return winograd.is_profitable(layer.kernel_size, layer.strides, maps, channels, filters)


def _finished(layer, outputs):
    if layer.use_bias:
        outputs = outputs + layer.bias
    return outputs if layer.activation is None else layer.activation(outputs)


def _rescales(layer, maps, most_pixels, even=False):
    """Whether a layer doubles or halves maps by 4 x 4 pixels, and the maps have few of them."""
    *sides, _ = maps.shape
    if (layer.kernel_size, layer.strides, layer.padding) != ((4, 4), (2, 2), "same"):
        return False
    if None in sides or np.prod(sides) > most_pixels:
        return False
    return not even or all(side % 2 == 0 for side in sides[1:])


def _windows(maps):
    """Returns the windows of 4 x 4 pixels whose middles are every second pixel of maps.

    Args:
        maps: (N, 2 H, 2 W, C), continued by zeros.

    Returns:
        The windows, (N, H, W, 4, 4, C).
    """
    _, height, width, channels = maps.shape
    maps = ops.pad(maps, [(0, 0), (1, 1), (1, 1), (0, 0)])
    pixels = ops.reshape(maps, (-1, height // 2 + 1, 2, width // 2 + 1, 2, channels))
    rows = ops.concatenate([pixels[:, :-1], pixels[:, 1:]], axis=2)
    windows = ops.concatenate([rows[:, :, :, :-1], rows[:, :, :, 1:]], axis=4)
    return ops.transpose(windows, (0, 1, 3, 2, 4, 5))


def _sum_of_windows(windows):
    """Returns the maps of which every second pixel is the middle of a window of 4 x 4 pixels.

    Args:
        windows: (N, H, 2, 2, W, 2, 2, C): pixel (2 p + q, 2 r + s) of window (i, j), which is
            [:, i, p, q, j, r, s], lies at (2 i + 2 p + q - 1, 2 j + 2 r + s - 1) of the map.

    Returns:
        The maps, (N, 2 H, 2 W, C). Where windows overlap they are added up, and what lies outside
        is left out.
    """
    rows = _shifted_sum(windows[:, :, 0], windows[:, :, 1], axis=1)
    pixels = _shifted_sum(rows[:, :, :, :, 0], rows[:, :, :, :, 1], axis=3)
    _, height, _, width, _, channels = pixels.shape
    pixels = ops.reshape(pixels, (-1, 2 * height, 2 * width, channels))
    return pixels[:, 1:-1, 1:-1]


def _shifted_sum(first, second, axis):
    """Adds two tensors, the second further on by one along an axis."""
    rest = [(0, 0)] * (len(first.shape) - axis - 1)
    before = [(0, 0)] * axis
    return ops.pad(first, [*before, (0, 1), *rest]) + ops.pad(second, [*before, (1, 0), *rest])
