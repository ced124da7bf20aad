"""What several of the lecture's scripts share: the points, and a figure as a picture."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_blobs

import kerasgan

CENTRES = 2 * kerasgan.data.load_points("ring").centres
# Ten times the width of the published ring, which takes many more steps to learn.
DEVIATION = 0.1


def ring(count, seed=0):
    """Returns points (count, 2), float32, of 8 Gaussians on a circle of radius 2."""
    points, _ = make_blobs(count, centers=CENTRES, cluster_std=DEVIATION, random_state=seed)
    return points.astype("float32")


def square(axes, title):
    """Makes axes a square around the ring, without ticks."""
    axes.set(xlim=(-3, 3), ylim=(-3, 3), xticks=[], yticks=[], aspect="equal", title=title)


def frame(figure):
    """Returns a figure as a picture, uint8 (H, W, 3), and closes it."""
    figure.canvas.draw()
    picture = np.array(figure.canvas.buffer_rgba())[..., :3]
    plt.close(figure)
    return picture
