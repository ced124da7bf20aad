"""How different images are from each other."""

from keras import ops


def mean_distance(images):
    """Returns the mean Euclidean distance between two different images of a batch; a scalar.

    Generators whose mode has collapsed make images that are close to each other: compare it with
    the distance of as many real images.

    Args:
        images: Floats, (N, ...), N at least 2.

    Raises:
        ValueError: If there is one alone.
    """
    if images.shape[0] == 1:
        raise ValueError(f"images must be at least 2, but have the shape {tuple(images.shape)}.")
    points = ops.reshape(ops.cast(images, "float32"), (ops.shape(images)[0], -1))
    points = points - ops.mean(points, axis=0)  # far from the origin differences would drown
    products = ops.matmul(points, ops.transpose(points))
    squares = ops.diagonal(products)
    distances = ops.sqrt(ops.relu(squares[:, None] + squares[None] - 2.0 * products))
    count = ops.cast(ops.shape(points)[0], "float32")
    return ops.sum(distances) / (count * (count - 1.0))
