"""Images in and out: pixel ranges, checks, and seekable tf.data pipelines from many sources."""

from kerasgan.data.grid import image_grid, save_image
from kerasgan.data.images import DownloadError, Images, load_images
from kerasgan.data.labels import check_labels
from kerasgan.data.pixels import check_image_shape, check_images, to_float, to_uint8
from kerasgan.data.semi_supervised import labelled_subset, semi_supervised

__all__ = [
    "DownloadError",
    "Images",
    "check_image_shape",
    "check_images",
    "check_labels",
    "image_grid",
    "labelled_subset",
    "load_images",
    "save_image",
    "semi_supervised",
    "to_float",
    "to_uint8",
]
