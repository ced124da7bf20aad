"""Images in and out: pixel ranges, checks, and seekable tf.data pipelines from many sources."""

from kerasgan.data.clips import Clips, load_clips
from kerasgan.data.domains import load_adaptation, load_related, negatives, outlines
from kerasgan.data.fonts import load_fonts
from kerasgan.data.grid import comparison_grid, image_grid, save_film, save_image, scatter
from kerasgan.data.holes import centre_mask, check_masks, poisson_blend
from kerasgan.data.images import Images
from kerasgan.data.labels import check_labels
from kerasgan.data.loading import load_images
from kerasgan.data.pixels import check_image_shape, check_images, to_float, to_uint8
from kerasgan.data.points import Points, load_points
from kerasgan.data.semi_supervised import labelled_subset, semi_supervised
from kerasgan.data.super_resolution import SuperResolution, load_super_resolution
from kerasgan.data.tfds import DownloadError
from kerasgan.data.tiles import in_tiles
from kerasgan.data.translation import Pairs, Unpaired, edge_map, load_pairs, load_unpaired

__all__ = [
    "Clips",
    "DownloadError",
    "Images",
    "Pairs",
    "Points",
    "SuperResolution",
    "Unpaired",
    "centre_mask",
    "check_image_shape",
    "check_images",
    "check_labels",
    "check_masks",
    "comparison_grid",
    "edge_map",
    "image_grid",
    "in_tiles",
    "labelled_subset",
    "load_adaptation",
    "load_clips",
    "load_fonts",
    "load_images",
    "load_pairs",
    "load_points",
    "load_related",
    "load_super_resolution",
    "load_unpaired",
    "poisson_blend",
    "negatives",
    "outlines",
    "save_film",
    "save_image",
    "scatter",
    "semi_supervised",
    "to_float",
    "to_uint8",
]
