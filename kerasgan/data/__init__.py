"""Images in and out: pixel ranges, checks, and seekable tf.data pipelines from many sources."""

from kerasgan.data.grid import image_grid, save_image
from kerasgan.data.images import DownloadError, Images, load_images
from kerasgan.data.pixels import check_image_shape, check_images, check_spec, to_float, to_uint8

__all__ = [
    "DownloadError",
    "Images",
    "check_image_shape",
    "check_images",
    "check_spec",
    "image_grid",
    "load_images",
    "save_image",
    "to_float",
    "to_uint8",
]
