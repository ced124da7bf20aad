"""Validates input and output shapes of user-supplied networks."""

import keras


def input_shape_of(network, name, given, argument, extra_shapes):
    """Returns the shape of a user's network's first input: its own, or the one given beside it.

    Args:
        network: The network.
        name: What it is called, for errors.
        given: The shape that the user gave, or None.
        argument: The argument that it was given as.
        extra_shapes: The shapes of its other inputs.
    """
    if not isinstance(network, keras.Model):
        raise ValueError(f"{name} must be a keras.Model, got {network!r}.")
    own = getattr(network, "input_shape", None)  # subclassed models do not know theirs
    if isinstance(own, (list, dict)) or (own is not None and extra_shapes):
        shapes = own if isinstance(own, list) else [own]
        if len(shapes) != 1 + len(extra_shapes):
            wanted = (
                "one input" if not extra_shapes else f"{1 + len(extra_shapes)} inputs, in a list"
            )
            raise ValueError(f"The {name} must have {wanted}, it has {len(shapes)}.")
        own, *others = shapes
        if not all(map(_fits, (other[1:] for other in others), extra_shapes)):
            raise ValueError(
                f"The {name} takes {[other[1:] for other in others]} beside its first input, but "
                f"must take {list(extra_shapes)}."
            )
    if own is None and given is None:
        raise ValueError(
            f"The {name} does not tell what it takes: give {argument}, or start it with "
            "keras.Input."
        )
    if own is None:
        return given
    if given is None:
        return own[1:]
    if not _fits(own[1:], given):
        raise ValueError(f"The {name} takes {own[1:]}, but {argument} says {given}.")
    return given


def _fits(own, given):
    """Whether a network's own shape, None where it takes anything, allows for another."""
    return len(own) == len(given) and all(
        side in (None, wanted) for side, wanted in zip(own, given, strict=True)
    )


def symbolic(shape, extra_shapes):
    """Symbolic inputs of a network that takes one shape, or several in a list."""
    inputs = [keras.Input(each) for each in (shape, *extra_shapes)]
    return inputs if extra_shapes else inputs[0]


def check_network(network, name, takes, makes, argument):
    """Raises a ValueError if a user's network does not take and make what it must.

    Args:
        network: The network.
        name: What it is called, for errors.
        takes: The shapes of its inputs.
        makes: The shapes of its outputs; None stands for any size.
        argument: The argument by which the shape of the first input was given.
    """
    first, *others = takes
    input_shape_of(network, name, first, argument, others)
    outputs = keras.tree.flatten(network(symbolic(first, others)))
    made = [tuple(output.shape[1:]) for output in outputs]
    if len(made) != len(makes) or not all(map(_fits, makes, made)):
        raise ValueError(f"The {name} makes {made} of {list(takes)}, but must make {list(makes)}.")


def check_made(generator, input_shape, image_shape):
    """Raises a ValueError if a generator makes images of another shape of its inputs."""
    made = tuple(generator(keras.Input(input_shape)).shape[1:])
    if made != tuple(image_shape):
        raise ValueError(
            f"The generator makes {made} of {input_shape}, but must make {tuple(image_shape)}."
        )


def check_scores(discriminator, image_shape, extra_shapes=()):
    """Raises a ValueError if a discriminator cannot score images of this shape.

    Args:
        discriminator: The network.
        image_shape: (height, width, channels).
        extra_shapes: The shapes of its other inputs.
    """
    input_shape_of(discriminator, "discriminator", image_shape, "the shape of images", extra_shapes)
    try:
        discriminator(symbolic(image_shape, extra_shapes))
    except ValueError as error:
        raise ValueError(
            f"The discriminator {discriminator.name!r} cannot score images of {image_shape}: "
            f"{str(error).strip().splitlines()[0]} Larger images, or smaller patches, may do."
        ) from error


def open_shape(network, input_shape):
    """Returns the shape of what a network takes, (N, H, W, channels), None where it takes any.

    Args:
        network: The network; a subclassed model does not tell.
        input_shape: (height, width, channels) that it is known to take.
    """
    return getattr(network, "input_shape", None) or (None, *input_shape)
