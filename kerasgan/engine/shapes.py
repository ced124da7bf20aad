"""What networks of a user take and make."""

import keras


def input_shape_of(network, name, given, argument, beside):
    """Returns the shape of a user's network's first input: its own, or the one given beside it.

    Args:
        network: The network.
        name: What it is called, for errors.
        given: The shape that the user gave, or None.
        argument: The argument that it was given as.
        beside: The shapes of its other inputs.
    """
    if not isinstance(network, keras.Model):
        raise ValueError(f"{name} must be a keras.Model, got {network!r}.")
    own = getattr(network, "input_shape", None)  # subclassed models do not know theirs
    if isinstance(own, (list, dict)) or (own is not None and beside):
        shapes = own if isinstance(own, list) else [own]
        if len(shapes) != 1 + len(beside):
            wanted = "one input" if not beside else f"{1 + len(beside)} inputs, in a list"
            raise ValueError(f"The {name} must have {wanted}, it has {len(shapes)}.")
        own, *others = shapes
        if not all(map(_fits, (other[1:] for other in others), beside)):
            raise ValueError(
                f"The {name} takes {[other[1:] for other in others]} beside its first input, but "
                f"must take {list(beside)}."
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


def symbolic(shape, beside):
    """Symbolic inputs of a network that takes one shape, or several in a list."""
    inputs = [keras.Input(each) for each in (shape, *beside)]
    return inputs if beside else inputs[0]


def check_made(generator, input_shape, image_shape):
    """Raises a ValueError if a generator makes images of another shape of its inputs."""
    made = tuple(generator(keras.Input(input_shape)).shape[1:])
    if made != tuple(image_shape):
        raise ValueError(
            f"The generator makes {made} of {input_shape}, but must make {tuple(image_shape)}."
        )


def check_scores(discriminator, image_shape, beside=()):
    """Raises a ValueError if a discriminator cannot score images of this shape.

    Args:
        discriminator: The network.
        image_shape: (height, width, channels).
        beside: The shapes of its other inputs.
    """
    input_shape_of(discriminator, "discriminator", image_shape, "the shape of images", beside)
    try:
        discriminator(symbolic(image_shape, beside))
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
